// The rectifiers as operators of their own: RELU, RELU6, RELU_N1_TO_1, LEAKY_RELU and PRELU, int8 to int8. Input and
// output may differ in quantisation.
#pragma once

#include <auklet/kernels/fixed_point.hpp>
#include <auklet/kernels/resources.hpp>
#include <auklet/kernels/status.hpp>
#include <auklet/kernels/tensor.hpp>
#include <cstdint>
#include <span>

namespace auklet::kernels {

/// RELU, RELU6 and RELU_N1_TO_1 differ in the clamp alone. See make_relu_params (elementwise_quantization.hpp).
struct ReluParams {
  std::int32_t input_zero_point = 0;   ///< -128 to 127.
  std::int32_t output_zero_point = 0;  ///< -128 to 127.
  QuantizedMultiplier multiplier;      ///< Input scale / output scale.
  ActivationRange activation;
};

/// See make_leaky_relu_params (elementwise_quantization.hpp).
struct LeakyReluParams {
  std::int32_t input_zero_point = 0;   ///< -128 to 127.
  std::int32_t output_zero_point = 0;  ///< -128 to 127.
  QuantizedMultiplier identity;        ///< From zero upwards: input scale / output scale.
  QuantizedMultiplier slope;           ///< Below zero: input scale * slope / output scale; alone may be negative.
};

/// See make_prelu_params (elementwise_quantization.hpp).
struct PreluParams {
  std::int32_t input_zero_point = 0;   ///< -128 to 127.
  std::int32_t slope_zero_point = 0;   ///< -128 to 127.
  std::int32_t output_zero_point = 0;  ///< -128 to 127.
  QuantizedMultiplier identity;        ///< From zero upwards: input scale / output scale.
  QuantizedMultiplier product;         ///< Below zero: input scale * scale of the slopes / output scale.
};

/// Say whether the arguments belong together; kOk or the first error found. Touch no data.
[[nodiscard]] Status check_relu(const ReluParams& params, std::span<const std::int8_t> input,
                                std::span<std::int8_t> output);
[[nodiscard]] Status check_leaky_relu(const LeakyReluParams& params, std::span<const std::int8_t> input,
                                      std::span<std::int8_t> output);
[[nodiscard]] Status check_prelu(const PreluParams& params, Tensor<const std::int8_t> input,
                                 Tensor<const std::int8_t> slopes, Tensor<std::int8_t> output);

namespace reference {

/// output = clamp(multiply_by_quantized_multiplier(input - input_zero_point, multiplier) + output_zero_point).
/// Source: TensorFlow Lite's quantised RELU family. Spans of equal length; the output may be the input's memory
/// exactly. Thread- and interrupt-safe; no allocation. Errors (nothing written): kShapeMismatch (lengths differ),
/// kNullPointer, kBadMultiplier, kBadZeroPoint, kBadActivationRange, kOverlap.
[[nodiscard]] Status relu(const ReluParams& params, std::span<const std::int8_t> input, std::span<std::int8_t> output);

/// With x = input - input_zero_point,
///   output = clamp(multiply_by_quantized_multiplier(x, x < 0 ? slope : identity) + output_zero_point).
/// Source: TensorFlow Lite's reference LEAKY_RELU. Spans, safety and errors as relu.
[[nodiscard]] Status leaky_relu(const LeakyReluParams& params, std::span<const std::int8_t> input,
                                std::span<std::int8_t> output);

/// As leaky_relu, but every element has a slope: below zero
///   output = clamp(multiply_by_quantized_multiplier(x * (slope - slope_zero_point), product) + output_zero_point).
/// Source: TensorFlow Lite's reference PRELU.
///
/// Shapes: slopes broadcast to the input's shape, which is the output's; rank up to kMaxRank. The output may be the
/// same memory as an operand of the same shape; other overlap is refused. Thread- and interrupt-safe; no allocation.
/// Errors (nothing written): kBadShape, kSizeOverflow, kNullPointer, kBufferSize, kShapeMismatch, kBadBroadcast,
/// kBadMultiplier, kBadZeroPoint, kOverlap.
[[nodiscard]] Status prelu(const PreluParams& params, Tensor<const std::int8_t> input, Tensor<const std::int8_t> slopes,
                           Tensor<std::int8_t> output);

}  // namespace reference

namespace optimized {

/// As the reference, to the bit: a table of the reference's outputs, looked up in vectors. Of the resources only
/// `parallel` is used.
[[nodiscard]] Status relu(const ReluParams& params, std::span<const std::int8_t> input, std::span<std::int8_t> output,
                          const Resources& resources);
[[nodiscard]] Status leaky_relu(const LeakyReluParams& params, std::span<const std::int8_t> input,
                                std::span<std::int8_t> output, const Resources& resources);

}  // namespace optimized
}  // namespace auklet::kernels
