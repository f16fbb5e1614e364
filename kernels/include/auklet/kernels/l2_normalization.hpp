// L2_NORMALIZATION over the last dimension, int8 to int8.
#pragma once

#include <auklet/kernels/status.hpp>
#include <auklet/kernels/tensor.hpp>
#include <cstdint>

namespace auklet::kernels {

/// Quantisation of the output: fixed by the operator, as in TensorFlow Lite.
inline constexpr float kL2NormalizationOutputScale = 1.0F / 128.0F;
inline constexpr std::int32_t kL2NormalizationOutputZeroPoint = 0;

/// Longest row whose sum of squares, of at most 255^2 each, fits 31 bits.
inline constexpr std::int32_t kMaxL2NormalizationDepth = 33025;

/// Says whether the arguments of l2_normalization belong together; kOk or the first error found. Touches no data.
[[nodiscard]] Status check_l2_normalization(std::int32_t input_zero_point, Tensor<const std::int8_t> input,
                                            Tensor<std::int8_t> output);

namespace reference {

/// For each row (last dimension; a scalar is a row of one), with x = input - input_zero_point,
///   output = clamp(multiply_by_quantized_multiplier(x, inverse_square_root(sum of x^2) * 128))
/// Source: TensorFlow Lite's int8 reference L2_NORMALIZATION.
///
/// Shapes: equal; rank up to kMaxRank; rows up to kMaxL2NormalizationDepth. The output may be the input's memory
/// exactly; other overlap is refused. Thread- and interrupt-safe; no allocation. Errors (nothing written): kBadShape,
/// kSizeOverflow (also a longer row), kNullPointer, kBufferSize, kShapeMismatch, kBadZeroPoint, kOverlap.
[[nodiscard]] Status l2_normalization(std::int32_t input_zero_point, Tensor<const std::int8_t> input,
                                      Tensor<std::int8_t> output);

}  // namespace reference
}  // namespace auklet::kernels
