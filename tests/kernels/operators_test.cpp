// Properties that the golden vectors do not reach: groups, wrapping sums, long softmax rows, in-place use, odd floats.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>
#include <random>
#include <span>
#include <vector>

#include <gtest/gtest.h>

#include <auklet/kernels/add.hpp>
#include <auklet/kernels/conv2d.hpp>
#include <auklet/kernels/depthwise_conv2d.hpp>
#include <auklet/kernels/fully_connected.hpp>
#include <auklet/kernels/pool2d.hpp>
#include <auklet/kernels/quantization.hpp>
#include <auklet/kernels/quantize.hpp>
#include <auklet/kernels/reshape.hpp>
#include <auklet/kernels/softmax.hpp>

namespace auklet::kernels::test {
namespace {

using Bytes = std::vector<std::int8_t>;

constexpr QuantizedMultiplier kOne{1 << 30, 1};

Bytes random_bytes(std::int64_t count, unsigned seed) {
  std::mt19937 random(seed);
  std::uniform_int_distribution<int> any(-128, 127);
  Bytes bytes(static_cast<std::size_t>(count));
  std::generate(bytes.begin(), bytes.end(), [&] { return static_cast<std::int8_t>(any(random)); });
  return bytes;
}

// Channels [first, first + count) of a tensor of `channels` channels.
Bytes slice_channels(const Bytes& bytes, std::int32_t channels, std::int32_t first, std::int32_t count) {
  Bytes result;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const auto c = static_cast<std::int32_t>(i % static_cast<std::size_t>(channels));
    if (c >= first && c < first + count) result.push_back(bytes[i]);
  }
  return result;
}

TEST(Conv2d, GroupsEqualOneConvolutionAGroup) {
  constexpr std::int32_t kGroups = 3, kIn = 4, kOut = 2;
  const Shape4 in{2, 6, 5, kGroups * kIn};
  const Shape4 filter{kGroups * kOut, 3, 2, kIn};
  const Shape4 out{2, 3, 5, kGroups * kOut};
  const Bytes input = random_bytes(element_count(in), 3);
  const Bytes weights = random_bytes(element_count(filter), 4);
  const std::array<std::int32_t, 6> bias = {1, -200, 3000, -40000, 50, 6};
  const std::array<QuantizedMultiplier, 6> multipliers = {
      {{1 << 30, -6}, {1500000000, -7}, {1 << 30, -8}, {2000000000, -7}, {1 << 30, -9}, {1234567890, -6}}};
  Conv2dParams params;
  params.window = {.stride_height = 2, .pad_top = 1, .pad_left = 1};
  params.input_zero_point = -5;
  params.output_zero_point = 9;
  params.multipliers = multipliers;
  Bytes output(static_cast<std::size_t>(element_count(out)));
  ASSERT_EQ(reference::conv2d(params, {in, input}, {filter, weights}, bias, {out, output}), Status::kOk);

  const auto filter_size = static_cast<std::ptrdiff_t>(weights.size() / kGroups);
  for (std::int32_t g = 0; g < kGroups; ++g) {
    const auto first = static_cast<std::size_t>(g * kOut);
    const Bytes group_input = slice_channels(input, in.channels, g * kIn, kIn);
    const Bytes group_weights(weights.begin() + g * filter_size, weights.begin() + (g + 1) * filter_size);
    params.multipliers = std::span(multipliers).subspan(first, kOut);
    Bytes group_output(output.size() / kGroups);
    ASSERT_EQ(reference::conv2d(params, {{2, 6, 5, kIn}, group_input}, {{kOut, 3, 2, kIn}, group_weights},
                                std::span(bias).subspan(first, kOut), {{2, 3, 5, kOut}, group_output}),
              Status::kOk);
    EXPECT_EQ(group_output, slice_channels(output, out.channels, g * kOut, kOut)) << "group " << g;
  }
}

TEST(Conv2d, DepthwiseIsAConvolutionWithAGroupAChannel) {
  constexpr std::int32_t kIn = 3, kMultiplier = 2, kOut = kIn * kMultiplier;
  const Shape4 in{1, 7, 8, kIn};
  const Shape4 out{1, 7, 4, kOut};
  const Bytes input = random_bytes(element_count(in), 5);
  const Bytes depthwise = random_bytes(3 * 3 * kOut, 6);  // [1, 3, 3, O]
  Bytes grouped(depthwise.size());                        // [O, 3, 3, 1]
  for (std::size_t tap = 0; tap < 9; ++tap) {
    for (std::size_t oc = 0; oc < kOut; ++oc) grouped[oc * 9 + tap] = depthwise[tap * kOut + oc];
  }
  const QuantizedMultiplier multiplier{1700000000, -7};
  Conv2dParams params;
  params.window = {.stride_width = 2, .dilation_height = 2, .pad_top = 2, .pad_left = 1};
  params.input_zero_point = 100;
  params.multipliers = {&multiplier, 1};
  Bytes a(static_cast<std::size_t>(element_count(out)));
  Bytes b(a.size());
  ASSERT_EQ(reference::depthwise_conv2d(params, {in, input}, {{1, 3, 3, kOut}, depthwise}, {}, {out, a}), Status::kOk);
  ASSERT_EQ(reference::conv2d(params, {in, input}, {{kOut, 3, 3, 1}, grouped}, {}, {out, b}), Status::kOk);
  EXPECT_EQ(a, b);
}

// The accumulator is modulo 2^32: what would be 2^31 + 5 counts as -2^31 + 5. Under UBSan this is a test of its own.
TEST(FullyConnected, SumsWrap) {
  const Bytes input = {10};
  const Bytes weights = {10, -10};
  constexpr std::int32_t kHighest = std::numeric_limits<std::int32_t>::max();
  const std::array<std::int32_t, 2> bias = {kHighest - 94, -kHighest + 90};
  const QuantizedMultiplier tiny{1 << 30, -25};  // 2^-26
  FullyConnectedParams params;
  params.multipliers = {&tiny, 1};
  Bytes output(2);
  ASSERT_EQ(reference::fully_connected(params, {1, 1, input}, {2, 1, weights}, bias, {1, 2, output}), Status::kOk);
  EXPECT_EQ(output, (Bytes{-32, 32}));
}

TEST(FullyConnected, EqualsAPointwiseConvolution) {
  const Bytes input = random_bytes(5 * 19, 7);
  const Bytes weights = random_bytes(11 * 19, 8);
  const QuantizedMultiplier multiplier{1 << 30, -9};
  FullyConnectedParams params;
  params.input_zero_point = 4;
  params.output_zero_point = -3;
  params.multipliers = {&multiplier, 1};
  Conv2dParams conv;
  conv.input_zero_point = 4;
  conv.output_zero_point = -3;
  conv.multipliers = params.multipliers;
  Bytes a(55);
  Bytes b(55);
  ASSERT_EQ(reference::fully_connected(params, {5, 19, input}, {11, 19, weights}, {}, {5, 11, a}), Status::kOk);
  ASSERT_EQ(reference::conv2d(conv, {{1, 5, 1, 19}, input}, {{11, 1, 1, 19}, weights}, {}, {{1, 5, 1, 11}, b}),
            Status::kOk);
  EXPECT_EQ(a, b);
}

TEST(Add, EveryPairIsWithinOneOfTheRealSum) {
  const AffineParams a{0.05F, 10}, b{0.11F, -20}, sum{0.13F, 3};
  AddParams params;
  ASSERT_EQ(make_add_params(a, b, sum, FusedActivation::kNone, params), Status::kOk);
  Bytes all(256);
  std::iota(all.begin(), all.end(), std::int8_t{-128});
  Bytes output(256 * 256);
  ASSERT_EQ(reference::add(params, {make_shape(256, 1), all}, {make_shape(256), all}, {make_shape(256, 256), output}),
            Status::kOk);
  for (int i = 0; i < 256; ++i) {
    for (int j = 0; j < 256; ++j) {
      const double real = 0.05 * (i - 128 - 10) + 0.11 * (j - 128 + 20);
      const double exact = std::clamp(real / 0.13 + 3.0, -128.0, 127.0);
      // Half a unit of rounding, and what the double rounding may add at a tie.
      ASSERT_NEAR(output[static_cast<std::size_t>(i * 256 + j)], exact, 0.5001) << i - 128 << " + " << j - 128;
    }
  }
}

TEST(Add, WorksInPlace) {
  AddParams params;
  ASSERT_EQ(make_add_params({0.1F, 1}, {0.2F, 2}, {0.3F, 3}, FusedActivation::kNone, params), Status::kOk);
  Bytes a = random_bytes(24, 9);
  const Bytes b = random_bytes(4, 10);
  Bytes expected(24);
  const Shape shape = make_shape(2, 3, 4);
  ASSERT_EQ(reference::add(params, {shape, a}, {make_shape(4), b}, {shape, expected}), Status::kOk);
  ASSERT_EQ(reference::add(params, {shape, a}, {make_shape(4), b}, {shape, a}), Status::kOk);
  EXPECT_EQ(a, expected);
}

TEST(Pool2d, AveragesOnlyWhatExistsAndRoundsAwayFromZero) {
  const Bytes input = {1, 2, -1, -2};  // 2 x 2, one channel
  Pool2dParams params;
  params.filter_height = params.filter_width = 2;
  params.pad_top = params.pad_left = 1;
  Bytes average(9);
  Bytes maximum(9);
  ASSERT_EQ(reference::average_pool2d(params, {{1, 2, 2, 1}, input}, {{1, 3, 3, 1}, average}), Status::kOk);
  EXPECT_EQ(average, (Bytes{1, 2, 2, 0, 0, 0, -1, -2, -2}));
  ASSERT_EQ(reference::max_pool2d(params, {{1, 2, 2, 1}, input}, {{1, 3, 3, 1}, maximum}), Status::kOk);
  EXPECT_EQ(maximum, (Bytes{1, 2, 2, 1, 2, 2, -1, -1, -2}));
}

TEST(Pool2d, MaximumOfLowestValuesIsLowest) {
  const Bytes input(4, std::int8_t{-128});
  Bytes output(1);
  Pool2dParams params;
  params.filter_height = params.filter_width = 2;
  ASSERT_EQ(reference::max_pool2d(params, {{1, 2, 2, 1}, input}, {{1, 1, 1, 1}, output}), Status::kOk);
  EXPECT_EQ(output[0], -128);
}

SoftmaxParams softmax_params(float scale) {
  SoftmaxParams params;
  EXPECT_EQ(make_softmax_params(1.0F, scale, params), Status::kOk);
  return params;
}

TEST(Softmax, IsWithinOneOfTheRealFunction) {
  for (const float scale : {0.004F, 0.05F, 0.3F}) {
    const Bytes input = random_bytes(40 * 13, 11);
    Bytes output(input.size());
    const Shape shape = make_shape(40, 13);
    ASSERT_EQ(reference::softmax(softmax_params(scale), {shape, input}, {shape, output}), Status::kOk);
    for (std::size_t row = 0; row < 40; ++row) {
      double sum = 0;
      for (std::size_t i = 0; i < 13; ++i) sum += std::exp(static_cast<double>(scale) * input[row * 13 + i]);
      for (std::size_t i = 0; i < 13; ++i) {
        const double real = std::exp(static_cast<double>(scale) * input[row * 13 + i]) / sum;
        ASSERT_NEAR(output[row * 13 + i], std::min(real * 256.0 - 128.0, 127.0), 0.51);
      }
    }
  }
}

// 256 / n rounded, however long the row: also where the sum of exponentials leaves its 12 integer
// bits. (512 would be a tie, which fixed point sees just below one half.)
TEST(Softmax, EqualElementsShareTheWholeForEveryLength) {
  for (const int length : {1, 2, 3, 255, 256, 511, 513, 1000, 4095, 4096, 8191, 8192, 8193, 20000}) {
    const Bytes input(static_cast<std::size_t>(length), std::int8_t{17});
    Bytes output(input.size(), std::int8_t{99});
    const Shape shape = make_shape(length);
    ASSERT_EQ(reference::softmax(softmax_params(0.1F), {shape, input}, {shape, output}), Status::kOk);
    const auto expected = static_cast<std::int8_t>(std::min(127L, std::lround(256.0 / length) - 128));
    ASSERT_EQ(std::count(output.begin(), output.end(), expected), length) << length;
  }
}

// A scale so large that every other element is infinitely far: difference_min is 0, and 0 itself still counts.
// A row of two elements d apart: its softmax tells what each difference adds.
TEST(Softmax, ExponentialsAreThoseOfTheRows) {
  for (const float scale : {0.001F, 0.05F, 0.3F, 20.0F}) {
    const SoftmaxParams params = softmax_params(scale);
    std::array<std::int32_t, kSoftmaxDifferences> exponentials{};
    softmax_exponentials(params, exponentials);
    EXPECT_EQ(exponentials[0], std::numeric_limits<std::int32_t>::max());
    for (std::size_t d = 1; d < exponentials.size(); ++d) {
      const auto difference = static_cast<std::int32_t>(d);
      EXPECT_LE(exponentials.at(d), exponentials.at(d - 1));
      if (-difference < params.difference_min) {
        EXPECT_EQ(exponentials.at(d), 0) << d;
        continue;
      }
      const Bytes row{127, static_cast<std::int8_t>(127 - difference)};
      Bytes out(2);
      ASSERT_EQ(reference::softmax(params, {make_shape(2), row}, {make_shape(2), out}), Status::kOk);
      const double e = exponentials.at(d) / std::ldexp(1.0, 31);
      EXPECT_NEAR(out[1] + 128, std::min(256 * e / (1 + e), 255.0), 0.51) << d;
    }
  }
}

TEST(Softmax, HugeScaleIsOneHot) {
  const Bytes input = {3, 5, 4, 5, 5, 4, 3, 2};
  Bytes output(8);
  const Shape shape = make_shape(2, 4);
  ASSERT_EQ(reference::softmax(softmax_params(1e9F), {shape, input}, {shape, output}), Status::kOk);
  EXPECT_EQ(output, (Bytes{-128, 0, -128, 0, 127, -128, -128, -128}));
}

TEST(Softmax, WorksInPlaceAndOnScalars) {
  const Bytes input = random_bytes(30, 12);
  const Shape shape = make_shape(3, 10);
  Bytes expected(30);
  Bytes output = input;
  ASSERT_EQ(reference::softmax(softmax_params(0.1F), {shape, input}, {shape, expected}), Status::kOk);
  ASSERT_EQ(reference::softmax(softmax_params(0.1F), {shape, output}, {shape, output}), Status::kOk);
  EXPECT_EQ(output, expected);
  Bytes scalar(1);
  ASSERT_EQ(reference::softmax(softmax_params(0.1F), {make_shape(), scalar}, {make_shape(), scalar}), Status::kOk);
  EXPECT_EQ(scalar[0], 127);
}

TEST(Reshape, MovesOverlappingBytesBothWays) {
  for (const std::size_t from : {0U, 3U, 6U}) {
    std::array<std::byte, 18> memory{};
    for (std::size_t i = 0; i < memory.size(); ++i) memory[i] = static_cast<std::byte>(i);
    const std::span<std::byte> all(memory);
    ASSERT_EQ(reference::reshape(4, {make_shape(3, 1), all.subspan(from, 12)}, {make_shape(1, 3), all.subspan(3, 12)}),
              Status::kOk);
    for (std::size_t i = 0; i < 12; ++i) ASSERT_EQ(memory[3 + i], static_cast<std::byte>(from + i)) << from;
  }
}

TEST(Quantize, RoundsTiesAwayFromZeroAndSaturates) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  const std::vector<float> input = {0.25F,
                                    -0.25F,
                                    0.24F,
                                    0.75F,
                                    60.0F,
                                    70.0F,
                                    -70.0F,
                                    1e30F,
                                    kInfinity,
                                    -kInfinity,
                                    std::numeric_limits<float>::quiet_NaN()};
  Bytes output(input.size());
  ASSERT_EQ(reference::quantize({0.5F, 1}, input, output), Status::kOk);
  EXPECT_EQ(output, (Bytes{2, 0, 1, 3, 121, 127, -128, 127, 127, -128, 1}));
  std::vector<std::uint8_t> unsigned_output(input.size());
  ASSERT_EQ(reference::quantize({0.5F, 128}, input, unsigned_output), Status::kOk);
  EXPECT_EQ(unsigned_output, (std::vector<std::uint8_t>{129, 127, 128, 130, 248, 255, 0, 255, 255, 0, 128}));
}

TEST(Quantize, InvertsDequantizeForEveryValue) {
  Bytes all(256);
  std::iota(all.begin(), all.end(), std::int8_t{-128});
  std::vector<float> real(256);
  Bytes back(256);
  for (const float scale : {1e-30F, 0.0039F, 0.1F, 3.0F, 1e30F}) {
    ASSERT_EQ(reference::dequantize({scale, -7}, all, real), Status::kOk);
    ASSERT_EQ(reference::quantize({scale, -7}, real, back), Status::kOk);
    ASSERT_EQ(back, all) << scale;
  }
}

TEST(Requantize, BetweenSignedAndUnsignedIsAShiftOf128) {
  Bytes all(256);
  std::iota(all.begin(), all.end(), std::int8_t{-128});
  std::vector<std::uint8_t> as_unsigned(256);
  std::vector<std::uint8_t> copy(256);
  Bytes back(256);
  ASSERT_EQ(reference::requantize({kOne, -3, 125}, all, as_unsigned), Status::kOk);
  for (std::size_t i = 0; i < 256; ++i) ASSERT_EQ(as_unsigned[i], i);
  ASSERT_EQ(reference::requantize({kOne, 9, 9}, as_unsigned, copy), Status::kOk);
  EXPECT_EQ(copy, as_unsigned);
  ASSERT_EQ(reference::requantize({kOne, 125, -3}, copy, back), Status::kOk);
  EXPECT_EQ(back, all);
  ASSERT_EQ(reference::requantize({kOne, 0, 100}, back, back), Status::kOk);  // In place, saturating.
  for (std::size_t i = 0; i < 256; ++i) ASSERT_EQ(back[i], std::min(127, all[i] + 100));
}

}  // namespace
}  // namespace auklet::kernels::test
