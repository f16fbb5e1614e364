// RV32I and M, instruction by instruction.
#include <gtest/gtest.h>

#include "rv32_assembler.hpp"
#include "rv32_machine.hpp"

namespace auklet::test {
namespace {

using namespace rv32;  // NOLINT(google-build-using-namespace): programs are written in it.
using sim::soc::CpuStop;

constexpr std::uint32_t kMin = 0x8000'0000;

/// Result of a register-register instruction of opcode OP.
std::uint32_t op(std::uint32_t funct7, std::uint32_t funct3, std::uint32_t a, std::uint32_t b) {
  Rv32Machine machine;
  machine.cpu.set_x(a1, a);
  machine.cpu.set_x(a2, b);
  EXPECT_EQ(machine.execute(r_type(0x33, funct3, funct7, a0, a1, a2)), CpuStop::kBudget);
  EXPECT_EQ(machine.cpu.pc(), Rv32Machine::kCode + 4);
  EXPECT_EQ(machine.cpu.retired(), 1U);
  return machine.cpu.x(a0);
}

/// Result of a register-immediate instruction of opcode OP-IMM.
std::uint32_t op_immediate(std::uint32_t funct3, std::uint32_t a, std::int32_t immediate) {
  Rv32Machine machine;
  machine.cpu.set_x(a1, a);
  EXPECT_EQ(machine.execute(i_type(0x13, funct3, a0, a1, immediate)), CpuStop::kBudget);
  return machine.cpu.x(a0);
}

TEST(Rv32Base, AddsAndSubtractsModulo) {
  EXPECT_EQ(op(0, 0, 0xFFFFFFFF, 2), 1U);
  EXPECT_EQ(op(0x20, 0, 1, 2), 0xFFFFFFFF);
}

TEST(Rv32Base, ShiftsByTheLowFiveBits) {
  EXPECT_EQ(op(0, 1, 3, 33), 6U);
  EXPECT_EQ(op(0, 5, kMin, 63), 1U);
  EXPECT_EQ(op(0x20, 5, kMin, 31), 0xFFFFFFFF);
  EXPECT_EQ(op(0x20, 5, 0x4000'0000, 30), 1U);
}

TEST(Rv32Base, ComparesSignedAndUnsigned) {
  EXPECT_EQ(op(0, 2, 0xFFFFFFFF, 0), 1U);
  EXPECT_EQ(op(0, 2, 0, 0xFFFFFFFF), 0U);
  EXPECT_EQ(op(0, 3, 0xFFFFFFFF, 0), 0U);
  EXPECT_EQ(op(0, 3, 0, 0xFFFFFFFF), 1U);
}

TEST(Rv32Base, CombinesBits) {
  EXPECT_EQ(op(0, 4, 0xFF00, 0x0FF0), 0xF0F0U);
  EXPECT_EQ(op(0, 6, 0xFF00, 0x0FF0), 0xFFF0U);
  EXPECT_EQ(op(0, 7, 0xFF00, 0x0FF0), 0x0F00U);
}

TEST(Rv32Base, TakesSignExtendedImmediates) {
  EXPECT_EQ(op_immediate(0, 5, -2048), 0xFFFFF805);
  EXPECT_EQ(op_immediate(2, 0xFFFFFFFE, -1), 1U);
  EXPECT_EQ(op_immediate(3, 5, -1), 1U);  // Extended, then compared as unsigned.
  EXPECT_EQ(op_immediate(4, 0xFF, -1), 0xFFFFFF00);
  EXPECT_EQ(op_immediate(6, 1, -2048), 0xFFFFF801);
  EXPECT_EQ(op_immediate(7, 0xABCDEF12, 0x7F0), 0x710U);
  EXPECT_EQ(op_immediate(1, 1, 31), kMin);
  EXPECT_EQ(op_immediate(5, kMin, 31), 1U);
  EXPECT_EQ(op_immediate(5, kMin, 31 | 0x400), 0xFFFFFFFF);
}

TEST(Rv32Base, MakesConstants) {
  Rv32Machine machine;
  machine.place({lui(a0, 0xFFFFF), auipc(a1, 0x80000), auipc(a2, 0)});
  EXPECT_EQ(machine.cpu.run(3), CpuStop::kBudget);
  EXPECT_EQ(machine.cpu.x(a0), 0xFFFFF000);
  EXPECT_EQ(machine.cpu.x(a1), 4U);
  EXPECT_EQ(machine.cpu.x(a2), Rv32Machine::kCode + 8);
}

TEST(Rv32Base, KeepsX0Zero) {
  Rv32Machine machine;
  machine.cpu.set_x(0, 7);
  EXPECT_EQ(machine.cpu.x(0), 0U);
  machine.poke(Rv32Machine::kData, 9);
  machine.cpu.set_x(a1, Rv32Machine::kData);
  machine.place({addi(zero, a1, 5), lui(zero, 5), lw(zero, a1, 0), jal(zero, 4), add(a0, zero, zero)});
  EXPECT_EQ(machine.cpu.run(5), CpuStop::kBudget);
  EXPECT_EQ(machine.cpu.x(zero), 0U);
  EXPECT_EQ(machine.cpu.x(a0), 0U);
}

TEST(Rv32Base, BranchesOnEachCondition) {
  struct Case {
    std::uint32_t funct3, a, b;
    bool taken;
  };
  const Case cases[] = {
      {0, 5, 5, true},           {0, 5, 6, false},          {1, 5, 6, true},          {1, 5, 5, false},
      {4, 0xFFFFFFFF, 0, true},  {4, 0, 0xFFFFFFFF, false}, {4, 3, 3, false},         {5, 0, 0xFFFFFFFF, true},
      {5, 3, 3, true},           {5, kMin, 0, false},       {6, 0, 0xFFFFFFFF, true}, {6, 3, 3, false},
      {6, 0xFFFFFFFF, 0, false}, {7, 0xFFFFFFFF, 0, true},  {7, 3, 3, true},          {7, 0, kMin, false},
  };
  for (const Case& c : cases) {
    Rv32Machine machine;
    machine.cpu.set_x(a1, c.a);
    machine.cpu.set_x(a2, c.b);
    EXPECT_EQ(machine.execute(b_type(c.funct3, a1, a2, 4094)), CpuStop::kBudget);
    EXPECT_EQ(machine.cpu.pc(), Rv32Machine::kCode + (c.taken ? 4094 : 4)) << c.funct3 << ' ' << c.a << ' ' << c.b;
  }
}

TEST(Rv32Base, JumpsAndLinks) {
  Rv32Machine machine;
  machine.place({jal(ra, 0x2000)});
  machine.place({jalr(a0, ra, 0x7F1)}, Rv32Machine::kCode + 0x2000);  // The lowest bit of the target is dropped.
  EXPECT_EQ(machine.cpu.run(1), CpuStop::kBudget);
  EXPECT_EQ(machine.cpu.x(ra), Rv32Machine::kCode + 4);
  EXPECT_EQ(machine.cpu.run(1), CpuStop::kBudget);
  EXPECT_EQ(machine.cpu.pc(), Rv32Machine::kCode + 0x7F4);
  EXPECT_EQ(machine.cpu.x(a0), Rv32Machine::kCode + 0x2004);
}

TEST(Rv32Base, JumpsToWhereTheLinkRegisterPointed) {
  Rv32Machine machine;
  machine.cpu.set_x(ra, Rv32Machine::kCode + 0x100);
  EXPECT_EQ(machine.execute(jalr(ra, ra, -16)), CpuStop::kBudget);
  EXPECT_EQ(machine.cpu.pc(), Rv32Machine::kCode + 0xF0);
  EXPECT_EQ(machine.cpu.x(ra), Rv32Machine::kCode + 4);
}

TEST(Rv32Base, LoadsExtendTheSign) {
  Rv32Machine machine;
  machine.poke(Rv32Machine::kData, 0x80F1'82F3);
  machine.cpu.set_x(s0, Rv32Machine::kData + 4);
  machine.place({lb(a0, s0, -4), lb(a1, s0, -1), lbu(a2, s0, -4), lh(a3, s0, -2), lhu(a4, s0, -2), lw(a5, s0, -4)});
  EXPECT_EQ(machine.cpu.run(6), CpuStop::kBudget);
  EXPECT_EQ(machine.cpu.x(a0), 0xFFFFFFF3);
  EXPECT_EQ(machine.cpu.x(a1), 0xFFFFFF80);
  EXPECT_EQ(machine.cpu.x(a2), 0xF3U);
  EXPECT_EQ(machine.cpu.x(a3), 0xFFFF80F1);
  EXPECT_EQ(machine.cpu.x(a4), 0x80F1U);
  EXPECT_EQ(machine.cpu.x(a5), 0x80F182F3);
}

TEST(Rv32Base, StoresTheLowBytes) {
  Rv32Machine machine;
  machine.cpu.set_x(s0, Rv32Machine::kData);
  machine.cpu.set_x(a0, 0x1234'5678);
  machine.place({sw(a0, s0, 0), sh(a0, s0, 6), sb(a0, s0, 9), sw(a0, s0, -4)});
  EXPECT_EQ(machine.cpu.run(4), CpuStop::kBudget);
  EXPECT_EQ(machine.peek(Rv32Machine::kData), 0x1234'5678U);
  EXPECT_EQ(machine.peek(Rv32Machine::kData + 4), 0x5678'0000U);
  EXPECT_EQ(machine.peek(Rv32Machine::kData + 8), 0x0000'7800U);
  EXPECT_EQ(machine.peek(Rv32Machine::kData - 4), 0x1234'5678U);
}

TEST(Rv32Base, LoadsAndStoresThroughTheBus) {
  Rv32Machine machine;
  machine.cpu.set_x(s0, RecordingBus::kBase);
  machine.cpu.set_x(a0, 0xFFFF'80F1);
  machine.place({sw(a0, s0, 0), sh(a0, s0, 4), sb(a0, s0, 7), lb(a1, s0, 0), lh(a2, s0, 0), lbu(a3, s0, 0),
                 lhu(a4, s0, 0), lw(a5, s0, 4)});
  EXPECT_EQ(machine.cpu.run(8), CpuStop::kBudget);
  constexpr std::uint32_t kBase = RecordingBus::kBase;
  const std::vector<RecordingBus::Access> expected = {
      {'s', kBase, 4, 0xFFFF80F1}, {'s', kBase + 4, 2, 0x80F1},     {'s', kBase + 7, 1, 0xF1},
      {'l', kBase, 1, 0xF1},       {'l', kBase, 2, 0x80F1},         {'l', kBase, 1, 0xF1},
      {'l', kBase, 2, 0x80F1},     {'l', kBase + 4, 4, 0xF10080F1},
  };
  EXPECT_EQ(machine.bus.accesses, expected);
  EXPECT_EQ(machine.cpu.x(a1), 0xFFFFFFF1);
  EXPECT_EQ(machine.cpu.x(a2), 0xFFFF80F1);
  EXPECT_EQ(machine.cpu.x(a3), 0xF1U);
  EXPECT_EQ(machine.cpu.x(a4), 0x80F1U);
  EXPECT_EQ(machine.cpu.x(a5), 0xF10080F1);
}

TEST(Rv32Base, Multiplies) {
  EXPECT_EQ(op(1, 0, 0xFFFFFFFF, 0xFFFFFFFF), 1U);
  EXPECT_EQ(op(1, 1, kMin, kMin), 0x4000'0000U);            // MULH
  EXPECT_EQ(op(1, 1, 0xFFFFFFFF, 1), 0xFFFFFFFF);           //
  EXPECT_EQ(op(1, 2, 0xFFFFFFFF, 0xFFFFFFFF), 0xFFFFFFFF);  // MULHSU: -1 by 2^32 - 1
  EXPECT_EQ(op(1, 2, kMin, 0xFFFFFFFF), kMin);              //
  EXPECT_EQ(op(1, 3, 0xFFFFFFFF, 0xFFFFFFFF), 0xFFFFFFFE);  // MULHU
}

TEST(Rv32Base, Divides) {
  EXPECT_EQ(op(1, 4, 0xFFFFFFF9, 2), 0xFFFFFFFD);  // -7 / 2, towards zero
  EXPECT_EQ(op(1, 6, 0xFFFFFFF9, 2), 0xFFFFFFFF);  // -7 % 2
  EXPECT_EQ(op(1, 5, 0xFFFFFFF9, 2), 0x7FFFFFFCU);
  EXPECT_EQ(op(1, 7, 0xFFFFFFF9, 10), 9U);
}

TEST(Rv32Base, DividesByZeroWithoutATrap) {
  EXPECT_EQ(op(1, 4, 7, 0), 0xFFFFFFFF);
  EXPECT_EQ(op(1, 5, 7, 0), 0xFFFFFFFF);
  EXPECT_EQ(op(1, 6, 0xFFFFFFF9, 0), 0xFFFFFFF9);
  EXPECT_EQ(op(1, 7, 7, 0), 7U);
}

TEST(Rv32Base, DividesTheMostNegativeByMinusOne) {
  EXPECT_EQ(op(1, 4, kMin, 0xFFFFFFFF), kMin);
  EXPECT_EQ(op(1, 6, kMin, 0xFFFFFFFF), 0U);
}

TEST(Rv32Base, RunsFromPageToPage) {
  Rv32Machine machine;
  const std::uint32_t edge = Rv32Machine::kCode + 0x1000;
  for (std::uint32_t address = edge - 16; address < edge + 16; address += 4) machine.poke(address, addi(a0, a0, 1));
  machine.cpu.reset(edge - 16);
  EXPECT_EQ(machine.cpu.run(8), CpuStop::kBudget);
  EXPECT_EQ(machine.cpu.x(a0), 8U);
  EXPECT_EQ(machine.cpu.pc(), edge + 16);
}

TEST(Rv32Base, RunsAnInstructionAcrossPages) {
  Rv32Machine machine;
  const std::uint32_t edge = Rv32Machine::kCode + 0x1000;
  machine.place16(0x0505, edge - 4);  // C.ADDI a0, 1
  machine.place({addi(a0, a0, 2), addi(a0, a0, 4)}, edge - 2);
  machine.cpu.reset(edge - 4);
  EXPECT_EQ(machine.cpu.run(3), CpuStop::kBudget);
  EXPECT_EQ(machine.cpu.x(a0), 7U);
  EXPECT_EQ(machine.cpu.pc(), edge + 6);
}

}  // namespace
}  // namespace auklet::test
