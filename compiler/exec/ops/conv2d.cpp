// CONV_2D and DEPTHWISE_CONV_2D: the same preparation, another kernel and another dimension of the filter that counts
// the outputs.
#include <auklet/kernels/conv2d.hpp>
#include <auklet/kernels/depthwise_conv2d.hpp>

#include <utility>
#include <vector>

#include "common.hpp"

namespace auklet::compiler::exec {
namespace {

using Kernel = kernels::Status (*)(const kernels::Conv2dParams&, kernels::Tensor4<const std::int8_t>,
                                   kernels::Tensor4<const std::int8_t>, std::span<const std::int32_t>,
                                   kernels::Tensor4<std::int8_t>);

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

template <typename O>
Result<Evaluate> prepare(const Context& context, Kernel kernel) {
  const auto& options = std::get<O>(context.op.options);
  if (Outcome ok = check_types(context); !ok) return tl::unexpected(ok.error());
  const auto input = quantization_of(context.in(0), context.in_name(0));
  if (!input) return tl::unexpected(input.error());
  const auto output = quantization_of(context.out(), context.out_name());
  if (!output) return tl::unexpected(output.error());
  auto multipliers = filter_multipliers(context, input->scale, output->scale);
  if (!multipliers) return tl::unexpected(multipliers.error());
  const auto window = derive_window(options, context);
  if (!window) return tl::unexpected(window.error());
  const auto clamp = clamp_of(options.activation, *output);
  if (!clamp) return tl::unexpected(clamp.error());

  kernels::Conv2dParams params;
  params.window = *window;
  params.input_zero_point = input->zero_point;
  params.output_zero_point = output->zero_point;
  params.activation = *clamp;
  return [params, multipliers = std::move(*multipliers), kernel, input_shape = shape4(context.in(0)),
          filter_shape = shape4(context.in(1)), output_shape = shape4(context.out())](const Values& v) {
    kernels::Conv2dParams p = params;
    p.multipliers = multipliers;  // Here, because the closure that owns them may have moved since.
    const std::span<const std::byte> bias = v.inputs.size() > 2 ? v.inputs[2] : std::span<const std::byte>();
    return kernel(p, {input_shape, elements<std::int8_t>(v.inputs[0])},
                  {filter_shape, elements<std::int8_t>(v.inputs[1])}, elements<std::int32_t>(bias),
                  {output_shape, elements<std::int8_t>(v.outputs[0])});
  };
}

}  // namespace

Result<Evaluate> prepare_conv2d(const Context& context) {
  return prepare<Conv2dOptions>(context, kernels::reference::conv2d);
}

Result<Evaluate> prepare_depthwise_conv2d(const Context& context) {
  return prepare<DepthwiseConv2dOptions>(context, kernels::reference::depthwise_conv2d);
}

}  // namespace auklet::compiler::exec
