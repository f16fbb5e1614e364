// Directed raw commands on the RTL and on the functional model, for every verilated configuration.
#pragma once

#include <array>
#include <auklet/sim/verilated_npu.hpp>
#include <cstdint>

#include <gtest/gtest.h>

#include "raw_bench.hpp"

namespace auklet::test {

/// Loads noise and tables, makes commands that work on them, and runs them on both sides.
class RawFixture : public testing::TestWithParam<sim::VerilatedConfiguration> {
 protected:
  // SRAM addresses: parameter blocks and depthwise weights, and where outputs begin.
  static constexpr std::uint32_t kParameters = 0x8000;
  static constexpr std::uint32_t kOutput = 0x20000;

  RawFixture() : bench_(GetParam(), kSeed) {
    EXPECT_TRUE(wait_until_idle(*bench_.rtl().target));
    EXPECT_TRUE(wait_until_idle(*bench_.model().target));
    windows_[0] = {RawMemory::kDataBase, RawMemory::kDataBytes, true, false};
    windows_[RawMemory::kDumpWindow] = {RawMemory::kDumpBase, spec::kDefaultConfiguration.sram_bytes, false, true};
  }

  // Noise from address 0 on, parameter blocks at kParameters.
  static void load_all(StreamBuilder& builder) {
    constexpr std::uint32_t kNoise = 0x8000;
    builder.add(spec::DmaCommand{.header = {.opcode = spec::Opcode::kLoad},
                                 .offset = RawMemory::kTableBytes,
                                 .ax_len = kNoise,
                                 .ax_rows = 1,
                                 .sp_base = 0,
                                 .sp_len = kNoise});
    builder.add(spec::DmaCommand{.header = {.opcode = spec::Opcode::kLoad},
                                 .offset = 0,
                                 .ax_len = RawMemory::kTableBytes,
                                 .ax_rows = 1,
                                 .sp_base = kParameters,
                                 .sp_len = RawMemory::kTableBytes});
  }

  // A command of one output that works on noise; it waits for load_all().
  static spec::GeomCommand geometry(spec::Opcode opcode) {
    spec::GeomCommand c{.header = {.opcode = opcode, .wait_load = 2}};
    c.row_pitch = c.row_bytes = 64;
    c.kh = c.kx_n = c.in_h = c.stride_y = c.dil_y = c.chunks = c.out_w = c.out_h = c.oc_tiles = c.stripe = 1;
    c.kx_stride = c.in_tile_step = 16;
    c.stride_x = c.in_w = 1;
    c.out_base = kOutput;
    c.act_min = -128;
    c.act_max = 127;
    c.w_base = opcode == spec::Opcode::kDwconv ? kParameters + RawMemory::kParamBytes : 0x1000;
    c.p_base = kParameters;
    return c;
  }

  [[nodiscard]] RawStream finish(const StreamBuilder& builder) const {
    RawStream stream;
    stream.words = builder.finish(bench_.config());
    stream.windows = windows_;
    return stream;
  }

  [[nodiscard]] std::array<RawSide*, 2> sides() { return {&bench_.rtl(), &bench_.model()}; }

  void run_on_both(const RawStream& stream) {
    const auto size = static_cast<std::uint32_t>(stream.words.size() * 4);
    EXPECT_TRUE(RawBench::run(bench_.model(), stream, size, 1).job.done);
    EXPECT_TRUE(RawBench::run(bench_.rtl(), stream, size, 1).job.done);
  }

  void expect_equal_sram() {
    ASSERT_TRUE(bench_.dump_sram());
    EXPECT_TRUE(bench_.rtl().dump == bench_.model().dump);
    EXPECT_EQ(bench_.npu().protocol_violations(), 0U);
  }

  // Cycles of the RTL between the completions of two layers of the last job.
  [[nodiscard]] std::uint32_t cycles_between_layers(std::uint32_t first, std::uint32_t second) const {
    const auto completed = [this](std::uint32_t layer) {
      bench_.npu().write32(spec::reg::PmuLogIndex::kOffset, layer);
      return bench_.npu().read32(spec::reg::PmuLogData::kOffset);
    };
    const std::uint32_t begin = completed(first);
    return completed(second) - begin;
  }

  static constexpr std::uint64_t kSeed = 3;
  RawBench bench_;
  std::array<RawWindow, spec::kWindowCount> windows_{};
};

}  // namespace auklet::test
