// Rare meetings inside of the RTL, each brought about on purpose: limits of bursts, all queues full, resets and aborts
// at every cycle, errors while the port drains, two causes at once. What is asked of all is that the device goes on as
// if nothing had been.
#include <auklet/sim/verilated_npu.hpp>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include <gtest/gtest.h>

#include <auklet/spec/spec.hpp>

#include "../common/job.hpp"
#include "../common/verilated_configuration.hpp"

namespace auklet::test {
namespace {

namespace reg = spec::reg;
using spec::Opcode;

constexpr std::uint64_t kStreamBase = 0x1000'0000;
constexpr std::uint64_t kDataBase = 0x2000'0000;
constexpr std::uint32_t kDataBytes = 0x4000;
constexpr std::uint32_t kHalf = kDataBytes / 2;

class CornerCases : public testing::TestWithParam<sim::VerilatedConfiguration> {
 protected:
  CornerCases() {
    sim::VerilatedOptions options;
    options.configuration = GetParam().name;
    options.axi_data_bits = GetParam().axi_data_bits;
    npu_ = sim::make_verilated_npu(options);
    EXPECT_TRUE(wait_until_idle(*npu_));
    for (std::uint32_t i = 0; i < kHalf; ++i) data_[i] = static_cast<std::byte>(i * 7 + i / 256);
  }
  ~CornerCases() override {
    EXPECT_EQ(npu_->protocol_violations(), 0U) << testing::PrintToString(npu_->protocol_report());
  }

  /// Memory from here on; windows 0 (read) and 1 (write) on it.
  void map(sim::MemoryTiming timing) {
    npu_->unmap(kDataBase);
    npu_->map(kDataBase, data_, timing);
    timing_ = timing;
  }
  void open_windows() {
    set_window(*npu_, 0, kDataBase, kDataBytes, true, false);
    set_window(*npu_, 1, kDataBase, kDataBytes, false, true);
    set_window(*npu_, 2, kDataBase + 0x1000'0000, kDataBytes);  // Nothing answers there.
  }

  static spec::DmaCommand transfer(Opcode opcode, std::uint32_t offset, std::uint32_t bytes,
                                   spec::CommandHeader waits) {
    waits.opcode = opcode;
    return {.header = waits,
            .offset = offset,
            .ax_len = bytes,
            .window = opcode == Opcode::kStore ? 1U : 0U,
            .ax_rows = 1,
            .sp_len = bytes};
  }
  static spec::EltwiseCommand maximum(std::uint32_t words, spec::CommandHeader waits = {}) {
    waits.opcode = Opcode::kMax;
    spec::EltwiseCommand command{.header = waits, .out_base = 0x20000, .n0 = words, .n1 = 1};
    command.act_min = -128;
    command.act_max = 127;
    return command;
  }

  std::uint32_t place(const StreamBuilder& builder) {
    spec::HardwareConfig config = spec::kDefaultConfiguration;
    config.macs = GetParam().macs;
    config.sram_bytes = GetParam().sram_kib * 1024;
    npu_->unmap(kStreamBase);
    stream_ = builder.finish(config);
    npu_->map(kStreamBase, std::as_writable_bytes(std::span(stream_)), timing_);
    return static_cast<std::uint32_t>(stream_.size() * 4);
  }
  JobOutcome run(const StreamBuilder& builder) {
    const std::uint32_t size = place(builder);
    open_windows();
    return run_job(*npu_, kStreamBase, size, 1, 1'000'000);
  }
  /// Copies the first half of the memory to the second through the SRAM.
  StreamBuilder copy() const {
    StreamBuilder builder;
    builder.add(transfer(Opcode::kLoad, 0, kHalf, {}));
    builder.add(transfer(Opcode::kStore, kHalf, kHalf, {.wait_load = 1}));
    builder.end();
    return builder;
  }
  std::uint64_t expect_copy() {
    std::fill(data_.begin() + kHalf, data_.end(), std::byte{0});
    const JobOutcome outcome = run(copy());
    EXPECT_TRUE(outcome.done);
    EXPECT_TRUE(std::equal(data_.begin(), data_.begin() + kHalf, data_.begin() + kHalf));
    return outcome.cycles;
  }
  void soft_reset() { npu_->write32(reg::Control::kOffset, reg::Control::kSoftReset.mask()); }
  void expect_idle() {
    for (int i = 0; i < 1000 && state_of(*npu_) == spec::State::kDraining; ++i) npu_->step(16);
    EXPECT_TRUE(wait_until_idle(*npu_));
    EXPECT_EQ(npu_->read32(reg::IrqRaw::kOffset), 0U);
  }

  /// Resets the device `after` cycles into the job, for every `step`-th up to its end, and lets it copy now and then.
  void reset_at_every(std::uint32_t step, const StreamBuilder& builder) {
    const std::uint64_t length = run(builder).cycles;
    ASSERT_LT(length, 10'000U);
    for (std::uint64_t after = 0; after < length; after += step) {
      const std::uint32_t size = place(builder);
      open_windows();
      start_job(*npu_, kStreamBase, size);
      npu_->step(after);
      soft_reset();
      expect_idle();
      if (testing::Test::HasFailure()) return;
    }
    expect_copy();
  }

  std::unique_ptr<sim::VerilatedNpu> npu_;
  std::vector<std::byte> data_ = std::vector<std::byte>(kDataBytes);
  std::vector<std::uint32_t> stream_;
  sim::MemoryTiming timing_;
};

// Fewer bursts in flight take longer behind a slow memory, and change nothing else.
TEST_P(CornerCases, EveryLimitOfBursts) {
  map({.latency_cycles = 100, .bytes_per_cycle = 16});
  std::uint64_t before = UINT64_MAX;
  for (const std::uint32_t limit : {1U, 2U, 4U, 8U}) {
    npu_->write32(reg::AxiAttr::kOffset, reg::AxiAttr::kMaxOutstanding.make(limit));
    const std::uint64_t cycles = expect_copy();
    EXPECT_LT(cycles, before) << limit;
    before = cycles;
  }
}

TEST_P(CornerCases, AllQueuesFull) {
  map({.latency_cycles = 1, .bytes_per_cycle = 16});
  StreamBuilder builder;
  // The first computes for long; all others wait for it, in order.
  builder.add(maximum(4000));
  for (std::uint32_t i = 0; i < spec::kQueueDepth; ++i) builder.add(maximum(1));
  for (std::uint32_t i = 0; i <= spec::kQueueDepth; ++i) {
    builder.add(transfer(Opcode::kStore, kHalf, 16, {.wait_compute = 1}));
  }
  for (std::uint32_t i = 0; i < spec::kLoadQueueDepth + 4; ++i) {
    builder.add(transfer(Opcode::kLoad, 0, 16, {.wait_compute = 1}));
  }
  builder.end();
  const JobOutcome outcome = run(builder);
  EXPECT_TRUE(outcome.done);
  EXPECT_EQ(reg::Completed::kLoad.extract(npu_->read32(reg::Completed::kOffset)), spec::kLoadQueueDepth + 4);
  EXPECT_EQ(reg::Completed::kCompute.extract(npu_->read32(reg::Completed::kOffset)), spec::kQueueDepth + 1);
  expect_copy();
}

// Operands, results and both transfers in regions of the SRAM of their own: none holds up another.
TEST_P(CornerCases, AllPortsOfTheSramAtOnce) {
  map({.latency_cycles = 1, .bytes_per_cycle = 16});
  const auto cycles = [this](bool transfers) {
    StreamBuilder builder;
    spec::EltwiseCommand command = maximum(4000);
    command.b_base = 0x20000;
    command.out_base = 0x40000;
    builder.add(command);
    if (transfers) {
      spec::DmaCommand load = transfer(Opcode::kLoad, 0, kHalf, {});
      load.sp_base = 0x60000;
      builder.add(load);
      spec::DmaCommand store = transfer(Opcode::kStore, kHalf, kHalf, {});
      store.sp_base = 0x70000;
      builder.add(store);
    }
    builder.end();
    const JobOutcome outcome = run(builder);
    EXPECT_TRUE(outcome.done);
    return outcome.cycles;
  };
  const std::uint64_t alone = cycles(false);
  EXPECT_LT(cycles(true), alone + 64);
  expect_copy();
}

TEST_P(CornerCases, ResetsWhileItDrains) {
  map({.latency_cycles = 150, .bytes_per_cycle = 16});
  for (const std::uint32_t between : {0U, 1U, 20U}) {
    const std::uint32_t size = place(copy());
    open_windows();
    start_job(*npu_, kStreamBase, size);
    npu_->step(200);  // Loads are in flight.
    soft_reset();
    EXPECT_EQ(state_of(*npu_), spec::State::kDraining);
    npu_->step(between);
    soft_reset();
    expect_idle();
    expect_copy();
  }
}

// A fault stops the job while loads are in flight; the reset comes before they have all arrived.
TEST_P(CornerCases, AResetWhileAFaultDrains) {
  map({.latency_cycles = 150, .bytes_per_cycle = 16});
  StreamBuilder builder;
  builder.add(transfer(Opcode::kLoad, 0, kHalf, {}));
  builder.add(transfer(Opcode::kStore, kDataBytes, 16, {}));  // Leaves its window.
  builder.end();
  const std::uint32_t size = place(builder);
  open_windows();
  start_job(*npu_, kStreamBase, size);
  for (int i = 0; i < 1000 && state_of(*npu_) != spec::State::kDraining; ++i) npu_->step(1);
  ASSERT_EQ(state_of(*npu_), spec::State::kDraining);
  soft_reset();
  expect_idle();
  expect_copy();
}

// Several bursts of a store are answered with an error: the first is reported, the others come in while it drains.
TEST_P(CornerCases, WriteErrorsWhileItDrains) {
  map({.latency_cycles = 20, .bytes_per_cycle = 16});
  StreamBuilder builder;
  spec::DmaCommand store = transfer(Opcode::kStore, 0x100, 0x1000, {});
  store.window = 2;
  builder.add(store);
  builder.end();
  const JobOutcome outcome = run(builder);
  EXPECT_TRUE(outcome.faulted);
  EXPECT_EQ(outcome.fault, spec::Fault::kAxiDecerr);
  EXPECT_EQ(outcome.channel, spec::Channel::kStore);
  EXPECT_EQ(outcome.fault_address, kDataBase + 0x1000'0100);
  soft_reset();
  expect_idle();
  expect_copy();
}

// Nobody acknowledged that the job before is done.
TEST_P(CornerCases, DoneAndFaultAtOnce) {
  map({.latency_cycles = 1, .bytes_per_cycle = 16});
  std::uint32_t size = place(copy());
  open_windows();
  start_job(*npu_, kStreamBase, size);
  npu_->step_until_irq(100'000);
  EXPECT_EQ(npu_->read32(reg::IrqRaw::kOffset), reg::IrqRaw::kDone.mask());
  StreamBuilder builder;
  builder.add(transfer(Opcode::kStore, kDataBytes, 16, {}));
  builder.end();
  size = place(builder);
  start_job(*npu_, kStreamBase, size, 2);
  npu_->step(2000);
  EXPECT_EQ(npu_->read32(reg::IrqRaw::kOffset), reg::IrqRaw::kDone.mask() | reg::IrqRaw::kFault.mask());
  npu_->write32(reg::IrqMask::kOffset, 0);
  EXPECT_FALSE(npu_->irq());
  npu_->write32(reg::IrqMask::kOffset, reg::IrqMask::kFault.mask());
  npu_->step(1);
  EXPECT_TRUE(npu_->irq());
  npu_->write32(reg::IrqRaw::kOffset, reg::IrqRaw::kFault.mask());
  EXPECT_EQ(npu_->read32(reg::IrqRaw::kOffset), reg::IrqRaw::kDone.mask());
  soft_reset();
  expect_idle();
  expect_copy();
}

TEST_P(CornerCases, ResetAtEveryCycleOfAnElementwiseCommand) {
  map({.latency_cycles = 1, .bytes_per_cycle = 16});
  StreamBuilder builder;
  builder.add(maximum(8));
  builder.end();
  reset_at_every(1, builder);
}

TEST_P(CornerCases, ResetsInsideOfASoftmax) {
  map({.latency_cycles = 1, .bytes_per_cycle = 16});
  StreamBuilder builder;
  builder.add(spec::SoftmaxCommand{.header = {.opcode = Opcode::kSoftmax},
                                   .table_base = 0x1000,
                                   .out_base = 0x20000,
                                   .n = 40,
                                   .rows = 1,
                                   .a_step = 48,
                                   .out_step = 48});
  builder.end();
  reset_at_every(9, builder);
}

TEST_P(CornerCases, ResetsInsideOfDepthwiseRows) {
  map({.latency_cycles = 1, .bytes_per_cycle = 16});
  spec::GeomCommand command{.header = {.opcode = Opcode::kDwrows}};
  command.row_pitch = command.row_bytes = 256;
  command.kh = command.in_h = command.stride_y = command.dil_y = command.chunks = command.out_h = command.oc_tiles = 1;
  command.stride_x = 1;
  command.kx_n = 3;
  command.kx_stride = command.in_tile_step = 16;
  command.x_step = 16;
  command.in_w = 16;
  command.out_w = command.stripe = 14;
  command.out_base = 0x20000;
  command.out_x_pitch = 16;
  command.act_min = -128;
  command.act_max = 127;
  command.w_base = 0x1000;
  command.p_base = 0x8000;
  StreamBuilder builder;
  builder.add(command);
  builder.end();
  reset_at_every(5, builder);
}

INSTANTIATE_TEST_SUITE_P(All, CornerCases, testing::ValuesIn(sim::verilated_configurations()), name_of_instance);

}  // namespace
}  // namespace auklet::test
