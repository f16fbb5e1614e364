// Offsets and fields as in the Armv7-M manual's tables "Summary of SCB registers" and "NVIC register summary".
#include "system_control.hpp"

#include <algorithm>
#include <bit>

namespace auklet::sim::soc::cortex_m {
namespace {

enum Offset : std::uint32_t {
  kIser = 0x100,
  kIcer = 0x180,
  kIspr = 0x200,
  kIcpr = 0x280,
  kIabr = 0x300,
  kIpr = 0x400,
  kCpuid = 0xD00,
  kIcsr = 0xD04,
  kVtor = 0xD08,
  kAircr = 0xD0C,
  kScr = 0xD10,
  kCcr = 0xD14,
  kShpr = 0xD18,
  kShcsr = 0xD24,
  kCfsr = 0xD28,
  kHfsr = 0xD2C,
  kBfar = 0xD38,
  kCpacr = 0xD88,
  kDhcsr = 0xDF0,
  kStir = 0xF00,
};

constexpr std::uint32_t kCpuidValue = 0x410FC241;  // Arm, Cortex-M4, r0p1.
constexpr std::uint32_t kStackAlign = 1U << 9;     // CCR: frames are aligned to 8 bytes.
constexpr std::uint32_t kAircrKey = 0x05FA;        // To be written; read as its complement.
constexpr std::uint8_t kPriorityBits = 0xE0;       // Eight levels.
constexpr int kLowest = 256;                       // Lower than any exception: thread mode.
constexpr std::uint32_t kEnableBusFault = 1U << 17;
constexpr std::uint32_t kEnableUsageFault = 1U << 18;

constexpr std::uint64_t bit(unsigned exception) { return std::uint64_t{1} << exception; }
constexpr std::uint64_t kAlwaysEnabled = bit(kHardFault) | bit(kSvCall) | bit(kPendSv) | bit(kSysTick);

constexpr std::uint64_t irqs(std::uint32_t bits) { return std::uint64_t{bits} << kIrq0; }
constexpr std::uint32_t as_irqs(std::uint64_t exceptions) { return static_cast<std::uint32_t>(exceptions >> kIrq0); }

}  // namespace

void SystemControl::reset(std::uint32_t vector_table) {
  const Set levels = levels_;
  *this = {};
  levels_ = levels;
  enabled_ = kAlwaysEnabled;
  vector_table_ = vector_table;
}

int SystemControl::priority(unsigned exception) const {
  return exception <= kHardFault ? static_cast<int>(exception) - 4 : priorities_[exception];
}

std::optional<unsigned> SystemControl::first(Set exceptions) const {
  std::optional<unsigned> found;
  for (; exceptions != 0; exceptions &= exceptions - 1) {
    const auto exception = static_cast<unsigned>(std::countr_zero(exceptions));
    if (!found || priority(exception) < priority(*found)) found = exception;
  }
  return found;
}

int SystemControl::execution_priority(const Masks& masks) const {
  int result = kLowest;
  if (const auto current = first(active_)) result = priority(*current);
  if (masks.basepri != 0) result = std::min(result, static_cast<int>(masks.basepri));
  if (masks.primask) result = std::min(result, 0);
  if (masks.faultmask) result = std::min(result, -1);
  return result;
}

std::optional<unsigned> SystemControl::next(const Masks& masks) const {
  const auto found = first(due());
  return found && can_take(*found, masks) ? found : std::nullopt;
}

bool SystemControl::can_take(unsigned exception, const Masks& masks) const {
  return (enabled_ & bit(exception)) != 0 && priority(exception) < execution_priority(masks);
}

bool SystemControl::wakes(Masks masks) const {
  masks.primask = false;
  return next(masks).has_value();
}

void SystemControl::enter(unsigned exception) {
  pending_ &= ~bit(exception);
  active_ |= bit(exception);
}

void SystemControl::leave(unsigned exception) { active_ &= ~bit(exception); }

void SystemControl::set_level(unsigned irq, bool level) {
  const Set line = bit(kIrq0 + irq);
  levels_ = level ? levels_ | line : levels_ & ~line;
}

void SystemControl::note_fault(std::uint32_t cfsr_bits, std::uint32_t hfsr_bits, std::uint32_t address) {
  cfsr_ |= cfsr_bits;
  hfsr_ |= hfsr_bits;
  if ((cfsr_bits & kBusFaultAddressValid) != 0) bus_fault_address_ = address;
}

const std::uint8_t* SystemControl::priority_register(std::uint32_t offset) const {
  if (offset >= kIpr && offset < kIpr + kIrqs) return &priorities_[kIrq0 + (offset - kIpr)];
  constexpr std::uint32_t kFirst = 4;  // SHPR begins with the priority of exception 4.
  if (offset >= kShpr && offset < kShpr + (kIrq0 - kFirst)) return &priorities_[kFirst + (offset - kShpr)];
  return nullptr;
}

void SystemControl::write_priority(std::uint32_t offset, std::uint8_t value) {
  const std::uint8_t* byte = priority_register(offset);
  if (byte != nullptr) priorities_[static_cast<std::size_t>(byte - priorities_.data())] = value & kPriorityBits;
}

std::uint32_t SystemControl::read(std::uint32_t offset, std::uint32_t bytes) const {
  const std::uint32_t word = read_word(offset & ~3U) >> (8 * (offset & 3));
  return bytes == 4 ? word : word & ((1U << (8 * bytes)) - 1);
}

std::uint32_t SystemControl::read_word(std::uint32_t offset) const {
  if (priority_register(offset) != nullptr) {
    std::uint32_t word = 0;
    for (std::uint32_t i = 0; i < 4; ++i) word |= std::uint32_t{*priority_register(offset + i)} << (8 * i);
    return word;
  }
  switch (offset) {
    case kIser:
    case kIcer:
      return as_irqs(enabled_);
    case kIspr:
    case kIcpr:
      return as_irqs(pending_ | (levels_ & ~active_));
    case kIabr:
      return as_irqs(active_);
    case kCpuid:
      return kCpuidValue;
    case kIcsr:
      return interrupt_control();
    case kVtor:
      return vector_table_;
    case kAircr:
      return (0xFFFFU ^ kAircrKey) << 16;
    case kScr:
      return system_control_;
    case kCcr:
      return kStackAlign;
    case kShcsr:
      return handler_control();
    case kCfsr:
      return cfsr_;
    case kHfsr:
      return hfsr_;
    case kBfar:
      return bus_fault_address_;
    case kCpacr:
      return coprocessor_access_;
    case kDhcsr:
      return 1;  // C_DEBUGEN: semihosting is served.
    default:
      return 0;
  }
}

std::uint32_t SystemControl::interrupt_control() const {
  std::uint32_t value = first(active_).value_or(0) | first(due()).value_or(0) << 12;
  if ((active_ & (active_ - 1)) == 0) value |= 1U << 11;  // RETTOBASE
  if (as_irqs(due()) != 0) value |= 1U << 22;             // ISRPENDING
  if ((pending_ & bit(kSysTick)) != 0) value |= 1U << 26;
  if ((pending_ & bit(kPendSv)) != 0) value |= 1U << 28;
  return value;
}

std::uint32_t SystemControl::handler_control() const {
  const auto flag = [](Set set, unsigned exception, unsigned to) {
    return static_cast<std::uint32_t>(set >> exception & 1) << to;
  };
  return flag(enabled_, kBusFault, 17) | flag(enabled_, kUsageFault, 18) | flag(active_, kBusFault, 1) |
         flag(active_, kUsageFault, 3) | flag(active_, kSvCall, 7) | flag(active_, kPendSv, 10) |
         flag(active_, kSysTick, 11);
}

void SystemControl::write(std::uint32_t offset, std::uint32_t bytes, std::uint32_t value) {
  if (priority_register(offset) != nullptr) {
    for (std::uint32_t i = 0; i < bytes; ++i) write_priority(offset + i, static_cast<std::uint8_t>(value >> (8 * i)));
  } else {
    write_word(offset & ~3U, value << (8 * (offset & 3)));
  }
}

void SystemControl::write_word(std::uint32_t offset, std::uint32_t value) {
  switch (offset) {
    case kIser:
      enabled_ |= irqs(value);
      break;
    case kIcer:
      enabled_ &= ~irqs(value);
      break;
    case kIspr:
      pending_ |= irqs(value);
      break;
    case kIcpr:
      pending_ &= ~irqs(value);
      break;
    case kIcsr:
      write_interrupt_control(value);
      break;
    case kVtor:
      vector_table_ = value & ~0x7FU;
      break;
    case kAircr:
      if (value >> 16 == kAircrKey && (value & 4) != 0) reset_requested_ = true;
      break;
    case kScr:
      system_control_ = value & 0x16;
      break;
    case kShcsr:
      enabled_ &= ~(bit(kBusFault) | bit(kUsageFault));
      if ((value & kEnableBusFault) != 0) enabled_ |= bit(kBusFault);
      if ((value & kEnableUsageFault) != 0) enabled_ |= bit(kUsageFault);
      break;
    case kCfsr:
      cfsr_ &= ~value;  // Written ones clear, here and in HFSR.
      break;
    case kHfsr:
      hfsr_ &= ~value;
      break;
    case kCpacr:
      coprocessor_access_ = value & 0x00F00000;
      break;
    case kStir:
      if ((value & 0x1FF) < kIrqs) pending_ |= bit(kIrq0 + (value & 0x1FF));
      break;
    default:
      break;
  }
}

void SystemControl::write_interrupt_control(std::uint32_t value) {
  const auto apply = [&](unsigned set, unsigned clear, unsigned exception) {
    if ((value >> set & 1) != 0) pending_ |= bit(exception);
    if ((value >> clear & 1) != 0) pending_ &= ~bit(exception);
  };
  apply(28, 27, kPendSv);
  apply(26, 25, kSysTick);
}

}  // namespace auklet::sim::soc::cortex_m
