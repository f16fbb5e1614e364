// CONV_2D and DEPTHWISE_CONV_2D: the same preparation, another kernel and another dimension of the filter that counts
// the outputs.
#include <auklet/kernels/conv2d.hpp>
#include <auklet/kernels/depthwise_conv2d.hpp>

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

template <typename O, typename Function>
Result<Evaluate> prepare(const Context& context, const Kernel<Function>& kernel) {
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
  return call(kernel, owning, input<kernels::Tensor4<const std::int8_t>>(0, shape4(context.in(0))),
              input<kernels::Tensor4<const std::int8_t>>(1, shape4(context.in(1))),
              input<std::span<const std::int32_t>>(2), output<kernels::Tensor4<std::int8_t>>(0, shape4(context.out())));
}

}  // namespace

Result<Evaluate> prepare_conv2d(const Context& context) {
  return prepare<Conv2dOptions>(context, AUKLET_KERNEL(conv2d, conv2d));
}

Result<Evaluate> prepare_depthwise_conv2d(const Context& context) {
  return prepare<DepthwiseConv2dOptions>(context, AUKLET_KERNEL(depthwise_conv2d, depthwise_conv2d));
}

}  // namespace auklet::compiler::exec
