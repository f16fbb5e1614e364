// HARD_SWISH: x * min(max(x + 3, 0), 6) / 6, int8 to int8, in 16-bit fixed point.
#pragma once

#include <auklet/kernels/resources.hpp>
#include <auklet/kernels/status.hpp>
#include <cstdint>
#include <span>

namespace auklet::kernels {

/// Range of HardSwishParams::gate_exponent; output_exponent goes from the lower limit to 0.
inline constexpr std::int32_t kMinHardSwishExponent = -15;
inline constexpr std::int32_t kMaxHardSwishExponent = 31;

/// The real number `value * 2^(exponent - 15)`. See make_hard_swish_params (elementwise_quantization.hpp).
struct ShortMultiplier {
  std::int16_t value = 0;     ///< Fraction, Q0.15; not negative.
  std::int32_t exponent = 0;  ///< Positive: left.
};

struct HardSwishParams {
  std::int32_t input_zero_point = 0;   ///< -128 to 127.
  std::int32_t output_zero_point = 0;  ///< -128 to 127.
  ShortMultiplier output;              ///< Input scale / 128 / output scale; exponent at most 0.
  ShortMultiplier gate;                ///< Input scale / 128 / (3 / 32768): makes 3 the full range of 16 bits.
};

/// Says whether the arguments of hard_swish belong together; kOk or the first error found. Touches no data.
[[nodiscard]] Status check_hard_swish(const HardSwishParams& params, std::span<const std::int8_t> input,
                                      std::span<std::int8_t> output);

namespace reference {

/// With x = (input - input_zero_point) * 128 and all values in 16 bits, saturating:
///   value  = x * output.value, rounded                     (the input on the output's scale, times 2^-exponent)
///   gate   = x * gate.value * 2^gate.exponent, rounded     (-1 to 1 in Q0.15)
///   gate   = (gate + 2^15) / 2                             (0 to 1)
///   output = clamp(trunc(gate * value) * 2^output.exponent, rounded, + output_zero_point)
/// A left shift doubles last, after the multiplication, so that it saturates only where the gate is full anyway.
/// Source: TensorFlow Lite's reference HARD_SWISH, whose one truncation cancels the bias of the other roundings.
///
/// Spans of equal length; the output may be the input's memory exactly. Thread- and interrupt-safe; no allocation.
/// Errors (nothing written): kShapeMismatch (lengths differ), kNullPointer, kBadMultiplier, kBadShift (an exponent),
/// kBadZeroPoint, kOverlap.
[[nodiscard]] Status hard_swish(const HardSwishParams& params, std::span<const std::int8_t> input,
                                std::span<std::int8_t> output);

}  // namespace reference

namespace optimized {

/// As reference::hard_swish, to the bit: a table of its outputs, looked up in vectors. Of the resources only `parallel`
/// is used.
[[nodiscard]] Status hard_swish(const HardSwishParams& params, std::span<const std::int8_t> input,
                                std::span<std::int8_t> output, const Resources& resources);

}  // namespace optimized
}  // namespace auklet::kernels
