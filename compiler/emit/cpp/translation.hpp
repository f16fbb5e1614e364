// Internal to the C++ emitter: a model taken apart into what the code consists of, before any text is made.
#pragma once

#include <auklet/compiler/emit_cpp.hpp>
#include <auklet/compiler/segment.hpp>
#include <optional>
#include <string>
#include <vector>

#include "../../exec/kernel_call.hpp"
#include "../../exec/variable_table.hpp"
#include "arena_layout.hpp"

namespace auklet::compiler::emit {

/// What one operator does on the CPU; nothing when it only names a variable.
struct CppCalls {
  const Graph* graph = nullptr;
  const Operator* op = nullptr;
  std::vector<exec::KernelCall> calls;
};

/// One operator of the compiled graph: a segment, or calls.
struct CppStep {
  std::string name;                    ///< Of the layers that it computes.
  std::optional<SegmentView> segment;  ///< On the NPU.
  CppCalls kernels;                    ///< On the CPU.

  /// Whether there is nothing to do when the network runs.
  [[nodiscard]] bool is_empty() const { return !segment && kernels.calls.empty(); }
};

/// A model that can be translated. Refers to the model.
struct Translation {
  const Graph& graph;
  const CppOptions& options;
  spec::HardwareConfig config;    ///< That all segments are for.
  std::vector<CppStep> steps;     ///< Step i is operator i.
  std::vector<CppCalls> initial;  ///< What gives variables their values before the first run.
  exec::VariableTable variables;  ///< What VAR_HANDLE names.
  ArenaLayout arena;
};

/// Takes the model apart; errors as write_cpp().
[[nodiscard]] Result<Translation> translate(const Model& compiled, const CppOptions& options);

/// Contents of NAME.hpp. `code` has the sizes.
[[nodiscard]] std::string header_text(const Translation& translation, const CppCode& code);

/// Contents of NAME.cpp; fills in the sizes of `code`.
[[nodiscard]] std::string source_text(const Translation& translation, CppCode& code);

}  // namespace auklet::compiler::emit
