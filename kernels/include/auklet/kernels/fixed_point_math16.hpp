// logistic and tanh in 16-bit fixed point without tables, as the LSTM needs them. Bit-exact with the definitions of
// gemmlowp's fixedpoint library for 16-bit numbers; fixed_point_math.hpp has the 32-bit ones.
//
// "Qm.n" is a 16-bit signed number of m integer and n fraction bits, m + n = 15. The product of Qa and Qb has raw value
// multiply16(a, b) and format Q(a + b). In Q0.15, 1 is 2^15 - 1.
#pragma once

#include <array>
#include <auklet/kernels/fixed_point.hpp>
#include <cstddef>
#include <cstdint>
#include <limits>

namespace auklet::kernels {

/// 1 in Q0.15: the nearest there is.
inline constexpr std::int32_t kOne16 = std::numeric_limits<std::int16_t>::max();

/// x limited to 16 bits.
[[nodiscard]] constexpr std::int32_t saturate16(std::int64_t x) {
  return static_cast<std::int32_t>(
      limit(x, std::numeric_limits<std::int16_t>::min(), std::numeric_limits<std::int16_t>::max()));
}

/// round(a * b / 2^15), halves towards plus infinity; saturates its one overflow, a == b == -2^15. Precondition: a and
/// b are 16-bit numbers.
[[nodiscard]] constexpr std::int32_t multiply16(std::int32_t a, std::int32_t b) {
  return saturate16((std::int64_t{a} * b + (1 << 14)) >> 15);
}

/// exp(a) for a in [-1/4, 0), both Q0.15: the Taylor polynomial of degree 4 around -1/8.
[[nodiscard]] constexpr std::int32_t exp16_from_minus_quarter_to_zero(std::int32_t a) {
  constexpr std::int32_t kExpMinusEighth = 28918;  // exp(-1/8)
  constexpr std::int32_t kOneThird = 10923;        // 1/3
  const std::int32_t x = a + (1 << 12);            // a + 1/8, in [-1/8, 1/8)
  const std::int32_t x2 = multiply16(x, x);
  const std::int32_t x3 = multiply16(x2, x);
  const std::int32_t x4_over_4 = rounding_divide_by_pot(multiply16(x2, x2), 2);
  // x^2/2 + x^3/6 + x^4/24 = ((x^4/4 + x^3) / 3 + x^2) / 2
  const std::int32_t tail = rounding_divide_by_pot(multiply16(x4_over_4 + x3, kOneThird) + x2, 1);
  return saturate16(kExpMinusEighth + multiply16(kExpMinusEighth, x + tail));
}

/// exp(a) for a <= 0; `a` is Q(integer_bits), the result Q0.15. Splits a into a part in [-1/4, 0) for the polynomial
/// and a multiple of 1/4, each of whose bits multiplies by a constant. Preconditions: a is a 16-bit number, a <= 0, 1
/// <= integer_bits <= 7.
[[nodiscard]] constexpr std::int32_t exp16_on_negative_values(std::int32_t a, std::int32_t integer_bits) {
  // exp(-2^k) in Q0.15 for k = -2 .. 4.
  constexpr std::array<std::int32_t, 7> kExpMinusPowerOfTwo = {25520, 19875, 12055, 4435, 600, 11, 0};
  if (a == 0) return kOne16;
  const std::int32_t fraction_bits = 15 - integer_bits;
  if (a < -(std::int32_t{32} << fraction_bits)) return 0;
  const std::int32_t quarter = std::int32_t{1} << (fraction_bits - 2);
  const std::int32_t fraction = (a & (quarter - 1)) - quarter;  // [-1/4, 0)
  std::int32_t result = exp16_from_minus_quarter_to_zero(fraction * (std::int32_t{1} << integer_bits));
  // A multiple of 1/4, not negative: the bits from 2^-2 on.
  const std::int32_t remainder = fraction - a;
  for (std::size_t k = 0; k < kExpMinusPowerOfTwo.size(); ++k) {
    const std::int32_t bit = fraction_bits - 2 + static_cast<std::int32_t>(k);
    if (((remainder >> bit) & 1) != 0) result = multiply16(result, kExpMinusPowerOfTwo[k]);
  }
  return result;
}

/// 2 / (1 + a) for a in [0, 1], `a` Q0.15, the result Q2.13: three Newton-Raphson steps from the estimate
/// 48/17 - 32/17 * d of least relative error for d = (1 + a) / 2 on [1/2, 1].
[[nodiscard]] constexpr std::int32_t two_over_one_plus_x16(std::int32_t a) {
  constexpr std::int32_t kOneQ2 = 1 << 13;
  constexpr std::int32_t k48Over17 = 23130;        // Q2.13
  constexpr std::int32_t kMinus32Over17 = -15420;  // Q2.13
  const std::int32_t denominator = (a + kOne16 + 1) / 2;
  std::int32_t x = k48Over17 + multiply16(denominator, kMinus32Over17);
  for (int step = 0; step < 3; ++step) {
    const std::int32_t error = kOneQ2 - multiply16(denominator, x);
    x += saturate16(std::int64_t{multiply16(x, error)} * 4);  // The product is Q4.11.
  }
  return x;
}

/// 1 / (1 + exp(-a)), `a` Q(integer_bits), the result Q0.15. Preconditions: a is a 16-bit number, 1 <= integer_bits <=
/// 7.
[[nodiscard]] constexpr std::int32_t logistic16(std::int32_t a, std::int32_t integer_bits) {
  if (a == 0) return 1 << 14;
  const std::int32_t exponential = exp16_on_negative_values(a < 0 ? a : -a, integer_bits);
  // Half of Q2.13 is the same raw value in Q1.14; then to Q0.15.
  const std::int32_t positive = saturate16(std::int64_t{two_over_one_plus_x16(exponential)} * 2);
  return a > 0 ? positive : kOne16 - positive;
}

/// tanh(a), `a` Q(integer_bits), the result Q0.15, from (1 - e) / (1 + e) with e = exp(-2 |a|). Preconditions: a is a
/// 16-bit number, 0 <= integer_bits <= 6.
[[nodiscard]] constexpr std::int32_t tanh16(std::int32_t a, std::int32_t integer_bits) {
  if (a == 0) return 0;
  // Twice Q(n) is the same raw value in Q(n + 1).
  const std::int32_t exponential = exp16_on_negative_values(a < 0 ? a : -a, integer_bits + 1);
  constexpr std::int32_t kOneQ2 = 1 << 13;
  const std::int32_t positive = saturate16(std::int64_t{two_over_one_plus_x16(exponential) - kOneQ2} * 4);
  return a > 0 ? positive : -positive;
}

}  // namespace auklet::kernels
