// Requantisation of int32 accumulators prepared for vectors: the constants of each output channel.
//
// The reference rounds twice: y = floor((x * m + 2^30) / 2^31), then y / 2^s with halves away from zero. Vectors do the
// same in one of two ways, both exact for every accumulator.
//
// Usual multipliers, m >= 2^30 and s >= 1, stay in 32 bits. With M = 2m - 2^32, which int32 holds, y is the upper half
// of x * M + 2^31, plus x. Halves go away from zero when one is subtracted from negative numbers first, and the last
// bit is rounded together with the zero point, in 16 bits:
//   t = (y - [x < 0]) >> (s - 1); output = (t + 1 + 2 * zero point) >> 1.
// (For x < 0 = y the subtraction changes nothing: (-1 >> (s - 1)) + 1 is 0.)
//
// Any multipliers: nested floors are one floor, so for x >= 0 both roundings are one addition and one shift in 64 bits,
//   (x * m + 2^30 + 2^(30 + s)) >> (31 + s).
// For x < 0 and s > 0 halves go the other way: 2^31 less before the shift. With s = 0 there is no second rounding:
//   (x * m + 2^30) >> 31.
// |x * m| <= 2^62 and the constants stay below 2^62, so nothing overflows.
#pragma once

#include <auklet/kernels/fixed_point.hpp>
#include <cstddef>
#include <cstdint>
#include <span>

namespace auklet::kernels::optimized {

/// Constants of 16 * kVectors channels, in the order of int32 lanes. 64-bit constants come apart for even and for odd
/// lanes, as 32-bit products do: each block of four lanes has two of either kind.
template <std::size_t kVectors>
struct RequantizeLanes {
  std::int32_t usual_multiplier[16 * kVectors];  ///< M.
  std::int32_t usual_shift[16 * kVectors];       ///< s - 1.
  std::int32_t multiplier[16 * kVectors];
  std::int32_t left_shift[16 * kVectors];
  std::int64_t rounding_even[8 * kVectors];
  std::int64_t rounding_odd[8 * kVectors];
  std::int64_t shift_even[8 * kVectors];
  std::int64_t shift_odd[8 * kVectors];

  /// Sets the constants of one lane. Precondition: lane < 16 * kVectors; a multiplier that kernels accept.
  constexpr void set(std::size_t lane, QuantizedMultiplier m) {
    const std::int32_t right = m.shift > 0 ? 0 : -m.shift;
    const std::int64_t first = std::int64_t{1} << 30;
    const std::int64_t rounding = first + (right > 0 ? first << right : 0);
    usual_multiplier[lane] = wrapping_add(m.value, m.value);
    usual_shift[lane] = right > 0 ? right - 1 : 0;
    multiplier[lane] = m.value;
    left_shift[lane] = m.shift > 0 ? m.shift : 0;
    (lane % 2 == 0 ? rounding_even : rounding_odd)[lane / 2] = rounding;
    (lane % 2 == 0 ? shift_even : shift_odd)[lane / 2] = 31 + right;
  }
};

/// What follows for all channels alike: zero point and clamp of the output.
struct OutputRange {
  std::int32_t zero_point = 0;
  ActivationRange activation;
};

/// Whether all multipliers are usual ones.
[[nodiscard]] constexpr bool all_usual(std::span<const QuantizedMultiplier> multipliers) {
  for (const QuantizedMultiplier& m : multipliers) {
    if (m.value < std::int32_t{1} << 30 || m.shift > -1) return false;
  }
  return true;
}

}  // namespace auklet::kernels::optimized
