#include <auklet/kernels/quantization.hpp>
#include <cmath>
#include <limits>

#include "scales.hpp"

namespace auklet::kernels {

using detail::check_quantization;
using detail::quantize_multiplier_below_one;
using detail::usable_scale;

Status quantize_multiplier(double real, QuantizedMultiplier& result) {
  if (!std::isfinite(real) || real < 0.0) return Status::kBadScale;
  if (real == 0.0) {
    result = {};
    return Status::kOk;
  }
  int exponent = 0;
  const double fraction = std::frexp(real, &exponent);
  auto value = static_cast<std::int64_t>(std::round(fraction * static_cast<double>(std::int64_t{1} << 31)));
  if (value == std::int64_t{1} << 31) {
    value /= 2;
    ++exponent;
  }
  if (exponent > kMaxShift) return Status::kBadScale;
  // A right shift that leaves no bit: zero, exactly as the reference has it.
  result =
      exponent < kMinShift ? QuantizedMultiplier{} : QuantizedMultiplier{static_cast<std::int32_t>(value), exponent};
  return Status::kOk;
}

Status conv_multiplier(float input_scale, float filter_scale, float output_scale, QuantizedMultiplier& result) {
  if (!usable_scale(input_scale) || !usable_scale(filter_scale) || !usable_scale(output_scale))
    return Status::kBadScale;
  const double product = static_cast<double>(input_scale) * static_cast<double>(filter_scale);
  return quantize_multiplier(product / static_cast<double>(output_scale), result);
}

Status fully_connected_multiplier(float input_scale, float filter_scale, float output_scale,
                                  QuantizedMultiplier& result) {
  if (!usable_scale(input_scale) || !usable_scale(filter_scale) || !usable_scale(output_scale))
    return Status::kBadScale;
  const float product = input_scale * filter_scale;
  return quantize_multiplier(static_cast<double>(product) / static_cast<double>(output_scale), result);
}

Status requantize_multiplier(float input_scale, float output_scale, QuantizedMultiplier& result) {
  if (!usable_scale(input_scale) || !usable_scale(output_scale)) return Status::kBadScale;
  return quantize_multiplier(static_cast<double>(input_scale) / static_cast<double>(output_scale), result);
}

Status make_add_params(AffineParams a, AffineParams b, AffineParams output, FusedActivation activation,
                       AddParams& result) {
  const Status scales = detail::first_error(check_quantization(a), check_quantization(b), check_quantization(output));
  if (scales != Status::kOk) return scales;
  const double twice = 2.0 * static_cast<double>(a.scale > b.scale ? a.scale : b.scale);
  const double widened = static_cast<double>(std::int32_t{1} << kAddLeftShift) * static_cast<double>(output.scale);

  AddParams params;
  params.a_zero_point = a.zero_point;
  params.b_zero_point = b.zero_point;
  params.output_zero_point = output.zero_point;
  const Status status =
      detail::first_error(quantize_multiplier_below_one(static_cast<double>(a.scale) / twice, params.a_multiplier),
                          quantize_multiplier_below_one(static_cast<double>(b.scale) / twice, params.b_multiplier),
                          quantize_multiplier_below_one(twice / widened, params.output_multiplier),
                          activation_range(activation, output, params.activation));
  if (status == Status::kOk) result = params;
  return status;
}

Status make_softmax_params(float beta, float input_scale, SoftmaxParams& result) {
  if (!usable_scale(beta) || !usable_scale(input_scale)) return Status::kBadScale;
  constexpr std::int32_t kFractionBits = 31 - kSoftmaxDifferenceBits;
  constexpr double kLargest = static_cast<double>(std::numeric_limits<std::int32_t>::max());
  const double exact = static_cast<double>(beta) * static_cast<double>(input_scale) *
                       static_cast<double>(std::int32_t{1} << kFractionBits);
  const double real = exact < kLargest ? exact : kLargest;
  if (!(real > 1.0)) return Status::kBadScale;

  // As quantize_multiplier, but a shift of 31 is fine here: it leaves only differences of 0 above difference_min.
  int shift = 0;
  const double fraction = std::frexp(real, &shift);
  auto value = static_cast<std::int64_t>(std::round(fraction * static_cast<double>(std::int64_t{1} << 31)));
  if (value == std::int64_t{1} << 31) {
    value /= 2;
    ++shift;
  }
  constexpr std::int64_t kRange = ((std::int64_t{1} << kSoftmaxDifferenceBits) - 1) << kFractionBits;
  result.difference_multiplier = {static_cast<std::int32_t>(value), shift};
  result.difference_min = -static_cast<std::int32_t>(kRange >> shift);
  return Status::kOk;
}

Status activation_range(FusedActivation activation, AffineParams output, ActivationRange& result) {
  const Status status = check_quantization(output);
  if (status != Status::kOk) return status;
  constexpr float kFar = 1024.0F;  // Beyond int8 for every zero point, and small enough to convert.
  const auto quantized = [&](float bound) {
    const float steps = std::round(bound / output.scale);
    return output.zero_point + static_cast<std::int32_t>(steps > kFar ? kFar : (steps < -kFar ? -kFar : steps));
  };
  ActivationRange range;
  const auto raise_min = [&](float bound) {
    const std::int32_t q = quantized(bound);
    range.min = q > range.min ? q : range.min;
  };
  const auto lower_max = [&](float bound) {
    const std::int32_t q = quantized(bound);
    range.max = q < range.max ? q : range.max;
  };
  if (activation == FusedActivation::kRelu || activation == FusedActivation::kRelu6) raise_min(0.0F);
  if (activation == FusedActivation::kReluN1To1) raise_min(-1.0F);
  if (activation == FusedActivation::kRelu6) lower_max(6.0F);
  if (activation == FusedActivation::kReluN1To1) lower_max(1.0F);
  result = range;
  return Status::kOk;
}

}  // namespace auklet::kernels
