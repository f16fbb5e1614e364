// Internal to the executor: everything that is found out about a model's operators before any of them runs.
#pragma once

#include <cstddef>
#include <map>
#include <vector>

#include <auklet/compiler/executor.hpp>

#include "operator_registry.hpp"
#include "variable_table.hpp"

namespace auklet::compiler::exec {

/// Prepares the operators of a model's main graph one after the other, and those of the graphs that CALL_ONCE names
/// where it stands. The model must outlive it unchanged.
class Preparation {
 public:
  Preparation(const Model& model, const ExecutorOptions& options) : model_(model), options_(options) {}

  /// The main graph's operator `index`; to be called for all of them in order. An empty function for a custom operator
  /// that a hook runs, and for CALL_ONCE. The error names the operator.
  [[nodiscard]] Result<Evaluate> prepare(std::size_t index) { return prepare(model_.main(), index); }

  /// The operators of the graphs that CALL_ONCE names, by the graph's number.
  [[nodiscard]] const std::map<std::size_t, std::vector<Evaluate>>& called() const { return called_; }

  [[nodiscard]] const VariableTable& variables() const { return variables_; }

 private:
  Result<Evaluate> prepare(const Graph& graph, std::size_t index);
  Outcome prepare_called(std::size_t number);

  const Model& model_;
  const ExecutorOptions& options_;
  VariableTable variables_;
  std::map<std::size_t, std::vector<Evaluate>> called_;
};

/// The graph that a CALL_ONCE calls.
[[nodiscard]] std::size_t called_graph(const Operator& op);

}  // namespace auklet::compiler::exec
