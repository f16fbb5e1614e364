// Memory of a simulated NPU with canaries around every tensor, and SRAM handed out piece by piece.
#pragma once

#include <algorithm>
#include <array>
#include <auklet/sim/target.hpp>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include "job.hpp"

namespace auklet::test::detail {

/// The device's view of memory: one area a window, far apart.
class DeviceMemory {
 public:
  static constexpr std::uint32_t kInput = 0, kSecondInput = 1, kWeights = 2, kParameters = 3, kOutput = 4, kStream = 5;
  static constexpr std::uint32_t kAreas = 6;
  static constexpr std::uint64_t kSpacing = std::uint64_t{1} << 28;
  static constexpr std::byte kCanary{0xa5};
  static constexpr std::uint32_t kMargin = 64;  ///< Canary bytes behind each tensor.

  explicit DeviceMemory(sim::Target& target) : target_(target) {}
  ~DeviceMemory() {
    for (std::uint32_t i = 0; i < kAreas; ++i) target_.unmap(base(i));
  }
  DeviceMemory(const DeviceMemory&) = delete;
  DeviceMemory& operator=(const DeviceMemory&) = delete;

  [[nodiscard]] static constexpr std::uint64_t base(std::uint32_t area) { return kSpacing * (area + 1); }

  /// Maps an area that holds `size` bytes from `skew` on, and opens its window exactly that wide.
  std::span<std::byte> add(std::uint32_t area, std::uint32_t skew, std::size_t size) {
    std::vector<std::byte>& bytes = areas_[area];
    bytes.assign((skew + size + kMargin + 15) / 16 * 16, kCanary);
    target_.map(base(area), bytes, sim::MemoryTiming{});
    set_window(target_, area, base(area), static_cast<std::uint32_t>(skew + size), area != kOutput, area == kOutput);
    return std::span(bytes).subspan(skew, size);
  }
  template <class T>
  void fill(std::uint32_t area, std::uint32_t skew, std::span<const T> data) {
    const std::span<std::byte> bytes = add(area, skew, data.size_bytes());
    if (!data.empty()) std::memcpy(bytes.data(), data.data(), data.size_bytes());
  }
  [[nodiscard]] bool canaries_alive(std::uint32_t area, std::uint32_t skew, std::size_t size) const {
    const std::vector<std::byte>& bytes = areas_[area];
    const auto is_canary = [](std::byte b) { return b == kCanary; };
    return std::all_of(bytes.begin(), bytes.begin() + skew, is_canary) &&
           std::all_of(bytes.begin() + static_cast<std::ptrdiff_t>(skew + size), bytes.end(), is_canary);
  }

 private:
  sim::Target& target_;
  std::array<std::vector<std::byte>, kAreas> areas_;
};

/// Hands out SRAM from address 0 on.
class SramCursor {
 public:
  std::uint32_t take(std::uint64_t bytes) {
    const std::uint64_t at = next_;
    next_ = (next_ + bytes + 16 + 31) / 32 * 32;  // One word that unaligned reads may touch.
    return static_cast<std::uint32_t>(at);
  }
  [[nodiscard]] std::uint64_t used() const { return next_; }

 private:
  std::uint64_t next_ = 0;
};

}  // namespace auklet::test::detail
