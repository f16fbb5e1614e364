// ABS: absolute value, int8 to int8.
#pragma once

#include <auklet/kernels/quantize.hpp>
#include <auklet/kernels/resources.hpp>
#include <auklet/kernels/status.hpp>
#include <cstdint>
#include <span>

namespace auklet::kernels {
namespace reference {

/// output = clamp(multiply_by_quantized_multiplier(|input - input_zero_point|, multiplier) + output_zero_point).
/// Source: TensorFlow Lite's int8 ABS; the multiplier is make_abs_params' (elementwise_quantization.hpp).
/// Spans of equal length; the output may be the input's memory exactly. Thread- and interrupt-safe; no allocation.
/// Errors (nothing written): kShapeMismatch (lengths differ), kNullPointer, kBadMultiplier, kBadZeroPoint, kOverlap.
[[nodiscard]] Status abs(const RequantizeParams& params, std::span<const std::int8_t> input,
                         std::span<std::int8_t> output);

}  // namespace reference

namespace optimized {

/// As reference::abs, to the bit: a table of its outputs, looked up in vectors. Of the resources only `parallel` is
/// used.
[[nodiscard]] Status abs(const RequantizeParams& params, std::span<const std::int8_t> input,
                         std::span<std::int8_t> output, const Resources& resources);

}  // namespace optimized
}  // namespace auklet::kernels
