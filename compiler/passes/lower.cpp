#include "lower.hpp"

#include <algorithm>
#include <array>
#include <auklet/kernels/quantization.hpp>
#include <auklet/kernels/window.hpp>
#include <limits>
#include <numeric>
#include <string>
#include <type_traits>
#include <utility>

#include "../exec/ops/common.hpp"

namespace auklet::compiler::passes {
namespace {

using exec::Context;
using u32 = std::uint32_t;
using u64 = std::uint64_t;

u32 unsigned_of(std::int32_t value) { return static_cast<u32>(value); }

Outcome unsupported(std::string reason) { return fail(ErrorCode::kUnsupported, std::move(reason)); }

Outcome accepted(plan::Outcome outcome) {
  if (outcome.ok()) return {};
  return unsupported(std::string("is beyond what the NPU's commands can say: ") + plan::to_string(outcome.status));
}

// An INT8 tensor that is computed, not stored in the model; its scale.
Result<kernels::AffineParams> activation(const Tensor& tensor, const std::string& whose) {
  if (Outcome ok = exec::require_type(tensor, whose, {TensorType::kInt8}); !ok) return tl::unexpected(ok.error());
  if (tensor.is_variable) return fail(ErrorCode::kUnsupported, "uses " + whose + ", which is a variable");
  return exec::quantization_of(tensor, whose);
}

Result<kernels::AffineParams> computed(const Tensor& tensor, const std::string& whose) {
  if (tensor.is_constant) return fail(ErrorCode::kUnsupported, "has " + whose + " for its input, which is a constant");
  return activation(tensor, whose);
}

std::span<const std::int8_t> int8_values(const Tensor& tensor) {
  return exec::elements<std::int8_t>(std::span(tensor.data));
}

// The part that convolutions and fully connected layers share: weights, bias, requantisation, zero points and clamp.
Outcome lower_weights(const Context& c, Activation fused, bool single_scale_in_float, ConvWork& work) {
  const auto input = computed(c.in(0), c.in_name(0));
  if (!input) return tl::unexpected(input.error());
  const auto output = activation(c.out(), c.out_name());
  if (!output) return tl::unexpected(output.error());
  const auto clamp = exec::clamp_of(fused, *output);
  if (!clamp) return tl::unexpected(clamp.error());
  const Tensor& filter = c.in(1);
  if (Outcome ok = exec::require_type(filter, c.in_name(1), {TensorType::kInt8}); !ok) return ok;
  if (!filter.is_constant) return unsupported("has weights that are computed, not constant");
  if (!filter.quantization.present()) return unsupported("has " + c.in_name(1) + " without a scale");
  if (!std::ranges::all_of(filter.quantization.zero_points, [](std::int64_t z) { return z == 0; })) {
    return unsupported("has weights with a zero point other than 0");
  }
  if (c.has(2)) {
    const Tensor& bias = c.in(2);
    if (Outcome ok = exec::require_type(bias, c.in_name(2), {TensorType::kInt32}); !ok) return ok;
    if (!bias.is_constant) return unsupported("has a bias that is computed, not constant");
    const auto values = exec::elements<std::int32_t>(std::span(bias.data));
    work.bias.assign(values.begin(), values.end());
  }
  const bool per_tensor = !filter.quantization.per_axis();
  const auto derive =
      single_scale_in_float && per_tensor ? kernels::fully_connected_multiplier : kernels::conv_multiplier;
  for (const float scale : filter.quantization.scales) {
    kernels::QuantizedMultiplier multiplier;
    const kernels::Status status = derive(input->scale, scale, output->scale, multiplier);
    if (Outcome ok = exec::derived(status, "multiplier"); !ok) return ok;
    work.multiplier.push_back(multiplier.value);
    work.shift.push_back(multiplier.shift);
  }
  work.weights = int8_values(filter);
  work.op.in_zp = static_cast<std::int8_t>(input->zero_point);
  work.op.out_zp = static_cast<std::int8_t>(output->zero_point);
  work.op.act_min = static_cast<std::int8_t>(clamp->min);
  work.op.act_max = static_cast<std::int8_t>(clamp->max);
  return {};
}

struct Geometry {
  u32 pad_top = 0;
  u32 pad_left = 0;
};

// Padding before the image, for an operator with a window of kernel_h x kernel_w.
template <typename O>
Result<Geometry> padding_of(const Context& c, const O& o, std::array<std::int32_t, 2> kernel,
                            std::array<std::int32_t, 2> dilation) {
  kernels::PaddedExtent rows;
  kernels::PaddedExtent columns;
  const kernels::Padding padding = exec::padding_of(o.padding);
  const std::vector<std::int32_t>& shape = c.in(0).shape;
  kernels::Status status = kernels::resolve_padding(padding, shape[1], kernel[0], o.stride_h, dilation[0], rows);
  if (status == kernels::Status::kOk) {
    status = kernels::resolve_padding(padding, shape[2], kernel[1], o.stride_w, dilation[1], columns);
  }
  if (Outcome ok = exec::derived(status, "padding"); !ok) return tl::unexpected(ok.error());
  return Geometry{unsigned_of(rows.pad_before), unsigned_of(columns.pad_before)};
}

View image_view(const Tensor& tensor) {
  const auto channels = unsigned_of(tensor.shape.back());
  return {static_cast<u32>(tensor.elements() / channels), channels};
}

// CONV_2D and DEPTHWISE_CONV_2D, whose filters name their dimensions differently.
template <typename O>
Outcome lower_conv(const Context& c, NpuOperator& npu) {
  constexpr bool kDepthwise = std::is_same_v<O, DepthwiseConv2dOptions>;
  const auto& o = std::get<O>(c.op.options);
  ConvWork work;
  if (Outcome ok = lower_weights(c, o.activation, false, work); !ok) return ok;
  const std::vector<std::int32_t>& in = c.in(0).shape;
  const std::vector<std::int32_t>& filter = c.in(1).shape;
  const std::vector<std::int32_t>& out = c.out().shape;
  const auto padding = padding_of(c, o, {filter[1], filter[2]}, {o.dilation_h, o.dilation_w});
  if (!padding) return tl::unexpected(padding.error());
  plan::ConvOp& op = work.op;
  op.batch = unsigned_of(in[0]);
  op.in_h = unsigned_of(in[1]);
  op.in_w = unsigned_of(in[2]);
  op.in_c = unsigned_of(in[3]);
  op.out_h = unsigned_of(out[1]);
  op.out_w = unsigned_of(out[2]);
  op.out_c = unsigned_of(out[3]);
  op.kernel_h = unsigned_of(filter[1]);
  op.kernel_w = unsigned_of(filter[2]);
  op.stride_h = unsigned_of(o.stride_h);
  op.stride_w = unsigned_of(o.stride_w);
  op.dilation_h = unsigned_of(o.dilation_h);
  op.dilation_w = unsigned_of(o.dilation_w);
  op.pad_top = padding->pad_top;
  op.pad_left = padding->pad_left;
  op.groups = kDepthwise ? op.in_c : op.in_c / unsigned_of(filter[3]);
  op.weight_order = kDepthwise ? plan::WeightOrder::kHwo : plan::WeightOrder::kOhwi;
  if (Outcome ok = accepted(plan::check(op)); !ok) return ok;
  npu.inputs = {{.tensor = c.op.inputs[0], .view = image_view(c.in(0)), .whole_words = op.groups != 1}};
  npu.out_view = image_view(c.out());
  npu.macs = plan::macs(op);
  npu.work = std::move(work);
  return {};
}

Outcome lower_fully_connected(const Context& c, NpuOperator& npu) {
  const auto& o = std::get<FullyConnectedOptions>(c.op.options);
  ConvWork work;
  if (Outcome ok = lower_weights(c, o.activation, true, work); !ok) return ok;
  const u32 outputs = unsigned_of(c.in(1).shape[0]);
  const u32 depth = unsigned_of(c.in(1).shape[1]);
  const auto rows = static_cast<u32>(c.in(0).elements() / depth);
  plan::ConvOp op = plan::fully_connected_op(rows, depth, outputs);
  op.in_zp = work.op.in_zp;
  op.out_zp = work.op.out_zp;
  op.act_min = work.op.act_min;
  op.act_max = work.op.act_max;
  work.op = op;
  if (Outcome ok = accepted(plan::check(op)); !ok) return ok;
  npu.inputs = {{.tensor = c.op.inputs[0], .view = {rows, depth}}};
  npu.out_view = {rows, outputs};
  npu.macs = plan::macs(op);
  npu.work = std::move(work);
  return {};
}

Outcome lower_pool(const Context& c, plan::PoolKind kind, NpuOperator& npu) {
  const auto& o = std::get<Pool2dOptions>(c.op.options);
  const auto input = computed(c.in(0), c.in_name(0));
  if (!input) return tl::unexpected(input.error());
  const auto output = activation(c.out(), c.out_name());
  if (!output) return tl::unexpected(output.error());
  if (input->scale != output->scale || input->zero_point != output->zero_point) {
    return unsupported("has input and output of different quantisation");
  }
  const auto clamp = exec::clamp_of(o.activation, *output);
  if (!clamp) return tl::unexpected(clamp.error());
  const auto padding = padding_of(c, o, {o.filter_h, o.filter_w}, {1, 1});
  if (!padding) return tl::unexpected(padding.error());
  const std::vector<std::int32_t>& in = c.in(0).shape;
  const std::vector<std::int32_t>& out = c.out().shape;
  PoolWork work;
  work.op = {.kind = kind,
             .batch = unsigned_of(in[0]),
             .in_h = unsigned_of(in[1]),
             .in_w = unsigned_of(in[2]),
             .channels = unsigned_of(in[3]),
             .out_h = unsigned_of(out[1]),
             .out_w = unsigned_of(out[2]),
             .kernel_h = unsigned_of(o.filter_h),
             .kernel_w = unsigned_of(o.filter_w),
             .stride_h = unsigned_of(o.stride_h),
             .stride_w = unsigned_of(o.stride_w),
             .pad_top = padding->pad_top,
             .pad_left = padding->pad_left,
             .act_min = static_cast<std::int8_t>(clamp->min),
             .act_max = static_cast<std::int8_t>(clamp->max)};
  if (Outcome ok = accepted(plan::check(work.op)); !ok) return ok;
  npu.inputs = {{.tensor = c.op.inputs[0], .view = image_view(c.in(0)), .whole_words = true}};
  npu.out_view = image_view(c.out());
  npu.work = work;
  return {};
}

// How an operand of a sum is laid over the result.
enum class Cover : std::uint8_t { kAll, kRow, kOther };

// kRow: the operand's shape, leading ones aside, is the end of the result's shape, so that it repeats as a whole.
Cover cover_of(const Tensor& operand, const Tensor& out) {
  if (operand.elements() == out.elements()) return Cover::kAll;
  const auto first = std::ranges::find_if(operand.shape, [](std::int32_t d) { return d != 1; });
  const auto length = static_cast<std::size_t>(operand.shape.end() - first);
  if (length == 0 || length > out.shape.size()) return Cover::kOther;
  return std::equal(first, operand.shape.end(), out.shape.end() - static_cast<std::ptrdiff_t>(length)) ? Cover::kRow
                                                                                                       : Cover::kOther;
}

// The constant's elements at every place of a result of shape `out`.
std::vector<std::byte> broadcast(const Tensor& constant, const std::vector<std::int32_t>& out) {
  const auto elements = std::accumulate(out.begin(), out.end(), std::size_t{1},
                                        [](std::size_t n, std::int32_t d) { return n * static_cast<std::size_t>(d); });
  std::vector<std::byte> all(elements);
  for (std::size_t i = 0; i < elements; ++i) {
    std::size_t rest = i;
    std::size_t from = 0;
    std::size_t step = 1;
    for (std::size_t d = 1; d <= out.size(); ++d) {
      const auto extent = static_cast<std::size_t>(out[out.size() - d]);
      const std::size_t at = rest % extent;
      rest /= extent;
      if (d > constant.shape.size()) continue;
      const auto own = static_cast<std::size_t>(constant.shape[constant.shape.size() - d]);
      if (own != 1) from += at * step;
      step *= own;
    }
    all[i] = constant.data[from];
  }
  return all;
}

// An operand of a sum whose rows have `length` elements; constants are broadcast here and now.
Operand add_operand(const Context& c, std::size_t input, bool repeats, View view) {
  Operand operand{.tensor = c.op.inputs[input], .view = view, .whole_words = true, .constant = {}};
  if (repeats) operand.view.pixels = 1;
  const Tensor& tensor = c.in(input);
  if (!tensor.is_constant) return operand;
  if (repeats) {
    operand.constant.assign(tensor.data.begin(), tensor.data.end());
  } else {
    operand.constant = broadcast(tensor, c.out().shape);
  }
  return operand;
}

Outcome lower_add(const Context& c, NpuOperator& npu) {
  const auto* options = std::get_if<AddOptions>(&c.op.options);
  const auto fused = exec::fused(options == nullptr ? Activation::kNone : options->activation);
  if (!fused) return tl::unexpected(fused.error());
  if (c.in(0).is_constant && c.in(1).is_constant) return unsupported("adds two constants");
  const auto a = activation(c.in(0), c.in_name(0));
  if (!a) return tl::unexpected(a.error());
  const auto b = activation(c.in(1), c.in_name(1));
  if (!b) return tl::unexpected(b.error());
  const auto out = activation(c.out(), c.out_name());
  if (!out) return tl::unexpected(out.error());
  kernels::AddParams p;
  if (Outcome ok = exec::derived(kernels::make_add_params(*a, *b, *out, *fused, p), "multipliers"); !ok) return ok;

  const Tensor& result = c.out();
  const u32 last = result.shape.empty() ? 1 : unsigned_of(result.shape.back());
  const auto elements = static_cast<u32>(result.elements());
  // Narrow pixels would be mostly padding: without rows that repeat, they are one long one.
  View view = last >= plan::kWordBytes / 2 ? View{elements / last, last} : View{1, elements};
  std::array<bool, 2> repeats{};
  for (std::size_t i = 0; i < 2; ++i) {
    const Cover cover = cover_of(c.in(i), result);
    if (cover == Cover::kOther && !c.in(i).is_constant) {
      return unsupported("broadcasts " + c.in_name(i) + " in another way than as a row that repeats");
    }
    if (cover != Cover::kRow) continue;
    repeats[i] = true;
    const auto length = static_cast<u32>(c.in(i).elements());
    view = {elements / length, length};
  }
  EltwiseWork work;
  work.op = {.rows = view.pixels,
             .length = view.channels,
             .a = repeats[0] ? plan::Cover::kRow : plan::Cover::kAll,
             .b = repeats[1] ? plan::Cover::kRow : plan::Cover::kAll,
             .a_zp = static_cast<std::int8_t>(p.a_zero_point),
             .b_zp = static_cast<std::int8_t>(p.b_zero_point),
             .out_zp = static_cast<std::int8_t>(p.output_zero_point),
             .act_min = static_cast<std::int8_t>(p.activation.min),
             .act_max = static_cast<std::int8_t>(p.activation.max),
             .left_shift = static_cast<std::uint8_t>(p.left_shift),
             .a_scale = {p.a_multiplier.value, p.a_multiplier.shift},
             .b_scale = {p.b_multiplier.value, p.b_multiplier.shift},
             .out_scale = {p.output_multiplier.value, p.output_multiplier.shift}};
  if (Outcome ok = accepted(plan::check(work.op)); !ok) return ok;
  npu.inputs = {add_operand(c, 0, repeats[0], view), add_operand(c, 1, repeats[1], view)};
  npu.out_view = view;
  npu.work = work;
  return {};
}

Outcome lower_reshape(const Context& c, NpuOperator& npu) {
  const Tensor& input = c.in(0);
  const Tensor& output = c.out();
  if (Outcome ok = exec::require_type(input, c.in_name(0), {TensorType::kInt8}); !ok) return ok;
  if (Outcome ok = exec::require_type(output, c.out_name(), {TensorType::kInt8}); !ok) return ok;
  if (input.is_constant) return unsupported("reshapes a constant");
  if (input.is_variable || output.is_variable) return unsupported("reshapes a variable");
  const auto elements = static_cast<u32>(input.elements());
  npu.inputs = {{.tensor = c.op.inputs[0], .view = {1, elements}}};
  npu.out_view = {1, elements};
  npu.work = RenameWork{};
  return {};
}

Outcome lower_any(const Context& c, NpuOperator& npu) {
  switch (c.op.code) {
    case OpCode::kConv2d:
      return lower_conv<Conv2dOptions>(c, npu);
    case OpCode::kDepthwiseConv2d:
      return lower_conv<DepthwiseConv2dOptions>(c, npu);
    case OpCode::kFullyConnected:
      return lower_fully_connected(c, npu);
    case OpCode::kAveragePool2d:
      return lower_pool(c, plan::PoolKind::kAverage, npu);
    case OpCode::kMaxPool2d:
      return lower_pool(c, plan::PoolKind::kMax, npu);
    case OpCode::kAdd:
      return lower_add(c, npu);
    case OpCode::kReshape:
      return lower_reshape(c, npu);
    default:
      return unsupported("is an operator that the NPU does not have");
  }
}

}  // namespace

Result<NpuOperator> lower(const Graph& graph, std::size_t index) {
  const Operator& op = graph.operators[index];
  NpuOperator npu;
  npu.source = index;
  npu.output = op.outputs.empty() ? kAbsent : op.outputs[0];
  // Offsets in windows have 32 bits, and so have the counts that follow.
  for (const std::vector<std::int32_t>* list : {&op.inputs, &op.outputs}) {
    for (const std::int32_t tensor : *list) {
      if (tensor != kAbsent && graph.tensor(tensor).elements() > std::numeric_limits<std::int32_t>::max()) {
        return fail(ErrorCode::kUnsupported, "has a tensor of 2 GiB or more");
      }
    }
  }
  if (Outcome ok = lower_any({graph, op}, npu); !ok) return tl::unexpected(ok.error());
  return npu;
}

std::uint64_t macs_of(const Graph& graph, const Operator& op) {
  const bool conv = op.code == OpCode::kConv2d || op.code == OpCode::kFullyConnected;
  if (!conv && op.code != OpCode::kDepthwiseConv2d) return 0;
  const Tensor& filter = graph.tensor(op.inputs[1]);
  const auto outputs = static_cast<u64>(graph.tensor(op.outputs[0]).elements());
  // Every weight of an output channel is used once for each of its outputs.
  const std::int32_t channels = conv ? filter.shape[0] : filter.shape[3];
  return outputs * (filter.elements() / static_cast<u64>(channels));
}

}  // namespace auklet::compiler::passes
