// Two simulations of one device, driven as one, which tells where they first differ.
#pragma once

#include <auklet/sim/target.hpp>
#include <auklet/spec/spec.hpp>
#include <cstdint>
#include <memory>
#include <optional>

namespace auklet::sim {

/// Where a device first did something else than its reference.
struct Divergence {
  enum class Kind : std::uint8_t {
    kSram,          ///< A command left another byte in the SRAM at `address`.
    kStrayWrite,    ///< A command wrote the word of the SRAM that holds `address`, which it has no business with.
    kMissingWrite,  ///< A command completed without writing the word of the SRAM that holds `address`.
    kStore,         ///< A STORE left another byte in memory at device address `address`.
    kMemory,        ///< After the job, a byte of memory at `address` that no STORE should have written differs.
    kOrder,         ///< An engine ran the command at `offset`, or none, where the stream has the one at `expected`.
    kRegister,      ///< The register at `address` reads as something else.
    kRefusal,       ///< One of the two refused an access to the register at `address`, the other did not.
    kInterrupt,     ///< The job is over, and the interrupt output is not at the level of the reference's.
    kHang,          ///< Nothing happens any more; the command at `offset` is one that should have run.
  };

  Kind kind = Kind::kSram;
  spec::Engine engine = spec::Engine::kNone;  ///< Of the command; kNone where there is none.
  std::uint32_t offset = 0;                   ///< Of the command in its stream, in bytes; 0 without a command.
  /// Of the device: in which the byte was written (kSram, kStrayWrite), the command ended, or it was noticed.
  std::uint64_t cycle = 0;
  std::uint64_t address = 0;
  std::uint32_t expected =
      0;                  ///< The reference's byte or register; 1 for a refusal, and for an interrupt that is high.
  std::uint32_t got = 0;  ///< The device's.

  bool operator==(const Divergence&) const = default;
};

/// A device and its reference behind one Target.
///
/// When a job starts, the reference computes it at once, on a copy of the memory. Then the device runs it, and after
/// each command every byte that the command wrote, to SRAM or memory, is compared with what the reference's command
/// wrote; after the job also all other memory. What the driver reads outside of jobs is compared where both must agree:
/// interrupts, faults, DONE_TAG, and after a job without fault PROGRESS, COMPLETED and the event COMMANDS.
///
/// Registers, interrupt and time are the device's. From the first divergence on the device stands still while time
/// passes, so that whoever waits for it reaches its deadline soon.
///
/// Not compared: timing; bytes of jobs that the reference ends with a fault (how far the engines have got by then is
/// nobody's promise), or that are aborted.
///
/// Not thread-safe.
class Lockstep final : public Target {
 public:
  /// Both must be alike: fresh out of reset, of one configuration, without mapped memory. They must outlive this, and
  /// be reached through it alone. Throws std::invalid_argument when one of them cannot be observed.
  Lockstep(Target& device, Target& reference);
  ~Lockstep() override;
  Lockstep(const Lockstep&) = delete;
  Lockstep& operator=(const Lockstep&) = delete;

  /// The first divergence since construction.
  [[nodiscard]] const std::optional<Divergence>& divergence() const;

  std::uint32_t read32(std::uint32_t offset) override;
  void write32(std::uint32_t offset, std::uint32_t value) override;
  [[nodiscard]] std::uint64_t bus_errors() const override;
  void map(std::uint64_t base, std::span<std::byte> bytes, MemoryTiming timing) override;
  void unmap(std::uint64_t base) override;
  /// Throws std::invalid_argument unless `port` is null: there is no copy of somebody else's memory.
  void connect(MemoryPort* port, MemoryTiming timing) override;
  void step(std::uint64_t cycles) override;
  std::uint64_t step_until_irq(std::uint64_t max_cycles) override;
  [[nodiscard]] std::uint64_t cycle() const override;
  [[nodiscard]] bool irq() const override;
  void hard_reset() override;
  /// What the device does.
  bool observe(Observer* observer) override;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace auklet::sim
