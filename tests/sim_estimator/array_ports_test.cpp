// Stretches that the array's ports take at once come out as their cycles do one by one.
#include "array_ports.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "common/random.hpp"
#include "transfer_ports.hpp"

namespace auklet::test {
namespace {

namespace est = sim::estimator;
using spec::Opcode;

/// A command of that opcode whose bases and pitches are anywhere, so that its ports meet or do not.
spec::GeomCommand geom(Random& random, Opcode opcode, const spec::HardwareConfig& config) {
  spec::GeomCommand c{.header = {.opcode = opcode}};
  const bool conv = opcode == Opcode::kConv;
  const std::uint32_t pixel = random.one_in(4) ? random.in(1U, 40U) : random.in(1U, 5U) * 16;
  c.kh = random.in(1U, 3U);
  c.kx_n = random.in(1U, 3U);
  c.chunks = conv ? random.in(1U, 3U) : 1;
  c.stride_y = c.dil_y = 1;
  c.stride_x = random.in(1U, 2U);
  c.pad_top = random.in(0U, c.kh - 1);
  c.pad_left = random.in(0U, c.kx_n - 1);
  c.out_h = random.in(1U, 9U);
  c.out_w = random.in(1U, 40U);
  c.in_h = std::max(1U, c.out_h + c.kh - 1 - c.pad_top - random.in(0U, c.kh - 1));
  c.in_w = std::max(1U, (c.out_w - 1) * c.stride_x + c.kx_n - c.pad_left - random.in(0U, 1U));
  c.row_bytes = c.row_pitch = c.in_w * pixel;
  c.kx_stride = pixel;
  c.x_step = c.stride_x * pixel;
  c.r0 = -static_cast<std::int32_t>(c.pad_left * pixel);
  c.oc_tiles = random.in(1U, 5U);
  c.in_tile_step = conv && !random.one_in(3) ? 0 : 16;
  c.out_x_pitch = random.in(1U, 3U) * 16;
  c.out_row_pitch = c.out_w * c.out_x_pitch;
  c.out_tile_step = random.one_in(2) ? 16 : c.out_h * c.out_row_pitch;
  c.stripe = std::min(c.out_h * c.out_w, random.in(1U, 64U));
  const auto base = [&](std::uint32_t step) {
    const std::uint32_t part = config.sram_bytes / 16;
    return random.in(0U, 15U) * part + random.in(0U, 63U) * step;
  };
  c.in_base = base(pixel % 16 == 0 ? 16 : 1);
  c.out_base = base(16);
  c.w_base = base(32);
  c.p_base = base(32);
  return c;
}

/// One cycle when nobody else is there.
template <typename Walk>
est::ComputeAsks cycle(est::ArrayPorts<Walk>& ports) {
  const est::ComputeAsks asks = ports.asks();
  const bool read = (asks.reads & asks.results) == 0;
  const unsigned taken = asks.results | (read ? asks.reads : 0U);
  ports.step(read, asks.weights != 0 && (asks.weights & taken) == 0);
  return asks;
}

constexpr std::uint64_t kMaskCycles = 64;

/// Follows a command to its end; returns the cycles that were taken at once.
template <typename Walk>
std::uint64_t follow(const spec::GeomCommand& command, const spec::HardwareConfig& config, Random& random) {
  est::ArrayPorts<Walk> single(command, config), leaping(command, config);
  std::uint64_t leapt = 0;
  while (!single.done() && single.count().cycle < 20000) {
    const auto others = static_cast<est::Banks>(random.one_in(2) ? 0 : 3U << random.in(0U, 3U) * 2);
    const est::Calm calm = leaping.calm(random.in(1U, 200U), others);
    if (calm.cycles == 0) {
      cycle(leaping);
      cycle(single);
    } else {
      const auto cycles = random.in<std::uint64_t>(1, static_cast<std::int64_t>(calm.cycles));
      for (std::uint64_t i = 0; i < cycles; ++i) {
        const est::ComputeAsks asks = cycle(single);
        EXPECT_EQ(asks.reads & asks.results, 0);
        const bool loads = asks.weights != 0 && calm.loads;
        const unsigned used = (asks.reads | asks.results | (loads ? asks.weights : 0U)) & others;
        // More cycles than the masks have are taken only where nobody else is.
        EXPECT_EQ((used & est::kEvenBanks) != 0, i < kMaskCycles && (calm.others.even >> i & 1U) != 0) << i;
        EXPECT_EQ((used & est::kOddBanks) != 0, i < kMaskCycles && (calm.others.odd >> i & 1U) != 0) << i;
      }
      leaping.skip(calm, cycles);
      leapt += cycles;
    }
    const est::ComputeAsks a = single.asks(), b = leaping.asks();
    EXPECT_EQ(a.reads, b.reads);
    EXPECT_EQ(a.weights, b.weights);
    EXPECT_EQ(a.results, b.results);
    EXPECT_EQ(single.done(), leaping.done());
    EXPECT_EQ(single.count().cycle, leaping.count().cycle);
    EXPECT_EQ(single.count().fetches, leaping.count().fetches);
    EXPECT_EQ(single.count().newest, leaping.count().newest);
    EXPECT_EQ(single.count().rounds, leaping.count().rounds);
    if (testing::Test::HasFailure()) break;
  }
  return leapt;
}

TEST(ArrayPorts, StretchesAreWhatTheirCyclesAre) {
  Random random(5);
  std::uint64_t leapt = 0;
  for (std::size_t i = 0; i < 600 && !HasFailure(); ++i) {
    const spec::HardwareConfig& config = spec::kConfigurations[i % spec::kConfigurations.size()];
    const Opcode opcode = random.pick({Opcode::kConv, Opcode::kConv, Opcode::kDwrows, Opcode::kDwconv});
    const spec::GeomCommand command = geom(random, opcode, config);
    leapt += opcode == Opcode::kConv     ? follow<est::ConvWalk>(command, config, random)
             : opcode == Opcode::kDwrows ? follow<est::RowsWalk>(command, config, random)
                                         : follow<est::TileWalk>(command, config, random);
    EXPECT_FALSE(HasFailure()) << "command " << i << ", opcode " << static_cast<int>(opcode);
  }
  EXPECT_GT(leapt, 100000U);
}

TEST(TransferPorts, QuietCyclesAndEvenWordsAreWhatTheirCyclesAre) {
  Random random(6);
  for (int i = 0; i < 300 && !HasFailure(); ++i) {
    est::TransferShape shape;
    shape.store = random.one_in(3);
    const std::uint32_t row = random.one_in(2) ? random.in(1U, 8U) * 16 : random.in(1U, 100U);
    shape.row_bytes = shape.memory_row = row;
    shape.stride = (row + 15) / 16 * 16;
    shape.memory_stride = shape.stride;
    shape.bytes = std::uint64_t{row} * random.in(1U, 12U);
    shape.words = shape.bytes / row * ((row + 15) / 16);
    shape.beat = random.pick({1.0, 1.5, 2.0, 3.25, 16.0});
    est::TransferPorts single({.shape = &shape}, spec::kDefaultConfiguration), leaping = single;
    while (!single.done() && !HasFailure()) {
      const std::uint64_t cycles = leaping.go(random.in<std::uint64_t>(1, 50), random.in<std::uint64_t>(0, 5));
      for (std::uint64_t j = 0; j < cycles; ++j) {
        static_cast<void>(single.asks());
        single.step(true);
      }
      EXPECT_EQ(single.cycle(), leaping.cycle());
      EXPECT_EQ(single.passed(), leaping.passed());
      EXPECT_EQ(single.words(), leaping.words());
      EXPECT_EQ(single.asks(), leaping.asks());
      EXPECT_EQ(single.newest(), leaping.newest());
    }
    EXPECT_FALSE(HasFailure()) << i << ": rows of " << row << (shape.store ? " stored" : "") << ", beat " << shape.beat;
  }
}

}  // namespace
}  // namespace auklet::test
