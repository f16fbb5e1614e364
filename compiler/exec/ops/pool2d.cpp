// AVERAGE_POOL_2D and MAX_POOL_2D.
#include <auklet/kernels/pool2d.hpp>

#include "common.hpp"

namespace auklet::compiler::exec {
namespace {

template <typename... Functions>
Result<Evaluate> prepare(const Context& context, const Kernel<Functions...>& kernel) {
  const auto& options = std::get<Pool2dOptions>(context.op.options);
  if (Outcome ok = require_type(context.in(0), context.in_name(0), {TensorType::kInt8}); !ok) {
    return tl::unexpected(ok.error());
  }
  if (Outcome ok = require_type(context.out(), context.out_name(), {TensorType::kInt8}); !ok) {
    return tl::unexpected(ok.error());
  }
  const auto from = quantization_of(context.in(0), context.in_name(0));
  if (!from) return tl::unexpected(from.error());
  const auto to = quantization_of(context.out(), context.out_name());
  if (!to) return tl::unexpected(to.error());
  if (from->scale != to->scale || from->zero_point != to->zero_point) {
    return fail(ErrorCode::kUnsupported, "has input and output of different quantisation");
  }
  const auto clamp = clamp_of(options.activation, *to);
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
  return call(kernel, params, input<kernels::Tensor4<const std::int8_t>>(0, shape4(context.in(0))),
              output<kernels::Tensor4<std::int8_t>>(0, shape4(context.out())));
}

}  // namespace

Result<Evaluate> prepare_average_pool2d(const Context& context) {
  return prepare(context, AUKLET_TWIN_KERNELS(pool2d, average_pool2d));
}

Result<Evaluate> prepare_max_pool2d(const Context& context) {
  return prepare(context, AUKLET_TWIN_KERNELS(pool2d, max_pool2d));
}

}  // namespace auklet::compiler::exec
