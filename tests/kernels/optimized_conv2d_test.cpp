// optimized::conv2d and depthwise_conv2d against the reference: equal to the byte for random arguments, on every
// target.
#include <auklet/kernels/conv2d.hpp>
#include <auklet/kernels/depthwise_conv2d.hpp>

#include "optimized_support.hpp"

namespace auklet::kernels::test {
namespace {

class OptimizedConv2d : public OptimizedTest {};
class OptimizedDepthwise : public OptimizedTest {};

struct Case {
  Conv2dParams params;
  Shape4 input, filter, output;
};

// Padding that SAME might give, none, or more than the filter; an output that may end before or behind the image.
void random_extent(Random& random, std::int32_t input, std::int32_t filter, std::int32_t stride, std::int32_t dilation,
                   std::int32_t& pad, std::int32_t& output) {
  const std::int32_t reach = (filter - 1) * dilation + 1;
  pad = random.one_in(2) ? (reach - 1) / 2 : random.between(0, reach + 1);
  const std::int32_t fitting = (input + 2 * pad - reach) / stride + 1;
  output = std::max(1, fitting + (random.one_in(4) ? random.between(-1, 1) : 0));
}

// What is left when input channels and filter are chosen.
void complete(Random& random, std::int32_t output_channels, Case& c) {
  Window2d& w = c.params.window;
  c.input.batch = random.between(1, 2);
  c.input.height = random.between(1, 9);
  c.input.width = random.between(1, 11);
  w.stride_height = random.between(1, 3);
  w.stride_width = random.between(1, 3);
  w.dilation_height = random.one_in(3) ? random.between(2, 3) : 1;
  w.dilation_width = random.one_in(3) ? random.between(2, 3) : 1;
  c.output.batch = c.input.batch;
  c.output.channels = output_channels;
  random_extent(random, c.input.height, c.filter.height, w.stride_height, w.dilation_height, w.pad_top,
                c.output.height);
  random_extent(random, c.input.width, c.filter.width, w.stride_width, w.dilation_width, w.pad_left, c.output.width);
  c.params.input_zero_point = random.zero_point();
  c.params.output_zero_point = random.zero_point();
  c.params.activation = random.activation();
}

Case random_dense(Random& random) {
  Case c;
  const bool pointwise = random.one_in(3);
  const std::int32_t groups = random.one_in(4) ? random.between(2, 5) : 1;
  c.filter = {groups * random.between(1, groups == 1 ? 70 : 20), pointwise ? 1 : random.between(1, 5),
              pointwise ? 1 : random.between(1, 5), random.between(1, groups == 1 ? 70 : 20)};
  if (random.one_in(6)) c.filter.batch = groups * random.between(64, 140);
  c.input.channels = groups * c.filter.channels;
  complete(random, c.filter.batch, c);
  if (pointwise && random.one_in(2)) {
    c.params.window = {};
    c.output.height = c.input.height;
    c.output.width = c.input.width;
  }
  return c;
}

Case random_depthwise(Random& random) {
  Case c;
  c.input.channels = random.one_in(5) ? random.between(70, 150) : random.between(1, 70);
  if (random.one_in(5)) c.input.channels = random.pick({1, 2, 4, 8, 16, 32});
  const std::int32_t outputs = c.input.channels * (random.one_in(4) ? random.between(2, 5) : 1);
  const bool usual = random.one_in(2);
  c.filter = {1, usual ? 3 : random.between(1, 9), usual ? 3 : random.between(1, 5), outputs};
  complete(random, outputs, c);
  if (usual) c.params.window.dilation_width = 1;
  return c;
}

std::size_t elements(const Shape4& shape) { return static_cast<std::size_t>(element_count(shape)); }

// The three functions of an operator, alike for both.
struct Dense {
  static constexpr auto kReference = reference::conv2d;
  static constexpr auto kOptimized = optimized::conv2d;
  static constexpr auto kWorkspace = optimized::conv2d_workspace;
  static std::size_t packed_size(const Case& c) {
    return optimized::conv2d_packed_size(c.params, c.filter, c.input.channels / c.filter.channels);
  }
  static Status pack(const Case& c, std::span<const std::int8_t> filter, std::span<const std::int32_t> bias,
                     std::span<std::byte> to) {
    return optimized::pack_conv2d(c.params, {c.filter, filter}, c.input.channels / c.filter.channels, bias, to);
  }
};

struct PerChannel {
  static constexpr auto kReference = reference::depthwise_conv2d;
  static constexpr auto kOptimized = optimized::depthwise_conv2d;
  static constexpr auto kWorkspace = optimized::depthwise_conv2d_workspace;
  static std::size_t packed_size(const Case& c) { return optimized::depthwise_conv2d_packed_size(c.params, c.filter); }
  static Status pack(const Case& c, std::span<const std::int8_t> filter, std::span<const std::int32_t> bias,
                     std::span<std::byte> to) {
    return optimized::pack_depthwise_conv2d(c.params, {c.filter, filter}, bias, to);
  }
};

template <class Operator>
void expect_equal(Random& random, Case c) {
  const auto input = random.int8s(elements(c.input));
  const auto filter = random.int8s(elements(c.filter));
  const auto bias = random.bias(c.output.channels);
  const auto multipliers = random.multipliers(c.output.channels);
  c.params.multipliers = multipliers;
  std::vector<std::int8_t> expected(elements(c.output));
  ASSERT_EQ(Operator::kReference(c.params, {c.input, input}, {c.filter, filter}, bias, {c.output, expected}),
            Status::kOk);

  GuardedBytes packed(Operator::packed_size(c));
  ASSERT_EQ(Operator::pack(c, filter, bias, packed.span()), Status::kOk);
  for (const bool beforehand : {true, false}) {
    GuardedBytes workspace(Operator::kWorkspace(c.params, c.input, c.filter, c.output, beforehand));
    GuardedBytes output(expected.size());
    const std::span out(reinterpret_cast<std::int8_t*>(output.span().data()), expected.size());
    const Resources resources{workspace.span(), beforehand ? packed.span() : std::span<std::byte>(),
                              random.one_in(2) ? ParallelFor{} : backwards(random.between(1, 5))};
    ASSERT_EQ(Operator::kOptimized(c.params, {c.input, input}, {c.filter, filter}, bias, {c.output, out}, resources),
              Status::kOk);
    ASSERT_TRUE(std::equal(out.begin(), out.end(), expected.begin()));
    ASSERT_TRUE(output.intact() && workspace.intact() && packed.intact());
  }
}

TEST_P(OptimizedConv2d, EqualsTheReference) {
  for (std::uint32_t seed = 0; seed < 300; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed);
    ASSERT_NO_FATAL_FAILURE(expect_equal<Dense>(random, random_dense(random)));
  }
}

TEST_P(OptimizedDepthwise, EqualsTheReference) {
  for (std::uint32_t seed = 0; seed < 300; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed);
    ASSERT_NO_FATAL_FAILURE(expect_equal<PerChannel>(random, random_depthwise(random)));
  }
}

// The dilation of a filter of one row moves nothing, however large it is. Rows behind the filter's would lie beyond
// int32: to compute where shows under UBSan only, as nothing is read there.
Case one_filter_row(std::int32_t filter_batch, std::int32_t filter_channels) {
  Case c;
  c.input = {1, 3, 5, 16};
  c.filter = {filter_batch, 1, 3, filter_channels};
  c.output = {1, 3, 5, 16};
  c.params.window.pad_left = 1;
  c.params.window.dilation_height = 1 << 30;
  return c;
}

TEST_P(OptimizedConv2d, OneFilterRowTakesAnyDilation) {
  Random random(1);
  ASSERT_NO_FATAL_FAILURE(expect_equal<Dense>(random, one_filter_row(16, 16)));
}

TEST_P(OptimizedDepthwise, OneFilterRowTakesAnyDilation) {
  Random random(1);
  ASSERT_NO_FATAL_FAILURE(expect_equal<PerChannel>(random, one_filter_row(1, 16)));
}

TEST_P(OptimizedConv2d, RefusesWrongBuffersAndWritesNothing) {
  const Shape4 image{1, 4, 4, 3};
  const Shape4 filter{2, 3, 3, 3};
  const Shape4 out{1, 4, 4, 2};
  const std::vector<std::int8_t> input(elements(image), 1), weights(elements(filter), 1);
  const std::vector<QuantizedMultiplier> multipliers(1);
  const std::vector<std::int8_t> untouched(elements(out), 0x5a);
  std::vector<std::int8_t> output = untouched;
  Conv2dParams params;
  params.multipliers = multipliers;
  params.window.pad_top = params.window.pad_left = 1;
  std::vector<std::byte> bytes(20'000);
  const auto call = [&](std::size_t workspace, std::size_t packed) {
    return optimized::conv2d(params, {image, input}, {filter, weights}, {}, {out, output},
                             {std::span(bytes).first(workspace), std::span(bytes).last(packed), {}});
  };
  const std::size_t packed = optimized::conv2d_packed_size(params, filter, 1);
  const std::size_t alone = optimized::conv2d_workspace(params, image, filter, out, false);
  const std::size_t beside = optimized::conv2d_workspace(params, image, filter, out, true);
  EXPECT_EQ(call(alone - 1, 0), Status::kWorkspaceSize);
  EXPECT_EQ(call(beside - 1, packed), Status::kWorkspaceSize);
  EXPECT_EQ(call(beside, packed - 1), Status::kPackedSize);
  EXPECT_EQ(call(beside, packed + 1), Status::kPackedSize);
  params.window.stride_width = 0;
  EXPECT_EQ(call(alone, 0), Status::kBadStride);
  EXPECT_EQ(output, untouched);
  params.window.stride_width = 1;
  EXPECT_EQ(call(alone, 0), Status::kOk);
}

TEST(OptimizedConv2dWorkspace, AnImageTooLargeToPadIsSaidSo) {
  const std::vector<QuantizedMultiplier> multipliers(1);
  Conv2dParams params;
  params.multipliers = multipliers;
  params.window.dilation_height = params.window.dilation_width = 1 << 20;
  const Shape4 image{1, 2, 2, 1}, filter{1, 2, 2, 1}, out{1, 2, 2, 1};
  const std::vector<std::int8_t> input(4), weights(4);
  std::vector<std::int8_t> output(4);
  EXPECT_EQ(optimized::conv2d_workspace(params, image, filter, out, true), std::numeric_limits<std::size_t>::max());
  std::vector<std::byte> workspace(10'000);
  EXPECT_EQ(optimized::conv2d(params, {image, input}, {filter, weights}, {}, {out, output}, {workspace, {}, {}}),
            Status::kWorkspaceSize);
}

INSTANTIATE_TEST_SUITE_P(Targets, OptimizedDepthwise, every_target(), name_of_target);
INSTANTIATE_TEST_SUITE_P(Targets, OptimizedConv2d, every_target(), name_of_target);

}  // namespace
}  // namespace auklet::kernels::test
