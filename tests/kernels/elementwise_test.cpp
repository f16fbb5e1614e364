// The operators of one and of two tensors against their real functions, and against plain restatements of what the
// vectors cannot show: broadcasting in six dimensions, ties, domains.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>
#include <random>
#include <vector>

#include <gtest/gtest.h>

#include <auklet/kernels/abs.hpp>
#include <auklet/kernels/elementwise_quantization.hpp>
#include <auklet/kernels/minimum_maximum.hpp>
#include <auklet/kernels/rsqrt.hpp>

namespace auklet::kernels::test {
namespace {

using Bytes = std::vector<std::int8_t>;

constexpr QuantizedMultiplier kOne{1 << 30, 1};

// -128 to 127.
Bytes all_values() {
  Bytes all(256);
  std::iota(all.begin(), all.end(), std::int8_t{-128});
  return all;
}

Bytes random_bytes(std::int64_t count, unsigned seed) {
  std::mt19937 random(seed);
  std::uniform_int_distribution<int> any(-128, 127);
  Bytes bytes(static_cast<std::size_t>(count));
  std::generate(bytes.begin(), bytes.end(), [&] { return static_cast<std::int8_t>(any(random)); });
  return bytes;
}

double real_of(int q, AffineParams p) { return static_cast<double>(p.scale) * (q - p.zero_point); }

// Steps of the output, not rounded, limited to int8.
double exact_of(double real, AffineParams p) {
  return std::clamp(real / static_cast<double>(p.scale) + p.zero_point, -128.0, 127.0);
}

constexpr AffineParams kA{0.05F, 10};
constexpr AffineParams kB{0.11F, -20};

// How far the two roundings of a multiplication may be off together: half a unit before the right shift, half a step of
// the output after it. The rest is for the multiplier's own rounding.
double rounding_bound(QuantizedMultiplier m) { return 0.5 + (m.shift < 0 ? std::ldexp(0.5, m.shift) : 0.0) + 1e-4; }

// Runs `call(a, b, output)` on all pairs of values and compares with `function` of the real values.
template <class Call, class Function>
void expect_near_on_all_pairs(AffineParams out, double tolerance, Call call, Function function) {
  const Bytes all = all_values();
  Bytes output(256 * 256);
  ASSERT_EQ(call(Tensor<const std::int8_t>{make_shape(256, 1), all}, Tensor<const std::int8_t>{make_shape(256), all},
                 Tensor<std::int8_t>{make_shape(256, 256), output}),
            Status::kOk);
  for (int i = -128; i < 128; ++i) {
    for (int j = -128; j < 128; ++j) {
      const double exact = exact_of(function(real_of(i, kA), real_of(j, kB)), out);
      ASSERT_NEAR(output[static_cast<std::size_t>((i + 128) * 256 + j + 128)], exact, tolerance) << i << ", " << j;
    }
  }
}

TEST(Sub, EveryPairIsTheRoundedRealDifference) {
  const AffineParams out{0.13F, 3};
  SubParams params;
  ASSERT_EQ(make_sub_params(kA, kB, out, FusedActivation::kNone, params), Status::kOk);
  expect_near_on_all_pairs(
      out, rounding_bound(params.output_multiplier),
      [&](auto a, auto b, auto o) { return reference::sub(params, a, b, o); },
      [](double x, double y) { return x - y; });
}

TEST(Mul, EveryPairIsTheRoundedRealProduct) {
  const AffineParams out{0.41F, -9};
  MulParams params;
  ASSERT_EQ(make_mul_params(kA, kB, out, FusedActivation::kNone, params), Status::kOk);
  expect_near_on_all_pairs(
      out, rounding_bound(params.multiplier), [&](auto a, auto b, auto o) { return reference::mul(params, a, b, o); },
      [](double x, double y) { return x * y; });
}

// The operands are rounded to 1/256 of the larger scale before the square, which is up to 510 of them.
TEST(SquaredDifference, EveryPairIsNearTheRealSquare) {
  const AffineParams out{2.0F, -128};
  SquaredDifferenceParams params;
  ASSERT_EQ(make_squared_difference_params(kA, kB, out, params), Status::kOk);
  expect_near_on_all_pairs(
      out, 0.52, [&](auto a, auto b, auto o) { return reference::squared_difference(params, a, b, o); },
      [](double x, double y) { return (x - y) * (x - y); });
}

// No vector shows the difference, so it is pinned here: one in the last bits of the multiplier.
TEST(ElementwiseMultipliers, AreQuotientsInFloatWhereTheSourceHasThem) {
  const float a = 0.1F;
  const float b = 0.3F;
  const float out = 0.7F;
  QuantizedMultiplier in_float;
  QuantizedMultiplier in_double;
  ASSERT_EQ(quantize_multiplier(static_cast<double>(a * b / out), in_float), Status::kOk);
  ASSERT_EQ(conv_multiplier(a, b, out, in_double), Status::kOk);
  ASSERT_NE(in_float, in_double);
  MulParams mul;
  PreluParams prelu;
  LeakyReluParams leaky;
  ASSERT_EQ(make_mul_params({a, 0}, {b, 0}, {out, 0}, FusedActivation::kNone, mul), Status::kOk);
  ASSERT_EQ(make_prelu_params({a, 0}, {b, 0}, {out, 0}, prelu), Status::kOk);
  ASSERT_EQ(make_leaky_relu_params(b, {a, 0}, {out, 0}, leaky), Status::kOk);
  EXPECT_EQ(mul.multiplier, in_float);
  EXPECT_EQ(prelu.product, in_float);
  EXPECT_EQ(leaky.slope, in_float);

  ASSERT_EQ(quantize_multiplier(static_cast<double>(a / out), in_float), Status::kOk);
  ASSERT_EQ(requantize_multiplier(a, out, in_double), Status::kOk);
  ASSERT_NE(in_float, in_double);
  ReluParams relu;
  RequantizeParams abs;
  ASSERT_EQ(make_relu_params(FusedActivation::kRelu, {a, 0}, {out, 0}, relu), Status::kOk);
  ASSERT_EQ(make_abs_params({a, 0}, {out, 0}, abs), Status::kOk);
  for (const QuantizedMultiplier& m : {relu.multiplier, abs.multiplier, prelu.identity, leaky.identity}) {
    EXPECT_EQ(m, in_float);
  }
}

// Of an operand that scales to exactly 1/2 + n, adding the negated multiplier rounds towards plus infinity, subtracting
// the scaled operand would round towards minus infinity. With unit output steps the difference shows.
TEST(Sub, NegatesTheMultiplierNotTheOperand) {
  SubParams params;
  params.left_shift = 0;
  params.a_multiplier = kOne;
  params.b_multiplier = {1 << 30, 0};  // 1/2
  params.output_multiplier = kOne;
  const Bytes a = {0, 0, 0, 0};
  const Bytes b = {1, -1, 3, 2};
  Bytes output(4);
  const Shape shape = make_shape(4);
  ASSERT_EQ(reference::sub(params, {shape, a}, {shape, b}, {shape, output}), Status::kOk);
  EXPECT_EQ(output, (Bytes{0, 1, -1, -1}));
}

// (x * y) by six nested loops with coordinates taken modulo the operand's dimensions.
TEST(Broadcast, SixDimensionsAgainstNestedLoops) {
  constexpr std::array<int, 6> kDims = {2, 3, 2, 2, 3, 4};
  const Shape out_shape = make_shape(2, 3, 2, 2, 3, 4);
  std::mt19937 random(1);
  MulParams params;
  params.multiplier = {1 << 30, -4};
  for (int round = 0; round < 64; ++round) {
    std::array<int, 6> da = kDims;
    std::array<int, 6> db = kDims;
    for (std::size_t i = 0; i < 6; ++i) {
      const auto choice = random() % 3;
      if (choice == 0) da[i] = 1;
      if (choice == 1) db[i] = 1;
    }
    const Shape sa = make_shape(da[0], da[1], da[2], da[3], da[4], da[5]);
    const Shape sb = make_shape(db[0], db[1], db[2], db[3], db[4], db[5]);
    const Bytes a = random_bytes(element_count(sa), static_cast<unsigned>(random()));
    const Bytes b = random_bytes(element_count(sb), static_cast<unsigned>(random()));
    Bytes output(static_cast<std::size_t>(element_count(out_shape)));
    ASSERT_EQ(reference::mul(params, {sa, a}, {sb, b}, {out_shape, output}), Status::kOk);
    const auto at = [](const Bytes& values, const std::array<int, 6>& dims, const std::array<int, 6>& index) {
      std::size_t offset = 0;
      for (std::size_t i = 0; i < 6; ++i) {
        offset = offset * static_cast<std::size_t>(dims[i]) + static_cast<std::size_t>(index[i] % dims[i]);
      }
      return static_cast<int>(values[offset]);
    };
    std::size_t element = 0;
    std::array<int, 6> i{};
    for (i[0] = 0; i[0] < kDims[0]; ++i[0])
      for (i[1] = 0; i[1] < kDims[1]; ++i[1])
        for (i[2] = 0; i[2] < kDims[2]; ++i[2])
          for (i[3] = 0; i[3] < kDims[3]; ++i[3])
            for (i[4] = 0; i[4] < kDims[4]; ++i[4])
              for (i[5] = 0; i[5] < kDims[5]; ++i[5]) {
                const double exact = at(a, da, i) * at(b, db, i) / 32.0;
                ASSERT_NEAR(output[element++], std::clamp(exact, -128.0, 127.0), rounding_bound(params.multiplier));
              }
  }
}

TEST(Broadcast, WorksInPlaceAndOnScalars) {
  const Bytes b = {3};
  Bytes a = {1, 2, 3, 4, -5, 6};
  const Shape shape = make_shape(2, 3);
  ASSERT_EQ(reference::maximum({shape, a}, {make_shape(), b}, {shape, a}), Status::kOk);
  EXPECT_EQ(a, (Bytes{3, 3, 3, 4, 3, 6}));
  ASSERT_EQ(reference::minimum({make_shape(1), b}, {shape, a}, {shape, a}), Status::kOk);
  EXPECT_EQ(a, Bytes(6, std::int8_t{3}));
}

TEST(MinimumMaximum, TogetherKeepEveryPair) {
  const Bytes a = random_bytes(1000, 2);
  const Bytes b = random_bytes(1000, 3);
  Bytes low(1000);
  Bytes high(1000);
  const Shape shape = make_shape(10, 100);
  ASSERT_EQ(reference::minimum({shape, a}, {shape, b}, {shape, low}), Status::kOk);
  ASSERT_EQ(reference::maximum({shape, a}, {shape, b}, {shape, high}), Status::kOk);
  for (std::size_t i = 0; i < 1000; ++i) {
    ASSERT_LE(low[i], high[i]);
    ASSERT_EQ((std::array{low[i], high[i]}), (std::array{std::min(a[i], b[i]), std::max(a[i], b[i])}));
  }
}

// Runs `call(input, output)` on all values and compares with `function` of the real value.
template <class Call, class Function>
void expect_near_on_all_values(AffineParams in, AffineParams out, double tolerance, Call call, Function function) {
  const Bytes all = all_values();
  Bytes output(256);
  ASSERT_EQ(call(std::span<const std::int8_t>(all), std::span<std::int8_t>(output)), Status::kOk);
  for (int q = -128; q < 128; ++q) {
    ASSERT_NEAR(output[static_cast<std::size_t>(q + 128)], exact_of(function(real_of(q, in)), out), tolerance) << q;
  }
}

TEST(Relu, RequantisesAndClampsEveryValue) {
  const AffineParams in{0.08F, -11};
  const AffineParams out{0.047F, -128};
  const std::array<std::pair<FusedActivation, std::array<double, 2>>, 3> functions = {
      {{FusedActivation::kRelu, {0.0, 1e9}},
       {FusedActivation::kRelu6, {0.0, 6.0}},
       {FusedActivation::kReluN1To1, {-1.0, 1.0}}}};
  for (const auto& [function, limits] : functions) {
    ReluParams params;
    ASSERT_EQ(make_relu_params(function, in, out, params), Status::kOk);
    // The bounds themselves are rounded too, so a clamped value is half a step off at most.
    expect_near_on_all_values(
        in, out, rounding_bound(params.multiplier), [&](auto x, auto y) { return reference::relu(params, x, y); },
        [bounds = limits](double x) { return std::clamp(x, bounds[0], bounds[1]); });
  }
}

TEST(LeakyRelu, ScalesBelowZeroByAnySlope) {
  const AffineParams in{0.08F, -11};
  const AffineParams out{0.09F, 5};
  for (const float slope : {0.0F, 0.01F, 0.3F, 1.5F, -0.25F}) {
    LeakyReluParams params;
    ASSERT_EQ(make_leaky_relu_params(slope, in, out, params), Status::kOk);
    expect_near_on_all_values(
        in, out, std::max(rounding_bound(params.identity), rounding_bound(params.slope)),
        [&](auto x, auto y) { return reference::leaky_relu(params, x, y); },
        [slope](double x) { return x < 0 ? x * static_cast<double>(slope) : x; });
  }
}

TEST(Prelu, EveryPairIsNearTheRealFunction) {
  const AffineParams out{0.09F, 5};
  PreluParams params;
  ASSERT_EQ(make_prelu_params(kA, kB, out, params), Status::kOk);
  const Bytes all = all_values();
  Bytes input;  // Every value in a row of 256, so that the slopes broadcast along the first dimension.
  for (const std::int8_t x : all) input.insert(input.end(), 256, x);
  Bytes output(input.size());
  const Shape shape = make_shape(256, 256);
  ASSERT_EQ(reference::prelu(params, {shape, input}, {make_shape(256), all}, {shape, output}), Status::kOk);
  for (std::size_t i = 0; i < output.size(); ++i) {
    const double x = real_of(input[i], kA);
    const double exact = exact_of(x < 0 ? x * real_of(all[i % 256], kB) : x, out);
    ASSERT_NEAR(output[i], exact, rounding_bound(x < 0 ? params.product : params.identity));
  }
}

double hard_swish(double x) { return x * std::clamp(x + 3.0, 0.0, 6.0) / 6.0; }

// The 16-bit arithmetic costs up to 0.003 steps here; an input scale above 3 * 128 / 32640 makes the gate shift left.
TEST(HardSwish, IsNearTheRealFunctionForEveryShift) {
  for (const float scale : {0.0005F, 0.004F, 0.0117F, 0.012F, 0.05F, 0.3F, 4.0F}) {
    const AffineParams in{scale, 12};
    const AffineParams out{scale * 0.9F, -100};
    HardSwishParams params;
    ASSERT_EQ(make_hard_swish_params(in, out, params), Status::kOk) << scale;
    expect_near_on_all_values(
        in, out, 0.505, [&](auto x, auto y) { return reference::hard_swish(params, x, y); }, hard_swish);
  }
}

TEST(HardSwish, RefusesAnOutputScaleFarFromTheInputs) {
  HardSwishParams params;
  EXPECT_EQ(make_hard_swish_params({1.0F, 0}, {1.0F / 256.0F, 0}, params), Status::kBadScale);  // Left shift.
  EXPECT_EQ(make_hard_swish_params({1.0F, 0}, {1024.0F, 0}, params), Status::kBadScale);        // Right by 17.
}

TEST(Abs, IsTheSameOnBothSidesOfTheZeroPoint) {
  const AffineParams in{0.08F, -3};
  const AffineParams out{0.05F, -128};
  RequantizeParams params;
  ASSERT_EQ(make_abs_params(in, out, params), Status::kOk);
  expect_near_on_all_values(
      in, out, rounding_bound(params.multiplier), [&](auto x, auto y) { return reference::abs(params, x, y); },
      [](double x) { return std::fabs(x); });
  // Equal scales leave every magnitude as it is.
  ASSERT_EQ(make_abs_params(in, {0.08F, -128}, params), Status::kOk);
  const Bytes input = {-128, -4, -3, -2, 127};
  Bytes output(5);
  ASSERT_EQ(reference::abs(params, input, output), Status::kOk);
  EXPECT_EQ(output, (Bytes{-3, -127, -128, -127, 2}));
}

TEST(Rsqrt, IsNearTheRealFunctionAndHighestAtZero) {
  const AffineParams in{0.02F, -128};
  for (const float scale : {0.03F, 0.1F}) {
    const AffineParams out{scale, -128};
    RequantizeParams params;
    ASSERT_EQ(make_rsqrt_params(in, out, params), Status::kOk);
    expect_near_on_all_values(
        in, out, 0.501, [&](auto x, auto y) { return reference::rsqrt(params, x, y); },
        [](double x) { return x == 0.0 ? 1e9 : 1.0 / std::sqrt(x); });
  }
}

TEST(Rsqrt, RefusesNegativeNumbersAndWritesNothing) {
  RequantizeParams params;
  ASSERT_EQ(make_rsqrt_params({0.02F, 5}, {0.1F, 0}, params), Status::kOk);
  Bytes output(3, std::int8_t{99});
  EXPECT_EQ(reference::rsqrt(params, Bytes{5, 6, 4}, output), Status::kOutOfDomain);
  EXPECT_EQ(output, Bytes(3, std::int8_t{99}));
  EXPECT_EQ(make_rsqrt_params({1.0F, 0}, {8192.0F, 0}, params), Status::kBadScale);
}

TEST(Table, EntriesAreTheRoundedFunctions) {
  const auto logistic = [](long double x) { return 1.0L / (1.0L + std::exp(-x)); };
  const auto tanh = [](long double x) { return std::tanh(x); };
  const auto elu = [](long double x) { return x < 0 ? std::expm1(x) : x; };
  const auto check = [](TableFunction function, AffineParams in, AffineParams out, auto real) {
    std::array<std::int8_t, kTableSize> table{};
    ASSERT_EQ(make_table(function, in, out, table), Status::kOk);
    for (int q = -128; q < 128; ++q) {
      const auto exact = static_cast<double>(real(static_cast<long double>(real_of(q, in))));
      ASSERT_NEAR(table[table_index(static_cast<std::int8_t>(q))], exact_of(exact, out), 0.5001) << q;
    }
  };
  for (const float scale : {0.001F, 0.03F, 0.1F, 2.0F, 1e30F}) {
    check(TableFunction::kLogistic, {scale, 7}, {1.0F / 256.0F, -128}, logistic);
    check(TableFunction::kTanh, {scale, 7}, {1.0F / 128.0F, 0}, tanh);
    check(TableFunction::kElu, {scale, 7}, {scale, -50}, elu);
  }
}

TEST(Lookup, GoesFromTheLowestValueUp) {
  std::array<std::int8_t, kTableSize> table{};
  for (std::size_t i = 0; i < kTableSize; ++i) table[i] = static_cast<std::int8_t>(127 - static_cast<int>(i));
  Bytes values = {-128, -1, 0, 127};
  ASSERT_EQ(reference::lookup(table, values, values), Status::kOk);  // In place.
  EXPECT_EQ(values, (Bytes{127, 0, -1, -128}));
}

}  // namespace
}  // namespace auklet::kernels::test
