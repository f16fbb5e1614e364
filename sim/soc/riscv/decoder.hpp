// Instructions as the interpreter wants them: fields taken apart once, immediates resolved.
#pragma once

#include <cstdint>

namespace auklet::sim::soc::riscv {

/// What an instruction does.
enum class Op : std::uint8_t {
  // No instructions, but states of a slot of decoded code.
  kUndecoded,  ///< Nothing has been decoded here yet.
  kPageEnd,    ///< Behind the last instruction of a page.
  kNoFetch,    ///< The fetch is refused, at the instruction's address plus the immediate.
  kIllegal,    ///< The immediate is the instruction's bits.
  // RV32I. Where the second operand is an immediate, the name ends with i.
  kConstant,  ///< LUI and AUIPC: rd becomes the immediate.
  kJal,
  kJalr,
  kBeq,
  kBne,
  kBlt,
  kBge,
  kBltu,
  kBgeu,
  kLb,
  kLh,
  kLw,
  kLbu,
  kLhu,
  kSb,
  kSh,
  kSw,
  kAddi,
  kSlti,
  kSltiu,
  kXori,
  kOri,
  kAndi,
  kSlli,
  kSrli,
  kSrai,
  kAdd,
  kSub,
  kSll,
  kSlt,
  kSltu,
  kXor,
  kSrl,
  kSra,
  kOr,
  kAnd,
  kFence,
  kEcall,
  kEbreak,
  // RV32M.
  kMul,
  kMulh,
  kMulhsu,
  kMulhu,
  kDiv,
  kDivu,
  kRem,
  kRemu,
  // RV32A.
  kLr,
  kSc,
  kAmoswap,
  kAmoadd,
  kAmoxor,
  kAmoand,
  kAmoor,
  kAmomin,
  kAmomax,
  kAmominu,
  kAmomaxu,
  // Zicsr: the immediate is the CSR's number; of the forms with i, the rs1 field is the operand itself.
  kCsrrw,
  kCsrrs,
  kCsrrc,
  kCsrrwi,
  kCsrrsi,
  kCsrrci,
  // Zifencei, Zicbom, and the privileged instructions.
  kFencei,
  kCboInval,
  kCboClean,
  kCboFlush,
  kMret,
  kWfi,
};

constexpr bool is_amo(Op op) { return op >= Op::kAmoswap && op <= Op::kAmomaxu; }
constexpr bool is_csr_access(Op op) { return op >= Op::kCsrrw && op <= Op::kCsrrci; }

/// Register that an instruction with rd = x0 writes instead, so that x0 stays zero without a test.
inline constexpr std::uint8_t kDiscard = 32;

/// One instruction, decoded for one address. Eight bytes: that is what lets a slot's address be computed by a shift.
struct Instruction {
  Op op = Op::kUndecoded;
  std::uint8_t rd = 0;  ///< kDiscard for x0.
  std::uint8_t rs1 = 0;
  std::uint8_t rs2 : 5 = 0;
  std::uint8_t halfwords : 2 = 1;  ///< Length: 1 or 2.
  /// Sign-extended. Of branches, JAL and AUIPC: the target's address. Of LUI: the whole result. Of shifts: 0 to 31.
  std::uint32_t immediate = 0;
};
static_assert(sizeof(Instruction) == 8);

/// Whether an instruction whose first halfword is this has 16 bits (manual: "Base Instruction-Length Encoding").
constexpr bool is_compressed(std::uint32_t first) { return (first & 3) != 3; }

/// The 32-bit instruction that means the same as the compressed one (manual: chapter on the C extension, RV32C without
/// F and D), or 0, which is illegal, where it is reserved.
std::uint32_t expand(std::uint16_t compressed);

/// Decodes the instruction whose `bits` (the low 16 of a compressed one) are at `address`.
Instruction decode(std::uint32_t bits, std::uint32_t address);

}  // namespace auklet::sim::soc::riscv
