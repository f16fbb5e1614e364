// CONV_2D, DEPTHWISE_CONV_2D, FULLY_CONNECTED and TRANSPOSE_CONV.
#include <algorithm>
#include <array>
#include <auklet/kernels/window.hpp>
#include <type_traits>

#include "conv_forms.hpp"
#include "lowering.hpp"

namespace auklet::compiler::passes {
namespace {

using exec::Context;
using u32 = std::uint32_t;

std::span<const std::int8_t> int8_values(const Tensor& tensor) {
  return exec::elements<std::int8_t>(std::span(tensor.data));
}

// Which inputs of an operator are the image, the weights and the bias.
struct Roles {
  std::size_t image = 0;
  std::size_t filter = 1;
  std::size_t bias = 2;
};

// What all of them share: weights, bias, requantisation, zero points and clamp.
Outcome lower_weights(const Context& c, const Roles& roles, Activation fused, bool single_scale_in_float,
                      ConvWork& work) {
  const auto input = computed(c.in(roles.image), c.in_name(roles.image));
  if (!input) return tl::unexpected(input.error());
  const auto output = activation(c.out(), c.out_name());
  if (!output) return tl::unexpected(output.error());
  const auto clamp = exec::clamp_of(fused, *output);
  if (!clamp) return tl::unexpected(clamp.error());
  const Tensor& filter = c.in(roles.filter);
  const std::string filter_name = c.in_name(roles.filter);
  if (Outcome ok = exec::require_type(filter, filter_name, {TensorType::kInt8}); !ok) return ok;
  if (!filter.is_constant) return unsupported("has weights that are computed, not constant");
  if (!filter.quantization.present()) return unsupported("has " + filter_name + " without a scale");
  if (!std::ranges::all_of(filter.quantization.zero_points, [](std::int64_t z) { return z == 0; })) {
    return unsupported("has weights with a zero point other than 0");
  }
  if (c.has(roles.bias)) {
    const Tensor& bias = c.in(roles.bias);
    if (Outcome ok = exec::require_type(bias, c.in_name(roles.bias), {TensorType::kInt32}); !ok) return ok;
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

// Padding before an image of `sides`, height and width, for an operator with such a window.
template <typename O>
Result<std::array<u32, 2>> pads_before(const O& o, std::array<std::int32_t, 2> sides,
                                       std::array<std::int32_t, 2> kernel, std::array<std::int32_t, 2> dilation) {
  const kernels::Padding padding = exec::padding_of(o.padding);
  const std::array strides{o.stride_h, o.stride_w};
  std::array<u32, 2> pads{};
  for (std::size_t i = 0; i < 2; ++i) {
    kernels::PaddedExtent extent;
    const auto status = kernels::resolve_padding(padding, sides[i], kernel[i], strides[i], dilation[i], extent);
    if (Outcome ok = exec::derived(status, "padding"); !ok) return tl::unexpected(ok.error());
    pads[i] = unsigned_of(extent.pad_before);
  }
  return pads;
}

// Adds the first step of a convolution whose rows are packed: its result as pixels of so many channels.
Operand packed(Lowering& to, ConvWork pack, Operand image, u32 channels) {
  const View words{pack.op.batch * pack.op.out_h * pack.op.out_w, pack.op.out_c};
  const std::int32_t result = to.internal();
  to.add(std::move(pack), {std::move(image)}, result, words);
  return operand_of(result, {words.pixels * (words.channels / channels), channels}, false);
}

// CONV_2D and DEPTHWISE_CONV_2D, whose filters name their dimensions differently.
template <typename O>
Outcome lower_conv(Lowering& to) {
  constexpr bool kDepthwise = std::is_same_v<O, DepthwiseConv2dOptions>;
  const Context& c = to.c;
  const auto& o = std::get<O>(c.op.options);
  ConvWork work;
  if (Outcome ok = lower_weights(c, {}, o.activation, false, work); !ok) return ok;
  const std::vector<std::int32_t>& in = c.in(0).shape;
  const std::vector<std::int32_t>& filter = c.in(1).shape;
  const std::vector<std::int32_t>& out = c.out().shape;
  const auto pads = pads_before(o, {in[1], in[2]}, {filter[1], filter[2]}, {o.dilation_h, o.dilation_w});
  if (!pads) return tl::unexpected(pads.error());
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
  op.pad_top = (*pads)[0];
  op.pad_left = (*pads)[1];
  op.groups = kDepthwise ? op.in_c : op.in_c / unsigned_of(filter[3]);
  op.weight_order = kDepthwise ? plan::WeightOrder::kHwo : plan::WeightOrder::kOhwi;
  std::int32_t image = c.op.inputs[0];
  if (const std::optional<PadFold>& fold = to.pad(); fold) {
    image = fold->input;
    op.pad_top += fold->top;
    op.pad_left += fold->left;
    op.in_h = unsigned_of(c.graph.tensor(image).shape[1]);
    op.in_w = unsigned_of(c.graph.tensor(image).shape[2]);
  }
  if (Outcome ok = accepted(plan::check(op)); !ok) return ok;
  const std::uint64_t macs = plan::macs(op);
  Operand operand = operand_of(image, image_view(c.graph.tensor(image)), !plan::reads_compact(op));
  ConvForm form = best_form(work, read_compact(c.graph, to.folds(), to.output()), to.hardware());
  if (form.pack) operand = packed(to, std::move(*form.pack), std::move(operand), form.conv.op.in_c);
  View view = image_view(c.out());
  view = {view.pixels / form.columns, view.channels * form.columns};
  to.add(std::move(form.conv), {std::move(operand)}, to.output(), view, macs);
  return {};
}

// One dimension of a phase of a transposed convolution: the outputs `phase`, `phase + stride` and so on, as an ordinary
// convolution with a stride of 1. Its kernel is every stride-th tap, backwards:
//   out[q * stride + phase] = sum over j of in[q + first - j] * w[tap + j * stride]
// since tap k carries input i to output i * stride + k - pad.
struct PhaseAxis {
  u32 outputs = 0;
  u32 kernel = 0;  // Taps, `zeros` of them in front and not the filter's.
  u32 zeros = 0;   // Taps that only shift the window.
  u32 pad = 0;
  std::int32_t tap = 0;  // The filter's tap that stands last.
};

PhaseAxis phase_axis(std::int32_t phase, std::int32_t stride, std::int32_t pad, std::int32_t kernel,
                     std::int32_t outputs) {
  PhaseAxis axis;
  axis.outputs = unsigned_of((outputs - phase + stride - 1) / stride);
  axis.tap = (phase + pad) % stride;
  const std::int32_t first = (phase + pad) / stride;
  const std::int32_t taps = axis.tap < kernel ? (kernel - axis.tap + stride - 1) / stride : 0;
  const std::int32_t before = taps - 1 - first;  // Padding, or negated: inputs that the window leaves out.
  axis.zeros = before < 0 ? unsigned_of(-before) : 0;
  axis.pad = before < 0 ? 0 : unsigned_of(before);
  axis.kernel = unsigned_of(taps) + axis.zeros;
  if (axis.kernel == 0) axis.kernel = 1;  // No tap at all reaches this phase: one that is zero.
  return axis;
}

// The taps of a phase from a filter [out][kh][kw][in].
std::vector<std::int8_t> phase_weights(const Tensor& filter, const PhaseAxis& y, const PhaseAxis& x,
                                       std::array<std::int32_t, 2> stride) {
  const auto side = [&](std::size_t d) { return static_cast<std::size_t>(filter.shape[d]); };
  const std::span<const std::int8_t> all = int8_values(filter);
  std::vector<std::int8_t> taps(side(0) * y.kernel * x.kernel * side(3));
  // The filter's coordinate of tap `i` of a phase, or the size of the filter when it is none.
  const auto coordinate = [](const PhaseAxis& axis, std::size_t i, std::int32_t step, std::size_t size) {
    if (i < axis.zeros) return size;
    return std::min(size, static_cast<std::size_t>(axis.tap) + (axis.kernel - 1 - i) * static_cast<std::size_t>(step));
  };
  std::size_t at = 0;
  for (std::size_t o = 0; o < side(0); ++o) {
    for (std::size_t i = 0; i < y.kernel; ++i) {
      for (std::size_t j = 0; j < x.kernel; ++j, at += side(3)) {
        const std::size_t ky = coordinate(y, i, stride[0], side(1));
        const std::size_t kx = coordinate(x, j, stride[1], side(2));
        if (ky >= side(1) || kx >= side(2)) continue;
        const std::size_t from = ((o * side(1) + ky) * side(2) + kx) * side(3);
        std::copy_n(all.begin() + static_cast<std::ptrdiff_t>(from), side(3),
                    taps.begin() + static_cast<std::ptrdiff_t>(at));
      }
    }
  }
  return taps;
}

// Where the pixels of a phase go in the whole output: each as many pixels behind the last one as there are phases.
plan::CopyOp phase_copy(const std::vector<std::int32_t>& out, const PhaseAxis& y, const PhaseAxis& x,
                        std::array<std::int32_t, 2> phase, std::array<std::int32_t, 2> phases) {
  const std::int32_t pixel = out[3];
  const std::int32_t row = out[2] * pixel;
  const auto from_row = static_cast<std::int32_t>(x.outputs) * pixel;
  plan::CopyOp copy;
  copy.to_offset = unsigned_of(phase[0] * row + phase[1] * pixel);
  copy.axes[0] = {unsigned_of(out[0]), static_cast<std::int32_t>(y.outputs) * from_row, out[1] * row};
  copy.axes[1] = {y.outputs, from_row, phases[0] * row};
  copy.axes[2] = {x.outputs, pixel, phases[1] * pixel};
  copy.axes[3] = {unsigned_of(pixel), 1, 1};
  return copy;
}

constexpr Roles kTransposeRoles{.image = 2, .filter = 1, .bias = 3};

}  // namespace

Outcome lower_conv2d(Lowering& to) { return lower_conv<Conv2dOptions>(to); }
Outcome lower_depthwise_conv2d(Lowering& to) { return lower_conv<DepthwiseConv2dOptions>(to); }

Outcome lower_fully_connected(Lowering& to) {
  const Context& c = to.c;
  const auto& o = std::get<FullyConnectedOptions>(c.op.options);
  ConvWork work;
  if (Outcome ok = lower_weights(c, {}, o.activation, true, work); !ok) return ok;
  const u32 outputs = unsigned_of(c.in(1).shape[0]);
  const u32 depth = unsigned_of(c.in(1).shape[1]);
  const auto rows = static_cast<u32>(c.in(0).elements() / depth);
  plan::ConvOp op = plan::fully_connected_op(rows, depth, outputs);
  if (rows <= static_cast<u32>(spec::GeomFields::kInH.max)) {
    // One image of so many rows, since rows can be cut.
    op.batch = 1;
    op.in_h = op.out_h = rows;
  }
  op.in_zp = work.op.in_zp;
  op.out_zp = work.op.out_zp;
  op.act_min = work.op.act_min;
  op.act_max = work.op.act_max;
  work.op = op;
  if (Outcome ok = accepted(plan::check(op)); !ok) return ok;
  to.add(std::move(work), {operand_of(c.op.inputs[0], {rows, depth}, false)}, to.output(), {rows, outputs},
         plan::macs(op));
  return {};
}

Outcome lower_transpose_conv(Lowering& to) {
  const Context& c = to.c;
  const auto& o = std::get<TransposeConvOptions>(c.op.options);
  ConvWork shared;
  if (Outcome ok = lower_weights(c, kTransposeRoles, o.activation, false, shared); !ok) return ok;
  const Tensor& image = c.in(kTransposeRoles.image);
  const Tensor& filter = c.in(kTransposeRoles.filter);
  const std::vector<std::int32_t>& out = c.out().shape;
  if (!c.in(0).is_constant) return unsupported("has an output shape that is computed");
  const std::array stride{o.stride_h, o.stride_w};
  // Outputs beyond the first `stride` ones are of the same phases again.
  const std::array phases{std::min(stride[0], out[1]), std::min(stride[1], out[2])};
  if (std::int64_t{phases[0]} * phases[1] > kInternalTensors) {
    return unsupported("has strides that make too many phases");
  }
  // The window is that of the convolution that would turn the output into the image.
  const auto pads = pads_before(o, {out[1], out[2]}, {filter.shape[1], filter.shape[2]}, {1, 1});
  if (!pads) return tl::unexpected(pads.error());
  const std::array pad{static_cast<std::int32_t>((*pads)[0]), static_cast<std::int32_t>((*pads)[1])};
  CopyWork interleave;
  std::vector<Operand> results;
  for (std::int32_t py = 0; py < phases[0]; ++py) {
    for (std::int32_t px = 0; px < phases[1]; ++px) {
      const PhaseAxis y = phase_axis(py, stride[0], pad[0], filter.shape[1], out[1]);
      const PhaseAxis x = phase_axis(px, stride[1], pad[1], filter.shape[2], out[2]);
      ConvWork work = shared;
      work.derived = std::make_shared<const std::vector<std::int8_t>>(phase_weights(filter, y, x, stride));
      work.weights = *work.derived;
      work.op.batch = unsigned_of(image.shape[0]);
      work.op.in_h = unsigned_of(image.shape[1]);
      work.op.in_w = unsigned_of(image.shape[2]);
      work.op.in_c = unsigned_of(image.shape[3]);
      work.op.out_h = y.outputs;
      work.op.out_w = x.outputs;
      work.op.out_c = unsigned_of(out[3]);
      work.op.kernel_h = y.kernel;
      work.op.kernel_w = x.kernel;
      work.op.pad_top = y.pad;
      work.op.pad_left = x.pad;
      if (Outcome ok = accepted(plan::check(work.op)); !ok) return ok;
      const View view{work.op.batch * y.outputs * x.outputs, work.op.out_c};
      const bool only = phases[0] * phases[1] == 1;
      const std::int32_t result = only ? to.output() : to.internal();
      const std::uint64_t macs = interleave.parts.empty() ? macs_of(c.graph, c.op) : 0;
      to.add(std::move(work), {operand_of(c.op.inputs[kTransposeRoles.image], image_view(image), false)}, result, view,
             macs);
      if (only) return {};
      interleave.parts.push_back({results.size(), phase_copy(out, y, x, {py, px}, phases)});
      results.push_back(operand_of(result, view, false));
    }
  }
  to.add(std::move(interleave), std::move(results), to.output(), image_view(c.out()));
  return {};
}

}  // namespace auklet::compiler::passes
