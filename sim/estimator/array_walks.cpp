#include "array_walks.hpp"

#include <algorithm>

namespace auklet::sim::estimator {
namespace {

/// The row above the input that the first kernel row of the first output is in.
std::uint32_t top(const spec::GeomCommand& geom) { return geom.in_base - geom.pad_top * geom.row_pitch; }

std::int64_t first_column(const spec::GeomCommand& geom) {
  return std::int64_t{geom.kx_n} - 1 - std::int64_t{geom.pad_left};
}

std::int64_t last_column(const spec::GeomCommand& geom) {
  return (std::int64_t{geom.out_w} - 1) * geom.stride_x + first_column(geom);
}

/// Fetches of an input row: `count`, from byte `r` on.
Line row_line(const spec::GeomCommand& geom, std::uint32_t row, std::int64_t r, std::int64_t pitch,
              std::uint64_t count) {
  if (!bytes_exist(geom, r)) return {.fetches = 1};
  const std::int64_t left = pitch > 0 ? (std::int64_t{geom.row_bytes} - 1 - r) / pitch + 1 : 1;
  return {.exists = true,
          .address = row + static_cast<std::uint32_t>(r),
          .pitch = static_cast<std::uint32_t>(pitch),
          .fetches = std::min(count, static_cast<std::uint64_t>(left))};
}

/// The gait of a row with outputs: of `ready` the fetch `lead` away must not wait; `end` is the first that ends
/// something.
Gait row_gait(const ArrayShape& shape, bool ready, std::uint32_t hold, std::int64_t lead, std::int64_t end) {
  Gait gait{.moves = ready || lead != 0, .lead = static_cast<std::uint64_t>(lead)};
  gait.stride = shape.geom.stride_x;
  gait.pause = shape.phases;
  if (lead < 0 || gait.stride == 0) return {.most = 0};
  if (!gait.moves) return gait;
  gait.most = hold + gait.cycle_of(ready ? static_cast<std::uint64_t>(std::max<std::int64_t>(end, 0)) : gait.lead);
  return gait;
}

}  // namespace

Stretch::Stretch(const Gait& gait, std::uint64_t held, std::uint64_t cycles)
    : hold(static_cast<std::uint32_t>(held - std::min(held, cycles))) {
  if (!gait.moves || cycles <= held) return;
  const std::uint64_t moving = cycles - held;
  newest = cycles;
  if (moving <= gait.lead) {
    fetches = moving;
    return;
  }
  const std::uint64_t behind = moving - gait.lead;
  const std::uint64_t periods = behind / gait.period(), rest = behind % gait.period();
  products = periods + (rest != 0 ? 1 : 0);
  fetches = gait.lead + periods * gait.stride + (rest > gait.pause ? 1 + rest - gait.pause : rest != 0 ? 1 : 0);
  if (rest != 0 && rest < gait.pause) hold = static_cast<std::uint32_t>(gait.pause - rest);
  if (rest != 0 && rest <= gait.pause) newest -= rest - 1;
  if (rest == 0 && gait.stride == 1) newest -= gait.pause - 1;
}

// ---- CONV ----
ConvWalk::ConvWalk(const ArrayShape& shape)
    : at_(shape),
      position_{0, shape.geom.r0, -std::int64_t{shape.geom.pad_top}, top(shape.geom)},
      stripe_(position_),
      tile_top_(top(shape.geom)) {}

Gait ConvWalk::gait(const ArrayShape& shape, const WeightLoader& weights, const Drain& drain,
                    unsigned /*params*/) const {
  if (!active || !weights.full[set] || !drain.bank_free[bank]) return {};
  Gait gait{.moves = true, .sums = final_step(shape), .pause = shape.phases};
  gait.most = hold + (gait.sums && n_ == 0 ? 0 : gait.cycle_of(at_.positions(shape) - 1 - n_));
  return gait;
}

Line ConvWalk::line(const ArrayShape& shape) const {
  const std::uint64_t count = shape.geom.out_w - position_.x;
  if (!row_exists(shape.geom, position_.iy + k_iy_)) return {.fetches = count};
  return row_line(shape.geom, position_.row + k_row_, position_.r + k_r_, shape.geom.x_step, count);
}

void ConvWalk::go(const ArrayShape& shape, const Stretch& stretch) {
  const spec::GeomCommand& geom = shape.geom;
  hold = stretch.hold;
  n_ += stretch.fetches;
  const std::uint64_t to = position_.x + stretch.fetches;
  const std::uint64_t rows = to < geom.out_w ? 0 : to / geom.out_w;
  if (rows != 0) {
    position_ = {0, geom.r0, position_.iy + static_cast<std::int64_t>(rows * geom.stride_y),
                 position_.row + static_cast<std::uint32_t>(rows) * geom.stride_y * geom.row_pitch};
  }
  const auto x = static_cast<std::uint32_t>(to - rows * geom.out_w);
  position_.r += (std::int64_t{x} - position_.x) * geom.x_step;
  position_.x = x;
}

// ---- DWROWS ----
RowsWalk::RowsWalk(const ArrayShape& shape)
    : first_ix_(first_column(shape.geom)),
      last_ix_(last_column(shape.geom)),
      out_ix_(first_ix_),
      tiles_left_(shape.geom.oc_tiles),
      tile_top_(top(shape.geom)),
      oy_row_(tile_top_),
      row_(tile_top_),
      oy_iy_(-std::int64_t{shape.geom.pad_top}),
      iy_(oy_iy_) {}

Gait RowsWalk::gait(const ArrayShape& shape, const WeightLoader& weights, const Drain& drain,
                    unsigned /*params*/) const {
  if (!active) return {};
  const bool ready = weights.full[set] && drain.bank_free[bank];
  const bool sums = ky_ + 1 == shape.geom.kh;
  Gait gait = row_gait(shape, ready, hold, out_ix_ - ix_, sums && pos_ == 0 ? out_ix_ - ix_ : last_ix_ - ix_);
  gait.sums = sums;
  return gait;
}

Line RowsWalk::line(const ArrayShape& shape) const {
  if (!row_exists(shape.geom, iy_) || ix_ >= shape.geom.in_w) return {};
  return row_line(shape.geom, row_, r_, shape.geom.kx_stride, static_cast<std::uint64_t>(shape.geom.in_w - ix_));
}

void RowsWalk::go(const ArrayShape& shape, const Stretch& stretch) {
  hold = stretch.hold;
  ix_ += static_cast<std::int64_t>(stretch.fetches);
  r_ += static_cast<std::int64_t>(stretch.fetches) * shape.geom.kx_stride;
  out_ix_ += static_cast<std::int64_t>(stretch.products) * shape.geom.stride_x;
  pos_ += static_cast<std::uint32_t>(stretch.products);
}

// ---- DWCONV ----
TileWalk::TileWalk(const ArrayShape& shape)
    : first_ix_(first_column(shape.geom)),
      last_ix_(last_column(shape.geom)),
      fused_(last_ix_ == shape.geom.in_w && first_ix_ >= 1 && shape.geom.in_w >= 2),
      tiles_left_(shape.geom.oc_tiles),
      tile_base_(shape.geom.in_base) {
  begin_tile(shape);
}

Gait TileWalk::gait(const ArrayShape& shape, const WeightLoader& weights, const Drain& /*drain*/,
                    unsigned params) const {
  if (!active) return {};
  if (late_) return {.most = 0};
  const bool outputs = iy_ == out_iy_;
  const std::int64_t end = row_end(shape, outputs && oy_ + 1 == shape.geom.out_h) - ix_;
  if (outputs) {
    Gait gait = row_gait(shape, weights.full[set] && params != 0, hold, out_ix_ - ix_, end);
    gait.sums = true;
    return gait;
  }
  return {
      .moves = true, .lead = Gait::kLong, .most = hold + static_cast<std::uint64_t>(std::max<std::int64_t>(end, 0))};
}

Line TileWalk::line(const ArrayShape& shape) const {
  if (!row_exists(shape.geom, iy_) || ix_ >= shape.geom.in_w) return {};
  return row_line(shape.geom, row_, r_, shape.geom.kx_stride, static_cast<std::uint64_t>(shape.geom.in_w - ix_));
}

void TileWalk::go(const ArrayShape& shape, const Stretch& stretch) {
  hold = stretch.hold;
  ix_ += static_cast<std::int64_t>(stretch.fetches);
  r_ += static_cast<std::int64_t>(stretch.fetches) * shape.geom.kx_stride;
  out_ix_ += static_cast<std::int64_t>(stretch.products) * shape.geom.stride_x;
}

}  // namespace auklet::sim::estimator
