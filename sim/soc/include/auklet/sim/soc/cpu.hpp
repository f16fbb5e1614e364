// What the simulated system asks of a processor, and what a processor asks of the system around it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace auklet::sim::soc {

/// Cache maintenance of one block, as CBO.INVAL, CBO.CLEAN and CBO.FLUSH of RISC-V's Zicbom ask for it.
enum class CacheOperation : std::uint8_t { kInvalidate, kClean, kFlush };

/// What is behind a processor's loads and stores where no memory is mapped directly. Called while instructions run;
/// must not call back into the processor, except set_interrupt().
class CpuBus {
 public:
  virtual ~CpuBus() = default;

  /// Reads `bytes` (1, 2 or 4, naturally aligned) at `address` into the low bits of `value`, the others zero. False: an
  /// access fault.
  virtual bool load(std::uint32_t address, std::uint32_t bytes, std::uint32_t& value) = 0;
  /// Writes the low `bytes` bytes of `value`. False: an access fault; then nothing was written.
  virtual bool store(std::uint32_t address, std::uint32_t bytes, std::uint32_t value) = 0;
  /// Maintains the cache block that holds `address`. False: an access fault.
  virtual bool maintain(CacheOperation operation, std::uint32_t address) = 0;
};

/// Interrupt inputs, levels.
enum class InterruptLine : std::uint8_t {
  kSoftware,  ///< RISC-V: machine software interrupt.
  kTimer,     ///< RISC-V: machine timer interrupt. Cortex-M: external interrupt 1.
  kExternal,  ///< The NPU's. RISC-V: machine external interrupt. Cortex-M: external interrupt 0.
};

/// Why Cpu::run() returned.
enum class CpuStop : std::uint8_t {
  kBudget,       ///< As many instructions as were asked for have retired.
  kYield,        ///< request_yield() was called, or an instruction touched the bus and asked for it there.
  kSleep,        ///< It waits for an interrupt (WFI) and none is pending. run() again goes on sleeping until one is.
  kSemihosting,  ///< A semihosting call is to be served: semihosting_call(), then finish_semihosting().
  kHalted,       ///< It cannot go on; halt_reason() says why.
};

/// A processor that executes instructions. Not thread-safe.
class Cpu {
 public:
  virtual ~Cpu() = default;

  /// Memory that loads, stores and fetches reach without the bus, from now on; `bytes` must outlive the processor.
  /// Where `writable` is false stores go to the bus. Throws std::invalid_argument when `base` or the size is no
  /// multiple of 4 KiB, or the range overlaps another.
  virtual void map(std::uint32_t base, std::span<std::byte> bytes, bool writable) = 0;
  /// As map(), but for fetches only: loads and stores of the range go to the bus (where a data cache may sit).
  virtual void map_fetch(std::uint32_t base, std::span<std::byte> bytes) = 0;

  /// Restarts the processor. RISC-V: at `start`, machine mode, all registers zero. Cortex-M: `start` is the vector
  /// table's address, whose first two words are the stack pointer and the reset handler.
  virtual void reset(std::uint32_t start) = 0;
  /// Level of an interrupt input; low at first. reset() leaves it alone.
  virtual void set_interrupt(InterruptLine line, bool level) = 0;

  /// Retires at most `budget` instructions.
  virtual CpuStop run(std::uint64_t budget) = 0;
  /// Lets run() return after the instruction that is being executed. To be called by the bus.
  virtual void request_yield() = 0;
  /// Instructions retired since construction. Exact at any time, inside a bus access too: that instruction is not
  /// counted.
  [[nodiscard]] virtual std::uint64_t retired() const = 0;

  /// The call that stopped run(): operation number and parameter, as Arm's semihosting defines them (RISC-V's is the
  /// same).
  struct SemihostingCall {
    std::uint32_t operation = 0;
    std::uint32_t parameter = 0;
  };
  [[nodiscard]] virtual SemihostingCall semihosting_call() const = 0;
  /// Returns `result` to the program and lets it go on behind the call.
  virtual void finish_semihosting(std::uint32_t result) = 0;

  /// Where it is: address of the next instruction.
  [[nodiscard]] virtual std::uint32_t pc() const = 0;
  /// A sentence about why it halted, with address and cause; empty otherwise.
  [[nodiscard]] virtual std::string halt_reason() const = 0;
};

}  // namespace auklet::sim::soc
