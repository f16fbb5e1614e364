#include <auklet/kernels/softmax.hpp>

#include <cmath>

#include "common.hpp"

namespace auklet::compiler::exec {

namespace {

template <typename Out>
Evaluate run(const kernels::SoftmaxParams& params, const kernels::Shape& shape) {
  return call(AUKLET_TWIN_KERNELS(softmax, softmax), params, input<kernels::Tensor<const std::int8_t>>(0, shape),
              output<kernels::Tensor<Out>>(0, shape));
}

}  // namespace

Result<Evaluate> prepare_softmax(const Context& context) {
  const auto& options = std::get<SoftmaxOptions>(context.op.options);
  if (Outcome ok = require_type(context.in(0), context.in_name(0), {TensorType::kInt8}); !ok) {
    return tl::unexpected(ok.error());
  }
  if (Outcome ok = require_type(context.out(), context.out_name(), {TensorType::kInt8, TensorType::kInt16}); !ok) {
    return tl::unexpected(ok.error());
  }
  const auto from = quantization_of(context.in(0), context.in_name(0));
  if (!from) return tl::unexpected(from.error());
  const auto to = quantization_of(context.out(), context.out_name());
  if (!to) return tl::unexpected(to.error());
  const bool wide = context.out().type == TensorType::kInt16;
  const float scale = wide ? kernels::kSoftmaxInt16OutputScale : kernels::kSoftmaxOutputScale;
  const std::int32_t zero_point = wide ? kernels::kSoftmaxInt16OutputZeroPoint : kernels::kSoftmaxOutputZeroPoint;
  // TensorFlow Lite's own tolerance: converters have written 1/256 with an error.
  if (std::abs(to->scale - scale) > 0.001F * scale || to->zero_point != zero_point) {
    return fail(ErrorCode::kUnsupported, "has " + context.out_name() + " of another quantisation than scale " +
                                             (wide ? "1/65536 and zero point -32768" : "1/256 and zero point -128"));
  }
  const auto shape = shape_of(context.in(0), context.in_name(0));
  if (!shape) return tl::unexpected(shape.error());
  kernels::SoftmaxParams params;
  if (Outcome ok = derived(kernels::make_softmax_params(options.beta, from->scale, params), "multiplier"); !ok) {
    return tl::unexpected(ok.error());
  }
  return wide ? run<std::int16_t>(params, *shape) : run<std::int8_t>(params, *shape);
}

}  // namespace auklet::compiler::exec
