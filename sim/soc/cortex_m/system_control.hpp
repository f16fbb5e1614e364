// Which exceptions are pending, active and to be taken, and the registers that programs see of that.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

namespace auklet::sim::soc::cortex_m {

// Exception numbers (Armv7-M manual: "Exception number definition").
inline constexpr unsigned kHardFault = 3;
inline constexpr unsigned kBusFault = 5;
inline constexpr unsigned kUsageFault = 6;
inline constexpr unsigned kSvCall = 11;
inline constexpr unsigned kPendSv = 14;
inline constexpr unsigned kSysTick = 15;
inline constexpr unsigned kIrq0 = 16;
inline constexpr unsigned kIrqs = 32;
inline constexpr unsigned kExceptions = kIrq0 + kIrqs;

// Bits of CFSR, the fault status of bus and usage faults.
inline constexpr std::uint32_t kInstructionBusError = 1U << 8;
inline constexpr std::uint32_t kPreciseDataBusError = 1U << 9;
inline constexpr std::uint32_t kBusFaultAddressValid = 1U << 15;
inline constexpr std::uint32_t kUndefinedInstruction = 1U << 16;
inline constexpr std::uint32_t kInvalidState = 1U << 17;
inline constexpr std::uint32_t kInvalidPcLoad = 1U << 18;
// Bits of HFSR.
inline constexpr std::uint32_t kForced = 1U << 30;
inline constexpr std::uint32_t kDebugEvent = 1U << 31;

/// The special registers that keep exceptions away.
struct Masks {
  bool primask = false;
  bool faultmask = false;
  std::uint32_t basepri = 0;
};

/// NVIC and System Control Block.
class SystemControl {
 public:
  static constexpr std::uint32_t kBase = 0xE000E000;
  static constexpr std::uint32_t kBytes = 0x1000;

  /// Values out of reset, but for the levels of the interrupt inputs.
  void reset(std::uint32_t vector_table);

  /// The exception to be taken now: of those pending and enabled, the first by priority, then by number.
  [[nodiscard]] std::optional<unsigned> next(const Masks& masks) const;
  /// Whether a synchronous exception can be taken now; else it escalates.
  [[nodiscard]] bool can_take(unsigned exception, const Masks& masks) const;
  /// Something is pending and enabled, taken or not.
  [[nodiscard]] bool waiting() const { return due() != 0; }
  /// Whether WFI ends: an exception would be taken if PRIMASK were clear.
  [[nodiscard]] bool wakes(Masks masks) const;
  void enter(unsigned exception);
  void leave(unsigned exception);

  /// Level of external interrupt `irq`.
  void set_level(unsigned irq, bool level);
  /// Notes a bus or usage fault for CFSR and HFSR; the address is for BFAR.
  void note_fault(std::uint32_t cfsr_bits, std::uint32_t hfsr_bits, std::uint32_t address);

  /// A register's value, `bytes` (1, 2 or 4) at `offset` from kBase. Those that do not exist read as zero.
  [[nodiscard]] std::uint32_t read(std::uint32_t offset, std::uint32_t bytes) const;
  void write(std::uint32_t offset, std::uint32_t bytes, std::uint32_t value);

  [[nodiscard]] std::uint32_t vector_table() const { return vector_table_; }
  [[nodiscard]] bool sleeps_on_exit() const { return (system_control_ & 2) != 0; }
  /// The program has asked for a reset.
  [[nodiscard]] bool reset_requested() const { return reset_requested_; }

 private:
  using Set = std::uint64_t;  // A bit for each exception.

  [[nodiscard]] Set due() const { return (pending_ | (levels_ & ~active_)) & enabled_; }
  [[nodiscard]] int priority(unsigned exception) const;
  [[nodiscard]] int execution_priority(const Masks& masks) const;
  [[nodiscard]] std::optional<unsigned> first(Set exceptions) const;
  [[nodiscard]] std::uint32_t read_word(std::uint32_t offset) const;
  [[nodiscard]] std::uint32_t interrupt_control() const;
  [[nodiscard]] std::uint32_t handler_control() const;
  void write_word(std::uint32_t offset, std::uint32_t value);
  void write_interrupt_control(std::uint32_t value);
  void write_priority(std::uint32_t offset, std::uint8_t value);
  /// Where the priority register of the byte at `offset` is; null where there is none.
  [[nodiscard]] const std::uint8_t* priority_register(std::uint32_t offset) const;

  Set enabled_ = 0;
  Set pending_ = 0;  // By software, or latched.
  Set levels_ = 0;   // Interrupt inputs that are high.
  Set active_ = 0;
  std::array<std::uint8_t, kExceptions> priorities_{};
  std::uint32_t vector_table_ = 0;
  std::uint32_t system_control_ = 0;
  std::uint32_t cfsr_ = 0;
  std::uint32_t hfsr_ = 0;
  std::uint32_t bus_fault_address_ = 0;
  std::uint32_t coprocessor_access_ = 0;
  bool reset_requested_ = false;
};

}  // namespace auklet::sim::soc::cortex_m
