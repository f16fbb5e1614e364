// L2_NORMALIZATION and LOG_SOFTMAX, both over the last dimension.
#include <auklet/kernels/l2_normalization.hpp>
#include <auklet/kernels/reduction_quantization.hpp>

#include "operands.hpp"

namespace auklet::compiler::exec {
namespace {

// The operators define their outputs' quantisation; TensorFlow Lite accepts no other.
Outcome require_output(const Context& context, kernels::AffineParams output, float scale, std::int32_t zero_point,
                       const char* expected) {
  if (output.scale == scale && output.zero_point == zero_point) return {};
  return fail(ErrorCode::kUnsupported, "has " + context.out_name() + " of another quantisation than " + expected);
}

Result<Evaluate> prepare_float_log_softmax(const Context& context) {
  if (Outcome ok = require_type(context.out(), context.out_name(), {TensorType::kFloat32}); !ok) {
    return tl::unexpected(ok.error());
  }
  const auto shape = shape_of(context.in(0), context.in_name(0));
  if (!shape) return tl::unexpected(shape.error());
  return call(AUKLET_KERNEL(log_softmax, log_softmax), input<kernels::Tensor<const float>>(0, *shape),
              output<kernels::Tensor<float>>(0, *shape));
}

}  // namespace

Result<Evaluate> prepare_l2_normalization(const Context& context) {
  const auto* options = std::get_if<L2NormOptions>(&context.op.options);
  if (options != nullptr && options->activation != Activation::kNone) {
    return fail(ErrorCode::kUnsupported, "has a fused activation");
  }
  const auto operands = unary_operands(context);
  if (!operands) return tl::unexpected(operands.error());
  if (Outcome ok = require_output(context, operands->output, kernels::kL2NormalizationOutputScale,
                                  kernels::kL2NormalizationOutputZeroPoint, "scale 1/128 and zero point 0");
      !ok) {
    return tl::unexpected(ok.error());
  }
  const auto shape = shape_of(context.in(0), context.in_name(0));
  if (!shape) return tl::unexpected(shape.error());
  if (!context.in(0).shape.empty() && context.in(0).shape.back() > kernels::kMaxL2NormalizationDepth) {
    return fail(ErrorCode::kUnsupported, "normalises over " + std::to_string(context.in(0).shape.back()) +
                                             " elements; at most " + std::to_string(kernels::kMaxL2NormalizationDepth) +
                                             " are implemented");
  }
  return call(AUKLET_KERNEL(l2_normalization, l2_normalization), operands->input.zero_point,
              input<kernels::Tensor<const std::int8_t>>(0, *shape), output<kernels::Tensor<std::int8_t>>(0, *shape));
}

Result<Evaluate> prepare_log_softmax(const Context& context) {
  if (Outcome ok = require_type(context.in(0), context.in_name(0), {TensorType::kInt8, TensorType::kFloat32}); !ok) {
    return tl::unexpected(ok.error());
  }
  if (context.in(0).type == TensorType::kFloat32) return prepare_float_log_softmax(context);
  const auto operands = unary_operands(context);
  if (!operands) return tl::unexpected(operands.error());
  if (Outcome ok = require_output(context, operands->output, kernels::kLogSoftmaxOutputScale,
                                  kernels::kLogSoftmaxOutputZeroPoint, "scale 1/16 and zero point 127");
      !ok) {
    return tl::unexpected(ok.error());
  }
  const auto shape = shape_of(context.in(0), context.in_name(0));
  if (!shape) return tl::unexpected(shape.error());
  kernels::LogSoftmaxParams params;
  if (Outcome ok = derived(kernels::make_log_softmax_params(operands->input.scale, params), "multipliers"); !ok) {
    return tl::unexpected(ok.error());
  }
  return call(AUKLET_KERNEL(log_softmax, log_softmax), params, input<kernels::Tensor<const std::int8_t>>(0, *shape),
              output<kernels::Tensor<std::int8_t>>(0, *shape));
}

}  // namespace auklet::compiler::exec
