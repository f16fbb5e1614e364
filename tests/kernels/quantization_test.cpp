// From float scales to integer parameters.
#include <auklet/kernels/quantization.hpp>

#include <cmath>
#include <limits>
#include <random>

#include <gtest/gtest.h>

namespace auklet::kernels::test {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

QuantizedMultiplier quantized(double real) {
  QuantizedMultiplier m{-1, -1};
  EXPECT_EQ(quantize_multiplier(real, m), Status::kOk) << real;
  return m;
}

TEST(QuantizeMultiplier, KnownValues) {
  EXPECT_EQ(quantized(0.0), (QuantizedMultiplier{0, 0}));
  EXPECT_EQ(quantized(0.5), (QuantizedMultiplier{1 << 30, 0}));
  EXPECT_EQ(quantized(1.0), (QuantizedMultiplier{1 << 30, 1}));
  EXPECT_EQ(quantized(0.75), (QuantizedMultiplier{3 << 29, 0}));
  EXPECT_EQ(quantized(std::ldexp(0.5, -31)), (QuantizedMultiplier{1 << 30, -31}));
  EXPECT_EQ(quantized(std::ldexp(0.5, -32)), (QuantizedMultiplier{0, 0}));            // No bit would be left.
  EXPECT_EQ(quantized(std::nextafter(1.0, 0.0)), (QuantizedMultiplier{1 << 30, 1}));  // Rounds up to the next power.
  EXPECT_EQ(quantized(std::ldexp(0.75, 30)), (QuantizedMultiplier{3 << 29, 30}));
}

TEST(QuantizeMultiplier, IsWithinHalfAUnitAndNormalised) {
  std::mt19937 random(2);
  std::uniform_real_distribution<double> exponents(-31.0, 29.0);
  for (int i = 0; i < 200000; ++i) {
    const double real = std::exp2(exponents(random));
    const QuantizedMultiplier m = quantized(real);
    ASSERT_GE(m.value, 1 << 30);
    const long double unit = std::ldexp(1.0L, m.shift - 31);
    ASSERT_LE(std::fabs(static_cast<long double>(m.value) * unit - static_cast<long double>(real)), unit / 2) << real;
  }
}

TEST(QuantizeMultiplier, RefusesAndLeavesTheResult) {
  QuantizedMultiplier m{5, 6};
  for (const double real : {-1.0, -1e-300, kInfinity, std::nan(""), std::ldexp(0.5, 31), 1e300}) {
    EXPECT_EQ(quantize_multiplier(real, m), Status::kBadScale) << real;
  }
  EXPECT_EQ(m, (QuantizedMultiplier{5, 6}));
}

TEST(Multipliers, OnlyFullyConnectedRoundsTheProductToFloat) {
  const float a = 0.1F;
  const float b = 0.3F;
  const float out = 0.7F;
  QuantizedMultiplier conv;
  QuantizedMultiplier fully;
  ASSERT_EQ(conv_multiplier(a, b, out, conv), Status::kOk);
  ASSERT_EQ(fully_connected_multiplier(a, b, out, fully), Status::kOk);
  EXPECT_EQ(conv, quantized(static_cast<double>(a) * static_cast<double>(b) / static_cast<double>(out)));
  const volatile float product = a * b;
  EXPECT_EQ(fully, quantized(static_cast<double>(product) / static_cast<double>(out)));
  EXPECT_NE(conv, fully);
}

TEST(Multipliers, RefuseUnusableScales) {
  QuantizedMultiplier m{5, 6};
  for (const float bad : {0.0F, -1.0F, kNan, std::numeric_limits<float>::infinity()}) {
    EXPECT_EQ(conv_multiplier(bad, 1.0F, 1.0F, m), Status::kBadScale);
    EXPECT_EQ(conv_multiplier(1.0F, bad, 1.0F, m), Status::kBadScale);
    EXPECT_EQ(conv_multiplier(1.0F, 1.0F, bad, m), Status::kBadScale);
    EXPECT_EQ(fully_connected_multiplier(1.0F, bad, 1.0F, m), Status::kBadScale);
    EXPECT_EQ(requantize_multiplier(1.0F, bad, m), Status::kBadScale);
  }
  // Usable alone, but the quotient needs a shift above kMaxShift; and a product that overflows float.
  EXPECT_EQ(requantize_multiplier(1e30F, 1e-30F, m), Status::kBadScale);
  EXPECT_EQ(fully_connected_multiplier(1e30F, 1e30F, 1.0F, m), Status::kBadScale);
  EXPECT_EQ(m, (QuantizedMultiplier{5, 6}));
}

TEST(AddParams, FollowTheFormulas) {
  AddParams p;
  ASSERT_EQ(make_add_params({0.5F, 3}, {0.25F, -4}, {0.75F, 5}, FusedActivation::kRelu, p), Status::kOk);
  EXPECT_EQ(p.left_shift, 20);
  EXPECT_EQ(p.a_multiplier, quantized(0.5));
  EXPECT_EQ(p.b_multiplier, quantized(0.25));
  EXPECT_EQ(p.output_multiplier, quantized(1.0 / (1048576.0 * 0.75)));
  EXPECT_EQ(p.a_zero_point, 3);
  EXPECT_EQ(p.b_zero_point, -4);
  EXPECT_EQ(p.output_zero_point, 5);
  EXPECT_EQ(p.activation, (ActivationRange{5, 127}));
}

TEST(AddParams, RefuseUnusableQuantisation) {
  AddParams p;
  p.left_shift = 9;
  const AffineParams good{0.1F, 0};
  EXPECT_EQ(make_add_params({0.0F, 0}, good, good, FusedActivation::kNone, p), Status::kBadScale);
  EXPECT_EQ(make_add_params(good, {kNan, 0}, good, FusedActivation::kNone, p), Status::kBadScale);
  EXPECT_EQ(make_add_params(good, {0.1F, 128}, good, FusedActivation::kNone, p), Status::kBadZeroPoint);
  EXPECT_EQ(make_add_params(good, good, {1e-8F, 0}, FusedActivation::kNone, p), Status::kBadScale);  // Multiplier >= 1.
  EXPECT_EQ(p.left_shift, 9);
}

TEST(SoftmaxParams, FollowTheFormulas) {
  SoftmaxParams p;
  ASSERT_EQ(make_softmax_params(1.0F, 0.25F, p), Status::kOk);
  EXPECT_EQ(p.difference_multiplier, quantized(0.25 * 67108864.0));  // 2^24: value 2^30, shift 25.
  EXPECT_EQ(p.difference_multiplier.shift, 25);
  EXPECT_EQ(p.difference_min, -(31 * 2));                      // 31 * 2^26 / 2^25
  ASSERT_EQ(make_softmax_params(2.0F, 1e9F, p), Status::kOk);  // Saturated.
  EXPECT_EQ(p.difference_multiplier, (QuantizedMultiplier{std::numeric_limits<std::int32_t>::max(), 31}));
  EXPECT_EQ(p.difference_min, 0);
}

// difference_min is the last difference whose scaled value fits Q5.26.
TEST(SoftmaxParams, DifferencesAboveTheMinimumFit) {
  for (const float scale : {0.0005F, 0.01F, 0.1F, 0.3F, 1.0F, 7.0F}) {
    SoftmaxParams p;
    ASSERT_EQ(make_softmax_params(1.0F, scale, p), Status::kOk);
    const std::int64_t shifted = std::int64_t{p.difference_min} << p.difference_multiplier.shift;
    EXPECT_GE(shifted, std::numeric_limits<std::int32_t>::min()) << scale;
  }
}

TEST(SoftmaxParams, RefuseUnusableScales) {
  SoftmaxParams p{{1, 2}, -3};
  EXPECT_EQ(make_softmax_params(0.0F, 1.0F, p), Status::kBadScale);
  EXPECT_EQ(make_softmax_params(1.0F, kNan, p), Status::kBadScale);
  EXPECT_EQ(make_softmax_params(1.0F, 1e-9F, p), Status::kBadScale);  // The multiplier would not exceed one.
  EXPECT_EQ(p.difference_multiplier, (QuantizedMultiplier{1, 2}));
  EXPECT_EQ(p.difference_min, -3);
}

ActivationRange range(FusedActivation activation, float scale, std::int32_t zero_point) {
  ActivationRange result{1, 0};
  EXPECT_EQ(activation_range(activation, {scale, zero_point}, result), Status::kOk);
  return result;
}

TEST(ActivationRange, CutsInt8ToTheActivation) {
  EXPECT_EQ(range(FusedActivation::kNone, 0.1F, 7), (ActivationRange{-128, 127}));
  EXPECT_EQ(range(FusedActivation::kRelu, 0.1F, 7), (ActivationRange{7, 127}));
  EXPECT_EQ(range(FusedActivation::kRelu6, 0.1F, 7), (ActivationRange{7, 67}));
  EXPECT_EQ(range(FusedActivation::kRelu6, 0.01F, 7), (ActivationRange{7, 127}));
  EXPECT_EQ(range(FusedActivation::kReluN1To1, 0.1F, 7), (ActivationRange{-3, 17}));
  EXPECT_EQ(range(FusedActivation::kReluN1To1, 0.4F, 0), (ActivationRange{-3, 3}));  // 2.5 rounds away from zero.
  EXPECT_EQ(range(FusedActivation::kReluN1To1, 1e-30F, -128), (ActivationRange{-128, 127}));
}

TEST(ActivationRange, RefusesUnusableQuantisation) {
  ActivationRange result{1, 0};
  EXPECT_EQ(activation_range(FusedActivation::kRelu, {0.0F, 0}, result), Status::kBadScale);
  EXPECT_EQ(activation_range(FusedActivation::kRelu, {1.0F, -129}, result), Status::kBadZeroPoint);
  EXPECT_EQ(result, (ActivationRange{1, 0}));
}

}  // namespace
}  // namespace auklet::kernels::test
