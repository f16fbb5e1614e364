// Control and status registers, and what happens to them when a trap is taken and left.
#pragma once

#include <auklet/sim/soc/rv32_cpu.hpp>
#include <cstdint>
#include <optional>

namespace auklet::sim::soc::riscv {

/// Exception codes of mcause (privileged manual: "Machine Cause Register").
enum class Cause : std::uint8_t {
  kFetchAccess = 1,
  kIllegalInstruction = 2,
  kBreakpoint = 3,
  kLoadMisaligned = 4,
  kLoadAccess = 5,
  kStoreMisaligned = 6,  ///< AMOs too.
  kStoreAccess = 7,      ///< AMOs and CBOs too.
  kEcall = 11,
};

/// The CSRs of a hart with machine mode only. Where the manual leaves a choice, Rv32Cpu says which.
class Control {
 public:
  explicit Control(Rv32Options options) : options_(std::move(options)) {}

  /// Values out of reset; mcycle and minstret become zero. `retired`: instructions retired before now, as in the
  /// others.
  void reset(std::uint64_t retired);

  /// What an instruction reads; nothing where there is no such CSR.
  [[nodiscard]] std::optional<std::uint32_t> read(std::uint32_t number, std::uint64_t retired) const;
  /// What an instruction writes. False: there is no such CSR, or none to be written; nothing changed.
  bool write(std::uint32_t number, std::uint32_t value, std::uint64_t retired);

  /// Takes an exception of the instruction at `pc`; `value` is for mtval. Returns the handler's address.
  std::uint32_t enter_exception(Cause cause, std::uint32_t pc, std::uint32_t value);
  /// Takes the first of the pending interrupts, of which there must be one: external, software, timer ("Machine
  /// Interrupt Registers"). `pc`: where the program goes on. Returns the handler's address.
  std::uint32_t enter_interrupt(std::uint32_t pc);
  /// MRET. Returns where the program goes on.
  std::uint32_t leave();

  void set_interrupt(InterruptLine line, bool level);
  /// Some interrupt is pending and enabled in mie: what WFI waits for.
  [[nodiscard]] bool wakes() const { return (pending_ & enabled_) != 0; }
  /// Some interrupt is to be taken now.
  [[nodiscard]] bool interrupts() const { return interrupts_on_ && wakes(); }

 private:
  [[nodiscard]] std::optional<std::uint32_t> read_trap(std::uint32_t number) const;
  [[nodiscard]] std::optional<std::uint32_t> read_counter(std::uint32_t number, std::uint64_t retired) const;
  bool write_counter(std::uint32_t number, std::uint32_t value, std::uint64_t retired);
  [[nodiscard]] std::uint64_t cycles(std::uint64_t retired) const;
  void enter(std::uint32_t cause, std::uint32_t pc, std::uint32_t value);

  Rv32Options options_;
  bool interrupts_on_ = false;      // mstatus.MIE
  bool interrupts_were_ = false;    // mstatus.MPIE
  std::uint32_t enabled_ = 0;       // mie
  std::uint32_t pending_ = 0;       // mip
  std::uint32_t vector_ = 0;        // mtvec
  std::uint32_t scratch_ = 0;       // mscratch
  std::uint32_t pc_ = 0;            // mepc
  std::uint32_t cause_ = 0;         // mcause
  std::uint32_t value_ = 0;         // mtval
  std::uint64_t cycle_bias_ = 0;    // mcycle minus the cycles counted.
  std::uint64_t instret_bias_ = 0;  // minstret minus the instructions retired.
};

}  // namespace auklet::sim::soc::riscv
