// The integer arithmetic that every int8 operator ends in: multiply a 32-bit accumulator by a real number below 2^30,
// held as a 31-bit fraction and a power of two, with the *double* rounding of TensorFlow Lite's reference kernels: once
// after the multiplication, once after the right shift. All functions are total, constexpr and thread-safe.
//
// Source of the formulas: TensorFlow Lite's quantisation specification and gemmlowp's fixed-point definitions, as laid
// down in docs/command-stream.md, "Requantisation".
#pragma once

#include <cstdint>
#include <limits>

namespace auklet::kernels {

/// Range of QuantizedMultiplier::shift that kernels accept.
inline constexpr std::int32_t kMinShift = -31;
inline constexpr std::int32_t kMaxShift = 30;

/// The real number `value * 2^(shift - 31)`. Normalised, `value` lies in [2^30, 2^31), or is 0 for zero.
struct QuantizedMultiplier {
  std::int32_t value = 0;  ///< Fraction, Q0.31; kernels refuse negative ones.
  std::int32_t shift = 0;  ///< Positive: left. kMinShift to kMaxShift.
  friend constexpr bool operator==(const QuantizedMultiplier&, const QuantizedMultiplier&) = default;
};

/// Inclusive clamp of an int8 output; what a fused activation becomes.
struct ActivationRange {
  std::int32_t min = std::numeric_limits<std::int8_t>::min();
  std::int32_t max = std::numeric_limits<std::int8_t>::max();
  friend constexpr bool operator==(const ActivationRange&, const ActivationRange&) = default;
};

/// `x` limited to [low, high]. Precondition: low <= high.
[[nodiscard]] constexpr std::int64_t limit(std::int64_t x, std::int64_t low, std::int64_t high) {
  return x < low ? low : (x > high ? high : x);
}

/// a + b modulo 2^32, as two's complement.
[[nodiscard]] constexpr std::int32_t wrapping_add(std::int32_t a, std::int32_t b) {
  return static_cast<std::int32_t>(static_cast<std::uint32_t>(a) + static_cast<std::uint32_t>(b));
}

/// x * 2^shift modulo 2^32, as two's complement. Precondition: 0 <= shift <= 31.
[[nodiscard]] constexpr std::int32_t wrapping_shift_left(std::int32_t x, std::int32_t shift) {
  return static_cast<std::int32_t>(static_cast<std::uint32_t>(x) << shift);
}

/// round(a * b / 2^31), halves towards plus infinity; saturates its one overflow, a == b == -2^31. As a floor this is
/// (a * b + 2^30) >> 31, the same number as the usual trunc((a * b + (a * b >= 0 ? 2^30 : 1 - 2^30)) / 2^31).
[[nodiscard]] constexpr std::int32_t saturating_rounding_doubling_high_mul(std::int32_t a, std::int32_t b) {
  constexpr std::int32_t kLowest = std::numeric_limits<std::int32_t>::min();
  if (a == kLowest && b == kLowest) return std::numeric_limits<std::int32_t>::max();
  const std::int64_t product = static_cast<std::int64_t>(a) * b;
  return static_cast<std::int32_t>((product + (std::int64_t{1} << 30)) >> 31);
}

/// round(x / 2^exponent), halves away from zero. Precondition: 0 <= exponent <= 62.
[[nodiscard]] constexpr std::int32_t rounding_divide_by_pot(std::int32_t x, std::int32_t exponent) {
  const std::int64_t wide = x;
  const std::int64_t mask = (std::int64_t{1} << exponent) - 1;
  const std::int64_t threshold = (mask >> 1) + (x < 0 ? 1 : 0);
  return static_cast<std::int32_t>((wide >> exponent) + ((wide & mask) > threshold ? 1 : 0));
}

/// x times the real number `multiplier`, rounded twice; the left shift is modulo 2^32.
/// Precondition: -62 <= multiplier.shift <= 31 (kernels accept kMinShift to kMaxShift).
[[nodiscard]] constexpr std::int32_t multiply_by_quantized_multiplier(std::int32_t x, QuantizedMultiplier multiplier) {
  const std::int32_t left = multiplier.shift > 0 ? multiplier.shift : 0;
  const std::int32_t right = multiplier.shift > 0 ? 0 : -multiplier.shift;
  return rounding_divide_by_pot(saturating_rounding_doubling_high_mul(wrapping_shift_left(x, left), multiplier.value),
                                right);
}

/// The end of every operator: scale `accumulator`, add the output's zero point (in 64 bits, so never wrapping), clamp.
/// Precondition: `range` lies within int8.
[[nodiscard]] constexpr std::int8_t requantize_to_int8(std::int32_t accumulator, QuantizedMultiplier multiplier,
                                                       std::int32_t zero_point, ActivationRange range) {
  const std::int64_t scaled =
      std::int64_t{multiply_by_quantized_multiplier(accumulator, multiplier)} + std::int64_t{zero_point};
  return static_cast<std::int8_t>(limit(scaled, range.min, range.max));
}

}  // namespace auklet::kernels
