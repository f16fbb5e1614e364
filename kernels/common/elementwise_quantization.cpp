#include <auklet/kernels/elementwise_quantization.hpp>
#include <auklet/kernels/rsqrt.hpp>
#include <cmath>
#include <limits>

#include "scales.hpp"

namespace auklet::kernels {
namespace {

using detail::check_quantization;
using detail::first_error;
using detail::quantize_float_multiplier;
using detail::quantize_multiplier_below_one;

// A multiplier rounded to its upper 16 bits; saturates.
std::int16_t upper_half(std::int32_t value) {
  constexpr std::int32_t kHalf = 1 << 15;
  if (value >= std::numeric_limits<std::int32_t>::max() - kHalf) return std::numeric_limits<std::int16_t>::max();
  return static_cast<std::int16_t>((value + kHalf) >> 16);
}

Status quantize_short_multiplier(float real, std::int32_t max_exponent, ShortMultiplier& result) {
  QuantizedMultiplier m;
  const Status status = quantize_float_multiplier(real, m);
  if (status != Status::kOk) return status;
  if (m.shift < kMinHardSwishExponent || m.shift > max_exponent) return Status::kBadScale;
  result = {upper_half(m.value), m.shift};
  return Status::kOk;
}

float evaluate(TableFunction function, float x) {
  switch (function) {
    case TableFunction::kLogistic:
      return 1.0F / (1.0F + std::exp(-x));
    case TableFunction::kTanh:
      return std::tanh(x);
    case TableFunction::kElu:
      return x < 0.0F ? std::expm1(x) : x;
  }
  return 0.0F;
}

}  // namespace

Status make_sub_params(AffineParams a, AffineParams b, AffineParams output, FusedActivation activation,
                       SubParams& result) {
  return make_add_params(a, b, output, activation, result);
}

Status make_mul_params(AffineParams a, AffineParams b, AffineParams output, FusedActivation activation,
                       MulParams& result) {
  const Status scales = first_error(check_quantization(a), check_quantization(b), check_quantization(output));
  if (scales != Status::kOk) return scales;
  MulParams params;
  params.a_zero_point = a.zero_point;
  params.b_zero_point = b.zero_point;
  params.output_zero_point = output.zero_point;
  const Status status = first_error(quantize_float_multiplier(a.scale * b.scale / output.scale, params.multiplier),
                                    activation_range(activation, output, params.activation));
  if (status == Status::kOk) result = params;
  return status;
}

Status make_squared_difference_params(AffineParams a, AffineParams b, AffineParams output,
                                      SquaredDifferenceParams& result) {
  const Status scales = first_error(check_quantization(a), check_quantization(b), check_quantization(output));
  if (scales != Status::kOk) return scales;
  const double twice = 2.0 * static_cast<double>(a.scale > b.scale ? a.scale : b.scale);
  const double widened =
      static_cast<double>(std::int32_t{1} << (2 * kSquaredDifferenceLeftShift)) * static_cast<double>(output.scale);
  SquaredDifferenceParams params;
  params.a_zero_point = a.zero_point;
  params.b_zero_point = b.zero_point;
  params.output_zero_point = output.zero_point;
  const Status status =
      first_error(quantize_multiplier_below_one(static_cast<double>(a.scale) / twice, params.a_multiplier),
                  quantize_multiplier_below_one(static_cast<double>(b.scale) / twice, params.b_multiplier),
                  quantize_multiplier_below_one(twice * twice / widened, params.output_multiplier));
  if (status == Status::kOk) result = params;
  return status;
}

Status make_relu_params(FusedActivation function, AffineParams input, AffineParams output, ReluParams& result) {
  const Status scales = first_error(check_quantization(input), check_quantization(output));
  if (scales != Status::kOk) return scales;
  ReluParams params;
  params.input_zero_point = input.zero_point;
  params.output_zero_point = output.zero_point;
  const Status status = first_error(quantize_float_multiplier(input.scale / output.scale, params.multiplier),
                                    activation_range(function, output, params.activation));
  if (status == Status::kOk) result = params;
  return status;
}

Status make_leaky_relu_params(float slope, AffineParams input, AffineParams output, LeakyReluParams& result) {
  const Status scales = first_error(check_quantization(input), check_quantization(output));
  if (scales != Status::kOk) return scales;
  LeakyReluParams params;
  params.input_zero_point = input.zero_point;
  params.output_zero_point = output.zero_point;
  const Status status =
      first_error(quantize_float_multiplier(input.scale / output.scale, params.identity),
                  quantize_float_multiplier(std::abs(input.scale * slope / output.scale), params.slope));
  if (status != Status::kOk) return status;
  if (slope < 0.0F) params.slope.value = -params.slope.value;
  result = params;
  return Status::kOk;
}

Status make_prelu_params(AffineParams input, AffineParams slopes, AffineParams output, PreluParams& result) {
  const Status scales = first_error(check_quantization(input), check_quantization(slopes), check_quantization(output));
  if (scales != Status::kOk) return scales;
  PreluParams params;
  params.input_zero_point = input.zero_point;
  params.slope_zero_point = slopes.zero_point;
  params.output_zero_point = output.zero_point;
  const Status status =
      first_error(quantize_float_multiplier(input.scale / output.scale, params.identity),
                  quantize_float_multiplier(input.scale * slopes.scale / output.scale, params.product));
  if (status == Status::kOk) result = params;
  return status;
}

Status make_hard_swish_params(AffineParams input, AffineParams output, HardSwishParams& result) {
  const Status scales = first_error(check_quantization(input), check_quantization(output));
  if (scales != Status::kOk) return scales;
  const float fine = 1.0F / 128.0F * input.scale;
  constexpr float kGateScale = 3.0F / 32768.0F;
  HardSwishParams params;
  params.input_zero_point = input.zero_point;
  params.output_zero_point = output.zero_point;
  const Status status = first_error(quantize_short_multiplier(fine / output.scale, 0, params.output),
                                    quantize_short_multiplier(fine / kGateScale, kMaxHardSwishExponent, params.gate));
  if (status == Status::kOk) result = params;
  return status;
}

Status make_abs_params(AffineParams input, AffineParams output, RequantizeParams& result) {
  Status status = first_error(check_quantization(input), check_quantization(output));
  if (status != Status::kOk) return status;
  RequantizeParams params = {{}, input.zero_point, output.zero_point};
  status = quantize_float_multiplier(input.scale / output.scale, params.multiplier);
  if (status == Status::kOk) result = params;
  return status;
}

Status make_rsqrt_params(AffineParams input, AffineParams output, RequantizeParams& result) {
  Status status = first_error(check_quantization(input), check_quantization(output));
  if (status != Status::kOk) return status;
  RequantizeParams params = {{}, input.zero_point, output.zero_point};
  status = quantize_multiplier(1.0 / static_cast<double>(std::sqrt(input.scale) * output.scale), params.multiplier);
  if (status != Status::kOk) return status;
  if (params.multiplier.shift < kMinShift + kRsqrtLeftShift) return Status::kBadScale;
  result = params;
  return Status::kOk;
}

Status make_table(TableFunction function, AffineParams input, AffineParams output,
                  std::span<std::int8_t, kTableSize> result) {
  const Status status = first_error(check_quantization(input), check_quantization(output));
  if (status != Status::kOk) return status;
  constexpr float kFar = 1024.0F;  // Beyond int8 for every zero point, and small enough to convert.
  constexpr ActivationRange kInt8{};
  const float steps_per_unit = 1.0F / output.scale;
  for (std::int32_t q = kInt8.min; q <= kInt8.max; ++q) {
    const float real = input.scale * static_cast<float>(q - input.zero_point);
    const float steps = std::round(evaluate(function, real) * steps_per_unit);
    const auto near = static_cast<std::int32_t>(steps > kFar ? kFar : (steps < -kFar ? -kFar : steps));
    const auto value = static_cast<std::int8_t>(q);
    result[table_index(value)] =
        static_cast<std::int8_t>(limit(std::int64_t{near} + output.zero_point, kInt8.min, kInt8.max));
  }
  return Status::kOk;
}

}  // namespace auklet::kernels
