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

/// How a walk goes on while each of its fetches is granted and none of them ends anything.
struct Gait {
  static constexpr std::uint64_t kLong = std::uint64_t{1} << 32;

  bool moves = false;          ///< Else it waits, for weights or a bank.
  bool sums = false;           ///< Sums come of it.
  std::uint64_t lead = 0;      ///< Fetches before the first one that completes a product,
  std::uint64_t stride = 1;    ///< and from each of those to the next one;
  std::uint64_t pause = 1;     ///< cycles that such a one takes.
  std::uint64_t most = kLong;  ///< That holds for so many cycles.

  [[nodiscard]] std::uint64_t period() const { return stride + pause - 1; }
  /// Cycles before fetch `number`, which is not held.
  [[nodiscard]] std::uint64_t cycle_of(std::uint64_t number) const {
    if (number <= lead) return number;
    const std::uint64_t behind = (number - lead) % stride;
    return lead + (number - lead) / stride * period() + (behind == 0 ? 0 : pause - 1 + behind);
  }
};

/// So many cycles of a gait.
struct Stretch {
  Stretch(const Gait& gait, std::uint64_t hold, std::uint64_t cycles);

  std::uint64_t fetches = 0;
  std::uint64_t products = 0;
  std::uint64_t newest = 0;  ///< Cycles to behind the last fetch.
  std::uint32_t hold = 0;    ///< That is left.
};

/// So many of the next fetches are `pitch` apart, or none of them exists.
struct Line {
  bool exists = false;
  std::uint32_t address = 0;
  std::uint32_t pitch = 0;
  std::uint64_t fetches = Gait::kLong;
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
  /// How it goes on while `weights`, `drain` and parameters stay as they are.
  [[nodiscard]] Gait gait(const ArrayShape& shape, const WeightLoader& weights, const Drain& drain,
                          unsigned params) const;
  [[nodiscard]] Line line(const ArrayShape& shape) const;
  /// Goes on by a stretch of its gait.
  void go(const ArrayShape& shape, const Stretch& stretch);

 private:
  struct Position {
    std::uint32_t x = 0;
    std::int64_t r = 0;   ///< Byte of its row,
    std::int64_t iy = 0;  ///< and the row.
    std::uint32_t row = 0;
  };
  void next_step(const ArrayShape& shape);
  [[nodiscard]] bool final_step(const ArrayShape& shape) const {
    return chunk_ + 1 == shape.geom.chunks && kx_ + 1 == shape.geom.kx_n && ky_ + 1 == shape.geom.kh;
  }

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
  /// How it goes on while `weights`, `drain` and parameters stay as they are.
  [[nodiscard]] Gait gait(const ArrayShape& shape, const WeightLoader& weights, const Drain& drain,
                          unsigned params) const;
  [[nodiscard]] Line line(const ArrayShape& shape) const;
  /// Goes on by a stretch of its gait.
  void go(const ArrayShape& shape, const Stretch& stretch);

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
  /// How it goes on while `weights`, `drain` and parameters stay as they are.
  [[nodiscard]] Gait gait(const ArrayShape& shape, const WeightLoader& weights, const Drain& drain,
                          unsigned params) const;
  [[nodiscard]] Line line(const ArrayShape& shape) const;
  /// Goes on by a stretch of its gait.
  void go(const ArrayShape& shape, const Stretch& stretch);

 private:
  [[nodiscard]] bool emits() const { return late_ || (iy_ == out_iy_ && ix_ == out_ix_); }
  void begin_tile(const ArrayShape& shape);
  /// The last pixel of a row: padding to the right comes with the first one of the next row, but in the last row.
  [[nodiscard]] std::int64_t row_end(const ArrayShape& shape, bool last_row) const {
    return fused_ && !last_row ? std::int64_t{shape.geom.in_w} - 1 : last_ix_;
  }

  std::int64_t first_ix_, last_ix_;
  bool fused_;
  bool late_ = false;  ///< The next pixel completes the last output of the row above.
  std::uint32_t tiles_left_, tile_base_, row_ = 0;
  std::int64_t ix_ = 0, iy_ = 0, r_ = 0, out_ix_ = 0, out_iy_ = 0;
  std::uint32_t oy_ = 0;
};

}  // namespace auklet::sim::estimator
