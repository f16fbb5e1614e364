// Jobs: what is checked before one runs, in which order they run, how each one's end is found out, and how the device
// comes back when one ends badly. Registers are device.hpp's business.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include <auklet/npu/device.hpp>
#include <auklet/npu/port.hpp>
#include <auklet/npu/status.hpp>
#include <auklet/npu/stream.hpp>
#include <auklet/npu/types.hpp>

namespace auklet::npu {

/// How the end of a job is noticed.
enum class Completion : std::uint8_t {
  kPolling,    ///< wait() reads registers in a loop; the interrupt stays masked.
  kInterrupt,  ///< on_interrupt() is called by the platform's handler; wait() sleeps, and reads registers at its
               ///< deadline.
};

struct QueueOptions {
  Completion completion = Completion::kPolling;
  Ticks reset_timeout = 1'000'000;  ///< Ticks that a reset may take; longer than DRAIN_CYCLES plus clearing the SRAM.
  /// Powers the device only while there are jobs that have not ended; else from open() to close(). What the port does
  /// at power_off(), and how long power_on() takes, decides whether that is worth it.
  bool power_off_when_idle = false;
};

/// What happened beside the jobs' results. Counts since open(), modulo 2^32.
struct QueueStatistics {
  std::uint32_t jobs_started = 0;
  /// The handler was called without a cause: a shared line, or already handled.
  std::uint32_t spurious_interrupts = 0;
  std::uint32_t late_interrupts = 0;  ///< A cause of a job that had ended before, or of none. It completed no job.
  std::uint32_t lost_interrupts = 0;  ///< A job's end was found at a deadline, its interrupt had not come.
  std::uint32_t resets = 0;           ///< Soft resets, successful or not.
};

/// A first-in, first-out queue of up to `Depth` jobs for one device: one runs, the others wait for it. A slot is free
/// again when the result was taken by wait() or poll().
///
/// Threads: one at a time, or any number where the port has a lock(). on_interrupt() may come between any two
/// instructions of them (it is excluded by the port's critical section where needed); all else is for threads only: a
/// call that comes into the middle of another, from a handler or a hook, gets kReentered and does nothing, where the
/// port has no lock (one that does not nest blocks for ever) and not from the hooks inside on_interrupt(). A
/// job belongs to no thread: whichever takes the result first has it, and others that wait for it get kUnknownTag. A
/// wait() in one thread brings the jobs of all forward, and does not hold the lock while it sleeps.
///
/// Every call ends: submit(), cancel(), reset(), open() and close() after at most one reset; poll() after two, when the
/// next job's fault comes into the call; wait() after its timeout plus three, when it has to stop its job as well. Each
/// of them powers up at most once, and a reset or a power-up takes at most QueueOptions::reset_timeout. The others end
/// after a fixed number of register accesses. To that comes the time of other threads' calls that hold the lock, each
/// bounded alike; wait() holds it for one turn of its loop at a time.
///
/// After a fault, timeout or cancellation of a running job the device is soft-reset at once, by the thread, never by
/// the handler. When that fails, waiting jobs end with its error and every submit() tries the reset again first.
template <Bus B, Port P, std::size_t Depth = 4>
class Queue {
  static_assert(Depth >= 1 && Depth <= 32, "a slot has a bit in a word");

 public:
  Queue(Device<B, P>& device, P& port) noexcept : device_(device), port_(port) {}
  Queue(const Queue&) = delete;
  Queue& operator=(const Queue&) = delete;

  /// Takes over a probed device, whatever it was doing: resets it and sets the interrupt mask. Forgets all jobs,
  /// whose tags may be given again: no other thread should wait for one. Errors: kNotProbed, kPowerRefused: nothing
  /// happened; kPortIsolated, kResetTimeout: not open, may be called again.
  [[nodiscard]] Status open(const QueueOptions& options);

  /// Cancels every job, masks the interrupt, forgets all results and powers the device off. Errors: kPowerRefused:
  /// nothing happened; kPortIsolated, kResetTimeout: closed, but the NPU is powered and may still touch the buffers of
  /// the job that ran.
  [[nodiscard]] Status close();

  /// Checks a job, appends it, and starts it when nothing runs. `tag` names it from then on. `report`, if given, gets
  /// the verdict on the stream.
  /// Errors, nothing happened: kNotProbed (or not open), kQueueFull, kTooManyWindows, kWindowRange, kWindowAccess,
  /// kBufferUnreachable, kBufferSharesCacheLine, kStreamMisaligned, any kStream…, kPowerRefused; kPortIsolated or
  /// kResetTimeout: the device was reset once more, in vain. What can go wrong later is told by the result.
  [[nodiscard]] Status submit(const Job& job, JobTag& tag, StreamReport* report = nullptr);

  /// Takes the result if the job has ended. Returns kOk with `result` filled in (how the job ended is result.status),
  /// kPending, or kUnknownTag.
  [[nodiscard]] Status poll(JobTag tag, JobResult& result);

  /// Waits for the job's end, at most `timeout` ticks, and takes the result. A job that has not ended by then is
  /// stopped (result.status is kTimeout). Returns kOk with `result` filled in, or kUnknownTag: also when another thread
  /// took the result meanwhile.
  [[nodiscard]] Status wait(JobTag tag, Ticks timeout, JobResult& result);

  /// submit() and wait() in one: the synchronous way. Errors: as submit(), and then `result` is unchanged; kUnknownTag
  /// when another thread closed the queue meanwhile.
  [[nodiscard]] Status run(const Job& job, Ticks timeout, JobResult& result, StreamReport* report = nullptr);

  /// Stops the job, or takes it from the queue. Its result, kCancelled, waits to be taken; a job that ended before
  /// keeps its own. Errors: kUnknownTag.
  [[nodiscard]] Status cancel(JobTag tag);

  /// Cancels all jobs and resets the device; also the way back after a failed reset. Results wait to be taken. Errors:
  /// kNotProbed, kPowerRefused: nothing happened; kPortIsolated, kResetTimeout: may be called again.
  [[nodiscard]] Status reset();

  /// Keeps the device powered, so that its counters can be read after a job, until the matching release_power(). Errors
  /// as Device::request_power().
  [[nodiscard]] Status hold_power();
  /// In the middle of another call (see kReentered) it does nothing, and power stays on.
  void release_power();

  /// The interrupt handler's work. Safe in an interrupt: reads and acknowledges IRQ_RAW, reads DONE_TAG and the fault
  /// registers, starts the next job (its window and command registers); no loop without bound, no cache maintenance, no
  /// reset. Returns whether the interrupt was this device's. An interrupt without a cause changes nothing, one while
  /// the device has no power does not even look for it, and one that belongs to a job of the past completes none:
  /// DONE_TAG has to name the running job.
  bool on_interrupt();

  [[nodiscard]] QueueStatistics statistics() const;
  /// Jobs whose result was not taken.
  [[nodiscard]] std::size_t size() const;

 private:
  enum class SlotState : std::uint8_t { kFree, kPending, kRunning, kEnded };

  struct Slot {
    SlotState state = SlotState::kFree;
    JobTag tag = 0;
    BusAddress stream = 0;
    std::uint32_t bytes = 0;
    std::array<Window, spec::kWindowCount> windows{};
    std::array<const void*, spec::kWindowCount> hosts{};  ///< Where the CPU sees the windows.
    bool begun = false;                                   ///< The port was told of its begin, but not of its end.
    JobResult result;
  };

  /// What a thread holds during a call: the lock. At its end it powers an idle device off and wakes who has to look.
  /// Without a lock in the port an interrupt handler or a hook can come into the middle of another call: then it holds
  /// nothing, and the call has to end at once.
  class Session {
   public:
    explicit Session(Queue& queue) : queue_(queue) {
      queue_.port_.lock();
      reentered_ = queue_.in_session_.load(std::memory_order_relaxed);
      if (reentered_) return;
      queue_.in_session_.store(true, std::memory_order_relaxed);
      std::atomic_signal_fence(std::memory_order_seq_cst);
    }
    ~Session() {
      if (reentered_) {
        queue_.port_.unlock();
        return;
      }
      queue_.rest();
      std::atomic_signal_fence(std::memory_order_seq_cst);
      queue_.in_session_.store(false, std::memory_order_relaxed);
      queue_.port_.unlock();
      queue_.give(queue_.take_due());
    }
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    [[nodiscard]] bool reentered() const noexcept { return reentered_; }

   private:
    Queue& queue_;
    bool reentered_ = false;
  };

  static constexpr JobTag after(JobTag tag) noexcept { return tag + 1 != 0 ? tag + 1 : 1; }
  [[nodiscard]] std::uint32_t index_of(const Slot& slot) const noexcept {
    return static_cast<std::uint32_t>(&slot - slots_.data());
  }

  // Preparation, by the thread. What the caller describes is copied once, and the copy is checked and used.
  [[nodiscard]] Status enqueue(Job job, JobTag& tag, StreamReport& report);
  [[nodiscard]] Status prepare(const Job& job, Slot& slot, StreamReport& report);
  [[nodiscard]] Status prepare_buffer(std::uint32_t index, Buffer buffer, Slot& slot);
  void clean(std::span<const std::uint32_t> stream, const Slot& slot);
  void take(Slot& slot, JobResult& result);

  // Inside the critical section, by thread or handler.
  [[nodiscard]] Slot* slot_of(JobTag tag) noexcept;
  bool harvest();
  void start_next();
  [[nodiscard]] bool start(Slot& slot);
  [[nodiscard]] Status launch(const Slot& slot);
  void end(Slot& slot, Status status);
  void release(Slot& slot);
  void mark_due(std::uint32_t slot) noexcept;

  // By the thread, in a session, outside of the critical section.
  [[nodiscard]] Slot* find(JobTag tag);
  [[nodiscard]] Slot* find_free();
  [[nodiscard]] bool has_ended(const Slot& slot);
  [[nodiscard]] Status look(JobTag tag, const Deadline<P>& deadline, Ticks& sleep, JobResult& result);
  bool service(bool look);
  Status advance();
  [[nodiscard]] Status recover();
  void stop(Slot& slot, Status status);
  [[nodiscard]] bool stop_all();
  [[nodiscard]] Status power_up(Ticks timeout);
  void rest();

  // By a waiting thread, outside of a session; give() by the handler, too.
  void pause(std::uint32_t slot, Ticks sleep);
  [[nodiscard]] std::uint32_t add_waiter(JobTag tag);
  void remove_waiter(std::uint32_t slot);
  [[nodiscard]] std::uint32_t take_due();
  void give(std::uint32_t slots);

  Device<B, P>& device_;
  P& port_;
  QueueOptions options_{};
  QueueStatistics statistics_{};
  std::array<Slot, Depth> slots_{};
  std::array<std::uint32_t, Depth> waiters_{};  ///< Threads in wait(), by slot.
  std::uint32_t due_ = 0;                       ///< Slots, by bit, whose semaphore is to be given.
  JobTag next_tag_ = 0;                         ///< Of the next job to be submitted.
  JobTag next_start_ = 0;                       ///< Of the next job to be started.
  std::atomic<bool> in_session_{false};         ///< A call is under way; with a port's lock(): under it.
  bool open_ = false;
  bool powered_ = false;           ///< The queue has requested power, and not released it.
  JobTag running_ = 0;             ///< The job that runs; 0 for none.
  Status recovery_ = Status::kOk;  ///< kOk: jobs may start; kPending: a reset is due; else: how it failed.
};

}  // namespace auklet::npu

#include <auklet/npu/queue_impl.hpp>        // IWYU pragma: keep
#include <auklet/npu/queue_slots_impl.hpp>  // IWYU pragma: keep
