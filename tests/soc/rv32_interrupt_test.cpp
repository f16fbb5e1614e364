// Interrupts: when they are taken, which first, and how WFI waits for them.
#include <gtest/gtest.h>

#include <cstdint>

#include "rv32_assembler.hpp"
#include "rv32_machine.hpp"

namespace auklet::test {
namespace {

using namespace rv32;  // NOLINT(google-build-using-namespace): programs are written in it.
using sim::soc::CpuStop;
using sim::soc::InterruptLine;

constexpr std::uint32_t kCode = Rv32Machine::kCode;
constexpr std::uint32_t kBody = kCode + 0x100;  ///< Where the program under test goes.
constexpr std::uint32_t kInterrupt = 0x8000'0000;

/// A machine at kBody with mtvec, mie and mstatus set. The handler is a row of no-operations.
struct Interrupts : Rv32Machine, testing::Test {
  void start(std::uint32_t vector, std::uint32_t enabled, bool globally) {
    for (std::uint32_t address = kHandler; address < kHandler + 0x100; address += 4) poke(address, kNop);
    for (std::uint32_t address = kBody; address < kBody + 0x100; address += 4) poke(address, kNop);
    place({csrrw(zero, mtvec, t4), csrrw(zero, mie, t5), csrrw(zero, mstatus, t6),
           jal(zero, static_cast<std::int32_t>(kBody - (kCode + 12)))});
    cpu.set_x(t4, vector);
    cpu.set_x(t5, enabled);
    cpu.set_x(t6, globally ? 8 : 0);
    ASSERT_EQ(cpu.run(4), CpuStop::kBudget);
    ASSERT_EQ(cpu.pc(), kBody);
    before = cpu.retired();
  }
  void raise(InterruptLine line) { cpu.set_interrupt(line, true); }
  void lower(InterruptLine line) { cpu.set_interrupt(line, false); }

  std::uint64_t before = 0;
};

TEST_F(Interrupts, AreTakenBetweenInstructions) {
  start(kHandler, 0x888, true);
  EXPECT_EQ(cpu.run(2), CpuStop::kBudget);
  raise(InterruptLine::kTimer);
  EXPECT_EQ(cpu.csr(mip), 0x80U);
  EXPECT_EQ(cpu.pc(), kBody + 8);
  EXPECT_EQ(cpu.run(1), CpuStop::kBudget);
  EXPECT_EQ(cpu.csr(mcause), kInterrupt | 7);
  EXPECT_EQ(cpu.csr(mepc), kBody + 8);
  EXPECT_EQ(cpu.csr(mtval), 0U);
  EXPECT_EQ(cpu.csr(mstatus), 0x1880U);
  EXPECT_EQ(cpu.pc(), kHandler + 4);
  EXPECT_EQ(cpu.retired() - before, 3U);
}

TEST_F(Interrupts, ExternalBeforeSoftwareBeforeTimer) {
  const InterruptLine order[] = {InterruptLine::kExternal, InterruptLine::kSoftware, InterruptLine::kTimer};
  const std::uint32_t codes[] = {11, 3, 7};
  start(kHandler, 0x888, true);
  for (const InterruptLine line : order) raise(line);
  for (unsigned i = 0; i < 3; ++i) {
    place({kMret}, kHandler);
    EXPECT_EQ(cpu.run(1), CpuStop::kBudget);
    EXPECT_EQ(cpu.csr(mcause), kInterrupt | codes[i]);
    EXPECT_EQ(cpu.pc(), kBody);
    lower(order[i]);
  }
}

TEST_F(Interrupts, GoToVectors) {
  const InterruptLine lines[] = {InterruptLine::kExternal, InterruptLine::kSoftware, InterruptLine::kTimer};
  const std::uint32_t codes[] = {11, 3, 7};
  for (unsigned i = 0; i < 3; ++i) {
    Interrupts::cpu.reset(kCode);
    start(kHandler | 1, 0x888, true);
    raise(lines[i]);
    EXPECT_EQ(cpu.run(1), CpuStop::kBudget);
    EXPECT_EQ(cpu.pc(), kHandler + 4 * codes[i] + 4);
    lower(lines[i]);
  }
}

TEST_F(Interrupts, WaitForTheGlobalEnable) {
  start(kHandler, 0x888, false);
  place({kNop, csrrsi(zero, mstatus, 8), kNop}, kBody);
  raise(InterruptLine::kSoftware);
  EXPECT_EQ(cpu.run(2), CpuStop::kBudget);
  EXPECT_EQ(cpu.pc(), kBody + 8);
  EXPECT_EQ(cpu.run(1), CpuStop::kBudget);  // Right behind the instruction that enables it.
  EXPECT_EQ(cpu.csr(mepc), kBody + 8);
  EXPECT_EQ(cpu.pc(), kHandler + 4);
}

TEST_F(Interrupts, WaitForTheirOwnEnable) {
  start(kHandler, 0x800, true);
  place({csrrw(zero, mie, a0), kNop}, kBody);
  cpu.set_x(a0, 0x80);
  raise(InterruptLine::kTimer);
  EXPECT_EQ(cpu.run(2), CpuStop::kBudget);
  EXPECT_EQ(cpu.csr(mepc), kBody + 4);
}

TEST_F(Interrupts, AreLevels) {
  start(kHandler, 0x888, true);
  raise(InterruptLine::kExternal);
  lower(InterruptLine::kExternal);
  EXPECT_EQ(cpu.run(3), CpuStop::kBudget);
  EXPECT_EQ(cpu.pc(), kBody + 12);
}

TEST_F(Interrupts, MretThatEnablesTakesOneAtOnce) {
  start(kHandler, 0x888, true);
  place({kMret}, kHandler);
  raise(InterruptLine::kTimer);
  EXPECT_EQ(cpu.run(5), CpuStop::kBudget);  // MRET each time: the line stays high.
  EXPECT_EQ(cpu.csr(mepc), kBody);
  EXPECT_EQ(cpu.pc(), kBody);
}

TEST_F(Interrupts, ABusAccessMayRaiseOne) {
  start(kHandler, 0x888, true);
  place({kNop, sw(zero, s0, 0), kNop}, kBody);
  cpu.set_x(s0, RecordingBus::kBase);
  std::uint64_t retired_then = 0;
  bus.on_access = [&] {
    retired_then = cpu.retired();
    raise(InterruptLine::kExternal);
  };
  EXPECT_EQ(cpu.run(3), CpuStop::kBudget);
  EXPECT_EQ(retired_then - before, 1U);
  EXPECT_EQ(cpu.csr(mepc), kBody + 8);  // The store is done, what follows is not.
  EXPECT_EQ(cpu.pc(), kHandler + 4);
}

TEST_F(Interrupts, WfiSleepsUntilOneIsPending) {
  start(kHandler, 0x888, true);
  place({kWfi, kNop}, kBody);
  EXPECT_EQ(cpu.run(100), CpuStop::kSleep);
  EXPECT_EQ(cpu.pc(), kBody + 4);
  EXPECT_EQ(cpu.retired() - before, 1U);
  EXPECT_EQ(cpu.run(100), CpuStop::kSleep);
  EXPECT_EQ(cpu.retired() - before, 1U);
  raise(InterruptLine::kTimer);
  EXPECT_EQ(cpu.run(1), CpuStop::kBudget);
  EXPECT_EQ(cpu.csr(mepc), kBody + 4);
  EXPECT_EQ(cpu.pc(), kHandler + 4);
}

TEST_F(Interrupts, WfiWakesWithoutTheGlobalEnable) {
  start(kHandler, 0x888, false);
  place({kWfi, kNop}, kBody);
  EXPECT_EQ(cpu.run(100), CpuStop::kSleep);
  raise(InterruptLine::kTimer);
  EXPECT_EQ(cpu.run(1), CpuStop::kBudget);
  EXPECT_EQ(cpu.pc(), kBody + 8);  // It goes on, and takes none.
}

TEST_F(Interrupts, WfiIgnoresOnesThatAreNotEnabled) {
  start(kHandler, 0x800, true);
  place({kWfi, kNop}, kBody);
  raise(InterruptLine::kTimer);
  EXPECT_EQ(cpu.run(100), CpuStop::kSleep);
}

// The race of every idle loop: interrupts off, look for work, WFI. One that comes in between must not be slept through.
TEST_F(Interrupts, WfiDoesNotMissOneThatCameBefore) {
  start(kHandler, 0x888, false);
  place({lw(a0, s0, 0), kWfi, kNop, csrrsi(zero, mstatus, 8), kNop}, kBody);
  cpu.set_x(s0, RecordingBus::kBase);
  bus.on_access = [&] { raise(InterruptLine::kExternal); };
  EXPECT_EQ(cpu.run(5), CpuStop::kBudget);
  EXPECT_EQ(cpu.csr(mepc), kBody + 16);
  EXPECT_EQ(cpu.pc(), kHandler + 4);
}

TEST_F(Interrupts, SleepEndsWithReset) {
  start(kHandler, 0x888, true);
  place({kWfi}, kBody);
  EXPECT_EQ(cpu.run(100), CpuStop::kSleep);
  cpu.reset(kBody + 4);
  EXPECT_EQ(cpu.run(1), CpuStop::kBudget);
  EXPECT_EQ(cpu.csr(mie), 0U);
}

}  // namespace
}  // namespace auklet::test
