// The system around the processor: its map, its clock, its interrupts, and what its switches do to the NPU.
#include <gtest/gtest.h>

#include <auklet/spec/soc.h>
#include <auklet/sim/functional_model.hpp>
#include <auklet/sim/soc/machine.hpp>
#include <auklet/spec/spec.hpp>
#include <cstring>
#include <string>

#include "scripted_cpu.hpp"

namespace auklet::test {
namespace {

using soc::InterruptLine;
using soc::MachineEnd;
namespace reg = spec::reg;

constexpr std::uint32_t kRam = AUKLET_SOC_RAM_BASE;
constexpr std::uint32_t kTimer = AUKLET_SOC_CLINT_BASE;
constexpr std::uint32_t kBoard = AUKLET_SOC_BOARD_BASE;
constexpr std::uint32_t kNpu = AUKLET_SOC_NPU_BASE;
constexpr std::uint32_t kSysExit = 0x18;
constexpr std::uint32_t kSysExitExtended = 0x20;
constexpr std::uint32_t kApplicationExit = 0x20026;

class MachineTest : public testing::Test {
 protected:
  soc::MachineResult run(std::uint64_t cycles = 1'000'000) {
    machine.attach(cpu);
    return machine.run(0, cycles);
  }
  // Opens all of RAM to the NPU and starts a stream that lies at RAM's beginning.
  void start_job(std::uint32_t bytes) {
    cpu.store(kNpu + reg::IrqMask::kOffset, 3);
    cpu.store(kNpu + reg::CmdBaseLo::kOffset, kRam);
    cpu.store(kNpu + reg::CmdSize::kOffset, bytes);
    cpu.store(kNpu + reg::JobTag::kOffset, 7);
    cpu.store(kNpu + reg::Control::kOffset, reg::Control::kStart.make(1));
  }
  // A stream of END alone, in RAM; its bytes.
  std::uint32_t write_empty_stream() {
    std::array<std::uint32_t, spec::StreamHeader::kWords + spec::EndCommand::kWords> words{};
    const spec::StreamHeader header{.magic = spec::kStreamMagic,
                                    .version = spec::kStreamVersion,
                                    .macs = 256,
                                    .length = sizeof(words),
                                    .commands = 1};
    EXPECT_EQ(spec::encode(header, std::span(words).first<spec::StreamHeader::kWords>()), nullptr);
    EXPECT_EQ(spec::encode(spec::EndCommand{.header = {.opcode = spec::Opcode::kEnd}},
                           std::span(words).last<spec::EndCommand::kWords>()),
              nullptr);
    std::memcpy(machine.ram().data(), words.data(), sizeof(words));
    return sizeof(words);
  }
  // Instructions that let the SRAM be cleared: a job is refused before.
  void wait_for_npu() { cpu.idle(5'000); }

  std::string console;
  sim::FunctionalModel model;
  soc::Machine machine{{.target = model}, {.console = [this](char c) { console += c; }}};
  ScriptedCpu cpu{machine};
};

TEST_F(MachineTest, MapsFlashReadOnlyAndRam) {
  run();
  ASSERT_EQ(cpu.mapped.size(), 2U);
  EXPECT_EQ(cpu.mapped[0].base, AUKLET_SOC_FLASH_BASE);
  EXPECT_EQ(cpu.mapped[0].bytes, AUKLET_SOC_FLASH_SIZE);
  EXPECT_FALSE(cpu.mapped[0].writable);
  EXPECT_EQ(cpu.mapped[1].base, kRam);
  EXPECT_TRUE(cpu.mapped[1].writable);
  EXPECT_TRUE(cpu.fetched.empty());
}

TEST_F(MachineTest, WithADataCacheOnlyFetchesAreDirect) {
  sim::FunctionalModel another;
  soc::Machine cached({.target = another}, {.data_cache = true});
  ScriptedCpu other(cached);
  cached.attach(other);
  EXPECT_TRUE(other.mapped.empty());
  EXPECT_EQ(other.fetched.size(), 2U);
}

TEST_F(MachineTest, MemoryAndDevicesAnswerNothingElseDoes) {
  std::uint32_t value = 0;
  run();
  EXPECT_TRUE(machine.store(kRam + AUKLET_SOC_RAM_SIZE - 4, 4, 0x12345678));
  EXPECT_TRUE(machine.load(kRam + AUKLET_SOC_RAM_SIZE - 2, 1, value));
  EXPECT_EQ(value, 0x34U);
  EXPECT_FALSE(machine.load(kRam + AUKLET_SOC_RAM_SIZE, 4, value));
  EXPECT_FALSE(machine.store(AUKLET_SOC_FLASH_BASE, 4, 0)) << "flash is read only";
  EXPECT_FALSE(machine.load(AUKLET_SOC_HOLE_BASE, 4, value));
  EXPECT_FALSE(machine.store(AUKLET_SOC_HOLE_BASE, 4, 0));
  EXPECT_FALSE(machine.load(kBoard, 1, value)) << "devices have words only";
  EXPECT_FALSE(machine.load(kBoard + 0x800, 4, value));
  EXPECT_FALSE(machine.store(kTimer + AUKLET_SOC_CLINT_MTIME_LO, 4, 0)) << "time is read only";
  EXPECT_FALSE(machine.store(AUKLET_SOC_UART_BASE + AUKLET_SOC_UART_STATUS, 4, 0));
  EXPECT_TRUE(machine.load(kBoard + AUKLET_SOC_BOARD_ID, 4, value));
  EXPECT_EQ(value, static_cast<std::uint32_t>(AUKLET_SOC_BOARD_MAGIC));
  EXPECT_TRUE(machine.load(kNpu + reg::Id::kOffset, 4, value));
  EXPECT_EQ(value, spec::kIdMagic);
  EXPECT_FALSE(machine.store(kNpu + reg::Id::kOffset, 4, 0)) << "the NPU's refusal is the processor's bus error";
  for (const std::uint32_t bytes : {1U, 2U}) {
    EXPECT_FALSE(machine.load(kNpu + reg::Id::kOffset, bytes, value)) << bytes;
    EXPECT_FALSE(machine.store(kNpu + reg::JobTag::kOffset, bytes, 1)) << bytes;
  }
  EXPECT_TRUE(machine.load(kNpu + reg::JobTag::kOffset, 4, value));
  EXPECT_EQ(value, 0U) << "a part of a register was written";
  EXPECT_TRUE(machine.maintain(soc::CacheOperation::kClean, kRam));
  EXPECT_FALSE(machine.maintain(soc::CacheOperation::kClean, AUKLET_SOC_HOLE_BASE));
}

TEST_F(MachineTest, TheConsoleGetsWhatIsSent) {
  for (const char c : std::string("hi\n")) cpu.store(AUKLET_SOC_UART_BASE, static_cast<std::uint32_t>(c));
  run();
  EXPECT_EQ(console, "hi\n");
}

TEST_F(MachineTest, AnInstructionTakesTheCyclesGiven) {
  sim::FunctionalModel another;
  soc::Machine slow({.target = another}, {.cycles_per_instruction = 256 * 3 / 2});
  ScriptedCpu other(slow);
  std::uint32_t first = 0;
  std::uint32_t second = 0;
  other.load(kTimer + AUKLET_SOC_CLINT_MTIME_LO, [&](std::uint32_t value) { first = value; });
  other.idle(999);
  other.load(kTimer + AUKLET_SOC_CLINT_MTIME_LO, [&](std::uint32_t value) { second = value; });
  slow.attach(other);
  EXPECT_EQ(slow.run(0, 1'000'000).end, MachineEnd::kHalted);
  EXPECT_EQ(second - first, 1500U);
}

TEST_F(MachineTest, TheTimerWakesASleeper) {
  cpu.store(kTimer + AUKLET_SOC_CLINT_MTIMECMP_HI, 0);
  cpu.store(kTimer + AUKLET_SOC_CLINT_MTIMECMP_LO, 100'000);
  cpu.sleep();
  std::uint32_t woken = 0;
  cpu.load(kTimer + AUKLET_SOC_CLINT_MTIME_LO, [&](std::uint32_t value) { woken = value; });
  EXPECT_EQ(run().end, MachineEnd::kHalted);
  EXPECT_EQ(woken, 100'001U) << "in its cycle; the sleep itself retires then";
  EXPECT_TRUE(cpu.line(InterruptLine::kTimer));
  EXPECT_EQ(machine.statistics().sleep_cycles, 100'000U - 2U);
}

TEST_F(MachineTest, TheSoftwareInterruptFollowsItsRegister) {
  cpu.store(kTimer + AUKLET_SOC_CLINT_MSIP, 1);
  std::uint32_t during = 0;
  cpu.program.emplace_back([&](ScriptedCpu& c) {
    during = c.line(InterruptLine::kSoftware) ? 1 : 0;
    return ScriptedCpu::Then::kNext;
  });
  cpu.store(kTimer + AUKLET_SOC_CLINT_MSIP, 0);
  run();
  EXPECT_EQ(during, 1U);
  EXPECT_FALSE(cpu.line(InterruptLine::kSoftware));
}

TEST_F(MachineTest, ASleepThatNothingEndsMeetsTheDeadline) {
  cpu.sleep();
  const soc::MachineResult result = run(50'000);
  EXPECT_EQ(result.end, MachineEnd::kDeadline);
  EXPECT_EQ(result.message, "the processor waits for an interrupt");
  EXPECT_EQ(machine.clock(), 50'000U);
}

TEST_F(MachineTest, ALoopMeetsTheDeadline) {
  cpu.program.emplace_back([](ScriptedCpu&) { return ScriptedCpu::Then::kAgain; });
  const soc::MachineResult result = run(50'000);
  EXPECT_EQ(result.end, MachineEnd::kDeadline);
  EXPECT_EQ(result.message, "the processor is busy");
}

TEST_F(MachineTest, ExitCodesAreTheProgramsOwn) {
  cpu.call(kSysExit, kApplicationExit);
  soc::MachineResult result = run();
  EXPECT_EQ(result.end, MachineEnd::kExit);
  EXPECT_EQ(result.exit_code, 0U);
  cpu.program.clear();
  cpu.store(kRam, kApplicationExit);
  cpu.store(kRam + 4, 42);
  cpu.call(kSysExitExtended, kRam);
  result = run();
  EXPECT_EQ(result.end, MachineEnd::kExit);
  EXPECT_EQ(result.exit_code, 42U);
}

TEST_F(MachineTest, UnknownSemihostingCallsFailAndTheProgramGoesOn) {
  cpu.call(0x7f, 0);
  EXPECT_EQ(run().end, MachineEnd::kHalted);
  EXPECT_EQ(cpu.result, 0xffff'ffffU);
}

TEST_F(MachineTest, SemihostingWritesToTheConsole) {
  std::memcpy(machine.ram().data(), "text", 5);
  cpu.call(0x04, kRam);
  cpu.call(0x03, kRam);
  cpu.call(0x04, AUKLET_SOC_HOLE_BASE);
  run();
  EXPECT_EQ(console, "textt");
}

TEST_F(MachineTest, AJobsInterruptWakesASleeper) {
  wait_for_npu();
  start_job(write_empty_stream());
  cpu.sleep();
  std::uint32_t tag = 0;
  cpu.load(kNpu + reg::DoneTag::kOffset, [&](std::uint32_t value) { tag = value; });
  run();
  EXPECT_EQ(cpu.faults, 0U);
  EXPECT_EQ(tag, 7U);
  EXPECT_EQ(machine.statistics().npu_interrupts, 1U);
  EXPECT_TRUE(cpu.line(InterruptLine::kExternal));
}

TEST_F(MachineTest, ALostInterruptIsCountedAndDoesNotArrive) {
  wait_for_npu();
  cpu.store(kBoard + AUKLET_SOC_BOARD_IRQ_LOSE, 1);
  start_job(write_empty_stream());
  cpu.sleep();
  EXPECT_EQ(run(100'000).end, MachineEnd::kDeadline);
  EXPECT_FALSE(cpu.line(InterruptLine::kExternal));
  EXPECT_EQ(machine.statistics().npu_interrupts, 1U);
}

TEST_F(MachineTest, AFakeInterruptComesAndGoes) {
  cpu.store(kBoard + AUKLET_SOC_BOARD_IRQ_FAKE, 1);
  bool during = false;
  cpu.program.emplace_back([&](ScriptedCpu& c) {
    during = c.line(InterruptLine::kExternal);
    return ScriptedCpu::Then::kNext;
  });
  cpu.store(kBoard + AUKLET_SOC_BOARD_FAULTS_OFF, 1);
  run();
  EXPECT_TRUE(during);
  EXPECT_FALSE(cpu.line(InterruptLine::kExternal));
}

// Runs the empty stream with a switch on; returns FAULT_CAUSE.
class FaultSwitches : public MachineTest {
 protected:
  std::uint32_t cause_with(std::uint32_t offset, std::uint32_t value, std::uint32_t offset2 = 0,
                           std::uint32_t value2 = 0) {
    wait_for_npu();
    cpu.store(kNpu + reg::Watchdog::kOffset, 500);
    cpu.store(kBoard + offset, value);
    if (offset2 != 0) cpu.store(kBoard + offset2, value2);
    start_job(write_empty_stream());
    cpu.sleep();
    std::uint32_t cause = 0;
    cpu.load(kNpu + reg::FaultCause::kOffset, [&](std::uint32_t read) { cause = read; });
    EXPECT_EQ(run().end, MachineEnd::kHalted);
    return cause;
  }
};

TEST_F(FaultSwitches, BusErrorsAreTheFetchs) {
  const std::uint32_t cause = cause_with(AUKLET_SOC_BOARD_BUS_ERROR, 0);
  EXPECT_EQ(reg::FaultCause::kFault.extract(cause), spec::Fault::kAxiSlverr);
  EXPECT_EQ(reg::FaultCause::kChannel.extract(cause), spec::Channel::kFetch);
}

TEST_F(FaultSwitches, DecodeErrors) {
  const std::uint32_t cause = cause_with(AUKLET_SOC_BOARD_BUS_ERROR, 1U << 17);
  EXPECT_EQ(reg::FaultCause::kFault.extract(cause), spec::Fault::kAxiDecerr);
}

TEST_F(FaultSwitches, MemoryThatHangsIsTheWatchdogs) {
  const std::uint32_t cause = cause_with(AUKLET_SOC_BOARD_MEMORY_HANG, 0);
  EXPECT_EQ(reg::FaultCause::kFault.extract(cause), spec::Fault::kWatchdog);
}

TEST_F(FaultSwitches, CorruptWordsAreReadSo) {
  const std::uint32_t cause = cause_with(AUKLET_SOC_BOARD_CORRUPT_AT, kRam, AUKLET_SOC_BOARD_CORRUPT_XOR, 0x0000'0100);
  EXPECT_EQ(reg::FaultCause::kFault.extract(cause), spec::Fault::kCommand);
  EXPECT_EQ(reg::FaultCause::kCode.extract(cause), spec::CommandError::kMagic);
}

TEST_F(FaultSwitches, AllOffTakesEachBack) {
  wait_for_npu();
  cpu.store(kBoard + AUKLET_SOC_BOARD_BUS_ERROR, 0);
  cpu.store(kBoard + AUKLET_SOC_BOARD_MEMORY_HANG, 0);
  cpu.store(kBoard + AUKLET_SOC_BOARD_CORRUPT_AT, kRam);
  cpu.store(kBoard + AUKLET_SOC_BOARD_CORRUPT_XOR, 1);
  cpu.store(kBoard + AUKLET_SOC_BOARD_IRQ_LOSE, 1);
  cpu.store(kBoard + AUKLET_SOC_BOARD_FAULTS_OFF, 1);
  start_job(write_empty_stream());
  cpu.sleep();
  std::uint32_t cause = 1;
  cpu.load(kNpu + reg::FaultCause::kOffset, [&](std::uint32_t read) { cause = read; });
  EXPECT_EQ(run().end, MachineEnd::kHalted);
  EXPECT_EQ(cause, 0U);
}

TEST_F(MachineTest, AResetComesInItsCycle) {
  wait_for_npu();
  cpu.store(kNpu + reg::Watchdog::kOffset, 1234);
  cpu.store(kBoard + AUKLET_SOC_BOARD_NPU_RESET_IN, 300);
  std::uint32_t before = 0;
  std::uint32_t after = 0;
  cpu.idle(297);
  cpu.load(kNpu + reg::Watchdog::kOffset, [&](std::uint32_t value) { before = value; });
  cpu.idle(3);
  cpu.load(kNpu + reg::Watchdog::kOffset, [&](std::uint32_t value) { after = value; });
  run();
  EXPECT_EQ(before, 1234U);
  EXPECT_NE(after, 1234U);
}

TEST_F(MachineTest, TheNpusClockStandsStillWhileItIsIdle) {
  wait_for_npu();
  cpu.idle(100'000);
  std::uint32_t npu_cycles = 0;
  std::uint32_t time = 0;
  cpu.load(kBoard + AUKLET_SOC_BOARD_NPU_CYCLES, [&](std::uint32_t value) { npu_cycles = value; });
  cpu.load(kTimer + AUKLET_SOC_CLINT_MTIME_LO, [&](std::uint32_t value) { time = value; });
  run();
  EXPECT_LT(model.cycle(), 10'000U) << "clearing took 4,096 cycles; the rest was not simulated";
  EXPECT_EQ(npu_cycles + 1, time) << "but it was passed";
}

}  // namespace
}  // namespace auklet::test
