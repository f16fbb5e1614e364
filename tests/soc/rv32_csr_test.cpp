// CSRs: which there are, what they keep, and how the six instructions access them.
#include <gtest/gtest.h>

#include <cstdint>

#include "rv32_assembler.hpp"
#include "rv32_machine.hpp"

namespace auklet::test {
namespace {

using namespace rv32;  // NOLINT(google-build-using-namespace): programs are written in it.
using sim::soc::CpuStop;

constexpr std::uint32_t kCode = Rv32Machine::kCode;

/// Whether an instruction that accesses a CSR is legal.
bool legal(Rv32Machine& machine, std::uint32_t instruction) {
  const std::uint32_t before = machine.execute(instruction) == CpuStop::kBudget ? 1 : 0;
  return before == 1 && machine.cpu.csr(mcause) != 2U;
}

std::uint32_t written(std::uint32_t number, std::uint32_t value) {
  Rv32Machine machine;
  machine.cpu.set_x(a0, value);
  EXPECT_TRUE(legal(machine, csrrw(zero, number, a0))) << std::hex << number;
  return machine.cpu.csr(number).value_or(0xDEAD);
}

TEST(Rv32Csr, KeepWhatTheirFieldsCan) {
  EXPECT_EQ(written(mscratch, 0x1234'5678), 0x1234'5678U);
  EXPECT_EQ(written(mstatus, 0xFFFF'FFFF), 0x1888U);
  EXPECT_EQ(written(mstatus, 0), 0x1800U);
  EXPECT_EQ(written(mie, 0xFFFF'FFFF), 0x888U);
  EXPECT_EQ(written(mip, 0xFFFF'FFFF), 0U);
  EXPECT_EQ(written(mtvec, 0xFFFF'FFFF), 0xFFFF'FFFDU);
  EXPECT_EQ(written(mepc, 0xFFFF'FFFF), 0xFFFF'FFFEU);
  EXPECT_EQ(written(mcause, 0x8000'000B), 0x8000'000BU);
  EXPECT_EQ(written(mtval, 0xFFFF'FFFF), 0xFFFF'FFFFU);
  EXPECT_EQ(written(misa, 0), 0x4000'1105U);  // RV32, I, M, A, C
}

TEST(Rv32Csr, CountersThatCountNothingAreZero) {
  for (std::uint32_t i = 3; i < 32; ++i) {
    EXPECT_EQ(written(mcycle + i, 5), 0U);
    EXPECT_EQ(written(mcycleh + i, 5), 0U);
    EXPECT_EQ(written(0x320 + i, 5), 0U);  // mhpmevent
  }
  EXPECT_EQ(written(0x320, 5), 0U);  // mcountinhibit
  EXPECT_EQ(written(0x310, 5), 0U);  // mstatush
}

TEST(Rv32Csr, ReadOnlyOnesRefuseWrites) {
  for (const std::uint32_t number : {cycle, instret, cycleh, instreth, mvendorid, mhartid, Csr{0xC03}, Csr{0xF15}}) {
    Rv32Machine machine;
    EXPECT_TRUE(legal(machine, csrrs(a0, number, zero)));
    EXPECT_TRUE(legal(machine, csrrci(a0, number, 0)));
    EXPECT_FALSE(legal(machine, csrrw(zero, number, zero)));
    EXPECT_FALSE(legal(machine, csrrs(zero, number, a1)));
    EXPECT_FALSE(legal(machine, csrrsi(zero, number, 1)));
  }
}

TEST(Rv32Csr, OthersAreIllegal) {
  // fcsr, sstatus, medeleg, mcounteren, menvcfg, pmpcfg0, tselect, dcsr; time without a clock.
  for (const std::uint32_t number : {0x003U, 0x100U, 0x302U, 0x306U, 0x30AU, 0x3A0U, 0x7A0U, 0x7B0U, 0xC01U, 0xB01U}) {
    Rv32Machine machine;
    EXPECT_FALSE(machine.cpu.csr(number).has_value()) << std::hex << number;
    EXPECT_FALSE(legal(machine, csrrs(a0, number, zero))) << std::hex << number;
    EXPECT_EQ(machine.cpu.csr(mtval), csrrs(a0, number, zero));
  }
}

TEST(Rv32Csr, SixInstructions) {
  Rv32Machine machine;
  machine.cpu.set_x(a1, 0xF0F0);
  machine.cpu.set_x(a2, 0x0FF0);
  machine.place({csrrw(zero, mscratch, a1), csrrs(s0, mscratch, a2), csrrc(s1, mscratch, a1), csrrwi(s2, mscratch, 21),
                 csrrsi(s3, mscratch, 10), csrrci(s4, mscratch, 3), csrrw(a2, mscratch, a2)});
  EXPECT_EQ(machine.cpu.run(7), CpuStop::kBudget);
  EXPECT_EQ(machine.cpu.x(s0), 0xF0F0U);
  EXPECT_EQ(machine.cpu.x(s1), 0xFFF0U);
  EXPECT_EQ(machine.cpu.x(s2), 0x0F00U);
  EXPECT_EQ(machine.cpu.x(s3), 21U);
  EXPECT_EQ(machine.cpu.x(s4), 31U);
  EXPECT_EQ(machine.cpu.x(a2), 28U);
  EXPECT_EQ(machine.cpu.csr(mscratch), 0x0FF0U);
}

TEST(Rv32Csr, CountInstructionsThatHaveRetired) {
  Rv32Machine machine;
  machine.place({kNop, csrrs(a0, minstret, zero), csrrs(a1, cycle, zero), csrrs(a2, instreth, zero)});
  EXPECT_EQ(machine.cpu.run(4), CpuStop::kBudget);
  EXPECT_EQ(machine.cpu.x(a0), 1U);
  EXPECT_EQ(machine.cpu.x(a1), 2U);
  EXPECT_EQ(machine.cpu.x(a2), 0U);
  machine.cpu.reset(kCode);
  EXPECT_EQ(machine.cpu.retired(), 4U);
  EXPECT_EQ(machine.cpu.csr(minstret), 0U);
  EXPECT_EQ(machine.cpu.csr(mcycle), 0U);
}

TEST(Rv32Csr, CountOnFromWhatIsWritten) {
  Rv32Machine machine;
  machine.cpu.set_x(a0, 0xFFFF'FFFF);
  machine.cpu.set_x(a1, 7);
  machine.place({csrrw(zero, minstreth, a1), csrrw(zero, minstret, a0), csrrs(a2, minstret, zero),
                 csrrs(a3, minstreth, zero), csrrw(zero, mcycle, a0), csrrs(a4, mcycle, zero),
                 csrrs(a5, cycleh, zero)});
  EXPECT_EQ(machine.cpu.run(7), CpuStop::kBudget);
  EXPECT_EQ(machine.cpu.x(a2), 0xFFFF'FFFFU);
  EXPECT_EQ(machine.cpu.x(a3), 8U);
  EXPECT_EQ(machine.cpu.x(a4), 0xFFFF'FFFFU);
  EXPECT_EQ(machine.cpu.x(a5), 1U);
}

TEST(Rv32Csr, AskThePlatformForItsClocks) {
  std::uint64_t clock = 1000;
  Rv32Machine machine(
      {.hart_id = 3, .cycles = [&] { return clock += 10; }, .time = [] { return std::uint64_t{0x5'0000'0007}; }});
  machine.place({csrrs(a0, cycle, zero), csrrs(a1, mcycle, zero), csrrs(a2, time, zero), csrrs(a3, timeh, zero),
                 csrrs(a4, mhartid, zero), csrrw(zero, mcycle, zero), csrrs(a5, mcycle, zero)});
  EXPECT_EQ(machine.cpu.run(7), CpuStop::kBudget);
  EXPECT_EQ(machine.cpu.x(a1) - machine.cpu.x(a0), 10U);
  EXPECT_EQ(machine.cpu.x(a2), 7U);
  EXPECT_EQ(machine.cpu.x(a3), 5U);
  EXPECT_EQ(machine.cpu.x(a4), 3U);
  EXPECT_LE(machine.cpu.x(a5), 20U);
}

}  // namespace
}  // namespace auklet::test
