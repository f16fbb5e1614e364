// Reductions and operators over rows, each against another way to compute it.
#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

#include <gtest/gtest.h>

#include <auklet/kernels/arg_max.hpp>
#include <auklet/kernels/fixed_point_math.hpp>
#include <auklet/kernels/l2_normalization.hpp>
#include <auklet/kernels/reduction_quantization.hpp>

namespace auklet::kernels::test {
namespace {

using Bytes = std::vector<std::int8_t>;

Bytes random_bytes(std::int64_t count, unsigned seed) {
  std::mt19937 random(seed);
  std::uniform_int_distribution<int> any(-128, 127);
  Bytes bytes(static_cast<std::size_t>(count));
  std::generate(bytes.begin(), bytes.end(), [&] { return static_cast<std::int8_t>(any(random)); });
  return bytes;
}

// How far the two roundings of a multiplication may be off together, and the multiplier's own.
double rounding_bound(QuantizedMultiplier m) { return 0.5 + (m.shift < 0 ? std::ldexp(0.5, m.shift) : 0.0) + 1e-4; }

constexpr std::array<std::size_t, 4> kDims = {3, 4, 5, 2};
const Shape kShape = make_shape(3, 4, 5, 2);

// Where an input element's reduction is stored: the input is walked once and every element sent to its output, the
// other way round from the kernel.
std::size_t target(std::size_t element, Axes axes) {
  std::array<std::size_t, 4> index{};
  for (std::size_t d = 4; d-- > 0;) {
    index[d] = element % kDims[d];
    element /= kDims[d];
  }
  std::size_t offset = 0;
  for (std::size_t d = 0; d < 4; ++d) {
    if (((axes >> d) & 1U) == 0) offset = offset * kDims[d] + index[d];
  }
  return offset;
}

TEST(Reduce, EverySetOfAxesReducesTheRightElements) {
  const Bytes input = random_bytes(120, 1);
  for (Axes axes = 0; axes < 16; ++axes) {
    const std::int32_t count = reduced_count(kShape, axes);
    const auto outputs = static_cast<std::size_t>(120 / count);
    std::vector<double> sums(outputs, 0.0);
    Bytes highest(outputs, std::int8_t{-128});
    Bytes lowest(outputs, std::int8_t{127});
    for (std::size_t i = 0; i < input.size(); ++i) {
      const std::size_t t = target(i, axes);
      sums[t] += 0.05 * (input[i] - 17);
      highest[t] = std::max(highest[t], input[i]);
      lowest[t] = std::min(lowest[t], input[i]);
    }
    Bytes output(outputs);
    ASSERT_EQ(reference::reduce_max(axes, {kShape, input}, output), Status::kOk);
    EXPECT_EQ(output, highest) << axes;
    ASSERT_EQ(reference::reduce_min(axes, {kShape, input}, output), Status::kOk);
    EXPECT_EQ(output, lowest) << axes;

    SumParams sum;
    SumParams mean;
    ASSERT_EQ(make_sum_params(axes, {0.05F, 17}, {0.4F, -6}, sum), Status::kOk);
    ASSERT_EQ(make_mean_params(axes, count, {0.05F, 17}, {0.04F, 20}, mean), Status::kOk);
    ASSERT_EQ(reference::sum(sum, {kShape, input}, output), Status::kOk);
    for (std::size_t i = 0; i < outputs; ++i) {
      ASSERT_NEAR(output[i], std::clamp(sums[i] / 0.4 - 6, -128.0, 127.0), rounding_bound(sum.multiplier)) << axes;
    }
    ASSERT_EQ(reference::sum(mean, {kShape, input}, output), Status::kOk);
    for (std::size_t i = 0; i < outputs; ++i) {
      ASSERT_NEAR(output[i], std::clamp(sums[i] / count / 0.04 + 20, -128.0, 127.0), rounding_bound(mean.multiplier))
          << axes;
    }
  }
}

// With one quantisation for both sides; the truncated multiplier must not lose the last step even for 9,216 elements.
TEST(Mean, OfEqualElementsIsThatElement) {
  for (const int count : {1, 2, 3, 7, 49, 100, 9216, 65535, 65536}) {
    for (const std::int8_t value : {std::int8_t{-128}, std::int8_t{-1}, std::int8_t{127}}) {
      const Bytes input(static_cast<std::size_t>(count), value);
      Bytes output(1);
      SumParams params;
      ASSERT_EQ(make_mean_params(1, count, {0.05F, 3}, {0.05F, 3}, params), Status::kOk);
      ASSERT_EQ(reference::sum(params, {make_shape(count), input}, output), Status::kOk);
      ASSERT_EQ(output[0], value) << count;
    }
  }
}

TEST(Mean, DividesTheMultiplierInIntegers) {
  SumParams params;
  ASSERT_EQ(make_mean_params(1, 3, {1.0F, 0}, {1.0F, 0}, params), Status::kOk);
  // {2^30, 1} * 2^1 / 3, truncated.
  EXPECT_EQ(params.multiplier, (QuantizedMultiplier{715827882, 0}));
  ASSERT_EQ(make_mean_params(1, 64, {1.0F, 0}, {1.0F, 0}, params), Status::kOk);
  EXPECT_EQ(params.multiplier, (QuantizedMultiplier{1 << 30, -5}));
  // No more than the shift has room for: {2^30, -29} takes 2 of the 6 bits.
  ASSERT_EQ(make_mean_params(1, 64, {0x1p-30F, 0}, {1.0F, 0}, params), Status::kOk);
  EXPECT_EQ(params.multiplier, (QuantizedMultiplier{1 << 26, -31}));
  EXPECT_EQ(make_mean_params(1, 0, {1.0F, 0}, {1.0F, 0}, params), Status::kBadShape);
}

TEST(Reduce, RefusesWhatDoesNotFit) {
  const Bytes input(120);
  Bytes output(30, std::int8_t{9});
  EXPECT_EQ(reference::reduce_max(1U << 4, {kShape, input}, output), Status::kBadAxis);
  EXPECT_EQ(reference::reduce_max(1, {kShape, input}, output), Status::kBufferSize);
  EXPECT_EQ(reference::reduce_min(2, {kShape, Bytes(119)}, output), Status::kBufferSize);
  EXPECT_EQ(reference::reduce_min(2, {kShape, input}, std::span<std::int8_t>(static_cast<std::int8_t*>(nullptr), 30)),
            Status::kNullPointer);
  EXPECT_EQ(reference::sum({2, 128, 0, {}}, {kShape, input}, output), Status::kBadZeroPoint);
  EXPECT_EQ(reference::sum({2, 0, 0, {-1, 0}}, {kShape, input}, output), Status::kBadMultiplier);
  Bytes shared(120);
  EXPECT_EQ(reference::sum({2, 0, 0, {}}, {kShape, shared}, std::span(shared).first(30)), Status::kOverlap);
  EXPECT_EQ(output, Bytes(30, std::int8_t{9}));
}

TEST(InverseSquareRoot, IsCloseForEveryMagnitude) {
  const auto value = [](std::int32_t x) {
    const QuantizedMultiplier m = inverse_square_root(x);
    EXPECT_LE(m.shift, 0) << x;
    return std::ldexp(static_cast<double>(m.value), m.shift - 31);
  };
  for (std::int64_t x = 1; x <= std::numeric_limits<std::int32_t>::max(); x += 1 + x / 37) {
    const auto n = static_cast<std::int32_t>(x);
    // Measured 1.3e-6: the steps have not quite arrived where the scaled number is 1/4, furthest from the estimate.
    ASSERT_NEAR(value(n) * std::sqrt(static_cast<double>(n)), 1.0, 1.5e-6) << n;
  }
  EXPECT_EQ(inverse_square_root(0), (QuantizedMultiplier{kOneQ0, 0}));
}

TEST(NaturalLog, IsCloseFromOneUpAndNeverNegative) {
  constexpr double kOneQ12 = 524288.0;   // 2^19
  constexpr double kOneQ5 = 67108864.0;  // 2^26
  for (std::int64_t x = 524288; x <= std::numeric_limits<std::int32_t>::max(); x += 1 + x / 997) {
    const std::int32_t value = natural_log(static_cast<std::int32_t>(x));
    ASSERT_GE(value, 0) << x;
    ASSERT_NEAR(value / kOneQ5, std::log(static_cast<double>(x) / kOneQ12), 1e-7) << x;
  }
  EXPECT_EQ(natural_log(1 << 19), 0);
}

TEST(L2Normalization, RowsHaveLengthOne) {
  const Bytes input = random_bytes(50 * 11, 2);
  Bytes output(input.size());
  const Shape shape = make_shape(5, 10, 11);
  ASSERT_EQ(reference::l2_normalization(13, {shape, input}, {shape, output}), Status::kOk);
  for (std::size_t row = 0; row < 50; ++row) {
    double squares = 0;
    for (std::size_t i = 0; i < 11; ++i) squares += std::pow(input[row * 11 + i] - 13, 2);
    for (std::size_t i = 0; i < 11; ++i) {
      const double exact = 128.0 * (input[row * 11 + i] - 13) / std::sqrt(squares);
      ASSERT_NEAR(output[row * 11 + i], std::clamp(exact, -128.0, 127.0), 0.501);
    }
  }
}

TEST(L2Normalization, TakesZerosAndRefusesLongRows) {
  Bytes zeros(3, std::int8_t{-5});
  ASSERT_EQ(reference::l2_normalization(-5, {make_shape(3), zeros}, {make_shape(3), zeros}), Status::kOk);
  EXPECT_EQ(zeros, Bytes(3, std::int8_t{0}));
  Bytes longest(kMaxL2NormalizationDepth, std::int8_t{127});
  const Shape row = make_shape(kMaxL2NormalizationDepth);
  ASSERT_EQ(reference::l2_normalization(-128, {row, longest}, {row, longest}), Status::kOk);
  EXPECT_EQ(longest[0], 1);  // 128 / sqrt(33025) = 0.70
  Bytes longer(kMaxL2NormalizationDepth + 1);
  const Shape too_long = make_shape(kMaxL2NormalizationDepth + 1);
  EXPECT_EQ(reference::l2_normalization(0, {too_long, longer}, {too_long, longer}), Status::kSizeOverflow);
  EXPECT_EQ(reference::l2_normalization(128, {row, longest}, {row, longest}), Status::kBadZeroPoint);
}

double log_sum(const double* row, std::size_t length) {
  const double highest = *std::max_element(row, row + length);
  double sum = 0;
  for (std::size_t i = 0; i < length; ++i) sum += std::exp(row[i] - highest);
  return highest + std::log(sum);
}

TEST(LogSoftmax, IsWithinOneHalfOfTheRealFunction) {
  for (const float scale : {0.001F, 0.02F, 0.1F, 0.5F}) {
    const Bytes input = random_bytes(40 * 13, 3);
    std::vector<double> real(input.size());
    std::ranges::transform(input, real.begin(), [scale](std::int8_t x) { return static_cast<double>(scale) * x; });
    Bytes output(input.size());
    const Shape shape = make_shape(40, 13);
    LogSoftmaxParams params;
    ASSERT_EQ(make_log_softmax_params(scale, params), Status::kOk);
    ASSERT_EQ(reference::log_softmax(params, {shape, input}, {shape, output}), Status::kOk);
    for (std::size_t i = 0; i < input.size(); ++i) {
      const double exact = (real[i] - log_sum(&real[i - i % 13], 13)) * 16.0 + 127.0;
      ASSERT_NEAR(output[i], std::max(exact, -128.0), 0.501) << scale;
    }
  }
}

TEST(LogSoftmax, RowsOfOneAreCertainAndLongRowsSaturate) {
  LogSoftmaxParams params;
  ASSERT_EQ(make_log_softmax_params(0.1F, params), Status::kOk);
  Bytes one = {-77};
  ASSERT_EQ(reference::log_softmax(params, {make_shape(1), one}, {make_shape(1), one}), Status::kOk);
  EXPECT_EQ(one[0], 127);
  // log(4096) is the largest sum that Q12.19 holds: 8.32 * 16 steps below.
  for (const int length : {4095, 4096, 5000}) {
    Bytes many(static_cast<std::size_t>(length), std::int8_t{3});
    ASSERT_EQ(reference::log_softmax(params, {make_shape(length), many}, {make_shape(length), many}), Status::kOk);
    EXPECT_EQ(std::count(many.begin(), many.end(), std::int8_t{127 - 133}), length);
  }
}

TEST(LogSoftmax, FloatIsCloseToTheRealFunction) {
  std::mt19937 random(4);
  std::uniform_real_distribution<float> any(-20.0F, 20.0F);
  std::vector<float> input(30 * 17);
  std::generate(input.begin(), input.end(), [&] { return any(random); });
  const std::vector<double> real(input.begin(), input.end());
  std::vector<float> output(input.size());
  const Shape shape = make_shape(30, 17);
  ASSERT_EQ(reference::log_softmax({shape, input}, {shape, output}), Status::kOk);
  for (std::size_t i = 0; i < input.size(); ++i) {
    ASSERT_NEAR(static_cast<double>(output[i]), real[i] - log_sum(&real[i - i % 17], 17), 1e-5);
  }
}

TEST(LogSoftmax, RefusesWhatDoesNotFit) {
  LogSoftmaxParams params;
  EXPECT_EQ(make_log_softmax_params(0.0F, params), Status::kBadScale);
  EXPECT_EQ(make_log_softmax_params(0x1p-30F, params), Status::kBadScale);
  ASSERT_EQ(make_log_softmax_params(0.1F, params), Status::kOk);
  const Bytes input(6);
  Bytes output(6, std::int8_t{9});
  const Shape shape = make_shape(2, 3);
  EXPECT_EQ(reference::log_softmax(params, {shape, input}, {make_shape(6), output}), Status::kShapeMismatch);
  params.difference_min = 1;
  EXPECT_EQ(reference::log_softmax(params, {shape, input}, {shape, output}), Status::kBadShift);
  params.difference_min = -1;
  params.reverse_multiplier.shift = 1;
  EXPECT_EQ(reference::log_softmax(params, {shape, input}, {shape, output}), Status::kBadMultiplier);
  EXPECT_EQ(output, Bytes(6, std::int8_t{9}));
}

TEST(ArgMax, TakesTheFirstOfEqualsAlongAnyAxis) {
  // [2, 3, 2]
  const Bytes input = {1, 5, 7, 5, 7, -3, -9, 0, -9, 0, -9, 1};
  const Shape shape = make_shape(2, 3, 2);
  std::vector<std::int32_t> middle(4);
  ASSERT_EQ((reference::arg_extreme<std::int8_t, std::int32_t>(Extreme::kMaximum, 1, {shape, input}, middle)),
            Status::kOk);
  EXPECT_EQ(middle, (std::vector<std::int32_t>{1, 0, 0, 2}));
  ASSERT_EQ((reference::arg_extreme<std::int8_t, std::int32_t>(Extreme::kMinimum, 1, {shape, input}, middle)),
            Status::kOk);
  EXPECT_EQ(middle, (std::vector<std::int32_t>{0, 2, 0, 0}));
  std::vector<std::int64_t> last(6);
  ASSERT_EQ((reference::arg_extreme<std::int8_t, std::int64_t>(Extreme::kMaximum, 2, {shape, input}, last)),
            Status::kOk);
  EXPECT_EQ(last, (std::vector<std::int64_t>{1, 0, 0, 1, 1, 1}));
  const std::vector<float> reals = {-2.0F, 3.5F, 3.5F};
  std::vector<std::int32_t> one(1);
  ASSERT_EQ((reference::arg_extreme<float, std::int32_t>(Extreme::kMaximum, 0, {make_shape(3), reals}, one)),
            Status::kOk);
  EXPECT_EQ(one[0], 1);
}

TEST(ArgMax, RefusesWhatDoesNotFit) {
  const Bytes input(6);
  std::vector<std::int32_t> output(3, 9);
  const auto call = [&](std::int32_t axis, Shape shape) {
    return reference::arg_extreme<std::int8_t, std::int32_t>(Extreme::kMaximum, axis, {shape, input}, output);
  };
  EXPECT_EQ(call(0, make_shape(2, 3)), Status::kOk);
  std::ranges::fill(output, 9);
  EXPECT_EQ(call(2, make_shape(2, 3)), Status::kBadAxis);
  EXPECT_EQ(call(-1, make_shape(2, 3)), Status::kBadAxis);
  EXPECT_EQ(call(1, make_shape(2, 3)), Status::kBufferSize);
  EXPECT_EQ(call(0, make_shape(2, 0)), Status::kBadShape);
  EXPECT_EQ(output, std::vector<std::int32_t>(3, 9));
}

}  // namespace
}  // namespace auklet::kernels::test
