// FULLY_CONNECTED, and matmul with a transposed right operand: int8 rows times int8 rows.
#pragma once

#include <auklet/kernels/fixed_point.hpp>
#include <auklet/kernels/status.hpp>
#include <auklet/kernels/tensor.hpp>
#include <cstdint>
#include <span>

namespace auklet::kernels {

struct FullyConnectedParams {
  std::int32_t input_zero_point = 0;                 ///< -128 to 127.
  std::int32_t filter_zero_point = 0;                ///< -128 to 127; 0 for symmetric weights.
  std::int32_t output_zero_point = 0;                ///< -128 to 127.
  std::span<const QuantizedMultiplier> multipliers;  ///< One, or one for each output column.
  ActivationRange activation;
};

/// Says whether the arguments of fully_connected belong together; kOk or the first error found. Touches no data.
[[nodiscard]] Status check_fully_connected(const FullyConnectedParams& params, Matrix<const std::int8_t> input,
                                           Matrix<const std::int8_t> filter, std::span<const std::int32_t> bias,
                                           Matrix<std::int8_t> output);

namespace reference {

/// With all sums modulo 2^32:
///   acc = bias[o] + sum over i of (input[b, i] - input_zero_point) * (filter[o, i] - filter_zero_point)
///   output[b, o] = clamp(multiply_by_quantized_multiplier(acc, multipliers[o]) + output_zero_point)
/// Source: TensorFlow Lite's int8 reference fully connected kernel with integer requantisation.
///
/// Shapes: input [B, I] (leading dimensions are the caller's to flatten); filter [O, I]; bias [O] or empty; output [B,
/// O]. The output must not overlap any argument. Thread- and interrupt-safe; no allocation. Errors (nothing written):
/// kBadShape, kSizeOverflow, kNullPointer, kBufferSize, kShapeMismatch, kBiasSize, kMultiplierCount, kBadMultiplier,
/// kBadZeroPoint, kBadActivationRange, kOverlap.
[[nodiscard]] Status fully_connected(const FullyConnectedParams& params, Matrix<const std::int8_t> input,
                                     Matrix<const std::int8_t> filter, std::span<const std::int32_t> bias,
                                     Matrix<std::int8_t> output);

}  // namespace reference
}  // namespace auklet::kernels
