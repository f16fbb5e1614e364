// A simulated device as the driver's platform: its registers as a bus, its clock, memory and interrupt as a port. They
// satisfy the driver's concepts by their members alone, so this header needs nothing of the driver.
#pragma once

#include <auklet/sim/target.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <utility>
#include <vector>

namespace auklet::sim {

/// The target's registers. Refers to the target, which must outlive it.
class TargetBus {
 public:
  explicit TargetBus(Target& target) noexcept : target_(target) {}

  [[nodiscard]] std::uint32_t read32(std::uint32_t offset) { return target_.read32(offset); }
  void write32(std::uint32_t offset, std::uint32_t value) { target_.write32(offset, value); }

 private:
  Target& target_;
};

/// The target's surroundings: time in clock cycles, host memory at device addresses, and an interrupt that is taken
/// where a CPU would take it, when the critical section is left. Not thread-safe, like the target.
class TargetPort {
 public:
  /// `poll_cycles`: what one turn of a polling loop costs, at least 1.
  explicit TargetPort(Target& target, std::uint64_t poll_cycles = 8) noexcept
      : target_(target), poll_cycles_(poll_cycles != 0 ? poll_cycles : 1) {}
  ~TargetPort() {
    for (const Region& region : regions_) target_.unmap(region.base);
  }
  TargetPort(const TargetPort&) = delete;
  TargetPort& operator=(const TargetPort&) = delete;

  /// Places `bytes` at device address `base`, see Target::map(); buffers inside it can then be given to the driver. The
  /// memory must outlive the port or its unmap().
  void map(std::uint64_t base, std::span<std::byte> bytes, MemoryTiming timing = {}) {
    target_.map(base, bytes, timing);
    regions_.push_back({base, bytes});
  }
  /// Takes the region that begins at `base` away; no effect when there is none.
  void unmap(std::uint64_t base) {
    if (std::erase_if(regions_, [base](const Region& region) { return region.base == base; }) != 0) target_.unmap(base);
  }

  /// What the CPU does on an interrupt; an empty function masks it.
  void set_interrupt_handler(std::function<void()> handler) { handler_ = std::move(handler); }

  [[nodiscard]] std::uint64_t now() { return target_.cycle(); }
  void relax() { target_.step(poll_cycles_); }
  void wait_for_interrupt(std::uint64_t max_cycles) { target_.step_until_irq(max_cycles); }
  // One thread, always powered.
  void lock() noexcept {}
  void unlock() noexcept {}
  [[nodiscard]] bool semaphore_take(std::uint32_t /*slot*/, std::uint64_t /*max_cycles*/) noexcept { return false; }
  void semaphore_give(std::uint32_t /*slot*/) noexcept {}
  [[nodiscard]] bool power_on() noexcept { return true; }
  void power_off() noexcept {}
  [[nodiscard]] bool keeps_registers() const noexcept { return true; }
  void job_begin(std::uint32_t /*tag*/) noexcept {}
  template <typename Status>
  void job_end(std::uint32_t /*tag*/, Status /*status*/) noexcept {}

  void barrier() noexcept {}
  [[nodiscard]] std::size_t cache_line_bytes() const noexcept { return 1; }
  void clean(const void* /*data*/, std::size_t /*size*/) noexcept {}
  void invalidate(const void* /*data*/, std::size_t /*size*/) noexcept {}

  [[nodiscard]] std::uint32_t enter_critical() noexcept { return depth_++; }
  void leave_critical(std::uint32_t depth) {
    depth_ = depth;
    if (depth_ == 0 && !in_handler_ && handler_ && target_.irq()) {
      in_handler_ = true;
      handler_();
      in_handler_ = false;
    }
  }

  /// Only whole buffers inside one region have an address.
  [[nodiscard]] bool translate(const void* data, std::size_t size, std::uint64_t& address) const noexcept {
    const auto first = reinterpret_cast<std::uintptr_t>(data);
    for (const Region& region : regions_) {
      const auto start = reinterpret_cast<std::uintptr_t>(region.bytes.data());
      if (first < start || first - start > region.bytes.size()) continue;
      const std::size_t offset = first - start;
      if (size > region.bytes.size() - offset) continue;
      address = region.base + offset;
      return true;
    }
    return false;
  }

 private:
  struct Region {
    std::uint64_t base;
    std::span<std::byte> bytes;
  };

  Target& target_;
  std::uint64_t poll_cycles_;
  std::vector<Region> regions_;
  std::function<void()> handler_;
  std::uint32_t depth_ = 0;
  bool in_handler_ = false;
};

}  // namespace auklet::sim
