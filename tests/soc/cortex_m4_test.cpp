// CortexM4Cpu: start, exceptions, sleep, semihosting, and the count of instructions.
#include <gtest/gtest.h>

#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

#include "cortex_m4_machine.hpp"

namespace auklet::test {
namespace {

using namespace thumb;  // NOLINT(google-build-using-namespace): programs are written in it.
using sim::soc::CpuStop;
using sim::soc::InterruptLine;

TEST_F(CortexM4, StartsFromItsVectorTable) {
  place(kReset, join({movs(0, 7), adds(0, 1), b_self()}));
  cpu.reset(0);
  EXPECT_EQ(cpu.pc(), kReset);
  EXPECT_EQ(cpu.r(13), kStack);
  EXPECT_EQ(cpu.r(14), 0xFFFF'FFFFU);
  EXPECT_EQ(cpu.xpsr() & ~0xF000'0000U, 1U << 24);
  EXPECT_EQ(cpu.run(2), CpuStop::kBudget);
  EXPECT_EQ(cpu.r(0), 8U);
  EXPECT_EQ(cpu.pc(), kReset + 4);
  EXPECT_EQ(cpu.retired(), 2U);
  EXPECT_EQ(cpu.run(1000), CpuStop::kBudget);
  EXPECT_EQ(cpu.retired(), 1002U);
}

TEST_F(CortexM4, HaltsWithoutAVectorTable) {
  cpu.reset(0x3000'0000);
  EXPECT_EQ(cpu.run(1), CpuStop::kHalted);
  EXPECT_NE(cpu.halt_reason().find("no vector table"), std::string::npos);
}

TEST_F(CortexM4, StartsAgainFromChangedCode) {
  start(join({movs(0, 1), b_self()}));
  EXPECT_EQ(cpu.run(2), CpuStop::kBudget);
  start(join({movs(0, 2), b_self()}));
  EXPECT_EQ(cpu.run(2), CpuStop::kBudget);
  EXPECT_EQ(cpu.r(0), 2U);
}

TEST_F(CortexM4, ReachesTheBus) {
  start(join({load_constant(0, RecordingBus::kBase), load_constant(1, 0x8765'4321), str(1, 0, 0), strh(1, 0, 2),
              ldr(2, 0, 1), ldrb(3, 0, 1)}));
  std::uint64_t inside = 0;
  bus.on_access = [&] { inside = retired(); };
  EXPECT_EQ(cpu.run(8), CpuStop::kBudget);
  constexpr std::uint32_t kBase = RecordingBus::kBase;
  const std::vector<RecordingBus::Access> expected = {{'s', kBase, 4, 0x8765'4321},
                                                      {'s', kBase + 4, 2, 0x4321},
                                                      {'l', kBase + 4, 4, 0x4321},
                                                      {'l', kBase + 1, 1, 0x43}};
  EXPECT_EQ(bus.accesses, expected);
  EXPECT_EQ(cpu.r(2), 0x4321U);
  EXPECT_EQ(cpu.r(3), 0x43U);
  EXPECT_EQ(inside, 7U);  // The load itself is not counted yet.
}

TEST_F(CortexM4, SplitsUnalignedAccessesToTheBus) {
  start(join({load_constant(0, RecordingBus::kBase + 1), movs(1, 9), str(1, 0, 0), ldr(2, 0, 0)}));
  EXPECT_EQ(cpu.run(5), CpuStop::kBudget);
  EXPECT_GT(bus.accesses.size(), 2U);
  for (const RecordingBus::Access& access : bus.accesses) EXPECT_EQ(access.address % access.bytes, 0U);
  EXPECT_EQ(cpu.r(2), 9U);
}

TEST_F(CortexM4, StoresToReadOnlyMemoryGoToTheBus) {
  poke(0x800, 0x1234'5678);
  start(join({load_constant(0, 0x800), str(0, 0, 0), ldr(1, 0, 0), ldr(2, 0, 0)}));
  EXPECT_EQ(cpu.run(100), CpuStop::kBudget);  // The bus refuses it: HardFault.
  EXPECT_EQ(cpu.pc(), kHardFault);
  std::uint32_t word = 0;
  std::memcpy(&word, &flash[0x800], 4);
  EXPECT_EQ(word, 0x1234'5678U);
}

TEST_F(CortexM4, TakesAnInterruptAndReturns) {
  start(join({movs(0, 10), movs(1, 11), movs(2, 12), movs(3, 13), cmp(0, 10), nop(), nop()}));
  place(kIrq0, join({movs(0, 0), movs(1, 0), movs(2, 0), movs(3, 0), cmp(0, 1), bx_lr()}));
  EXPECT_EQ(cpu.run(5), CpuStop::kBudget);
  const std::uint32_t flags = cpu.xpsr();
  cpu.set_interrupt(InterruptLine::kExternal, true);
  EXPECT_EQ(cpu.run(1), CpuStop::kBudget);
  EXPECT_EQ(cpu.pc(), kIrq0 + 2);
  EXPECT_EQ(ipsr(), 16U);
  EXPECT_EQ(cpu.r(14), 0xFFFF'FFF9U);
  EXPECT_EQ(cpu.r(13), kStack - 32);
  const std::uint32_t expected[] = {10, 11, 12, 13, 0, 0xFFFF'FFFF, begin + 10, flags};
  for (std::uint32_t i = 0; i < 8; ++i) EXPECT_EQ(peek(kStack - 32 + 4 * i), expected[i]) << i;
  cpu.set_interrupt(InterruptLine::kExternal, false);
  EXPECT_EQ(cpu.run(5), CpuStop::kBudget);
  EXPECT_EQ(cpu.pc(), begin + 10);
  EXPECT_EQ(cpu.xpsr(), flags);
  EXPECT_EQ(cpu.r(13), kStack);
  EXPECT_EQ(cpu.r(14), 0xFFFF'FFFFU);
  for (unsigned i = 0; i < 4; ++i) EXPECT_EQ(cpu.r(i), 10 + i);
  EXPECT_EQ(retired(), 11U);
}

TEST_F(CortexM4, TakesALevelAgainUntilItIsLow) {
  start(join({nop(), b_self()}));
  place(kIrq0, join({adds(4, 1), bx_lr()}));
  cpu.set_interrupt(InterruptLine::kExternal, true);
  EXPECT_EQ(cpu.run(6), CpuStop::kBudget);
  EXPECT_EQ(cpu.r(4), 3U);
  EXPECT_EQ(cpu.pc(), begin);
}

TEST_F(CortexM4, AlignsFramesToEightBytes) {
  start(join({half(0xB081), nop(), nop()}));  // SUB SP, #4
  place(kIrq0, join({nop(), bx_lr()}));
  EXPECT_EQ(cpu.run(1), CpuStop::kBudget);
  cpu.set_interrupt(InterruptLine::kExternal, true);
  EXPECT_EQ(cpu.run(1), CpuStop::kBudget);
  EXPECT_EQ(cpu.r(13), kStack - 40);
  EXPECT_NE(peek(kStack - 40 + 28) & 1U << 9, 0U);
  cpu.set_interrupt(InterruptLine::kExternal, false);
  EXPECT_EQ(cpu.run(1), CpuStop::kBudget);
  EXPECT_EQ(cpu.r(13), kStack - 4);
}

TEST_F(CortexM4, LetsOnlyAHigherPriorityPreempt) {
  // r5 = IPR0's address, r4 = priorities: interrupt 0 low, 1 high.
  start(join({load_constant(5, kScs + 0x400), load_constant(4, 0x0000'20E0), str(4, 5, 0), nop(), b_self()}));
  EXPECT_EQ(cpu.run(6), CpuStop::kBudget);
  cpu.set_interrupt(InterruptLine::kExternal, true);
  EXPECT_EQ(cpu.run(1), CpuStop::kBudget);
  EXPECT_EQ(ipsr(), 16U);
  cpu.set_interrupt(InterruptLine::kTimer, true);
  EXPECT_EQ(cpu.run(1), CpuStop::kBudget);
  EXPECT_EQ(ipsr(), 17U);
  EXPECT_EQ(cpu.r(14), 0xFFFF'FFF1U);
  EXPECT_EQ(cpu.r(13), kStack - 64);
}

TEST_F(CortexM4, EqualPrioritiesWaitForTheReturn) {
  start(join({nop(), b_self()}));
  place(kIrq1, join({nop(), bx_lr()}));
  cpu.set_interrupt(InterruptLine::kTimer, true);
  EXPECT_EQ(cpu.run(1), CpuStop::kBudget);
  EXPECT_EQ(ipsr(), 17U);
  cpu.set_interrupt(InterruptLine::kTimer, false);
  cpu.set_interrupt(InterruptLine::kExternal, true);  // Of a lower number, but no higher priority.
  EXPECT_EQ(cpu.run(1), CpuStop::kBudget);
  EXPECT_EQ(ipsr(), 0U);
  EXPECT_EQ(cpu.run(1), CpuStop::kBudget);
  EXPECT_EQ(ipsr(), 16U);
}

TEST_F(CortexM4, PrimaskKeepsInterruptsAway) {
  start(join({cpsid(), nop(), nop(), cpsie(), nop(), nop()}));
  EXPECT_EQ(cpu.run(1), CpuStop::kBudget);
  cpu.set_interrupt(InterruptLine::kExternal, true);
  EXPECT_EQ(cpu.run(3), CpuStop::kBudget);
  EXPECT_EQ(ipsr(), 0U);
  EXPECT_EQ(cpu.pc(), begin + 8);
  EXPECT_EQ(cpu.run(1), CpuStop::kBudget);  // Right behind CPSIE.
  EXPECT_EQ(ipsr(), 16U);
  EXPECT_EQ(peek(kStack - 8), begin + 8);
}

TEST_F(CortexM4, BasepriKeepsLowPrioritiesAway) {
  start(join({load_constant(5, kScs + 0x400), load_constant(4, 0x0000'2080), str(4, 5, 0), movs(0, 0x80), movs(1, 0),
              msr(kBasepri, 0), nop(), msr(kBasepri, 1), nop(), nop()}));
  EXPECT_EQ(cpu.run(8), CpuStop::kBudget);
  cpu.set_interrupt(InterruptLine::kExternal, true);  // Of priority 0x80.
  EXPECT_EQ(cpu.run(1), CpuStop::kBudget);
  EXPECT_EQ(ipsr(), 0U);
  EXPECT_EQ(cpu.run(2), CpuStop::kBudget);
  EXPECT_EQ(ipsr(), 16U);
}

TEST_F(CortexM4, DisabledInterruptsWait) {
  start(join(
      {load_constant(5, kScs + 0x180), movs(4, 1), str(4, 5, 0), nop(), load_constant(5, kIser), str(4, 5, 0), nop()}));
  EXPECT_EQ(cpu.run(4), CpuStop::kBudget);
  cpu.set_interrupt(InterruptLine::kExternal, true);
  EXPECT_EQ(cpu.run(4), CpuStop::kBudget);
  EXPECT_EQ(ipsr(), 0U);
  EXPECT_EQ(cpu.run(1), CpuStop::kBudget);
  EXPECT_EQ(ipsr(), 16U);
}

TEST_F(CortexM4, WfiSleepsUntilAnInterrupt) {
  start(join({wfi(), nop(), b_self()}));
  EXPECT_EQ(cpu.run(100), CpuStop::kSleep);
  EXPECT_EQ(cpu.pc(), begin + 2);
  EXPECT_EQ(retired(), 1U);
  EXPECT_EQ(cpu.run(100), CpuStop::kSleep);
  cpu.set_interrupt(InterruptLine::kTimer, true);
  EXPECT_EQ(cpu.run(1), CpuStop::kBudget);
  EXPECT_EQ(ipsr(), 17U);
  EXPECT_EQ(retired(), 2U);
}

TEST_F(CortexM4, WfiWakesUnderPrimaskWithoutAHandler) {
  start(join({cpsid(), wfi(), movs(0, 5), nop()}));
  EXPECT_EQ(cpu.run(100), CpuStop::kSleep);
  cpu.set_interrupt(InterruptLine::kExternal, true);
  EXPECT_EQ(cpu.run(1), CpuStop::kBudget);
  EXPECT_EQ(cpu.r(0), 5U);
  EXPECT_EQ(ipsr(), 0U);
}

// The race of every idle loop: interrupts off, look for work, WFI. One that comes in between must not be slept through.
TEST_F(CortexM4, WfiDoesNotMissAnInterruptThatCameBefore) {
  start(join({load_constant(0, RecordingBus::kBase), cpsid(), ldr(1, 0, 0), wfi(), cpsie(), nop()}));
  bus.on_access = [&] { cpu.set_interrupt(InterruptLine::kExternal, true); };
  EXPECT_EQ(cpu.run(7), CpuStop::kBudget);
  EXPECT_EQ(ipsr(), 16U);
  EXPECT_EQ(peek(kStack - 8), begin + 16);
}

TEST_F(CortexM4, SleepsOnExit) {
  start(join({load_constant(0, kScs + 0xD10), movs(1, 2), str(1, 0, 0), wfi(), movs(2, 1), b_self()}));
  place(kIrq0, join({load_constant(0, RecordingBus::kBase), str(0, 0, 0), bx_lr()}));
  bus.on_access = [&] { cpu.set_interrupt(InterruptLine::kExternal, false); };
  EXPECT_EQ(cpu.run(100), CpuStop::kSleep);
  cpu.set_interrupt(InterruptLine::kExternal, true);
  EXPECT_EQ(cpu.run(100), CpuStop::kSleep);
  EXPECT_EQ(cpu.r(2), 0U);
}

TEST_F(CortexM4, WfeGoesOn) {
  start(join({wfe(), half(0xBF10), half(0xBF40), movs(0, 3), b_self()}));
  EXPECT_EQ(cpu.run(4), CpuStop::kBudget);
  EXPECT_EQ(cpu.r(0), 3U);
  EXPECT_EQ(retired(), 4U);
}

TEST_F(CortexM4, SupervisorCall) {
  start(join({movs(0, 5), svc(3), adds(0, 1), b_self()}));
  place(kSvCall, join({movs(4, 9), bx_lr()}));
  EXPECT_EQ(cpu.run(5), CpuStop::kBudget);
  EXPECT_EQ(cpu.r(4), 9U);
  EXPECT_EQ(cpu.r(0), 6U);
  EXPECT_EQ(retired(), 5U);
}

TEST_F(CortexM4, PendSvByTheProgram) {
  start(join({load_constant(0, kScs + 0xD04), load_constant(1, 1U << 28), str(1, 0, 0), nop(), b_self()}));
  EXPECT_EQ(cpu.run(6), CpuStop::kBudget);
  EXPECT_EQ(ipsr(), 14U);
}

TEST_F(CortexM4, StacksOnTheProcessStack) {
  start(join({load_constant(0, kRam + 0x4000), msr(kPsp, 0), movs(1, 2), msr(kControl, 1), nop(), nop()}));
  place(kIrq0, join({nop(), bx_lr()}));
  EXPECT_EQ(cpu.run(6), CpuStop::kBudget);
  EXPECT_EQ(cpu.r(13), kRam + 0x4000);
  cpu.set_interrupt(InterruptLine::kExternal, true);
  EXPECT_EQ(cpu.run(1), CpuStop::kBudget);
  EXPECT_EQ(cpu.r(13), kStack);
  EXPECT_EQ(cpu.r(14), 0xFFFF'FFFDU);
  EXPECT_EQ(peek(kRam + 0x4000 - 8), begin + 20);
  cpu.set_interrupt(InterruptLine::kExternal, false);
  EXPECT_EQ(cpu.run(1), CpuStop::kBudget);
  EXPECT_EQ(cpu.r(13), kRam + 0x4000);
  EXPECT_EQ(cpu.pc(), begin + 20);
}

TEST_F(CortexM4, ABusAccessMayRaiseAnInterruptOrYield) {
  start(join({load_constant(0, RecordingBus::kBase), str(0, 0, 0), nop(), nop()}));
  bus.on_access = [&] {
    cpu.set_interrupt(InterruptLine::kExternal, true);
    cpu.request_yield();
  };
  EXPECT_EQ(cpu.run(100), CpuStop::kYield);
  EXPECT_EQ(cpu.pc(), begin + 10);
  EXPECT_EQ(retired(), 3U);
  EXPECT_EQ(cpu.run(1), CpuStop::kBudget);
  EXPECT_EQ(peek(kStack - 8), begin + 10);
}

TEST_F(CortexM4, StopsForSemihosting) {
  start(join({movs(0, 4), movs(1, 99), bkpt(0xAB), adds(0, 1), b_self()}));
  EXPECT_EQ(cpu.run(100), CpuStop::kSemihosting);
  EXPECT_EQ(cpu.semihosting_call().operation, 4U);
  EXPECT_EQ(cpu.semihosting_call().parameter, 99U);
  EXPECT_EQ(cpu.pc(), begin + 4);
  EXPECT_EQ(retired(), 2U);
  EXPECT_EQ(cpu.run(100), CpuStop::kSemihosting);  // Not served yet.
  cpu.finish_semihosting(41);
  EXPECT_EQ(cpu.run(1), CpuStop::kBudget);
  EXPECT_EQ(cpu.r(0), 42U);
  EXPECT_EQ(retired(), 4U);
}

TEST_F(CortexM4, CountsConditionalInstructions) {
  // ITTE EQ; MOVS r1; MOVS r2; MOVS r3, of which the condition lets the first two or the last through.
  for (const std::uint32_t value : {0U, 1U}) {
    start(join({movs(0, value), cmp(0, 0), it(0, 6), movs(1, 1), movs(2, 2), movs(3, 3), movs(4, 4), b_self()}));
    EXPECT_EQ(cpu.run(7), CpuStop::kBudget);
    EXPECT_EQ(cpu.r(1), value == 0 ? 1U : 0U);
    EXPECT_EQ(cpu.r(3), value == 0 ? 0U : 3U);
    EXPECT_EQ(cpu.r(4), 4U);
    EXPECT_EQ(cpu.pc(), begin + 14);
    EXPECT_EQ(retired(), 7U);
  }
}

TEST_F(CortexM4, DoesNotStopInsideAnItBlock) {
  start(join({cmp(0, 0), it(0, 6), movs(1, 1), movs(2, 2), movs(3, 3), movs(4, 4), b_self()}));
  EXPECT_EQ(cpu.run(3), CpuStop::kBudget);
  EXPECT_EQ(cpu.pc(), begin + 10);
  EXPECT_EQ(retired(), 5U);
}

TEST_F(CortexM4, ReadsItsCycleCounter) {
  start(join({load_constant(0, 0xE000'1004), ldr(1, 0, 0), nop(), ldr(2, 0, 0)}));
  EXPECT_EQ(cpu.run(5), CpuStop::kBudget);
  EXPECT_EQ(cpu.r(2) - cpu.r(1), 2U);
}

TEST_F(CortexM4, RefusesWhatItCannotMap) {
  std::vector<std::byte> page(4096);
  EXPECT_THROW(cpu.map(0x800, page, true), std::invalid_argument);
  EXPECT_THROW(cpu.map(kRam, page, true), std::invalid_argument);
  EXPECT_THROW(cpu.map_fetch(0x5000'0000, page), std::invalid_argument);
  start(nop());
  EXPECT_THROW(cpu.map(0x5000'0000, page, true), std::logic_error);
}

}  // namespace
}  // namespace auklet::test
