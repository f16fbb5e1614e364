#include "folds.hpp"

#include <algorithm>
#include <array>
#include <span>

#include "../exec/ops/common.hpp"

namespace auklet::compiler::passes {
namespace {

// The borders of a PAD of int8 images in height and width alone, with the value that convolutions pad with.
std::optional<PadFold> borders_of(const Graph& graph, std::size_t index) {
  const Operator& op = graph.operators[index];
  if (op.code != OpCode::kPad && op.code != OpCode::kPadv2) return std::nullopt;
  const Tensor& input = graph.tensor(op.inputs[0]);
  const Tensor& list = graph.tensor(op.inputs[1]);
  const Tensor& output = graph.tensor(op.outputs[0]);
  if (input.type != TensorType::kInt8 || input.is_constant || input.is_variable || output.is_variable) {
    return std::nullopt;
  }
  if (list.type != TensorType::kInt32 || !list.is_constant || list.elements() != 8) return std::nullopt;
  if (!output.quantization.present() || output.quantization.per_axis()) return std::nullopt;
  if (!(input.quantization == output.quantization)) return std::nullopt;
  if (op.input(2) != kAbsent) {  // PADV2's value.
    const Tensor& value = graph.tensor(op.inputs[2]);
    if (value.type != TensorType::kInt8 || !value.is_constant || value.data.empty()) return std::nullopt;
    if (exec::elements<std::int8_t>(value.data)[0] != output.quantization.zero_point()) return std::nullopt;
  }
  const auto borders = exec::elements<std::int32_t>(list.data);
  if (borders[0] != 0 || borders[1] != 0 || borders[6] != 0 || borders[7] != 0) return std::nullopt;
  if (std::ranges::any_of(borders, [](std::int32_t b) { return b < 0; })) return std::nullopt;
  // Nobody has prepared the operator yet: one that the CPU refuses must not vanish.
  if (input.shape.size() != 4 || output.shape.size() != 4) return std::nullopt;
  for (std::size_t d = 0; d < 4; ++d) {
    const std::int64_t padded = std::int64_t{input.shape[d]} + borders[2 * d] + borders[2 * d + 1];
    if (output.shape[d] != padded) return std::nullopt;
  }
  return PadFold{.pad = index,
                 .input = op.inputs[0],
                 .top = static_cast<std::uint32_t>(borders[2]),
                 .left = static_cast<std::uint32_t>(borders[4])};
}

}  // namespace

Folds find_folds(const Graph& graph, const std::vector<bool>& refused) {
  Folds folds;
  folds.of.resize(graph.operators.size());
  folds.gone.resize(graph.operators.size());
  std::vector<std::optional<PadFold>> made_by(graph.tensors.size());  // By tensor.
  std::vector<bool> kept(graph.tensors.size());                       // Somebody reads the padded image itself.
  for (const std::int32_t output : graph.outputs) kept[static_cast<std::size_t>(output)] = true;
  for (std::size_t i = 0; i < graph.operators.size(); ++i) {
    const Operator& op = graph.operators[i];
    const bool conv = op.code == OpCode::kConv2d || op.code == OpCode::kDepthwiseConv2d;
    for (std::size_t k = 0; k < op.inputs.size(); ++k) {
      if (op.inputs[k] == kAbsent) continue;
      const auto tensor = static_cast<std::size_t>(op.inputs[k]);
      if (conv && k == 0 && !refused[i] && made_by[tensor]) {
        folds.of[i] = made_by[tensor];
      } else {
        kept[tensor] = true;
      }
    }
    if (!refused[i] && !op.outputs.empty()) made_by[static_cast<std::size_t>(op.outputs[0])] = borders_of(graph, i);
  }
  for (std::size_t tensor = 0; tensor < made_by.size(); ++tensor) {
    const std::optional<PadFold>& fold = made_by[tensor];
    if (fold && !kept[tensor]) folds.gone[fold->pad] = true;
  }
  return folds;
}

}  // namespace auklet::compiler::passes
