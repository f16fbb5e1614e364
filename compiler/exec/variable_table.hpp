// Internal to the executor: the variables that VAR_HANDLE, READ_VARIABLE and ASSIGN_VARIABLE of a model name.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <auklet/compiler/ir.hpp>

namespace auklet::compiler::exec {

/// Which variable each handle names, and what each variable holds. Filled operator by operator in the order in which
/// they first run; since no operator runs conditionally, what holds for the first inference holds for all.
class VariableTable {
 public:
  /// Takes note of an operator; does nothing for those that have no part in it. The error's message lacks the operator:
  /// kUnsupported for a handle that another operator than VAR_HANDLE of the same graph made, and for a variable that is
  /// used with two types or shapes; kInvalid for one that is read before anything has assigned it.
  [[nodiscard]] Outcome note(const Graph& graph, const Operator& op);

  /// The number of the variable whose handle a tensor is; none for other tensors.
  [[nodiscard]] std::optional<std::size_t> find(const Graph& graph, std::int32_t tensor) const;

  /// Bytes of every variable, by its number; 0 for one that is never used.
  [[nodiscard]] std::vector<std::size_t> sizes() const;

 private:
  struct Variable {
    std::string name;
    std::optional<TensorType> type;  // Not known before its first use.
    std::vector<std::int32_t> shape;
    std::size_t bytes = 0;
    bool assigned = false;
  };

  Outcome note_handle(const Graph& graph, const Operator& op);
  Outcome use(const Graph& graph, const Operator& op, std::int32_t value, bool assigns);

  std::vector<Variable> variables_;
  std::map<std::pair<std::string, std::string>, std::size_t> by_name_;  // Container and name.
  std::map<std::pair<const Graph*, std::int32_t>, std::size_t> by_handle_;
};

}  // namespace auklet::compiler::exec
