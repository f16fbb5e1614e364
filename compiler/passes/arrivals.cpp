#include "arrivals.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>

#include "split.hpp"

namespace auklet::compiler::passes {
namespace {

using u32 = std::uint32_t;
using u64 = std::uint64_t;

// What a LOAD, a CONV and a STORE cost beside the bytes and the products; of a CONV also its first weights, a block for
// each tile of a set.
constexpr u64 kLoadCycles = 16;
constexpr u64 kConvCycles = 13;
constexpr u64 kStoreCycles = 53;
// Of a burst, where a STORE takes some of each pixel's channels.
constexpr u64 kBurstCycles = 4;

// A step of the array takes at least as many cycles as loading its weight blocks into it: commands of very few
// positions are slow.
constexpr u64 kBlockCycles = 8;
constexpr u32 kLeastPositions = 16;
// A smaller image would spend more cycles on commands than it hides.
constexpr u32 kLeastBytes = 2048;
// Rows are counted in groups, so many at most.
constexpr u32 kMostGroups = 32;
// The last rows are stored in two parts when they have no more pixels.
constexpr u32 kSplitPixels = 64;

// So many sets of tiles, or groups of rows, may come at once; or all.
constexpr std::array<u32, 14> kSizes{1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 16, 24, 32, std::numeric_limits<u32>::max()};

// Finds the order in which both sides grow that ends first, by estimated cycles.
class Growth {
 public:
  Growth(const plan::ConvOp& op, const plan::ConvLayout& layout, const spec::HardwareConfig& config, u32 unit,
         bool stored)
      : op_(op), unit_(unit), tiles_(layout.tiles) {
    set_ = plan::conv_segment(op, layout, 0).array_groups;
    sets_ = (tiles_ + set_ - 1) / set_;
    const u32 few = (kLeastPositions + op.out_w - 1) / op.out_w;
    group_ = std::max(few, (op.out_h + kMostGroups - 1) / kMostGroups);
    groups_ = (op.out_h + group_ - 1) / group_;
    for (u32 groups = 0; groups <= groups_; ++groups) {
      row_loads_.push_back(u64{op.in_w} * op.in_c * image_rows(groups) / kLoadBytesPerCycle);
    }
    set_load_ = (layout.weight_bytes + layout.parameter_bytes) / sets_ / kLoadBytesPerCycle;
    block_ = compute_cycles(op, layout, config, tiles_) / (u64{sets_} * groups_);
    least_ = u64{layout.steps} * std::min(set_, tiles_) * kBlockCycles;
    store_ = stored ? u64{group_} * op.out_w * op.out_c / kLoadBytesPerCycle : 0;
    cells_.resize(std::size_t{sets_ + 1} * (groups_ + 1));
  }

  std::vector<Arrival> run() {
    if (groups_ == 1 || block_ == 0) return {};
    begin();
    for (u32 sets = 1; sets <= sets_; ++sets) {
      for (u32 groups = 1; groups <= groups_; ++groups) grow(sets, groups);
    }
    return arrivals(path());
  }

 private:
  static constexpr std::size_t kKept = 32;

  // Sets and groups, from the first on or some.
  struct Corner {
    u32 sets = 0;
    u32 groups = 0;
  };
  // One way to a corner: when everything is there, computed and, as far as it is finished, stored.
  struct Way {
    u64 loaded = 0;
    u64 computed = 0;
    u64 stored = 0;
    Corner before;
    std::size_t way = 0;  // Of the corner before.

    [[nodiscard]] u64 end() const { return std::max(computed, stored); }
    [[nodiscard]] bool beats(const Way& other) const {
      return loaded <= other.loaded && computed <= other.computed && stored <= other.stored;
    }
  };

  [[nodiscard]] u32 rows(u32 groups) const { return std::min(groups * group_, op_.out_h); }
  [[nodiscard]] u32 tiles(u32 sets) const { return std::min(sets * set_, tiles_); }
  // Rows of the image that the first rows of the result need.
  [[nodiscard]] u32 image_rows(u32 groups) const {
    if (groups == 0) return 0;
    if (groups == groups_) return op_.in_h;
    const u32 end = slice_rows(op_, {0, rows(groups)}).in.end;
    return std::min(op_.in_h, (end + unit_ - 1) / unit_ * unit_);
  }

  std::vector<Way>& at(Corner corner) { return cells_[std::size_t{corner.sets} * (groups_ + 1) + corner.groups]; }

  // Keeps the best ways to each corner: above all those that have computed it early. What is stored late may still be
  // hidden by what comes.
  void add(Corner corner, const Way& way) {
    std::vector<Way>& ways = at(corner);
    if (std::ranges::any_of(ways, [&](const Way& other) { return other.beats(way); })) return;
    std::erase_if(ways, [&](const Way& other) { return way.beats(other); });
    const auto later = [](const Way& a, const Way& b) {
      return std::pair(a.computed, a.stored) < std::pair(b.computed, b.stored);
    };
    ways.insert(std::ranges::upper_bound(ways, way, later), way);
    if (ways.size() > kKept) ways.pop_back();
  }

  void begin() {
    for (const u32 set_size : kSizes) {
      for (const u32 group_size : kSizes) {
        const Corner corner{std::min(set_size, sets_), std::min(group_size, groups_)};
        Way way;
        way.loaded = 2 * kLoadCycles + corner.sets * set_load_ + row_loads_[corner.groups];
        way.computed = way.loaded;
        finish(way, corner, {corner.sets, corner.groups});
        add(corner, way);
      }
    }
  }

  // Computes so many sets of so many groups, and stores the groups if they are finished.
  void finish(Way& way, Corner corner, Corner block) const {
    // Of the last positions, the tiles of a set go through the requantiser one after the other.
    const u64 positions = std::min<u64>(spec::kStripeMax, u64{block.groups} * group_ * op_.out_w);
    const u64 drain = (std::min(set_, tiles_) - 1) * positions;
    const u64 compute = block.sets * std::max(block.groups * block_, least_);
    way.computed =
        std::max(way.computed, way.loaded) + kConvCycles + std::min(set_, tiles_) * kBlockCycles + compute + drain;
    if (corner.sets != sets_ || store_ == 0) return;
    way.stored = std::max(way.stored, way.computed) + kStoreCycles + block.groups * store_;
  }

  void grow(u32 sets, u32 groups) {
    // The ways to this corner are all known; those to the ones behind it are added.
    for (std::size_t i = 0; i < at({sets, groups}).size(); ++i) {
      const Way from = at({sets, groups})[i];
      for (const u32 size : kSizes) {
        const u32 more = std::min(size, sets_ - sets);
        if (more == 0) break;
        Way way = from;
        way.loaded += kLoadCycles + more * set_load_;
        step(way, {sets, groups}, i, {sets + more, groups}, {more, groups});
        if (more < size) break;
      }
      for (const u32 size : kSizes) {
        const u32 more = std::min(size, groups_ - groups);
        if (more == 0) break;
        Way way = from;
        way.loaded += kLoadCycles + row_loads_[groups + more] - row_loads_[groups];
        step(way, {sets, groups}, i, {sets, groups + more}, {sets, more});
        if (more < size) break;
      }
    }
  }
  void step(Way way, Corner from, std::size_t index, Corner to, Corner block) {
    way.before = from;
    way.way = index;
    finish(way, to, block);
    add(to, way);
  }

  // The corners of the best way, the first of them first.
  std::vector<Corner> path() {
    std::vector<Corner> corners;
    const std::vector<Way>& last = at({sets_, groups_});
    auto way = static_cast<std::size_t>(std::ranges::min_element(last, {}, &Way::end) - last.begin());
    for (Corner corner{sets_, groups_}; corner.sets != 0;) {
      corners.push_back(corner);
      const Way& here = at(corner)[way];
      corner = here.before;
      way = here.way;
    }
    std::ranges::reverse(corners);
    return corners;
  }

  std::vector<Arrival> arrivals(const std::vector<Corner>& corners) const {
    std::vector<Arrival> all;
    Corner had;
    for (const Corner& corner : corners) {
      const plan::TileRange came{tiles(had.sets), tiles(corner.sets) - tiles(had.sets)};
      const Rows image{image_rows(had.groups), image_rows(corner.groups)};
      const bool first = had.sets == 0;
      if (first) all.push_back({.tiles = came, .rows = {}, .computed = {}, .stored = {}});
      const bool by_rows = corner.groups != had.groups;
      Arrival arrival;
      if (by_rows) {
        arrival.rows = image;
        arrival.computed = {{0, tiles(corner.sets)}, {rows(had.groups), rows(corner.groups)}};
      } else {
        arrival.tiles = came;
        arrival.computed = {came, {0, rows(corner.groups)}};
      }
      if (store_ != 0 && corner.sets == sets_) arrival.stored = {{0, tiles_}, arrival.computed.rows};
      all.push_back(arrival);
      had = corner;
    }
    if (all.size() == 2) return {};
    split_last(all);
    return all;
  }

  // Few pixels are stored as soon as some of their tiles are computed; then the very last store is a small one.
  void split_last(std::vector<Arrival>& all) const {
    Arrival& last = all.back();
    const u32 count = last.computed.rows.count();
    const u64 pixels = u64{count} * op_.out_w;
    if (store_ == 0 || last.computed.tiles.count != tiles_ || pixels > kSplitPixels) return;
    const auto store = [&](u32 some) {
      return kStoreCycles + pixels * std::max(kBurstCycles, u64{some} * spec::kLanes / kLoadBytesPerCycle);
    };
    const u64 compute = u64{(count + group_ - 1) / group_} * block_;
    u32 sets = 1;
    while (sets < sets_ && compute * sets < store(tiles(sets_ - sets))) ++sets;
    const u32 cut = tiles(sets_ - sets);
    if (sets == sets_ || store(tiles_ - cut) + kConvCycles >= store(tiles_)) return;
    Arrival rest;
    rest.computed = rest.stored = {{cut, tiles_ - cut}, last.computed.rows};
    last.computed.tiles = last.stored.tiles = {0, cut};
    all.push_back(rest);
  }

  const plan::ConvOp& op_;
  u32 unit_;
  u32 tiles_, set_ = 1, sets_ = 1;                        // Tiles in a set, and sets.
  u32 group_ = 1, groups_ = 1;                            // Rows of the result in a group, and groups.
  std::vector<u64> row_loads_;                            // Cycles of loading what so many groups need.
  u64 set_load_ = 0, block_ = 0, least_ = 0, store_ = 0;  // Cycles; least_: of few positions by a set.
  std::vector<std::vector<Way>> cells_;                   // By corner.
};

}  // namespace

std::vector<Arrival> plan_arrivals(const plan::ConvOp& op, const plan::ConvLayout& layout,
                                   const spec::HardwareConfig& config, std::uint32_t unit, bool stored) {
  if (u64{op.in_h} * op.in_w * op.in_c < kLeastBytes) return {};
  return Growth(op, layout, config, unit, stored).run();
}

}  // namespace auklet::compiler::passes
