#include <auklet/kernels/softmax.hpp>

#include <cmath>

#include "common.hpp"

namespace auklet::compiler::exec {

Result<Evaluate> prepare_softmax(const Context& context) {
  const auto& options = std::get<SoftmaxOptions>(context.op.options);
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
  // TensorFlow Lite's own tolerance: converters have written 1/256 with an error.
  constexpr float kTolerance = 0.001F * kernels::kSoftmaxOutputScale;
  if (std::abs(output->scale - kernels::kSoftmaxOutputScale) > kTolerance ||
      output->zero_point != kernels::kSoftmaxOutputZeroPoint) {
    return fail(ErrorCode::kUnsupported,
                "has " + context.out_name() + " of another quantisation than scale 1/256 and zero point -128");
  }
  const auto shape = shape_of(context.in(0), context.in_name(0));
  if (!shape) return tl::unexpected(shape.error());
  kernels::SoftmaxParams params;
  if (Outcome ok = derived(kernels::make_softmax_params(options.beta, input->scale, params), "multiplier"); !ok) {
    return tl::unexpected(ok.error());
  }
  return [params, s = *shape](const Values& v) {
    return kernels::reference::softmax(params, {s, elements<std::int8_t>(v.inputs[0])},
                                       {s, elements<std::int8_t>(v.outputs[0])});
  };
}

}  // namespace auklet::compiler::exec
