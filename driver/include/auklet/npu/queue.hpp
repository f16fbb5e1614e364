// Jobs: what is checked before one runs, in which order they run, how each one's end is found out, and how the device
// comes back when one ends badly. Registers are device.hpp's business.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

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
};

/// What happened beside the jobs' results. Counts since open(), modulo 2^32.
struct QueueStatistics {
  std::uint32_t jobs_started = 0;
  std::uint32_t spurious_interrupts =
      0;                              ///< The handler was called without a cause: a shared line, or already handled.
  std::uint32_t late_interrupts = 0;  ///< A cause of a job that had ended before, or of none. It completed no job.
  std::uint32_t lost_interrupts = 0;  ///< A job's end was found at a deadline, its interrupt had not come.
  std::uint32_t resets = 0;           ///< Soft resets, successful or not.
};

/// A first-in, first-out queue of up to `Depth` jobs for one device: one runs, the others wait for it. A slot is free
/// again when the result was taken by wait() or poll().
///
/// Threads: one thread at a time. on_interrupt() may come between any two instructions of it (it is excluded by the
/// port's critical section where needed). Every call ends: wait() after its timeout plus, when a job has to be stopped,
/// QueueOptions::reset_timeout; submit(), poll(), cancel(), reset(), open() and close() after at most one reset; the
/// others after a fixed number of register accesses.
///
/// After a fault, timeout or cancellation of a running job the device is soft-reset at once, by the thread, never by
/// the handler. When that fails, waiting jobs end with its error and every submit() tries the reset again first.
template <Bus B, Port P, std::size_t Depth = 4>
class Queue {
  static_assert(std::has_single_bit(Depth), "tags modulo Depth must stay in step when they wrap");

 public:
  Queue(Device<B, P>& device, P& port) noexcept : device_(device), port_(port) {}
  Queue(const Queue&) = delete;
  Queue& operator=(const Queue&) = delete;

  /// Takes over a probed device, whatever it was doing: resets it and sets the interrupt mask. Forgets all jobs.
  /// Errors: kNotProbed; kPortIsolated, kResetTimeout: not open, may be called again.
  [[nodiscard]] Status open(const QueueOptions& options);

  /// Cancels every job, masks the interrupt and forgets all results. Errors: kPortIsolated, kResetTimeout: closed, but
  /// the NPU may still touch the buffers of the job that ran.
  [[nodiscard]] Status close();

  /// Checks a job, appends it, and starts it when nothing runs. `tag` names it from then on. `report`, if given, gets
  /// the verdict on the stream.
  /// Errors, nothing happened: kNotProbed (or not open), kQueueFull, kTooManyWindows, kWindowRange, kWindowAccess,
  /// kBufferUnreachable, kBufferSharesCacheLine, kStreamMisaligned, any kStream…; kPortIsolated or kResetTimeout: the
  /// device was reset once more, in vain. What can go wrong later is told by the result.
  [[nodiscard]] Status submit(const Job& job, JobTag& tag, StreamReport* report = nullptr);

  /// Takes the result if the job has ended. Returns kOk with `result` filled in (how the job ended is result.status),
  /// kPending, or kUnknownTag.
  [[nodiscard]] Status poll(JobTag tag, JobResult& result);

  /// Waits for the job's end, at most `timeout` ticks, and takes the result. A job that has not ended by then is
  /// stopped (result.status is kTimeout). Returns kOk with `result` filled in, or kUnknownTag.
  [[nodiscard]] Status wait(JobTag tag, Ticks timeout, JobResult& result);

  /// Stops the job, or takes it from the queue. Its result, kCancelled, waits to be taken; a job that ended before
  /// keeps its own. Errors: kUnknownTag.
  [[nodiscard]] Status cancel(JobTag tag);

  /// Cancels all jobs and resets the device; also the way back after a failed reset. Results wait to be taken. Errors:
  /// kNotProbed, kPortIsolated, kResetTimeout: may be called again.
  [[nodiscard]] Status reset();

  /// The interrupt handler's work. Safe in an interrupt: reads and acknowledges IRQ_RAW, reads DONE_TAG and the fault
  /// registers, starts the next job (its window and command registers); no loop without bound, no cache maintenance, no
  /// reset. Returns whether the interrupt was this device's. An interrupt without a cause changes nothing, and one that
  /// belongs to a job of the past completes none: DONE_TAG has to name the running job.
  bool on_interrupt();

  [[nodiscard]] const QueueStatistics& statistics() const noexcept { return statistics_; }
  /// Jobs whose result was not taken.
  [[nodiscard]] std::size_t size() const noexcept;

 private:
  enum class SlotState : std::uint8_t { kFree, kPending, kRunning, kEnded };

  struct Slot {
    SlotState state = SlotState::kFree;
    JobTag tag = 0;
    BusAddress stream = 0;
    std::uint32_t bytes = 0;
    std::array<Window, spec::kWindowCount> windows{};
    std::array<const void*, spec::kWindowCount> hosts{};  ///< Where the CPU sees the windows.
    JobResult result;
  };

  [[nodiscard]] Slot& slot_of(JobTag tag) noexcept { return slots_[tag % Depth]; }
  [[nodiscard]] Slot* find(JobTag tag) noexcept;
  [[nodiscard]] Slot* running() noexcept;

  // Preparation, by the thread.
  [[nodiscard]] Status prepare(const Job& job, Slot& slot, StreamReport& report);
  [[nodiscard]] Status prepare_buffer(std::uint32_t index, const Buffer& buffer, Slot& slot);
  void clean_buffers(const Job& job);
  void take(Slot& slot, JobResult& result);

  // Inside the critical section, by thread or handler.
  bool harvest();
  void start_next();
  [[nodiscard]] Status launch(const Slot& slot);
  static void end(Slot& slot, Status status) noexcept;

  // By the thread, outside of it.
  bool service(bool look);
  [[nodiscard]] Status recover();
  [[nodiscard]] bool stop(Slot& slot, Status status);
  [[nodiscard]] bool stop_all();
  [[nodiscard]] bool has_ended(const Slot& slot);
  void pause(const Slot& slot, Ticks left);

  Device<B, P>& device_;
  P& port_;
  QueueOptions options_{};
  QueueStatistics statistics_{};
  std::array<Slot, Depth> slots_{};
  JobTag next_tag_ = 0;    ///< Of the next job to be submitted.
  JobTag next_start_ = 0;  ///< Of the next job to be started.
  bool open_ = false;
  bool running_ = false;           ///< The job next_start_ - 1 runs.
  bool needs_reset_ = false;       ///< Nothing may be started before a soft reset has succeeded.
  Status recovery_ = Status::kOk;  ///< How the last reset ended.
};

}  // namespace auklet::npu

#include <auklet/npu/queue_impl.hpp>  // IWYU pragma: keep
