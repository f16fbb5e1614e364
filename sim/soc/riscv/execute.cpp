// The instructions that programs spend their time in: integer arithmetic, jumps, and accesses to memory mapped
// directly.
#include <cstring>
#include <limits>

#include "core.hpp"

namespace auklet::sim::soc::riscv {
namespace {

constexpr std::int32_t as_signed(std::uint32_t value) { return static_cast<std::int32_t>(value); }

constexpr std::uint32_t shift_arithmetic(std::uint32_t value, std::uint32_t amount) {
  return static_cast<std::uint32_t>(as_signed(value) >> (amount & 31));
}

/// Upper half of a product of 64-bit operands, of which each is a 32-bit one extended.
constexpr std::uint32_t upper(std::int64_t a, std::int64_t b) { return static_cast<std::uint32_t>((a * b) >> 32); }

// Division by zero and overflow have results of their own and never trap (manual: "Division Operations").
constexpr bool overflows(std::uint32_t a, std::uint32_t b) {
  return as_signed(a) == std::numeric_limits<std::int32_t>::min() && as_signed(b) == -1;
}
constexpr std::uint32_t divide_signed(std::uint32_t a, std::uint32_t b) {
  if (b == 0) return ~0U;
  return overflows(a, b) ? a : static_cast<std::uint32_t>(as_signed(a) / as_signed(b));
}
constexpr std::uint32_t divide_unsigned(std::uint32_t a, std::uint32_t b) { return b == 0 ? ~0U : a / b; }
constexpr std::uint32_t remainder_signed(std::uint32_t a, std::uint32_t b) {
  if (b == 0) return a;
  return overflows(a, b) ? 0 : static_cast<std::uint32_t>(as_signed(a) % as_signed(b));
}
constexpr std::uint32_t remainder_unsigned(std::uint32_t a, std::uint32_t b) { return b == 0 ? a : a % b; }

}  // namespace

template <typename T>
bool Core::load_quickly(const Instruction& instruction) {
  const std::byte* bytes = memory_.quick_read<sizeof(T)>(x_[instruction.rs1] + instruction.immediate);
  if (bytes == nullptr) return false;
  T value;
  std::memcpy(&value, bytes, sizeof(T));
  x_[instruction.rd] = static_cast<std::uint32_t>(value);  // Extends the sign where T has one.
  return true;
}

template <typename T>
bool Core::store_quickly(const Instruction& instruction) {
  std::byte* bytes = memory_.quick_write<sizeof(T)>(x_[instruction.rs1] + instruction.immediate);
  if (bytes == nullptr) return false;
  const T value = static_cast<T>(x_[instruction.rs2]);
  std::memcpy(bytes, &value, sizeof(T));
  return true;
}

void Core::execute() {
  std::uint64_t left = left_;  // Locals, so that they stay in registers.
  CodePage* page = memory_.code(pc_);
  Instruction* at = page->at(pc_);
  while (left != 0) {
    const Instruction i = *at;
    Instruction* next = at + i.halfwords;
    const std::uint32_t a = x_[i.rs1];
    const std::uint32_t b = x_[i.rs2];
    std::uint32_t& d = x_[i.rd];
    const auto jump = [&](std::uint32_t target) {
      if (!page->holds(target)) page = memory_.code(target);
      next = page->at(target);
    };
    const auto branch = [&](bool taken) {
      if (taken) jump(i.immediate);
    };
    bool done = true;
    // clang-format off: one line for each, or nobody sees that they are right.
    switch (i.op) {
      case Op::kConstant: d = i.immediate; break;
      case Op::kJal: d = page->address(next); jump(i.immediate); break;
      case Op::kJalr: d = page->address(next); jump((a + i.immediate) & ~1U); break;
      case Op::kBeq: branch(a == b); break;
      case Op::kBne: branch(a != b); break;
      case Op::kBlt: branch(as_signed(a) < as_signed(b)); break;
      case Op::kBge: branch(as_signed(a) >= as_signed(b)); break;
      case Op::kBltu: branch(a < b); break;
      case Op::kBgeu: branch(a >= b); break;
      case Op::kLb: done = load_quickly<std::int8_t>(i); break;
      case Op::kLh: done = load_quickly<std::int16_t>(i); break;
      case Op::kLw: done = load_quickly<std::uint32_t>(i); break;
      case Op::kLbu: done = load_quickly<std::uint8_t>(i); break;
      case Op::kLhu: done = load_quickly<std::uint16_t>(i); break;
      case Op::kSb: done = store_quickly<std::uint8_t>(i); break;
      case Op::kSh: done = store_quickly<std::uint16_t>(i); break;
      case Op::kSw: done = store_quickly<std::uint32_t>(i); break;
      case Op::kAddi: d = a + i.immediate; break;
      case Op::kSlti: d = as_signed(a) < as_signed(i.immediate) ? 1 : 0; break;
      case Op::kSltiu: d = a < i.immediate ? 1 : 0; break;
      case Op::kXori: d = a ^ i.immediate; break;
      case Op::kOri: d = a | i.immediate; break;
      case Op::kAndi: d = a & i.immediate; break;
      case Op::kSlli: d = a << i.immediate; break;
      case Op::kSrli: d = a >> i.immediate; break;
      case Op::kSrai: d = shift_arithmetic(a, i.immediate); break;
      case Op::kAdd: d = a + b; break;
      case Op::kSub: d = a - b; break;
      case Op::kSll: d = a << (b & 31); break;
      case Op::kSlt: d = as_signed(a) < as_signed(b) ? 1 : 0; break;
      case Op::kSltu: d = a < b ? 1 : 0; break;
      case Op::kXor: d = a ^ b; break;
      case Op::kSrl: d = a >> (b & 31); break;
      case Op::kSra: d = shift_arithmetic(a, b); break;
      case Op::kOr: d = a | b; break;
      case Op::kAnd: d = a & b; break;
      case Op::kMul: d = a * b; break;
      case Op::kMulh: d = upper(as_signed(a), as_signed(b)); break;
      case Op::kMulhsu: d = upper(as_signed(a), b); break;
      case Op::kMulhu: d = static_cast<std::uint32_t>((std::uint64_t{a} * b) >> 32); break;
      case Op::kDiv: d = divide_signed(a, b); break;
      case Op::kDivu: d = divide_unsigned(a, b); break;
      case Op::kRem: d = remainder_signed(a, b); break;
      case Op::kRemu: d = remainder_unsigned(a, b); break;
      case Op::kFence: break;  // Everything is in order.
      case Op::kUndecoded: memory_.decode(*page, at); continue;
      case Op::kPageEnd: jump(page->address(at)); at = next; continue;
      default: done = false; break;
    }
    // clang-format on
    if (!done) {
      left_ = left;
      pc_ = page->address(at);
      if (!execute_slowly(i)) return;
      if (attention_) {
        left_ = left - 1;
        pc_ = page->address(next);
        return;
      }
    }
    at = next;
    --left;
  }
  left_ = left;
  pc_ = page->address(at);
}

}  // namespace auklet::sim::soc::riscv
