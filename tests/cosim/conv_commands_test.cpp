// CONV at the corners of its drain: sums that pass the accumulators by and sums that do not, stripes of one position,
// single steps, sets of tiles; and what a command costs beside its steps.
#include <algorithm>
#include <cstdint>
#include <string>

#include <gtest/gtest.h>

#include "../common/random.hpp"
#include "../common/run_seed.hpp"
#include "../common/verilated_configuration.hpp"
#include "raw_fixture.hpp"

namespace auklet::test {
namespace {

class ConvCommands : public RawFixture {
 protected:
  static constexpr std::uint32_t kRegion = spec::kDefaultConfiguration.sram_bytes / spec::kSramRegions;

  // Pointwise: `positions` pixels of `steps` * 16 channels, `tiles` tiles, stripes of `stripe` positions.
  static spec::GeomCommand pointwise(std::uint32_t positions, std::uint32_t steps, std::uint32_t tiles,
                                     std::uint32_t stripe) {
    spec::GeomCommand c = geometry(spec::Opcode::kConv);
    c.out_w = positions;
    c.chunks = steps;
    c.oc_tiles = tiles;
    c.stripe = stripe;
    c.x_step = c.kx_stride = steps * 16;
    c.row_bytes = positions * c.x_step;
    c.in_tile_step = 0;
    c.out_x_pitch = tiles * 16;
    c.out_tile_step = 16;
    c.w_base = 0;
    return c;
  }

  // Cycles from the completion of the command before this one to its own.
  std::uint32_t cycles(const spec::GeomCommand& command) {
    StreamBuilder builder;
    load_all(builder);
    for (const std::uint32_t layer : {1U, 2U}) {
      spec::GeomCommand c = command;
      c.header.layer = layer;
      builder.add(c);
    }
    builder.end();
    run_on_both(finish(builder));
    return cycles_between_layers(1, 2);
  }
};

TEST_P(ConvCommands, EveryStripeLikeTheModel) {
  constexpr std::uint32_t kCommands = 16;  // Of a stream.
  const std::uint64_t streams = environment("AUKLET_CASES", 25);
  for (std::uint64_t seed = 1; seed <= streams && !HasFailure(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed);
    StreamBuilder builder;
    load_all(builder);
    std::uint32_t out = kOutput;
    for (std::uint32_t i = 0; i < kCommands; ++i) {
      const std::uint32_t stripe = random.pick<std::uint32_t>({1, 2, 3, 5, 9, random.in<std::uint32_t>(10, 64), 64});
      const std::uint32_t positions =
          std::min(64U, stripe * random.in<std::uint32_t>(1, 4) + random.in<std::uint32_t>(0, 2));
      spec::GeomCommand c = pointwise(positions, random.one_in(3) ? 1 : random.in<std::uint32_t>(1, 6),
                                      random.in<std::uint32_t>(1, 9), stripe);
      c.in_zp = random.in<std::int32_t>(-128, 127);
      if (random.one_in(3)) c.in_tile_step = 16;
      // Sometimes all units meet in one region, so that the drain waits for its parameters and the array for its
      // weights.
      if (random.one_in(2)) c.in_base = 2 * kRegion;
      c.w_base = random.in<std::uint32_t>(0, 20) * 32;
      c.out_base = out;
      out += positions * c.out_x_pitch;
      builder.add(c);
    }
    builder.end();
    run_on_both(finish(builder));
    expect_equal_sram();
  }
}

// From the completion of one command to that of the next: the steps, the first weights before them, and the last sum's
// way behind them; the length of the last stripe plays no part.
TEST_P(ConvCommands, StepsAndAFewCycles) {
  constexpr std::uint32_t kAround = 21, kFirstBlock = 5;  // The latter go before the weights of a single step.
  const std::uint32_t phases = spec::kReduce / bench_.config().rows;
  for (const std::uint32_t positions : {125U, 64U, 36U, 16U}) {
    for (const std::uint32_t steps : {1U, 4U}) {
      SCOPED_TRACE(std::to_string(positions) + " positions, " + std::to_string(steps) + " steps");
      const std::uint32_t stripe = positions > 64 ? (positions + 1) / 2 : positions;
      spec::GeomCommand c = pointwise(positions, steps, 4, stripe);
      c.in_base = 2 * kRegion;
      // Groups drain one after the other; then one tile shows the same.
      if (bench_.config().groups != 1) c.oc_tiles = 1;
      EXPECT_LE(cycles(c), c.oc_tiles * steps * positions * phases + kAround + (steps == 1 ? kFirstBlock : 0));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All, ConvCommands, testing::ValuesIn(sim::verilated_configurations()), name_of_instance);

}  // namespace
}  // namespace auklet::test
