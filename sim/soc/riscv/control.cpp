// Numbers and fields as in the privileged manual's "CSR Listing" and chapter "Machine-Level ISA".
#include "control.hpp"

#include <bit>

namespace auklet::sim::soc::riscv {
namespace {

enum Csr : std::uint32_t {
  kMstatus = 0x300,
  kMisa = 0x301,
  kMie = 0x304,
  kMtvec = 0x305,
  kMstatush = 0x310,
  kMcountinhibit = 0x320,
  kMhpmevent3 = 0x323,
  kMhpmevent31 = 0x33F,
  kMscratch = 0x340,
  kMepc = 0x341,
  kMcause = 0x342,
  kMtval = 0x343,
  kMip = 0x344,
  // Counters: the machine's; 0x80 on, their upper halves; 0x100 on, for reading only. 0, 2 and 3 on in each.
  kMcycle = 0xB00,
  kMcycleh = 0xB80,
  kCycle = 0xC00,
  kCycleh = 0xC80,
  kMvendorid = 0xF11,
  kMarchid = 0xF12,
  kMimpid = 0xF13,
  kMhartid = 0xF14,
  kMconfigptr = 0xF15,
};

constexpr std::uint32_t kCounters = 32;  // Of each kind: cycle, time, instret, and 29 that count nothing.
constexpr std::uint32_t kTimeIndex = 1;
constexpr std::uint32_t kInstretIndex = 2;

constexpr std::uint32_t kStatusMie = 1U << 3;
constexpr std::uint32_t kStatusMpie = 1U << 7;
constexpr std::uint32_t kStatusMpp = 3U << 11;
constexpr std::uint32_t kMisaValue = 1U << 30 | 1U << ('i' - 'a') | 1U << ('m' - 'a') | 1U << 0 | 1U << ('c' - 'a');
constexpr std::uint32_t kInterruptFlag = 1U << 31;
constexpr std::uint32_t kVectored = 1;

// Bits of mie and mip, which are also the interrupts' codes in mcause.
constexpr std::uint32_t kSoftware = 3;
constexpr std::uint32_t kTimer = 7;
constexpr std::uint32_t kExternal = 11;
constexpr std::uint32_t kAll = 1U << kSoftware | 1U << kTimer | 1U << kExternal;

constexpr std::uint32_t code_of(InterruptLine line) {
  switch (line) {
    case InterruptLine::kSoftware:
      return kSoftware;
    case InterruptLine::kTimer:
      return kTimer;
    default:
      return kExternal;
  }
}

/// `number` is one of a counter's bank that begins at `base`.
constexpr bool in_bank(std::uint32_t number, std::uint32_t base) { return number - base < kCounters; }

/// Replaces the half of `old` that a 32-bit CSR is.
constexpr std::uint64_t with_half(std::uint64_t old, bool upper, std::uint32_t value) {
  return upper ? (old & 0xFFFFFFFFU) | std::uint64_t{value} << 32 : (old & ~std::uint64_t{0xFFFFFFFFU}) | value;
}

}  // namespace

void Control::reset(std::uint64_t retired) {
  interrupts_on_ = interrupts_were_ = false;
  enabled_ = vector_ = scratch_ = pc_ = cause_ = value_ = 0;
  cycle_bias_ = instret_bias_ = 0;
  cycle_bias_ = 0 - cycles(retired);
  instret_bias_ = 0 - retired;
}

std::uint64_t Control::cycles(std::uint64_t retired) const {
  return (options_.cycles ? options_.cycles() : retired) + cycle_bias_;
}

std::optional<std::uint32_t> Control::read(std::uint32_t number, std::uint64_t retired) const {
  if (const auto value = read_counter(number, retired)) return value;
  return read_trap(number);
}

std::optional<std::uint32_t> Control::read_trap(std::uint32_t number) const {
  switch (number) {
    case kMstatus:
      return kStatusMpp | (interrupts_on_ ? kStatusMie : 0) | (interrupts_were_ ? kStatusMpie : 0);
    case kMisa:
      return kMisaValue;
    case kMie:
      return enabled_;
    case kMtvec:
      return vector_;
    case kMscratch:
      return scratch_;
    case kMepc:
      return pc_;
    case kMcause:
      return cause_;
    case kMtval:
      return value_;
    case kMip:
      return pending_;
    case kMhartid:
      return options_.hart_id;
    case kMstatush:
    case kMcountinhibit:
    case kMvendorid:
    case kMarchid:
    case kMimpid:
    case kMconfigptr:
      return 0;
    default:
      break;
  }
  if (number >= kMhpmevent3 && number <= kMhpmevent31) return 0;
  return std::nullopt;
}

std::optional<std::uint32_t> Control::read_counter(std::uint32_t number, std::uint64_t retired) const {
  const bool readable = in_bank(number, kCycle) || in_bank(number, kCycleh);
  if (!readable && !in_bank(number, kMcycle) && !in_bank(number, kMcycleh)) return std::nullopt;
  const bool upper = in_bank(number, kCycleh) || in_bank(number, kMcycleh);
  std::uint64_t value = 0;
  switch (number % kCounters) {
    case 0:
      value = cycles(retired);
      break;
    case kTimeIndex:
      if (!readable || !options_.time) return std::nullopt;
      value = options_.time();
      break;
    case kInstretIndex:
      value = retired + instret_bias_;
      break;
    default:
      break;
  }
  return static_cast<std::uint32_t>(upper ? value >> 32 : value);
}

bool Control::write(std::uint32_t number, std::uint32_t value, std::uint64_t retired) {
  if (write_counter(number, value, retired)) return true;
  switch (number) {
    case kMstatus:
      interrupts_on_ = (value & kStatusMie) != 0;
      interrupts_were_ = (value & kStatusMpie) != 0;
      return true;
    case kMie:
      enabled_ = value & kAll;
      return true;
    case kMtvec:
      vector_ = value & ~2U;
      return true;
    case kMscratch:
      scratch_ = value;
      return true;
    case kMepc:
      pc_ = value & ~1U;
      return true;
    case kMcause:
      cause_ = value;
      return true;
    case kMtval:
      value_ = value;
      return true;
    case kMisa:
    case kMip:
    case kMstatush:
    case kMcountinhibit:
      return true;
    default:
      return number >= kMhpmevent3 && number <= kMhpmevent31;
  }
}

bool Control::write_counter(std::uint32_t number, std::uint32_t value, std::uint64_t retired) {
  if (!in_bank(number, kMcycle) && !in_bank(number, kMcycleh)) return false;
  const bool upper = in_bank(number, kMcycleh);
  // The instruction that writes a counter is not counted itself ("Hardware Performance Monitor").
  const std::uint64_t after = retired + 1;
  switch (number % kCounters) {
    case 0: {
      const std::uint64_t now = cycles(options_.cycles ? retired : after);
      cycle_bias_ += with_half(cycles(retired), upper, value) - now;
      return true;
    }
    case kTimeIndex:
      return false;
    case kInstretIndex:
      instret_bias_ = with_half(retired + instret_bias_, upper, value) - after;
      return true;
    default:
      return true;
  }
}

void Control::enter(std::uint32_t cause, std::uint32_t pc, std::uint32_t value) {
  interrupts_were_ = interrupts_on_;
  interrupts_on_ = false;
  cause_ = cause;
  pc_ = pc;
  value_ = value;
}

std::uint32_t Control::enter_exception(Cause cause, std::uint32_t pc, std::uint32_t value) {
  enter(static_cast<std::uint32_t>(cause), pc, value);
  return vector_ & ~3U;
}

std::uint32_t Control::enter_interrupt(std::uint32_t pc) {
  const std::uint32_t due = pending_ & enabled_;
  std::uint32_t code = kTimer;
  if ((due >> kSoftware & 1) != 0) code = kSoftware;
  if ((due >> kExternal & 1) != 0) code = kExternal;
  enter(kInterruptFlag | code, pc, 0);
  return (vector_ & ~3U) + ((vector_ & kVectored) != 0 ? 4 * code : 0);
}

std::uint32_t Control::leave() {
  interrupts_on_ = interrupts_were_;
  interrupts_were_ = true;
  return pc_;
}

void Control::set_interrupt(InterruptLine line, bool level) {
  const std::uint32_t bit = 1U << code_of(line);
  pending_ = level ? pending_ | bit : pending_ & ~bit;
}

}  // namespace auklet::sim::soc::riscv
