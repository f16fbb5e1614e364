// The instructions that are rare, or go out of the way of the common ones: accesses through the bus, atomics, CSRs,
// traps.
#include <algorithm>
#include <cstring>

#include "core.hpp"

namespace auklet::sim::soc::riscv {
namespace {

/// What an AMO stores, of what it loaded and its operand (manual: "Atomic Memory Operations").
std::uint32_t combine(Op op, std::uint32_t loaded, std::uint32_t operand) {
  const auto as_signed = [](std::uint32_t value) { return static_cast<std::int32_t>(value); };
  switch (op) {
    case Op::kAmoadd:
      return loaded + operand;
    case Op::kAmoxor:
      return loaded ^ operand;
    case Op::kAmoand:
      return loaded & operand;
    case Op::kAmoor:
      return loaded | operand;
    case Op::kAmomin:
      return as_signed(loaded) < as_signed(operand) ? loaded : operand;
    case Op::kAmomax:
      return as_signed(loaded) > as_signed(operand) ? loaded : operand;
    case Op::kAmominu:
      return std::min(loaded, operand);
    case Op::kAmomaxu:
      return std::max(loaded, operand);
    default:
      return operand;  // AMOSWAP
  }
}

}  // namespace

bool Core::execute_slowly(const Instruction& instruction) {
  if (is_amo(instruction.op)) return modify(instruction);
  if (is_csr_access(instruction.op)) return access_csr(instruction);
  // clang-format off: a table.
  switch (instruction.op) {
    case Op::kNoFetch: return raise(Cause::kFetchAccess, pc_ + instruction.immediate);
    case Op::kLb: return load(instruction, 1, 0x80);
    case Op::kLh: return load(instruction, 2, 0x8000);
    case Op::kLw: return load(instruction, 4, 0);
    case Op::kLbu: return load(instruction, 1, 0);
    case Op::kLhu: return load(instruction, 2, 0);
    case Op::kSb: return store(instruction, 1);
    case Op::kSh: return store(instruction, 2);
    case Op::kSw: return store(instruction, 4);
    case Op::kLr: return load_reserved(instruction);
    case Op::kSc: return store_conditional(instruction);
    case Op::kCboInval: return maintain(CacheOperation::kInvalidate, instruction);
    case Op::kCboClean: return maintain(CacheOperation::kClean, instruction);
    case Op::kCboFlush: return maintain(CacheOperation::kFlush, instruction);
    case Op::kFencei: return synchronise_code();
    case Op::kEcall: return raise(Cause::kEcall, 0);
    case Op::kEbreak: return break_point();
    case Op::kMret: return return_from_trap();
    case Op::kWfi: return wait_for_interrupt();
    default: return raise(Cause::kIllegalInstruction, instruction.immediate);
  }
  // clang-format on
}

bool Core::read(std::uint32_t address, std::uint32_t bytes, std::uint32_t& value) {
  value = 0;
  const std::byte* memory = memory_.read(address);
  if (memory == nullptr) return bus_.load(address, bytes, value);
  std::memcpy(&value, memory, bytes);
  return true;
}

bool Core::write(std::uint32_t address, std::uint32_t bytes, std::uint32_t value) {
  std::byte* memory = memory_.write(address);
  if (memory == nullptr) return bus_.store(address, bytes, value);
  std::memcpy(memory, &value, bytes);
  return true;
}

/// `sign`: the value's sign bit, to be extended; 0 where there is none.
bool Core::load(const Instruction& instruction, std::uint32_t bytes, std::uint32_t sign) {
  const std::uint32_t address = x_[instruction.rs1] + instruction.immediate;
  if (address % bytes != 0) return raise(Cause::kLoadMisaligned, address);
  std::uint32_t value = 0;
  if (!read(address, bytes, value)) return raise(Cause::kLoadAccess, address);
  x_[instruction.rd] = (value ^ sign) - sign;
  return true;
}

bool Core::store(const Instruction& instruction, std::uint32_t bytes) {
  const std::uint32_t address = x_[instruction.rs1] + instruction.immediate;
  if (address % bytes != 0) return raise(Cause::kStoreMisaligned, address);
  const std::uint32_t mask = ~0U >> (32 - 8 * bytes);
  return write(address, bytes, x_[instruction.rs2] & mask) || raise(Cause::kStoreAccess, address);
}

bool Core::load_reserved(const Instruction& instruction) {
  const std::uint32_t address = x_[instruction.rs1];
  if (address % 4 != 0) return raise(Cause::kLoadMisaligned, address);
  std::uint32_t value = 0;
  if (!read(address, 4, value)) return raise(Cause::kLoadAccess, address);
  reservation_ = address;
  x_[instruction.rd] = value;
  return true;
}

bool Core::store_conditional(const Instruction& instruction) {
  const std::uint32_t address = x_[instruction.rs1];
  if (address % 4 != 0) return raise(Cause::kStoreMisaligned, address);
  const bool reserved = reservation_ == address;
  reservation_.reset();
  if (reserved && !write(address, 4, x_[instruction.rs2])) return raise(Cause::kStoreAccess, address);
  x_[instruction.rd] = reserved ? 0 : 1;
  return true;
}

bool Core::modify(const Instruction& instruction) {
  const std::uint32_t address = x_[instruction.rs1];
  if (address % 4 != 0) return raise(Cause::kStoreMisaligned, address);
  std::uint32_t loaded = 0;
  if (!read(address, 4, loaded) || !write(address, 4, combine(instruction.op, loaded, x_[instruction.rs2]))) {
    return raise(Cause::kStoreAccess, address);
  }
  x_[instruction.rd] = loaded;
  return true;
}

/// Which forms read and which write is in the manual's table "Conditions determining whether a CSR instruction reads or
/// writes the specified CSR". No CSR here has side effects when read, so that all forms may read.
bool Core::access_csr(const Instruction& instruction) {
  const std::uint32_t number = instruction.immediate;
  const std::optional<std::uint32_t> old = control_.read(number, retired());
  if (!old) return raise_illegal();
  const bool constant = instruction.op >= Op::kCsrrwi;
  const std::uint32_t operand = constant ? instruction.rs1 : x_[instruction.rs1];
  const bool replaces = instruction.op == Op::kCsrrw || instruction.op == Op::kCsrrwi;
  const bool sets = instruction.op == Op::kCsrrs || instruction.op == Op::kCsrrsi;
  if (replaces || instruction.rs1 != 0) {
    const std::uint32_t modified = sets ? *old | operand : *old & ~operand;
    if (!control_.write(number, replaces ? operand : modified, retired())) return raise_illegal();
    attention_ = true;  // An interrupt may have become enabled.
  }
  x_[instruction.rd] = *old;
  return true;
}

/// For instructions whose decoding has not shown that they are illegal.
bool Core::raise_illegal() {
  std::uint16_t low = 0;
  std::uint16_t high = 0;
  static_cast<void>(memory_.fetch(pc_, low) && memory_.fetch(pc_ + 2, high));
  return raise(Cause::kIllegalInstruction, low | std::uint32_t{high} << 16);
}

bool Core::maintain(CacheOperation operation, const Instruction& instruction) {
  const std::uint32_t address = x_[instruction.rs1];
  return bus_.maintain(operation, address) || raise(Cause::kStoreAccess, address);
}

bool Core::synchronise_code() {
  memory_.forget_code();
  pc_ += 4;
  --left_;
  return false;
}

bool Core::return_from_trap() {
  pc_ = control_.leave();
  reservation_.reset();
  --left_;
  return false;
}

bool Core::wait_for_interrupt() {
  sleeping_ = true;  // run() looks whether there is something to wait for.
  attention_ = true;
  return true;
}

bool Core::break_point() {
  if (!is_semihosting()) return raise(Cause::kBreakpoint, pc_);
  semihosting_ = true;
  return false;
}

/// Whether the EBREAK at pc_ is the middle of the sequence that RISC-V's semihosting specification sets aside for its
/// calls: SLLI x0, x0, 31; EBREAK; SRAI x0, x0, 7; none compressed.
bool Core::is_semihosting() const {
  const auto word = [this](std::uint32_t address) -> std::uint32_t {
    std::uint16_t low = 0;
    std::uint16_t high = 0;
    return memory_.fetch(address, low) && memory_.fetch(address + 2, high) ? low | std::uint32_t{high} << 16 : 0;
  };
  return word(pc_ - 4) == 0x01F01013 && word(pc_) == 0x00100073 && word(pc_ + 4) == 0x40705013;
}

}  // namespace auklet::sim::soc::riscv
