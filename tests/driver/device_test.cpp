// The register side of the driver, access by access.
#include <gtest/gtest.h>

#include <auklet/npu/device.hpp>

#include "fake_port.hpp"
#include "scripted_bus.hpp"
#include "stream_builder.hpp"

namespace auklet::test {
namespace {

namespace reg = spec::reg;
using npu::Access;
using npu::Configuration;
using npu::Status;
using npu::Window;

constexpr std::uint32_t version_word(std::uint32_t major, std::uint32_t stream) {
  return reg::Version::kMajor.make(major) | reg::Version::kMinor.make(spec::kHardwareVersionMinor) |
         reg::Version::kStream.make(stream);
}
constexpr std::uint32_t kVersion = version_word(spec::kHardwareVersionMajor, spec::kStreamVersion);
constexpr std::uint32_t kConfig0 = reg::Config0::kMacs.make(kConfiguration.macs) | reg::Config0::kAxiDataBits.make(128);
constexpr std::uint32_t kConfig1 = reg::Config1::kSramKib.make(512) | reg::Config1::kWindows.make(spec::kWindowCount) |
                                   reg::Config1::kCounters.make(spec::kPmuCounters);

constexpr std::uint32_t status(spec::State state, bool isolated = false) {
  return reg::Status::kState.make(state) | reg::Status::kIsolated.make(isolated ? 1 : 0);
}
constexpr std::uint32_t kIdle = status(spec::State::kIdle);

class DeviceTest : public testing::Test {
 protected:
  void script_probe(std::uint32_t config0 = kConfig0, std::uint32_t config1 = kConfig1) {
    bus.reads<reg::Id>(spec::kIdMagic);
    bus.reads<reg::Version>(kVersion);
    bus.reads<reg::Config0>(config0);
    bus.reads<reg::Config1>(config1);
  }
  void probe() {
    script_probe();
    ASSERT_EQ(device.probe(found), Status::kOk);
  }

  ScriptedBus bus;
  FakePort port;
  npu::Device<ScriptedBus, FakePort> device{bus, port};
  Configuration found;
};

// ---- probe ----

TEST_F(DeviceTest, ProbeReadsWhetherTheSramHasCheckBits) {
  script_probe(kConfig0, kConfig1 | reg::Config1::kSramEcc.make(1));
  ASSERT_EQ(device.probe(found), Status::kOk);
  EXPECT_TRUE(found.sram_ecc);
  EXPECT_EQ(found.counters, spec::kPmuCounters);
}

TEST_F(DeviceTest, ProbeReadsWhatTheHardwareIs) {
  probe();
  EXPECT_TRUE(device.probed());
  EXPECT_EQ(found, kConfiguration);
  EXPECT_EQ(device.configuration(), kConfiguration);
  EXPECT_EQ(found.sram_bytes(), 512U * 1024U);
}

TEST_F(DeviceTest, ProbeTakesABusOf64BitsToo) {
  script_probe(reg::Config0::kAxiDataBits.insert(kConfig0, 64));
  ASSERT_EQ(device.probe(found), Status::kOk);
  EXPECT_EQ(found.axi_data_bits, 64U);
  for (const std::uint32_t bits : {63U, 65U, 127U, 129U}) {
    script_probe(reg::Config0::kAxiDataBits.insert(kConfig0, bits));
    EXPECT_EQ(device.probe(found), Status::kHardwareConfig) << bits;
  }
}

TEST_F(DeviceTest, ProbeStopsAtAForeignId) {
  bus.reads<reg::Id>(0xFFFFFFFF);
  EXPECT_EQ(device.probe(found), Status::kNoDevice);
  EXPECT_EQ(found.id, 0xFFFFFFFF);
  EXPECT_FALSE(device.probed());
}

TEST_F(DeviceTest, ProbeShowsBothVersionsOnAMismatch) {
  bus.reads<reg::Id>(spec::kIdMagic);
  bus.reads<reg::Version>(version_word(spec::kHardwareVersionMajor + 1, spec::kStreamVersion));
  EXPECT_EQ(device.probe(found), Status::kHardwareVersion);
  EXPECT_EQ(found.major, spec::kHardwareVersionMajor + 1);
  bus.reads<reg::Id>(spec::kIdMagic);
  bus.reads<reg::Version>(version_word(spec::kHardwareVersionMajor, spec::kStreamVersion + 7));
  EXPECT_EQ(device.probe(found), Status::kStreamVersionUnsupported);
  EXPECT_EQ(found.stream_version, spec::kStreamVersion + 7);
}

TEST_F(DeviceTest, ProbeRefusesUnknownConfigurations) {
  const std::uint32_t macs = reg::Config0::kMacs.mask();
  const std::uint32_t bits = reg::Config0::kAxiDataBits.mask();
  for (const std::uint32_t config0 : {kConfig0 ^ (kConfig0 & macs), kConfig0 & ~bits, kConfig0 | (3U << 2)}) {
    script_probe(config0);
    EXPECT_EQ(device.probe(found), Status::kHardwareConfig);
  }
  for (const auto& field : {reg::Config1::kSramKib, reg::Config1::kWindows, reg::Config1::kCounters}) {
    script_probe(kConfig0, field.insert(kConfig1, 0));
    EXPECT_EQ(device.probe(found), Status::kHardwareConfig);
  }
  EXPECT_FALSE(device.probed());
  EXPECT_EQ(device.configuration(), Configuration{});
}

TEST_F(DeviceTest, NothingIsTouchedBeforeProbe) {
  std::uint32_t count = 0;
  EXPECT_EQ(device.set_window(0, {}), Status::kNotProbed);
  EXPECT_EQ(device.set_watchdog(1), Status::kNotProbed);
  EXPECT_EQ(device.set_axi_attributes({}, 1), Status::kNotProbed);
  EXPECT_EQ(device.start(0, 64, 1), Status::kNotProbed);
  EXPECT_EQ(device.soft_reset(10), Status::kNotProbed);
  EXPECT_EQ(device.clear_sram(10), Status::kNotProbed);
  EXPECT_EQ(device.select_event(0, spec::Event::kRunning), Status::kNotProbed);
  EXPECT_EQ(device.event_count(0, count), Status::kNotProbed);
}

// ---- windows and settings ----

TEST_F(DeviceTest, WindowIsClosedBeforeItChangesAndOpenedLast) {
  probe();
  bus.reads<reg::Status>(kIdle);
  bus.writes<reg::WindowSize>(0, 3);
  bus.writes<reg::WindowBaseLo>(0x89ABCDE0, 3);
  bus.writes<reg::WindowBaseHi>(0x12, 3);
  bus.writes<reg::WindowAttr>(reg::WindowAttr::kWrite.make(1), 3);
  bus.writes<reg::WindowSize>(0x1000, 3);
  const Window window{0x1289ABCDE0, 0x1000, Access::kWrite};
  EXPECT_EQ(device.set_window(3, window), Status::kOk);
  bus.finished();
  // The same again needs no access.
  EXPECT_EQ(device.set_window(3, window), Status::kOk);
  bus.reads<reg::Status>(kIdle);
  bus.writes<reg::WindowSize>(0, 3);
  EXPECT_EQ(device.clear_window(3), Status::kOk);
  EXPECT_EQ(device.clear_window(3), Status::kOk);
}

TEST_F(DeviceTest, ProbeForgetsWhatWindowsHeld) {
  probe();
  bus.reads<reg::Status>(kIdle);
  bus.writes<reg::WindowSize>(0, 0);
  EXPECT_EQ(device.clear_window(0), Status::kOk);
  probe();
  bus.reads<reg::Status>(kIdle);
  bus.writes<reg::WindowSize>(0, 0);
  EXPECT_EQ(device.clear_window(0), Status::kOk);
}

TEST_F(DeviceTest, WindowRanges) {
  probe();
  const npu::BusAddress end = npu::BusAddress{1} << spec::kAxiAddrBits;
  EXPECT_EQ(device.set_window(spec::kWindowCount, {0, 16, Access::kRead}), Status::kTooManyWindows);
  EXPECT_EQ(device.set_window(0, {end, 1, Access::kRead}), Status::kWindowRange);
  EXPECT_EQ(device.set_window(0, {end - 16, 17, Access::kRead}), Status::kWindowRange);
  EXPECT_EQ(device.set_window(0, {~npu::BusAddress{0}, 2, Access::kRead}), Status::kWindowRange);
  EXPECT_EQ(device.set_window(0, {0, 16, Access::kNone}), Status::kWindowAccess);
  EXPECT_EQ(device.check_window(0, {end - 16, 16, Access::kRead}), Status::kOk);
}

TEST_F(DeviceTest, LockedRegistersAreNotWrittenWhileAJobRuns) {
  probe();
  for (const spec::State state : {spec::State::kRunning, spec::State::kDraining}) {
    bus.reads<reg::Status>(status(state));
    EXPECT_EQ(device.set_window(0, {0, 16, Access::kRead}), Status::kBusy);
    bus.reads<reg::Status>(status(state));
    EXPECT_EQ(device.set_watchdog(1), Status::kBusy);
    bus.reads<reg::Status>(status(state));
    EXPECT_EQ(device.set_axi_attributes({}, 1), Status::kBusy);
  }
}

TEST_F(DeviceTest, WatchdogAndAxiAttributes) {
  probe();
  bus.reads<reg::Status>(kIdle);
  bus.writes<reg::Watchdog>(1234);
  EXPECT_EQ(device.set_watchdog(1234), Status::kOk);
  bus.reads<reg::Status>(kIdle);
  bus.writes<reg::AxiAttr>(reg::AxiAttr::kProt.make(5) | reg::AxiAttr::kCache.make(9) |
                           reg::AxiAttr::kMaxOutstanding.make(4));
  bus.reads<reg::Status>(kIdle);
  EXPECT_EQ(device.set_axi_attributes({5, 9, 4}, 1), Status::kOk);
  bus.reads<reg::Status>(kIdle);
  bus.writes<reg::AxiAttr>(reg::AxiAttr::kProt.make(7) | reg::AxiAttr::kCache.make(15) |
                           reg::AxiAttr::kMaxOutstanding.make(8));
  bus.reads<reg::Status>(kIdle);
  EXPECT_EQ(device.set_axi_attributes({7, 15, 8}, 1), Status::kOk) << "the largest there are";
  EXPECT_EQ(device.set_axi_attributes({8, 0, 1}, 1), Status::kAxiAttributeRange);
  EXPECT_EQ(device.set_axi_attributes({0, 16, 1}, 1), Status::kAxiAttributeRange);
  EXPECT_EQ(device.set_axi_attributes({0, 0, 0}, 1), Status::kAxiAttributeRange);
  EXPECT_EQ(device.set_axi_attributes({0, 0, 9}, 1), Status::kAxiAttributeRange);
}

TEST_F(DeviceTest, ASecuritySwitchIsWaitedFor) {
  probe();
  constexpr std::uint32_t clearing = status(spec::State::kClearing);
  const std::uint32_t attributes =
      reg::AxiAttr::kProt.make(2) | reg::AxiAttr::kCache.make(3) | reg::AxiAttr::kMaxOutstanding.make(8);
  bus.reads<reg::Status>(kIdle);
  bus.writes<reg::AxiAttr>(attributes);
  for (int i = 0; i < 3; ++i) bus.reads<reg::Status>(clearing);
  bus.reads<reg::Status>(kIdle);
  EXPECT_EQ(device.set_axi_attributes({.prot = 2}, 100), Status::kOk);
  bus.finished();
  bus.reads<reg::Status>(kIdle);
  bus.writes<reg::AxiAttr>(attributes);
  for (int i = 0; i < 2; ++i) bus.reads<reg::Status>(clearing);
  EXPECT_EQ(device.set_axi_attributes({.prot = 2}, 0), Status::kClearTimeout);
}

TEST_F(DeviceTest, Integrity) {
  probe();
  bus.reads<reg::IntegrityCorrected>(7);
  bus.reads<reg::IntegrityAddr>(0x1230);
  const npu::Integrity integrity = device.integrity();
  EXPECT_EQ(integrity.corrected, 7U);
  EXPECT_EQ(integrity.address, 0x1230U);
}

// ---- start ----

TEST_F(DeviceTest, StartWritesTheCommandRegistersThenStarts) {
  probe();
  bus.reads<reg::Status>(kIdle);
  bus.writes<reg::IrqRaw>(3);
  bus.writes<reg::CmdBaseLo>(0x55667780);
  bus.writes<reg::CmdBaseHi>(0x44);
  bus.writes<reg::CmdSize>(128);
  bus.writes<reg::JobTag>(99);
  bus.then([this] { EXPECT_EQ(port.barriers, 0); });
  bus.writes<reg::Control>(reg::Control::kStart.make(1));
  bus.then([this] { EXPECT_EQ(port.barriers, 1) << "memory must be ordered before the start"; });
  bus.reads<reg::Status>(status(spec::State::kRunning));
  EXPECT_EQ(device.start(0x4455667780, 128, 99), Status::kOk);
}

TEST_F(DeviceTest, AStreamMayEndWithTheAddressSpace) {
  probe();
  const npu::BusAddress end = npu::BusAddress{1} << spec::kAxiAddrBits;
  bus.reads<reg::Status>(kIdle);
  bus.writes<reg::IrqRaw>(3);
  bus.writes<reg::CmdBaseLo>(static_cast<std::uint32_t>(end - 48));
  bus.writes<reg::CmdBaseHi>(static_cast<std::uint32_t>((end - 48) >> 32));
  bus.writes<reg::CmdSize>(48);
  bus.writes<reg::JobTag>(1);
  bus.writes<reg::Control>(reg::Control::kStart.make(1));
  bus.reads<reg::Status>(status(spec::State::kRunning));
  EXPECT_EQ(device.start(end - 48, 48, 1), Status::kOk);
}

TEST_F(DeviceTest, StartTellsAFinishedJobFromARefusedOne) {
  probe();
  for (const std::uint32_t done_tag : {7U, 6U}) {
    bus.reads<reg::Status>(kIdle);
    bus.writes<reg::IrqRaw>(3);
    bus.writes<reg::CmdBaseLo>(64);
    bus.writes<reg::CmdBaseHi>(0);
    bus.writes<reg::CmdSize>(48);
    bus.writes<reg::JobTag>(7);
    bus.writes<reg::Control>(reg::Control::kStart.make(1));
    bus.reads<reg::Status>(kIdle);
    bus.reads<reg::DoneTag>(done_tag);
    EXPECT_EQ(device.start(64, 48, 7), done_tag == 7 ? Status::kOk : Status::kStartRefused);
  }
}

TEST_F(DeviceTest, StartIsRefusedByState) {
  probe();
  const std::pair<std::uint32_t, Status> cases[] = {
      {status(spec::State::kClearing), Status::kBusy}, {status(spec::State::kRunning), Status::kBusy},
      {status(spec::State::kDraining), Status::kBusy}, {status(spec::State::kFault), Status::kDeviceFaulted},
      {reg::Status::kState.max(), Status::kBadState},
  };
  for (const auto& [value, expected] : cases) {
    bus.reads<reg::Status>(value);
    EXPECT_EQ(device.start(0, 48, 1), expected);
  }
  EXPECT_EQ(device.start(8, 48, 1), Status::kStreamMisaligned);
  EXPECT_EQ(device.start((npu::BusAddress{1} << spec::kAxiAddrBits) - 16, 48, 1), Status::kWindowRange);
  EXPECT_EQ(device.start(npu::BusAddress{1} << spec::kAxiAddrBits, 0, 1), Status::kWindowRange);
}

// ---- reset and clear ----

TEST_F(DeviceTest, SoftResetWaitsForDrainAndClear) {
  probe();
  bus.writes<reg::Control>(reg::Control::kSoftReset.make(1));
  bus.reads<reg::Status>(status(spec::State::kDraining));
  bus.reads<reg::Status>(status(spec::State::kClearing));
  bus.reads<reg::Status>(kIdle);
  EXPECT_EQ(device.soft_reset(100), Status::kOk);
}

TEST_F(DeviceTest, SoftResetEndsAtItsDeadline) {
  probe();
  bus.writes<reg::Control>(reg::Control::kSoftReset.make(1));
  for (int i = 0; i < 4; ++i) bus.reads<reg::Status>(status(spec::State::kDraining));
  bus.reads<reg::Status>(status(spec::State::kDraining));
  EXPECT_EQ(device.soft_reset(3), Status::kResetTimeout);
  EXPECT_EQ(port.ticks, 3U);
}

TEST_F(DeviceTest, IsolatedPortHasItsOwnErrorAndALaterResetSucceeds) {
  probe();
  bus.writes<reg::Control>(reg::Control::kSoftReset.make(1));
  for (int i = 0; i < 3; ++i) bus.reads<reg::Status>(status(spec::State::kIdle, true));
  bus.reads<reg::Status>(status(spec::State::kIdle, true));
  EXPECT_EQ(device.soft_reset(2), Status::kPortIsolated);
  bus.writes<reg::Control>(reg::Control::kSoftReset.make(1));
  bus.reads<reg::Status>(kIdle);
  EXPECT_EQ(device.soft_reset(2), Status::kOk);
}

TEST_F(DeviceTest, ClearSram) {
  probe();
  bus.reads<reg::Status>(kIdle);
  bus.writes<reg::Control>(reg::Control::kClearSram.make(1));
  bus.reads<reg::Status>(status(spec::State::kClearing));
  bus.reads<reg::Status>(kIdle);
  EXPECT_EQ(device.clear_sram(10), Status::kOk);
  bus.reads<reg::Status>(kIdle);
  bus.writes<reg::Control>(reg::Control::kClearSram.make(1));
  for (int i = 0; i < 2; ++i) bus.reads<reg::Status>(status(spec::State::kClearing));
  EXPECT_EQ(device.clear_sram(1), Status::kClearTimeout);
  bus.reads<reg::Status>(status(spec::State::kRunning));
  EXPECT_EQ(device.clear_sram(1), Status::kBusy);
}

// ---- fault, progress, interrupts, counters ----

TEST_F(DeviceTest, FaultIsDecoded) {
  bus.reads<reg::FaultCause>(reg::FaultCause::kFault.make(spec::Fault::kCommand) |
                             reg::FaultCause::kChannel.make(spec::Channel::kCompute) |
                             reg::FaultCause::kCode.make(spec::CommandError::kReserved));
  bus.reads<reg::FaultAddrLo>(0x11223344);
  bus.reads<reg::FaultAddrHi>(0x55);
  bus.reads<reg::FaultOffset>(0x60);
  const npu::Fault fault = device.fault();
  EXPECT_EQ(fault.kind, spec::Fault::kCommand);
  EXPECT_EQ(fault.channel, spec::Channel::kCompute);
  EXPECT_EQ(fault.error, spec::CommandError::kReserved);
  EXPECT_EQ(fault.address, 0x5511223344U);
  EXPECT_EQ(fault.stream_offset, 0x60U);
  // Without a fault, the other registers mean nothing and are not read.
  bus.reads<reg::FaultCause>(0);
  EXPECT_EQ(device.fault().kind, spec::Fault::kNone);
}

TEST_F(DeviceTest, Progress) {
  bus.reads<reg::Progress>(0x140);
  bus.reads<reg::Completed>(reg::Completed::kLoad.make(0xFFFE) | reg::Completed::kCompute.make(3));
  bus.reads<reg::CompletedStore>(2);
  const npu::Progress progress = device.progress();
  EXPECT_EQ(progress.stream_offset, 0x140U);
  EXPECT_EQ(progress.loads_completed, 0xFFFE);
  EXPECT_EQ(progress.computes_completed, 3);
  EXPECT_EQ(progress.stores_completed, 2);
}

TEST_F(DeviceTest, AcknowledgeClearsExactlyWhatItSaw) {
  bus.writes<reg::IrqMask>(3);
  device.enable_interrupts(true);
  bus.reads<reg::IrqRaw>(reg::IrqRaw::kFault.make(1));
  bus.writes<reg::IrqRaw>(reg::IrqRaw::kFault.make(1));
  EXPECT_TRUE(device.acknowledge());
  bus.reads<reg::IrqRaw>(0);
  EXPECT_FALSE(device.acknowledge());
  bus.writes<reg::IrqMask>(0);
  device.enable_interrupts(false);
}

TEST_F(DeviceTest, Counters) {
  probe();
  bus.writes<reg::PmuEvent>(static_cast<std::uint32_t>(spec::Event::kMacActive), 7);
  EXPECT_EQ(device.select_event(7, spec::Event::kMacActive), Status::kOk);
  EXPECT_EQ(device.select_event(spec::kPmuCounters, spec::Event::kMacActive), Status::kCounterRange);
  EXPECT_EQ(device.select_event(0, spec::Event{31}), Status::kEventUnknown);
  bus.writes<reg::PmuCtrl>(3);
  device.reset_counters(true);
  bus.writes<reg::PmuCtrl>(0);
  device.enable_counters(false);
  // The low half first: reading it latches the high one.
  bus.reads<reg::PmuCyclesLo>(0xFFFFFFF0);
  bus.reads<reg::PmuCyclesHi>(2);
  EXPECT_EQ(device.cycles(), 0x2FFFFFFF0U);
  std::uint32_t count = 5;
  EXPECT_EQ(device.event_count(spec::kPmuCounters, count), Status::kCounterRange);
  EXPECT_EQ(count, 5U);
  bus.reads<reg::PmuCount>(77, 2);
  EXPECT_EQ(device.event_count(2, count), Status::kOk);
  EXPECT_EQ(count, 77U);
  bus.writes<reg::PmuLogIndex>(3);
  bus.reads<reg::PmuLogData>(4242);
  EXPECT_EQ(device.layer_cycles(spec::kLogEntries + 3), 4242U);
}

TEST_F(DeviceTest, LayerCausesAreReadOneByOne) {
  probe();
  for (std::uint32_t cause = 1; cause <= spec::kCauses; ++cause) {
    bus.writes<reg::PmuLogIndex>(3 | (cause << 8));
    bus.reads<reg::PmuLogData>(0xFFFF'FFF0 + cause);
  }
  const npu::CauseCycles causes = device.layer_causes(spec::kLogEntries + 3);
  EXPECT_EQ(causes[spec::Cause::kArray], 0xFFFF'FFF1U);
  EXPECT_EQ(causes[spec::Cause::kCommand], 0xFFFF'FFF0U + spec::kCauses);
  EXPECT_EQ(causes[spec::Cause::kNone], 0U);
  EXPECT_EQ(causes[spec::Cause{15}], 0U);
  EXPECT_EQ(causes.total(), std::uint64_t{0xFFFF'FFF0} * spec::kCauses + 55);
}

TEST(MmioBusTest, ReadsAndWritesWordsAtTheirOffsets) {
  std::uint32_t registers[4] = {1, 2, 3, 4};
  const npu::MmioBus bus(reinterpret_cast<std::uintptr_t>(registers));
  EXPECT_EQ(bus.read32(8), 3U);
  bus.write32(4, 20);
  EXPECT_EQ(registers[1], 20U);
}

TEST(NullPortTest, ItsClockEndsWaits) {
  npu::NullPort port;
  const npu::Deadline deadline(port, 3);
  int turns = 0;
  while (deadline.left() != 0) ASSERT_LT(++turns, 10);
  EXPECT_EQ(turns, 2);
}

}  // namespace
}  // namespace auklet::test
