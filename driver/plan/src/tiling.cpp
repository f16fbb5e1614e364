#include "tiling.hpp"

#include <algorithm>
#include <limits>

#include "emit.hpp"

namespace auklet::plan::detail {
namespace {

using u64 = std::uint64_t;

// Every buffer begins at a multiple of what weights and parameters ask for.
constexpr u64 kBufferAlign = spec::GeomFields::kWBase.align;
// Unaligned 16-byte reads may touch the word after the last byte.
constexpr u64 kReadSlack = kWordBytes;

// Assumptions of the score, those of the memory profile `sram`; they steer the choice and nothing else.
constexpr u64 kBytesPerCycle = 8;
constexpr u64 kTileOverheadCycles = 64;
// Transfers behind computing are not free: they take SRAM cycles and energy. Cycles of transfer that weigh as one.
constexpr u64 kHiddenTransferWeight = 8;

constexpr u64 align_up(u64 value) noexcept { return (value + kBufferAlign - 1) / kBufferAlign * kBufferAlign; }
constexpr std::uint32_t ceil_div(std::uint32_t a, std::uint32_t b) noexcept { return a / b + (a % b != 0 ? 1 : 0); }

// Numbers of parts to try: all small ones, then steps of an eighth.
constexpr std::uint32_t next_parts(std::uint32_t parts) noexcept {
  return parts + std::max<std::uint32_t>(1, parts / 8);
}

struct Candidate {
  Tiling tiling{};
  u64 bytes_needed = 0;
  u64 score = 0;
};

u64 input_buffer_bytes(const StreamedOp& op, const Tiling& t) noexcept {
  const u64 in_rows = input_span(op.window.y, t.rows);
  if (t.x_count == 1) return align_up(in_rows * op.window.x.in * op.in_pitch + kReadSlack);
  const u64 row = u64{input_span(op.window.x, t.columns)} * op.in_pitch;
  return align_up(in_rows * ((row + kWordBytes - 1) / kWordBytes * kWordBytes) + kReadSlack);
}

// Estimated cycles of the array or the vector unit for one tile of the output.
u64 tile_cycles(const StreamedOp& op, const spec::HardwareConfig& config, const Tiling& t) noexcept {
  if (op.layout == nullptr || op.layout->form != ConvForm::kDepthwise) {
    return conv_cycles(config, u64{t.rows} * t.columns, t.range_tiles, op.array_groups, op.steps);
  }
  Window tile = op.window;
  tile.y.out = t.rows;
  tile.x.out = t.columns;
  tile.x.in = t.x_count == 1 ? op.window.x.in : input_span(op.window.x, t.columns);
  return depthwise_cycles(config, tile, t.range_tiles);
}

// Estimated cycles of the whole operator: what cannot overlap, and the slowest of loading, computing and storing.
u64 estimate(const StreamedOp& op, const spec::HardwareConfig& config, const Tiling& t) noexcept {
  const u64 spatial = u64{op.window.batch} * t.y_count * t.x_count;
  const u64 steps = spatial * t.range_count;
  const u64 in_tile = u64{input_span(op.window.y, t.rows)} *
                      (t.x_count == 1 ? op.window.x.in : input_span(op.window.x, t.columns)) * op.in_c;
  const u64 range = u64{t.range_tiles} * (op.tile_weights + op.tile_parameters);
  const u64 input_loads = t.ranges_outer && spatial > 1 ? steps : spatial;
  const u64 weight_loads = !t.ranges_outer && t.range_count > 1 ? steps : t.range_count;
  const u64 out_pixels = u64{t.rows} * t.columns;
  const u64 out_tile = out_pixels * (t.ranges_outer ? std::min(op.out_c, t.range_tiles * kWordBytes) : op.out_c);
  const u64 stored = u64{op.window.batch} * op.window.y.out * op.window.x.out * op.out_c;
  const u64 load = (input_loads * in_tile + weight_loads * range) / kBytesPerCycle;
  const u64 store = stored / kBytesPerCycle;
  const u64 compute = steps * tile_cycles(op, config, t);
  // The first load and the last store have nothing to hide behind.
  const u64 first_load = (in_tile + range) / kBytesPerCycle;
  const u64 last_store = std::min(out_tile / kBytesPerCycle, store);
  const u64 middle = std::max(std::max(load - first_load, store - last_store), compute);
  const u64 busy = t.depth == 2 ? first_load + middle + last_store : load + store + compute;
  return busy + (load + store) / kHiddenTransferWeight + steps * kTileOverheadCycles;
}

// Fills in what follows from rows, columns, range_tiles, ranges_outer and depth.
Candidate complete(const StreamedOp& op, const spec::HardwareConfig& config, Tiling t) noexcept {
  t.y_count = ceil_div(op.window.y.out, t.rows);
  t.x_count = ceil_div(op.window.x.out, t.columns);
  t.range_count = ceil_div(op.tiles, t.range_tiles);
  const u64 spatial = u64{op.window.batch} * t.y_count * t.x_count;
  const u64 out_channels = u64{t.ranges_outer ? t.range_tiles : op.tiles} * kWordBytes;
  const u64 input = input_buffer_bytes(op, t);
  const u64 weights = align_up(u64{t.range_tiles} * (op.tile_weights + op.tile_parameters));
  const u64 output = align_up(u64{t.rows} * t.columns * out_channels);
  const u64 outputs = t.ranges_outer ? spatial * t.range_count : spatial;
  t.input_buffers = spatial > 1 ? t.depth : 1;
  t.weight_buffers = t.range_count > 1 ? t.depth : 1;
  t.output_buffers = outputs > 1 ? t.depth : 1;
  Candidate candidate;
  candidate.bytes_needed = input * t.input_buffers + weights * t.weight_buffers + output * t.output_buffers;
  candidate.score = std::numeric_limits<u64>::max();
  if (candidate.bytes_needed <= std::numeric_limits<std::uint32_t>::max()) {
    t.input_bytes = static_cast<std::uint32_t>(input);
    t.weight_bytes = static_cast<std::uint32_t>(weights);
    t.output_bytes = static_cast<std::uint32_t>(output);
    candidate.score = estimate(op, config, t);
  }
  candidate.tiling = t;
  return candidate;
}

// Collects the best candidate that fits, and the smallest one.
class Search {
 public:
  Search(const StreamedOp& op, const spec::HardwareConfig& config, std::uint32_t budget) noexcept
      : op_(op), config_(config), budget_(budget) {}

  // Tries all ranges, orders and depths for one tile size.
  void try_pixels(std::uint32_t rows, std::uint32_t columns) noexcept {
    // One STORE has 16 bits of memory rows, and takes one a pixel where it stores part of the channels.
    if (u64{rows} * columns > static_cast<u64>(spec::DmaFields::kAxRows.max)) return;
    const std::uint32_t units = ceil_div(op_.tiles, op_.tile_unit);
    for (std::uint32_t parts = 1; parts <= units; parts = next_parts(parts)) {
      const std::uint32_t range_tiles = std::min(op_.tiles, ceil_div(units, parts) * op_.tile_unit);
      for (const std::uint32_t depth : {1U, 2U}) {
        consider({.rows = rows, .columns = columns, .range_tiles = range_tiles, .depth = depth});
        if (parts == 1) continue;
        consider({.rows = rows, .columns = columns, .range_tiles = range_tiles, .ranges_outer = true, .depth = depth});
      }
    }
    // The smallest range, too, which the steps may have jumped over.
    for (const bool outer : {false, true}) {
      consider({.rows = rows,
                .columns = columns,
                .range_tiles = std::min(op_.tiles, op_.tile_unit),
                .ranges_outer = outer,
                .depth = 1});
    }
  }

  [[nodiscard]] bool found() const noexcept { return best_.score != std::numeric_limits<u64>::max(); }
  [[nodiscard]] const Tiling& best() const noexcept { return best_.tiling; }
  [[nodiscard]] u64 smallest() const noexcept { return smallest_; }

 private:
  void consider(const Tiling& tiling) noexcept {
    const Candidate candidate = complete(op_, config_, tiling);
    smallest_ = std::min(smallest_, candidate.bytes_needed);
    if (candidate.bytes_needed <= budget_ && candidate.score < best_.score) best_ = candidate;
  }

  const StreamedOp& op_;
  const spec::HardwareConfig& config_;
  std::uint32_t budget_;
  Candidate best_{.score = std::numeric_limits<u64>::max()};
  u64 smallest_ = std::numeric_limits<u64>::max();
};

}  // namespace

Outcome choose_tiling(const StreamedOp& op, const spec::HardwareConfig& config, const SramBudget& sram,
                      Tiling& tiling) noexcept {
  const std::uint32_t height = op.window.y.out;
  const std::uint32_t width = op.window.x.out;
  Search search(op, config, sram.bytes);
  // Tiles with more output than the budget need not be looked at.
  const std::uint32_t most_rows = std::max<std::uint32_t>(1, sram.bytes / kWordBytes / width);
  for (std::uint32_t parts = ceil_div(height, most_rows); parts <= height; parts = next_parts(parts)) {
    search.try_pixels(ceil_div(height, parts), width);
  }
  search.try_pixels(1, width);
  // Columns are cut where rows cannot be, or where one row is too much.
  if (height == 1 || !search.found()) {
    for (std::uint32_t parts = 2; parts <= width; parts = next_parts(parts)) {
      search.try_pixels(1, ceil_div(width, parts));
    }
    search.try_pixels(1, 1);
  }
  if (!search.found()) return {Status::kSramTooSmall, search.smallest(), sram.bytes};
  tiling = search.best();
  return {};
}

Buffers place_buffers(const Tiling& t, const spec::HardwareConfig& config, const SramBudget& sram) noexcept {
  const std::uint32_t region = config.sram_bytes / spec::kSramRegions;
  const bool whole = sram.base == 0 && sram.bytes == config.sram_bytes;
  if (whole && t.input_bytes <= region && t.weight_bytes * t.weight_buffers <= region &&
      t.output_bytes * t.output_buffers <= region) {
    return {.input = {0, region},
            .weights = {2 * region, 2 * region + t.weight_bytes},
            .output = {3 * region, 3 * region + t.output_bytes}};
  }
  Buffers buffers;
  std::uint32_t next = sram.base;
  const auto take = [&next](std::array<std::uint32_t, 2>& at, std::uint32_t bytes, std::uint32_t count) {
    for (std::uint32_t i = 0; i < count; ++i, next += bytes) at[i] = next;
  };
  take(buffers.input, t.input_bytes, t.input_buffers);
  take(buffers.weights, t.weight_bytes, t.weight_buffers);
  take(buffers.output, t.output_bytes, t.output_buffers);
  return buffers;
}

}  // namespace auklet::plan::detail
