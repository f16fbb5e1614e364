// The C extension: each compressed instruction is short for one of 32 bits. The tables "RVC Instruction listing" of the
// unprivileged manual give the formats; names of the immediates' parts follow them.
#include "decoder.hpp"

namespace auklet::sim::soc::riscv {
namespace {

constexpr std::uint32_t kReserved = 0;  // A word of zeros is defined to be illegal.

/// `count` bits of `half` from bit `from` on, moved to bit `to`.
constexpr std::uint32_t part(std::uint32_t half, unsigned from, unsigned count, unsigned to) {
  return ((half >> from) & ((1U << count) - 1U)) << to;
}

constexpr std::uint32_t sign_extend(std::uint32_t value, unsigned bits) {
  const std::uint32_t sign = 1U << (bits - 1);
  return (value ^ sign) - sign;
}

/// Full register fields.
constexpr std::uint32_t rd(std::uint32_t half) { return part(half, 7, 5, 0); }
constexpr std::uint32_t rs2(std::uint32_t half) { return part(half, 2, 5, 0); }
/// Three-bit register fields, for x8 to x15.
constexpr std::uint32_t high_register(std::uint32_t half) { return 8 + part(half, 7, 3, 0); }
constexpr std::uint32_t low_register(std::uint32_t half) { return 8 + part(half, 2, 3, 0); }

// Formats of 32 bits, as the manual's "Base Instruction Formats" draws them.
constexpr std::uint32_t i_type(std::uint32_t opcode, std::uint32_t funct3, std::uint32_t to, std::uint32_t from,
                               std::uint32_t immediate) {
  return immediate << 20 | from << 15 | funct3 << 12 | to << 7 | opcode;
}
constexpr std::uint32_t r_type(std::uint32_t funct7, std::uint32_t funct3, std::uint32_t to, std::uint32_t first,
                               std::uint32_t second) {
  return funct7 << 25 | second << 20 | first << 15 | funct3 << 12 | to << 7 | 0x33U;
}
constexpr std::uint32_t addi(std::uint32_t to, std::uint32_t from, std::uint32_t immediate) {
  return i_type(0x13, 0, to, from, immediate);
}
constexpr std::uint32_t lw(std::uint32_t to, std::uint32_t base, std::uint32_t offset) {
  return i_type(0x03, 2, to, base, offset);
}
constexpr std::uint32_t sw(std::uint32_t value, std::uint32_t base, std::uint32_t offset) {
  return part(offset, 5, 7, 25) | value << 20 | base << 15 | 2U << 12 | part(offset, 0, 5, 7) | 0x23U;
}
constexpr std::uint32_t jal(std::uint32_t link, std::uint32_t offset) {
  return part(offset, 20, 1, 31) | part(offset, 1, 10, 21) | part(offset, 11, 1, 20) | part(offset, 12, 8, 12) |
         link << 7 | 0x6FU;
}
constexpr std::uint32_t branch(std::uint32_t funct3, std::uint32_t first, std::uint32_t offset) {
  return part(offset, 12, 1, 31) | part(offset, 5, 6, 25) | first << 15 | funct3 << 12 | part(offset, 1, 4, 8) |
         part(offset, 11, 1, 7) | 0x63U;
}
constexpr std::uint32_t jalr(std::uint32_t link, std::uint32_t base) { return i_type(0x67, 0, link, base, 0); }

constexpr std::uint32_t immediate6(std::uint32_t half) {
  return sign_extend(part(half, 12, 1, 5) | part(half, 2, 5, 0), 6);
}
constexpr std::uint32_t word_offset(std::uint32_t half) {  // Of C.LW and C.SW.
  return part(half, 10, 3, 3) | part(half, 6, 1, 2) | part(half, 5, 1, 6);
}
constexpr std::uint32_t jump_offset(std::uint32_t half) {
  return sign_extend(part(half, 12, 1, 11) | part(half, 11, 1, 4) | part(half, 9, 2, 8) | part(half, 8, 1, 10) |
                         part(half, 7, 1, 6) | part(half, 6, 1, 7) | part(half, 3, 3, 1) | part(half, 2, 1, 5),
                     12);
}
constexpr std::uint32_t branch_offset(std::uint32_t half) {
  return sign_extend(
      part(half, 12, 1, 8) | part(half, 10, 2, 3) | part(half, 5, 2, 6) | part(half, 3, 2, 1) | part(half, 2, 1, 5), 9);
}

std::uint32_t expand_quadrant0(std::uint32_t half) {
  switch (half >> 13) {
    case 0: {  // C.ADDI4SPN
      const std::uint32_t offset =
          part(half, 11, 2, 4) | part(half, 7, 4, 6) | part(half, 6, 1, 2) | part(half, 5, 1, 3);
      return offset == 0 ? kReserved : addi(low_register(half), 2, offset);
    }
    case 2:
      return lw(low_register(half), high_register(half), word_offset(half));
    case 6:
      return sw(low_register(half), high_register(half), word_offset(half));
    default:
      return kReserved;
  }
}

std::uint32_t expand_arithmetic(std::uint32_t half) {
  const std::uint32_t to = high_register(half);
  const std::uint32_t shift = part(half, 2, 5, 0);
  const bool bit12 = part(half, 12, 1, 0) != 0;  // In RV32 shifts by 32 and more are reserved.
  switch (part(half, 10, 2, 0)) {
    case 0:
      return bit12 ? kReserved : i_type(0x13, 5, to, to, shift);
    case 1:
      return bit12 ? kReserved : i_type(0x13, 5, to, to, shift | 0x400U);
    case 2:
      return i_type(0x13, 7, to, to, immediate6(half));
    default:
      break;
  }
  if (bit12) return kReserved;
  const std::uint32_t from = low_register(half);
  switch (part(half, 5, 2, 0)) {
    case 0:
      return r_type(0x20, 0, to, to, from);
    case 1:
      return r_type(0, 4, to, to, from);
    case 2:
      return r_type(0, 6, to, to, from);
    default:
      return r_type(0, 7, to, to, from);
  }
}

std::uint32_t expand_quadrant1(std::uint32_t half) {
  const std::uint32_t immediate = immediate6(half);
  switch (half >> 13) {
    case 0:
      return addi(rd(half), rd(half), immediate);
    case 1:
      return jal(1, jump_offset(half));
    case 2:
      return addi(rd(half), 0, immediate);
    case 3: {
      if (immediate == 0) return kReserved;
      if (rd(half) != 2) return immediate << 12 | rd(half) << 7 | 0x37U;
      const std::uint32_t offset = part(half, 12, 1, 9) | part(half, 6, 1, 4) | part(half, 5, 1, 6) |
                                   part(half, 3, 2, 7) | part(half, 2, 1, 5);  // C.ADDI16SP
      return addi(2, 2, sign_extend(offset, 10));
    }
    case 4:
      return expand_arithmetic(half);
    case 5:
      return jal(0, jump_offset(half));
    case 6:
      return branch(0, high_register(half), branch_offset(half));
    default:
      return branch(1, high_register(half), branch_offset(half));
  }
}

/// C.JR, C.MV, C.EBREAK, C.JALR and C.ADD.
std::uint32_t expand_moves(std::uint32_t half) {
  const bool bit12 = part(half, 12, 1, 0) != 0;
  if (rs2(half) != 0) return r_type(0, 0, rd(half), bit12 ? rd(half) : 0, rs2(half));
  if (rd(half) != 0) return jalr(bit12 ? 1 : 0, rd(half));
  return bit12 ? 0x00100073U : kReserved;
}

std::uint32_t expand_quadrant2(std::uint32_t half) {
  switch (half >> 13) {
    case 0: {
      const bool reserved = part(half, 12, 1, 0) != 0;
      return reserved ? kReserved : i_type(0x13, 1, rd(half), rd(half), part(half, 2, 5, 0));
    }
    case 2: {
      const std::uint32_t offset = part(half, 12, 1, 5) | part(half, 4, 3, 2) | part(half, 2, 2, 6);
      return rd(half) == 0 ? kReserved : lw(rd(half), 2, offset);
    }
    case 4:
      return expand_moves(half);
    case 6:
      return sw(rs2(half), 2, part(half, 9, 4, 2) | part(half, 7, 2, 6));
    default:
      return kReserved;
  }
}

}  // namespace

std::uint32_t expand(std::uint16_t compressed) {
  switch (compressed & 3) {
    case 0:
      return expand_quadrant0(compressed);
    case 1:
      return expand_quadrant1(compressed);
    case 2:
      return expand_quadrant2(compressed);
    default:
      return kReserved;
  }
}

}  // namespace auklet::sim::soc::riscv
