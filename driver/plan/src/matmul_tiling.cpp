#include "matmul_tiling.hpp"

#include <algorithm>
#include <limits>

#include "emit.hpp"

namespace auklet::plan::detail {
namespace {

using u64 = std::uint64_t;

// Rough figures that only choose between tilings: bytes that memory moves in a cycle by long bursts, cycles of a burst
// of one word, and cycles from one command to the next.
constexpr u64 kBytesPerCycle = 8;
constexpr u64 kCyclesPerWordBurst = 4;
constexpr u64 kCommandCycles = 64;
// More blocks of rows than this times the fewest that fit only load B again.
constexpr std::uint32_t kMostBlockFactor = 4;

template <class T>
constexpr T ceil_div(T a, T b) noexcept {
  return a / b + (a % b != 0 ? 1 : 0);
}

class Search {
 public:
  Search(const MatmulOp& op, const spec::HardwareConfig& config, std::uint32_t budget) noexcept
      : op_(op), shape_(op), config_(config), budget_(budget) {}

  void run() noexcept {
    for (std::uint32_t set = std::min(config_.groups, shape_.tiles); set > 0; set /= 2) {
      const std::uint32_t sets = ceil_div(shape_.tiles, set);
      for (std::uint32_t b_count = 1; b_count <= (sets > 1 || op_.batches > 1 ? 2U : 1U); ++b_count) {
        for (std::uint32_t panel = sets; panel > 0; panel /= 2) try_panels(set, b_count, panel);
      }
    }
  }

  [[nodiscard]] bool found() const noexcept { return best_score_ != std::numeric_limits<u64>::max(); }
  [[nodiscard]] const MatmulTiling& best() const noexcept { return best_; }

  /// Bytes of the smallest tiling: one row and one tile at a time, one buffer of each.
  [[nodiscard]] u64 smallest() const noexcept {
    return spec::kParamBlock + b_bytes(1) + round_up_to_word(op_.depth) + u64{kWordBytes};
  }

 private:
  [[nodiscard]] u64 b_bytes(std::uint32_t set) const noexcept {
    return u64{shape_.kernel_rows()} * shape_.steps * set * spec::kWeightBlock;
  }

  void try_panels(std::uint32_t set, std::uint32_t b_count, std::uint32_t panel) noexcept {
    MatmulTiling t;
    t.set_tiles = set;
    t.sets = ceil_div(shape_.tiles, set);
    t.panel_sets = panel;
    t.b_count = b_count;
    t.a_row = round_up_to_word(op_.depth);
    t.parameter_bytes = set * spec::kParamBlock;
    const u64 b = b_bytes(set);
    const u64 out_row = u64{std::min(panel * set, shape_.tiles)} * kWordBytes;
    const u64 fixed = t.parameter_bytes + b_count * b;
    if (fixed + t.a_row + out_row > budget_) return;
    t.b_bytes = static_cast<std::uint32_t>(b);
    t.out_row = static_cast<std::uint32_t>(out_row);
    const std::uint32_t rest = budget_ - static_cast<std::uint32_t>(fixed);
    const std::uint32_t most = std::min(rest / (t.a_row + t.out_row), static_cast<std::uint32_t>(kMostRows));
    try_rows(t, most, 1, 1);
    if (panel < t.sets) try_rows(t, std::min((rest) / (t.a_row + 2 * t.out_row), most), 1, 2);
    try_rows(t, std::min(rest / 2 / (t.a_row + t.out_row), most), 2, 2);
  }

  // Blocks of at most `most` rows with these buffers.
  void try_rows(MatmulTiling t, std::uint32_t most, std::uint32_t a_count, std::uint32_t out_count) noexcept {
    if (most == 0) return;
    t.a_count = a_count;
    t.out_count = out_count;
    const std::uint32_t fewest = ceil_div(op_.rows, most);
    for (std::uint32_t factor = 1; factor <= kMostBlockFactor; factor *= 2) {
      if (u64{fewest} * factor > op_.rows) return;
      t.rows = ceil_div(op_.rows, fewest * factor);
      t.blocks = ceil_div(op_.rows, t.rows);
      t.a_bytes = t.rows * t.a_row;
      t.out_bytes = t.rows * t.out_row;
      const u64 score = cycles(t);
      if (score < best_score_) {
        best_score_ = score;
        best_ = t;
      }
    }
  }

  // What overlaps counts once, what does not is added.
  [[nodiscard]] u64 cycles(const MatmulTiling& t) const noexcept {
    const u64 blocks = u64{op_.batches} * t.blocks;
    const u64 commands = blocks * t.sets;
    const u64 compute =
        blocks * conv_cycles(config_, t.rows, shape_.tiles, t.set_tiles, shape_.kernel_rows() * shape_.steps) +
        commands * kCommandCycles;
    const u64 set_words = u64{shape_.b_copies()} * shape_.steps * t.set_tiles * spec::kReduce;
    const u64 set_load = set_words * kCyclesPerWordBurst;
    const u64 b_loads = t.sets > 1 ? commands : op_.b_step != 0 ? op_.batches : 1;
    const u64 b_load = b_loads * set_load;
    const u64 a_load = t.a_bytes / kBytesPerCycle;
    const u64 store = t.out_bytes / kBytesPerCycle;
    const u64 a_rest = (blocks - 1) * a_load;
    const u64 store_rest = (blocks * ceil_div(t.sets, t.panel_sets) - 1) * store;
    const u64 edges = a_load + set_load + store;  // Before the first and behind the last computing.
    const u64 ahead = t.b_count == 2 ? 0 : b_load - set_load;
    const u64 waits = ahead + (t.a_count == 2 ? 0 : a_rest) + (t.out_count == 2 ? 0 : store_rest);
    return std::max(compute, b_load + a_rest) + edges + waits;
  }

  static constexpr std::int64_t kMostRows = std::min(spec::GeomFields::kOutW.max, spec::DmaFields::kAxRows.max);

  const MatmulOp& op_;
  MatmulShape shape_;
  const spec::HardwareConfig& config_;
  std::uint32_t budget_;
  MatmulTiling best_;
  u64 best_score_ = std::numeric_limits<u64>::max();
};

}  // namespace

Outcome choose_matmul_tiling(const MatmulOp& op, const spec::HardwareConfig& config, const SramBudget& sram,
                             MatmulTiling& tiling) noexcept {
  Search search(op, config, sram.bytes);
  search.run();
  if (!search.found()) return {Status::kSramTooSmall, search.smallest(), sram.bytes};
  tiling = search.best();
  return {};
}

MatmulBuffers place_matmul_buffers(const MatmulTiling& t, const spec::HardwareConfig& config,
                                   const SramBudget& sram) noexcept {
  MatmulBuffers buffers;
  const auto place = [](std::array<std::uint32_t, 2>& at, std::uint32_t base, std::uint32_t bytes,
                        std::uint32_t count) {
    at = {base, base + (count - 1) * bytes};
    return base + count * bytes;
  };
  const std::uint32_t region = config.sram_bytes / spec::kSramRegions;
  const bool whole = sram.base == 0 && sram.bytes == config.sram_bytes;
  const bool apart = whole && t.a_count * t.a_bytes <= region && t.out_count * t.out_bytes <= region &&
                     t.b_count * t.b_bytes + t.parameter_bytes <= region;
  // Weights first: their addresses are multiples of 32.
  buffers.parameters = place(buffers.b, sram.base, t.b_bytes, t.b_count);
  const std::uint32_t end = buffers.parameters + t.parameter_bytes;
  const std::uint32_t a_end = place(buffers.a, apart ? region : end, t.a_bytes, t.a_count);
  place(buffers.out, apart ? 2 * region : a_end, t.out_bytes, t.out_count);
  return buffers;
}

}  // namespace auklet::plan::detail
