// What a stream lets the hardware do, counted by hand for single commands. tests/cli/bench_test.cpp compares whole
// networks with the counters of the simulated hardware.
#include <gtest/gtest.h>

#include <auklet/sim/operation_counts.hpp>

#include "common/job.hpp"

namespace auklet::test {
namespace {

using sim::OperationCounts;

constexpr spec::HardwareConfig kConfig = spec::kDefaultConfiguration;

template <typename Command>
OperationCounts count(const Command& command, const spec::HardwareConfig& config = kConfig) {
  StreamBuilder builder;
  builder.add(command);
  builder.end();
  return sim::count_operations(builder.finish(config), config)[command.header.layer];
}

// A 1x1 convolution of 64 channels to 32 on 16 x 16 pixels.
spec::GeomCommand conv() {
  spec::GeomCommand c{.header = {.opcode = spec::Opcode::kConv, .layer = 5}};
  c.row_pitch = c.row_bytes = c.out_row_pitch = 16 * 64;
  c.kh = c.kx_n = c.stride_y = c.dil_y = 1;
  c.in_h = c.out_w = c.out_h = 16;
  c.x_step = c.kx_stride = 64;
  c.out_x_pitch = 16;
  c.chunks = 4;
  c.oc_tiles = 2;
  c.stripe = 64;
  c.out_base = 32768;
  c.w_base = 65536;
  c.p_base = 98304;
  return c;
}

TEST(OperationCounts, OfAConvolution) {
  const OperationCounts counts = count(conv());
  const std::uint64_t results = 256 * 2;  // Positions, tiles.
  EXPECT_EQ(counts.accumulator_accesses, 2 * 4 * results);
  EXPECT_EQ(counts.requantised, 16 * results);
  EXPECT_EQ(counts.sram_writes, results);
  const std::uint64_t activations = 4 * results;           // A word a step.
  const std::uint64_t weights = 4 * 4 * 2 * 16;            // Stripes, steps, tiles, words of a block.
  const std::uint64_t parameters = std::uint64_t{2} * 10;  // Tiles, words of a block.
  EXPECT_EQ(counts.sram_reads, activations + weights + parameters);
  EXPECT_EQ(counts.rescaled + counts.vector_bytes, 0U);
}

TEST(OperationCounts, ActivationsWithinWordsTakeTwo) {
  spec::GeomCommand odd = conv();
  odd.in_base = 8;
  EXPECT_EQ(count(odd).sram_reads - count(conv()).sram_reads, 4U * 256 * 2);
}

TEST(OperationCounts, GroupsShareActivationsButNotResults) {
  const spec::HardwareConfig large = spec::kConfigurations[2];
  ASSERT_EQ(large.groups, 4U);
  const OperationCounts one = count(conv());
  const OperationCounts four = count(conv(), large);
  EXPECT_EQ(four.sram_writes, one.sram_writes);
  EXPECT_EQ(four.accumulator_accesses, one.accumulator_accesses);
  EXPECT_LT(four.sram_reads, one.sram_reads);
}

TEST(OperationCounts, OfASum) {
  spec::EltwiseCommand add{.header = {.opcode = spec::Opcode::kAdd, .layer = 5}};
  add.b_base = 32768;
  add.out_base = 65536;
  add.n0 = 10;
  add.n1 = 3;
  add.a_step0 = add.b_step0 = 16;
  add.a_step1 = add.b_step1 = add.out_step1 = 160;
  const OperationCounts counts = count(add);
  EXPECT_EQ(
      counts,
      (OperationCounts{.requantised = 480, .rescaled = 960, .vector_bytes = 480, .sram_reads = 60, .sram_writes = 30}));
  add.header.opcode = spec::Opcode::kMax;
  EXPECT_EQ(count(add).requantised + count(add).rescaled, 0U);
}

TEST(OperationCounts, OfTransfers) {
  spec::DmaCommand load{.header = {.opcode = spec::Opcode::kLoad, .layer = 5}};
  load.window = 3;
  load.ax_len = 100;
  load.ax_rows = 2;
  load.sp_len = 40;  // Five rows of three words.
  load.sp_stride = 48;
  const OperationCounts counts = count(load);
  EXPECT_EQ(counts.window_bytes[3], 200U);
  EXPECT_EQ(counts.sram_writes, 15U);
  EXPECT_EQ(counts.sram_reads, 0U);
  load.header.opcode = spec::Opcode::kStore;
  EXPECT_EQ(count(load).sram_reads, 15U);
  EXPECT_EQ(count(load).sram_writes, 0U);
}

TEST(OperationCounts, AreKeptByLayer) {
  StreamBuilder builder;
  spec::GeomCommand other = conv();
  other.header.layer = spec::kLogEntries + 7;
  builder.add(conv());
  builder.add(conv());
  builder.add(other);
  builder.end();
  const auto layers = sim::count_operations(builder.finish(kConfig), kConfig);
  ASSERT_EQ(layers.size(), spec::kLogEntries);
  EXPECT_EQ(layers[5].sram_writes, 2U * 512);
  EXPECT_EQ(layers[7].sram_writes, 512U);
  EXPECT_EQ(layers[6], OperationCounts{});
}

}  // namespace
}  // namespace auklet::test
