#include "lower.hpp"

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

#include "lowering.hpp"

namespace auklet::compiler::passes {

Outcome accepted(plan::Outcome outcome) {
  if (outcome.ok()) return {};
  return unsupported(std::string("is beyond what the NPU's commands can say: ") + plan::to_string(outcome.status));
}

Result<kernels::AffineParams> activation(const Tensor& tensor, const std::string& whose) {
  if (Outcome ok = exec::require_type(tensor, whose, {TensorType::kInt8}); !ok) return tl::unexpected(ok.error());
  if (tensor.is_variable) return fail(ErrorCode::kUnsupported, "uses " + whose + ", which is a variable");
  return exec::quantization_of(tensor, whose);
}

Result<kernels::AffineParams> computed(const Tensor& tensor, const std::string& whose) {
  if (tensor.is_constant) return fail(ErrorCode::kUnsupported, "has " + whose + " for its input, which is a constant");
  return activation(tensor, whose);
}

Result<Quantizations> quantizations_of(const exec::Context& c) {
  const auto a = activation(c.in(0), c.in_name(0));
  if (!a) return tl::unexpected(a.error());
  const auto b = activation(c.in(1), c.in_name(1));
  if (!b) return tl::unexpected(b.error());
  const auto out = activation(c.out(), c.out_name());
  if (!out) return tl::unexpected(out.error());
  return Quantizations{*a, *b, *out};
}

View image_view(const Tensor& tensor) {
  const std::uint32_t channels = tensor.shape.empty() ? 1 : unsigned_of(tensor.shape.back());
  return {static_cast<std::uint32_t>(tensor.elements() / channels), channels};
}

View row_view(const Tensor& tensor) {
  const View view = image_view(tensor);
  return view.channels >= plan::kWordBytes / 2 ? view : View{1, static_cast<std::uint32_t>(tensor.elements())};
}

Operand constant_operand(std::span<const std::byte> value, View view) {
  return {.tensor = kAbsent, .view = view, .whole_words = true, .constant = {value.begin(), value.end()}};
}

Operand input_operand(const exec::Context& c, std::size_t i, View view, bool whole_words) {
  const Tensor& tensor = c.in(i);
  Operand operand = operand_of(c.op.inputs[i], view, whole_words);
  if (tensor.is_constant) operand.constant.assign(tensor.data.begin(), tensor.data.end());
  return operand;
}

namespace {

// Of a tensor: steps from byte to byte have 31 bits and a sign.
constexpr std::uint64_t kMostBytes = std::numeric_limits<std::int32_t>::max();

Outcome lower_any(Lowering& to) {
  switch (to.c.op.code) {
    case OpCode::kConv2d:
      return lower_conv2d(to);
    case OpCode::kDepthwiseConv2d:
      return lower_depthwise_conv2d(to);
    case OpCode::kFullyConnected:
      return lower_fully_connected(to);
    case OpCode::kTransposeConv:
      return lower_transpose_conv(to);
    case OpCode::kBatchMatmul:
      return lower_batch_matmul(to);
    case OpCode::kAveragePool2d:
      return lower_pool(to, plan::PoolKind::kAverage);
    case OpCode::kMaxPool2d:
      return lower_pool(to, plan::PoolKind::kMax);
    case OpCode::kMean:
    case OpCode::kSum:
      return lower_sum(to);
    case OpCode::kReduceMax:
      return lower_reduce_max(to);
    case OpCode::kAdd:
    case OpCode::kSub:
    case OpCode::kMul:
    case OpCode::kSquaredDifference:
    case OpCode::kMinimum:
    case OpCode::kMaximum:
      return lower_binary(to);
    case OpCode::kRelu:
    case OpCode::kRelu6:
    case OpCode::kReluN1To1:
    case OpCode::kLeakyRelu:
    case OpCode::kHardSwish:
    case OpCode::kLogistic:
    case OpCode::kTanh:
    case OpCode::kElu:
    case OpCode::kAbs:
    case OpCode::kRsqrt:
    case OpCode::kQuantize:
      return lower_unary(to);
    case OpCode::kPrelu:
      return lower_prelu(to);
    case OpCode::kSoftmax:
      return lower_softmax(to);
    case OpCode::kReshape:
    case OpCode::kExpandDims:
    case OpCode::kSqueeze:
    case OpCode::kPad:
    case OpCode::kPadv2:
    case OpCode::kConcatenation:
    case OpCode::kSplit:
    case OpCode::kSplitV:
    case OpCode::kSlice:
    case OpCode::kStridedSlice:
    case OpCode::kTranspose:
    case OpCode::kPack:
    case OpCode::kUnpack:
    case OpCode::kSpaceToDepth:
    case OpCode::kDepthToSpace:
    case OpCode::kSpaceToBatchNd:
    case OpCode::kBatchToSpaceNd:
    case OpCode::kResizeNearestNeighbor:
      return lower_movement(to);
    case OpCode::kGather:  // With indices that are known it is a movement as any other.
      return to.c.in(1).is_constant ? lower_movement(to) : lower_gather(to);
    case OpCode::kResizeBilinear:
      return lower_resize_bilinear(to);
    default:
      return unsupported("is an operator that the NPU does not have");
  }
}

}  // namespace

Result<std::vector<NpuOperator>> lower(const Graph& graph, std::size_t index, const Folds& folds,
                                       const Hardware& hardware) {
  const Operator& op = graph.operators[index];
  for (const std::vector<std::int32_t>* list : {&op.inputs, &op.outputs}) {
    for (const std::int32_t tensor : *list) {
      if (tensor != kAbsent && graph.tensor(tensor).elements() > kMostBytes) {
        return fail(ErrorCode::kUnsupported, "has a tensor of 2 GiB or more");
      }
    }
  }
  Lowering to(graph, index, folds, hardware);
  if (to.gone()) return std::vector<NpuOperator>{};
  // Whatever the CPU's kernel asks of shapes and options holds here, too.
  if (const exec::Prepare prepare = exec::find_prepare(op.code); prepare != nullptr) {
    if (const auto prepared = prepare(to.c); !prepared) return tl::unexpected(prepared.error());
  }
  if (Outcome ok = lower_any(to); !ok) return tl::unexpected(ok.error());
  std::vector<NpuOperator> steps = to.take();
  const auto too_large = [](const NpuOperator& step) { return step.out_view.bytes() > kMostBytes; };
  if (std::ranges::any_of(steps, too_large)) {
    return fail(ErrorCode::kUnsupported, "needs an intermediate result of 2 GiB or more");
  }
  return steps;
}

std::uint64_t macs_of(const Graph& graph, const Operator& op) {
  const auto elements = [&](std::int32_t tensor) {
    return static_cast<std::uint64_t>(graph.tensor(tensor).elements());
  };
  const auto dimension = [&](std::int32_t tensor, std::size_t from_last) {
    const std::vector<std::int32_t>& shape = graph.tensor(tensor).shape;
    return static_cast<std::uint64_t>(shape[shape.size() - 1 - from_last]);
  };
  switch (op.code) {
    case OpCode::kConv2d:
    case OpCode::kFullyConnected:  // Every weight of an output channel is used once for each of its outputs.
      return elements(op.outputs[0]) *
             (elements(op.inputs[1]) / static_cast<std::uint64_t>(graph.tensor(op.inputs[1]).shape[0]));
    case OpCode::kDepthwiseConv2d:
      return elements(op.outputs[0]) * (elements(op.inputs[1]) / dimension(op.inputs[1], 0));
    case OpCode::kTransposeConv:  // Every weight of an input channel is used once for each of its inputs.
      return elements(op.inputs[2]) * (elements(op.inputs[1]) / dimension(op.inputs[1], 0));
    case OpCode::kBatchMatmul:
      if (graph.tensor(op.inputs[0]).shape.size() < 2) return 0;  // Which validate() does not look at, and nobody runs.
      return elements(op.outputs[0]) * dimension(op.inputs[0], std::get<BatchMatMulOptions>(op.options).adj_x ? 1 : 0);
    default:
      return 0;
  }
}

}  // namespace auklet::compiler::passes
