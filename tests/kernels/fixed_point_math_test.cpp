// exp and 1 / (1 + x) against the C library in long double. Their bits are pinned by the softmax vectors.
#include <auklet/kernels/fixed_point_math.hpp>

#include <cmath>
#include <cstdint>
#include <limits>

#include <gtest/gtest.h>

namespace auklet::kernels::test {
namespace {

constexpr std::int32_t kLowest = std::numeric_limits<std::int32_t>::min();
constexpr long double kQ31 = 2147483648.0L;  // 2^31
constexpr long double kQ26 = 67108864.0L;    // 2^26

static_assert(exp_on_negative_values(0) == kOneQ0);
static_assert(saturating_multiply_by_pot(1, 30) == 1 << 30);
static_assert(saturating_multiply_by_pot(1, 31) == kOneQ0);
static_assert(saturating_multiply_by_pot(-2, 31) == kLowest);
static_assert(saturating_multiply_by_pot(-1, 31) == kLowest);

TEST(FixedPointMath, ExpIsCloseEverywhere) {
  long double worst = 0;
  const auto check = [&](std::int32_t a) {
    const long double exact = std::exp(static_cast<long double>(a) / kQ26);
    const long double error = std::fabs(static_cast<long double>(exp_on_negative_values(a)) / kQ31 - exact);
    worst = std::max(worst, error);
  };
  for (std::int64_t a = kLowest; a <= 0; a += 4099) check(static_cast<std::int32_t>(a));
  for (std::int32_t a = -100000; a <= 0; ++a) check(a);
  // Measured 2.3e-7 over the whole range, at the upper end of the polynomial's interval.
  EXPECT_LT(worst, 2.5e-7L);
}

TEST(FixedPointMath, ExpMultipliesByExactlyTheRoundedConstants) {
  // At a = -1/4 - 2^k the polynomial's part is exp(-1/4) and one constant multiplies it.
  const std::int32_t quarter = exp_from_minus_quarter_to_zero(-(1 << 29));
  for (int k = -2; k <= 4; ++k) {
    const auto constant = static_cast<std::int32_t>(std::round(std::exp(-std::ldexp(1.0L, k)) * kQ31));
    const std::int32_t a = -(1 << 24) - static_cast<std::int32_t>(std::ldexp(1.0, 26 + k));
    EXPECT_EQ(exp_on_negative_values(a), saturating_rounding_doubling_high_mul(quarter, constant)) << "2^" << k;
  }
}

TEST(FixedPointMath, ExpNeverGrowsWithDistance) {
  std::int32_t previous = kOneQ0;
  for (std::int64_t a = 0; a >= kLowest; a -= 65536) {
    const std::int32_t value = exp_on_negative_values(static_cast<std::int32_t>(a));
    ASSERT_LE(value, previous) << a;
    ASSERT_GE(value, 0) << a;
    previous = value;
  }
}

TEST(FixedPointMath, OneOverOnePlusXIsCloseEverywhere) {
  long double worst = 0;
  for (std::int64_t a = 0; a <= kOneQ0; a += 1021) {
    const long double exact = 1.0L / (1.0L + static_cast<long double>(a) / kQ31);
    const long double value = static_cast<long double>(one_over_one_plus_x(static_cast<std::int32_t>(a))) / kQ31;
    worst = std::max(worst, std::fabs(value - exact));
  }
  // Measured 3.2e-9: under two units of Q2.29.
  EXPECT_LT(worst, 3.5e-9L);
}

TEST(FixedPointMath, ReciprocalHoldsOverTheWholeRange) {
  constexpr std::int32_t kIntegerBits = 12;
  for (std::uint64_t x = 1; x <= std::numeric_limits<std::uint32_t>::max(); x += x / 7 + 1) {
    const Reciprocal r = reciprocal(static_cast<std::uint32_t>(x), kIntegerBits);
    const long double number = static_cast<long double>(x) / std::ldexp(1.0L, 31 - kIntegerBits);
    const long double value = static_cast<long double>(r.value) / kQ31 * std::ldexp(1.0L, -r.exponent);
    ASSERT_EQ(r.exponent, std::ilogb(number)) << x;
    ASSERT_NEAR(static_cast<double>(value * number), 1.0, 5e-9) << x;
  }
}

}  // namespace
}  // namespace auklet::kernels::test
