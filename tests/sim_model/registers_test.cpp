// The register rules: access, lock, reset values, side effects.
#include "fixture.hpp"

namespace auklet::test {
namespace {

namespace reg = spec::reg;

/// Writes and says whether the write was refused.
bool refused(sim::Target& target, std::uint32_t offset, std::uint32_t value) {
  const std::uint64_t before = target.bus_errors();
  target.write32(offset, value);
  return target.bus_errors() == before + 1;
}

bool read_refused(sim::Target& target, std::uint32_t offset) {
  const std::uint64_t before = target.bus_errors();
  const std::uint32_t value = target.read32(offset);
  const bool error = target.bus_errors() == before + 1;
  EXPECT_TRUE(!error || value == 0) << "a refused read returns 0";
  return error;
}

/// A stream that stands still for good.
StreamBuilder standstill() {
  StreamBuilder builder;
  builder.end({.opcode = spec::Opcode::kEnd, .wait_load = 1});
  return builder;
}

/// A stream of END alone.
StreamBuilder empty_job() {
  StreamBuilder builder;
  builder.end();
  return builder;
}

template <typename Visit>
void for_each_element(Visit visit) {
  for (const spec::RegisterInfo& info : spec::kRegisters) {
    for (std::uint32_t i = 0; i < info.count; ++i) visit(info, info.offset + i * info.stride);
  }
}

TEST(SimModelRegisters, ResetValues) {
  sim::FunctionalModel model;
  const auto check = [&model](const char* when) {
    for_each_element([&](const spec::RegisterInfo& info, std::uint32_t offset) {
      if (info.access == spec::Access::kWriteOnly) return;
      EXPECT_EQ(model.read32(offset) & info.reset_mask, info.reset) << info.name << ' ' << when;
    });
    EXPECT_EQ(state_of(model), spec::State::kClearing) << when;
    EXPECT_FALSE(model.irq()) << when;
  };
  check("after construction");
  for_each_element([&model](const spec::RegisterInfo&, std::uint32_t offset) { model.write32(offset, 0xffff'fffe); });
  model.hard_reset();
  check("after a hard reset");
}

TEST(SimModelRegisters, IdentifyTheConfiguration) {
  for (const spec::HardwareConfig& config : spec::kConfigurations) {
    sim::FunctionalModel model({.config = config});
    EXPECT_EQ(model.read32(reg::Id::kOffset), spec::kIdMagic);
    EXPECT_EQ(reg::Version::kStream.extract(model.read32(reg::Version::kOffset)), spec::kStreamVersion);
    EXPECT_EQ(reg::Config0::kMacs.extract(model.read32(reg::Config0::kOffset)), config.macs);
    EXPECT_EQ(reg::Config0::kAxiDataBits.extract(model.read32(reg::Config0::kOffset)), config.axi_data_bits);
    EXPECT_EQ(reg::Config1::kSramKib.extract(model.read32(reg::Config1::kOffset)) * 1024, config.sram_bytes);
    EXPECT_EQ(reg::Config1::kWindows.extract(model.read32(reg::Config1::kOffset)), spec::kWindowCount);
    EXPECT_EQ(reg::Config1::kCounters.extract(model.read32(reg::Config1::kOffset)), spec::kPmuCounters);
  }
}

TEST(SimModelRegisters, AccessRights) {
  Device device;
  for (std::uint32_t offset = 0; offset < 0x400; ++offset) {
    const spec::RegisterInfo* info = spec::find_register(offset);
    SCOPED_TRACE(testing::Message() << "offset " << offset);
    EXPECT_EQ(read_refused(device.model, offset), info == nullptr || info->access == spec::Access::kWriteOnly);
    EXPECT_EQ(refused(device.model, offset, 0), info == nullptr || info->access == spec::Access::kReadOnly);
  }
}

TEST(SimModelRegisters, HoldTheirFieldsAndNothingElse) {
  Device device;
  for (const std::uint32_t value : {0xffff'ffffU, 0x5a5a'a5a5U, 0U}) {
    for_each_element([&](const spec::RegisterInfo& info, std::uint32_t offset) {
      if (info.access != spec::Access::kReadWrite || info.offset == reg::PmuCtrl::kOffset) return;
      EXPECT_FALSE(refused(device.model, offset, value));
      EXPECT_EQ(device.model.read32(offset), value & info.field_mask) << info.name;
    });
  }
}

TEST(SimModelRegisters, LockedWhileAJobRuns) {
  Device device;
  device.place(standstill().finish(device.config));
  start_job(device.model, Device::kStreamBase, 48);
  EXPECT_EQ(state_of(device.model), spec::State::kRunning);
  for (const std::uint64_t cycles : {std::uint64_t{0}, std::uint64_t{1000}}) {
    device.model.step(cycles);
    for_each_element([&](const spec::RegisterInfo& info, std::uint32_t offset) {
      if (info.access != spec::Access::kReadWrite) return;
      const std::uint32_t before = device.model.read32(offset);
      EXPECT_EQ(refused(device.model, offset, ~before), info.locked) << info.name;
      if (info.locked) {
        EXPECT_EQ(device.model.read32(offset), before) << info.name;
      }
    });
  }
}

TEST(SimModelRegisters, ControlRefusesWhatMakesNoSense) {
  Device device;
  sim::Target& model = device.model;
  for (const std::uint32_t two : {3U, 5U, 6U, 7U}) EXPECT_TRUE(refused(model, reg::Control::kOffset, two));
  EXPECT_EQ(state_of(model), spec::State::kIdle);
  EXPECT_FALSE(refused(model, reg::Control::kOffset, reg::Control::kClearSram.mask()));
  EXPECT_EQ(state_of(model), spec::State::kClearing);
  EXPECT_TRUE(refused(model, reg::Control::kOffset, reg::Control::kStart.mask())) << "CLEARING";
  EXPECT_TRUE(refused(model, reg::Control::kOffset, reg::Control::kClearSram.mask())) << "CLEARING";
  ASSERT_TRUE(wait_until_idle(model));
  device.place(standstill().finish(device.config));
  start_job(model, Device::kStreamBase, 48);
  EXPECT_TRUE(refused(model, reg::Control::kOffset, reg::Control::kStart.mask())) << "RUNNING";
  EXPECT_TRUE(refused(model, reg::Control::kOffset, reg::Control::kClearSram.mask())) << "RUNNING";
  model.step_until_irq(1'000'000);
  EXPECT_EQ(state_of(model), spec::State::kFault);
  EXPECT_TRUE(refused(model, reg::Control::kOffset, reg::Control::kStart.mask())) << "FAULT";
  EXPECT_TRUE(refused(model, reg::Control::kOffset, reg::Control::kClearSram.mask())) << "FAULT";
  EXPECT_FALSE(refused(model, reg::Control::kOffset, reg::Control::kSoftReset.mask()));
  EXPECT_FALSE(refused(model, reg::Control::kOffset, reg::Control::kSoftReset.mask())) << "twice";
  EXPECT_TRUE(wait_until_idle(model));
}

TEST(SimModelRegisters, InterruptFollowsRawAndMask) {
  Device device;
  sim::Target& model = device.model;
  device.place(empty_job().finish(device.config));
  start_job(model, Device::kStreamBase, 48);
  model.write32(reg::IrqMask::kOffset, reg::IrqMask::kFault.mask());
  EXPECT_EQ(model.step_until_irq(10'000), 10'000U) << "done is masked";
  EXPECT_FALSE(model.irq());
  EXPECT_EQ(model.read32(reg::IrqRaw::kOffset), reg::IrqRaw::kDone.mask());
  model.write32(reg::IrqMask::kOffset, reg::IrqMask::kDone.mask());
  EXPECT_TRUE(model.irq());
  EXPECT_EQ(reg::Status::kIrq.extract(model.read32(reg::Status::kOffset)), 1U);
  EXPECT_EQ(model.step_until_irq(10'000), 0U) << "it is high already";
  model.write32(reg::IrqRaw::kOffset, reg::IrqRaw::kFault.mask());
  EXPECT_TRUE(model.irq()) << "writing the other bit clears nothing";
  model.write32(reg::IrqRaw::kOffset, reg::IrqRaw::kDone.mask());
  EXPECT_FALSE(model.irq());
  EXPECT_EQ(model.read32(reg::IrqRaw::kOffset), 0U);
}

TEST(SimModelRegisters, DoneTagNamesTheLastJobThatEnded) {
  Device device;
  EXPECT_EQ(device.run(empty_job(), 77).done_tag, 77U);
  device.model.write32(reg::JobTag::kOffset, 78);
  EXPECT_EQ(device.model.read32(reg::DoneTag::kOffset), 77U) << "78 has not run";
  EXPECT_EQ(device.run(standstill(), 79).done_tag, 79U) << "a fault ends a job too";
}

TEST(SimModelRegisters, SoftResetClearsSramAndFaultOnly) {
  Device device;
  sim::Target& model = device.model;
  Random random(31);
  random.fill(device.data);
  device.load_sram();
  device.place(standstill().finish(device.config));
  start_job(model, Device::kStreamBase, 48, 5);
  model.step_until_irq(1'000'000);
  EXPECT_EQ(outcome_of(model).fault, spec::Fault::kWatchdog);
  EXPECT_EQ(model.read32(reg::IrqRaw::kOffset), reg::IrqRaw::kFault.mask());
  model.write32(reg::JobTag::kOffset, 99);
  model.write32(reg::Control::kOffset, reg::Control::kSoftReset.mask());
  EXPECT_EQ(model.read32(reg::FaultCause::kOffset), 0U);
  EXPECT_EQ(model.read32(reg::IrqRaw::kOffset), 0U);
  EXPECT_EQ(model.read32(reg::JobTag::kOffset), 99U);
  EXPECT_EQ(model.read32(reg::DoneTag::kOffset), 5U);
  EXPECT_EQ(model.read32(reg::WindowSize::offset(0)), Device::kDataBytes);
  ASSERT_TRUE(wait_until_idle(model));
  EXPECT_EQ(device.sram(), std::vector<std::int8_t>(device.config.sram_bytes));
  EXPECT_TRUE(device.run(empty_job()).done);
}

TEST(SimModelRegisters, SoftResetStopsAJobWithoutEndingIt) {
  Device device;
  EXPECT_TRUE(device.run(empty_job(), 1).done);
  device.place(standstill().finish(device.config));
  start_job(device.model, Device::kStreamBase, 48, 2);
  device.model.step(100);
  device.model.write32(reg::Control::kOffset, reg::Control::kSoftReset.mask());
  device.model.step(1'000'000);
  EXPECT_EQ(state_of(device.model), spec::State::kIdle);
  EXPECT_FALSE(device.model.irq());
  EXPECT_EQ(device.model.read32(reg::DoneTag::kOffset), 1U);
}

TEST(SimModelRegisters, HardResetStopsAJobAndClearsSram) {
  Device device;
  Random random(32);
  random.fill(device.data);
  device.load_sram();
  device.place(standstill().finish(device.config));
  start_job(device.model, Device::kStreamBase, 48);
  device.model.step(100);
  device.model.hard_reset();
  ASSERT_TRUE(wait_until_idle(device.model));
  EXPECT_EQ(device.model.read32(reg::WindowSize::offset(0)), 0U);
  EXPECT_EQ(device.sram(), std::vector<std::int8_t>(device.config.sram_bytes));
}

TEST(SimModelPmu, CountsCyclesOfJobsWhileEnabled) {
  Device device;
  sim::Target& model = device.model;
  const auto cycles = [&model] {
    const std::uint64_t low = model.read32(reg::PmuCyclesLo::kOffset);
    return (std::uint64_t{model.read32(reg::PmuCyclesHi::kOffset)} << 32) | low;
  };
  EXPECT_TRUE(device.run(empty_job()).done);
  EXPECT_EQ(cycles(), 0U) << "not enabled";
  model.write32(reg::PmuCtrl::kOffset, reg::PmuCtrl::kEnable.mask());
  model.step(1000);
  EXPECT_EQ(cycles(), 0U) << "no job";
  const JobOutcome outcome = device.run(empty_job());
  EXPECT_EQ(cycles(), outcome.cycles);
  EXPECT_GT(outcome.cycles, 0U);
  model.write32(reg::PmuCtrl::kOffset, reg::PmuCtrl::kEnable.mask() | reg::PmuCtrl::kClear.mask());
  EXPECT_EQ(model.read32(reg::PmuCtrl::kOffset), reg::PmuCtrl::kEnable.mask()) << "clear reads as zero";
  EXPECT_EQ(cycles(), 0U);
}

TEST(SimModelPmu, HighHalfIsLatchedByTheLow) {
  Device device;
  sim::Target& model = device.model;
  model.write32(reg::PmuCtrl::kOffset, reg::PmuCtrl::kEnable.mask());
  model.write32(reg::Watchdog::kOffset, 0);
  device.place(standstill().finish(device.config));
  start_job(model, Device::kStreamBase, 48);
  model.step(0xffff'ffff);
  EXPECT_EQ(model.read32(reg::PmuCyclesLo::kOffset), 0xffff'ffffU);
  model.step(1);
  EXPECT_EQ(model.read32(reg::PmuCyclesHi::kOffset), 0U) << "as of the last read of the low half";
  EXPECT_EQ(model.read32(reg::PmuCyclesLo::kOffset), 0U);
  EXPECT_EQ(model.read32(reg::PmuCyclesHi::kOffset), 1U);
}

TEST(SimModelPmu, CountsCommandsExactlyAndLogsLayers) {
  Device device;
  sim::Target& model = device.model;
  spec::EltwiseCommand add{.header = {.opcode = spec::Opcode::kAdd, .layer = 258}};
  add.n0 = 100;
  add.n1 = 10;
  StreamBuilder builder;
  for (int i = 0; i < 3; ++i) builder.add(add);
  builder.end();
  model.write32(reg::PmuEvent::offset(0), reg::PmuEvent::kSelect.make(spec::Event::kCommands));
  model.write32(reg::PmuEvent::offset(7), reg::PmuEvent::kSelect.make(spec::Event::kRunning));
  model.write32(reg::PmuCtrl::kOffset, reg::PmuCtrl::kEnable.mask());
  const JobOutcome outcome = device.run(builder);
  EXPECT_EQ(model.read32(reg::PmuCount::offset(0)), 4U) << "three ADD and END";
  EXPECT_EQ(model.read32(reg::PmuCount::offset(7)), outcome.cycles);
  EXPECT_EQ(reg::Completed::kCompute.extract(model.read32(reg::Completed::kOffset)), 3U);
  model.write32(reg::PmuLogIndex::kOffset, 258 % spec::kLogEntries);
  const std::uint32_t logged = model.read32(reg::PmuLogData::kOffset);
  EXPECT_GT(logged, 3U * 1000U);
  EXPECT_LE(logged, outcome.cycles);
  EXPECT_TRUE(device.run(empty_job()).done);
  EXPECT_EQ(model.read32(reg::PmuLogData::kOffset), logged) << "layers that did not run keep old values";
}

TEST(SimModelPmu, ACommandThatNeverStartsGoesOnWaiting) {
  Device device;
  sim::Target& model = device.model;
  spec::EltwiseCommand stuck{.header = {.opcode = spec::Opcode::kAdd, .layer = 5, .wait_load = 1}};
  stuck.n0 = stuck.n1 = 1;
  spec::DmaCommand load{.header = {.opcode = spec::Opcode::kLoad, .layer = 6, .wait_store = 1}};
  load.ax_len = load.sp_len = 16;
  load.ax_rows = 1;
  StreamBuilder builder;
  builder.add(stuck);
  builder.add(load);
  builder.end();
  const std::vector<std::uint32_t> words = builder.finish(device.config);
  device.place(words);
  model.write32(reg::Watchdog::kOffset, 0);
  model.write32(reg::PmuCtrl::kOffset, reg::PmuCtrl::kEnable.mask());
  start_job(model, Device::kStreamBase, static_cast<std::uint32_t>(words.size() * 4));
  model.step(1000);
  const auto read = [&](spec::Cause cause) {
    model.write32(reg::PmuLogIndex::kOffset, reg::PmuLogIndex::kValue.make(5) | reg::PmuLogIndex::kItem.make(cause));
    return model.read32(reg::PmuLogData::kOffset);
  };
  const std::uint32_t store = read(spec::Cause::kStore), command = read(spec::Cause::kCommand);
  EXPECT_GT(store, 900U) << "the load that it waits for waits for a store";
  EXPECT_EQ(store + command, 1000U);
  model.step(500);
  EXPECT_EQ(read(spec::Cause::kStore), store + 500);
}

TEST(SimModelRegisters, SramMustBeAPowerOfTwo) {
  spec::HardwareConfig config = kSmallConfig;
  config.sram_bytes = 100'000;
  EXPECT_THROW(sim::FunctionalModel({.config = config}), std::invalid_argument);
}

}  // namespace
}  // namespace auklet::test
