// Exceptions: which instruction causes which, with what in mepc, mcause and mtval; and what ends the processor.
#include <gtest/gtest.h>

#include <cstdint>
#include <optional>

#include "rv32_assembler.hpp"
#include "rv32_machine.hpp"

namespace auklet::test {
namespace {

using namespace rv32;  // NOLINT(google-build-using-namespace): programs are written in it.
using sim::soc::CpuStop;

/// A machine whose handler is a row of no-operations, with interrupts enabled in mstatus.
struct Traps : Rv32Machine, testing::Test {
  Traps() {
    for (unsigned i = 0; i < 16; ++i) poke(kHandler + 4 * i, kNop);
  }
  /// Executes set-up and one instruction, which must trap.
  void expect_trap(std::uint32_t instruction, std::uint32_t cause, std::uint32_t value) {
    place({csrrw(zero, mtvec, t6), csrrsi(zero, mstatus, 8), instruction, kNop});
    cpu.set_x(t6, kHandler + 1);  // Vectored, which exceptions are not.
    ASSERT_EQ(cpu.run(3), CpuStop::kBudget);
    EXPECT_EQ(cpu.csr(mcause), cause);
    EXPECT_EQ(cpu.csr(mepc), kCode + 8);
    EXPECT_EQ(cpu.csr(mtval), value);
    EXPECT_EQ(cpu.csr(mstatus), 0x1880U);  // MPP machine, MPIE what MIE was, MIE 0.
    EXPECT_EQ(cpu.pc(), kHandler + 4);     // The handler's first instruction is the third that retired.
    EXPECT_EQ(cpu.retired(), 3U);
  }
};

TEST_F(Traps, EnvironmentCall) { expect_trap(kEcall, 11, 0); }
TEST_F(Traps, Breakpoint) { expect_trap(kEbreak, 3, kCode + 8); }
TEST_F(Traps, CompressedBreakpoint) { expect_trap(0x9002, 3, kCode + 8); }
TEST_F(Traps, IllegalInstruction) { expect_trap(kIllegal, 2, kIllegal); }
TEST_F(Traps, IllegalCompressedInstruction) { expect_trap(0xFFFF'0000, 2, 0); }
TEST_F(Traps, ReservedCompressedInstruction) { expect_trap(0xFFFF'6101, 2, 0x6101); }

TEST_F(Traps, IllegalInstructionsOfEveryOpcode) {
  const std::uint32_t words[] = {
      0x00003003, 0x00006003, 0x00007003,              // LD, LWU of RV64, reserved
      0x00003023, 0x00004023,                          // SD, reserved
      0x00002063, 0x00003063,                          // Reserved branches
      0x00001067,                                      // JALR with funct3 1
      0x02001013, 0x02005013, 0x40001013, 0x80005013,  // Shifts with other funct7; SLLI by 32 of RV64
      0x04000033, 0x40001033, 0x40007033, 0x80000033,  // Register operations with other funct7
      0x0000302F, 0x0000002F, 0x1010202F, 0x2800202F,  // AMO.D, funct3 0, LR with rs2, reserved funct5
      0x0040200F, 0x0000208F, 0x0000300F,              // CBO.ZERO, CBO with rd, reserved
      0x00004073, 0x10200073, 0x00200073, 0x12000073,  // SYSTEM: reserved, SRET, URET, SFENCE.VMA
      0x0000001B, 0x0000003B, 0x00000007, 0x00000053,  // RV64, F
  };
  for (const std::uint32_t word : words) {
    Rv32Machine machine;
    machine.poke(kHandler, kNop);
    machine.place({csrrw(zero, mtvec, t6), word});
    machine.cpu.set_x(t6, kHandler);
    ASSERT_EQ(machine.cpu.run(2), CpuStop::kBudget);
    EXPECT_EQ(machine.cpu.csr(mcause), 2U) << std::hex << word;
    EXPECT_EQ(machine.cpu.csr(mtval), word);
  }
}

TEST_F(Traps, FetchWhereNothingIs) {
  cpu.set_x(a0, 0x1234'5677);
  place({jalr(ra, a0, 0)}, kCode + 8);
  place({csrrw(zero, mtvec, t6), kNop});
  cpu.set_x(t6, kHandler);
  ASSERT_EQ(cpu.run(4), CpuStop::kBudget);
  EXPECT_EQ(cpu.csr(mcause), 1U);
  EXPECT_EQ(cpu.csr(mepc), 0x1234'5676U);  // The jump itself is done.
  EXPECT_EQ(cpu.csr(mtval), 0x1234'5676U);
  EXPECT_EQ(cpu.x(ra), kCode + 12);
}

TEST_F(Traps, FetchOfTheSecondHalf) {
  const std::uint32_t end = kCode + 0x10000;
  place16(static_cast<std::uint16_t>(kNop), end - 2);
  place({csrrw(zero, mtvec, t6), jalr(zero, a0, 0)});
  cpu.set_x(a0, end - 2);
  cpu.set_x(t6, kHandler);
  ASSERT_EQ(cpu.run(3), CpuStop::kBudget);
  EXPECT_EQ(cpu.csr(mcause), 1U);
  EXPECT_EQ(cpu.csr(mepc), end - 2);
  EXPECT_EQ(cpu.csr(mtval), end);
}

TEST_F(Traps, FetchFromTheBus) {
  cpu.set_x(a0, RecordingBus::kBase);
  place({csrrw(zero, mtvec, t6), jalr(zero, a0, 0)});
  cpu.set_x(t6, kHandler);
  ASSERT_EQ(cpu.run(3), CpuStop::kBudget);
  EXPECT_EQ(cpu.csr(mcause), 1U);
  EXPECT_TRUE(bus.accesses.empty());
}

TEST_F(Traps, MisalignedAccesses) {
  struct Access {
    std::uint32_t instruction, cause;
  };
  const Access accesses[] = {
      {lw(a0, s0, 1), 4}, {lw(a0, s0, 2), 4}, {lh(a0, s0, 1), 4}, {lhu(a0, s0, 3), 4},
      {sw(a0, s0, 1), 6}, {sw(a0, s0, 2), 6}, {sh(a0, s0, 1), 6},
  };
  for (const std::uint32_t base : {Rv32Machine::kData, RecordingBus::kBase, 0x7000'0000U}) {
    for (const Access& access : accesses) {
      Rv32Machine machine;
      machine.poke(kHandler, kNop);
      machine.place({csrrw(zero, mtvec, t6), lw(a1, s1, 0), access.instruction});
      machine.cpu.set_x(t6, kHandler);
      machine.cpu.set_x(s0, base);
      machine.cpu.set_x(s1, Rv32Machine::kData);  // So that the page of the data is remembered.
      machine.cpu.set_x(a0, 77);
      ASSERT_EQ(machine.cpu.run(3), CpuStop::kBudget);
      EXPECT_EQ(machine.cpu.csr(mcause), access.cause);
      EXPECT_EQ(machine.cpu.csr(mtval),
                base + ((access.instruction & 0x7F) == 0x23 ? access.instruction >> 7 & 3 : access.instruction >> 20));
      EXPECT_EQ(machine.cpu.x(a0), 77U);
      EXPECT_EQ(machine.peek(Rv32Machine::kData), 0U);
      EXPECT_TRUE(machine.bus.accesses.empty());
    }
  }
}

TEST_F(Traps, LoadAccessFault) {
  cpu.set_x(s0, RecordingBus::kRefused);
  cpu.set_x(a0, 5);
  expect_trap(lb(a0, s0, 1), 5, RecordingBus::kRefused + 1);
  EXPECT_EQ(cpu.x(a0), 5U);
}
TEST_F(Traps, StoreAccessFault) {
  cpu.set_x(s0, RecordingBus::kRefused);
  expect_trap(sh(a0, s0, 2), 7, RecordingBus::kRefused + 2);
}
TEST_F(Traps, MisalignedAtomics) {
  cpu.set_x(s0, Rv32Machine::kData + 2);
  expect_trap(atomic(Atomic::kAdd, a0, s0, a1), 6, Rv32Machine::kData + 2);
}
TEST_F(Traps, MisalignedLoadReserved) {
  cpu.set_x(s0, Rv32Machine::kData + 1);
  expect_trap(atomic(Atomic::kLr, a0, s0, 0), 4, Rv32Machine::kData + 1);
}
TEST_F(Traps, MisalignedStoreConditional) {
  cpu.set_x(s0, Rv32Machine::kData + 1);
  expect_trap(atomic(Atomic::kSc, a0, s0, a1), 6, Rv32Machine::kData + 1);
}
TEST_F(Traps, AtomicAccessFaultsAreAsOfStores) {
  cpu.set_x(s0, RecordingBus::kRefused);
  expect_trap(atomic(Atomic::kSwap, a0, s0, a1), 7, RecordingBus::kRefused);
}
TEST_F(Traps, LoadReservedAccessFaultsAreAsOfLoads) {
  cpu.set_x(s0, RecordingBus::kRefused);
  expect_trap(atomic(Atomic::kLr, a0, s0, 0), 5, RecordingBus::kRefused);
}
TEST_F(Traps, CacheMaintenanceFaultsAreAsOfStores) {
  cpu.set_x(s0, RecordingBus::kRefused + 1);
  expect_trap(cbo(1, s0), 7, RecordingBus::kRefused + 1);
}

TEST_F(Traps, MretGoesBackAndRestoresTheInterruptEnable) {
  place({csrrw(zero, mtvec, t6), csrrsi(zero, mstatus, 8), kEcall, addi(a0, a0, 1)});
  place({csrrs(t0, mepc, zero), addi(t0, t0, 4), csrrw(zero, mepc, t0), kMret}, kHandler);
  cpu.set_x(t6, kHandler);
  ASSERT_EQ(cpu.run(7), CpuStop::kBudget);
  EXPECT_EQ(cpu.x(a0), 1U);
  EXPECT_EQ(cpu.csr(mstatus), 0x1888U);
  EXPECT_EQ(cpu.pc(), kCode + 16);
  EXPECT_EQ(cpu.retired(), 7U);
}

TEST_F(Traps, AnExceptionThatWouldRecurForEverHalts) {
  place({kNop, kEcall});  // mtvec is 0, where nothing is.
  EXPECT_EQ(cpu.run(100), CpuStop::kHalted);
  EXPECT_EQ(cpu.retired(), 1U);
  EXPECT_EQ(cpu.halt_reason(),
            "instruction access fault at pc 0x00000000 (mtval 0x00000000), the first instruction of the handler of: "
            "environment call at pc 0x80000004 (mtval 0x00000000)");
  EXPECT_EQ(cpu.run(100), CpuStop::kHalted);
  cpu.reset(kCode);
  EXPECT_EQ(cpu.halt_reason(), "");
  EXPECT_EQ(cpu.run(1), CpuStop::kBudget);
}

TEST_F(Traps, AHandlerMayTrapLater) {
  place({csrrw(zero, mtvec, t6), kEcall});
  place({kNop, kEcall}, kHandler);
  cpu.set_x(t6, kHandler);
  EXPECT_EQ(cpu.run(100), CpuStop::kBudget);
  EXPECT_EQ(cpu.csr(mepc), kHandler + 4);
}

}  // namespace
}  // namespace auklet::test
