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

bool row_exists(const spec::GeomCommand& geom, std::int64_t iy) { return iy >= 0 && iy < geom.in_h; }

bool bytes_exist(const spec::GeomCommand& geom, std::int64_t r) {
  return r > -std::int64_t{spec::kLanes} && r < geom.row_bytes;
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

Fetch ConvWalk::fetch(const ArrayShape& shape) const {
  const std::int64_t r = position_.r + k_r_;
  return {row_exists(shape.geom, position_.iy + k_iy_) && bytes_exist(shape.geom, r),
          position_.row + k_row_ + static_cast<std::uint32_t>(r)};
}

Fetched ConvWalk::fire(const ArrayShape& shape) {
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

void ConvWalk::next_step(const ArrayShape& shape) {
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

Fetch RowsWalk::fetch(const ArrayShape& shape) const {
  return {row_exists(shape.geom, iy_) && ix_ < shape.geom.in_w && bytes_exist(shape.geom, r_),
          row_ + static_cast<std::uint32_t>(r_)};
}

Fetched RowsWalk::fire(const ArrayShape& shape) {
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

void RowsWalk::next_row(const ArrayShape& shape, bool row_end, bool tile_end) {
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

// ---- DWCONV ----
TileWalk::TileWalk(const ArrayShape& shape)
    : first_ix_(first_column(shape.geom)),
      last_ix_(last_column(shape.geom)),
      fused_(last_ix_ == shape.geom.in_w && first_ix_ >= 1 && shape.geom.in_w >= 2),
      tiles_left_(shape.geom.oc_tiles),
      tile_base_(shape.geom.in_base) {
  begin_tile(shape);
}

void TileWalk::begin_tile(const ArrayShape& shape) {
  row_ = tile_base_;
  ix_ = iy_ = r_ = 0;
  oy_ = 0;
  out_iy_ = std::int64_t{shape.geom.kh} - 1 - std::int64_t{shape.geom.pad_top};
  out_ix_ = first_ix_;
}

Fetch TileWalk::fetch(const ArrayShape& shape) const {
  return {row_exists(shape.geom, iy_) && ix_ < shape.geom.in_w && bytes_exist(shape.geom, r_),
          row_ + static_cast<std::uint32_t>(r_)};
}

Fetched TileWalk::fire(const ArrayShape& shape) {
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
