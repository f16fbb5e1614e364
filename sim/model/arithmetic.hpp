// The fixed-point arithmetic of docs/command-stream.md, "Requantisation", spelled out as it is written there. It is
// kept apart from kernels/reference on purpose: two texts of the same definition, checked against each other.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>

namespace auklet::sim::model {

/// a + b modulo 2^32.
[[nodiscard]] constexpr std::int32_t wrapping_add(std::int32_t a, std::int32_t b) {
  return static_cast<std::int32_t>(static_cast<std::uint32_t>(a) + static_cast<std::uint32_t>(b));
}

/// a - b modulo 2^32.
[[nodiscard]] constexpr std::int32_t wrapping_subtract(std::int32_t a, std::int32_t b) {
  return static_cast<std::int32_t>(static_cast<std::uint32_t>(a) - static_cast<std::uint32_t>(b));
}

/// a * b modulo 2^32.
[[nodiscard]] constexpr std::int32_t wrapping_multiply(std::int32_t a, std::int32_t b) {
  return static_cast<std::int32_t>(static_cast<std::uint32_t>(a) * static_cast<std::uint32_t>(b));
}

/// x * 2^s modulo 2^32, s >= 0.
[[nodiscard]] constexpr std::int32_t wrapping_shift_left(std::int32_t x, int s) {
  return s >= 32 ? 0 : static_cast<std::int32_t>(static_cast<std::uint32_t>(x) << s);
}

[[nodiscard]] constexpr std::int32_t saturating_rounding_doubling_high_mul(std::int32_t a, std::int32_t b) {
  constexpr std::int32_t kMin = std::numeric_limits<std::int32_t>::min();
  if (a == kMin && b == kMin) return std::numeric_limits<std::int32_t>::max();
  const std::int64_t product = std::int64_t{a} * b;
  const std::int64_t nudge = product >= 0 ? (std::int64_t{1} << 30) : 1 - (std::int64_t{1} << 30);
  return static_cast<std::int32_t>((product + nudge) / (std::int64_t{1} << 31));  // Division truncates, as it must.
}

/// x / 2^e, halves away from zero, for any e >= 0.
[[nodiscard]] constexpr std::int32_t rounding_divide_by_pot(std::int32_t x, int e) {
  const int shift = std::min(e, 62);  // From 33 on the result is 0 for every x.
  const std::int64_t wide = x;
  const std::int64_t mask = (std::int64_t{1} << shift) - 1;
  const std::int64_t threshold = (mask >> 1) + (x < 0 ? 1 : 0);
  return static_cast<std::int32_t>((wide >> shift) + ((wide & mask) > threshold ? 1 : 0));
}

[[nodiscard]] constexpr std::int32_t multiply_by_quantized_multiplier(std::int32_t x, std::int32_t multiplier,
                                                                      int shift) {
  const std::int32_t shifted = wrapping_shift_left(x, std::max(shift, 0));
  return rounding_divide_by_pot(saturating_rounding_doubling_high_mul(shifted, multiplier), std::max(-shift, 0));
}

/// min(max(value, low), high): defined for low > high too, where it is `high`.
[[nodiscard]] constexpr std::int8_t clamp_to_int8(std::int64_t value, std::int8_t low, std::int8_t high) {
  return static_cast<std::int8_t>(std::min<std::int64_t>(std::max<std::int64_t>(value, low), high));
}

}  // namespace auklet::sim::model
