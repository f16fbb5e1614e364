// SVDF: a fully connected layer whose weights are factored into features and their weights in time, with a memory of
// the features of the last steps.
#pragma once

#include <auklet/kernels/fixed_point.hpp>
#include <auklet/kernels/status.hpp>
#include <auklet/kernels/tensor.hpp>
#include <cstdint>
#include <span>

namespace auklet::kernels {

struct SvdfParams {
  std::int32_t rank = 1;                   ///< Filters a unit, at least 1.
  std::int32_t input_zero_point = 0;       ///< -128 to 127.
  std::int32_t state_zero_point = 0;       ///< Within the state's type.
  std::int32_t output_zero_point = 0;      ///< -128 to 127.
  QuantizedMultiplier feature_multiplier;  ///< Input scale * feature scale / state scale.
  QuantizedMultiplier time_multiplier;     ///< State scale * time scale / output scale.
};

/// Say whether the arguments of svdf belong together; kOk or the first error found. Touch no data.
[[nodiscard]] Status check_svdf(const SvdfParams& params, Matrix<const std::int8_t> input,
                                Matrix<const std::int8_t> feature, Matrix<const std::int8_t> time,
                                std::span<const std::int32_t> bias, std::span<std::int8_t> state,
                                Matrix<std::int8_t> output);
[[nodiscard]] Status check_svdf(const SvdfParams& params, Matrix<const std::int8_t> input,
                                Matrix<const std::int8_t> feature, Matrix<const std::int16_t> time,
                                std::span<const std::int32_t> bias, std::span<std::int16_t> state,
                                Matrix<std::int8_t> output);

namespace reference {

/// One step, all sums modulo 2^32, T the type of the state. For each batch element b and filter f, first
///   state[b, f, :] moves down by one element; then
///   acc = sum over i of (input[b, i] - input_zero_point) * feature[f, i]
///   state[b, f, last] = clamp(multiply_by_quantized_multiplier(acc, feature_multiplier), T) + state_zero_point
/// the last sum modulo the width of T, as in the source. Then for each unit u, over its `rank` filters f:
///   acc = bias[u] + sum over f, m of (state[b, f, m] - state_zero_point) * time[f, m]
///   output[b, u] = clamp(multiply_by_quantized_multiplier(acc, time_multiplier) + output_zero_point, int8)
/// Source: TensorFlow Lite's and TensorFlow Lite Micro's integer reference SVDF, which apply no other activation.
///
/// Shapes: input [B, I]; feature [U * rank, I]; time [U * rank, M]; bias [U] or empty; state [B, U * rank, M]; output
/// [B, U]. State and output must not overlap anything. Safe on several threads with different states, not
/// interrupt-safe for one; no allocation. Errors (nothing written): kBadShape, kSizeOverflow, kNullPointer,
/// kBufferSize, kShapeMismatch, kBadGroups (filters are no multiple of rank), kBiasSize, kBadMultiplier, kBadZeroPoint,
/// kOverlap.
[[nodiscard]] Status svdf(const SvdfParams& params, Matrix<const std::int8_t> input, Matrix<const std::int8_t> feature,
                          Matrix<const std::int8_t> time, std::span<const std::int32_t> bias,
                          std::span<std::int8_t> state, Matrix<std::int8_t> output);
[[nodiscard]] Status svdf(const SvdfParams& params, Matrix<const std::int8_t> input, Matrix<const std::int8_t> feature,
                          Matrix<const std::int16_t> time, std::span<const std::int32_t> bias,
                          std::span<std::int16_t> state, Matrix<std::int8_t> output);

}  // namespace reference
}  // namespace auklet::kernels
