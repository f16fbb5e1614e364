// RV32 instructions as numbers, for tests that need to place each of them.
#pragma once

#include <cstdint>

namespace auklet::test::rv32 {

// clang-format off: a name a line would make a hundred lines of these tables.
// NOLINTBEGIN(readability-identifier-naming): the names are the architecture's.
/// Integer registers by their names in the calling convention.
enum Register : std::uint32_t {
  zero, ra, sp, gp, tp, t0, t1, t2, s0, s1, a0, a1, a2, a3, a4, a5,
  a6, a7, s2, s3, s4, s5, s6, s7, s8, s9, s10, s11, t3, t4, t5, t6,
};

/// CSR numbers.
enum Csr : std::uint32_t {
  mstatus = 0x300, misa = 0x301, mie = 0x304, mtvec = 0x305, mscratch = 0x340, mepc = 0x341, mcause = 0x342,
  mtval = 0x343, mip = 0x344, mcycle = 0xB00, minstret = 0xB02, mcycleh = 0xB80, minstreth = 0xB82, cycle = 0xC00,
  time = 0xC01, instret = 0xC02, cycleh = 0xC80, timeh = 0xC81, instreth = 0xC82, mvendorid = 0xF11, mhartid = 0xF14,
};
// NOLINTEND(readability-identifier-naming)
// clang-format on

// The formats. Immediates are taken modulo their width.
constexpr std::uint32_t r_type(std::uint32_t opcode, std::uint32_t funct3, std::uint32_t funct7, std::uint32_t rd,
                               std::uint32_t rs1, std::uint32_t rs2) {
  return funct7 << 25 | rs2 << 20 | rs1 << 15 | funct3 << 12 | rd << 7 | opcode;
}
constexpr std::uint32_t i_type(std::uint32_t opcode, std::uint32_t funct3, std::uint32_t rd, std::uint32_t rs1,
                               std::int32_t immediate) {
  return static_cast<std::uint32_t>(immediate) << 20 | rs1 << 15 | funct3 << 12 | rd << 7 | opcode;
}
constexpr std::uint32_t s_type(std::uint32_t funct3, std::uint32_t base, std::uint32_t value, std::int32_t offset) {
  const auto bits = static_cast<std::uint32_t>(offset);
  return (bits >> 5 & 0x7F) << 25 | value << 20 | base << 15 | funct3 << 12 | (bits & 0x1F) << 7 | 0x23;
}
constexpr std::uint32_t b_type(std::uint32_t funct3, std::uint32_t rs1, std::uint32_t rs2, std::int32_t offset) {
  const auto bits = static_cast<std::uint32_t>(offset);
  return (bits >> 12 & 1) << 31 | (bits >> 5 & 0x3F) << 25 | rs2 << 20 | rs1 << 15 | funct3 << 12 |
         (bits >> 1 & 0xF) << 8 | (bits >> 11 & 1) << 7 | 0x63;
}

constexpr std::uint32_t lui(std::uint32_t rd, std::uint32_t upper20) { return upper20 << 12 | rd << 7 | 0x37; }
constexpr std::uint32_t auipc(std::uint32_t rd, std::uint32_t upper20) { return upper20 << 12 | rd << 7 | 0x17; }
constexpr std::uint32_t jal(std::uint32_t rd, std::int32_t offset) {
  const auto bits = static_cast<std::uint32_t>(offset);
  return (bits >> 20 & 1) << 31 | (bits >> 1 & 0x3FF) << 21 | (bits >> 11 & 1) << 20 | (bits >> 12 & 0xFF) << 12 |
         rd << 7 | 0x6F;
}
constexpr std::uint32_t jalr(std::uint32_t rd, std::uint32_t rs1, std::int32_t offset) {
  return i_type(0x67, 0, rd, rs1, offset);
}
constexpr std::uint32_t beq(std::uint32_t a, std::uint32_t b, std::int32_t offset) { return b_type(0, a, b, offset); }
constexpr std::uint32_t bne(std::uint32_t a, std::uint32_t b, std::int32_t offset) { return b_type(1, a, b, offset); }
constexpr std::uint32_t lb(std::uint32_t rd, std::uint32_t base, std::int32_t offset) {
  return i_type(0x03, 0, rd, base, offset);
}
constexpr std::uint32_t lh(std::uint32_t rd, std::uint32_t base, std::int32_t offset) {
  return i_type(0x03, 1, rd, base, offset);
}
constexpr std::uint32_t lw(std::uint32_t rd, std::uint32_t base, std::int32_t offset) {
  return i_type(0x03, 2, rd, base, offset);
}
constexpr std::uint32_t lbu(std::uint32_t rd, std::uint32_t base, std::int32_t offset) {
  return i_type(0x03, 4, rd, base, offset);
}
constexpr std::uint32_t lhu(std::uint32_t rd, std::uint32_t base, std::int32_t offset) {
  return i_type(0x03, 5, rd, base, offset);
}
constexpr std::uint32_t sb(std::uint32_t value, std::uint32_t base, std::int32_t offset) {
  return s_type(0, base, value, offset);
}
constexpr std::uint32_t sh(std::uint32_t value, std::uint32_t base, std::int32_t offset) {
  return s_type(1, base, value, offset);
}
constexpr std::uint32_t sw(std::uint32_t value, std::uint32_t base, std::int32_t offset) {
  return s_type(2, base, value, offset);
}
constexpr std::uint32_t addi(std::uint32_t rd, std::uint32_t rs1, std::int32_t immediate) {
  return i_type(0x13, 0, rd, rs1, immediate);
}
constexpr std::uint32_t add(std::uint32_t rd, std::uint32_t a, std::uint32_t b) { return r_type(0x33, 0, 0, rd, a, b); }

constexpr std::uint32_t kNop = addi(zero, zero, 0);
constexpr std::uint32_t kFence = 0x0FF0000F;
constexpr std::uint32_t kFencei = 0x0000100F;
constexpr std::uint32_t kEcall = 0x00000073;
constexpr std::uint32_t kEbreak = 0x00100073;
constexpr std::uint32_t kMret = 0x30200073;
constexpr std::uint32_t kWfi = 0x10500073;
constexpr std::uint32_t kIllegal = 0xFFFFFFFF;

constexpr std::uint32_t csrrw(std::uint32_t rd, std::uint32_t csr, std::uint32_t rs1) {
  return csr << 20 | rs1 << 15 | 1 << 12 | rd << 7 | 0x73;
}
constexpr std::uint32_t csrrs(std::uint32_t rd, std::uint32_t csr, std::uint32_t rs1) {
  return csr << 20 | rs1 << 15 | 2 << 12 | rd << 7 | 0x73;
}
constexpr std::uint32_t csrrc(std::uint32_t rd, std::uint32_t csr, std::uint32_t rs1) {
  return csr << 20 | rs1 << 15 | 3 << 12 | rd << 7 | 0x73;
}
/// The forms whose operand is a constant of 0 to 31.
constexpr std::uint32_t csrrwi(std::uint32_t rd, std::uint32_t csr, std::uint32_t value) {
  return csrrw(rd, csr, value) | 4 << 12;
}
constexpr std::uint32_t csrrsi(std::uint32_t rd, std::uint32_t csr, std::uint32_t value) {
  return csrrs(rd, csr, value) | 4 << 12;
}
constexpr std::uint32_t csrrci(std::uint32_t rd, std::uint32_t csr, std::uint32_t value) {
  return csrrc(rd, csr, value) | 4 << 12;
}

/// The upper five bits of funct7 choose among the atomics.
enum class Atomic : std::uint32_t {
  kAdd = 0x00,
  kSwap = 0x01,
  kLr = 0x02,
  kSc = 0x03,
  kXor = 0x04,
  kOr = 0x08,
  kAnd = 0x0C,
  kMin = 0x10,
  kMax = 0x14,
  kMinu = 0x18,
  kMaxu = 0x1C,
};
constexpr std::uint32_t atomic(Atomic what, std::uint32_t rd, std::uint32_t address, std::uint32_t operand) {
  return r_type(0x2F, 2, static_cast<std::uint32_t>(what) << 2, rd, address, operand);
}
constexpr std::uint32_t cbo(std::uint32_t operation, std::uint32_t address) {
  return operation << 20 | address << 15 | 2 << 12 | 0x0F;
}

}  // namespace auklet::test::rv32
