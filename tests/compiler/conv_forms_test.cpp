// Other forms of convolutions: with kernel rows or output columns side by side they have to compute the same.
#include "passes/conv_forms.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <vector>

#include "passes/join_columns.hpp"
#include "passes/pack_rows.hpp"
#include "random/random.hpp"

namespace auklet::compiler::passes {
namespace {

using u32 = std::uint32_t;
using Bytes = std::vector<std::int8_t>;

// The sums of a dense convolution, by its definition.
std::vector<std::int32_t> sums(const plan::ConvOp& op, std::span<const std::int8_t> weights, const Bytes& in) {
  std::vector<std::int32_t> out;
  const bool outputs_last = op.weight_order == plan::WeightOrder::kHwo;
  for (u32 b = 0; b < op.batch; ++b) {
    for (u32 pixel = 0; pixel < op.out_h * op.out_w; ++pixel) {
      for (u32 o = 0; o < op.out_c; ++o) {
        std::int32_t sum = 0;
        for (u32 i = 0; i < op.kernel_h * op.kernel_w * op.in_c; ++i) {
          const u32 tap = i / op.in_c;
          const std::int64_t y = std::int64_t{pixel / op.out_w} * op.stride_h - op.pad_top +
                                 std::int64_t{tap / op.kernel_w} * op.dilation_h;
          const std::int64_t x = std::int64_t{pixel % op.out_w} * op.stride_w - op.pad_left +
                                 std::int64_t{tap % op.kernel_w} * op.dilation_w;
          const bool inside = y >= 0 && y < op.in_h && x >= 0 && x < op.in_w;
          const auto at = ((b * op.in_h + static_cast<u32>(y)) * op.in_w + static_cast<u32>(x)) * op.in_c;
          const std::int32_t value = inside ? in[at + i % op.in_c] : op.in_zp;
          const std::size_t weight =
              outputs_last ? i * op.out_c + o : std::size_t{o} * op.kernel_h * op.kernel_w * op.in_c + i;
          sum += value * weights[weight];
        }
        out.push_back(sum);
      }
    }
  }
  return out;
}

void random_axis(test::Random& random, std::int32_t longest, u32& in, u32& out, u32& kernel, u32& stride, u32& dilation,
                 u32& pad) {
  const auto draw = [&random](std::int32_t low, std::int32_t high) { return static_cast<u32>(random.in(low, high)); };
  in = draw(1, 30);
  kernel = draw(1, longest);
  stride = draw(1, 4);
  dilation = random.one_in(3) ? draw(2, 3) : 1;
  const u32 reach = (kernel - 1) * dilation;
  pad = draw(0, static_cast<std::int32_t>(reach));
  out = draw(1, static_cast<std::int32_t>((in + pad - 1) / stride + 1));
}

ConvWork random_work(test::Random& random) {
  ConvWork work;
  plan::ConvOp& op = work.op;
  random_axis(random, 12, op.in_h, op.out_h, op.kernel_h, op.stride_h, op.dilation_h, op.pad_top);
  random_axis(random, 6, op.in_w, op.out_w, op.kernel_w, op.stride_w, op.dilation_w, op.pad_left);
  op.batch = random.one_in(4) ? 2 : 1;
  op.in_c = static_cast<u32>(random.one_in(2) ? 1 : random.in(2, 8));
  op.out_c = random.pick(std::array{1U, 2U, 3U, 4U, 8U});
  if (op.in_c == 1 && random.one_in(2)) op.weight_order = plan::WeightOrder::kHwo;
  op.in_zp = static_cast<std::int8_t>(random.in(-128, 127));
  return work;
}

// What a random convolution is made of.
struct Case {
  ConvWork work;
  Bytes weights;
  Bytes image;
};

Case random_case(test::Random& random) {
  Case c;
  c.work = random_work(random);
  const plan::ConvOp& op = c.work.op;
  c.weights = random.int8s(std::size_t{op.out_c} * op.kernel_h * op.kernel_w * op.in_c);
  c.image = random.int8s(std::size_t{op.batch} * op.in_h * op.in_w * op.in_c);
  c.work.weights = c.weights;
  return c;
}

TEST(PackRows, ComputesTheSameSums) {
  test::Random random(3);
  int packed = 0;
  for (int i = 0; i < 3000; ++i) {
    const Case c = random_case(random);
    const auto rows = static_cast<u32>(random.in(2, 8));
    const auto ops = pack_rows(c.work.op, rows);
    if (!ops) continue;
    ++packed;
    const ConvWork pack = packing_work(*ops);
    const ConvWork conv = packed_work(c.work, *ops, rows);
    const std::vector<std::int32_t> gathered = sums(pack.op, pack.weights, c.image);
    const Bytes words(gathered.begin(), gathered.end());
    // A lane that gathers nothing has the sum 0; all others have a byte of the image or its zero point.
    ASSERT_TRUE(std::ranges::equal(words, gathered)) << "case " << i;
    ASSERT_EQ(words.size(), std::size_t{conv.op.batch} * conv.op.in_h * conv.op.in_w * conv.op.in_c);
    ASSERT_EQ(sums(conv.op, conv.weights, words), sums(c.work.op, c.weights, c.image)) << "case " << i;
  }
  EXPECT_GT(packed, 500) << "else this is not about packing";
}

TEST(JoinColumns, ComputesTheSameSums) {
  test::Random random(4);
  int joined = 0;
  for (int i = 0; i < 6000; ++i) {
    Case c = random_case(random);
    const u32 columns = random.pick(std::array{2U, 4U, 8U, 16U});
    c.work.bias = {7};
    c.work.multiplier = {1 << 30};
    c.work.shift = {-3};
    if (c.work.op.out_c > 1) {
      c.work.bias.resize(c.work.op.out_c, -5);
      c.work.multiplier.resize(c.work.op.out_c, 1 << 29);
    }
    const auto op = join_columns(c.work.op, columns);
    if (!op) continue;
    ++joined;
    const ConvWork conv = joined_work(c.work, *op, columns);
    // Of all columns of an image, in the same order.
    ASSERT_EQ(sums(conv.op, conv.weights, c.image), sums(c.work.op, c.weights, c.image)) << "case " << i;
    ASSERT_EQ(conv.bias.size(), conv.op.out_c);
    for (u32 o = 0; o < conv.op.out_c; ++o) ASSERT_EQ(conv.bias[o], c.work.bias[o % c.work.op.out_c]);
    if (c.work.op.out_c > 1) {
      ASSERT_EQ(conv.multiplier.size(), conv.op.out_c);
      for (u32 o = 0; o < conv.op.out_c; ++o) ASSERT_EQ(conv.multiplier[o], c.work.multiplier[o % c.work.op.out_c]);
    }
    ASSERT_EQ(conv.shift.size(), 1U);
  }
  EXPECT_GT(joined, 300) << "else this is not about joining";
}

ConvWork work_of(const plan::ConvOp& op, const Bytes& weights) {
  ConvWork work;
  work.op = op;
  work.weights = weights;
  work.multiplier = {1 << 30};
  work.shift = {-8};
  return work;
}

TEST(BestForm, PacksTallKernelsOnOneChannel) {
  const Bytes weights(std::size_t{10} * 4 * 64);
  plan::ConvOp op{.in_h = 49, .in_w = 10, .out_h = 25, .out_w = 5, .out_c = 64, .kernel_h = 10, .kernel_w = 4};
  op.stride_h = op.stride_w = 2;
  op.pad_top = 4;
  op.pad_left = 1;
  for (const spec::HardwareConfig& config : spec::kConfigurations) {
    SCOPED_TRACE(config.name);
    const ConvForm form = best_form(work_of(op, weights), true, {config, config.sram_bytes});
    ASSERT_TRUE(form.pack);
    EXPECT_EQ(form.columns, 1U);
    // Four rows of four bytes are a whole step.
    EXPECT_EQ(form.conv.op.in_c, 4U);
    EXPECT_EQ(form.conv.op.kernel_h, 3U);
    // The packed image does not fit.
    EXPECT_FALSE(best_form(work_of(op, weights), true, {config, 8192}).pack);
  }
}

TEST(BestForm, JoinsColumnsOfFewChannels) {
  const spec::HardwareConfig& config = spec::kConfigurations[1];
  const Bytes weights(std::size_t{9} * 3 * 8);
  plan::ConvOp op{
      .in_h = 96, .in_w = 96, .in_c = 3, .out_h = 48, .out_w = 48, .out_c = 8, .kernel_h = 3, .kernel_w = 3};
  op.stride_h = op.stride_w = 2;
  const ConvForm form = best_form(work_of(op, weights), true, {config, config.sram_bytes});
  EXPECT_FALSE(form.pack);
  EXPECT_EQ(form.columns, 2U);
  EXPECT_EQ(form.conv.op.out_c, 16U);
  EXPECT_EQ(form.conv.op.kernel_w, 5U);
  // Not for a reader that wants each pixel in a word of its own, nor of an odd number.
  EXPECT_EQ(best_form(work_of(op, weights), false, {config, config.sram_bytes}).columns, 1U);
  op.out_w = 47;
  EXPECT_EQ(best_form(work_of(op, weights), true, {config, config.sram_bytes}).columns, 1U);
}

TEST(BestForm, LeavesWhatFillsTheArray) {
  const spec::HardwareConfig& config = spec::kConfigurations[1];
  const Bytes weights(std::size_t{9} * 3 * 16);
  plan::ConvOp op{
      .in_h = 32, .in_w = 32, .in_c = 3, .out_h = 32, .out_w = 32, .out_c = 16, .kernel_h = 3, .kernel_w = 3};
  op.pad_top = op.pad_left = 1;
  const ConvForm form = best_form(work_of(op, weights), true, {config, config.sram_bytes});
  EXPECT_FALSE(form.pack);
  EXPECT_EQ(form.columns, 1U);
}

}  // namespace
}  // namespace auklet::compiler::passes
