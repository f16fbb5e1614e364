// The sequencers of the array: which activation is fetched next, and what its fetch ends
// (rtl/core/auklet_conv_issue.sv, auklet_dwrow_issue.sv, auklet_dw_issue.sv).
#pragma once

#include <cstdint>

#include "array_parts.hpp"

namespace auklet::sim::estimator {

/// What comes of a fetch.
struct Fetched {
  Sum sum;                ///< Once multiplied.
  bool released = false;  ///< The weight set is no longer needed,
  bool issued = false;    ///< nor is the accumulator bank by the array.
};

/// A fetch: 16 bytes of an input row, which may lie outside.
struct Fetch {
  bool exists = false;
  std::uint32_t address = 0;
};

struct WalkState {
  unsigned set = 0;        ///< Weights,
  unsigned bank = 0;       ///< and accumulators in use.
  std::uint32_t hold = 0;  ///< Cycles before the next fetch.
  bool active = true;

  /// A cycle without a fetch.
  void wait() { hold -= hold != 0 ? 1 : 0; }
};

/// CONV.
struct ConvWalk : WalkState {
  explicit ConvWalk(const ArrayShape& shape);

  [[nodiscard]] bool asks(const WeightLoader& weights, const Drain& drain, unsigned /*params*/) const {
    return active && hold == 0 && weights.full[set] && drain.bank_free[bank];
  }
  [[nodiscard]] Fetch fetch(const ArrayShape& shape) const;
  Fetched fire(const ArrayShape& shape);

 private:
  struct Position {
    std::uint32_t x = 0;
    std::int64_t r = 0;   ///< Byte of its row,
    std::int64_t iy = 0;  ///< and the row.
    std::uint32_t row = 0;
  };
  void next_step(const ArrayShape& shape);

  StripePlace at_;
  Position position_, stripe_;
  std::uint32_t tile_top_ = 0;
  std::uint64_t n_ = 0;
  std::uint32_t ky_ = 0, kx_ = 0, chunk_ = 0;
  std::int64_t kx_r_ = 0, k_r_ = 0, k_iy_ = 0;
  std::uint32_t k_row_ = 0;
};

/// DWROWS.
struct RowsWalk : WalkState {
  explicit RowsWalk(const ArrayShape& shape);

  [[nodiscard]] bool asks(const WeightLoader& weights, const Drain& drain, unsigned /*params*/) const {
    return active && hold == 0 && (ix_ != out_ix_ || (weights.full[set] && drain.bank_free[bank]));
  }
  [[nodiscard]] Fetch fetch(const ArrayShape& shape) const;
  Fetched fire(const ArrayShape& shape);

 private:
  void next_row(const ArrayShape& shape, bool row_end, bool tile_end);

  std::int64_t first_ix_, last_ix_;
  std::int64_t ix_ = 0, out_ix_, r_ = 0;
  std::uint32_t pos_ = 0, ky_ = 0, oy_ = 0;
  std::uint32_t tiles_left_, tile_top_, oy_row_, row_;
  std::int64_t oy_iy_, iy_;
};

/// DWCONV.
struct TileWalk : WalkState {
  explicit TileWalk(const ArrayShape& shape);

  [[nodiscard]] bool asks(const WeightLoader& weights, const Drain& /*drain*/, unsigned params) const {
    return active && hold == 0 && (!emits() || (weights.full[set] && params != 0));
  }
  [[nodiscard]] Fetch fetch(const ArrayShape& shape) const;
  Fetched fire(const ArrayShape& shape);

 private:
  [[nodiscard]] bool emits() const { return late_ || (iy_ == out_iy_ && ix_ == out_ix_); }
  void begin_tile(const ArrayShape& shape);

  std::int64_t first_ix_, last_ix_;
  bool fused_;
  bool late_ = false;  ///< The next pixel completes the last output of the row above.
  std::uint32_t tiles_left_, tile_base_, row_ = 0;
  std::int64_t ix_ = 0, iy_ = 0, r_ = 0, out_ix_ = 0, out_iy_ = 0;
  std::uint32_t oy_ = 0;
};

}  // namespace auklet::sim::estimator
