// Activations as a tile reads them: int16, zero point subtracted, in groups of four. Not part of the public interface.
#pragma once

#include <cstddef>
#include <cstdint>

#include "dsp.hpp"
#include "tile.hpp"

namespace auklet::kernels::portable {

/// int16 elements that `rows` rows of `depth` activations take.
[[nodiscard]] constexpr std::uint64_t widened_elements(std::size_t rows, std::size_t depth) {
  return std::uint64_t{rows} * ((depth + kGroup - 1) / kGroup * kGroup);
}

/// Writes one row of a tile, piece by piece: runs of bytes and of padding. Groups of the row are `step` elements apart.
class RowWriter {
 public:
  /// `first`: where the row's first group begins, a multiple of four bytes. `depth`: elements that will be written.
  RowWriter(std::int16_t* first, std::size_t rows, std::size_t depth, std::int32_t zero_point)
      : group_(first), step_(kGroup * rows), whole_(depth / kGroup), zero_point_(zero_point) {}

  /// Appends `count` elements.
  void copy(const std::int8_t* bytes, std::size_t count) {
    for (; count > 0 && filled_ != 0; --count) put(*bytes++ - zero_point_);
    for (; count >= kGroup; count -= kGroup, bytes += kGroup) {
      if constexpr (kDsp) {
        const std::uint32_t zero_points = pair_of(zero_point_, zero_point_);
        const std::uint32_t word = load_bytes(bytes);
        store_pair(&group_[0], subtract_pairs(even_bytes(word), zero_points));
        store_pair(&group_[2], subtract_pairs(odd_bytes(word), zero_points));
      } else {
        for (std::size_t i = 0; i < kGroup; ++i) group_[i] = static_cast<std::int16_t>(bytes[i] - zero_point_);
      }
      next_group();
    }
    for (; count > 0; --count) put(*bytes++ - zero_point_);
  }

  /// Appends `count` elements that count as the zero point.
  void pad(std::size_t count) {
    for (; count > 0; --count) put(0);
  }

 private:
  void put(std::int32_t value) {
    // Whole groups are in the order that even_bytes() and odd_bytes() take, the rest of a row is in its own.
    const bool swapped = kDsp && whole_ != 0 && (filled_ == 1 || filled_ == 2);
    group_[swapped ? 3 - filled_ : filled_] = static_cast<std::int16_t>(value);
    if (++filled_ == kGroup) next_group();
  }
  void next_group() {
    group_ += step_;
    filled_ = 0;
    --whole_;
  }

  std::int16_t* group_;
  std::size_t step_;
  std::size_t whole_;  // Whole groups that are not written yet.
  std::size_t filled_ = 0;
  std::int32_t zero_point_;
};

}  // namespace auklet::kernels::portable
