// The SRAM's ports as the estimator follows them: alone, where its formulas must come out, and beside each other.
#include "sram_race.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <auklet/sim/target.hpp>
#include <cstdint>
#include <utility>
#include <vector>

#include "command_work.hpp"
#include "common/random.hpp"
#include "compute_cost.hpp"

namespace auklet::test {
namespace {

using sim::MemoryTiming;
namespace est = sim::estimator;

constexpr spec::HardwareConfig kConfig = spec::kDefaultConfiguration;

constexpr std::uint32_t region(std::uint32_t number, const spec::HardwareConfig& config = kConfig) {
  return number * config.sram_bytes / spec::kSramRegions;
}

/// One whose ports work in a region each.
spec::GeomCommand conv(std::uint32_t width, std::uint32_t height, const spec::HardwareConfig& config = kConfig) {
  spec::GeomCommand c{.header = {.opcode = spec::Opcode::kConv}};
  c.chunks = 7;  // So that reads go from bank to bank.
  c.row_pitch = c.row_bytes = width * c.chunks * 16;
  c.out_row_pitch = width * 16;
  c.kh = c.kx_n = c.stride_y = c.dil_y = 1;
  c.in_h = c.out_h = height;
  c.out_w = width;
  c.x_step = c.kx_stride = c.chunks * 16;
  c.out_x_pitch = 16;
  c.oc_tiles = 1;
  c.stripe = std::min(width * height, 64U);
  c.out_base = region(1, config);
  c.w_base = region(2, config);
  c.p_base = region(3, config);
  return c;
}

est::CommandWork work_of(const spec::GeomCommand& geom, const spec::HardwareConfig& config = kConfig) {
  std::array<std::uint32_t, spec::GeomCommand::kWords> words{};
  EXPECT_EQ(spec::encode(geom, words), nullptr);
  return est::CommandWorks(config).next(words, 0, {});
}

est::CommandWork load_of(std::uint32_t sp_base, std::uint32_t bytes, std::uint32_t bytes_per_cycle) {
  spec::DmaCommand dma{.header = {.opcode = spec::Opcode::kLoad}, .ax_len = bytes, .ax_rows = 1, .sp_len = bytes};
  dma.sp_base = sp_base;
  std::array<std::uint32_t, spec::DmaCommand::kWords> words{};
  EXPECT_EQ(spec::encode(dma, words), nullptr);
  return est::CommandWorks(kConfig).next(words, 0, {.latency_cycles = 32, .bytes_per_cycle = bytes_per_cycle});
}

/// The paces of a command and a load beside it, in the middle of the command.
std::pair<double, double> paces(const spec::GeomCommand& geom, const est::CommandWork& load) {
  const std::vector<est::CommandWork> commands{work_of(geom), load};
  est::SramRace race(commands, kConfig);
  const auto cycles = static_cast<double>(commands[0].cycles);
  est::Runners runners;
  runners[est::index(est::Racer::kCompute)] = {.command = 0, .done = 100, .left = cycles - 100, .runs = true};
  runners[est::index(est::Racer::kLoad)] = {
      .command = 1, .done = 0, .left = static_cast<double>(load.cycles) - 34, .runs = true};
  const est::Paces found = race.run(100, runners);
  return {found.pace[est::index(est::Racer::kCompute)], found.pace[est::index(est::Racer::kLoad)]};
}

TEST(SramRace, ATransferBesideReadsOfBothBanksComesEveryThirdCycle) {
  spec::GeomCommand geom = conv(16, 16);
  geom.in_base = 1;
  const auto [compute, load] = paces(geom, load_of(region(0) + 65536, 4096, 16));
  EXPECT_NEAR(load, 1.0 / 3, 0.02);
  EXPECT_NEAR(compute, 2.0 / 3, 0.02);
}

TEST(SramRace, AnEvenTransferFindsTheBankThatReadsLeave) {
  const auto [compute, load] = paces(conv(16, 16), load_of(region(0) + 65536, 4096, 8));
  EXPECT_GT(load, 0.95);
  EXPECT_GT(compute, 0.99);
}

TEST(SramRace, OtherRegionsAreNobodysConcern) {
  spec::GeomCommand geom = conv(16, 16);
  geom.in_base = 1;
  geom.p_base = region(2) + 32768;
  EXPECT_EQ(paces(geom, load_of(region(3), 4096, 16)), std::pair(1.0, 1.0));
}

TEST(SramRace, WhatIsInterruptedGoesOnWhereItWas) {
  spec::GeomCommand geom = conv(16, 16);
  geom.in_base = 1;
  const std::vector<est::CommandWork> commands{work_of(geom), load_of(region(0) + 65536, 4096, 16)};
  est::SramRace race(commands, kConfig);
  est::Runners both, alone;
  both[0] = alone[0] = {.command = 0, .done = 100, .left = static_cast<double>(commands[0].cycles) - 100, .runs = true};
  both[1] = {.command = 1, .done = 0, .left = static_cast<double>(commands[1].cycles) - 34, .runs = true};
  const est::Paces first = race.run(100, both);
  EXPECT_EQ(race.run(150, both).until, first.until) << "nothing has changed";
  EXPECT_EQ(race.run(200, alone).pace[0], 1) << "the load is gone";
  both[0].done += 100 * first.pace[0];
  both[1].done += 100 * first.pace[1];
  both[1].left -= 100 * first.pace[1];
  EXPECT_NEAR(static_cast<double>(race.run(200, both).until), static_cast<double>(first.until), 4);
}

// Formulas and ports are derived from the same RTL, each for itself.
TEST(ComputePorts, AloneTakeWhatTheFormulasSay) {
  Random random(11);
  for (const spec::HardwareConfig& config : spec::kConfigurations) {
    for (int i = 0; i < 200; ++i) {
      spec::GeomCommand geom = conv(random.in(1U, 20U), random.in(1U, 10U), config);
      geom.kh = random.in(1U, 3U);
      geom.kx_n = random.in(1U, 3U);
      geom.chunks = random.in(2U, 6U);
      geom.oc_tiles = random.in(1U, 6U);
      geom.stripe = std::min(geom.out_w * geom.out_h, random.in(8U, 64U));
      const bool rows = random.one_in(3);
      if (rows) {
        geom.header.opcode = spec::Opcode::kDwrows;
        geom.chunks = geom.stripe = geom.stride_x = 1;
        geom.kx_n = random.in(1U, 9U);
        geom.pad_left = random.in(0U, geom.kx_n - 1);
        geom.in_w = geom.out_w + geom.kx_n - 1 - geom.pad_left;
        geom.in_tile_step = geom.out_tile_step = geom.row_pitch * geom.in_h;
      }
      // Tiles that share their input drain one after the other, rows are short: formulas follow that less closely.
      const double near = rows ? 0.06 : config.groups == 1 ? 0.02 : 0.25;
      const est::ComputeCost cost = rows ? est::dwrows_cost(geom, config) : est::conv_cost(geom, config);
      constexpr std::uint64_t kWhole = 8000;  // Those are followed to their end.
      if (cost.cycles > kWhole) continue;
      const auto followed = est::cycles_alone({.command = geom}, cost.fetches, config);
      ASSERT_TRUE(followed.has_value());
      EXPECT_NEAR(*followed, static_cast<double>(cost.cycles), std::max(8.0, near * *followed))
          << config.rows << "x" << config.groups << " out " << geom.out_w << "x" << geom.out_h << " kernel " << geom.kh
          << "x" << geom.kx_n << " chunks " << geom.chunks << " tiles " << geom.oc_tiles << " stripe " << geom.stripe;
    }
  }
}

TEST(TransferPorts, BeatsOfOthersTakeTurnsWhereWordsAreWide) {
  est::TransferShape shape;
  shape.unpack = true;
  shape.words = 200;
  shape.bytes = shape.memory_row = 3300;
  shape.beat = 2;
  for (int i = 0; i < 200; ++i) shape.widths.push_back(i % 2 == 0 ? 17 : 16);
  const auto cycles = [&](std::uint64_t others) {
    est::TransferPorts ports({.shape = &shape}, kConfig);
    if (others != 0) ports.disturb(others, 100, 2, false);
    while (!ports.done()) {
      static_cast<void>(ports.asks());
      ports.step(true);
    }
    return ports.cycle();
  };
  EXPECT_NEAR(static_cast<double>(cycles(0)), 3300.0 / 16 * 2, 4);
  EXPECT_NEAR(static_cast<double>(cycles(16) - cycles(0)), 16, 3);
}

}  // namespace
}  // namespace auklet::test
