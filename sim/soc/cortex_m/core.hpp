// Unicorn, and around it the exceptions, the memory map and the count of instructions that it does not have.
#pragma once

#include <unicorn/unicorn.h>

#include <auklet/sim/soc/cortex_m4_cpu.hpp>
#include <auklet/sim/soc/cpu.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "system_control.hpp"

namespace auklet::sim::soc::cortex_m {

/// EPSR.T, without which nothing can be executed.
inline constexpr std::uint32_t kThumbState = 1U << 24;
/// Lowest bit of code addresses in registers, for the same.
inline constexpr std::uint32_t kThumb = 1;

/// As 0x and eight digits.
std::string hex(std::uint32_t value);

/// CortexM4Cpu documents what its functions do.
class Core {
 public:
  Core(CpuBus& bus, CortexM4Options options);

  void map(std::uint32_t base, std::span<std::byte> bytes, bool writable);
  void reset(std::uint32_t vector_table);
  void set_interrupt(InterruptLine line, bool level);
  CpuStop run(std::uint64_t budget);
  void request_yield();
  [[nodiscard]] std::uint64_t retired() const { return inside_ ? begun_ - 1 : begun_; }
  [[nodiscard]] Cpu::SemihostingCall semihosting_call() const { return {get(UC_ARM_REG_R0), get(UC_ARM_REG_R1)}; }
  void finish_semihosting(std::uint32_t result);
  [[nodiscard]] std::uint32_t pc() const { return get(UC_ARM_REG_PC); }
  [[nodiscard]] const std::string& halt_reason() const { return halt_reason_; }
  [[nodiscard]] std::uint32_t r(unsigned index) const;
  [[nodiscard]] std::uint32_t xpsr() const { return get(UC_ARM_REG_XPSR); }

 private:
  struct Closer {
    void operator()(uc_engine* engine) const { uc_close(engine); }
  };
  struct Region {
    std::uint32_t base = 0;
    std::span<std::byte> bytes;
    bool writable = false;
  };
  /// Addresses without memory; what Unicorn hands back when they are accessed.
  struct Gap {
    Core* core = nullptr;
    std::uint32_t base = 0;
  };
  struct Refusal {
    std::uint32_t pc = 0;
    std::uint32_t address = 0;
  };
  struct Overwritten {
    std::byte* at = nullptr;
    std::byte before{};
  };
  /// What Unicorn calls exceptions (QEMU's numbers).
  enum class Event : std::uint8_t { kNone = 0, kSvc = 2, kFetchFault = 3, kBreakpoint = 7, kExceptionReturn = 8 };

  // Called by Unicorn while instructions run. None may throw.
  void on_instruction(std::uint32_t address, std::uint32_t bytes);
  std::uint32_t on_load(std::uint32_t address, std::uint32_t bytes);
  void on_store(std::uint32_t address, std::uint32_t bytes, std::uint32_t value);
  void on_read_only_store(std::uint32_t address, std::uint32_t bytes, std::uint32_t value);

  void add_hooks();
  void map_gaps();
  void map_gap(std::uint64_t begin, std::uint64_t behind);
  [[nodiscard]] std::uint32_t get(int unicorn_register) const;
  void set(int unicorn_register, std::uint32_t value);
  /// The lowest bit of `address` is of no importance. (Unicorn makes EPSR.T of it.)
  void set_pc(std::uint32_t address) { set(UC_ARM_REG_PC, address | kThumb); }
  [[nodiscard]] Masks masks() const;
  void halt(const std::string& what);

  // access.cpp: loads and stores, of the program outside of memory and of exception frames anywhere. False: refused.
  std::byte* memory(std::uint32_t address);
  bool load(std::uint32_t address, std::uint32_t bytes, std::uint32_t& value);
  bool store(std::uint32_t address, std::uint32_t bytes, std::uint32_t value);
  bool load_aligned(std::uint32_t address, std::uint32_t bytes, std::uint32_t& value);
  bool store_aligned(std::uint32_t address, std::uint32_t bytes, std::uint32_t value);
  void refuse(std::uint32_t address);
  void restore_read_only();

  // execute.cpp
  [[nodiscard]] std::uint32_t halfword(std::uint32_t address);
  bool count_skipped(std::uint32_t address);
  void execute();
  void handle_event();
  void handle_error(uc_err error);

  // exceptions.cpp
  void enter(unsigned exception, std::uint32_t return_address);
  void leave(std::uint32_t exception_return);
  /// Takes a bus or usage fault, or the HardFault it escalates to, or halts. `address`: of the refused data access.
  void fault(unsigned exception, std::uint32_t cfsr_bits, std::uint32_t address);
  void hard_fault(std::uint32_t hfsr_bits, const std::string& what);

  std::unique_ptr<uc_engine, Closer> engine_;
  CpuBus& bus_;
  CortexM4Options options_;
  SystemControl control_;
  std::vector<Region> regions_;
  std::size_t latest_region_ = 0;
  std::vector<std::unique_ptr<Gap>> gaps_;
  bool gaps_mapped_ = false;

  std::uint64_t begun_ = 0;   // Instructions begun; all retired, but the one that is being executed.
  std::uint64_t limit_ = 0;   // run() returns when as many have retired.
  bool inside_ = false;       // In a bus access.
  bool attention_ = false;    // Stop before the next instruction.
  bool watch_masks_ = false;  // Stop as soon as an exception that waits is not masked any more.
  bool stopped_ = false;      // on_instruction() stopped Unicorn; else it was WFI.
  bool yield_ = false;
  bool sleeping_ = false;
  bool semihosting_ = false;
  Event event_ = Event::kNone;
  std::uint32_t latest_ = 0;      // Address of the instruction that began latest.
  unsigned block_left_ = 0;       // Instructions of an IT block that are still to come,
  std::uint32_t block_next_ = 0;  // and the address of the first of them.
  std::optional<Refusal> refusal_;
  std::vector<Overwritten> overwritten_;  // Read-only memory that Unicorn has changed nevertheless.
  std::string halt_reason_;
};

}  // namespace auklet::sim::soc::cortex_m
