#include "copy_tiling.hpp"

#include <algorithm>
#include <auklet/spec/spec.hpp>
#include <limits>

namespace auklet::plan::detail {
namespace {

using u64 = std::uint64_t;
using i64 = std::int64_t;
using Dma = spec::DmaFields;

// Estimates are in half cycles. A command pays for being started and for the latency of its first and last burst; a
// memory row, however short, takes the bus that long with 8 bursts in flight and 32 cycles of latency; 8 bytes take a
// cycle on the bus, a word takes one in SRAM.
constexpr u64 kCommandCost = 96;
constexpr u64 kRowCost = 9;
constexpr u64 kBusBytes = 8;
constexpr u64 kCycle = 2;

constexpr u64 ceil_div(u64 a, u64 b) noexcept { return a / b + (a % b != 0 ? 1 : 0); }
constexpr u64 whole_words(u64 bytes) noexcept { return ceil_div(bytes, kWordBytes) * kWordBytes; }

constexpr u64 command_cost(const DmaSide& memory, const DmaSide& sram) noexcept {
  const u64 bus = memory.rows * std::max(kRowCost, ceil_div(memory.run, kBusBytes) * kCycle);
  const u64 words = sram.rows * ceil_div(sram.run, kWordBytes) * kCycle;
  return kCommandCost + std::max(bus, words);
}

// Tries every order of loops that both sides can express.
class EngineSearch {
 public:
  EngineSearch(const CopyExtents& extents, const CopySteps& steps, const CopyPlaces& places) noexcept
      : extents_(extents), steps_(steps), places_(places) {}

  EnginePlan run() noexcept {
    EnginePlan none;
    none.commands = commands_outside(0);
    extend(none);
    return best_;
  }

 private:
  [[nodiscard]] u64 commands_outside(std::uint8_t inside) const noexcept {
    u64 commands = 1;
    for (std::size_t k = 0; k < kCopyRank; ++k) {
      if (!has(inside, k)) commands *= extents_[k];
    }
    return commands;
  }

  // Commands share no word: LOAD writes whole ones, and a command starts at one.
  [[nodiscard]] bool words_are_its_own(std::uint8_t inside) const noexcept {
    for (std::size_t k = 0; k < kCopyRank; ++k) {
      if (!has(inside, k) && extents_[k] > 1 && places_.pitch[k] % kWordBytes != 0) return false;
    }
    return true;
  }

  void extend(EnginePlan plan) noexcept {
    if (words_are_its_own(plan.inside)) {
      plan.half_cycles = plan.commands * command_cost(plan.memory, plan.sram);
      if (plan.half_cycles < best_.half_cycles) best_ = plan;
    }
    for (std::size_t k = 0; k < kCopyRank; ++k) {
      if (has(plan.inside, k) || extents_[k] == 1) continue;
      EnginePlan next = plan;
      if (!next.memory.surround(extents_[k], steps_[k], static_cast<std::uint32_t>(Dma::kAxRows.max))) continue;
      if (!next.sram.surround(extents_[k], static_cast<i64>(places_.pitch[k]), 0xffffffff)) continue;
      // A shortcut: what lies within a word is part of a row, or nothing is its own.
      if (next.sram.rows > 1 && next.sram.stride % kWordBytes != 0) continue;
      next.inside = static_cast<std::uint8_t>(plan.inside | (1U << k));
      next.commands = plan.commands / extents_[k];
      extend(next);
    }
  }

  const CopyExtents& extents_;
  const CopySteps& steps_;
  const CopyPlaces& places_;
  EnginePlan best_;
};

// Adds up a tiling over its tiles: full ones, and those at the end of each axis that is cut.
class TilingSum {
 public:
  explicit TilingSum(CopyTiling& tiling) noexcept
      : tiling_(tiling), from_(from_steps(tiling.op)), to_(to_steps(tiling.op)) {}

  void run() noexcept {
    tiling_.buffer_bytes = 0;
    tiling_.loads = tiling_.stores = 0;
    visit(0, {}, 1, 1);
    const u64 longer = std::max(load_time_, store_time_);
    const u64 shorter = std::min(load_time_, store_time_);
    tiling_.half_cycles = possible_ ? longer + shorter / tiles_ : EnginePlan::kNever;
  }

 private:
  // `tiles` tiles have the extents of the axes before k; `load_tiles` of them are loaded.
  void visit(std::size_t k, CopyExtents extents, u64 tiles, u64 load_tiles) noexcept {
    if (k == kCopyRank) {
      add(extents, tiles, load_tiles);
      return;
    }
    const std::uint32_t full = tiling_.op.axes[k].extent / tiling_.tile[k];
    const std::uint32_t rest = tiling_.op.axes[k].extent % tiling_.tile[k];
    const bool shared = tiling_.layout.shares(k);
    extents[k] = tiling_.tile[k];
    visit(k + 1, extents, tiles * full, shared ? load_tiles : load_tiles * full);
    if (rest == 0) return;
    extents[k] = rest;
    visit(k + 1, extents, tiles, shared ? 0 : load_tiles);
  }

  void add(const CopyExtents& extents, u64 tiles, u64 load_tiles) noexcept {
    const CopyPlaces places = places_of(tiling_.layout, extents);
    tiling_.buffer_bytes = std::max(tiling_.buffer_bytes, places.bytes);
    const EnginePlan load = plan_engine(loaded(tiling_.layout, extents), from_, places);
    const EnginePlan store = plan_engine(extents, to_, places);
    if (load.half_cycles == EnginePlan::kNever || store.half_cycles == EnginePlan::kNever) {
      possible_ = false;
      return;
    }
    tiling_.loads += load_tiles * load.commands;
    tiling_.stores += tiles * store.commands;
    load_time_ += load_tiles * load.half_cycles;
    store_time_ += tiles * store.half_cycles;
    tiles_ += load_tiles;
  }

  CopyTiling& tiling_;
  CopySteps from_;
  CopySteps to_;
  u64 load_time_ = 0;
  u64 store_time_ = 0;
  u64 tiles_ = 0;
  bool possible_ = true;
};

struct Limits {
  u64 buffer_bytes = 0;
  std::uint32_t loads = 0;
  std::uint32_t stores = 0;
};

class TilingSearch {
 public:
  explicit TilingSearch(const Limits& limits) noexcept : limits_(limits) {}

  // Starts with the whole copy as one tile and halves an axis at a time, the one that costs least, while that helps or
  // the tile does not fit.
  void try_layout(const CopyOp& op, const CopyLayout& layout) noexcept {
    CopyTiling now{.op = op, .layout = layout};
    for (std::size_t k = 0; k < kCopyRank; ++k) now.tile[k] = op.axes[k].extent;
    TilingSum(now).run();
    consider(now);
    while (true) {
      CopyTiling next;
      for (std::size_t k = 0; k < kCopyRank; ++k) {
        if (now.tile[k] == 1) continue;
        CopyTiling cut = now;
        cut.tile[k] = half(op.axes[k], now.tile[k]);
        TilingSum(cut).run();
        if (better(cut, next)) next = cut;
      }
      if (next.half_cycles == EnginePlan::kNever || (fits(now) && !better(next, now))) return;
      now = next;
      consider(now);
    }
  }

  [[nodiscard]] const CopyTiling& best() const noexcept { return best_; }

 private:
  static std::uint32_t half(const CopyAxis& axis, std::uint32_t tile) noexcept {
    const auto part = static_cast<std::uint32_t>(ceil_div(axis.extent, 2 * ceil_div(axis.extent, tile)));
    const std::uint32_t smaller = std::min(part, tile / 2 + tile % 2);
    // Rows of whole words where they are long enough.
    const auto words = static_cast<std::uint32_t>(whole_words(smaller));
    return axis.to_step == 1 && words < tile ? words : smaller;
  }

  [[nodiscard]] bool within_commands(const CopyTiling& t) const noexcept {
    return t.loads <= limits_.loads && t.stores <= limits_.stores;
  }
  [[nodiscard]] bool fits(const CopyTiling& t) const noexcept {
    return t.half_cycles != EnginePlan::kNever && t.buffer_bytes <= limits_.buffer_bytes;
  }
  [[nodiscard]] bool better(const CopyTiling& a, const CopyTiling& b) const noexcept {
    const bool a_within = within_commands(a) && a.half_cycles != EnginePlan::kNever;
    const bool b_within = within_commands(b) && b.half_cycles != EnginePlan::kNever;
    if (a_within != b_within) return a_within;
    return a.half_cycles < b.half_cycles;
  }
  void consider(const CopyTiling& t) noexcept {
    if (fits(t) && better(t, best_)) best_ = t;
  }

  Limits limits_;
  CopyTiling best_;
};

using Order = std::array<std::uint8_t, kCopyRank>;

// Axes by the source's steps, largest first, but what repeats before all.
Order source_order(const CopyOp& op) noexcept {
  Order order{};
  for (std::size_t k = 0; k < kCopyRank; ++k) order[k] = static_cast<std::uint8_t>(k);
  const auto key = [&op](std::uint8_t k) {
    const i64 step = op.axes[k].from_step;
    return step == 0 ? std::numeric_limits<i64>::max() : step < 0 ? -step : step;
  };
  // Insertion keeps the order of equals: axes that are not there stay first.
  for (std::size_t i = 1; i < kCopyRank; ++i) {
    for (std::size_t j = i; j > 0 && key(order[j]) > key(order[j - 1]); --j) std::swap(order[j], order[j - 1]);
  }
  return order;
}

// Orders in SRAM that are worth trying. A command runs through axes that are neighbours in SRAM and in memory alike, so
// some of the source's innermost axes are kept together for LOAD, and the others, in the destination's order, for
// STORE.
class Orders {
 public:
  Orders(const CopyOp& op, std::size_t rank) noexcept {
    const Order source = source_order(op);
    const std::size_t first = kCopyRank - rank;
    for (std::size_t taken = 0; taken <= rank; ++taken) {
      std::uint32_t set = 0;
      for (std::size_t i = kCopyRank - taken; i < kCopyRank; ++i) set |= 1U << source[i];
      Order outside{}, inside{};
      for (std::size_t k = 0, o = first + taken, i = first; k < kCopyRank; ++k) {
        const auto axis = static_cast<std::uint8_t>(k);
        if (k < first) outside[k] = inside[k] = axis;
        if (k >= first && !has(set, k)) outside[o++] = inside[i++] = axis;
      }
      for (std::size_t i = 0; i < taken; ++i) {
        outside[first + i] = inside[kCopyRank - taken + i] = source[kCopyRank - taken + i];
      }
      add(outside);
      add(inside);
    }
  }

  [[nodiscard]] const Order* begin() const noexcept { return orders_.data(); }
  [[nodiscard]] const Order* end() const noexcept { return orders_.data() + count_; }

 private:
  void add(const Order& order) noexcept {
    if (std::ranges::find(*this, order) == end()) orders_[count_++] = order;
  }

  std::array<Order, 2 * (kCopyRank + 1)> orders_{};
  std::size_t count_ = 0;
};

// Axes that run backwards on the source's side, which LOAD cannot do within a command, made to run backwards on the
// destination's.
CopyOp turn_all(CopyOp op) noexcept {
  for (CopyAxis& axis : op.axes) {
    if (axis.from_step < 0) turn_round(op, axis);
  }
  return op;
}

// The longest axis that runs backwards as two, one of them turned round, so that each engine does its part of the turn:
// e * f steps take e commands of the one and f of the other. No change where there is nothing to divide.
CopyOp turn_in_two(CopyOp op) noexcept {
  std::size_t longest = 0;
  for (std::size_t k = 1; k < kCopyRank; ++k) {
    if (op.axes[k].from_step < 0 && op.axes[k].extent > op.axes[longest].extent) longest = k;
  }
  if (longest == 0 || op.axes[0].extent != 1) return op;
  const CopyAxis whole = op.axes[longest];
  std::uint32_t inner = 1;
  for (std::uint32_t f = 2; u64{f} * f <= whole.extent; ++f) {
    if (whole.extent % f == 0) inner = f;
  }
  if (inner == 1) return op;
  constexpr i64 kMost = std::numeric_limits<std::int32_t>::max();
  if (-i64{whole.from_step} * inner > kMost || i64{whole.to_step} * inner > kMost) return op;
  const auto factor = static_cast<std::int32_t>(inner);
  for (std::size_t k = 1; k < longest; ++k) op.axes[k - 1] = op.axes[k];
  op.axes[longest - 1] = {whole.extent / inner, whole.from_step * factor, whole.to_step * factor};
  op.axes[longest] = {inner, whole.from_step, whole.to_step};
  turn_round(op, op.axes[longest]);
  return op;
}

void try_layouts(TilingSearch& search, const CopyOp& op) noexcept {
  std::uint8_t repeats = 0;
  std::uint8_t innermost = 0;
  std::size_t rank = 0;
  for (std::size_t k = 0; k < kCopyRank; ++k) {
    if (op.axes[k].extent == 1) continue;
    ++rank;
    if (op.axes[k].from_step != 0) continue;
    innermost = static_cast<std::uint8_t>(1U << k);
    repeats = static_cast<std::uint8_t>(repeats | innermost);
  }
  const auto but_innermost = static_cast<std::uint8_t>(repeats & ~innermost);
  const std::array<std::uint8_t, 3> sharings{repeats, but_innermost, 0};
  const std::size_t sharing_count = repeats == 0 ? 1 : but_innermost == 0 ? 2 : 3;
  for (const Order& order : Orders(op, rank)) {
    CopyLayout layout{.order = order};
    for (std::size_t i = 0; i < sharing_count; ++i) {
      layout.shared = sharings[i];
      for (std::size_t dense = 0; dense <= rank; ++dense) {
        layout.dense = static_cast<std::uint8_t>(dense);
        search.try_layout(op, layout);
      }
    }
  }
}

}  // namespace

void turn_round(CopyOp& op, CopyAxis& axis) noexcept {
  const i64 last = i64{axis.extent} - 1;
  op.from_offset = static_cast<std::uint32_t>(op.from_offset + axis.from_step * last);
  op.to_offset = static_cast<std::uint32_t>(op.to_offset + axis.to_step * last);
  axis.from_step = -axis.from_step;
  axis.to_step = -axis.to_step;
}

CopyPlaces places_of(const CopyLayout& layout, const CopyExtents& extents) noexcept {
  CopyPlaces places;
  u64 size = 1;
  for (std::size_t i = 0; i < kCopyRank; ++i) {
    if (i == layout.dense) size = whole_words(size);
    const std::uint8_t axis = layout.order[kCopyRank - 1 - i];
    if (layout.shares(axis)) continue;
    places.pitch[axis] = size;
    size *= extents[axis];
  }
  places.bytes = whole_words(size);
  return places;
}

bool DmaSide::surround(std::uint32_t extent, std::int64_t step, std::uint32_t max_rows) noexcept {
  if (step < 0) return false;
  const u64 longer = u64{run} * extent;
  if (rows == 1 && step == i64{run} && longer <= static_cast<u64>(Dma::kAxLen.max)) {
    run = static_cast<std::uint32_t>(longer);
    return true;
  }
  if (rows > 1 && static_cast<u64>(step) != stride * rows) return false;
  if (u64{rows} * extent > max_rows) return false;
  if (rows == 1) stride = static_cast<u64>(step);
  rows *= extent;
  return true;
}

EnginePlan plan_engine(const CopyExtents& extents, const CopySteps& steps, const CopyPlaces& places) noexcept {
  return EngineSearch(extents, steps, places).run();
}

CopySteps from_steps(const CopyOp& op) noexcept {
  CopySteps steps{};
  for (std::size_t k = 0; k < kCopyRank; ++k) steps[k] = op.axes[k].from_step;
  return steps;
}

CopySteps to_steps(const CopyOp& op) noexcept {
  CopySteps steps{};
  for (std::size_t k = 0; k < kCopyRank; ++k) steps[k] = op.axes[k].to_step;
  return steps;
}

CopyExtents loaded(const CopyLayout& layout, CopyExtents extents) noexcept {
  for (std::size_t k = 0; k < kCopyRank; ++k) {
    if (layout.shares(k)) extents[k] = 1;
  }
  return extents;
}

CopyTiling choose_copy_tiling(const CopyOp& op, std::uint64_t buffer_bytes, std::uint32_t max_loads,
                              std::uint32_t max_stores) noexcept {
  TilingSearch search({.buffer_bytes = buffer_bytes, .loads = max_loads, .stores = max_stores});
  try_layouts(search, op);
  const CopyOp turned = turn_all(op);
  if (turned != op) try_layouts(search, turned);
  const CopyOp in_two = turn_in_two(op);
  if (in_two != op) try_layouts(search, in_two);
  return search.best();
}

}  // namespace auklet::plan::detail
