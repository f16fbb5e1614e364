// CortexM4Cpu: what goes wrong, where that leads, and what ends the processor.
#include <gtest/gtest.h>

#include <cstdint>
#include <string>

#include "cortex_m4_machine.hpp"

namespace auklet::test {
namespace {

using namespace thumb;  // NOLINT(google-build-using-namespace): programs are written in it.
using sim::soc::CpuStop;

TEST_F(CortexM4, RefusedAccessesAreHardFaults) {
  start(join({load_constant(0, RecordingBus::kRefused), nop(), ldr(1, 0, 0), nop()}));
  place(kHardFault, join({load_constant(2, kScs + 0xD28), ldr(3, 2, 0), ldr(4, 2, 1), ldr(5, 2, 4), b_self()}));
  EXPECT_EQ(cpu.run(8), CpuStop::kBudget);
  EXPECT_EQ(ipsr(), 3U);
  EXPECT_EQ(peek(kStack - 8), begin + 10);  // The load's own address.
  EXPECT_EQ(cpu.r(3), 0x8200U);             // CFSR: PRECISERR, BFARVALID
  EXPECT_EQ(cpu.r(4), 1U << 30);            // HFSR: FORCED
  EXPECT_EQ(cpu.r(5), RecordingBus::kRefused);
  EXPECT_EQ(retired(), 8U);
}

TEST_F(CortexM4, UndefinedInstructionsAreHardFaults) {
  start(join({nop(), udf(), nop()}));
  EXPECT_EQ(cpu.run(2), CpuStop::kBudget);
  EXPECT_EQ(ipsr(), 3U);
  EXPECT_EQ(peek(kStack - 8), begin + 2);
}

TEST_F(CortexM4, UndefinedBehindWfeIsNoHint) {
  start(join({wfe(), udf()}));
  EXPECT_EQ(cpu.run(2), CpuStop::kBudget);
  EXPECT_EQ(ipsr(), 3U);
}

TEST_F(CortexM4, FetchesWhereNothingIsAreHardFaults) {
  start(join({load_constant(0, 0x1000'0001), bx(0)}));
  EXPECT_EQ(cpu.run(4), CpuStop::kBudget) << cpu.halt_reason();
  EXPECT_EQ(ipsr(), 3U);
  EXPECT_EQ(peek(kStack - 8), 0x1000'0000U);
}

TEST_F(CortexM4, BranchesToArmCodeAreHardFaults) {
  start(join({load_constant(0, 0x200), bx(0)}));
  EXPECT_EQ(cpu.run(4), CpuStop::kBudget);
  EXPECT_EQ(ipsr(), 3U);
  EXPECT_EQ(retired(), 4U);
}

TEST_F(CortexM4, BreakpointsWithoutADebuggerAreHardFaults) {
  start(join({bkpt(1), nop()}));
  EXPECT_EQ(cpu.run(1), CpuStop::kBudget);
  EXPECT_EQ(ipsr(), 3U);
  EXPECT_EQ(peek(kStack - 8), begin);
}

TEST_F(CortexM4, FaultsInTheFaultHandlerHalt) {
  start(join({udf()}));
  place(kHardFault, udf());
  EXPECT_EQ(cpu.run(100), CpuStop::kHalted);
  EXPECT_EQ(cpu.halt_reason(), "lock-up: usage fault (CFSR 0x00010000, address 0x00000000) at pc 0x00000200");
  EXPECT_EQ(cpu.run(100), CpuStop::kHalted);
}

TEST_F(CortexM4, AFaultWithoutAHandlerHalts) {
  poke(12, 0);
  start(join({nop(), udf()}));
  EXPECT_EQ(cpu.run(100), CpuStop::kHalted);
  EXPECT_EQ(cpu.halt_reason(),
            "lock-up: exception 3 has no handler at pc 0x0000010e, after usage fault (CFSR 0x00010000, address "
            "0x00000000)");
}

TEST_F(CortexM4, HaltsOnARequestForReset) {
  start(join({load_constant(0, kScs + 0xD0C), load_constant(1, 0x05FA'0004), str(1, 0, 0), b_self()}));
  EXPECT_EQ(cpu.run(100), CpuStop::kHalted);
  EXPECT_NE(cpu.halt_reason().find("reset"), std::string::npos);
}

TEST_F(CortexM4, BusFaultsHaveAHandlerOfTheirOwnWhenEnabled) {
  constexpr std::uint32_t kBusFault = 0x280;
  poke(4 * 5, kBusFault | 1);
  start(join({load_constant(0, kScs + 0xD24), load_constant(1, 1U << 17), str(1, 0, 0),
              load_constant(0, RecordingBus::kRefused), str(1, 0, 0), nop()}));
  place(kBusFault, join({nop(), b_self()}));
  EXPECT_EQ(cpu.run(8), CpuStop::kBudget);
  EXPECT_EQ(ipsr(), 5U);
}

TEST_F(CortexM4, ReturnsToNowhereAreUsageFaults) {
  start(join({nop(), nop()}));
  place(kIrq0, join({load_constant(0, 0xFFFF'FFE1), bx(0)}));  // A frame with floating-point registers.
  cpu.set_interrupt(sim::soc::InterruptLine::kExternal, true);
  EXPECT_EQ(cpu.run(4), CpuStop::kBudget);
  EXPECT_EQ(ipsr(), 3U);
}

}  // namespace
}  // namespace auklet::test
