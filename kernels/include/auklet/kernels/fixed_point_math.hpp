// exp and 1 / (1 + x) in 32-bit fixed point without tables, the two functions that softmax needs. Bit-exact with the
// definitions of gemmlowp's fixedpoint library that TensorFlow Lite's reference softmax is built on.
//
// "Qm.n" is a 32-bit signed number of m integer and n fraction bits, m + n = 31: it stands for raw / 2^n. The product
// of Qa and Qb has raw value saturating_rounding_doubling_high_mul(a, b) and format Q(a + b). In Q0.31, 1 is 2^31 - 1.
#pragma once

#include <array>
#include <auklet/kernels/fixed_point.hpp>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>

namespace auklet::kernels {

/// 1 in Q0.31: the nearest there is.
inline constexpr std::int32_t kOneQ0 = std::numeric_limits<std::int32_t>::max();

/// x * 2^exponent with saturation. Precondition: 0 <= exponent <= 31.
[[nodiscard]] constexpr std::int32_t saturating_multiply_by_pot(std::int32_t x, std::int32_t exponent) {
  constexpr std::int64_t kLowest = std::numeric_limits<std::int32_t>::min();
  constexpr std::int64_t kHighest = std::numeric_limits<std::int32_t>::max();
  return static_cast<std::int32_t>(limit(std::int64_t{x} * (std::int64_t{1} << exponent), kLowest, kHighest));
}

/// exp(a) for a in [-1/4, 0), both Q0.31: the Taylor polynomial of degree 4 around -1/8.
[[nodiscard]] constexpr std::int32_t exp_from_minus_quarter_to_zero(std::int32_t a) {
  constexpr std::int32_t kExpMinusEighth = 1895147668;  // exp(-1/8)
  constexpr std::int32_t kOneThird = 715827883;         // 1/3
  const auto mul = [](std::int32_t p, std::int32_t q) { return saturating_rounding_doubling_high_mul(p, q); };
  const std::int32_t x = a + (std::int32_t{1} << 28);  // a + 1/8, in [-1/8, 1/8)
  const std::int32_t x2 = mul(x, x);
  const std::int32_t x3 = mul(x2, x);
  const std::int32_t x4_over_4 = rounding_divide_by_pot(mul(x2, x2), 2);
  // x^2/2 + x^3/6 + x^4/24 = ((x^4/4 + x^3) / 3 + x^2) / 2
  const std::int32_t tail = rounding_divide_by_pot(mul(x4_over_4 + x3, kOneThird) + x2, 1);
  return kExpMinusEighth + mul(kExpMinusEighth, x + tail);
}

/// exp(a) for a <= 0; `a` is Q5.26 (so at least -32), the result Q0.31. Splits a into a part in [-1/4, 0) for the
/// polynomial and a multiple of 1/4, each of whose bits multiplies by a constant. Precondition: a <= 0.
[[nodiscard]] constexpr std::int32_t exp_on_negative_values(std::int32_t a) {
  constexpr std::int32_t kFractionBits = 26;
  constexpr std::int32_t kQuarter = std::int32_t{1} << (kFractionBits - 2);
  // exp(-2^k) in Q0.31 for k = -2 .. 4.
  constexpr std::array<std::int32_t, 7> kExpMinusPowerOfTwo = {1672461947, 1302514674, 790015084, 290630308,
                                                               39332535,   720401,     242};
  if (a == 0) return kOneQ0;
  const std::int32_t fraction = (a & (kQuarter - 1)) - kQuarter;  // [-1/4, 0)
  std::int32_t result = exp_from_minus_quarter_to_zero(saturating_multiply_by_pot(fraction, 31 - kFractionBits));
  // A multiple of 1/4 in [0, 32): every bit of it is one of the table's powers of two.
  const std::uint32_t remainder = static_cast<std::uint32_t>(fraction) - static_cast<std::uint32_t>(a);
  for (std::size_t k = 0; k < kExpMinusPowerOfTwo.size(); ++k) {
    if (((remainder >> (static_cast<std::size_t>(kFractionBits) - 2 + k)) & 1u) != 0) {
      result = saturating_rounding_doubling_high_mul(result, kExpMinusPowerOfTwo[k]);
    }
  }
  return result;
}

/// 1 / (1 + a) for a in [0, 1], both Q0.31: three Newton-Raphson steps on 1 / ((1 + a) / 2), which lies in [1, 2], from
/// the estimate 48/17 - 32/17 * d of least relative error on [1/2, 1]. Precondition: a >= 0.
[[nodiscard]] constexpr std::int32_t one_over_one_plus_x(std::int32_t a) {
  constexpr std::int32_t kOneQ2 = std::int32_t{1} << 29;
  constexpr std::int32_t k48Over17 = 1515870810;        // Q2.29
  constexpr std::int32_t kMinus32Over17 = -1010580540;  // Q2.29
  const auto mul = [](std::int32_t p, std::int32_t q) { return saturating_rounding_doubling_high_mul(p, q); };
  // (a + 1) / 2, halves up; a sum of non-negative numbers.
  const auto denominator = static_cast<std::int32_t>((std::int64_t{a} + kOneQ0 + 1) / 2);
  std::int32_t x = k48Over17 + mul(denominator, kMinus32Over17);  // Q2.29
  for (int step = 0; step < 3; ++step) {
    const std::int32_t error = kOneQ2 - mul(denominator, x);  // Q2.29
    x += saturating_multiply_by_pot(mul(x, error), 2);        // The product is Q4.27.
  }
  return saturating_multiply_by_pot(x, 1);  // Half of Q2.29 is the same raw value in Q1.30; then to Q0.31.
}

/// A positive number as a mantissa's reciprocal and an exponent: 1 / number = reciprocal * 2^-exponent.
struct Reciprocal {
  std::int32_t value = 0;     ///< Q0.31, in [1/2, 1].
  std::int32_t exponent = 0;  ///< floor(log2(number)).
};

/// 1 / x of an unsigned number of `integer_bits` integer and 31 - integer_bits fraction bits (the top bit counts as one
/// more integer bit). Precondition: x > 0.
[[nodiscard]] constexpr Reciprocal reciprocal(std::uint32_t x, std::int32_t integer_bits) {
  const std::int32_t leading_zeros = std::countl_zero(x);
  const auto mantissa_minus_one = static_cast<std::int32_t>((x << leading_zeros) - (std::uint32_t{1} << 31));
  return {one_over_one_plus_x(mantissa_minus_one), integer_bits - leading_zeros};
}

}  // namespace auklet::kernels
