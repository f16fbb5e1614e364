// The layer log on streams that are made to wait for one thing, on the RTL and, where it estimates that, on the
// functional model: the wait shows as its cause, in the layer that waits.
#include <algorithm>
#include <auklet/sim/verilated_npu.hpp>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include <gtest/gtest.h>

#include "../common/job.hpp"
#include "../common/verilated_configuration.hpp"
#include "layer_log.hpp"
#include "raw_model.hpp"

namespace auklet::test {
namespace {

using spec::Cause;

constexpr std::uint64_t kStreamBase = 0x10'0000'0000;
constexpr std::uint64_t kDataBase = 0x20'0000'0000;
constexpr std::uint32_t kDataBytes = 64 * 1024;
constexpr std::uint32_t kBytesPerCycle = 8;
constexpr std::uint32_t kMuch = 32 * 1024;  // Bytes of a transfer that takes long.
constexpr std::uint32_t kMuchCycles = kMuch / kBytesPerCycle;
constexpr std::uint32_t kRegion = 128 * 1024;  // Bytes of an SRAM region.

spec::DmaCommand dma(spec::Opcode opcode, std::uint32_t layer, std::uint32_t bytes) {
  return {.header = {.opcode = opcode, .layer = layer}, .ax_len = bytes, .ax_rows = 1, .sp_len = bytes};
}
spec::DmaCommand load(std::uint32_t layer, std::uint32_t bytes) { return dma(spec::Opcode::kLoad, layer, bytes); }
spec::DmaCommand store(std::uint32_t layer, std::uint32_t bytes) { return dma(spec::Opcode::kStore, layer, bytes); }

// A 1x1 command on `side` x `side` pixels of 16 channels: input, output, weights and parameters in regions of their
// own.
spec::GeomCommand geometry(spec::Opcode opcode, std::uint32_t layer, std::uint32_t side) {
  spec::GeomCommand c{.header = {.opcode = opcode, .layer = layer}};
  c.row_pitch = c.row_bytes = c.out_row_pitch = 16 * side;
  c.kh = c.kx_n = c.stride_y = c.dil_y = c.chunks = c.oc_tiles = c.stride_x = 1;
  c.in_h = c.in_w = c.out_w = c.out_h = side;
  c.x_step = c.kx_stride = c.out_x_pitch = 16;
  c.stripe = opcode == spec::Opcode::kConv ? std::min<std::uint32_t>(side * side, spec::kStripeMax) : 1;
  c.in_tile_step = 0;
  c.out_tile_step = 16 * side * side;
  c.out_base = kRegion;
  c.w_base = 2 * kRegion;
  c.p_base = 3 * kRegion;
  c.act_min = -128;
  c.act_max = 127;
  return c;
}

spec::EltwiseCommand add(std::uint32_t layer, std::uint32_t words) {
  return {.header = {.opcode = spec::Opcode::kAdd, .layer = layer},
          .b_base = 1024,
          .out_base = kRegion,
          .n0 = words,
          .n1 = 1,
          .act_min = -128,
          .act_max = 127,
          .a_mult = 1 << 30,
          .b_mult = 1 << 30,
          .out_mult = 1 << 30,
          .a_step0 = 16,
          .b_step0 = 16};
}

class LayerLog : public testing::TestWithParam<sim::VerilatedConfiguration> {
 protected:
  // What a job left in the log.
  struct Run {
    std::vector<LayerCauses> entries;
    std::uint64_t cycles = 0;
  };

  LayerLog() {
    for (const spec::HardwareConfig& known : spec::kConfigurations) {
      if (known.name == GetParam().name) config_ = known;
    }
    config_.axi_data_bits = GetParam().axi_data_bits;
  }

  std::unique_ptr<sim::Target> rtl() {
    sim::VerilatedOptions options;
    options.configuration = GetParam().name;
    options.axi_data_bits = GetParam().axi_data_bits;
    return sim::make_verilated_npu(options);
  }
  std::unique_ptr<sim::Target> model() { return make_model(config_, 1); }

  // Runs the stream with counters on. `fetch` is the timing of the memory that holds it.
  Run run(sim::Target& target, StreamBuilder builder, sim::MemoryTiming fetch = {.latency_cycles = 32}) {
    builder.end();
    std::vector<std::uint32_t> stream = builder.finish(config_);
    return run_words(target, stream, fetch);
  }
  Run run_words(sim::Target& target, std::vector<std::uint32_t>& stream, sim::MemoryTiming fetch = {}) {
    stream.resize((stream.size() + 3) / 4 * 4);
    target.map(kStreamBase, std::as_writable_bytes(std::span(stream)), fetch);
    target.map(kDataBase, std::as_writable_bytes(std::span(data_)),
               {.latency_cycles = 32, .bytes_per_cycle = kBytesPerCycle});
    set_window(target, 0, kDataBase, kDataBytes);
    EXPECT_TRUE(wait_until_idle(target));
    control_counters(target, true, true);
    EXPECT_TRUE(run_job(target, kStreamBase, static_cast<std::uint32_t>(stream.size() * 4)).interrupted);
    Run result{read_all_causes(target), read_cycles(target)};
    EXPECT_EQ(sum_of(result.entries).total(), result.cycles);
    target.unmap(kStreamBase);
    target.unmap(kDataBase);
    return result;
  }

  spec::HardwareConfig config_ = spec::kDefaultConfiguration;
  std::vector<std::uint8_t> data_ = std::vector<std::uint8_t>(kDataBytes);
};

TEST_P(LayerLog, WaitingForALoadIsTheWaitingLayers) {
  StreamBuilder builder;
  builder.add(load(3, kMuch));
  spec::GeomCommand conv = geometry(spec::Opcode::kConv, 5, 4);
  conv.header.wait_load = 1;
  builder.add(conv);
  for (const auto& target : {rtl(), model()}) {
    const Run result = run(*target, builder);
    EXPECT_GE(result.entries[5][Cause::kLoad], kMuchCycles - 100);
    EXPECT_LE(result.entries[5][Cause::kLoad], kMuchCycles + 100);
    EXPECT_EQ(result.entries[5][Cause::kStore], 0U);
    // Before the convolution's command was there, the load was the only one.
    EXPECT_GT(result.entries[3][Cause::kCommand], 0U);
    EXPECT_LT(result.entries[3].total(), 150U);
  }
}

// Many loads take little more than one of as many bytes: each is asked for while the one before it arrives.
TEST_P(LayerLog, LoadsFollowEachOther) {
  constexpr std::uint32_t kLoads = 32;
  constexpr std::uint64_t kBetween = 12;  // Cycles, the commands' words included; the memory's latency is 32.
  StreamBuilder whole;
  whole.add(load(1, kMuch));
  StreamBuilder parts;
  for (std::uint32_t i = 0; i < kLoads; ++i) {
    spec::DmaCommand part = load(1, kMuch / kLoads);
    part.offset = i * part.ax_len;
    part.sp_base = i * part.ax_len;
    parts.add(part);
  }
  const auto target = rtl();
  const std::uint64_t at_once = run(*target, whole).cycles;
  const std::uint64_t one_by_one = run(*target, parts).cycles;
  EXPECT_GE(at_once, kMuchCycles);
  EXPECT_LE(one_by_one, at_once + kLoads * kBetween);
}

// Of two loads under way, the wait is the older one's.
TEST_P(LayerLog, ALoadThatArrivesIsItsLayers) {
  StreamBuilder builder;
  builder.add(load(3, kMuch));
  builder.add(load(4, 16));
  const Run result = run(*rtl(), builder);
  EXPECT_GE(result.entries[3][Cause::kLoad], kMuchCycles - 100);
  EXPECT_LT(result.entries[4].total(), 50U);
}

TEST_P(LayerLog, WaitingForAStoreIsTheWaitingLayers) {
  StreamBuilder builder;
  builder.add(store(4, kMuch));
  spec::GeomCommand conv = geometry(spec::Opcode::kConv, 6, 4);
  conv.header.wait_store = 1;
  builder.add(conv);
  for (const auto& target : {rtl(), model()}) {
    const Run result = run(*target, builder);
    EXPECT_GE(result.entries[6][Cause::kStore], kMuchCycles - 100);
    EXPECT_EQ(result.entries[6][Cause::kLoad], 0U);
    EXPECT_LT(result.entries[4].total(), 150U);
  }
}

TEST_P(LayerLog, ALoadThatWaitsForAStorePassesThatOn) {
  StreamBuilder builder;
  builder.add(store(1, kMuch));
  spec::DmaCommand second = load(1, 16);
  second.header.wait_store = 1;
  builder.add(second);
  spec::GeomCommand conv = geometry(spec::Opcode::kConv, 2, 4);
  conv.header.wait_load = 1;
  builder.add(conv);
  for (const auto& target : {rtl(), model()}) {
    const Run result = run(*target, builder);
    EXPECT_GE(result.entries[2][Cause::kStore], kMuchCycles - 100);
    EXPECT_LT(result.entries[2][Cause::kLoad], 100U);
  }
}

TEST_P(LayerLog, TransfersAloneAreLoadsAndStores) {
  StreamBuilder builder;
  builder.add(load(1, kMuch));
  spec::DmaCommand back = store(2, kMuch);
  back.header.wait_load = 1;
  builder.add(back);
  for (const auto& target : {rtl(), model()}) {
    const Run result = run(*target, builder);
    // The store is held from the beginning, and its layer goes before the load's.
    EXPECT_GE(result.entries[2][Cause::kLoad], kMuchCycles - 100);
    EXPECT_GE(result.entries[2][Cause::kStore], kMuchCycles - 100);
    EXPECT_EQ(sum_of(result.entries)[Cause::kFill], 0U);
  }
}

TEST_P(LayerLog, ASlowStreamIsWaitedForAsCommands) {
  constexpr sim::MemoryTiming kSlow{.latency_cycles = 200, .bytes_per_cycle = 1};
  StreamBuilder builder;
  for (int i = 0; i < 20; ++i) builder.add(add(7, 1));
  const Run result = run(*rtl(), builder, kSlow);
  EXPECT_GT(result.entries[7][Cause::kCommand], 3 * result.cycles / 4);
  EXPECT_EQ(result.entries[7].total(), result.cycles);
}

TEST_P(LayerLog, ArrayIsWhatItMultiplies) {
  StreamBuilder builder;
  spec::GeomCommand conv = geometry(spec::Opcode::kConv, 1, 8);
  conv.kh = conv.kx_n = 3;
  conv.oc_tiles = 3;
  builder.add(conv);
  spec::GeomCommand depthwise = geometry(spec::Opcode::kDwconv, 2, 8);
  depthwise.oc_tiles = 2;
  depthwise.in_tile_step = 16;
  builder.add(depthwise);
  spec::GeomCommand rows = geometry(spec::Opcode::kDwrows, 3, 8);
  rows.kh = rows.kx_n = 3;
  rows.stripe = rows.out_w;
  builder.add(rows);
  const Run exact = run(*rtl(), builder), estimated = run(*model(), builder);
  for (const std::uint32_t layer : {1U, 2U, 3U}) {
    EXPECT_GT(exact.entries[layer][Cause::kArray], 0U);
    EXPECT_EQ(exact.entries[layer][Cause::kArray], estimated.entries[layer][Cause::kArray]);
    EXPECT_EQ(exact.entries[layer][Cause::kVector], 0U);
  }
  EXPECT_GT(exact.entries[3][Cause::kWindow], 0U);
}

TEST_P(LayerLog, OnePositionWaitsForItsWeights) {
  StreamBuilder builder;
  spec::GeomCommand conv = geometry(spec::Opcode::kConv, 1, 1);
  conv.chunks = 64;
  conv.row_bytes = 16 * 64;
  conv.oc_tiles = 4;
  builder.add(conv);
  const LayerCauses layer = run(*rtl(), builder).entries[1];
  // A block takes 8 cycles to load, and 16 / rows to use. Blocks of several groups are used at once.
  const std::uint64_t loads = std::uint64_t{8} * 64 * 4;
  EXPECT_GE(layer[Cause::kWeights], loads - layer[Cause::kArray] - 50);
  EXPECT_LE(layer[Cause::kWeights], loads - layer[Cause::kArray] + 50);
}

TEST_P(LayerLog, FourGroupsWaitForTheirRequantiser) {
  StreamBuilder builder;
  spec::GeomCommand conv = geometry(spec::Opcode::kConv, 1, 32);
  conv.oc_tiles = 4;
  builder.add(conv);
  const LayerCauses layer = run(*rtl(), builder).entries[1];
  if (config_.groups == 1) {
    EXPECT_LT(layer[Cause::kDrain], layer[Cause::kArray]);
  } else {
    EXPECT_GT(layer[Cause::kDrain], 2 * layer[Cause::kArray]);
  }
}

TEST_P(LayerLog, AWindowThatFillsIsNoStall) {
  StreamBuilder builder;
  spec::GeomCommand depthwise = geometry(spec::Opcode::kDwconv, 1, 16);
  depthwise.kh = depthwise.kx_n = 3;
  depthwise.stride_x = depthwise.stride_y = 2;
  depthwise.out_w = depthwise.out_h = 7;
  builder.add(depthwise);
  const LayerCauses layer = run(*rtl(), builder).entries[1];
  EXPECT_EQ(layer[Cause::kArray], 49U * (16 / config_.rows));
  EXPECT_EQ(layer[Cause::kWindow], 15U * 15 - 49) << "pixels up to the last output's, less those that complete one";
}

TEST_P(LayerLog, LostArbitrationIsABankConflict) {
  for (const spec::Opcode opcode : {spec::Opcode::kConv, spec::Opcode::kMaxpool}) {
    const Cause active = opcode == spec::Opcode::kConv ? Cause::kArray : Cause::kVector;
    const auto with_output_at = [&](std::uint32_t address) {
      StreamBuilder builder;
      spec::GeomCommand c = geometry(opcode, 1, 16);
      c.out_base = address;
      builder.add(c);
      return run(*rtl(), builder).entries[1];
    };
    // In the input's region, in step with it or a bank apart.
    const LayerCauses apart = with_output_at(kRegion), one = with_output_at(0x8000), other = with_output_at(0x8010);
    EXPECT_EQ(apart[Cause::kBank], 0U);
    EXPECT_GT(one[Cause::kBank] + other[Cause::kBank], 0U) << spec::command_info(opcode)->name;
    EXPECT_EQ(one[active], apart[active]) << "conflicts cost cycles of their own";
    EXPECT_EQ(other[active], apart[active]);
  }
}

TEST_P(LayerLog, GivingWayToALoadIsABankConflict) {
  // With two tiles a depthwise tile reads one bank of each pair: half of the load's words come into its way.
  std::uint64_t banks[2];
  for (const bool conflict : {false, true}) {
    StreamBuilder builder;
    spec::DmaCommand prefetch = load(2, kMuch / 2);
    prefetch.sp_base = conflict ? 0x8000 : 2 * kRegion + 0x8000;
    builder.add(prefetch);
    spec::GeomCommand depthwise = geometry(spec::Opcode::kDwconv, 1, 32);
    depthwise.row_pitch = depthwise.row_bytes = 32 * 32;
    depthwise.kx_stride = 32;
    depthwise.in_tile_step = 16;
    depthwise.oc_tiles = 2;
    builder.add(depthwise);
    banks[conflict ? 1 : 0] = run(*rtl(), builder).entries[1][Cause::kBank];
  }
  EXPECT_LE(banks[0], 3U);
  // A multiply of several cycles leaves the bank free meanwhile.
  if (config_.rows == 16) {
    EXPECT_GT(banks[1], 20U);
  }
}

TEST_P(LayerLog, TheVectorUnitIsItsOwnCause) {
  StreamBuilder builder;
  builder.add(add(9, 100));
  for (const auto& target : {rtl(), model()}) {
    const LayerCauses layer = run(*target, builder).entries[9];
    EXPECT_GE(layer[Cause::kVector], 100U);
    EXPECT_GT(layer[Cause::kFill], 0U);
    EXPECT_EQ(layer[Cause::kArray], 0U);
  }
}

TEST_P(LayerLog, AJobOfOneLayerIsAllThatLayers) {
  StreamBuilder builder;
  builder.add(load(spec::kLogEntries + 44, 100));
  builder.add(add(44, 3));
  for (const auto& target : {rtl(), model()}) {
    const Run result = run(*target, builder);
    EXPECT_EQ(result.entries[44].total(), result.cycles) << "from the first cycle to the last";
    EXPECT_EQ(read_log(*target, 44, spec::kCauses + 1), 0U) << "no such cause";
  }
}

TEST_P(LayerLog, AJobWithoutCommandsIsEntryZeros) {
  std::vector<std::uint32_t> stream(8, 0);
  for (const auto& target : {rtl(), model()}) {
    const Run result = run_words(*target, stream);
    EXPECT_GT(result.cycles, 0U);
    EXPECT_EQ(result.entries[0][Cause::kCommand], result.cycles);
  }
}

TEST_P(LayerLog, InterleavedLayersEachGetTheirOwn) {
  StreamBuilder builder;
  for (int i = 0; i < 30; ++i) builder.add(add(i % 2 == 0 ? 1 : 200, i % 2 == 0 ? 10 : 40));
  const Run result = run(*rtl(), builder);
  StreamBuilder alone;
  for (int i = 0; i < 15; ++i) alone.add(add(1, 10));
  const Run reference = run(*rtl(), alone);
  EXPECT_EQ(result.entries[1][Cause::kVector], reference.entries[1][Cause::kVector]);
  EXPECT_GT(result.entries[200][Cause::kVector], 2 * result.entries[1][Cause::kVector]);
}

TEST_P(LayerLog, LayersApartByItsSizeShareAnEntry) {
  StreamBuilder builder;
  for (std::uint32_t layer = 0; layer < spec::kLogEntries + 40; ++layer) builder.add(add(layer, 8));
  for (const auto& target : {rtl(), model()}) {
    const Run result = run(*target, builder);
    EXPECT_EQ(result.entries[10][Cause::kVector], 2 * result.entries[100][Cause::kVector]);
    EXPECT_GT(result.entries[100][Cause::kVector], 0U);
  }
}

TEST_P(LayerLog, TheNextJobForgetsTheLastOnesLayers) {
  StreamBuilder first, second;
  first.add(add(1, 50));
  first.add(add(2, 50));
  second.add(add(2, 20));
  for (const auto& target : {rtl(), model()}) {
    const Run before = run(*target, first);
    const std::uint32_t completed = read_log(*target, 1, 0);
    EXPECT_GT(completed, 0U);
    const Run after = run(*target, second);
    EXPECT_EQ(after.entries[1].total(), 0U);
    EXPECT_LT(after.entries[2][Cause::kVector], before.entries[2][Cause::kVector]);
    EXPECT_EQ(read_log(*target, 1, 0), completed) << "completion times stay";
  }
}

INSTANTIATE_TEST_SUITE_P(All, LayerLog, testing::ValuesIn(sim::verilated_configurations()), name_of_instance);

}  // namespace
}  // namespace auklet::test
