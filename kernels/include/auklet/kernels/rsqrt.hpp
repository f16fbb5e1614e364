// RSQRT: 1 / sqrt(x), int8 to int8.
#pragma once

#include <auklet/kernels/quantize.hpp>
#include <auklet/kernels/status.hpp>
#include <cstdint>
#include <span>

namespace auklet::kernels {

/// Left shift that keeps fraction bits of the root through its scaling.
inline constexpr std::int32_t kRsqrtLeftShift = 20;

namespace reference {

/// With x = input - input_zero_point, which must not be negative,
///   root = multiply_by_quantized_multiplier(1, inverse_square_root(x) * 2^20)
///   output = clamp(multiply_by_quantized_multiplier(root, multiplier * 2^-20) + output_zero_point)
/// and the highest value where x is 0. Source: TensorFlow Lite's int8 RSQRT; the multiplier is make_rsqrt_params'
/// (elementwise_quantization.hpp).
///
/// Spans of equal length; the output may be the input's memory exactly. Thread- and interrupt-safe; no allocation.
/// Errors (nothing written): kShapeMismatch (lengths differ), kNullPointer, kBadMultiplier (also a shift below
/// kMinShift + 20), kBadZeroPoint, kOverlap, kOutOfDomain (an input below its zero point).
[[nodiscard]] Status rsqrt(const RequantizeParams& params, std::span<const std::int8_t> input,
                           std::span<std::int8_t> output);

}  // namespace reference
}  // namespace auklet::kernels
