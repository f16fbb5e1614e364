// Everything that the driver asks of the platform, in one place. driver/port/README.md is the porting guide.
#pragma once

#include <atomic>
#include <concepts>
#include <cstddef>
#include <cstdint>

#include <auklet/npu/status.hpp>

namespace auklet::npu {

using Ticks = std::uint64_t;       ///< Monotonic time; the unit is the port's.
using BusAddress = std::uint64_t;  ///< An address as the NPU's AXI master issues it.
/// What leave_critical() needs to restore, for instance the former interrupt mask.
using CriticalState = std::uint32_t;
/// Names a submitted job; never 0. Numbers do not repeat within 2^32 - 1 jobs.
using JobTag = std::uint32_t;

/// Defaults to inherit from: one thread, polling, coherent memory at equal addresses for CPU and NPU, power always on.
/// A port replaces what differs on its platform by declaring a member of the same name, and adds the one hook that has
/// no default:
///
///     Ticks now();  // Monotonic time. It has to advance while the driver polls, for it is what ends every wait.
///
/// No hook may call the driver. Who calls it: T a thread, holding the queue's lock(); C the same, inside the critical
/// section; W a thread that holds neither; H the interrupt handler. A hook without C and H may block. now() is called
/// by all of them.
class PortDefaults {
 public:
  // ---- Polling ----

  /// TW. Called in each turn of a polling loop; may yield, or advance simulated time.
  void relax() noexcept {}

  // ---- Interrupts: for Completion::kInterrupt ----

  /// TCWH. Excludes the interrupt handler (the handler enters it, too, and on another core has to wait for it), until
  /// leave_critical() is given what this returned. Has to nest, and to order memory accesses like a lock. Held for a
  /// bounded number of register accesses.
  [[nodiscard]] CriticalState enter_critical() noexcept { return 0; }
  void leave_critical(CriticalState /*state*/) noexcept {}

  /// Sleeps until an interrupt is pending, at most `max` ticks; may return sooner at will. Called by a waiting thread
  /// *inside* the critical section, so that an interrupt between check and sleep is not lost: it must wake up for a
  /// pending, masked interrupt, as WFI does. Not called when semaphore_take() does the waiting. The default makes
  /// wait() poll.
  void wait_for_interrupt(Ticks /*max*/) noexcept {}

  // ---- Threads: for a queue that several use, or one thread that lets others run while it waits ----

  /// W. A mutex around every call of a queue, never around its sleep: held for a bounded time, see Queue. Does not
  /// nest. Best with priority inheritance.
  void lock() noexcept {}
  void unlock() noexcept {}

  /// W. Blocks the thread until semaphore `slot` was given, at most `max` ticks, and takes it; may return sooner at
  /// will. A give that came before counts: one is enough to remember (a binary semaphore). False: there are no
  /// semaphores here, and the thread sleeps in wait_for_interrupt() instead. `slot` is below the queue's Depth.
  [[nodiscard]] bool semaphore_take(std::uint32_t /*slot*/, Ticks /*max*/) noexcept { return false; }
  /// WH. Gives semaphore `slot`. Only called for slots that a thread waits for.
  void semaphore_give(std::uint32_t /*slot*/) noexcept {}

  // ---- Memory ----

  /// TCH. Orders all earlier memory and register accesses before all later ones.
  void barrier() noexcept { std::atomic_thread_fence(std::memory_order_seq_cst); }
  /// T. Bytes of a line, a power of two; 1 where caches are coherent with the NPU.
  [[nodiscard]] std::size_t cache_line_bytes() const noexcept { return 1; }
  /// T. Writes the cache lines of `[pointer, pointer + size)` back to memory.
  void clean(const void* /*pointer*/, std::size_t /*size*/) noexcept {}
  /// T. Discards the cache lines of `[pointer, pointer + size)`, which are whole lines.
  void invalidate(const void* /*pointer*/, std::size_t /*size*/) noexcept {}
  /// T. Gives the NPU's address of the `size` bytes at `pointer`, contiguous for it; false when there is none.
  [[nodiscard]] bool translate(const void* pointer, std::size_t /*size*/, BusAddress& address) const noexcept {
    address = static_cast<BusAddress>(reinterpret_cast<std::uintptr_t>(pointer));
    return true;
  }

  // ---- Power ----

  /// T. Powers and clocks the NPU before its registers are accessed; false when that is not possible now. May take its
  /// time, but has to end.
  [[nodiscard]] bool power_on() noexcept { return true; }
  /// T. The NPU is idle and its registers are not accessed until power_on(). Called once for each power_on().
  void power_off() noexcept {}
  /// T. Whether registers hold their values from power_off() to power_on(), as when only the clock is stopped. Else
  /// they are at their reset values after power_on(), and the driver writes its settings again.
  [[nodiscard]] bool keeps_registers() const noexcept { return true; }

  // ---- Around a job: traces, lights, clock rates ----

  /// CH. Job `tag` is about to be started; none of its registers has been written.
  void job_begin(JobTag /*tag*/) noexcept {}
  /// CH. Job `tag` has ended like this. Called exactly once for each job_begin(), in the same order. With kTimeout or
  /// kCancelled the device is still at it: its reset follows.
  void job_end(JobTag /*tag*/, Status /*status*/) noexcept {}
};

/// The platform hooks; what each must do is told in PortDefaults. One port serves one queue.
template <typename T>
concept Port = requires(T& port, Ticks ticks, CriticalState state, std::uint32_t slot, const void* pointer,
                        std::size_t size, BusAddress& address, JobTag tag, Status status) {
  { port.now() } -> std::same_as<Ticks>;
  { port.relax() } -> std::same_as<void>;
  { port.enter_critical() } -> std::same_as<CriticalState>;
  { port.leave_critical(state) } -> std::same_as<void>;
  { port.wait_for_interrupt(ticks) } -> std::same_as<void>;
  { port.lock() } -> std::same_as<void>;
  { port.unlock() } -> std::same_as<void>;
  { port.semaphore_take(slot, ticks) } -> std::same_as<bool>;
  { port.semaphore_give(slot) } -> std::same_as<void>;
  { port.barrier() } -> std::same_as<void>;
  { port.cache_line_bytes() } -> std::same_as<std::size_t>;
  { port.clean(pointer, size) } -> std::same_as<void>;
  { port.invalidate(pointer, size) } -> std::same_as<void>;
  { port.translate(pointer, size, address) } -> std::same_as<bool>;
  { port.power_on() } -> std::same_as<bool>;
  { port.power_off() } -> std::same_as<void>;
  { port.keeps_registers() } -> std::same_as<bool>;
  { port.job_begin(tag) } -> std::same_as<void>;
  { port.job_end(tag, status) } -> std::same_as<void>;
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

/// Holds the port's lock for its own lifetime: for calls of Device beside a queue that other threads use.
template <Port P>
class Lock {
 public:
  explicit Lock(P& port) : port_(port) { port_.lock(); }
  ~Lock() { port_.unlock(); }
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;

 private:
  P& port_;
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
