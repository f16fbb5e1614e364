// What a small real-time system gives a driver, over the host's threads: a mutex, binary semaphores with timeouts, a
// critical section that masks interrupts; and an NPU in a thread of its own whose interrupt comes when it likes.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <auklet/npu/queue.hpp>
#include <auklet/sim/functional_model.hpp>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <random>
#include <span>
#include <thread>
#include <utility>

namespace auklet::test {

/// Whether this thread is inside an interrupt handler.
inline bool& in_handler() {
  thread_local bool inside = false;
  return inside;
}

/// As a real-time system's: a give that nobody waits for is remembered, a second one is not.
class BinarySemaphore {
 public:
  /// False when it was not given within `max`.
  bool take(std::chrono::microseconds max) {
    std::unique_lock lock(mutex_);
    const bool got = condition_.wait_until(lock, std::chrono::system_clock::now() + max, [this] { return given_; });
    given_ = false;
    return got;
  }
  void give() {
    {
      const std::lock_guard lock(mutex_);
      given_ = true;
    }
    condition_.notify_one();
  }

 private:
  std::mutex mutex_;
  std::condition_variable condition_;
  bool given_ = false;
};

/// The port of the driver to this system. A tick is a microsecond.
class RtosPort : public npu::PortDefaults {
 public:
  static constexpr npu::BusAddress kBase = 0x10000;

  explicit RtosPort(std::span<std::byte> memory) : memory_(memory) {}

  [[nodiscard]] npu::Ticks now() const {
    const auto time = std::chrono::steady_clock::now().time_since_epoch();
    return static_cast<npu::Ticks>(std::chrono::duration_cast<std::chrono::microseconds>(time).count());
  }
  void relax() {
    EXPECT_FALSE(in_handler());
    std::this_thread::sleep_for(std::chrono::microseconds(20));
  }
  void wait_for_interrupt(npu::Ticks /*max*/) { ADD_FAILURE() << "other threads want the processor"; }

  // Interrupts are masked while the mutex is held; the handler is one of those who wait for it.
  [[nodiscard]] npu::CriticalState enter_critical() {
    masked_.lock();
    return depth_++;
  }
  void leave_critical(npu::CriticalState depth) {
    EXPECT_EQ(depth, --depth_) << "sections nest";
    masked_.unlock();
  }

  void lock() {
    EXPECT_FALSE(in_handler()) << "a handler must not block";
    mutex_.lock();
  }
  void unlock() { mutex_.unlock(); }
  [[nodiscard]] bool semaphore_take(std::uint32_t slot, npu::Ticks max) {
    EXPECT_FALSE(in_handler()) << "a handler must not block";
    (void)semaphores_.at(slot).take(std::chrono::microseconds(max));
    return true;
  }
  void semaphore_give(std::uint32_t slot) { semaphores_.at(slot).give(); }

  [[nodiscard]] bool translate(const void* data, std::size_t size, npu::BusAddress& address) const {
    const auto first = reinterpret_cast<std::uintptr_t>(data);
    const auto begin = reinterpret_cast<std::uintptr_t>(memory_.data());
    if (first < begin || first - begin > memory_.size() || size > memory_.size() - (first - begin)) return false;
    address = kBase + (first - begin);
    return true;
  }

  [[nodiscard]] bool power_on() {
    EXPECT_FALSE(powered_.exchange(true));
    return true;
  }
  void power_off() { EXPECT_TRUE(powered_.exchange(false)); }
  [[nodiscard]] bool powered() const { return powered_; }

  void job_begin(npu::JobTag /*tag*/) { ++begun; }
  void job_end(npu::JobTag /*tag*/, npu::Status /*status*/) { ++ended; }

  std::uint32_t begun = 0;  ///< Guarded by the critical section, as `ended` is.
  std::uint32_t ended = 0;

 private:
  std::span<std::byte> memory_;
  std::mutex mutex_;
  std::recursive_mutex masked_;
  npu::CriticalState depth_ = 0;
  std::array<BinarySemaphore, 4> semaphores_;
  std::atomic<bool> powered_{false};
};

static_assert(npu::Port<RtosPort>);

/// The NPU: a functional model that runs in its own thread, from start() to stop(). Its registers are a bus for any
/// thread.
class HardwareThread {
 public:
  explicit HardwareThread(std::span<std::byte> memory) { model_.map(RtosPort::kBase, memory, {}); }
  ~HardwareThread() { stop(); }
  HardwareThread(const HardwareThread&) = delete;
  HardwareThread& operator=(const HardwareThread&) = delete;

  /// `handler` is what the processor does on the NPU's interrupt.
  void start(std::function<void()> handler) {
    handler_ = std::move(handler);
    thread_ = std::thread([this] { run(); });
  }
  void stop() {
    stopping_ = true;
    if (thread_.joinable()) thread_.join();
  }

  [[nodiscard]] std::uint32_t read32(std::uint32_t offset) {
    const std::lock_guard lock(mutex_);
    return model_.read32(offset);
  }
  void write32(std::uint32_t offset, std::uint32_t value) {
    const std::lock_guard lock(mutex_);
    model_.write32(offset, value);
  }

  /// Changes the model between two of its steps.
  template <typename Action>
  void with_model(Action action) {
    const std::lock_guard lock(mutex_);
    action(model_);
  }
  /// Of 256 interrupts, so many never reach the processor.
  std::atomic<std::uint32_t> lost_of_256{0};
  /// Of 256 steps without an interrupt, so many end with one that the NPU has no cause for.
  std::atomic<std::uint32_t> spurious_of_256{0};
  /// While true, the processor sees no interrupt.
  std::atomic<bool> interrupts_lost{false};
  /// The next job makes no progress until it is stopped; then false again.
  std::atomic<bool> next_job_hangs{false};

 private:
  static constexpr std::uint64_t kStep = 512;  ///< Cycles.

  void run() {
    bool hanging = false;
    bool pending = false;  // The line is high, and it was decided whether this interrupt is lost.
    bool lost = false;
    std::mt19937 random(17);
    const auto happens = [&random](std::uint32_t of_256) { return random() % 256 < of_256; };
    while (!stopping_) {
      bool interrupt = false;
      with_model([&](sim::FunctionalModel& model) {
        const std::uint32_t status = model.read32(spec::reg::Status::kOffset);
        const bool runs = spec::reg::Status::kState.extract(status) == spec::State::kRunning;
        if (hanging && !runs) next_job_hangs = false;
        hanging = next_job_hangs && runs;
        if (!hanging) model.step(kStep);
        interrupt = model.irq();
      });
      if (interrupt && !pending) lost = happens(lost_of_256);
      pending = interrupt;
      if (interrupt ? !lost && !interrupts_lost : happens(spurious_of_256)) {
        in_handler() = true;
        handler_();
        in_handler() = false;
        pending = false;
      } else {
        std::this_thread::sleep_for(std::chrono::microseconds(10));
      }
    }
  }

  std::mutex mutex_;
  sim::FunctionalModel model_;
  std::function<void()> handler_;
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

static_assert(npu::Bus<HardwareThread>);

}  // namespace auklet::test
