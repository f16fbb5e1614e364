// Definitions of Queue's members that prepare jobs, and of those that run inside the critical section, by thread or
// handler; included by queue.hpp alone.
#pragma once

#include <limits>
#include <span>

#include <auklet/npu/queue.hpp>

namespace auklet::npu {

// ---- Preparation, in a session ----

template <Bus B, Port P, std::size_t Depth>
Status Queue<B, P, Depth>::enqueue(Job job, JobTag& tag, StreamReport& report) {
  Slot* const free = find_free();
  if (free == nullptr) return Status::kQueueFull;
  Slot& slot = *free;
  if (const Status status = prepare(job, slot, report); status != Status::kOk) return status;
  if (const Status status = power_up(options_.reset_timeout); status != Status::kOk) return status;
  (void)service(options_.completion == Completion::kPolling);
  clean(job.stream, slot);
  const CriticalSection lock(port_);
  // With a fault that the handler has found since service(), the job waits for the reset as others do.
  if (recovery_ != Status::kOk && recovery_ != Status::kPending) return recovery_;
  tag = next_tag_;
  next_tag_ = after(tag);
  slot.tag = tag;
  slot.result = {};
  slot.state = SlotState::kPending;
  start_next();
  return Status::kOk;
}

template <Bus B, Port P, std::size_t Depth>
Status Queue<B, P, Depth>::prepare(const Job& job, Slot& slot, StreamReport& report) {
  if (job.buffers.size() > spec::kWindowCount) return Status::kTooManyWindows;
  slot.windows = {};
  slot.hosts = {};
  for (std::uint32_t i = 0; i < job.buffers.size(); ++i) {
    if (const Status status = prepare_buffer(i, job.buffers[i], slot); status != Status::kOk) return status;
  }
  if (job.ticket == nullptr || !job.ticket->covers(job.stream, device_.configuration(), slot.windows)) {
    report = validate_stream(job.stream, device_.configuration(), slot.windows);
    if (!report.ok()) return report.status;
    if (job.ticket != nullptr) job.ticket->remember(job.stream, device_.configuration(), slot.windows);
  }
  // The validated length fits 32 bits.
  slot.bytes = static_cast<std::uint32_t>(job.stream.size_bytes());
  if (!port_.translate(job.stream.data(), slot.bytes, slot.stream)) return Status::kBufferUnreachable;
  if (slot.stream % 16 != 0) return Status::kStreamMisaligned;
  // The stream's address obeys the same limits as a window's.
  return device_.check_window(0, {slot.stream, slot.bytes, Access::kRead});
}

template <Bus B, Port P, std::size_t Depth>
Status Queue<B, P, Depth>::prepare_buffer(std::uint32_t index, Buffer buffer, Slot& slot) {
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
void Queue<B, P, Depth>::clean(std::span<const std::uint32_t> stream, const Slot& slot) {
  port_.clean(stream.data(), stream.size_bytes());
  for (std::size_t i = 0; i < slot.windows.size(); ++i) {
    // Outputs too: a dirty line that is evicted later would overwrite what the NPU has written.
    if (slot.windows[i].size != 0) port_.clean(slot.hosts[i], slot.windows[i].size);
  }
}

template <Bus B, Port P, std::size_t Depth>
void Queue<B, P, Depth>::take(Slot& slot, JobResult& result) {
  Status recovery = Status::kOk;
  {
    const CriticalSection lock(port_);
    result = slot.result;
    recovery = recovery_;
  }
  if (recovery == Status::kPending) recovery = advance();  // The handler has found a fault since service().
  if (result.status != Status::kOk && result.started) result.recovery = recovery;
  if (result.started) {
    port_.barrier();
    for (std::size_t i = 0; i < slot.windows.size(); ++i) {
      const Window& window = slot.windows[i];
      if (window.size != 0 && allows(window.access, Access::kWrite)) port_.invalidate(slot.hosts[i], window.size);
    }
  }
  const CriticalSection lock(port_);
  slot = Slot{};
}

// ---- Inside the critical section ----

template <Bus B, Port P, std::size_t Depth>
bool Queue<B, P, Depth>::on_interrupt() {
  std::uint32_t due = 0;
  {
    const CriticalSection lock(port_);
    // Acknowledged before anything is looked at: what ends after this raises the interrupt anew.
    if (!device_.powered() || !device_.acknowledge()) {
      ++statistics_.spurious_interrupts;
      return false;
    }
    if (!harvest()) ++statistics_.late_interrupts;
    start_next();
    due = std::exchange(due_, 0);
    port_.barrier();  // The clearing write has arrived before the handler returns: else the interrupt comes again.
  }
  give(due);
  return true;
}

template <Bus B, Port P, std::size_t Depth>
auto Queue<B, P, Depth>::slot_of(JobTag tag) noexcept -> Slot* {
  for (Slot& slot : slots_) {
    if (slot.state != SlotState::kFree && slot.tag == tag) return &slot;
  }
  return nullptr;
}

/// Ends the running job if the device says that this very job has ended.
template <Bus B, Port P, std::size_t Depth>
bool Queue<B, P, Depth>::harvest() {
  if (running_ == 0 || device_.done_tag() != running_) return false;
  Slot* const slot = slot_of(running_);
  running_ = 0;
  // The interrupt's cause may be older than the job; the fault register is not, it was clear when the job started.
  slot->result.fault = device_.fault();
  const Status status = to_status(slot->result.fault.kind);
  if (status != Status::kOk) {
    slot->result.progress = device_.progress();
    recovery_ = Status::kPending;
  }
  slot->result.outputs_valid = status == Status::kOk;
  end(*slot, status);
  return true;
}

template <Bus B, Port P, std::size_t Depth>
void Queue<B, P, Depth>::start_next() {
  while (running_ == 0 && recovery_ == Status::kOk && next_start_ != next_tag_) {
    Slot* const slot = slot_of(next_start_);
    if (slot != nullptr && slot->state == SlotState::kPending && !start(*slot)) break;
    next_start_ = after(next_start_);
  }
  // Jobs wait, but no interrupt will come: a thread has to go on.
  if (running_ != 0 || next_start_ == next_tag_) return;
  for (std::uint32_t slot = 0; slot < Depth; ++slot) mark_due(slot);
}

/// Starts a job, or ends it with the reason why that is impossible. False: a thread has to try again.
template <Bus B, Port P, std::size_t Depth>
bool Queue<B, P, Depth>::start(Slot& slot) {
  if (!slot.begun) port_.job_begin(slot.tag);
  slot.begun = true;
  const Status status = launch(slot);
  // The SRAM is being cleared.
  if (status == Status::kBusy) return false;
  if (status == Status::kDeviceFaulted || status == Status::kBadState) {
    recovery_ = Status::kPending;
    return false;
  }
  slot.result.started = status == Status::kOk;
  if (!slot.result.started) {
    end(slot, status);
    return true;
  }
  slot.state = SlotState::kRunning;
  running_ = slot.tag;
  ++statistics_.jobs_started;
  return true;
}

template <Bus B, Port P, std::size_t Depth>
Status Queue<B, P, Depth>::launch(const Slot& slot) {
  for (std::uint32_t i = 0; i < slot.windows.size(); ++i) {
    if (const Status status = device_.set_window(i, slot.windows[i]); status != Status::kOk) return status;
  }
  return device_.start(slot.stream, slot.bytes, slot.tag);
}

template <Bus B, Port P, std::size_t Depth>
void Queue<B, P, Depth>::end(Slot& slot, Status status) {
  slot.result.status = status;
  slot.state = SlotState::kEnded;
  if (slot.begun) port_.job_end(slot.tag, status);
  slot.begun = false;
  mark_due(index_of(slot));
}

/// Frees a slot, whatever it holds, and tells who waits for it.
template <Bus B, Port P, std::size_t Depth>
void Queue<B, P, Depth>::release(Slot& slot) {
  if (slot.begun) end(slot, Status::kCancelled);
  if (slot.state != SlotState::kFree) mark_due(index_of(slot));
  slot = Slot{};
}

/// Has the threads woken that sleep until something happens in `slot`.
template <Bus B, Port P, std::size_t Depth>
void Queue<B, P, Depth>::mark_due(std::uint32_t slot) noexcept {
  if (options_.completion == Completion::kInterrupt && waiters_[slot] != 0) due_ |= std::uint32_t{1} << slot;
}

}  // namespace auklet::npu
