// Everything that the driver asks of the platform, in one place. driver/port/README.md is the porting guide.
#pragma once

#include <atomic>
#include <concepts>
#include <cstddef>
#include <cstdint>

namespace auklet::npu {

using Ticks = std::uint64_t;       ///< Monotonic time; the unit is the port's.
using BusAddress = std::uint64_t;  ///< An address as the NPU's AXI master issues it.
using CriticalState =
    std::uint32_t;  ///< What leave_critical() needs to restore, for instance the former interrupt mask.

/// The platform hooks. `PortDefaults` has a default for all but now().
///
/// | hook | must |
/// |---|---|
/// | `now()` | return monotonic time; it has to advance while the driver polls, for it is what ends every wait |
/// | `relax()` | be called in each turn of a polling loop; may yield, or advance simulated time |
/// | `wait_for_interrupt(max)` | sleep until an interrupt is pending or `max` ticks passed; may return sooner at will.
/// Called *inside* the critical section, so that an interrupt between check and sleep is not lost: it must wake on a
/// pending, masked interrupt (as WFI does) or release the lock while it sleeps (as a condition variable does) | |
/// `barrier()` | order all earlier memory and register accesses before all later ones | | `cache_line_bytes()` | return
/// the line size, a power of two, or 1 where caches are coherent with the NPU | | `clean(p, n)` | write back the cache
/// lines of `[p, p + n)` | | `invalidate(p, n)` | discard the cache lines of `[p, p + n)`; called for whole lines only
/// | | `enter_critical()`, `leave_critical(s)` | exclude the interrupt handler; must nest, the handler enters it too;
/// must order memory accesses like a lock | | `translate(p, n, address)` | give the NPU's address of the `n` bytes at
/// `p`, contiguous for it, or return false |
template <typename T>
concept Port =
    requires(T& port, Ticks ticks, CriticalState state, const void* pointer, std::size_t size, BusAddress& address) {
      { port.now() } -> std::same_as<Ticks>;
      { port.relax() } -> std::same_as<void>;
      { port.wait_for_interrupt(ticks) } -> std::same_as<void>;
      { port.barrier() } -> std::same_as<void>;
      { port.cache_line_bytes() } -> std::same_as<std::size_t>;
      { port.clean(pointer, size) } -> std::same_as<void>;
      { port.invalidate(pointer, size) } -> std::same_as<void>;
      { port.enter_critical() } -> std::same_as<CriticalState>;
      { port.leave_critical(state) } -> std::same_as<void>;
      { port.translate(pointer, size, address) } -> std::same_as<bool>;
    };

/// Defaults to inherit from: one thread, polling, coherent memory at equal addresses for CPU and NPU. A port replaces
/// what differs on its platform by declaring a member of the same name, and adds now().
class PortDefaults {
 public:
  void relax() noexcept {}
  void wait_for_interrupt(Ticks /*max*/) noexcept {}
  void barrier() noexcept { std::atomic_thread_fence(std::memory_order_seq_cst); }
  [[nodiscard]] std::size_t cache_line_bytes() const noexcept { return 1; }
  void clean(const void* /*pointer*/, std::size_t /*size*/) noexcept {}
  void invalidate(const void* /*pointer*/, std::size_t /*size*/) noexcept {}
  [[nodiscard]] CriticalState enter_critical() noexcept { return 0; }
  void leave_critical(CriticalState /*state*/) noexcept {}
  [[nodiscard]] bool translate(const void* pointer, std::size_t /*size*/, BusAddress& address) const noexcept {
    address = static_cast<BusAddress>(reinterpret_cast<std::uintptr_t>(pointer));
    return true;
  }
};

/// A port for a platform without a clock: time is the number of times it was asked for, so a deadline of n ticks ends a
/// wait after n polls.
class NullPort : public PortDefaults {
 public:
  [[nodiscard]] Ticks now() noexcept { return ticks_++; }

 private:
  Ticks ticks_ = 0;
};

static_assert(Port<NullPort>);

/// Holds the port's critical section for its own lifetime.
template <Port P>
class CriticalSection {
 public:
  explicit CriticalSection(P& port) : port_(port), state_(port.enter_critical()) {}
  ~CriticalSection() { port_.leave_critical(state_); }
  CriticalSection(const CriticalSection&) = delete;
  CriticalSection& operator=(const CriticalSection&) = delete;

 private:
  P& port_;
  CriticalState state_;
};

/// The end of a wait: `timeout` ticks after construction. Differences of unsigned ticks are exact even when the clock
/// wraps.
template <Port P>
class Deadline {
 public:
  Deadline(P& port, Ticks timeout) : port_(port), start_(port.now()), timeout_(timeout) {}

  /// Ticks that are left, 0 when the deadline has passed.
  [[nodiscard]] Ticks left() const {
    const Ticks passed = port_.now() - start_;
    return passed >= timeout_ ? 0 : timeout_ - passed;
  }

 private:
  P& port_;
  Ticks start_;
  Ticks timeout_;
};

}  // namespace auklet::npu
