// FULLY_CONNECTED, and matmul with a transposed right operand: int8 rows times int8 rows.
#pragma once

#include <auklet/kernels/fixed_point.hpp>
#include <auklet/kernels/resources.hpp>
#include <auklet/kernels/status.hpp>
#include <auklet/kernels/tensor.hpp>
#include <cstddef>
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

namespace optimized {

/// Bytes of a packed filter [outputs, inputs]. Precondition: both at least 1, and their product below 2^31.
[[nodiscard]] std::size_t fully_connected_packed_size(std::int32_t outputs, std::int32_t inputs);

/// Packs filter, bias, multipliers and input zero point for fully_connected. Thread-safe. Errors (nothing written): as
/// fully_connected for these arguments; kPackedSize.
[[nodiscard]] Status pack_fully_connected(const FullyConnectedParams& params, Matrix<const std::int8_t> filter,
                                          std::span<const std::int32_t> bias, std::span<std::byte> packed);

/// Bytes of workspace that fully_connected needs for `rows` of input, with (`packed`) or without packed weights.
[[nodiscard]] std::size_t fully_connected_workspace(const FullyConnectedParams& params, std::int32_t rows,
                                                    std::int32_t outputs, std::int32_t inputs, bool packed);

/// As reference::fully_connected, to the bit. More errors (nothing written): kPackedSize, kWorkspaceSize.
[[nodiscard]] Status fully_connected(const FullyConnectedParams& params, Matrix<const std::int8_t> input,
                                     Matrix<const std::int8_t> filter, std::span<const std::int32_t> bias,
                                     Matrix<std::int8_t> output, const Resources& resources);

}  // namespace optimized
}  // namespace auklet::kernels
