// Command fetch: the stream's words in order, burst by burst.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "dma.hpp"
#include "memory_map.hpp"

namespace auklet::sim::model {

/// Reads the words of a stream once, in order.
class StreamReader {
 public:
  StreamReader(const MemoryMap& memory, std::uint64_t base, std::uint32_t size)
      : memory_(memory), base_(base), size_(size) {}

  /// Stream offset of the next word, in bytes.
  [[nodiscard]] std::uint64_t offset() const { return offset_; }
  [[nodiscard]] std::uint64_t bytes_left() const { return size_ - offset_; }
  [[nodiscard]] std::uint64_t bursts() const { return bursts_; }

  /// Fills `words`, which must not exceed bytes_left(). Else: the burst that failed, and `words` hold anything.
  [[nodiscard]] Transfer read(std::span<std::uint32_t> words) {
    for (std::uint32_t& word : words) {
      word = 0;
      for (unsigned i = 0; i < 4; ++i, ++offset_) {
        if (const Transfer transfer = fetch_until(offset_); transfer.response != AxiResponse::kOkay) return transfer;
        const std::int8_t byte = burst_[static_cast<std::size_t>(offset_ - burst_offset_)];
        word |= std::uint32_t{static_cast<std::uint8_t>(byte)} << (8 * i);
      }
    }
    return {};
  }

 private:
  /// Makes the burst that holds the byte at `offset` the current one.
  Transfer fetch_until(std::uint64_t offset) {
    if (offset < fetched_) return {};
    const std::uint64_t address = base_ + fetched_;
    const std::uint64_t n = std::min(burst_end(address) - address, size_ - fetched_);
    ++bursts_;
    const AxiResponse response = memory_.read(address, std::span(burst_).first(static_cast<std::size_t>(n)));
    if (response != AxiResponse::kOkay) return {response, address};
    burst_offset_ = fetched_;
    fetched_ += n;
    return {};
  }

  const MemoryMap& memory_;
  std::uint64_t base_;
  std::uint64_t size_;
  std::uint64_t offset_ = 0;
  std::uint64_t burst_offset_ = 0;  ///< Stream offset of the current burst.
  std::uint64_t fetched_ = 0;       ///< Stream offset after the current burst.
  std::uint64_t bursts_ = 0;
  std::array<std::int8_t, spec::kBurstBytes> burst_{};
};

}  // namespace auklet::sim::model
