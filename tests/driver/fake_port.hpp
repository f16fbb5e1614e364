// A platform under the test's control: its clock, its caches, its addresses, its interrupt, its power and its other
// threads.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <auklet/npu/port.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace auklet::test {

/// Strict: a hook that is called by whom the port's contract does not name fails the test. `log` has the hooks that
/// were called, but clock, critical section, barrier and addresses.
class FakePort : public npu::PortDefaults {
 public:
  struct Range {
    const void* data;
    std::size_t size;
    friend bool operator==(const Range&, const Range&) = default;
  };

  ~FakePort() { EXPECT_FALSE(locked); }

  [[nodiscard]] npu::Ticks now() const { return ticks; }
  void relax() {
    EXPECT_EQ(depth_, 0U);
    ++ticks;
    ++relaxed;
  }
  void wait_for_interrupt(npu::Ticks max) {
    EXPECT_FALSE(locked);
    slept_in_critical_section = depth_ != 0;
    ++slept;
    if (on_sleep) {
      on_sleep(max);
    } else {
      ticks += max;
    }
  }

  void lock() {
    if (lockless && locked) {
      ++reentries_;
      return;
    }
    EXPECT_FALSE(locked) << "does not nest";
    EXPECT_EQ(depth_, 0U);
    locked = true;
    log.emplace_back("lock");
  }
  void unlock() {
    if (reentries_ != 0) {
      --reentries_;
      return;
    }
    EXPECT_TRUE(locked);
    EXPECT_EQ(depth_, 0U);
    locked = false;
    log.emplace_back("unlock");
  }
  [[nodiscard]] bool semaphore_take(std::uint32_t slot, npu::Ticks max) {
    EXPECT_FALSE(locked);
    EXPECT_EQ(depth_, 0U);
    if (!has_semaphores) return false;
    log.push_back("take " + std::to_string(slot));
    if (!given.at(slot) && on_take) on_take(slot, max);
    if (!given.at(slot) && !on_take) ticks += max;
    given.at(slot) = false;
    return true;
  }
  void semaphore_give(std::uint32_t slot) {
    EXPECT_EQ(depth_, 0U);
    log.push_back("give " + std::to_string(slot));
    given.at(slot) = true;
  }

  void barrier() { ++barriers; }
  [[nodiscard]] std::size_t cache_line_bytes() const { return cache_line; }
  void clean(const void* data, std::size_t size) {
    expect_session();
    cleaned.push_back({data, size});
    log.emplace_back("clean");
  }
  void invalidate(const void* data, std::size_t size) {
    expect_session();
    invalidated.push_back({data, size});
    log.emplace_back("invalidate");
  }
  [[nodiscard]] npu::CriticalState enter_critical() { return depth_++; }
  /// An interrupt that is due is taken when the outermost critical section ends.
  void leave_critical(npu::CriticalState state) {
    depth_ = state;
    if (depth_ == 0 && pending_interrupt && leaves_before_interrupt-- == 0) {
      const auto handler = pending_interrupt;
      pending_interrupt = nullptr;
      handler();
    }
  }
  [[nodiscard]] bool translate(const void* data, std::size_t size, npu::BusAddress& address) const {
    expect_session();
    if (on_translate) on_translate(data);
    const auto found = addresses.find(data);
    if (found == addresses.end()) return false;
    (void)size;
    address = found->second;
    return true;
  }

  [[nodiscard]] bool power_on() {
    EXPECT_EQ(depth_, 0U);
    EXPECT_FALSE(powered);
    log.emplace_back("power_on");
    powered = !refuses_power;
    return powered;
  }
  void power_off() {
    EXPECT_EQ(depth_, 0U);
    EXPECT_TRUE(powered);
    log.emplace_back("power_off");
    powered = false;
  }
  [[nodiscard]] bool keeps_registers() const { return registers_survive; }

  void job_begin(npu::JobTag tag) {
    EXPECT_NE(depth_, 0U);
    begun.push_back(tag);
    log.push_back("begin " + std::to_string(tag));
  }
  void job_end(npu::JobTag tag, npu::Status status) {
    EXPECT_NE(depth_, 0U);
    if (begun.empty() || begun.front() != tag) {
      ADD_FAILURE() << "job " << tag << " ends out of order";
    } else {
      begun.erase(begun.begin());
    }
    log.push_back("end " + std::to_string(tag) + ": " + npu::to_string(status));
  }

  npu::Ticks ticks = 0;
  int relaxed = 0;
  int slept = 0;
  int barriers = 0;
  bool slept_in_critical_section = false;
  std::size_t cache_line = 1;
  std::map<const void*, npu::BusAddress> addresses;  ///< Device addresses, by where a buffer or stream begins.
  std::function<void(const void*)> on_translate;
  std::vector<Range> cleaned;
  std::vector<Range> invalidated;
  std::function<void(npu::Ticks)> on_sleep;
  std::function<void()> pending_interrupt;
  int leaves_before_interrupt = 0;  ///< Outermost critical sections that end before it is due.

  bool lockless = false;  ///< As without threads: nothing keeps a handler from calling into the middle of a call.
  bool locked = false;
  bool has_semaphores = false;
  std::array<bool, 4> given{};
  std::function<void(std::uint32_t, npu::Ticks)> on_take;  ///< What happens while a thread is blocked.
  bool powered = false;
  bool refuses_power = false;
  bool registers_survive = true;
  std::vector<npu::JobTag> begun;  ///< Jobs that have begun and not ended.
  std::vector<std::string> log;

 private:
  void expect_session() const {
    EXPECT_TRUE(locked);
    EXPECT_EQ(depth_, 0U);
  }

  npu::CriticalState depth_ = 0;
  int reentries_ = 0;
};

static_assert(npu::Port<FakePort>);

}  // namespace auklet::test
