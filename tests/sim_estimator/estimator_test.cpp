// The estimator by itself: what must hold whatever a command computes. How near the RTL it comes is the business of
// cosim/estimated_commands_test.cpp and scripts/estimator_errors.py.
#include <gtest/gtest.h>

#include <algorithm>
#include <auklet/sim/estimator.hpp>
#include <auklet/sim/functional_model.hpp>
#include <cstdint>
#include <numeric>
#include <span>
#include <vector>

#include "command_work.hpp"
#include "common/job.hpp"
#include "common/random.hpp"
#include "geometry.hpp"
#include "sram_use.hpp"

namespace auklet::test {
namespace {

using sim::EstimatorMemory;
using sim::JobEstimate;
using sim::MemoryTiming;
using spec::Cause;
namespace est = sim::estimator;

constexpr spec::HardwareConfig kConfig = spec::kDefaultConfiguration;
constexpr std::uint32_t kRegion = kConfig.sram_bytes / spec::kSramRegions;
constexpr MemoryTiming kSram{.latency_cycles = 32, .bytes_per_cycle = 8};

EstimatorMemory memory(MemoryTiming timing = kSram) {
  EstimatorMemory all{.stream = kSram, .windows = {}, .contents = {}};
  all.windows.fill(timing);
  return all;
}

std::uint64_t cycles_of(const JobEstimate& job, std::uint32_t layer, Cause cause) {
  return job.layers[layer].causes[static_cast<std::size_t>(cause) - 1];
}

spec::GeomCommand conv(std::uint32_t layer) {
  spec::GeomCommand c{.header = {.opcode = spec::Opcode::kConv, .layer = layer}};
  c.row_pitch = c.row_bytes = c.out_row_pitch = 16 * 16;
  c.kh = c.kx_n = c.stride_y = c.dil_y = 1;
  c.in_h = c.out_w = c.out_h = 16;
  c.x_step = c.kx_stride = c.out_x_pitch = 16;
  c.chunks = 4;
  c.oc_tiles = 2;
  c.stripe = 64;
  c.out_base = kRegion;
  c.w_base = 2 * kRegion;
  c.p_base = 3 * kRegion;
  return c;
}

spec::DmaCommand load(std::uint32_t layer, std::uint32_t bytes) {
  return {.header = {.opcode = spec::Opcode::kLoad, .layer = layer}, .ax_len = bytes, .ax_rows = 1, .sp_len = bytes};
}

JobEstimate estimate(StreamBuilder builder, const EstimatorMemory& where = memory(),
                     const spec::HardwareConfig& config = kConfig) {
  builder.end();
  return sim::estimate_job(builder.finish(config), config, where);
}

std::uint64_t sum(const JobEstimate& job) {
  return std::accumulate(job.layers.begin(), job.layers.end(), std::uint64_t{0},
                         [](std::uint64_t all, const sim::LayerEstimate& layer) { return all + layer.total(); });
}

TEST(Estimator, LayersAddUpToTheJob) {
  StreamBuilder builder;
  builder.add(load(3, 4000));
  spec::GeomCommand first = conv(3);
  first.header.wait_load = 1;
  builder.add(first);
  builder.add(conv(300));  // Entry 44.
  const JobEstimate job = estimate(builder);
  ASSERT_EQ(job.layers.size(), spec::kLogEntries);
  EXPECT_EQ(sum(job), job.cycles);
  EXPECT_EQ(job.layers[3].total() + job.layers[44].total(), job.cycles);
  EXPECT_EQ(cycles_of(job, 3, Cause::kArray), 256U * 4 * 2);
  EXPECT_EQ(cycles_of(job, 44, Cause::kArray), 256U * 4 * 2);
  EXPECT_GE(cycles_of(job, 3, Cause::kLoad), 4000U / 8);
  EXPECT_EQ(cycles_of(job, 44, Cause::kLoad), 0U);
}

TEST(Estimator, ALoadBesideAComputationCostsNothing) {
  StreamBuilder alone, beside;
  alone.add(conv(1));
  spec::DmaCommand next = load(2, 8000);
  next.sp_base = 3 * kRegion;  // Nobody else's region.
  beside.add(conv(1));
  beside.add(next);
  EXPECT_LT(estimate(beside).cycles, estimate(alone).cycles + 60);
}

TEST(Estimator, ALoadIntoTheRegionThatIsReadCosts) {
  const auto cycles = [](std::uint32_t sp_base) {
    StreamBuilder builder;
    builder.add(conv(1));
    spec::DmaCommand next = load(2, 8000);
    next.sp_base = sp_base;
    builder.add(next);
    return estimate(builder);
  };
  const JobEstimate apart = cycles(3 * kRegion), together = cycles(2 * kRegion + 4096);
  EXPECT_EQ(sum(together), together.cycles);
  EXPECT_GE(together.cycles, apart.cycles);
}

TEST(Estimator, MemoryCounts) {
  StreamBuilder builder;
  builder.add(load(1, 8000));
  const std::uint64_t fast = estimate(builder).cycles;
  const std::uint64_t slow = estimate(builder, memory({.latency_cycles = 64, .bytes_per_cycle = 1})).cycles;
  EXPECT_NEAR(static_cast<double>(slow - fast), 8000.0 - 1000.0 + 32.0, 20.0);
}

TEST(Estimator, LoadsAskWhileTheOneBeforeArrives) {
  const auto cycles = [](std::uint32_t loads, std::uint32_t bytes) {
    StreamBuilder builder;
    for (std::uint32_t i = 0; i < loads; ++i) builder.add(load(1, bytes));
    return estimate(builder).cycles;
  };
  // Two places: of four loads, two pairs wait for memory.
  EXPECT_LE(cycles(2, 16), cycles(1, 16) + 10);
  EXPECT_GE(cycles(4, 16), cycles(1, 16) + kSram.latency_cycles);
  EXPECT_LE(cycles(4, 16), cycles(1, 16) + kSram.latency_cycles + 30);
  // Long ones leave memory no pause.
  EXPECT_NEAR(static_cast<double>(cycles(4, 1600) - cycles(1, 1600)), 3 * 1600.0 / 8, 20);
}

TEST(Estimator, NarrowWordsLeaveTheBusIdle) {
  constexpr std::uint32_t kWords = 256;
  spec::DmaCommand unpack = load(1, 0);
  unpack.header.opcode = spec::Opcode::kUnpack;
  unpack.sp_len = 16 * kWords;
  // First all the words without a byte of their own, then the wide ones.
  std::vector<std::byte> packed(kWords / 4, std::byte{0});
  for (std::uint32_t i = 0; i < kWords / 4; ++i) packed.resize(packed.size() + 33, std::byte{0x88});
  unpack.ax_len = static_cast<std::uint32_t>(packed.size());
  StreamBuilder builder;
  builder.add(unpack);
  EstimatorMemory known = memory();
  known.contents[0] = packed;
  const std::uint64_t even = estimate(builder).cycles, uneven = estimate(builder, known).cycles;
  EXPECT_GT(uneven, even + kWords / 4);
  EXPECT_LT(uneven, even + kWords);
}

TEST(Estimator, AStreamThatWaitsForWhatNeverComesEnds) {
  StreamBuilder builder;
  spec::GeomCommand stuck = conv(7);
  stuck.header.wait_store = 1;
  builder.add(stuck);
  const JobEstimate job = estimate(builder);
  EXPECT_GT(job.cycles, 0U);
  EXPECT_LT(job.cycles, 200U);
  EXPECT_EQ(sum(job), job.cycles);
}

TEST(Estimator, AStreamOfNothingIsFast) {
  EXPECT_LT(estimate({}).cycles, 60U);
  EXPECT_GT(estimate({}).cycles, 32U) << "its words have to come";
}

TEST(Estimator, AFullQueueHoldsTheDecoder) {
  StreamBuilder builder;
  for (std::uint32_t i = 0; i < spec::kQueueDepth + 3; ++i) builder.add(conv(1));
  builder.add(load(2, 16));
  builder.add(conv(1));
  const JobEstimate job = estimate(builder);
  EXPECT_EQ(sum(job), job.cycles);
  EXPECT_EQ(cycles_of(job, 1, Cause::kArray), (spec::kQueueDepth + 4) * 256U * 4 * 2);
}

// The functional model's time is the estimator's.
TEST(Estimator, TheFunctionalModelTakesAsLong) {
  constexpr std::uint64_t kStreamBase = 0x1000'0000;
  constexpr std::uint64_t kDataBase = 0x2000'0000;
  StreamBuilder builder;
  builder.add(load(3, 4000));
  spec::GeomCommand first = conv(3);
  first.header.wait_load = 1;
  builder.add(first);
  builder.add(conv(4));
  builder.end();
  std::vector<std::uint32_t> words = builder.finish(kConfig);
  std::vector<std::uint8_t> data(std::size_t{64} * 1024);
  sim::FunctionalModel model({.config = kConfig});
  model.map(kStreamBase, std::as_writable_bytes(std::span(words)), kSram);
  model.map(kDataBase, std::as_writable_bytes(std::span(data)), kSram);
  set_window(model, 0, kDataBase, 64 * 1024);
  ASSERT_TRUE(wait_until_idle(model));
  const JobOutcome outcome = run_job(model, kStreamBase, static_cast<std::uint32_t>(words.size() * 4));
  ASSERT_TRUE(outcome.done);
  EXPECT_EQ(outcome.cycles, sim::estimate_job(words, kConfig, memory()).cycles);
}

// Every field at random or at its limits: estimates stay sums of their causes, and come at once.
TEST(CommandWorks, HoldsForAnyFields) {
  Random random(5);
  for (const spec::HardwareConfig& config : spec::kConfigurations) {
    est::CommandWorks works(config);
    for (int i = 0; i < 3000; ++i) {
      const spec::CommandInfo& info = spec::kCommands[random.in<std::size_t>(1, spec::kCommands.size() - 1)];
      std::vector<std::uint32_t> words(info.words);
      spec::CommandHeaderFields::kOpcode.set(words, static_cast<std::int64_t>(info.opcode));
      const bool largest = random.one_in(10);
      for (const spec::CommandField& field : info.fields) {
        const std::int64_t high = largest || random.one_in(8) ? field.max : std::min<std::int64_t>(field.max, 40);
        const std::int64_t value = largest ? field.max : random.in<std::int64_t>(std::min(field.min, high), high);
        field.set(words, value / field.align * field.align);
      }
      // What the decoder checks beyond the fields' own limits, as far as a size could come out negative.
      if (info.format == spec::Format::kGeom) {
        auto geom = spec::decode_geom(std::span<const std::uint32_t, spec::GeomCommand::kWords>(words));
        geom.pad_left = std::min(geom.pad_left, geom.kx_n - 1);
        geom.pad_top = geom.header.opcode == spec::Opcode::kDwconv ? std::min(geom.pad_top, geom.kh - 1) : geom.pad_top;
        geom.stride_x = std::max(geom.stride_x, 1U);
        ASSERT_EQ(spec::encode(geom, std::span<std::uint32_t, spec::GeomCommand::kWords>(words)), nullptr);
      }
      if (info.opcode == spec::Opcode::kUnpack) {
        auto dma = spec::decode_dma(std::span<const std::uint32_t, spec::DmaCommand::kWords>(words));
        dma.ax_rows = 1;
        dma.sp_len = dma.sp_len / 16 * 16 + (dma.sp_len < 16 ? 16 : 0);
        ASSERT_EQ(spec::encode(dma, std::span<std::uint32_t, spec::DmaCommand::kWords>(words)), nullptr);
      }
      const est::CommandWork work = works.next(words, random.in(0, 4000), kSram);
      EXPECT_GT(work.cycles, 0U);
      EXPECT_LE(work.cycles, std::uint64_t{1} << 62);
      if (info.engine != spec::Engine::kCompute) continue;
      EXPECT_EQ(std::accumulate(work.causes.begin(), work.causes.end(), std::uint64_t{0}), work.cycles) << info.name;
    }
  }
}

TEST(CommandWorks, AnAverageDividesOnceForEqualCounts) {
  spec::GeomCommand pool = conv(1);
  pool.header.opcode = spec::Opcode::kAvgpool;
  pool.kh = pool.kx_n = 2;
  pool.chunks = pool.oc_tiles = pool.stripe = 1;
  pool.out_w = pool.out_h = 4;
  std::array<std::uint32_t, spec::GeomCommand::kWords> words{};
  ASSERT_EQ(spec::encode(pool, words), nullptr);
  est::CommandWorks works(kConfig);
  const std::uint64_t first = works.next(words, 0, kSram).cycles, second = works.next(words, 0, kSram).cycles;
  EXPECT_EQ(first, second + 30) << "a cycle to see it, and 29 bits";
}

TEST(SramUse, BytesAreSpreadOverRegions) {
  const est::PerRegion shares = est::spread(kRegion / 2, kRegion, kConfig.sram_bytes);
  EXPECT_DOUBLE_EQ(shares[0], 0.5);
  EXPECT_DOUBLE_EQ(shares[1], 0.5);
  EXPECT_DOUBLE_EQ(est::spread(4 * kRegion - 1, 2, kConfig.sram_bytes)[0], 0.5) << "addresses wrap";
  EXPECT_DOUBLE_EQ(est::meeting(shares, est::spread(0, kRegion, kConfig.sram_bytes)), 0.5);
}

TEST(Submission, CountsWindows) {
  EXPECT_EQ(sim::submission_cycles(4, 4) - sim::submission_cycles(3, 4), 15U);
  EXPECT_EQ(sim::submission_cycles(3, 5) - sim::submission_cycles(3, 4), 3U);
}

}  // namespace
}  // namespace auklet::test
