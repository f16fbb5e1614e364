#include "variable_table.hpp"

namespace auklet::compiler::exec {

Outcome VariableTable::note(const Graph& graph, const Operator& op) {
  if (op.code == OpCode::kVarHandle) return note_handle(graph, op);
  if (op.code == OpCode::kReadVariable) return use(graph, op, op.outputs[0], false);
  if (op.code == OpCode::kAssignVariable) return use(graph, op, op.inputs[1], true);
  return {};
}

Outcome VariableTable::note_handle(const Graph& graph, const Operator& op) {
  if (graph.tensor(op.outputs[0]).type != TensorType::kResource) {
    return fail(ErrorCode::kInvalid, "has " + graph.describe_tensor(op.outputs[0]) + ", which is no RESOURCE");
  }
  const auto& options = std::get<VarHandleOptions>(op.options);
  const auto [entry, is_new] = by_name_.try_emplace({options.container, options.shared_name}, variables_.size());
  if (is_new) variables_.push_back({options.shared_name, std::nullopt, {}, 0, false});
  by_handle_[{&graph, op.outputs[0]}] = entry->second;
  return {};
}

Outcome VariableTable::use(const Graph& graph, const Operator& op, std::int32_t value, bool assigns) {
  const auto number = find(graph, op.inputs[0]);
  if (!number) {
    return fail(ErrorCode::kUnsupported,
                "uses " + graph.describe_tensor(op.inputs[0]) + ", which no VAR_HANDLE of its graph has made");
  }
  Variable& variable = variables_[*number];
  const Tensor& tensor = graph.tensor(value);
  if (element_size(tensor.type) == 0) {
    return fail(ErrorCode::kUnsupported, "has " + graph.describe_tensor(value) + " of type " + name(tensor.type));
  }
  if (!variable.type) {
    variable.type = tensor.type;
    variable.shape = tensor.shape;
    variable.bytes = tensor.bytes();
  }
  if (variable.type != tensor.type || variable.shape != tensor.shape) {
    return fail(ErrorCode::kUnsupported, "uses variable " + variable.name + " with another type or shape, that of " +
                                             graph.describe_tensor(value) + ", than an operator before it");
  }
  if (!assigns && !variable.assigned) {
    return fail(ErrorCode::kInvalid, "reads variable " + variable.name + " before anything has assigned it");
  }
  variable.assigned = variable.assigned || assigns;
  return {};
}

std::optional<std::size_t> VariableTable::find(const Graph& graph, std::int32_t tensor) const {
  const auto entry = by_handle_.find({&graph, tensor});
  if (entry == by_handle_.end()) return std::nullopt;
  return entry->second;
}

std::vector<std::size_t> VariableTable::sizes() const {
  std::vector<std::size_t> sizes;
  sizes.reserve(variables_.size());
  for (const Variable& variable : variables_) sizes.push_back(variable.bytes);
  return sizes;
}

}  // namespace auklet::compiler::exec
