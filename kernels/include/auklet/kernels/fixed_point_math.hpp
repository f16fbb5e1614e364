// exp, log, 1 / (1 + x) and 1 / sqrt(x) in 32-bit fixed point without tables. Bit-exact with the definitions that
// TensorFlow Lite's reference softmax, log-softmax, RSQRT and L2 normalisation are built on: gemmlowp's fixedpoint
// library, and TensorFlow Lite's own logarithm and inverse root.
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

/// 1 / sqrt(x) of an integer as a multiplier, value * 2^(shift - 31), shift at most 0; 1 for x below 2. Five
/// Newton-Raphson steps from the estimate 1 for a number in [1/4, 1), to which x is scaled by a power of 4.
[[nodiscard]] constexpr QuantizedMultiplier inverse_square_root(std::int32_t x) {
  if (x <= 1) return {kOneQ0, 0};
  constexpr std::int32_t kOneQ3 = std::int32_t{1} << 28;
  constexpr std::int32_t kThreeHalvesQ3 = kOneQ3 + kOneQ3 / 2;
  constexpr std::int32_t kHalfSqrt2 = 1518500250;  // Q0.31
  const auto mul = [](std::int32_t p, std::int32_t q) { return saturating_rounding_doubling_high_mul(p, q); };

  std::int32_t right_shift = 11;
  for (; x >= std::int32_t{1} << 29; ++right_shift) x /= 4;
  for (; x < std::int32_t{1} << 27; --right_shift) x *= 4;
  const std::int32_t half = rounding_divide_by_pot(x >> 1, 1);  // Half of x >> 1, which is the number in Q3.28.
  std::int32_t root = kOneQ3;
  for (int step = 0; step < 5; ++step) {
    const std::int32_t cube = saturating_multiply_by_pot(mul(mul(root, root), root), 6);  // Q9.22 to Q3.28
    root = saturating_multiply_by_pot(mul(kThreeHalvesQ3, root) - mul(half, cube), 3);    // Q6.25 to Q3.28
  }
  root = mul(root, kHalfSqrt2);
  // For the smallest x the point lies further right than the format has it.
  return right_shift < 0 ? QuantizedMultiplier{wrapping_shift_left(root, -right_shift), 0}
                         : QuantizedMultiplier{root, -right_shift};
}

/// log(x), Q5.26, of x > 0 in Q12.19. Splits x into 2^n and a mantissa r around sqrt(sqrt(1/2)), of the two ways to do
/// so the one whose r is smaller, and takes log(r) from a rational approximation.
[[nodiscard]] constexpr std::int32_t natural_log(std::int32_t x) {
  constexpr std::int32_t kInputBits = 12;
  constexpr std::int32_t kSumFraction = 25;                 // The result is summed in Q6.25.
  constexpr std::int32_t kQuarter = std::int32_t{1} << 23;  // Q6.25
  constexpr std::int32_t kLog2 = 1488522236;                // log(2)
  constexpr std::int32_t kFourthRootOfHalf = 1805811301;    // sqrt(sqrt(1/2))
  constexpr std::int32_t kRootOfHalf = 1518500250;          // sqrt(1/2)
  constexpr std::int32_t kCubic = 117049297;                // 11/240 * 2^(1/4)
  constexpr std::int32_t kQuadratic = 127690142;            // 1/20 * 2^(1/4)
  constexpr std::int32_t kConstant = 1057819769;            // 2 / 2^(1/4) - 2^(1/4)
  constexpr std::int32_t kLinear = 638450708;               // 1/4 * 2^(1/4)
  const auto mul = [](std::int32_t p, std::int32_t q) { return saturating_rounding_doubling_high_mul(p, q); };
  const auto leading_zeros = [](std::int32_t v) { return std::countl_zero(static_cast<std::uint32_t>(v)); };

  // The first way: x times sqrt(1/2) after normalisation; the second: the shift that x * sqrt(1/2) would need.
  const std::int32_t shift_a = leading_zeros(x) - 1;
  const std::int32_t r_a = saturating_multiply_by_pot(mul(saturating_multiply_by_pot(x, shift_a), kRootOfHalf), 1);
  const std::int32_t power_a = (kInputBits - 1 - shift_a) * (std::int32_t{1} << kSumFraction) + kQuarter;
  const std::int32_t shift_b = leading_zeros(mul(x, kRootOfHalf)) - 1;
  const std::int32_t r_b = saturating_multiply_by_pot(x, shift_b);
  const std::int32_t power_b = (kInputBits - shift_b) * (std::int32_t{1} << kSumFraction) - kQuarter;
  const std::int32_t r = r_a < r_b ? r_a : r_b;
  const std::int32_t power = power_a > power_b ? power_a : power_b;

  // (r + root) / 2, halves up: both are positive.
  const auto p = static_cast<std::int32_t>((std::int64_t{r} + kFourthRootOfHalf + 1) / 2);
  const std::int32_t q = 2 * (r - kFourthRootOfHalf);
  const std::int32_t q2 = mul(q, q);
  const std::int32_t numerator = mul(q, r) + mul(mul(q, q2), kCubic);
  const std::int32_t denominator_minus_one = mul(p, kConstant + q + mul(kQuadratic, q2)) + mul(kLinear, q);
  const std::int32_t quotient =
      mul(rounding_divide_by_pot(numerator, 31 - kSumFraction), one_over_one_plus_x(denominator_minus_one));
  return saturating_multiply_by_pot(mul(power, kLog2) + quotient, 1);
}

}  // namespace auklet::kernels
