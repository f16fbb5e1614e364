// Single commands of random shapes on the RTL and in the estimator: what each takes when nothing else runs.
#include <gtest/gtest.h>

#include <algorithm>
#include <auklet/sim/estimator.hpp>
#include <auklet/sim/verilated_npu.hpp>
#include <cmath>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "../common/job.hpp"
#include "../common/random.hpp"
#include "../common/verilated_configuration.hpp"
#include "layer_log.hpp"

namespace auklet::test {
namespace {

constexpr std::uint64_t kStreamBase = 0x10'0000'0000;
constexpr std::uint64_t kDataBase = 0x20'0000'0000;
constexpr std::uint32_t kDataBytes = 128 * 1024;
constexpr std::uint32_t kRegion = 128 * 1024;  // Bytes of an SRAM region.
constexpr std::uint32_t kLayer = 1;
constexpr sim::MemoryTiming kMemory{.latency_cycles = 32, .bytes_per_cycle = 8};

// Input, results and weights in regions of their own, and parameters beside the weights, as the compiler places them.
spec::GeomCommand geometry(Random& random, spec::Opcode opcode) {
  spec::GeomCommand c{.header = {.opcode = opcode, .layer = kLayer}};
  const bool pool = opcode == spec::Opcode::kMaxpool || opcode == spec::Opcode::kAvgpool;
  const bool conv = opcode == spec::Opcode::kConv;
  const auto most = [&](std::uint32_t dwconv, std::uint32_t other) {
    return opcode == spec::Opcode::kDwconv ? dwconv : other;
  };
  c.kh = random.in(1, most(3, 5));
  c.kx_n = random.in(1, most(5, 5));
  c.stride_y = c.stride_x = random.in(1, 2);
  c.dil_y = 1;
  c.out_w = random.in(1, opcode == spec::Opcode::kDwrows ? 40 : 24);
  c.out_h = random.in(1, 12);
  c.pad_top = opcode == spec::Opcode::kConv || pool ? 0 : random.in(0, c.kh - 1);
  c.pad_left = conv || pool ? 0 : random.in(0, c.kx_n - 1);
  c.in_h = (c.out_h - 1) * c.stride_y + c.kh - c.pad_top;
  c.in_w = (c.out_w - 1) * c.stride_x + c.kx_n - c.pad_left;
  c.oc_tiles = random.in(1, 6);
  c.chunks = conv ? random.in(1, 6) : 1;
  const std::uint32_t pixel = 16 * (conv ? c.chunks : c.oc_tiles);
  c.x_step = pixel * c.stride_x;
  c.kx_stride = pixel;
  c.row_pitch = c.row_bytes = c.in_w * pixel;
  c.r0 = 0;
  c.in_tile_step = conv ? 0 : 16;
  c.stripe = conv ? random.in(1, spec::kStripeMax) : opcode == spec::Opcode::kDwrows ? c.out_w : 1;
  c.out_x_pitch = 16 * c.oc_tiles;
  c.out_row_pitch = c.out_x_pitch * c.out_w;
  c.out_tile_step = 16;
  c.out_base = kRegion;
  c.w_base = 2 * kRegion;
  c.p_base = 2 * kRegion + kRegion / 2;
  c.act_min = -128;
  c.act_max = 127;
  return c;
}

spec::EltwiseCommand eltwise(Random& random, spec::Opcode opcode) {
  return {.header = {.opcode = opcode, .layer = kLayer},
          .b_base = kRegion + (random.one_in(3) ? 1U : 0U),
          .out_base = 2 * kRegion,
          .n0 = random.in(1, 60),
          .n1 = random.in(1, 12),
          .a_step1 = 1024,
          .act_min = -128,
          .b_step1 = 1024,
          .act_max = 127,
          .out_step1 = 1024,
          .a_mult = 1 << 30,
          .b_mult = 1 << 30,
          .out_mult = 1 << 30,
          .a_step0 = 16,
          .b_step0 = 16};
}

spec::SoftmaxCommand softmax(Random& random) {
  return {.header = {.opcode = spec::Opcode::kSoftmax, .layer = kLayer},
          .a_base = 0,
          .table_base = kRegion,
          .out_base = 2 * kRegion,
          .n = random.in(1, 100),
          .rows = random.in(1, 12),
          .a_step = 112,
          .out_step = 112};
}

spec::DmaCommand dma(Random& random, spec::Opcode opcode) {
  spec::DmaCommand c{.header = {.opcode = opcode, .layer = kLayer}};
  c.offset = random.in(0, 500);
  c.ax_len = random.one_in(2) ? random.in(1, 64) : random.in(1, 2000);
  c.ax_rows = random.in(1, 40);
  c.ax_stride = c.ax_len + random.in(0, 32);
  c.sp_len = random.one_in(2) ? c.ax_len : random.in(1, 300);
  c.sp_stride = (c.sp_len + 15) / 16 * 16;
  return c;
}

spec::GatherCommand gather(Random& random) {
  spec::GatherCommand c{.header = {.opcode = spec::Opcode::kGather, .layer = kLayer}};
  c.ax_len = c.ax_stride = 16 * random.in(1, 20);
  c.ax_rows = c.n = random.in(1, 40);
  c.sp_base = kRegion;
  c.sp_stride = c.ax_len;
  return c;  // The SRAM is clear: every index is 0.
}

class EstimatedCommands : public testing::TestWithParam<sim::VerilatedConfiguration> {
 protected:
  EstimatedCommands() {
    for (const spec::HardwareConfig& known : spec::kConfigurations) {
      if (known.name == GetParam().name) config_ = known;
    }
    config_.axi_data_bits = GetParam().axi_data_bits;
    sim::VerilatedOptions options;
    options.configuration = GetParam().name;
    options.axi_data_bits = GetParam().axi_data_bits;
    npu_ = sim::make_verilated_npu(options);
    npu_->map(kStreamBase, std::as_writable_bytes(std::span(stream_)), kMemory);
    npu_->map(kDataBase, std::as_writable_bytes(std::span(data_)), kMemory);
    set_window(*npu_, 0, kDataBase, kDataBytes);
    EXPECT_TRUE(wait_until_idle(*npu_));
  }

  // Runs one command `times` times over; each may be off by `slack` cycles and `share` of what the RTL takes, and all
  // together by `mean` of it.
  template <typename Make>
  void compare(Make make, std::uint64_t slack, double share, double mean) {
    constexpr int kTimes = 60;
    double errors = 0;
    for (int i = 0; i < kTimes; ++i) {
      Random random(static_cast<std::uint64_t>(i));
      StreamBuilder builder;
      builder.add(make(random));
      builder.end();
      const std::vector<std::uint32_t> words = builder.finish(config_);
      std::ranges::copy(words, stream_.begin());
      control_counters(*npu_, true, true);
      ASSERT_TRUE(run_job(*npu_, kStreamBase, static_cast<std::uint32_t>(words.size() * 4)).done);
      const std::uint64_t exact = read_cycles(*npu_);
      sim::EstimatorMemory memory{.stream = kMemory, .windows = {}, .contents = {}};
      memory.windows.fill(kMemory);
      const sim::JobEstimate job = sim::estimate_job(words, config_, memory);
      const auto off = static_cast<double>(job.cycles) - static_cast<double>(exact);
      EXPECT_LE(std::abs(off), static_cast<double>(slack) + share * static_cast<double>(exact))
          << "seed " << i << ": " << job.cycles << " cycles estimated, " << exact << " measured";
      EXPECT_EQ(job.layers[kLayer].total(), job.cycles);
      errors += std::abs(off) / static_cast<double>(exact);
    }
    EXPECT_LE(errors / kTimes, mean);
  }

  spec::HardwareConfig config_ = spec::kDefaultConfiguration;
  std::vector<std::uint32_t> stream_ = std::vector<std::uint32_t>(64);
  std::vector<std::uint8_t> data_ = std::vector<std::uint8_t>(kDataBytes);
  std::unique_ptr<sim::Target> npu_;
};

TEST_P(EstimatedCommands, Conv) {
  compare([](Random& random) { return geometry(random, spec::Opcode::kConv); }, 8, 0.02, 0.01);
}
TEST_P(EstimatedCommands, Dwconv) {
  compare([](Random& random) { return geometry(random, spec::Opcode::kDwconv); }, 8, 0.02, 0.01);
}
TEST_P(EstimatedCommands, Dwrows) {
  compare([](Random& random) { return geometry(random, spec::Opcode::kDwrows); }, 8, 0.05, 0.01);
}
TEST_P(EstimatedCommands, Pools) {
  compare(
      [](Random& random) { return geometry(random, random.pick({spec::Opcode::kMaxpool, spec::Opcode::kAvgpool})); }, 8,
      0.02, 0.01);
}
TEST_P(EstimatedCommands, Elementwise) {
  compare(
      [](Random& random) {
        return eltwise(random, random.pick({spec::Opcode::kAdd, spec::Opcode::kMul, spec::Opcode::kSqdiff,
                                            spec::Opcode::kMin, spec::Opcode::kMax, spec::Opcode::kTable}));
      },
      8, 0.02, 0.01);
}
TEST_P(EstimatedCommands, Softmax) { compare(softmax, 8, 0.02, 0.01); }
TEST_P(EstimatedCommands, Loads) {
  // Beats of 8 bytes that begin anywhere in a word are estimated roughly.
  const bool narrow = config_.axi_data_bits == 64;
  compare([](Random& random) { return dma(random, spec::Opcode::kLoad); }, 8, narrow ? 0.2 : 0.02,
          narrow ? 0.08 : 0.01);
}
TEST_P(EstimatedCommands, Stores) {
  compare([](Random& random) { return dma(random, spec::Opcode::kStore); }, 8, 0.02, 0.01);
}
TEST_P(EstimatedCommands, Gathers) { compare(gather, 8, 0.02, 0.01); }

INSTANTIATE_TEST_SUITE_P(All, EstimatedCommands, testing::ValuesIn(sim::verilated_configurations()), name_of_instance);

}  // namespace
}  // namespace auklet::test
