// Definitions of Queue's members; included by queue.hpp alone.
#pragma once

#include <limits>

#include <auklet/npu/queue.hpp>

namespace auklet::npu {

template <Bus B, Port P, std::size_t Depth>
Status Queue<B, P, Depth>::open(const QueueOptions& options) {
  if (!device_.probed()) return Status::kNotProbed;
  open_ = false;
  options_ = options;
  statistics_ = {};
  {
    const CriticalSection lock(port_);
    for (Slot& slot : slots_) slot = Slot{};
    running_ = false;
    needs_reset_ = true;
  }
  device_.enable_interrupts(false);
  if (const Status status = recover(); status != Status::kOk) return status;
  // The device remembers the last job's tag: a new one must differ from it.
  const CriticalSection lock(port_);
  next_tag_ = device_.done_tag() + 1;
  next_start_ = next_tag_;
  (void)device_.acknowledge();
  device_.enable_interrupts(options_.completion == Completion::kInterrupt);
  open_ = true;
  return Status::kOk;
}

template <Bus B, Port P, std::size_t Depth>
Status Queue<B, P, Depth>::close() {
  if (!open_) return Status::kOk;
  if (stop_all()) (void)recover();  // The outcome stays in recovery_.
  const CriticalSection lock(port_);
  device_.enable_interrupts(false);
  for (Slot& slot : slots_) slot = Slot{};
  open_ = false;
  return needs_reset_ ? recovery_ : Status::kOk;
}

template <Bus B, Port P, std::size_t Depth>
Status Queue<B, P, Depth>::submit(const Job& job, JobTag& tag, StreamReport* report) {
  if (!open_) return Status::kNotProbed;
  Slot& slot = slot_of(next_tag_);
  if (slot.state != SlotState::kFree) return Status::kQueueFull;
  StreamReport verdict;
  const Status status = prepare(job, slot, verdict);
  if (report != nullptr) *report = verdict;
  if (status != Status::kOk) return status;
  (void)service(options_.completion == Completion::kPolling);
  clean_buffers(job);
  const CriticalSection lock(port_);
  if (needs_reset_) return recovery_;
  tag = next_tag_++;
  slot.tag = tag;
  slot.result = {};
  slot.state = SlotState::kPending;
  start_next();
  return Status::kOk;
}

template <Bus B, Port P, std::size_t Depth>
Status Queue<B, P, Depth>::poll(JobTag tag, JobResult& result) {
  Slot* slot = find(tag);
  if (slot == nullptr) return Status::kUnknownTag;
  (void)service(true);
  if (!has_ended(*slot)) return Status::kPending;
  take(*slot, result);
  return Status::kOk;
}

template <Bus B, Port P, std::size_t Depth>
Status Queue<B, P, Depth>::wait(JobTag tag, Ticks timeout, JobResult& result) {
  Slot* slot = find(tag);
  if (slot == nullptr) return Status::kUnknownTag;
  const Deadline deadline(port_, timeout);
  for (;;) {
    // Registers are read once more after the deadline: an interrupt may be lost, a thread may sleep long.
    const Ticks left = deadline.left();
    const bool interrupts = options_.completion == Completion::kInterrupt;
    if (service(!interrupts || left == 0) && interrupts) ++statistics_.lost_interrupts;
    if (has_ended(*slot)) break;
    if (left == 0) {
      if (stop(*slot, Status::kTimeout)) (void)recover();  // The outcome goes into the result.
      break;
    }
    pause(*slot, left);
  }
  take(*slot, result);
  return Status::kOk;
}

template <Bus B, Port P, std::size_t Depth>
Status Queue<B, P, Depth>::cancel(JobTag tag) {
  Slot* slot = find(tag);
  if (slot == nullptr) return Status::kUnknownTag;
  if (stop(*slot, Status::kCancelled)) (void)recover();  // The outcome goes into the result.
  (void)service(false);
  return Status::kOk;
}

template <Bus B, Port P, std::size_t Depth>
Status Queue<B, P, Depth>::reset() {
  if (!open_) return Status::kNotProbed;
  (void)stop_all();
  {
    const CriticalSection lock(port_);
    needs_reset_ = true;
  }
  return recover();
}

template <Bus B, Port P, std::size_t Depth>
bool Queue<B, P, Depth>::on_interrupt() {
  const CriticalSection lock(port_);
  // Acknowledged before anything is looked at: what ends after this raises the interrupt anew.
  if (!device_.acknowledge()) {
    ++statistics_.spurious_interrupts;
    return false;
  }
  if (!harvest()) ++statistics_.late_interrupts;
  start_next();
  return true;
}

template <Bus B, Port P, std::size_t Depth>
std::size_t Queue<B, P, Depth>::size() const noexcept {
  std::size_t count = 0;
  for (const Slot& slot : slots_) count += slot.state == SlotState::kFree ? 0U : 1U;
  return count;
}

template <Bus B, Port P, std::size_t Depth>
auto Queue<B, P, Depth>::find(JobTag tag) noexcept -> Slot* {
  Slot& slot = slot_of(tag);
  return slot.state != SlotState::kFree && slot.tag == tag ? &slot : nullptr;
}

template <Bus B, Port P, std::size_t Depth>
auto Queue<B, P, Depth>::running() noexcept -> Slot* {
  return running_ ? &slot_of(next_start_ - 1) : nullptr;
}

// ---- Preparation ----

template <Bus B, Port P, std::size_t Depth>
Status Queue<B, P, Depth>::prepare(const Job& job, Slot& slot, StreamReport& report) {
  if (job.buffers.size() > spec::kWindowCount) return Status::kTooManyWindows;
  slot.windows = {};
  slot.hosts = {};
  for (std::uint32_t i = 0; i < job.buffers.size(); ++i) {
    if (const Status status = prepare_buffer(i, job.buffers[i], slot); status != Status::kOk) return status;
  }
  report = validate_stream(job.stream, device_.configuration(), slot.windows);
  if (!report.ok()) return report.status;
  // The validated length fits 32 bits.
  slot.bytes = static_cast<std::uint32_t>(job.stream.size_bytes());
  if (!port_.translate(job.stream.data(), slot.bytes, slot.stream)) return Status::kBufferUnreachable;
  if (slot.stream % 16 != 0) return Status::kStreamMisaligned;
  // The stream's address obeys the same limits as a window's.
  return device_.check_window(0, {slot.stream, slot.bytes, Access::kRead});
}

template <Bus B, Port P, std::size_t Depth>
Status Queue<B, P, Depth>::prepare_buffer(std::uint32_t index, const Buffer& buffer, Slot& slot) {
  if (buffer.size == 0) return Status::kOk;
  if (buffer.size > std::numeric_limits<std::uint32_t>::max()) return Status::kWindowRange;
  const std::size_t line = port_.cache_line_bytes();
  const auto address = reinterpret_cast<std::uintptr_t>(buffer.data);
  if (allows(buffer.access, Access::kWrite) && (address % line != 0 || buffer.size % line != 0)) {
    return Status::kBufferSharesCacheLine;
  }
  Window window{0, static_cast<std::uint32_t>(buffer.size), buffer.access};
  if (!port_.translate(buffer.data, buffer.size, window.base)) return Status::kBufferUnreachable;
  if (const Status status = device_.check_window(index, window); status != Status::kOk) return status;
  slot.windows[index] = window;
  slot.hosts[index] = buffer.data;
  return Status::kOk;
}

template <Bus B, Port P, std::size_t Depth>
void Queue<B, P, Depth>::clean_buffers(const Job& job) {
  port_.clean(job.stream.data(), job.stream.size_bytes());
  for (const Buffer& buffer : job.buffers) {
    // Outputs too: a dirty line that is evicted later would overwrite what the NPU has written.
    if (buffer.size != 0) port_.clean(buffer.data, buffer.size);
  }
}

template <Bus B, Port P, std::size_t Depth>
void Queue<B, P, Depth>::take(Slot& slot, JobResult& result) {
  result = slot.result;
  if (result.status != Status::kOk && result.started && needs_reset_) result.recovery = recovery_;
  if (result.started) {
    port_.barrier();
    for (std::size_t i = 0; i < slot.windows.size(); ++i) {
      const Window& window = slot.windows[i];
      if (window.size != 0 && allows(window.access, Access::kWrite)) port_.invalidate(slot.hosts[i], window.size);
    }
  }
  slot.state = SlotState::kFree;
}

// ---- Inside the critical section ----

/// Ends the running job if the device says that this very job has ended.
template <Bus B, Port P, std::size_t Depth>
bool Queue<B, P, Depth>::harvest() {
  Slot* slot = running();
  if (slot == nullptr || device_.done_tag() != slot->tag) return false;
  running_ = false;
  // The interrupt's cause may be older than the job; the fault register is not, it was clear when the job started.
  slot->result.fault = device_.fault();
  const Status status = to_status(slot->result.fault.kind);
  if (status != Status::kOk) {
    slot->result.progress = device_.progress();
    needs_reset_ = true;
  }
  slot->result.outputs_valid = status == Status::kOk;
  end(*slot, status);
  return true;
}

template <Bus B, Port P, std::size_t Depth>
void Queue<B, P, Depth>::start_next() {
  while (!running_ && !needs_reset_ && next_start_ != next_tag_) {
    Slot& slot = slot_of(next_start_);
    if (slot.state == SlotState::kPending) {
      const Status status = launch(slot);
      // The SRAM is being cleared: the thread will try again.
      if (status == Status::kBusy) return;
      if (status == Status::kDeviceFaulted || status == Status::kBadState) {
        needs_reset_ = true;
        return;
      }
      running_ = status == Status::kOk;
      slot.result.started = running_;
      if (running_) {
        slot.state = SlotState::kRunning;
        ++statistics_.jobs_started;
      } else {
        end(slot, status);
      }
    }
    ++next_start_;
  }
}

template <Bus B, Port P, std::size_t Depth>
Status Queue<B, P, Depth>::launch(const Slot& slot) {
  for (std::uint32_t i = 0; i < slot.windows.size(); ++i) {
    if (const Status status = device_.set_window(i, slot.windows[i]); status != Status::kOk) return status;
  }
  return device_.start(slot.stream, slot.bytes, slot.tag);
}

template <Bus B, Port P, std::size_t Depth>
void Queue<B, P, Depth>::end(Slot& slot, Status status) noexcept {
  slot.result.status = status;
  slot.state = SlotState::kEnded;
}

// ---- By the thread ----

/// Brings the queue forward: finds out about the running job's end if `look` (and returns whether it has ended),
/// recovers from a fault, starts what waits.
template <Bus B, Port P, std::size_t Depth>
bool Queue<B, P, Depth>::service(bool look) {
  bool harvested = false;
  bool reset_first = false;
  {
    const CriticalSection lock(port_);
    harvested = look && harvest();
    if (harvested) (void)device_.acknowledge();
    reset_first = needs_reset_;
  }
  if (reset_first && recover() != Status::kOk) return harvested;
  const CriticalSection lock(port_);
  start_next();
  return harvested;
}

/// Soft reset. When it fails, no waiting job can run: they end with its error.
template <Bus B, Port P, std::size_t Depth>
Status Queue<B, P, Depth>::recover() {
  ++statistics_.resets;
  const Status status = device_.soft_reset(options_.reset_timeout);
  const CriticalSection lock(port_);
  recovery_ = status;
  needs_reset_ = status != Status::kOk;
  if (needs_reset_) {
    for (Slot& slot : slots_) {
      if (slot.state == SlotState::kPending) end(slot, status);
    }
    next_start_ = next_tag_;
  }
  return status;
}

/// Ends a job that has not ended. True when it ran: then the device has to be reset before anything else is done.
template <Bus B, Port P, std::size_t Depth>
bool Queue<B, P, Depth>::stop(Slot& slot, Status status) {
  const CriticalSection lock(port_);
  if (slot.state == SlotState::kPending) end(slot, status);
  if (slot.state != SlotState::kRunning) return false;
  slot.result.progress = device_.progress();
  end(slot, status);
  running_ = false;
  needs_reset_ = true;
  return true;
}

template <Bus B, Port P, std::size_t Depth>
bool Queue<B, P, Depth>::stop_all() {
  // The waiting ones first: the handler must not start one when the running one has gone.
  const CriticalSection lock(port_);
  bool ran = false;
  for (Slot& slot : slots_) {
    if (slot.state == SlotState::kPending) (void)stop(slot, Status::kCancelled);
  }
  for (Slot& slot : slots_) ran = stop(slot, Status::kCancelled) || ran;
  return ran || needs_reset_;
}

template <Bus B, Port P, std::size_t Depth>
bool Queue<B, P, Depth>::has_ended(const Slot& slot) {
  const CriticalSection lock(port_);
  return slot.state == SlotState::kEnded;
}

/// Lets time pass: sleeps where an interrupt will end the sleep, see Port::wait_for_interrupt().
template <Bus B, Port P, std::size_t Depth>
void Queue<B, P, Depth>::pause(const Slot& slot, Ticks left) {
  if (options_.completion == Completion::kInterrupt) {
    const CriticalSection lock(port_);
    // Asked again inside the critical section: an interrupt that came just before must not be slept over.
    if (running_ && slot.state != SlotState::kEnded) port_.wait_for_interrupt(left);
  }
  port_.relax();
}

}  // namespace auklet::npu
