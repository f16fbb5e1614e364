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
  Stretch(const Gait& gait, std::uint64_t held, std::uint64_t cycles);

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

// ---- each fetch ----

[[nodiscard]] inline bool row_exists(const spec::GeomCommand& geom, std::int64_t iy) {
  return iy >= 0 && iy < geom.in_h;
}

[[nodiscard]] inline bool bytes_exist(const spec::GeomCommand& geom, std::int64_t r) {
  return r > -std::int64_t{spec::kLanes} && r < geom.row_bytes;
}

inline Fetch ConvWalk::fetch(const ArrayShape& shape) const {
  const std::int64_t r = position_.r + k_r_;
  return {row_exists(shape.geom, position_.iy + k_iy_) && bytes_exist(shape.geom, r),
          position_.row + k_row_ + static_cast<std::uint32_t>(r)};
}

inline Fetched ConvWalk::fire(const ArrayShape& shape) {
  const spec::GeomCommand& geom = shape.geom;
  const std::uint64_t count = at_.positions(shape);
  const bool final_step = this->final_step(shape);
  const bool step_end = n_ + 1 == count;
  Fetched fetched{{final_step, n_ == 0, final_step && step_end}, step_end, final_step && step_end};
  // A stripe of one position would read its sum before the step before has written it.
  hold = shape.phases == 1 && count == 1 ? 1 : shape.phases - 1;
  ++n_;
  ++position_.x;
  position_.r += geom.x_step;
  if (position_.x == geom.out_w) {
    position_ = {0, geom.r0, position_.iy + geom.stride_y, position_.row + geom.stride_y * geom.row_pitch};
  }
  if (!step_end) return fetched;
  n_ = 0;
  set ^= 1U;
  if (!final_step) {
    position_ = stripe_;
    next_step(shape);
    return fetched;
  }
  bank ^= 1U;
  ky_ = kx_ = chunk_ = k_row_ = 0;
  kx_r_ = k_r_ = k_iy_ = 0;
  const bool set_end = at_.ends_set(shape);
  active = at_.next(shape);
  if (set_end) {
    tile_top_ += geom.in_tile_step;
    position_ = {0, geom.r0, -std::int64_t{geom.pad_top}, tile_top_};
  }
  stripe_ = position_;
  return fetched;
}

inline void ConvWalk::next_step(const ArrayShape& shape) {
  const spec::GeomCommand& geom = shape.geom;
  if (++chunk_ != geom.chunks) {
    k_r_ += spec::kLanes;
    return;
  }
  chunk_ = 0;
  if (++kx_ != geom.kx_n) {
    kx_r_ += geom.kx_stride;
  } else {
    kx_ = 0;
    kx_r_ = 0;
    ++ky_;
    k_iy_ += geom.dil_y;
    k_row_ += geom.dil_y * geom.row_pitch;
  }
  k_r_ = kx_r_;
}

inline Fetch RowsWalk::fetch(const ArrayShape& shape) const {
  return {row_exists(shape.geom, iy_) && ix_ < shape.geom.in_w && bytes_exist(shape.geom, r_),
          row_ + static_cast<std::uint32_t>(r_)};
}

inline Fetched RowsWalk::fire(const ArrayShape& shape) {
  const spec::GeomCommand& geom = shape.geom;
  const bool emits = ix_ == out_ix_;
  const bool step_end = ix_ == last_ix_;
  const bool final_step = ky_ + 1 == geom.kh;
  Fetched fetched{{emits && final_step, pos_ == 0, step_end && final_step}, step_end, step_end && final_step};
  // A row of one output would read its sum before the kernel row before has written it.
  if (emits) hold = shape.phases == 1 && geom.out_w == 1 ? 1 : shape.phases - 1;
  ++ix_;
  r_ += geom.kx_stride;
  if (emits) {
    out_ix_ += geom.stride_x;
    ++pos_;
  }
  if (!step_end) return fetched;
  ix_ = r_ = 0;
  out_ix_ = first_ix_;
  pos_ = 0;
  set ^= 1U;
  if (final_step) bank ^= 1U;
  next_row(shape, final_step, oy_ + 1 == geom.out_h);
  return fetched;
}

inline void RowsWalk::next_row(const ArrayShape& shape, bool row_end, bool tile_end) {
  const spec::GeomCommand& geom = shape.geom;
  if (!row_end) {
    row_ += geom.dil_y * geom.row_pitch;
    iy_ += geom.dil_y;
    ++ky_;
    return;
  }
  ky_ = 0;
  if (tile_end) {
    active = --tiles_left_ != 0;
    tile_top_ += geom.in_tile_step;
    oy_row_ = tile_top_;
    oy_iy_ = -std::int64_t{geom.pad_top};
    oy_ = 0;
  } else {
    oy_row_ += geom.stride_y * geom.row_pitch;
    oy_iy_ += geom.stride_y;
    ++oy_;
  }
  row_ = oy_row_;
  iy_ = oy_iy_;
}

inline void TileWalk::begin_tile(const ArrayShape& shape) {
  row_ = tile_base_;
  ix_ = iy_ = r_ = 0;
  oy_ = 0;
  out_iy_ = std::int64_t{shape.geom.kh} - 1 - std::int64_t{shape.geom.pad_top};
  out_ix_ = first_ix_;
}

inline Fetch TileWalk::fetch(const ArrayShape& shape) const {
  return {row_exists(shape.geom, iy_) && ix_ < shape.geom.in_w && bytes_exist(shape.geom, r_),
          row_ + static_cast<std::uint32_t>(r_)};
}

inline Fetched TileWalk::fire(const ArrayShape& shape) {
  const spec::GeomCommand& geom = shape.geom;
  const bool emits_now = emits();
  const bool last_row = iy_ == out_iy_ && oy_ + 1 == geom.out_h;
  const bool row_end = ix_ == this->row_end(shape, last_row);
  const bool tile_end = last_row && row_end;
  Fetched fetched{{emits_now, false, false}, tile_end, false};
  const bool was_late = late_;
  late_ = fused_ && row_end && !tile_end && iy_ == out_iy_;
  if (emits_now) {
    hold = shape.phases - 1;
  }
  if (tile_end) {
    active = --tiles_left_ != 0;
    set ^= 1U;
    tile_base_ += geom.in_tile_step;
    begin_tile(shape);
    return fetched;
  }
  if (!row_end) {
    ++ix_;
    r_ += geom.kx_stride;
    if (emits_now && !was_late) out_ix_ += geom.stride_x;
    return fetched;
  }
  ix_ = r_ = 0;
  row_ += geom.row_pitch;
  out_ix_ = first_ix_;
  if (iy_ == out_iy_) {
    ++oy_;
    out_iy_ += geom.stride_y;
  }
  ++iy_;
  return fetched;
}

}  // namespace auklet::sim::estimator
