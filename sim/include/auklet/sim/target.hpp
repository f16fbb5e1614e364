// What the driver's bus stands on when there is no silicon: a device with registers, a memory system around it, and a
// clock that somebody has to advance. The verilated RTL and the functional model both implement it.
#pragma once

#include <auklet/sim/memory_port.hpp>
#include <auklet/sim/observer.hpp>
#include <cstddef>
#include <cstdint>
#include <span>

namespace auklet::sim {

/// Timing of one memory region, as the AXI port sees it. Ignored by targets without a notion of time.
struct MemoryTiming {
  /// From address accepted to first data beat, and from last write beat to response.
  std::uint32_t latency_cycles = 32;
  std::uint32_t bytes_per_cycle = 8;  ///< Bandwidth, each direction on its own.
};

/// A simulated NPU with its memory. Not thread-safe: one thread drives one target.
class Target {
 public:
  virtual ~Target() = default;

  /// Reads a register; `offset` in bytes. A refused access returns 0 and counts in bus_errors().
  virtual std::uint32_t read32(std::uint32_t offset) = 0;
  /// Writes a register. A refused access has no effect and counts in bus_errors().
  virtual void write32(std::uint32_t offset, std::uint32_t value) = 0;
  /// Register accesses that were answered with an error since construction.
  [[nodiscard]] virtual std::uint64_t bus_errors() const = 0;

  /// Backs the device's addresses [base, base + bytes.size()) with `bytes`, which must outlive the mapping. Regions
  /// must not overlap. The device sees a decode error (DECERR) outside of all regions, unless connect() names who
  /// answers there.
  virtual void map(std::uint64_t base, std::span<std::byte> bytes, MemoryTiming timing) = 0;
  /// Removes the region that begins at `base`; no effect when there is none.
  virtual void unmap(std::uint64_t base) = 0;
  /// Lets `port`, which must outlive the connection, answer outside of all regions, with `timing`; null ends that.
  virtual void connect(MemoryPort* port, MemoryTiming timing) = 0;

  /// Advances time by `cycles` clock cycles.
  virtual void step(std::uint64_t cycles) = 0;
  /// Advances time until the interrupt output is high or `max_cycles` have passed; returns the cycles that passed.
  virtual std::uint64_t step_until_irq(std::uint64_t max_cycles) = 0;
  /// Cycles since construction.
  [[nodiscard]] virtual std::uint64_t cycle() const = 0;
  /// Level of the interrupt output.
  [[nodiscard]] virtual bool irq() const = 0;
  /// Pulses the reset input.
  virtual void hard_reset() = 0;

  /// Flips a bit of an SRAM word, as radiation does: bits 0 to 127 are data, those up to 136 check bits where the
  /// device has them (CONFIG1.sram_ecc). `address` in bytes, anywhere in the word. False when there is no such word or
  /// bit, or nothing that can flip it.
  virtual bool flip_sram_bit(std::uint32_t /*address*/, std::uint32_t /*bit*/) { return false; }

  /// Reports to `observer`, which must outlive its use, from now on; to nobody for nullptr. An observed target may be
  /// slower; what it does is the same. False when it cannot be observed.
  virtual bool observe(Observer* /*observer*/) { return false; }
};

}  // namespace auklet::sim
