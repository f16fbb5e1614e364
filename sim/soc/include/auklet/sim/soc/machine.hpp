// The simulated system: a processor, flash and RAM, a timer, a console, an NPU and switches for faults, on one bus and
// one clock. Its memory map is spec/soc.yaml (docs/gen/soc.md).
#pragma once

#include <auklet/sim/memory_profile.hpp>
#include <auklet/sim/soc/cpu.hpp>
#include <auklet/sim/target.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace auklet::sim::soc {

/// The NPU and what only its kind can do.
struct Npu {
  Target& target;
  bool rtl = false;  ///< It is the RTL, not the functional model: BOARD.FEATURES tells the firmware.
  /// Lets memory stop answering reads after so many more bursts. Empty where the target cannot: then memory is so late
  /// from then on that no job ends.
  std::function<void(std::uint32_t after_bursts)> hang{};
  std::function<void()> release{};  ///< Ends hang().
};

/// An access of one of the NPU's registers by the processor.
struct RegisterAccess {
  bool write = false;  ///< Else a read.
  std::uint32_t offset = 0;
  std::uint32_t value = 0;  ///< Read or written.
};

/// What flash holds where nothing was loaded.
inline constexpr std::byte kErased{0xff};

struct MachineOptions {
  MemoryProfile profile = kMemoryProfiles[0];  ///< Of the NPU's accesses: `data` for RAM, `weights` for flash.
  /// Clock cycles an instruction takes, in 1/256: 256 is one. Register accesses of the NPU take what its bus takes on
  /// top.
  std::uint32_t cycles_per_instruction = 256;
  bool data_cache = false;  ///< A write-back cache between processor and memory that the NPU does not see.
  /// Instructions that the processor may run ahead of the NPU, at least 1: interrupts come up to so many late.
  std::uint32_t quantum = 64;
  std::function<void(char)> console{};  ///< Gets what the firmware sends; empty: nobody.
  /// Gets the address of the next instruction at the end of each quantum that was not slept away; empty: nobody.
  std::function<void(std::uint32_t)> sample{};
  std::function<void(const RegisterAccess&)> on_access{};  ///< Gets each access; of a write before it; empty: nobody.
};

/// Why Machine::run() ended.
enum class MachineEnd : std::uint8_t {
  kExit,      ///< The firmware ended the run by semihosting; exit_code is its own.
  kHalted,    ///< The processor cannot go on.
  kDeadline,  ///< The cycles given have passed.
};

struct MachineResult {
  MachineEnd end = MachineEnd::kDeadline;
  std::uint32_t exit_code = 0;
  std::string message;  ///< With kHalted and kDeadline: what the processor was doing.
};

/// What happened so far.
struct MachineStatistics {
  std::uint64_t instructions = 0;
  std::uint64_t cycles = 0;          ///< Of the one clock.
  std::uint64_t sleep_cycles = 0;    ///< Of these, with the processor asleep.
  std::uint64_t npu_interrupts = 0;  ///< Rises of the NPU's interrupt, those that were lost among them.
  std::uint64_t npu_accesses = 0;    ///< Register accesses.
  std::uint64_t cache_misses = 0;
  std::uint64_t cache_write_backs = 0;
};

/// The system. It is the processor's bus: construct it, construct the processor with it, attach() that, load, run.
///
/// One clock: an instruction takes cycles_per_instruction, and the NPU is advanced by the same cycles, at the latest
/// when the processor touches it, when a quantum has been retired, or when it sleeps. While the NPU is IDLE its clock
/// stands still (what it counts, it counts while a job runs); a write of a register wakes it. Not thread-safe.
class Machine : public CpuBus {
 public:
  /// Refers to the NPU's target, which must outlive it.
  Machine(Npu npu, MachineOptions options);
  ~Machine() override;
  Machine(const Machine&) = delete;
  Machine& operator=(const Machine&) = delete;

  /// Gives the processor its memory. It must outlive the machine's last run().
  void attach(Cpu& cpu);

  [[nodiscard]] std::span<std::byte> flash();
  [[nodiscard]] std::span<std::byte> ram();

  /// Starts the processor at `entry` (see Cpu::reset()) and runs until something ends it, at most `cycles` cycles.
  /// Precondition: attach().
  MachineResult run(std::uint32_t entry, std::uint64_t cycles);

  [[nodiscard]] MachineStatistics statistics() const;
  /// Cycles of the one clock since construction, up to the instruction that is being executed.
  [[nodiscard]] std::uint64_t clock() const;

  // The processor's side.
  bool load(std::uint32_t address, std::uint32_t bytes, std::uint32_t& value) override;
  bool store(std::uint32_t address, std::uint32_t bytes, std::uint32_t value) override;
  bool maintain(CacheOperation operation, std::uint32_t address) override;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace auklet::sim::soc
