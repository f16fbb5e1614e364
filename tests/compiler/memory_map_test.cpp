// What a compiled segment says about its memory: it fits, nothing overlaps, and it is all that the stream uses.
#include <gtest/gtest.h>

#include <algorithm>
#include <auklet/compiler/compile.hpp>
#include <set>

#include "random_network.hpp"

namespace auklet::compiler::test {
namespace {

using Content = MemoryBlock::Content;
using Where = MemoryBlock::Where;

std::uint64_t end_of(const MemoryBlock& block) { return std::uint64_t{block.address} + block.bytes; }

bool overlap(const MemoryBlock& a, const MemoryBlock& b) {
  return a.place == b.place && a.address < end_of(b) && b.address < end_of(a) && a.first_step <= b.last_step &&
         b.first_step <= a.last_step;
}

// Most bytes of a place in use in one step, tiles left out.
std::uint64_t most_live(const MemoryMap& map, Where place) {
  std::uint64_t most = 0;
  for (std::uint32_t step = 0; step < map.step_layers.size(); ++step) {
    std::uint64_t live = 0;
    for (const MemoryBlock& block : map.blocks) {
      const bool counts = block.place == place && block.content != Content::kTiles;
      if (counts && block.first_step <= step && step <= block.last_step) live += block.bytes;
    }
    most = std::max(most, live);
  }
  return most;
}

void check(const SegmentReport& segment, std::uint32_t limit, std::size_t tensors) {
  const MemoryMap& map = segment.memory;
  std::uint64_t highest = 0;
  for (std::size_t i = 0; i < map.blocks.size(); ++i) {
    const MemoryBlock& block = map.blocks[i];
    SCOPED_TRACE("block " + std::to_string(i));
    EXPECT_LE(block.first_step, block.last_step);
    EXPECT_LT(block.last_step, map.step_layers.size());
    EXPECT_LT(block.layer, segment.segment.layers.size());
    EXPECT_LT(block.tensor, static_cast<std::int32_t>(tensors));
    EXPECT_LE(end_of(block), block.place == Where::kSram ? limit : segment.segment.scratch_bytes());
    if (block.place == Where::kSram) highest = std::max(highest, end_of(block));
    for (std::size_t k = 0; k < i; ++k) EXPECT_FALSE(overlap(block, map.blocks[k])) << "with block " << k;
  }
  EXPECT_GE(highest, segment.segment.sram_bytes);
  EXPECT_EQ(most_live(map, Where::kSram), segment.sram_live);
  EXPECT_EQ(most_live(map, Where::kScratch), segment.scratch_live);
  for (const std::uint32_t layer : map.step_layers) EXPECT_LT(layer, segment.segment.layers.size());
}

TEST(MemoryMap, IsWholeAndWithoutOverlaps) {
  std::set<Content> contents;
  std::set<Where> places;
  bool named = false;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    const Model model = random_network(seed, 24);
    for (const std::uint32_t limit : {spec::kDefaultConfiguration.sram_bytes, 32U * 1024, 8U * 1024}) {
      SCOPED_TRACE("seed " + std::to_string(seed) + ", " + std::to_string(limit) + " bytes");
      const auto compiled = compile(model, {.sram_limit = limit});
      ASSERT_TRUE(compiled) << compiled.error().message;
      for (const SegmentReport& segment : compiled->report.segments) {
        check(segment, limit, model.main().tensors.size());
        for (const MemoryBlock& block : segment.memory.blocks) {
          contents.insert(block.content);
          places.insert(block.place);
          named = named || block.tensor != kAbsent;
        }
      }
    }
  }
  EXPECT_EQ(contents.size(), 3U) << "activations, weights, tiles";
  EXPECT_EQ(places.size(), 2U) << "SRAM, scratch memory";
  EXPECT_TRUE(named);
}

}  // namespace
}  // namespace auklet::compiler::test
