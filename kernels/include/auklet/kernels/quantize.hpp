// QUANTIZE and DEQUANTIZE: between float and integers, and between two integer quantisations. Elementwise, so the
// arguments are flat; uint8, int16 and int32 are there because models' inputs and outputs use them.
#pragma once

#include <auklet/kernels/fixed_point.hpp>
#include <auklet/kernels/resources.hpp>
#include <auklet/kernels/status.hpp>
#include <cstdint>
#include <span>

namespace auklet::kernels {

/// Affine quantisation: real = scale * (q - zero_point).
struct AffineParams {
  float scale = 1.0F;           ///< Positive and finite.
  std::int32_t zero_point = 0;  ///< Within the range of the integer type.
};

/// From one integer quantisation to another.
struct RequantizeParams {
  QuantizedMultiplier multiplier;      ///< Input scale / output scale.
  std::int32_t input_zero_point = 0;   ///< Within the range of the input's type.
  std::int32_t output_zero_point = 0;  ///< Within the range of the output's type.
};

namespace reference {

/// output = clamp(round(input / scale) + zero_point), the division in float, halves away from zero.
/// Source: TensorFlow Lite's affine quantisation. Infinities and what is out of range saturate; NaN gives zero_point.
/// Spans of equal length; no overlap. Thread- and interrupt-safe (where float is). Errors (nothing written): kBadScale,
/// kBadZeroPoint, kShapeMismatch (lengths differ), kNullPointer, kOverlap.
[[nodiscard]] Status quantize(const AffineParams& params, std::span<const float> input, std::span<std::int8_t> output);
[[nodiscard]] Status quantize(const AffineParams& params, std::span<const float> input, std::span<std::uint8_t> output);
[[nodiscard]] Status quantize(const AffineParams& params, std::span<const float> input, std::span<std::int16_t> output);

/// output = scale * (input - zero_point), one float rounding. Spans, safety and errors as quantize.
[[nodiscard]] Status dequantize(const AffineParams& params, std::span<const std::int8_t> input,
                                std::span<float> output);
[[nodiscard]] Status dequantize(const AffineParams& params, std::span<const std::uint8_t> input,
                                std::span<float> output);
[[nodiscard]] Status dequantize(const AffineParams& params, std::span<const std::int16_t> input,
                                std::span<float> output);

/// output = clamp(multiply_by_quantized_multiplier(input - input_zero_point, multiplier) + output_zero_point), the
/// difference modulo 2^32. Between int8 and uint8, to and from int16, and between int8 or int16 and int32.
/// Source: TensorFlow Lite's reference requantisation. Spans of equal length; the output may be the input's memory
/// exactly. Thread- and interrupt-safe. Errors (nothing written): kBadMultiplier, kBadZeroPoint, kShapeMismatch,
/// kNullPointer, kOverlap.
[[nodiscard]] Status requantize(const RequantizeParams& params, std::span<const std::int8_t> input,
                                std::span<std::int8_t> output);
[[nodiscard]] Status requantize(const RequantizeParams& params, std::span<const std::int8_t> input,
                                std::span<std::uint8_t> output);
[[nodiscard]] Status requantize(const RequantizeParams& params, std::span<const std::uint8_t> input,
                                std::span<std::int8_t> output);
[[nodiscard]] Status requantize(const RequantizeParams& params, std::span<const std::uint8_t> input,
                                std::span<std::uint8_t> output);
[[nodiscard]] Status requantize(const RequantizeParams& params, std::span<const std::int16_t> input,
                                std::span<std::int8_t> output);
[[nodiscard]] Status requantize(const RequantizeParams& params, std::span<const std::int16_t> input,
                                std::span<std::int16_t> output);
[[nodiscard]] Status requantize(const RequantizeParams& params, std::span<const std::int16_t> input,
                                std::span<std::int32_t> output);
[[nodiscard]] Status requantize(const RequantizeParams& params, std::span<const std::int8_t> input,
                                std::span<std::int16_t> output);
[[nodiscard]] Status requantize(const RequantizeParams& params, std::span<const std::int8_t> input,
                                std::span<std::int32_t> output);
[[nodiscard]] Status requantize(const RequantizeParams& params, std::span<const std::int32_t> input,
                                std::span<std::int8_t> output);
[[nodiscard]] Status requantize(const RequantizeParams& params, std::span<const std::int32_t> input,
                                std::span<std::int16_t> output);

}  // namespace reference

namespace optimized {

/// As the reference, to the bit; between bytes by a table of the reference's outputs. Of the resources only `parallel`
/// is used.
[[nodiscard]] Status quantize(const AffineParams& params, std::span<const float> input, std::span<std::int8_t> output,
                              const Resources& resources);
[[nodiscard]] Status dequantize(const AffineParams& params, std::span<const std::int8_t> input, std::span<float> output,
                                const Resources& resources);
[[nodiscard]] Status requantize(const RequantizeParams& params, std::span<const std::int8_t> input,
                                std::span<std::int8_t> output, const Resources& resources);
[[nodiscard]] Status requantize(const RequantizeParams& params, std::span<const std::int8_t> input,
                                std::span<std::uint8_t> output, const Resources& resources);
[[nodiscard]] Status requantize(const RequantizeParams& params, std::span<const std::uint8_t> input,
                                std::span<std::int8_t> output, const Resources& resources);

}  // namespace optimized
}  // namespace auklet::kernels
