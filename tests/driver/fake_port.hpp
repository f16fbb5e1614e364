// A platform under the test's control: its clock, its caches, its addresses and its interrupt.
#pragma once

#include <auklet/npu/port.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <vector>

namespace auklet::test {

class FakePort : public npu::PortDefaults {
 public:
  struct Range {
    const void* data;
    std::size_t size;
    friend bool operator==(const Range&, const Range&) = default;
  };

  [[nodiscard]] npu::Ticks now() const { return ticks; }
  void relax() {
    ++ticks;
    ++relaxed;
  }
  void wait_for_interrupt(npu::Ticks max) {
    slept_in_critical_section = depth_ != 0;
    ++slept;
    if (on_sleep) {
      on_sleep(max);
    } else {
      ticks += max;
    }
  }
  void barrier() { ++barriers; }
  [[nodiscard]] std::size_t cache_line_bytes() const { return cache_line; }
  void clean(const void* data, std::size_t size) { cleaned.push_back({data, size}); }
  void invalidate(const void* data, std::size_t size) { invalidated.push_back({data, size}); }
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
    const auto found = addresses.find(data);
    if (found == addresses.end()) return false;
    (void)size;
    address = found->second;
    return true;
  }

  npu::Ticks ticks = 0;
  int relaxed = 0;
  int slept = 0;
  int barriers = 0;
  bool slept_in_critical_section = false;
  std::size_t cache_line = 1;
  std::map<const void*, npu::BusAddress> addresses;  ///< Device addresses, by where a buffer or stream begins.
  std::vector<Range> cleaned;
  std::vector<Range> invalidated;
  std::function<void(npu::Ticks)> on_sleep;
  std::function<void()> pending_interrupt;
  int leaves_before_interrupt = 0;  ///< Outermost critical sections that end before it is due.

 private:
  npu::CriticalState depth_ = 0;
};

static_assert(npu::Port<FakePort>);

}  // namespace auklet::test
