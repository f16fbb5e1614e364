// AVERAGE_POOL_2D and MAX_POOL_2D.
#include <auklet/kernels/pool2d.hpp>

#include "common.hpp"

namespace auklet::compiler::exec {
namespace {

using Kernel = kernels::Status (*)(const kernels::Pool2dParams&, kernels::Tensor4<const std::int8_t>,
                                   kernels::Tensor4<std::int8_t>);

Result<Evaluate> prepare(const Context& context, Kernel kernel) {
  const auto& options = std::get<Pool2dOptions>(context.op.options);
  if (Outcome ok = require_type(context.in(0), context.in_name(0), {TensorType::kInt8}); !ok) {
    return tl::unexpected(ok.error());
  }
  if (Outcome ok = require_type(context.out(), context.out_name(), {TensorType::kInt8}); !ok) {
    return tl::unexpected(ok.error());
  }
  const auto input = quantization_of(context.in(0), context.in_name(0));
  if (!input) return tl::unexpected(input.error());
  const auto output = quantization_of(context.out(), context.out_name());
  if (!output) return tl::unexpected(output.error());
  if (input->scale != output->scale || input->zero_point != output->zero_point) {
    return fail(ErrorCode::kUnsupported, "has input and output of different quantisation");
  }
  const auto clamp = clamp_of(options.activation, *output);
  if (!clamp) return tl::unexpected(clamp.error());

  const std::vector<std::int32_t>& shape = context.in(0).shape;
  const kernels::Padding padding = padding_of(options.padding);
  kernels::PaddedExtent rows;
  kernels::PaddedExtent columns;
  kernels::Status status = kernels::resolve_padding(padding, shape[1], options.filter_h, options.stride_h, 1, rows);
  if (status == kernels::Status::kOk) {
    status = kernels::resolve_padding(padding, shape[2], options.filter_w, options.stride_w, 1, columns);
  }
  if (Outcome ok = derived(status, "padding"); !ok) return tl::unexpected(ok.error());
  const kernels::Pool2dParams params = {options.filter_h,
                                        options.filter_w,
                                        options.stride_h,
                                        options.stride_w,
                                        rows.pad_before,
                                        columns.pad_before,
                                        *clamp};
  return [params, kernel, input_shape = shape4(context.in(0)), output_shape = shape4(context.out())](const Values& v) {
    return kernel(params, {input_shape, elements<std::int8_t>(v.inputs[0])},
                  {output_shape, elements<std::int8_t>(v.outputs[0])});
  };
}

}  // namespace

Result<Evaluate> prepare_average_pool2d(const Context& context) {
  return prepare(context, kernels::reference::average_pool2d);
}

Result<Evaluate> prepare_max_pool2d(const Context& context) { return prepare(context, kernels::reference::max_pool2d); }

}  // namespace auklet::compiler::exec
