// A platform under the test's control around a simulated NPU: memory at device addresses, a bus whose device can be
// made to hang, a port that records cache maintenance and can refuse addresses.
#pragma once

#include <algorithm>
#include <auklet/npu/queue.hpp>
#include <auklet/runtime/context.hpp>
#include <auklet/sim/bus.hpp>
#include <auklet/sim/target.hpp>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <stdexcept>
#include <vector>

namespace auklet::test {

/// The target's registers. With `hang_on_reset`, STATUS says after the next soft reset that AXI transfers never
/// complete, until revive().
class TestBus : public sim::TargetBus {
 public:
  using TargetBus::TargetBus;

  [[nodiscard]] std::uint32_t read32(std::uint32_t offset) {
    if (stuck_ && offset == spec::reg::Status::kOffset) {
      return spec::reg::Status::kState.make(spec::State::kDraining) | spec::reg::Status::kIsolated.make(1);
    }
    return TargetBus::read32(offset);
  }

  void write32(std::uint32_t offset, std::uint32_t value) {
    const bool reset = offset == spec::reg::Control::kOffset && spec::reg::Control::kSoftReset.extract(value) != 0;
    stuck_ = stuck_ || (hang_on_reset && reset);
    TargetBus::write32(offset, value);
  }
  void revive() { stuck_ = hang_on_reset = false; }

  bool hang_on_reset = false;

 private:
  bool stuck_ = false;
};

struct Range {
  const void* data;
  std::size_t size;
  friend bool operator==(const Range&, const Range&) = default;
};

class TestPort : public sim::TargetPort {
 public:
  using TargetPort::TargetPort;

  [[nodiscard]] std::size_t cache_line_bytes() const noexcept { return cache_line; }
  void clean(const void* data, std::size_t size) { cleaned.push_back({data, size}); }
  void invalidate(const void* data, std::size_t size) { invalidated.push_back({data, size}); }
  [[nodiscard]] bool translate(const void* data, std::size_t size, std::uint64_t& address) const noexcept {
    if (data == unreachable || !TargetPort::translate(data, size, address)) return false;
    address += address_offset;
    return true;
  }
  [[nodiscard]] bool power_on() noexcept {
    if (power_ons == 0) return false;
    --power_ons;
    return true;
  }

  std::size_t cache_line = 1;
  std::size_t power_ons = SIZE_MAX;  ///< How often there is power yet.
  const void* unreachable = nullptr;
  std::uint64_t address_offset = 0;
  std::vector<Range> cleaned;
  std::vector<Range> invalidated;
};

static_assert(npu::Bus<TestBus> && npu::Port<TestPort>);

using TestContext = runtime::Context<TestBus, TestPort>;

/// Device, queue and memory around a target, which must outlive it.
class Platform {
 public:
  static constexpr std::uint64_t kBase = 0x1000'0000;
  static constexpr std::uint64_t kTimeout = std::uint64_t{1} << 24;
  static constexpr std::size_t kBytes = std::size_t{8} << 20;
  static constexpr std::size_t kMargin = 64;  ///< Canary bytes around every range.
  static constexpr std::byte kCanary{0xa5};

  explicit Platform(sim::Target& target) : bus(target), port(target), device(bus, port), queue(device, port) {
    const std::size_t misaligned = reinterpret_cast<std::uintptr_t>(storage_.data()) % kMargin;
    memory_ = std::span(storage_).subspan(misaligned == 0 ? 0 : kMargin - misaligned, kBytes);
    port.map(kBase, memory_);
    clear();
  }

  /// Probes the device and opens the queue.
  [[nodiscard]] bool open(npu::Completion completion = npu::Completion::kPolling) {
    if (completion == npu::Completion::kInterrupt) port.set_interrupt_handler([this] { queue.on_interrupt(); });
    npu::Configuration found;
    return device.probe(found) == npu::Status::kOk &&
           queue.open({.completion = completion, .reset_timeout = 200'000}) == npu::Status::kOk;
  }

  /// Forgets all ranges that were taken.
  void clear() {
    std::ranges::fill(memory_, kCanary);
    used_ = 0;
  }

  /// `bytes` of the device's memory, `skew` past a multiple of 64.
  std::span<std::byte> take(std::size_t bytes, std::size_t skew = 0) {
    const std::size_t begin = (used_ + kMargin - 1) / kMargin * kMargin + kMargin + skew;
    if (begin + bytes + kMargin > memory_.size()) throw std::length_error("the test's memory is too small");
    used_ = begin + bytes + kMargin;
    return memory_.subspan(begin, bytes);
  }
  std::span<std::int8_t> take_int8(std::size_t bytes, std::size_t skew = 0) {
    const std::span<std::byte> range = take(bytes, skew);
    return {reinterpret_cast<std::int8_t*>(range.data()), bytes};
  }
  std::span<std::int8_t> copy(std::span<const std::int8_t> data, std::size_t skew = 0) {
    const std::span<std::int8_t> range = take_int8(data.size(), skew);
    std::ranges::copy(data, range.begin());
    return range;
  }

  [[nodiscard]] std::uint64_t address(const void* data) const {
    return kBase + static_cast<std::uint64_t>(static_cast<const std::byte*>(data) - memory_.data());
  }
  /// Whether nothing was written just before and after a range.
  [[nodiscard]] bool margins_alive(std::span<const std::int8_t> range) const {
    return margins_alive(std::as_bytes(range));
  }
  [[nodiscard]] bool margins_alive(std::span<const std::byte> range) const {
    const auto first = static_cast<std::size_t>(range.data() - memory_.data());
    const auto is_canary = [](std::byte byte) { return byte == kCanary; };
    return std::ranges::all_of(memory_.subspan(first - kMargin, kMargin), is_canary) &&
           std::ranges::all_of(memory_.subspan(first + range.size(), kMargin), is_canary);
  }

  TestBus bus;
  TestPort port;
  npu::Device<TestBus, TestPort> device;
  npu::Queue<TestBus, TestPort> queue;

 private:
  std::vector<std::byte> storage_ = std::vector<std::byte>(kBytes + kMargin);
  std::span<std::byte> memory_;
  std::size_t used_ = 0;
};

}  // namespace auklet::test
