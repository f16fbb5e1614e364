// What CONV, DWROWS and DWCONV have in common, cycle by cycle: weight loader, parameter loader and drain
// (rtl/core/auklet_weight_loader.sv, auklet_param_loader.sv, auklet_drain.sv). Each takes a step a cycle; what it looks
// at is the state before the others' steps.
#pragma once

#include <array>
#include <auklet/spec/spec.hpp>
#include <cstdint>
#include <limits>
#include <optional>

#include "geometry.hpp"
#include "sram_banks.hpp"

namespace auklet::sim::estimator {

/// A command, and what follows from it.
struct ArrayShape {
  ArrayShape(const spec::GeomCommand& command, const spec::HardwareConfig& config);

  [[nodiscard]] bool window() const { return tiles || rows; }

  spec::GeomCommand geom;
  bool tiles = false;           ///< DWCONV: a stripe is a tile.
  bool rows = false;            ///< DWROWS: a stripe is an output row.
  std::uint32_t phases = 1;     ///< Cycles of a multiplication.
  std::uint32_t groups = 1;     ///< Tiles of a set.
  std::uint64_t positions = 1;  ///< Of a tile.
  std::uint64_t stripe = 1;     ///< Positions of a stripe, at most.
  std::uint64_t steps = 1;      ///< Weight sets of a stripe.
  Banks reads = 0;              ///< All banks of the regions that are read,
  Banks weights = 0;            ///< that weights
  Banks params = 0;             ///< and parameters come from,
  Banks results = 0;            ///< and that results go to.
};

/// A stripe, of all stripes of all tile sets.
struct StripePlace {
  explicit StripePlace(const ArrayShape& shape) : tiles_left(shape.geom.oc_tiles), left(shape.positions) {}

  [[nodiscard]] std::uint32_t tiles(const ArrayShape& shape) const {
    return tiles_left < shape.groups ? tiles_left : shape.groups;
  }
  [[nodiscard]] std::uint64_t positions(const ArrayShape& shape) const {
    return left < shape.stripe ? left : shape.stripe;
  }
  [[nodiscard]] bool ends_set(const ArrayShape& shape) const { return left <= shape.stripe; }
  [[nodiscard]] bool last_set(const ArrayShape& shape) const { return tiles_left == tiles(shape); }
  /// On to the next one; false when there is none.
  bool next(const ArrayShape& shape);

  std::uint32_t tiles_left;
  std::uint64_t left;  ///< Positions of the set from here on.
};

struct WeightLoader {
  explicit WeightLoader(const ArrayShape& shape) : at(shape), address(shape.geom.w_base), set_base(shape.geom.w_base) {}

  [[nodiscard]] bool asks() const { return active && !full[filling]; }
  [[nodiscard]] bool any() const { return full[0] || full[1]; }
  /// A pair is granted.
  void load(const ArrayShape& shape);
  void release(unsigned set) { full[set] = false; }
  /// Pairs until the set is full.
  [[nodiscard]] std::uint64_t left(const ArrayShape& shape) const {
    return kSetPairs * at.tiles(shape) - (kSetPairs * group + pair);
  }
  /// `pairs` are granted, fewer than are left.
  void load(std::uint32_t pairs) {
    const std::uint32_t all = kSetPairs * group + pair + pairs;
    group = all / kSetPairs;
    pair = all % kSetPairs;
    address += pairs * 2 * spec::kLanes;
  }

  StripePlace at;
  std::uint32_t address;
  std::uint32_t set_base;
  static constexpr std::uint32_t kSetPairs = spec::kWeightBlock / (2 * spec::kLanes);  ///< Of a tile.
  std::uint64_t step = 0;
  std::uint32_t group = 0;
  std::uint32_t pair = 0;
  std::array<bool, 2> full{};
  unsigned filling = 0;
  bool active = true;
};

struct ParamLoader {
  explicit ParamLoader(const ArrayShape& shape)
      : at(shape), address(shape.geom.p_base), set_base(shape.geom.p_base), first(!shape.tiles && shape.steps == 1) {}

  [[nodiscard]] bool asks() const { return active && (begun || first) && !full; }
  /// The next block is there.
  [[nodiscard]] bool there() const { return full && !arrives; }
  /// Its last pair arrives.
  [[nodiscard]] bool loaded() const { return arrives && full; }
  void step(const ArrayShape& shape, bool granted, bool taken, bool weights);

  StripePlace at;
  std::uint32_t address;
  std::uint32_t set_base;
  std::uint32_t group = 0;
  std::uint32_t pair = 0;
  bool active = true;
  bool begun = false;  ///< The first weights are there,
  bool first;          ///< which need not be.
  bool full = false;   ///< A block is asked for,
  bool arrives = false;
};

/// A position's sum, a cycle behind its last product.
struct Sum {
  bool valid = false;
  bool first = false;  ///< Of its stripe.
  bool last = false;
};

struct Drain {
  explicit Drain(const ArrayShape& shape) : at(shape), tile_base(shape.geom.out_base) {}

  struct Step {
    bool param_taken = false;
    std::optional<std::uint32_t> result;  ///< One enters the requantiser; its address.
  };
  /// `issued`: the array is through with bank `issued_bank`.
  Step step(const ArrayShape& shape, const Sum& sum, bool param_there, bool issued, unsigned issued_bank) {
    const bool waits = state == State::kWait    ? ready == 0
                       : state == State::kParam ? !param_there
                                                : state == State::kIdle;
    if (waits && !sum.valid && !issued) return {};
    return step_on(shape, sum, param_there, issued, issued_bank);
  }
  [[nodiscard]] bool active() const { return state != State::kIdle; }
  [[nodiscard]] bool moves() const { return state == State::kMove; }
  /// Whether it takes a sum that arrives; else it moves in every cycle.
  [[nodiscard]] bool passing(const ArrayShape& shape) const { return shape.tiles || passes; }
  /// Cycles in which it does nothing but move sums, or waits, while neither a first nor a last sum arrives.
  [[nodiscard]] std::uint64_t calm(const ArrayShape& shape, bool param_there) const {
    if (state == State::kMove) return at.positions(shape) - 1 - n;
    const bool waits = state == State::kWait ? ready == 0 : !param_there;
    return waits ? std::numeric_limits<std::uint64_t>::max() : 0;
  }
  [[nodiscard]] std::uint32_t result() const { return tile_base + group_base + row + column; }
  /// Moves so many sums, none of them the last of a group.
  void move(const ArrayShape& shape, std::uint64_t sums) {
    n += sums;
    const std::uint64_t to = x + sums;
    if (to < shape.geom.out_w) {
      x = static_cast<std::uint32_t>(to);
    } else {
      row += static_cast<std::uint32_t>(to / shape.geom.out_w) * shape.geom.out_row_pitch;
      x = static_cast<std::uint32_t>(to % shape.geom.out_w);
    }
    column = x * shape.geom.out_x_pitch;
  }

  enum class State : std::uint8_t { kIdle, kParam, kWait, kMove };
  State state = State::kParam;
  StripePlace at;
  std::array<bool, 2> bank_free{true, true};
  unsigned bank = 0;
  bool passes = false;
  std::uint32_t ready = 0;  ///< Stripes that are not drained yet.
  std::uint32_t group = 0;
  std::uint64_t n = 0;
  std::uint32_t tile_base;  ///< Addresses of results: of the set, of a group, of the row, in it.
  std::uint32_t group_base = 0;
  std::uint32_t x = 0, row = 0, column = 0;
  std::uint32_t stripe_x = 0, stripe_row = 0, stripe_column = 0;

 private:
  Step step_on(const ArrayShape& shape, const Sum& sum, bool param_there, bool issued, unsigned issued_bank);
  void move(const ArrayShape& shape, bool end, bool stripe_end, bool tile_end);
};

// ---- each cycle ----

inline bool StripePlace::next(const ArrayShape& shape) {
  if (!ends_set(shape)) {
    left -= shape.stripe;
    return true;
  }
  const bool more = !last_set(shape);
  tiles_left -= tiles(shape);
  left = shape.positions;
  return more;
}

inline void WeightLoader::load(const ArrayShape& shape) {
  address += spec::kLanes * 2;
  if (++pair != kBlockCycles) return;
  pair = 0;
  if (++group != at.tiles(shape)) return;
  group = 0;
  full[filling] = true;
  filling ^= 1U;
  if (++step != shape.steps) return;
  step = 0;
  const bool set_end = at.ends_set(shape);
  active = at.next(shape);
  if (set_end) {
    set_base = address;
  } else {
    address = set_base;
  }
}

inline void ParamLoader::step(const ArrayShape& shape, bool granted, bool taken, bool weights) {
  if (weights) begun = true;
  if (taken) full = false;
  arrives = granted;
  if (!granted) return;
  address += spec::kLanes * 2;
  if (++pair != kParamCycles) return;
  pair = 0;
  full = true;
  first = false;
  const std::uint32_t tiles = at.tiles(shape);
  if (++group != tiles) return;
  group = 0;
  // A set of one tile needs its block once, others need theirs again for each stripe.
  if (tiles == 1) at.left = shape.stripe;
  const bool set_end = at.ends_set(shape);
  active = at.next(shape);
  if (set_end) {
    set_base = address;
  } else {
    address = set_base;
  }
}

inline Drain::Step Drain::step_on(const ArrayShape& shape, const Sum& sum, bool param_there, bool issued,
                                  unsigned issued_bank) {
  const bool begins = !shape.tiles && sum.valid && sum.first && ready == 0 &&
                      (state == State::kWait || (state == State::kParam && param_there && group == 0));
  const bool moves = begins || (state == State::kMove && (shape.tiles ? sum.valid : !passes || sum.valid));
  const bool end = moves && n + 1 == at.positions(shape);
  const bool stripe_end = end && group + 1 == at.tiles(shape);
  const bool tile_end = at.ends_set(shape);
  const bool job_end = at.last_set(shape);
  Step result;
  result.param_taken = param_there && (state == State::kParam || (shape.tiles && end && !job_end));
  if (moves) result.result = this->result();

  const std::uint32_t ready_before = ready;
  if (!shape.tiles) ready += (sum.valid && sum.last ? 1U : 0U) - (stripe_end ? 1U : 0U);
  if (stripe_end && !shape.tiles) bank_free[bank] = true;
  if (issued) bank_free[issued_bank] = false;
  if (stripe_end && !shape.tiles) bank ^= 1U;
  if (begins) passes = true;
  if (end) passes = false;
  switch (state) {
    case State::kParam:
      if (param_there) state = shape.tiles || group != 0 || ready_before != 0 || begins ? State::kMove : State::kWait;
      break;
    case State::kWait:
      if (ready_before != 0 || begins) state = State::kMove;
      break;
    case State::kMove:
      if (end && shape.tiles && !job_end && !param_there) state = State::kParam;
      break;
    default:
      break;
  }
  if (stripe_end && tile_end && job_end) {
    state = State::kIdle;
  } else if (end && !shape.tiles) {
    state = stripe_end && !tile_end && at.tiles(shape) == 1 ? State::kWait : State::kParam;
  }
  if (moves) move(shape, end, stripe_end, tile_end);
  return result;
}

inline void Drain::move(const ArrayShape& shape, bool end, bool stripe_end, bool tile_end) {
  const bool row_end = x + 1 == shape.geom.out_w;
  n = end ? 0 : n + 1;
  x = row_end ? 0 : x + 1;
  column = row_end ? 0 : column + shape.geom.out_x_pitch;
  if (row_end) row += shape.geom.out_row_pitch;
  if (!end) return;
  if (!stripe_end) {
    // The next group's results are at the same positions.
    ++group;
    group_base += shape.geom.out_tile_step;
    x = stripe_x;
    row = stripe_row;
    column = stripe_column;
    return;
  }
  if (tile_end) {
    tile_base += group_base + shape.geom.out_tile_step;
    x = row = column = 0;
  }
  group = 0;
  group_base = 0;
  stripe_x = x;
  stripe_row = row;
  stripe_column = column;
  at.next(shape);
}

}  // namespace auklet::sim::estimator
