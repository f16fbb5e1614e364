// Definitions of Queue's members that threads call; included by queue.hpp alone. What happens inside the critical
// section is in queue_slots_impl.hpp.
#pragma once

#include <auklet/npu/queue.hpp>

namespace auklet::npu {

template <Bus B, Port P, std::size_t Depth>
Status Queue<B, P, Depth>::open(const QueueOptions& options) {
  const Session session(*this);
  if (session.reentered()) return Status::kReentered;
  if (!device_.probed()) return Status::kNotProbed;
  if (const Status status = power_up(options.reset_timeout); status != Status::kOk) return status;
  {
    const CriticalSection lock(port_);
    open_ = false;
    options_ = options;
    statistics_ = {};
    for (Slot& slot : slots_) release(slot);
    running_ = 0;
    recovery_ = Status::kPending;
  }
  device_.enable_interrupts(false);
  if (const Status status = recover(); status != Status::kOk) return status;
  // The device remembers the last job's tag: a new one must differ from it.
  const CriticalSection lock(port_);
  next_tag_ = after(device_.done_tag());
  next_start_ = next_tag_;
  (void)device_.acknowledge();
  device_.enable_interrupts(options_.completion == Completion::kInterrupt);
  open_ = true;
  return Status::kOk;
}

template <Bus B, Port P, std::size_t Depth>
Status Queue<B, P, Depth>::close() {
  const Session session(*this);
  if (session.reentered()) return Status::kReentered;
  if (!open_) return Status::kOk;
  if (const Status status = power_up(options_.reset_timeout); status != Status::kOk) return status;
  if (stop_all()) (void)recover();  // The outcome stays in recovery_.
  const CriticalSection lock(port_);
  device_.enable_interrupts(false);
  for (Slot& slot : slots_) release(slot);
  next_start_ = next_tag_;
  open_ = false;
  return recovery_;
}

template <Bus B, Port P, std::size_t Depth>
Status Queue<B, P, Depth>::submit(const Job& job, JobTag& tag, StreamReport* report) {
  const Session session(*this);
  if (session.reentered()) return Status::kReentered;
  if (!open_) return Status::kNotProbed;
  StreamReport verdict;
  const Status status = enqueue(job, tag, verdict);
  if (report != nullptr) *report = verdict;
  return status;
}

template <Bus B, Port P, std::size_t Depth>
Status Queue<B, P, Depth>::poll(JobTag tag, JobResult& result) {
  const Session session(*this);
  if (session.reentered()) return Status::kReentered;
  Slot* slot = find(tag);
  if (slot == nullptr) return Status::kUnknownTag;
  (void)service(true);
  if (!has_ended(*slot)) return Status::kPending;
  take(*slot, result);
  return Status::kOk;
}

template <Bus B, Port P, std::size_t Depth>
Status Queue<B, P, Depth>::wait(JobTag tag, Ticks timeout, JobResult& result) {
  const Deadline deadline(port_, timeout);
  const std::uint32_t slot = add_waiter(tag);
  if (slot == Depth) return Status::kUnknownTag;
  Ticks sleep = 0;
  Status status = look(tag, deadline, sleep, result);
  while (status == Status::kPending) {
    pause(slot, sleep);
    status = look(tag, deadline, sleep, result);
  }
  remove_waiter(slot);
  return status;
}

template <Bus B, Port P, std::size_t Depth>
Status Queue<B, P, Depth>::run(const Job& job, Ticks timeout, JobResult& result, StreamReport* report) {
  JobTag tag = 0;
  const Status status = submit(job, tag, report);
  return status == Status::kOk ? wait(tag, timeout, result) : status;
}

template <Bus B, Port P, std::size_t Depth>
Status Queue<B, P, Depth>::cancel(JobTag tag) {
  const Session session(*this);
  if (session.reentered()) return Status::kReentered;
  Slot* slot = find(tag);
  if (slot == nullptr) return Status::kUnknownTag;
  stop(*slot, Status::kCancelled);
  (void)service(false);  // Resets the device when the job ran; the outcome goes into the result.
  return Status::kOk;
}

template <Bus B, Port P, std::size_t Depth>
Status Queue<B, P, Depth>::reset() {
  const Session session(*this);
  if (session.reentered()) return Status::kReentered;
  if (!open_) return Status::kNotProbed;
  if (const Status status = power_up(options_.reset_timeout); status != Status::kOk) return status;
  (void)stop_all();
  const Status status = recover();
  const CriticalSection lock(port_);
  start_next();  // None is left: they are passed over.
  return status;
}

template <Bus B, Port P, std::size_t Depth>
Status Queue<B, P, Depth>::hold_power() {
  const Session session(*this);
  if (session.reentered()) return Status::kReentered;
  return device_.request_power(options_.reset_timeout);
}

template <Bus B, Port P, std::size_t Depth>
void Queue<B, P, Depth>::release_power() {
  const Session session(*this);
  if (session.reentered()) return;
  device_.release_power();
}

template <Bus B, Port P, std::size_t Depth>
QueueStatistics Queue<B, P, Depth>::statistics() const {
  const CriticalSection lock(port_);
  return statistics_;
}

template <Bus B, Port P, std::size_t Depth>
std::size_t Queue<B, P, Depth>::size() const {
  const CriticalSection lock(port_);
  std::size_t count = 0;
  for (const Slot& slot : slots_) count += slot.state == SlotState::kFree ? 0U : 1U;
  return count;
}

// ---- In a session ----

template <Bus B, Port P, std::size_t Depth>
auto Queue<B, P, Depth>::find(JobTag tag) -> Slot* {
  const CriticalSection lock(port_);
  return slot_of(tag);
}

template <Bus B, Port P, std::size_t Depth>
auto Queue<B, P, Depth>::find_free() -> Slot* {
  const CriticalSection lock(port_);
  for (Slot& slot : slots_) {
    if (slot.state == SlotState::kFree) return &slot;
  }
  return nullptr;
}

template <Bus B, Port P, std::size_t Depth>
bool Queue<B, P, Depth>::has_ended(const Slot& slot) {
  const CriticalSection lock(port_);
  return slot.state == SlotState::kEnded;
}

/// One turn of wait(): kOk with the result taken, kUnknownTag, or kPending. Then an interrupt will end the sleep of at
/// most `sleep` ticks, or, when that is 0, there is none to be expected.
template <Bus B, Port P, std::size_t Depth>
Status Queue<B, P, Depth>::look(JobTag tag, const Deadline<P>& deadline, Ticks& sleep, JobResult& result) {
  const Session session(*this);
  if (session.reentered()) return Status::kReentered;
  Slot* slot = find(tag);
  if (slot == nullptr) return Status::kUnknownTag;
  // Registers are read once more after the deadline: an interrupt may be lost, a thread may sleep long.
  const Ticks left = deadline.left();
  const bool interrupts = options_.completion == Completion::kInterrupt;
  const bool harvested = service(!interrupts || left == 0);
  {
    const CriticalSection lock(port_);
    if (harvested && interrupts) ++statistics_.lost_interrupts;
    if (slot->state != SlotState::kEnded && left != 0) {
      sleep = interrupts && running_ != 0 ? left : 0;
      return Status::kPending;
    }
  }
  if (!has_ended(*slot)) {
    stop(*slot, Status::kTimeout);
    (void)service(false);  // Resets the device when the job ran; when it waited, nothing waits any more.
  }
  take(*slot, result);
  return Status::kOk;
}

/// Brings the queue forward: finds out about the running job's end if `look` (and returns whether it has ended),
/// recovers from a fault, starts what waits.
template <Bus B, Port P, std::size_t Depth>
bool Queue<B, P, Depth>::service(bool look) {
  bool harvested = false;
  {
    const CriticalSection lock(port_);
    harvested = look && harvest();
    if (harvested) (void)device_.acknowledge();
  }
  (void)advance();
  return harvested;
}

/// Resets the device if it has to be, and starts what waits. How the reset ended; kOk without one.
template <Bus B, Port P, std::size_t Depth>
Status Queue<B, P, Depth>::advance() {
  bool reset_first = false;
  {
    const CriticalSection lock(port_);
    reset_first = recovery_ != Status::kOk;
  }
  if (reset_first) {
    if (const Status status = recover(); status != Status::kOk) return status;
  }
  const CriticalSection lock(port_);
  start_next();
  return Status::kOk;
}

/// Soft reset. When it fails, no waiting job can run: they end with its error.
template <Bus B, Port P, std::size_t Depth>
Status Queue<B, P, Depth>::recover() {
  const Status status = device_.soft_reset(options_.reset_timeout);
  const CriticalSection lock(port_);
  ++statistics_.resets;
  recovery_ = status;
  if (status != Status::kOk) {
    for (Slot& slot : slots_) {
      if (slot.state == SlotState::kPending) end(slot, status);
    }
    next_start_ = next_tag_;
  }
  return status;
}

/// Ends a job that has not ended. If it ran, the device has to be reset before anything else is done.
template <Bus B, Port P, std::size_t Depth>
void Queue<B, P, Depth>::stop(Slot& slot, Status status) {
  const CriticalSection lock(port_);
  if (slot.state == SlotState::kPending) end(slot, status);
  if (slot.state != SlotState::kRunning) return;
  slot.result.progress = device_.progress();
  end(slot, status);
  running_ = 0;
  recovery_ = Status::kPending;
}

/// Cancels all jobs. Whether the device has to be reset now.
template <Bus B, Port P, std::size_t Depth>
bool Queue<B, P, Depth>::stop_all() {
  // The waiting ones first: the handler must not start one when the running one has gone.
  const CriticalSection lock(port_);
  for (Slot& slot : slots_) {
    if (slot.state == SlotState::kPending) stop(slot, Status::kCancelled);
  }
  for (Slot& slot : slots_) stop(slot, Status::kCancelled);
  return recovery_ != Status::kOk;
}

/// Has the device powered, until rest().
template <Bus B, Port P, std::size_t Depth>
Status Queue<B, P, Depth>::power_up(Ticks timeout) {
  if (powered_) return Status::kOk;
  const Status status = device_.request_power(timeout);
  powered_ = status == Status::kOk;
  return status;
}

/// Lets go of the power where the options want that, and nothing runs, waits, or has to be reset.
template <Bus B, Port P, std::size_t Depth>
void Queue<B, P, Depth>::rest() {
  if (!powered_ || (open_ && !options_.power_off_when_idle)) return;
  {
    const CriticalSection lock(port_);
    if (running_ != 0 || next_start_ != next_tag_ || recovery_ != Status::kOk) return;
  }
  powered_ = false;
  device_.release_power();
}

// ---- Outside of a session ----

/// Lets time pass, at most `sleep` ticks.
template <Bus B, Port P, std::size_t Depth>
void Queue<B, P, Depth>::pause(std::uint32_t slot, Ticks sleep) {
  if (sleep != 0) {
    if (port_.semaphore_take(slot, sleep)) return;
    const CriticalSection lock(port_);
    // Asked again inside the critical section: an interrupt that came just before must not be slept over.
    if (running_ != 0 && slots_[slot].state != SlotState::kEnded) port_.wait_for_interrupt(sleep);
  }
  port_.relax();
}

/// The job's slot, in which a thread waits from now on; Depth when there is no such job.
template <Bus B, Port P, std::size_t Depth>
std::uint32_t Queue<B, P, Depth>::add_waiter(JobTag tag) {
  const CriticalSection lock(port_);
  const Slot* slot = slot_of(tag);
  if (slot == nullptr) return Depth;
  ++waiters_[index_of(*slot)];
  return index_of(*slot);
}

template <Bus B, Port P, std::size_t Depth>
void Queue<B, P, Depth>::remove_waiter(std::uint32_t slot) {
  {
    const CriticalSection lock(port_);
    --waiters_[slot];
    // The semaphore remembers one give only: another thread that waits for the same one looks next.
    mark_due(slot);
  }
  give(take_due());
}

template <Bus B, Port P, std::size_t Depth>
std::uint32_t Queue<B, P, Depth>::take_due() {
  const CriticalSection lock(port_);
  return std::exchange(due_, 0);
}

template <Bus B, Port P, std::size_t Depth>
void Queue<B, P, Depth>::give(std::uint32_t slots) {
  for (std::uint32_t slot = 0; slot < Depth; ++slot) {
    if ((slots >> slot & 1U) != 0) port_.semaphore_give(slot);
  }
}

}  // namespace auklet::npu
