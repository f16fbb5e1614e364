// What the driver does to the registers, recorded: a bus around a bus. docs/mmio-trace.md tells how it is used.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

#include <auklet/npu/bus.hpp>
#include <auklet/npu/port.hpp>

namespace auklet::npu {

/// One register access.
struct TraceRecord {
  std::uint32_t offset = 0;  ///< Bytes from the register base.
  std::uint32_t value = 0;   ///< Read or written.
  std::uint32_t ticks = 0;   ///< Of the port since the access before; at most 2^32 - 1. 0 for the first one.
  bool write = false;        ///< Else a read.

  friend bool operator==(const TraceRecord&, const TraceRecord&) = default;
};

/// Accesses in the order in which they happened, in memory that the caller gives. What does not fit is counted.
/// Not to be read while a RecordingBus adds to it.
class Trace {
 public:
  enum class WhenFull : std::uint8_t {
    kStop,        ///< Keeps the first ones: to be replayed.
    kDropOldest,  ///< Keeps the last ones: to see what led to a failure.
  };

  /// `storage` must outlive the trace.
  explicit Trace(std::span<TraceRecord> storage, WhenFull when_full = WhenFull::kStop) noexcept
      : storage_(storage), when_full_(when_full) {}

  void add(const TraceRecord& record) noexcept {
    if (size_ < storage_.size()) {
      storage_[size_++] = record;
      return;
    }
    ++dropped_;
    if (when_full_ == WhenFull::kStop || storage_.empty()) return;
    storage_[oldest_] = record;
    oldest_ = (oldest_ + 1) % storage_.size();
  }

  /// All that is kept, oldest first. Sorts the memory for that.
  [[nodiscard]] std::span<const TraceRecord> records() noexcept {
    std::ranges::rotate(storage_, storage_.begin() + static_cast<std::ptrdiff_t>(oldest_));
    oldest_ = 0;
    return storage_.first(size_);
  }
  /// Accesses that are not kept.
  [[nodiscard]] std::size_t dropped() const noexcept { return dropped_; }
  void clear() noexcept { size_ = oldest_ = dropped_ = 0; }

 private:
  std::span<TraceRecord> storage_;
  std::size_t size_ = 0;
  std::size_t oldest_ = 0;  ///< Where the oldest record is once memory is full.
  std::size_t dropped_ = 0;
  WhenFull when_full_;
};

/// The bus `Inner`, with every access recorded. Access and record are one critical section of the port, so the order in
/// the trace is the order on the bus, interrupt handler included. Costs a question for the time with each access. All
/// three are referred to and must outlive it.
template <Bus Inner, Port P>
class RecordingBus {
 public:
  RecordingBus(Inner& inner, P& port, Trace& trace) noexcept : inner_(inner), port_(port), trace_(trace) {}

  [[nodiscard]] std::uint32_t read32(std::uint32_t offset) {
    const CriticalSection lock(port_);
    const std::uint32_t value = inner_.read32(offset);
    record(offset, value, false);
    return value;
  }
  void write32(std::uint32_t offset, std::uint32_t value) {
    const CriticalSection lock(port_);
    inner_.write32(offset, value);
    record(offset, value, true);
  }

 private:
  void record(std::uint32_t offset, std::uint32_t value, bool write) {
    constexpr Ticks kMost = std::numeric_limits<std::uint32_t>::max();
    const Ticks now = port_.now();
    const Ticks passed = started_ ? now - last_ : 0;
    trace_.add({offset, value, static_cast<std::uint32_t>(std::min(passed, kMost)), write});
    last_ = now;
    started_ = true;
  }

  Inner& inner_;
  P& port_;
  Trace& trace_;
  Ticks last_ = 0;
  bool started_ = false;
};

}  // namespace auklet::npu
