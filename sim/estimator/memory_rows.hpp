// The memory side of a transfer as the bursts that it becomes (rtl/dma/auklet_burst_gen.sv).
#pragma once

#include <algorithm>
#include <array>
#include <auklet/sim/target.hpp>
#include <auklet/spec/spec.hpp>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "geometry.hpp"

namespace auklet::sim::estimator {

/// Memory rows cut into bursts, in order.
struct MemoryRows {
  /// Bursts that are walked one by one; behind them the rest goes on at the pace of the last ones.
  static constexpr std::uint64_t kWalkedBursts = 2048;

  std::uint64_t address = 0;
  std::uint64_t bytes = 0;
  std::uint64_t rows = 0;
  std::uint64_t stride = 0;
  std::uint64_t beat_bytes = 0;

  [[nodiscard]] std::uint64_t beats_of(std::uint64_t first, std::uint64_t end) const {
    return (end - 1) / beat_bytes - first / beat_bytes + 1;
  }
  [[nodiscard]] std::uint64_t beats() const {
    if (stride % beat_bytes == 0 || rows == 1) return multiply(rows, beats_of(address, address + bytes));
    std::uint64_t sum = 0;
    const std::uint64_t period = std::min(rows, beat_bytes);
    for (std::uint64_t i = 0; i < period; ++i) sum += beats_of(address + i * stride, address + i * stride + bytes);
    return multiply(rows, sum) / period;
  }
  /// Calls `burst(row, beats)` for the first bursts; returns how many rows that covered.
  template <typename Burst>
  std::uint64_t walk(Burst burst) const {
    std::uint64_t walked = 0;
    for (std::uint64_t row = 0; row < rows; ++row) {
      if (walked > kWalkedBursts) return row;
      const std::uint64_t end = address + row * stride + bytes;
      for (std::uint64_t at = address + row * stride; at < end; ++walked) {
        const std::uint64_t next = std::min(end, (at / spec::kBurstBytes + 1) * spec::kBurstBytes);
        burst(row, beats_of(at, next));
        at = next;
      }
    }
    return rows;
  }
  /// Time that all rows take when the first `walked` of them took `cycles`.
  [[nodiscard]] double scale(double cycles, std::uint64_t walked) const {
    return cycles * static_cast<double>(rows) / static_cast<double>(std::max<std::uint64_t>(walked, 1));
  }
};

/// When a burst that may be asked for only when the one kOutstanding before it has ended may be.
class Flight {
 public:
  [[nodiscard]] double free_at() const { return ended_[next_]; }
  void end(double cycle) {
    ended_[next_] = std::floor(cycle) + 1;
    next_ = (next_ + 1) % kOutstanding;
  }
  /// All of them ended later than was said.
  void delay(double cycles) {
    for (double& ended : ended_) ended += cycles;
  }

 private:
  /// Bursts in flight a channel: what a device comes out of reset with.
  static constexpr std::size_t kOutstanding = spec::reg::AxiAttr::kMaxOutstanding.extract(spec::reg::AxiAttr::kReset);

  std::array<double, kOutstanding> ended_{};
  std::size_t next_ = 0;
};

/// Cycles from a beat to the next one.
inline double beat_cycles(std::uint64_t beat_bytes, const MemoryTiming& timing) {
  return std::max(
      1.0, static_cast<double>(beat_bytes) / static_cast<double>(std::max<std::uint32_t>(timing.bytes_per_cycle, 1)));
}

inline double latency_of(const MemoryTiming& timing) {
  return static_cast<double>(std::max<std::uint32_t>(timing.latency_cycles, 1));
}

}  // namespace auklet::sim::estimator
