// The 32-bit formats, as the unprivileged manual's chapter "RV32/64G Instruction Set Listings" tabulates them.
#include "decoder.hpp"

#include <array>

namespace auklet::sim::soc::riscv {
namespace {

/// Bits `high` to `low` of `word`, moved down.
constexpr std::uint32_t field(std::uint32_t word, unsigned high, unsigned low) {
  return (word >> low) & ((2U << (high - low)) - 1U);
}

constexpr std::uint32_t sign_extend(std::uint32_t value, unsigned bits) {
  const std::uint32_t sign = 1U << (bits - 1);
  return (value ^ sign) - sign;
}

constexpr std::uint32_t immediate_i(std::uint32_t word) { return sign_extend(field(word, 31, 20), 12); }
constexpr std::uint32_t immediate_s(std::uint32_t word) {
  return sign_extend(field(word, 31, 25) << 5 | field(word, 11, 7), 12);
}
constexpr std::uint32_t immediate_b(std::uint32_t word) {
  return sign_extend(
      field(word, 31, 31) << 12 | field(word, 7, 7) << 11 | field(word, 30, 25) << 5 | field(word, 11, 8) << 1, 13);
}
constexpr std::uint32_t immediate_u(std::uint32_t word) { return word & 0xFFFFF000U; }
constexpr std::uint32_t immediate_j(std::uint32_t word) {
  return sign_extend(
      field(word, 31, 31) << 20 | field(word, 19, 12) << 12 | field(word, 20, 20) << 11 | field(word, 30, 21) << 1, 21);
}

constexpr std::uint32_t funct3(std::uint32_t word) { return field(word, 14, 12); }
constexpr std::uint32_t funct7(std::uint32_t word) { return field(word, 31, 25); }

constexpr std::array<Op, 8> kBranches = {Op::kBeq, Op::kBne, Op::kIllegal, Op::kIllegal,
                                         Op::kBlt, Op::kBge, Op::kBltu,    Op::kBgeu};
constexpr std::array<Op, 8> kLoads = {Op::kLb,  Op::kLh,  Op::kLw,      Op::kIllegal,
                                      Op::kLbu, Op::kLhu, Op::kIllegal, Op::kIllegal};
constexpr std::array<Op, 8> kStores = {Op::kSb,      Op::kSh,      Op::kSw,      Op::kIllegal,
                                       Op::kIllegal, Op::kIllegal, Op::kIllegal, Op::kIllegal};
constexpr std::array<Op, 8> kImmediates = {Op::kAddi, Op::kIllegal, Op::kSlti, Op::kSltiu,
                                           Op::kXori, Op::kIllegal, Op::kOri,  Op::kAndi};
constexpr std::array<Op, 8> kRegisters = {Op::kAdd, Op::kSll, Op::kSlt, Op::kSltu,
                                          Op::kXor, Op::kSrl, Op::kOr,  Op::kAnd};
constexpr std::array<Op, 8> kMultiplications = {Op::kMul, Op::kMulh, Op::kMulhsu, Op::kMulhu,
                                                Op::kDiv, Op::kDivu, Op::kRem,    Op::kRemu};
constexpr std::array<Op, 8> kCsrs = {Op::kIllegal, Op::kCsrrw,  Op::kCsrrs,  Op::kCsrrc,
                                     Op::kIllegal, Op::kCsrrwi, Op::kCsrrsi, Op::kCsrrci};

Op op_of_immediate(std::uint32_t word) {
  if (funct3(word) == 1) return funct7(word) == 0 ? Op::kSlli : Op::kIllegal;
  if (funct3(word) != 5) return kImmediates[funct3(word)];
  if (funct7(word) == 0) return Op::kSrli;
  return funct7(word) == 0x20 ? Op::kSrai : Op::kIllegal;
}

Op op_of_registers(std::uint32_t word) {
  if (funct7(word) == 0) return kRegisters[funct3(word)];
  if (funct7(word) == 1) return kMultiplications[funct3(word)];
  if (funct7(word) != 0x20) return Op::kIllegal;
  if (funct3(word) == 0) return Op::kSub;
  return funct3(word) == 5 ? Op::kSra : Op::kIllegal;
}

Op op_of_atomic(std::uint32_t word) {
  if (funct3(word) != 2) return Op::kIllegal;
  switch (field(word, 31, 27)) {  // The two bits below order memory accesses; here they are in order anyway.
    case 0x00:
      return Op::kAmoadd;
    case 0x01:
      return Op::kAmoswap;
    case 0x02:
      return field(word, 24, 20) == 0 ? Op::kLr : Op::kIllegal;
    case 0x03:
      return Op::kSc;
    case 0x04:
      return Op::kAmoxor;
    case 0x08:
      return Op::kAmoor;
    case 0x0C:
      return Op::kAmoand;
    case 0x10:
      return Op::kAmomin;
    case 0x14:
      return Op::kAmomax;
    case 0x18:
      return Op::kAmominu;
    case 0x1C:
      return Op::kAmomaxu;
    default:
      return Op::kIllegal;
  }
}

Op op_of_fence(std::uint32_t word) {
  if (funct3(word) == 0) return Op::kFence;  // Its other fields are for finer fences, and to be ignored.
  if (funct3(word) == 1) return Op::kFencei;
  if (funct3(word) != 2 || field(word, 11, 7) != 0) return Op::kIllegal;
  switch (field(word, 31, 20)) {
    case 0:
      return Op::kCboInval;
    case 1:
      return Op::kCboClean;
    case 2:
      return Op::kCboFlush;
    default:
      return Op::kIllegal;
  }
}

Op op_of_system(std::uint32_t word) {
  if (funct3(word) != 0) return kCsrs[funct3(word)];
  switch (word) {
    case 0x00000073:
      return Op::kEcall;
    case 0x00100073:
      return Op::kEbreak;
    case 0x30200073:
      return Op::kMret;
    case 0x10500073:
      return Op::kWfi;
    default:
      return Op::kIllegal;
  }
}

struct Meaning {
  Op op = Op::kIllegal;
  std::uint32_t immediate = 0;
};

Meaning meaning_of(std::uint32_t word, std::uint32_t address) {
  switch (field(word, 6, 0)) {
    case 0x03:
      return {kLoads[funct3(word)], immediate_i(word)};
    case 0x0F:
      return {op_of_fence(word), 0};
    case 0x13: {
      const bool shift = (funct3(word) & 3) == 1;
      return {op_of_immediate(word), shift ? field(word, 24, 20) : immediate_i(word)};
    }
    case 0x17:
      return {Op::kConstant, address + immediate_u(word)};
    case 0x23:
      return {kStores[funct3(word)], immediate_s(word)};
    case 0x2F:
      return {op_of_atomic(word), 0};
    case 0x33:
      return {op_of_registers(word), 0};
    case 0x37:
      return {Op::kConstant, immediate_u(word)};
    case 0x63:
      return {kBranches[funct3(word)], address + immediate_b(word)};
    case 0x67:
      return {funct3(word) == 0 ? Op::kJalr : Op::kIllegal, immediate_i(word)};
    case 0x6F:
      return {Op::kJal, address + immediate_j(word)};
    case 0x73:
      return {op_of_system(word), field(word, 31, 20)};
    default:
      return {};
  }
}

}  // namespace

Instruction decode(std::uint32_t bits, std::uint32_t address) {
  const bool compressed = is_compressed(bits);
  if (compressed) bits &= 0xFFFF;
  const std::uint32_t word = compressed ? expand(static_cast<std::uint16_t>(bits)) : bits;
  const Meaning meaning = meaning_of(word, address);
  Instruction instruction;
  instruction.op = meaning.op;
  instruction.halfwords = compressed ? 1 : 2;
  instruction.immediate = meaning.op == Op::kIllegal ? bits : meaning.immediate;
  const std::uint32_t rd = field(word, 11, 7);
  instruction.rd = rd == 0 ? kDiscard : static_cast<std::uint8_t>(rd);
  instruction.rs1 = static_cast<std::uint8_t>(field(word, 19, 15));
  instruction.rs2 = field(word, 24, 20) & 31U;
  return instruction;
}

}  // namespace auklet::sim::soc::riscv
