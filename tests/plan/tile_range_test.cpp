// Convolutions tile range by tile range: every tile has to read and write what it does when all are emitted at once.
#include <auklet/plan/plan.hpp>
#include <map>
#include <vector>

#include <gtest/gtest.h>

#include "../common/random_operator.hpp"

namespace auklet::plan {
namespace {

using test::Random;

constexpr std::uint32_t kWeights = 1U << 16, kParameters = 1U << 20, kOutput = 1U << 22;

// Where a tile's operands are.
struct TilePlaces {
  std::uint32_t input = 0, step_block = 0, block_step = 0, parameters = 0;
  bool operator==(const TilePlaces&) const = default;
};

// By address of the output: what the commands of a stream do for each tile of each image and column range.
void collect(std::span<const std::uint32_t> words, const ConvLayout& layout, std::uint32_t weights_moved,
             std::uint32_t parameters_moved, std::map<std::uint32_t, TilePlaces>& tiles) {
  for (std::size_t next = spec::StreamHeader::kWords; next < words.size();) {
    const spec::CommandInfo* info = spec::command_info(words[next] & 0xff);
    ASSERT_NE(info, nullptr);
    const auto command = words.subspan(next, info->words);
    next += info->words;
    if (info->opcode == spec::Opcode::kEnd) continue;
    const spec::GeomCommand g = spec::decode_geom(command.first<spec::GeomCommand::kWords>());
    const bool dense = info->opcode == spec::Opcode::kConv && g.in_tile_step == 0;
    const std::uint32_t groups = dense ? layout.array_groups : 1;
    for (std::uint32_t t = 0; t < g.oc_tiles; ++t) {
      const std::uint32_t set = t / groups * groups;
      const std::uint32_t together = std::min(groups, g.oc_tiles - set);
      const TilePlaces places{
          .input = g.in_base + t * g.in_tile_step,
          .step_block = g.w_base + weights_moved + (set * layout.steps + t % groups) * spec::kWeightBlock,
          .block_step = together,
          .parameters = g.p_base + parameters_moved + t * spec::kParamBlock};
      ASSERT_TRUE(tiles.emplace(g.out_base + t * g.out_tile_step, places).second) << "a tile is computed twice";
    }
  }
}

std::vector<std::uint32_t> stream_of(const ConvOp& op, const ConvLayout& layout, TileRange tiles, const ConvSram& at,
                                     const spec::HardwareConfig& config, std::uint64_t& macs) {
  std::vector<std::uint32_t> words(100'000);
  StreamWriter writer(words, config);
  Cost cost;
  EXPECT_TRUE(plan_resident_conv(writer, op, layout, tiles, at, {}, cost).ok());
  EXPECT_TRUE(writer.finish().ok());
  macs += cost.macs;
  words.resize(writer.words());
  return words;
}

// Tiles at which a convolution may be cut.
std::vector<std::uint32_t> cuts_of(const ConvOp& op, const ConvLayout& layout) {
  std::vector<std::uint32_t> cuts;
  for (std::uint32_t tile = 0; tile < layout.tiles;) {
    const ConvSegment segment = conv_segment(op, layout, tile);
    for (std::uint32_t i = 0; i < segment.tiles; i += segment.array_groups) cuts.push_back(tile + i);
    tile += segment.tiles;
  }
  return cuts;
}

TEST(TileRange, EveryTileIsTheSameInParts) {
  std::size_t parts = 0;
  for (std::uint64_t seed = 1; seed <= 1000; ++seed) {
    SCOPED_TRACE(seed);
    Random random(seed);
    const test::OperatorCase any = test::random_operator(seed, {.macs = 200'000, .channels = 400});
    if (!std::holds_alternative<test::ConvCase>(any)) continue;
    const ConvOp op = std::get<test::ConvCase>(any).op;
    // More SRAM than there is, so that every place has room.
    spec::HardwareConfig config = random.pick<spec::HardwareConfig>(
        {spec::kConfigurations[0], spec::kConfigurations[1], spec::kConfigurations[2]});
    config.sram_bytes = 1U << 24;
    const std::uint32_t pitch = round_up_to_word(op.in_c);
    ConvLayout layout;
    ASSERT_TRUE(conv_layout(op, config, pitch, layout).ok());
    ConvSram at{.input = sram_tensor(0, op.in_h, op.in_w, pitch),
                .output = sram_tensor(kOutput, op.out_h, op.out_w, round_up_to_word(op.out_c)),
                .weights = kWeights,
                .parameters = kParameters};
    std::uint64_t macs_whole = 0;
    std::map<std::uint32_t, TilePlaces> whole;
    collect(stream_of(op, layout, {0, layout.tiles}, at, config, macs_whole), layout, 0, 0, whole);
    std::vector<std::uint32_t> cuts = cuts_of(op, layout);
    std::erase_if(cuts, [&](std::uint32_t cut) { return cut != 0 && random.one_in(2); });
    cuts.push_back(layout.tiles);
    std::uint64_t macs_parts = 0;
    std::map<std::uint32_t, TilePlaces> in_parts;
    for (std::size_t i = 0; i + 1 < cuts.size(); ++i, ++parts) {
      const TileRange tiles{cuts[i], cuts[i + 1] - cuts[i]};
      // Each part's constants lie at the same place.
      collect(stream_of(op, layout, tiles, at, config, macs_parts), layout,
              tiles.first * layout.steps * spec::kWeightBlock, tiles.first * spec::kParamBlock, in_parts);
    }
    if (HasFatalFailure()) return;
    EXPECT_EQ(in_parts, whole);
    EXPECT_EQ(macs_parts, macs_whole);
  }
  EXPECT_GT(parts, 800U) << "else this is not about parts";
}

TEST(TileRange, RefusesWhatCutsThroughASet) {
  const spec::HardwareConfig& config = spec::kConfigurations[2];
  ConvOp op;
  op.in_c = 16, op.out_c = 10 * spec::kLanes;
  ConvLayout layout;
  ASSERT_TRUE(conv_layout(op, config, 16, layout).ok());
  ASSERT_EQ(layout.array_groups, 4U);
  const ConvSram at{.input = sram_tensor(0, 1, 1, 16),
                    .output = sram_tensor(4096, 1, 1, op.out_c),
                    .weights = 16384,
                    .parameters = 32768};
  const auto status = [&](TileRange tiles) {
    StreamWriter writer = StreamWriter::counting(config);
    Cost cost;
    const Status s = plan_resident_conv(writer, op, layout, tiles, at, {}, cost).status;
    EXPECT_EQ(writer.commands(), s == Status::kOk ? 1U : 0U);
    return s;
  };
  EXPECT_EQ(status({0, 10}), Status::kOk);
  EXPECT_EQ(status({4, 4}), Status::kOk);
  EXPECT_EQ(status({8, 2}), Status::kOk);
  EXPECT_EQ(status({0, 0}), Status::kTileRange);
  EXPECT_EQ(status({2, 4}), Status::kTileRange);
  EXPECT_EQ(status({4, 5}), Status::kTileRange);
  EXPECT_EQ(status({8, 4}), Status::kTileRange);
  EXPECT_EQ(status({12, 1}), Status::kTileRange);
  EXPECT_EQ(status({4, 0xffffffff}), Status::kTileRange);
}

}  // namespace
}  // namespace auklet::plan
