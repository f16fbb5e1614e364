// CONV_2D and DEPTHWISE_CONV_2D: the same preparation, another kernel and another dimension of the filter that counts
// the outputs.
#include <auklet/kernels/conv2d.hpp>
#include <auklet/kernels/depthwise_conv2d.hpp>

#include <optional>
#include <utility>
#include <vector>

#include "common.hpp"

namespace auklet::compiler::exec {
namespace {

Outcome check_types(const Context& context) {
  if (Outcome ok = require_type(context.in(0), context.in_name(0), {TensorType::kInt8}); !ok) return ok;
  if (Outcome ok = require_type(context.in(1), context.in_name(1), {TensorType::kInt8}); !ok) return ok;
  if (context.has(2)) {
    if (Outcome ok = require_type(context.in(2), context.in_name(2), {TensorType::kInt32}); !ok) return ok;
  }
  return require_type(context.out(), context.out_name(), {TensorType::kInt8});
}

// Strides, dilations and the padding that follows from them.
template <typename O>
Result<kernels::Window2d> derive_window(const O& options, const Context& context) {
  const std::vector<std::int32_t>& input = context.in(0).shape;
  const std::vector<std::int32_t>& filter = context.in(1).shape;
  kernels::PaddedExtent rows;
  kernels::PaddedExtent columns;
  const kernels::Padding padding = padding_of(options.padding);
  kernels::Status status =
      kernels::resolve_padding(padding, input[1], filter[1], options.stride_h, options.dilation_h, rows);
  if (status == kernels::Status::kOk) {
    status = kernels::resolve_padding(padding, input[2], filter[2], options.stride_w, options.dilation_w, columns);
  }
  if (Outcome ok = derived(status, "padding"); !ok) return tl::unexpected(ok.error());
  return kernels::Window2d{options.stride_h,   options.stride_w, options.dilation_h,
                           options.dilation_w, rows.pad_before,  columns.pad_before};
}

using Parameters = Owning<kernels::Conv2dParams, kernels::QuantizedMultiplier>;

Operand<kernels::Tensor4<const std::int8_t>> image(const Context& context) {
  return input<kernels::Tensor4<const std::int8_t>>(0, shape4(context.in(0)));
}
Operand<kernels::Tensor4<const std::int8_t>> filter(const Context& context) {
  return input<kernels::Tensor4<const std::int8_t>>(1, shape4(context.in(1)));
}

// What the optimised kernels borrow; nothing calls these where the build has none.
[[maybe_unused]] void use_memory(const Conv2dOptions& /*dense*/, const Context& context, const Parameters& params,
                                 OptimizedCall& call) {
  namespace optimized = kernels::optimized;
  const bool packs = has_constant_filter(context);
  const kernels::Shape4 in = shape4(context.in(0));
  const kernels::Shape4 weights = shape4(context.in(1));
  call.workspace_bytes = optimized::conv2d_workspace(params.resolve({}), in, weights, shape4(context.out()), packs);
  if (!packs) return;
  const std::int32_t groups = in.channels / weights.channels;
  call.packed_bytes = optimized::conv2d_packed_size(params.resolve({}), weights, groups);
  call.pack = [params, groups, weights = filter(context)](const Values& v, std::span<std::byte> packed) {
    const auto bias = input<std::span<const std::int32_t>>(2).resolve(v);
    return optimized::pack_conv2d(params.resolve(v), weights.resolve(v), groups, bias, packed);
  };
}

[[maybe_unused]] void use_memory(const DepthwiseConv2dOptions& /*depthwise*/, const Context& context,
                                 const Parameters& params, OptimizedCall& call) {
  namespace optimized = kernels::optimized;
  const bool packs = has_constant_filter(context);
  const kernels::Shape4 weights = shape4(context.in(1));
  call.workspace_bytes = optimized::depthwise_conv2d_workspace(params.resolve({}), shape4(context.in(0)), weights,
                                                               shape4(context.out()), packs);
  if (!packs) return;
  call.packed_bytes = optimized::depthwise_conv2d_packed_size(params.resolve({}), weights);
  call.pack = [params, weights = filter(context)](const Values& v, std::span<std::byte> packed) {
    const auto bias = input<std::span<const std::int32_t>>(2).resolve(v);
    return optimized::pack_depthwise_conv2d(params.resolve(v), weights.resolve(v), bias, packed);
  };
}

template <typename O, typename... Functions>
Result<Evaluate> prepare(const Context& context, const Kernel<Functions...>& kernel) {
  const auto& options = std::get<O>(context.op.options);
  if (Outcome ok = check_types(context); !ok) return tl::unexpected(ok.error());
  const auto from = quantization_of(context.in(0), context.in_name(0));
  if (!from) return tl::unexpected(from.error());
  const auto to = quantization_of(context.out(), context.out_name());
  if (!to) return tl::unexpected(to.error());
  auto multipliers = filter_multipliers(context, from->scale, to->scale);
  if (!multipliers) return tl::unexpected(multipliers.error());
  const auto window = derive_window(options, context);
  if (!window) return tl::unexpected(window.error());
  const auto clamp = clamp_of(options.activation, *to);
  if (!clamp) return tl::unexpected(clamp.error());

  kernels::Conv2dParams params;
  params.window = *window;
  params.input_zero_point = from->zero_point;
  params.output_zero_point = to->zero_point;
  params.activation = *clamp;
  const Owning owning{params, std::move(*multipliers), &kernels::Conv2dParams::multipliers};
  Evaluate evaluate = call(kernel, owning, image(context), filter(context), input<std::span<const std::int32_t>>(2),
                           output<kernels::Tensor4<std::int8_t>>(0, shape4(context.out())));
  if constexpr (kHasOptimizedKernels) {
    if (std::optional<OptimizedCall>& optimized = evaluate.optimized()) use_memory(O{}, context, owning, *optimized);
  }
  return evaluate;
}

}  // namespace

Result<Evaluate> prepare_conv2d(const Context& context) {
  return prepare<Conv2dOptions>(context, AUKLET_TWIN_KERNELS(conv2d, conv2d));
}

Result<Evaluate> prepare_depthwise_conv2d(const Context& context) {
  return prepare<DepthwiseConv2dOptions>(context, AUKLET_TWIN_KERNELS(depthwise_conv2d, depthwise_conv2d));
}

}  // namespace auklet::compiler::exec
