// The primitives against independent formulations: real arithmetic in long double, which holds every intermediate
// exactly.
#include <auklet/kernels/fixed_point.hpp>

#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace auklet::kernels::test {
namespace {

static_assert(std::numeric_limits<long double>::digits >= 64, "products of two int32 and half a unit must be exact");

constexpr std::int32_t kLowest = std::numeric_limits<std::int32_t>::min();
constexpr std::int32_t kHighest = std::numeric_limits<std::int32_t>::max();

// The functions are usable at compile time, and their documented corner cases hold.
static_assert(saturating_rounding_doubling_high_mul(kLowest, kLowest) == kHighest);
static_assert(saturating_rounding_doubling_high_mul(kLowest, kHighest) == -kHighest);
static_assert(saturating_rounding_doubling_high_mul(1, 1 << 30) == 1);   // +0.5 rounds up
static_assert(saturating_rounding_doubling_high_mul(-1, 1 << 30) == 0);  // -0.5 rounds up too
static_assert(rounding_divide_by_pot(3, 1) == 2);
static_assert(rounding_divide_by_pot(-3, 1) == -2);
static_assert(rounding_divide_by_pot(kLowest, 31) == -1);
static_assert(rounding_divide_by_pot(kHighest, 32) == 0);
static_assert(wrapping_add(kHighest, 1) == kLowest);
static_assert(wrapping_shift_left(3, 31) == kLowest);
static_assert(requantize_to_int8(kHighest, {kHighest, 0}, 127, {}) == 127);
static_assert(requantize_to_int8(kLowest, {kHighest, 0}, -128, {-100, 7}) == -100);

// Powers of two and their neighbours, both signs, and the ends.
std::vector<std::int32_t> edge_values() {
  std::vector<std::int32_t> values = {0, kLowest, kLowest + 1, kHighest, kHighest - 1};
  for (int bit = 0; bit < 31; ++bit) {
    for (int delta = -1; delta <= 1; ++delta) {
      values.push_back((1 << bit) + delta);
      values.push_back(-((1 << bit) + delta));
    }
  }
  return values;
}

std::int32_t oracle_high_mul(std::int32_t a, std::int32_t b) {
  const long double product = static_cast<long double>(a) * static_cast<long double>(b);
  const long double rounded = std::floor(product / 2147483648.0L + 0.5L);
  return rounded > 2147483647.0L ? kHighest : static_cast<std::int32_t>(rounded);
}

std::int32_t oracle_divide(std::int32_t x, std::int32_t exponent) {
  return static_cast<std::int32_t>(std::round(static_cast<long double>(x) / std::ldexp(1.0L, exponent)));
}

std::int32_t oracle_multiply(std::int32_t x, QuantizedMultiplier m) {
  const std::int64_t shifted = std::int64_t{x} * (std::int64_t{1} << (m.shift > 0 ? m.shift : 0));
  constexpr std::int64_t kModulus = std::int64_t{1} << 32;
  std::int64_t wrapped = ((shifted % kModulus) + kModulus) % kModulus;
  if (wrapped > kHighest) wrapped -= kModulus;
  return oracle_divide(oracle_high_mul(static_cast<std::int32_t>(wrapped), m.value), m.shift < 0 ? -m.shift : 0);
}

TEST(FixedPoint, HighMulEqualsRealArithmeticAtEdges) {
  const auto values = edge_values();
  for (const std::int32_t a : values) {
    for (const std::int32_t b : values) {
      ASSERT_EQ(saturating_rounding_doubling_high_mul(a, b), oracle_high_mul(a, b)) << a << " * " << b;
    }
  }
}

// The command stream's page states the product's rounding as a truncating division.
TEST(FixedPoint, HighMulEqualsTheTruncatingDefinition) {
  std::mt19937 random(3);
  std::uniform_int_distribution<std::int32_t> any(kLowest, kHighest);
  for (int i = 0; i < 500000; ++i) {
    const std::int32_t a = any(random) >> (i % 32);
    const std::int32_t b = any(random) >> (i % 29);
    if (a == kLowest && b == kLowest) continue;
    const std::int64_t product = std::int64_t{a} * b;
    const std::int64_t nudge = product >= 0 ? std::int64_t{1} << 30 : 1 - (std::int64_t{1} << 30);
    ASSERT_EQ(saturating_rounding_doubling_high_mul(a, b), (product + nudge) / (std::int64_t{1} << 31))
        << a << " " << b;
  }
}

TEST(FixedPoint, DivideEqualsRealArithmeticAtEdges) {
  for (const std::int32_t x : edge_values()) {
    for (std::int32_t exponent = 0; exponent <= 62; ++exponent) {
      // Beyond 2^32 the quotient is below one half: zero.
      ASSERT_EQ(rounding_divide_by_pot(x, exponent), oracle_divide(x, exponent)) << x << " / 2^" << exponent;
    }
  }
}

TEST(FixedPoint, DivideEqualsRealArithmeticOnEverySmallValue) {
  for (std::int32_t exponent = 0; exponent <= 12; ++exponent) {
    for (std::int32_t x = -10000; x <= 10000; ++x) {
      ASSERT_EQ(rounding_divide_by_pot(x, exponent), oracle_divide(x, exponent)) << x << " / 2^" << exponent;
    }
  }
}

TEST(FixedPoint, MultiplyEqualsRealArithmeticAtEdges) {
  const auto values = edge_values();
  for (const std::int32_t value : {0, 1, 1 << 30, (1 << 30) + 1, 1518500250, kHighest}) {
    for (std::int32_t shift = kMinShift; shift <= kMaxShift; ++shift) {
      for (const std::int32_t x : values) {
        const QuantizedMultiplier m{value, shift};
        ASSERT_EQ(multiply_by_quantized_multiplier(x, m), oracle_multiply(x, m))
            << x << " * " << value << " << " << shift;
      }
    }
  }
}

TEST(FixedPoint, MultiplyEqualsRealArithmeticOnRandomValues) {
  std::mt19937 random(1);
  std::uniform_int_distribution<std::int32_t> any(kLowest, kHighest);
  std::uniform_int_distribution<std::int32_t> normalised(1 << 30, kHighest);
  std::uniform_int_distribution<std::int32_t> shifts(kMinShift, kMaxShift);
  for (int i = 0; i < 500000; ++i) {
    const std::int32_t x = any(random) >> (i % 32);
    const QuantizedMultiplier m{normalised(random), shifts(random)};
    ASSERT_EQ(multiply_by_quantized_multiplier(x, m), oracle_multiply(x, m)) << x << " " << m.value << " " << m.shift;
  }
}

// Rounding once instead of twice would give another result here: 0.5 - 2^-32 becomes 1 in the first step's half.
TEST(FixedPoint, RoundsTwice) {
  const QuantizedMultiplier m{kHighest, -1};  // Just below one half.
  EXPECT_EQ(multiply_by_quantized_multiplier(1, m), 1);
  EXPECT_EQ(std::lround(1.0 * kHighest / 2147483648.0 / 2.0), 0);
}

TEST(FixedPoint, RequantizeClampsAroundTheZeroPoint) {
  const QuantizedMultiplier one{1 << 30, 1};
  for (std::int32_t x = -600; x <= 600; ++x) {
    const std::int32_t expected = std::max(-20, std::min(100, x + 5));
    ASSERT_EQ(requantize_to_int8(x, one, 5, {-20, 100}), expected) << x;
  }
}

}  // namespace
}  // namespace auklet::kernels::test
