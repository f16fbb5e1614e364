#include <auklet/compiler/fold.hpp>

#include <algorithm>
#include <vector>

#include "../exec/operator_registry.hpp"

namespace auklet::compiler {
namespace {

bool has_state(OpCode code) {
  return code == OpCode::kVarHandle || code == OpCode::kReadVariable || code == OpCode::kAssignVariable;
}

bool can_fold(const Graph& graph, const Operator& op) {
  if (op.outputs.empty() || has_state(op.code) || exec::find_prepare(op.code) == nullptr) return false;
  for (const std::int32_t output : op.outputs) {
    if (std::ranges::count(graph.outputs, output) != 0) return false;
  }
  return op.code == OpCode::kShape || std::ranges::all_of(op.inputs, [&](std::int32_t input) {
           return input == kAbsent || graph.tensor(input).is_constant;
         });
}

// Runs the operator and makes its outputs constants; false, and nothing has changed, when it is refused.
bool fold(Model& model, Graph& graph, const Operator& op) {
  const auto evaluate = exec::find_prepare(op.code)({graph, op});
  if (!evaluate) return false;
  std::vector<std::span<const std::byte>> inputs;
  inputs.reserve(op.inputs.size());
  for (const std::int32_t input : op.inputs) {
    inputs.push_back(input == kAbsent ? std::span<const std::byte>() : graph.tensor(input).data);
  }
  std::vector<std::vector<std::byte>> results;
  results.reserve(op.outputs.size());
  for (const std::int32_t output : op.outputs) results.emplace_back(graph.tensor(output).bytes());
  const std::vector<std::span<std::byte>> variables(op.inputs.size());
  const std::vector<std::span<std::byte>> outputs(results.begin(), results.end());
  if ((*evaluate)({inputs, variables, outputs}) != kernels::Status::kOk) return false;
  for (std::size_t i = 0; i < op.outputs.size(); ++i) {
    Tensor& tensor = graph.tensor(op.outputs[i]);
    tensor.data = model.storage->add(std::move(results[i]));
    tensor.is_constant = true;
  }
  return true;
}

}  // namespace

std::size_t fold_constants(Model& model) {
  Graph& graph = model.main();
  const std::vector<Operator> before = std::move(graph.operators);
  graph.operators.clear();
  for (const Operator& op : before) {
    if (!can_fold(graph, op) || !fold(model, graph, op)) graph.operators.push_back(op);
  }
  return before.size() - graph.operators.size();
}

}  // namespace auklet::compiler
