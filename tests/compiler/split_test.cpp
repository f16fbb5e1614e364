// Cutting convolutions: every window of every part has to see the rows that it sees in the whole, and every tile
// belongs to one part.
#include "passes/split.hpp"

#include <gtest/gtest.h>

#include <auklet/spec/spec.hpp>
#include <cstdint>

#include "random/random.hpp"

namespace auklet::compiler::passes {
namespace {

// The input row of a window's row, or -1 for padding.
std::int64_t row_of(const plan::ConvOp& op, std::uint32_t y, std::uint32_t ky) {
  const std::int64_t row = std::int64_t{y} * op.stride_h - op.pad_top + std::int64_t{ky} * op.dilation_h;
  return row >= 0 && row < op.in_h ? row : -1;
}

void check_parts(const plan::ConvOp& op, const std::vector<RowPart>& parts, std::uint32_t unit) {
  std::uint32_t next = 0;
  std::uint32_t loaded = 0;
  for (const RowPart& part : parts) {
    ASSERT_EQ(part.out_row, next);
    next += part.op.out_h;
    EXPECT_GE(part.load_end, loaded) << "loads go on where the last one ended";
    EXPECT_GE(part.load_end, part.in_row + part.op.in_h) << "its rows are there";
    EXPECT_TRUE(part.load_end % unit == 0 || part.load_end == op.in_h);
    loaded = part.load_end;
    for (std::uint32_t y = 0; y < part.op.out_h; ++y) {
      for (std::uint32_t ky = 0; ky < op.kernel_h; ++ky) {
        const std::int64_t own = row_of(part.op, y, ky);
        ASSERT_EQ(own < 0 ? own : own + part.in_row, row_of(op, part.out_row + y, ky));
      }
    }
  }
  EXPECT_EQ(next, op.out_h);
  EXPECT_EQ(loaded, op.in_h);
}

TEST(CutRows, KeepsEveryWindow) {
  test::Random random(1);
  std::uint32_t cut = 0;
  for (int i = 0; i < 2000; ++i) {
    plan::ConvOp op;
    op.in_h = static_cast<std::uint32_t>(random.in(1, 60));
    op.kernel_h = static_cast<std::uint32_t>(random.in(1, 9));
    op.stride_h = static_cast<std::uint32_t>(random.in(1, 4));
    op.dilation_h = static_cast<std::uint32_t>(random.in(1, 3));
    const std::uint32_t reach = (op.kernel_h - 1) * op.dilation_h;
    op.pad_top = static_cast<std::uint32_t>(random.in(0, static_cast<std::int32_t>(reach)));
    op.out_h = static_cast<std::uint32_t>(
        random.in(1, static_cast<std::int32_t>((op.in_h + op.pad_top - 1) / op.stride_h + 1)));
    const auto unit = static_cast<std::uint32_t>(random.pick(std::array{1, 2, 4, 8, 16}));
    const std::vector<RowPart> parts = cut_rows(op, unit, 4);
    if (parts.empty()) continue;
    check_parts(op, parts, unit);
    if (HasFatalFailure()) FAIL() << "case " << i;
    if (parts.size() == 4) ++cut;
  }
  EXPECT_GT(cut, 1000U) << "else this is not about cutting";
}

plan::ConvOp pointwise_op(std::uint32_t pixels, std::uint32_t in_c, std::uint32_t out_c) {
  plan::ConvOp op;
  op.in_h = op.out_h = pixels;
  op.in_c = in_c;
  op.out_c = out_c;
  return op;
}

std::vector<plan::TileRange> cut(const plan::ConvOp& op, const spec::HardwareConfig& config) {
  plan::ConvLayout layout;
  EXPECT_TRUE(plan::conv_layout(op, config, plan::round_up_to_word(op.in_c), layout).ok());
  return cut_tiles(op, layout, config, false);
}

TEST(CutTiles, KeepsSetsTogether) {
  test::Random random(2);
  std::size_t parts = 0;
  for (int i = 0; i < 500; ++i) {
    const auto config = random.pick<spec::HardwareConfig>(
        {spec::kConfigurations[0], spec::kConfigurations[1], spec::kConfigurations[2]});
    const plan::ConvOp op =
        pointwise_op(static_cast<std::uint32_t>(random.in(1, 100)), static_cast<std::uint32_t>(random.in(1, 2000)),
                     static_cast<std::uint32_t>(random.in(1, 2000)));
    std::uint32_t next = 0;
    for (const plan::TileRange& tiles : cut(op, config)) {
      ASSERT_EQ(tiles.first, next);
      ASSERT_EQ(tiles.first % config.groups, 0U);
      ASSERT_GT(tiles.count, 0U);
      next += tiles.count;
      ++parts;
    }
    ASSERT_EQ(next, (op.out_c + spec::kLanes - 1) / spec::kLanes);
  }
  EXPECT_GT(parts, 4000U) << "else this is not about cutting";
}

TEST(CutTiles, LeavesSmallWeightsAlone) {
  EXPECT_EQ(cut(pointwise_op(49, 64, 64), spec::kConfigurations[1]).size(), 1U);
}

// With nothing to compute before, little is waited for; where loading is the slower side anyhow, all the same.
TEST(CutTiles, BeginsWithLittleAtTheStart) {
  const spec::HardwareConfig& config = spec::kConfigurations[1];
  const auto begin = [&](const plan::ConvOp& op) {
    plan::ConvLayout layout;
    EXPECT_TRUE(plan::conv_layout(op, config, plan::round_up_to_word(op.in_c), layout).ok());
    return cut_tiles(op, layout, config, true).front().count;
  };
  EXPECT_EQ(begin(pointwise_op(256, 64, 256)), 2U) << "as many as the image's rows keep busy";
  EXPECT_EQ(begin(pointwise_op(1, 256, 256)), cut(pointwise_op(1, 256, 256), config).front().count);
}

// What is left to do when the last weights have arrived is the last part.
TEST(CutTiles, EndsWithLittleWhereLoadingIsSlower) {
  const std::vector<plan::TileRange> parts = cut(pointwise_op(1, 1280, 1000), spec::kConfigurations[1]);
  ASSERT_GT(parts.size(), 10U);
  EXPECT_EQ(parts.back().count, 1U);
  EXPECT_GE(parts.front().count, parts.back().count);
}

}  // namespace
}  // namespace auklet::compiler::passes
