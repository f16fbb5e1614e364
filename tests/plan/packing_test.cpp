// Packed weights and parameters, read back the way docs/command-stream.md says that the array reads them.
#include <algorithm>
#include <array>
#include <auklet/plan/packing.hpp>
#include <cstring>
#include <vector>

#include <gtest/gtest.h>

#include "../common/random_operator.hpp"

namespace auklet::plan {
namespace {

using test::ConvCase;
using test::Random;

// Weight of CONV block (tile, step), row, lane, by the document's formula for the segment's command.
std::int8_t read_block(const std::vector<std::uint8_t>& packed, const ConvLayout& layout, const ConvSegment& segment,
                       std::uint32_t tile, std::uint32_t step, std::uint32_t row, std::uint32_t lane,
                       std::uint32_t config_groups) {
  const std::uint32_t groups = segment.tile_step == 0 ? config_groups : 1;
  const std::uint32_t t = tile - segment.first_tile;
  const std::uint32_t g = std::min(groups, segment.tiles - t / groups * groups);
  const std::size_t block = std::size_t{segment.first_tile} * layout.steps +
                            std::size_t{t / groups} * groups * layout.steps + std::size_t{step} * g + t % groups;
  return static_cast<std::int8_t>(packed.at(block * 256 + std::size_t{row} * 16 + lane));
}

std::vector<std::uint8_t> pack(const ConvCase& c, const ConvLayout& layout) {
  std::vector<std::uint8_t> packed(layout.weight_bytes, 0xee);
  EXPECT_TRUE(pack_weights(c.op, layout, c.weights, 0, packed).ok());
  return packed;
}

std::int8_t weight_of(const ConvCase& c, std::uint32_t oc, std::uint32_t ky, std::uint32_t kx, std::uint32_t ic) {
  const ConvOp& op = c.op;
  const std::uint32_t ig = op.in_c / op.groups;
  if (op.weight_order == WeightOrder::kHwo) return c.weights.at(std::size_t{ky * op.kernel_w + kx} * op.out_c + oc);
  return c.weights.at(std::size_t{(oc * op.kernel_h + ky) * op.kernel_w + kx} * ig + ic);
}

TEST(PackWeights, EveryWeightIsWhereTheArrayReadsIt) {
  std::uint32_t forms[3] = {};
  for (std::uint64_t seed = 1; seed <= 250; ++seed) {
    const test::OperatorCase any = test::random_operator(seed, {.macs = 300'000});
    const auto* c = std::get_if<ConvCase>(&any);
    if (c == nullptr) continue;
    SCOPED_TRACE("seed " + std::to_string(seed) + ": " + test::describe(any));
    const spec::HardwareConfig& config = spec::kConfigurations[seed % spec::kConfigurations.size()];
    const ConvOp& op = c->op;
    ConvLayout layout;
    const std::uint32_t pitch = seed % 2 == 0 ? streamed_pixel_pitch(op) : round_up_to_word(op.in_c);
    ASSERT_TRUE(conv_layout(op, config, pitch, layout).ok());
    ++forms[static_cast<int>(layout.form)];
    const std::vector<std::uint8_t> packed = pack(*c, layout);
    const std::uint32_t in_per_group = op.in_c / op.groups;
    std::size_t used = 0;
    for (std::uint32_t first = 0, segments = 0; first < layout.tiles; ++segments) {
      ASSERT_LT(segments, layout.segments);
      const ConvSegment segment = conv_segment(op, layout, first);
      ASSERT_GT(segment.tiles, 0U);
      first += segment.tiles;
      for (std::uint32_t oc = segment.first_tile * 16; oc < std::min(first * 16, op.out_c); ++oc) {
        const std::uint32_t tile = oc / 16;
        const std::uint32_t base = segment.channel + (tile - segment.first_tile) * segment.tile_step;
        const std::uint32_t group = oc / (op.out_c / op.groups);
        for (std::uint32_t ky = 0; ky < op.kernel_h; ++ky) {
          for (std::uint32_t kx = 0; kx < op.kernel_w; ++kx) {
            for (std::uint32_t i = 0; i < in_per_group; ++i, ++used) {
              const std::uint32_t ic = group * in_per_group + i;
              std::int8_t got = 0;
              if (layout.form == ConvForm::kDepthwise) {
                ASSERT_EQ(ic, oc);
                got = static_cast<std::int8_t>(packed.at(tile * 256 + (ky * spec::kDwCols + kx) * 16 + oc % 16));
              } else if (layout.form == ConvForm::kDepthwiseRows) {
                ASSERT_EQ(ic, oc);
                const bool column = op.in_w == 1 && op.out_w == 1 && op.kernel_w == 1;
                const std::uint32_t block = tile * layout.steps + (column ? 0 : ky);
                got = static_cast<std::int8_t>(packed.at(block * 256 + (column ? ky : kx) * 16 + oc % 16));
              } else {
                ASSERT_GE(ic, base);
                ASSERT_LT(ic - base, segment.window);
                const bool row = layout.form == ConvForm::kPackedRow;
                const std::uint32_t byte = row ? kx * op.in_c + ic : ic - base;
                const std::uint32_t column = row ? ky : ky * op.kernel_w + kx;
                ASSERT_LT(byte, layout.chunks * 16);
                got = read_block(packed, layout, segment, tile, column * layout.chunks + byte / 16, byte % 16, oc % 16,
                                 config.groups);
              }
              ASSERT_EQ(got, weight_of(*c, oc, ky, kx, i)) << oc << ' ' << ky << ' ' << kx << ' ' << i;
            }
          }
        }
      }
    }
    // All of them, and nothing but zeros beside them.
    EXPECT_EQ(used, c->weights.size());
    const auto zeros = [](const auto& v) { return static_cast<std::size_t>(std::ranges::count(v, 0)); };
    EXPECT_EQ(packed.size() - zeros(packed), c->weights.size() - zeros(c->weights));
  }
  for (const std::uint32_t count : forms) EXPECT_GT(count, 10U);
}

TEST(PackWeights, PieceByPieceIsTheSame) {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    const test::OperatorCase any = test::random_operator(seed, {.macs = 300'000});
    const auto* c = std::get_if<ConvCase>(&any);
    if (c == nullptr) continue;
    ConvLayout layout;
    ASSERT_TRUE(conv_layout(c->op, spec::kConfigurations[seed % 3], round_up_to_word(c->op.in_c), layout).ok());
    const std::vector<std::uint8_t> whole = pack(*c, layout);
    std::vector<std::uint8_t> pieces;
    Random random(seed);
    for (std::uint64_t block = 0; block * 256 < whole.size();) {
      const std::uint64_t blocks = std::min<std::uint64_t>(random.in(1, 7), whole.size() / 256 - block);
      std::vector<std::uint8_t> piece(blocks * 256);
      ASSERT_TRUE(pack_weights(c->op, layout, c->weights, block, piece).ok());
      pieces.insert(pieces.end(), piece.begin(), piece.end());
      block += blocks;
    }
    EXPECT_EQ(pieces, whole) << "seed " << seed;
  }
}

TEST(PackWeights, RefusesOtherSizes) {
  const ConvOp op = fully_connected_op(1, 20, 20);
  ConvLayout layout;
  ASSERT_TRUE(conv_layout(op, spec::kDefaultConfiguration, 32, layout).ok());
  const std::vector<std::int8_t> weights(400);
  std::vector<std::uint8_t> out(layout.weight_bytes);
  EXPECT_TRUE(pack_weights(op, layout, weights, 0, out).ok());
  EXPECT_EQ(pack_weights(op, layout, std::span(weights).first(399), 0, out).status, Status::kBufferSize);
  EXPECT_EQ(pack_weights(op, layout, weights, 1, out).status, Status::kBufferSize);
  EXPECT_EQ(pack_weights(op, layout, weights, 0, std::span(out).first(255)).status, Status::kBufferSize);
  EXPECT_EQ(pack_weights(op, layout, weights, UINT64_MAX, std::span(out).first(256)).status, Status::kBufferSize);
}

TEST(PackWeights, RefusesOtherLayouts) {
  ConvOp op = fully_connected_op(1, 20, 20);
  ConvLayout layout;
  ASSERT_TRUE(conv_layout(op, spec::kDefaultConfiguration, 32, layout).ok());
  const std::vector<std::int8_t> weights(400);
  std::vector<std::uint8_t> out(layout.weight_bytes);
  EXPECT_EQ(pack_weights(op, ConvLayout{}, weights, 0, out).status, Status::kPitchTooSmall);
  ConvLayout other = layout;
  other.chunks = 0;
  EXPECT_EQ(pack_weights(op, other, weights, 0, out).status, Status::kLayoutMismatch);
  op.groups = 0;
  EXPECT_EQ(pack_weights(op, layout, weights, 0, out).status, Status::kShapeZero);
  EXPECT_EQ(pack_parameters(op, layout, weights, {}, out).status, Status::kShapeZero);
}

TEST(PackParameters, FoldsTheZeroPointAndLeavesUnusedLanesZero) {
  ConvOp op = fully_connected_op(1, 2, 18);
  op.in_zp = -128;
  std::vector<std::int8_t> weights(36);
  std::vector<std::int32_t> bias(18), multiplier(18), shift(18);
  for (std::size_t i = 0; i < 18; ++i) {
    weights[2 * i] = static_cast<std::int8_t>(i);
    weights[2 * i + 1] = -3;
    bias[i] = static_cast<std::int32_t>(1000 * i);
    multiplier[i] = static_cast<std::int32_t>(0x40000000 + i);
    shift[i] = -static_cast<std::int32_t>(i);
  }
  bias[17] = INT32_MAX;  // Wraps.
  ConvLayout layout;
  ASSERT_TRUE(conv_layout(op, spec::kDefaultConfiguration, 2, layout).ok());
  ASSERT_EQ(layout.parameter_bytes, 320U);
  std::vector<std::uint8_t> out(320, 0xee);
  ASSERT_TRUE(pack_parameters(op, layout, weights, {bias, multiplier, shift}, out).ok());
  const auto word = [&](std::size_t block, std::size_t index) {
    std::int32_t value = 0;
    std::memcpy(&value, out.data() + block * 160 + index * 4, 4);
    return value;
  };
  for (std::size_t i = 0; i < 17; ++i) {
    const auto sum = static_cast<std::int32_t>(i) - 3;
    EXPECT_EQ(word(i / 16, i % 16), bias[i] + 128 * sum);
    EXPECT_EQ(word(i / 16, 16 + i % 16), multiplier[i]);
    EXPECT_EQ(static_cast<std::int8_t>(out[i / 16 * 160 + 128 + i % 16]), shift[i]);
  }
  EXPECT_EQ(word(1, 1), static_cast<std::int32_t>(static_cast<std::uint32_t>(INT32_MAX) + 128U * 14U));
  for (std::size_t lane = 2; lane < 16; ++lane) {
    EXPECT_EQ(word(1, lane), 0);
    EXPECT_EQ(word(1, 16 + lane), 0);
    EXPECT_EQ(out[160 + 128 + lane], 0);
  }
  for (const std::size_t block : {0U, 1U}) {
    for (std::size_t i = 144; i < 160; ++i) EXPECT_EQ(out[block * 160 + i], 0);
  }

  shift[3] = 32;
  EXPECT_EQ(pack_parameters(op, layout, weights, {bias, multiplier, shift}, out).status, Status::kShiftRange);
  shift[3] = 0;
  bias.pop_back();
  EXPECT_EQ(pack_parameters(op, layout, weights, {bias, multiplier, shift}, out).status, Status::kBufferSize);
}

TEST(ConvLayout, ChoosesTheForm) {
  const auto form = [](const ConvOp& op, std::uint32_t pitch) {
    ConvLayout layout;
    EXPECT_TRUE(conv_layout(op, spec::kDefaultConfiguration, pitch, layout).ok());
    return std::pair{layout.form, layout.steps};
  };
  ConvOp op;
  op.in_h = op.in_w = 9, op.out_h = op.out_w = 7, op.kernel_h = op.kernel_w = 3, op.in_c = 3, op.out_c = 8;
  EXPECT_EQ(form(op, 3), std::pair(ConvForm::kPackedRow, 3U));  // 9 bytes a kernel row.
  EXPECT_EQ(form(op, 16), std::pair(ConvForm::kPixel, 9U));
  op.dilation_w = 2;
  EXPECT_EQ(form(op, 3), std::pair(ConvForm::kPixel, 9U));
  op.dilation_w = 1, op.in_c = 32;
  EXPECT_EQ(form(op, 32), std::pair(ConvForm::kPixel, 18U));
  op.in_c = op.out_c = op.groups = 24, op.weight_order = WeightOrder::kHwo;
  EXPECT_EQ(form(op, 32), std::pair(ConvForm::kDepthwise, 1U));
  op.dilation_h = 2;
  EXPECT_EQ(form(op, 32), std::pair(ConvForm::kDepthwiseRows, 3U));
  op.dilation_w = 2;
  EXPECT_EQ(form(op, 32), std::pair(ConvForm::kPixel, 9U));
  op.dilation_h = op.dilation_w = 1, op.kernel_h = op.kernel_w = 7, op.out_h = op.out_w = 3;
  EXPECT_EQ(form(op, 32), std::pair(ConvForm::kDepthwiseRows, 7U));
  op.out_w = 1, op.kernel_w = 9;
  EXPECT_EQ(form(op, 32), std::pair(ConvForm::kDepthwiseRows, 7U)) << "nine pixels for one output, or nine steps";
  op.kernel_w = 2, op.kernel_h = 7, op.in_w = 2;
  EXPECT_EQ(form(op, 32), std::pair(ConvForm::kPixel, 14U)) << "a row is shorter than the loading of its weights";
  op.in_w = op.kernel_w = 1;
  EXPECT_EQ(form(op, 32), std::pair(ConvForm::kDepthwiseRows, 1U)) << "a column of pixels is a row";
  op.in_w = op.in_h = 9, op.out_h = op.out_w = 7, op.kernel_h = op.kernel_w = 3;
  op.out_c = 48;  // Depth multiplier 2: a tile of 16 outputs sees 8 channels.
  EXPECT_EQ(form(op, 32), std::pair(ConvForm::kPixel, 9U));
}

TEST(ConvLayout, RefusesPitches) {
  ConvOp op;
  op.in_c = op.groups = 20, op.out_c = 40;
  ConvLayout layout;
  EXPECT_EQ(conv_layout(op, spec::kDefaultConfiguration, 16, layout).status, Status::kPitchTooSmall);
  EXPECT_EQ(conv_layout(op, spec::kDefaultConfiguration, 20, layout).status, Status::kAddressMisaligned);
  EXPECT_EQ(layout, ConvLayout{});
  EXPECT_TRUE(conv_layout(op, spec::kDefaultConfiguration, 32, layout).ok());
}

// Of at most a word of channels, so that no read goes beyond the last pixel.
TEST(ConvLayout, TakesCompactPixelsIntoTheRegisterWindow) {
  const auto form = [](const ConvOp& op, std::uint32_t pitch) {
    ConvLayout layout;
    EXPECT_TRUE(conv_layout(op, spec::kDefaultConfiguration, pitch, layout).ok());
    return layout.form;
  };
  ConvOp op;
  op.in_h = op.in_w = op.out_h = op.out_w = 5;
  op.kernel_h = op.kernel_w = 3, op.pad_top = op.pad_left = 1;
  op.weight_order = WeightOrder::kHwo;
  op.in_c = op.out_c = op.groups = 8;
  EXPECT_EQ(form(op, 8), ConvForm::kDepthwise);
  op.in_c = op.out_c = op.groups = 24;
  EXPECT_FALSE(reads_compact(op));
  ConvLayout layout;
  EXPECT_EQ(conv_layout(op, spec::kDefaultConfiguration, 24, layout).status, Status::kAddressMisaligned);
  op.in_c = op.out_c = op.groups = 8, op.dilation_h = 2;
  EXPECT_FALSE(reads_compact(op));
  op.in_c = op.out_c = op.groups = 1, op.dilation_h = 1;  // Packed rows need pixels without gaps.
  EXPECT_EQ(form(op, 1), ConvForm::kPackedRow);
  EXPECT_EQ(form(op, 16), ConvForm::kDepthwise);
}

}  // namespace
}  // namespace auklet::plan
