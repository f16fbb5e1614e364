// The hart: what Rv32Cpu promises, taken apart. execute() runs the common instructions quickly and leaves all others,
// and whatever does not go the quick way, to execute_slowly().
#pragma once

#include <array>
#include <auklet/sim/soc/cpu.hpp>
#include <auklet/sim/soc/rv32_cpu.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "control.hpp"
#include "decoder.hpp"
#include "memory.hpp"

namespace auklet::sim::soc::riscv {

class Core {
 public:
  Core(CpuBus& bus, Rv32Options options);

  void map(std::uint32_t base, std::span<std::byte> bytes, Memory::Use use) { memory_.map(base, bytes, use); }
  void reset(std::uint32_t start);
  void set_interrupt(InterruptLine line, bool level);
  CpuStop run(std::uint64_t budget);
  void request_yield();
  [[nodiscard]] std::uint64_t retired() const { return limit_ - left_; }
  [[nodiscard]] Cpu::SemihostingCall semihosting_call() const;
  void finish_semihosting(std::uint32_t result);
  [[nodiscard]] std::uint32_t pc() const { return pc_; }
  [[nodiscard]] const std::string& halt_reason() const { return halt_reason_; }

  [[nodiscard]] std::uint32_t x(unsigned index) const { return x_.at(index); }
  void set_x(unsigned index, std::uint32_t value);
  [[nodiscard]] std::optional<std::uint32_t> csr(std::uint32_t number) const {
    return control_.read(number, retired());
  }

 private:
  struct Exception {
    Cause cause{};
    std::uint32_t pc = 0;
    std::uint32_t value = 0;    // For mtval.
    std::uint64_t retired = 0;  // Instructions before it.
  };

  /// Executes instructions from pc_ on until left_ is zero or something is to be looked at between two instructions.
  void execute();
  template <typename T>
  bool load_quickly(const Instruction& instruction);
  template <typename T>
  bool store_quickly(const Instruction& instruction);

  /// Executes the one instruction at pc_, of any kind that execute() leaves over. True: it is done, but for counting it
  /// and going on behind it. False: pc_ and left_ say where to go on and what has been counted; it may have trapped.
  bool execute_slowly(const Instruction& instruction);
  bool load(const Instruction& instruction, std::uint32_t bytes, std::uint32_t sign);
  bool store(const Instruction& instruction, std::uint32_t bytes);
  bool load_reserved(const Instruction& instruction);
  bool store_conditional(const Instruction& instruction);
  bool modify(const Instruction& instruction);
  bool access_csr(const Instruction& instruction);
  bool raise_illegal();
  bool maintain(CacheOperation operation, const Instruction& instruction);
  bool break_point();
  bool synchronise_code();
  bool return_from_trap();
  bool wait_for_interrupt();
  [[nodiscard]] bool is_semihosting() const;

  // One access. False: refused, without a trap.
  bool read(std::uint32_t address, std::uint32_t bytes, std::uint32_t& value);
  bool write(std::uint32_t address, std::uint32_t bytes, std::uint32_t value);

  /// Takes an exception of the instruction at pc_, or halts. Always false.
  bool raise(Cause cause, std::uint32_t value);

  std::array<std::uint32_t, kDiscard + 1> x_{};
  std::uint32_t pc_ = 0;     // Inside execute() up to date in slow instructions only; left_ too.
  std::uint64_t left_ = 0;   // Instructions that run() may still retire.
  std::uint64_t limit_ = 0;  // What retired() will be when none is left.
  bool attention_ = false;   // execute() shall end after this instruction.
  bool yield_ = false;
  bool sleeping_ = false;
  bool semihosting_ = false;
  std::optional<std::uint32_t> reservation_;
  std::optional<Exception> exception_;  // The latest.
  std::string halt_reason_;
  Control control_;
  Memory memory_;
  CpuBus& bus_;
};

}  // namespace auklet::sim::soc::riscv
