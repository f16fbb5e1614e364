// Places in SRAM: blocks that commands use together are kept apart where there is room.
#include "passes/region_price.hpp"

#include <gtest/gtest.h>

namespace auklet::compiler::passes {
namespace {

constexpr std::uint32_t kRegion = 1024;
using Port = Access::Port;

std::uint64_t price_beside(const Block& block, const Access& access, const Block& other, const Access& other_access,
                           bool loaded = false) {
  Space sram(4 * kRegion, 32);
  RegionPrice price(kRegion);
  const auto id = sram.place(other.bytes, other.first, other.last,
                             [&](const Block& at) { return at.address == other.address ? 0 : 1; });
  price.note(id.value(), {other_access}, loaded);
  EXPECT_EQ(sram[*id].address, other.address);
  return price(sram, block, {access}, false);
}

TEST(RegionPrice, CountsTheCyclesThatPortsLose) {
  const Block low{0, kRegion, 0, 3};
  const Block high{kRegion, kRegion, 0, 3};
  const Access reads{{0, 1}, Port::kRead, 500};
  EXPECT_EQ(price_beside(high, reads, low, {{1, 1}, Port::kWrite, 100}), 0U) << "another region";
  EXPECT_EQ(price_beside(low, reads, low, {{1, 1}, Port::kWrite, 100}), 100U) << "a result a cycle";
  EXPECT_EQ(price_beside(low, reads, low, {{1, 1}, Port::kWeights, 80}), 80U);
  EXPECT_EQ(price_beside(low, reads, low, {{2, 2}, Port::kWrite, 100}), 0U) << "at another time";
  EXPECT_EQ(price_beside(low, {{0, 1}, Port::kWrite, 500}, low, {{1, 1}, Port::kWeights, 80}), 20U);
}

TEST(RegionPrice, CountsTheShareOfBothBlocks) {
  const Block across{kRegion / 2, kRegion, 0, 3};  // Half in each of two regions.
  const Block low{0, kRegion / 2, 0, 3};
  EXPECT_EQ(price_beside(across, {{0, 1}, Port::kRead, 500}, low, {{1, 1}, Port::kWrite, 100}), 50U);
}

TEST(RegionPrice, KeepsLoadsAwayFromWhatIsReadBefore) {
  const Block low{0, kRegion, 0, 3};
  const Access next{{2, 2}, Port::kWeights, 10};
  EXPECT_EQ(price_beside(low, {{0, 1}, Port::kRead, 500}, low, next, true), kRegion / 16 / 2);
  EXPECT_EQ(price_beside(low, {{0, 0}, Port::kRead, 500}, low, next, true), 0U) << "not the step before";
}

TEST(Space, SettlesWhereItIsCheapest) {
  Space sram(4 * kRegion, 32, {0, kRegion, 2 * kRegion, 3 * kRegion});
  const auto a = sram.place(kRegion, 0, 1);
  const auto b = sram.place(kRegion, 0, 1);
  ASSERT_TRUE(a && b);
  sram.settle(*b, [](const Block& block) { return block.address >= 3 * kRegion ? 0U : 1U; });
  EXPECT_EQ(sram[*b].address, 3 * kRegion);
  EXPECT_EQ(sram[*a].address, 0U);
  sram.settle(*b, [](const Block&) { return 5U; });
  EXPECT_EQ(sram[*b].address, 3 * kRegion) << "no better place";
  const auto c = sram.place(2 * kRegion, 0, 1);
  ASSERT_TRUE(c) << "nothing is left behind";
  EXPECT_EQ(sram[*c].address, kRegion);
}

TEST(Space, PacksAtTheEndsOfWhatIsFree) {
  Space sram(4 * kRegion, 32, {0, kRegion, 2 * kRegion, 3 * kRegion});
  const auto prefer_third = [](const Block& block) { return block.address == 2 * kRegion ? 0U : 1U; };
  EXPECT_EQ(sram[sram.place(kRegion, 0, 1, prefer_third, true).value()].address, 0U);
  EXPECT_EQ(sram[sram.place(kRegion, 0, 1, prefer_third).value()].address, 2 * kRegion);
}

}  // namespace
}  // namespace auklet::compiler::passes
