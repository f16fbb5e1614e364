// The C extension. Every one of the 65,536 halfwords is either an instruction of the table or illegal.
#include <gtest/gtest.h>

#include <array>
#include <cstdint>

#include "decoder.hpp"
#include "rv32_assembler.hpp"
#include "rv32_machine.hpp"

namespace auklet::test {
namespace {

using namespace rv32;  // NOLINT(google-build-using-namespace): programs are written in it.
using sim::soc::CpuStop;
using sim::soc::riscv::expand;

constexpr std::uint32_t kSrai = 0x400;  // Added to the amount of a shift to the right.

struct Case {
  std::uint16_t half;      // As the GNU assembler encodes the instruction in the comment.
  std::uint32_t expanded;  // What it stands for.
};

TEST(Rv32Compressed, ExpandsEveryInstruction) {
  const Case cases[] = {
      {0x1FE0, addi(s0, sp, 1020)},                  // c.addi4spn s0, sp, 1020
      {0x0048, addi(a0, sp, 4)},                     // c.addi4spn a0, sp, 4
      {0x5FFC, lw(a5, a5, 124)},                     // c.lw a5, 124(a5)
      {0x4044, lw(s1, s0, 4)},                       // c.lw s1, 4(s0)
      {0xC1E8, sw(a0, a1, 68)},                      // c.sw a0, 68(a1)
      {0xDC10, sw(a2, s0, 56)},                      // c.sw a2, 56(s0)
      {0x0001, kNop},                                // c.nop
      {0x157D, addi(a0, a0, -1)},                    // c.addi a0, -1
      {0x02FD, addi(t0, t0, 31)},                    // c.addi t0, 31
      {0x2001, jal(ra, 0)},                          // c.jal .
      {0x3001, jal(ra, -2048)},                      // c.jal .-2048
      {0x2FFD, jal(ra, 2046)},                       // c.jal .+2046
      {0x5901, addi(s2, zero, -32)},                 // c.li s2, -32
      {0x4501, addi(a0, zero, 0)},                   // c.li a0, 0
      {0x7139, addi(sp, sp, -64)},                   // c.addi16sp sp, -64
      {0x617D, addi(sp, sp, 496)},                   // c.addi16sp sp, 496
      {0x7101, addi(sp, sp, -512)},                  // c.addi16sp sp, -512
      {0x75FD, lui(a1, 0xFFFFF)},                    // c.lui a1, 0xFFFFF
      {0x657D, lui(a0, 31)},                         // c.lui a0, 31
      {0x80FD, i_type(0x13, 5, s1, s1, 31)},         // c.srli s1, 31
      {0x8511, i_type(0x13, 5, a0, a0, kSrai | 4)},  // c.srai a0, 4
      {0x987D, i_type(0x13, 7, s0, s0, -1)},         // c.andi s0, -1
      {0x8D0D, r_type(0x33, 0, 0x20, a0, a0, a1)},   // c.sub a0, a1
      {0x8D2D, r_type(0x33, 4, 0, a0, a0, a1)},      // c.xor a0, a1
      {0x8C5D, r_type(0x33, 6, 0, s0, s0, a5)},      // c.or s0, a5
      {0x8FE1, r_type(0x33, 7, 0, a5, a5, s0)},      // c.and a5, s0
      {0xBFFD, jal(zero, -2)},                       // c.j .-2
      {0xA011, jal(zero, 4)},                        // c.j .+4
      {0xDFFD, beq(a5, zero, -2)},                   // c.beqz a5, .-2
      {0xCC7D, beq(s0, zero, 254)},                  // c.beqz s0, .+254
      {0xF101, bne(a0, zero, -256)},                 // c.bnez a0, .-256
      {0x057E, i_type(0x13, 1, a0, a0, 31)},         // c.slli a0, 31
      {0x5FFE, lw(t6, sp, 252)},                     // c.lwsp t6, 252(sp)
      {0x4092, lw(ra, sp, 4)},                       // c.lwsp ra, 4(sp)
      {0x8082, jalr(zero, ra, 0)},                   // c.jr ra
      {0x852E, add(a0, zero, a1)},                   // c.mv a0, a1
      {0x9002, kEbreak},                             // c.ebreak
      {0x9582, jalr(ra, a1, 0)},                     // c.jalr a1
      {0x97BA, add(a5, a5, a4)},                     // c.add a5, a4
      {0xDFFE, sw(t6, sp, 252)},                     // c.swsp t6, 252(sp)
      {0xC006, sw(ra, sp, 0)},                       // c.swsp ra, 0(sp)
  };
  for (const Case& c : cases) EXPECT_EQ(expand(c.half), c.expanded) << std::hex << c.half;
}

TEST(Rv32Compressed, HasReservedEncodings) {
  const std::uint16_t reserved[] = {
      0x0000, 0x0004,                          // C.ADDI4SPN with immediate 0
      0x2000, 0x6000, 0x8000, 0xA000, 0xE000,  // C.FLD, C.FLW, reserved, C.FSD, C.FSW
      0x6501, 0x6101,                          // C.LUI and C.ADDI16SP with immediate 0
      0x9001, 0x9401,                          // C.SRLI and C.SRAI by 32 and more
      0x9C01, 0x9C21, 0x9C41, 0x9C61,          // C.SUBW and C.ADDW of RV64, reserved
      0x1002,                                  // C.SLLI by 32 and more
      0x4002,                                  // C.LWSP to x0
      0x8002,                                  // C.JR x0
      0x2002, 0x6002, 0xA002, 0xE002,          // C.FLDSP, C.FLWSP, C.FSDSP, C.FSWSP
  };
  for (const std::uint16_t half : reserved) EXPECT_EQ(expand(half), 0U) << std::hex << half;
}

TEST(Rv32Compressed, TakesHints) {
  Rv32Machine machine;
  const std::uint16_t hints[] = {0x0005, 0x4005, 0x6005, 0x0006, 0x8006, 0x9006};  // C.NOP 1, then with rd = x0.
  std::uint32_t address = Rv32Machine::kCode;
  for (const std::uint16_t half : hints) {
    machine.place16(half, address);
    address += 2;
  }
  EXPECT_EQ(machine.cpu.run(std::size(hints)), CpuStop::kBudget);
  EXPECT_EQ(machine.cpu.pc(), address);
  for (unsigned i = 0; i < 32; ++i) EXPECT_EQ(machine.cpu.x(i), 0U);
}

TEST(Rv32Compressed, LinksBehindItself) {
  Rv32Machine machine;
  machine.place16(0x2011, Rv32Machine::kCode);      // c.jal .+4
  machine.place16(0x9502, Rv32Machine::kCode + 4);  // c.jalr a0
  machine.cpu.set_x(a0, Rv32Machine::kCode + 0x101);
  EXPECT_EQ(machine.cpu.run(1), CpuStop::kBudget);
  EXPECT_EQ(machine.cpu.x(ra), Rv32Machine::kCode + 2);
  EXPECT_EQ(machine.cpu.run(1), CpuStop::kBudget);
  EXPECT_EQ(machine.cpu.x(ra), Rv32Machine::kCode + 6);
  EXPECT_EQ(machine.cpu.pc(), Rv32Machine::kCode + 0x100);
}

TEST(Rv32Compressed, AllHalfwordsExpandToLegalInstructionsOrNone) {
  using sim::soc::riscv::decode;
  using sim::soc::riscv::Op;
  unsigned legal = 0;
  for (std::uint32_t half = 0; half < 0x10000; ++half) {
    const std::uint32_t expanded = expand(static_cast<std::uint16_t>(half));
    if (expanded == 0) continue;
    ++legal;
    EXPECT_NE(decode(expanded, 0).op, Op::kIllegal) << std::hex << half;
    EXPECT_NE(half & 3, 3U);
  }
  // Quadrant 0: C.ADDI4SPN 2^11 - 8, C.LW and C.SW 2^11 each. Quadrant 1: 2^11 of each of C.ADDI, C.JAL, C.LI, C.J,
  // C.BEQZ and C.BNEZ; C.LUI and C.ADDI16SP 2^11 - 32; C.SRLI and C.SRAI 2^8 each, C.ANDI 2^9, registers 2^8.
  // Quadrant 2: C.SLLI 2^10, C.LWSP 2^11 - 64, C.JR to C.ADD 2^11 - 1, C.SWSP 2^11.
  constexpr unsigned kQuadrant0 = (2048 - 8) + 2 * 2048;
  constexpr unsigned kQuadrant1 = 6 * 2048 + (2048 - 32) + 2 * 256 + 512 + 256;
  constexpr unsigned kQuadrant2 = 1024 + (2048 - 64) + (2048 - 1) + 2048;
  EXPECT_EQ(legal, kQuadrant0 + kQuadrant1 + kQuadrant2);
}

}  // namespace
}  // namespace auklet::test
