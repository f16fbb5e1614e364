#include "estimate.hpp"

#include <algorithm>

namespace auklet::sim::model {
namespace {

constexpr std::uint64_t kOverhead = 16;  // From a command's start to its first result, about.

constexpr std::uint64_t kWeightLoadCycles = 8;  // A weight block, 32 bytes a cycle.

constexpr std::uint64_t divide_up(std::uint64_t a, std::uint64_t b) { return (a + b - 1) / b; }

/// a * b, or the largest value: products of fields can leave 64 bits.
constexpr std::uint64_t saturating_multiply(std::uint64_t a, std::uint64_t b) {
  constexpr std::uint64_t kMost = std::uint64_t{1} << 62;
  return b != 0 && a > kMost / b ? kMost : a * b;
}

/// Pixels, and columns of padding, of one tile of a DWCONV. One column to the right of the input costs no cycle but in
/// the last row.
std::uint64_t depthwise_pixels(const Geom& geom) {
  const std::uint64_t rows = std::uint64_t{geom.out_h - 1} * geom.stride_y + geom.kh - geom.pad_top;
  const std::uint64_t last_column = std::uint64_t{geom.out_w - 1} * geom.stride_x + geom.kx_n - 1 - geom.pad_left;
  const bool fused = last_column == geom.in_w && geom.kx_n > geom.pad_left + 1 && geom.in_w > 1;
  return fused ? rows * geom.in_w + 1 : rows * (last_column + 1);
}

}  // namespace

Cost estimate(const Geom& geom, const spec::HardwareConfig& config) {
  const std::uint64_t positions = std::uint64_t{geom.out_h} * geom.out_w;
  const std::uint64_t step_cycles = divide_up(spec::kReduce, config.rows);
  const std::uint64_t taps = std::uint64_t{geom.kh} * geom.kx_n;
  Cost cost;
  switch (geom.header.opcode) {
    case spec::Opcode::kConv: {
      const std::uint64_t sets = divide_up(geom.oc_tiles, concurrent_tiles(geom, config.groups));
      cost.mac_active = saturating_multiply(positions * sets, taps * geom.chunks * step_cycles);
      cost.requant_active = positions * geom.oc_tiles;
      break;
    }
    case spec::Opcode::kDwconv:
      cost.mac_active = positions * geom.oc_tiles * step_cycles;
      cost.requant_active = positions * geom.oc_tiles;
      cost.cycles = kOverhead + geom.oc_tiles * (depthwise_pixels(geom) + positions * (step_cycles - 1));
      return cost;
    case spec::Opcode::kDwrows: {
      // A kernel row of an output row: its pixels, or its products, or the next one's weights.
      const std::uint64_t pixels = std::uint64_t{geom.out_w - 1} * geom.stride_x + geom.kx_n - geom.pad_left;
      const std::uint64_t row = std::max({pixels, geom.out_w * step_cycles, kWeightLoadCycles});
      cost.mac_active = saturating_multiply(positions * geom.oc_tiles, geom.kh * step_cycles);
      cost.requant_active = positions * geom.oc_tiles;
      cost.cycles = kOverhead + saturating_multiply(std::uint64_t{geom.out_h} * geom.oc_tiles, geom.kh * row);
      return cost;
    }
    default:
      cost.vector_active = saturating_multiply(positions * geom.oc_tiles, taps);
      break;
  }
  cost.cycles = kOverhead + std::max({cost.mac_active, cost.requant_active, cost.vector_active});
  return cost;
}

Cost estimate(const Eltwise& command) {
  const bool aligned = (command.b_base | command.b_step0 | command.b_step1) % spec::kLanes == 0;
  const bool side_by_side = command.header.opcode == spec::Opcode::kTable || command.b_splat != 0 || aligned;
  Cost cost;
  cost.vector_active = (side_by_side ? 1 : 2) * std::uint64_t{command.n0} * command.n1;
  cost.cycles = kOverhead + cost.vector_active;
  return cost;
}

Cost estimate(const Softmax& command) {
  constexpr std::uint64_t kTableCycles = 32;
  constexpr std::uint64_t kReciprocalCycles = 15;
  constexpr std::uint64_t kPasses = 3, kFetchCycles = 4;
  // A row is fetched three times, and looked up byte by byte in two of them.
  const std::uint64_t words = divide_up(command.n, spec::kLanes);
  Cost cost;
  cost.vector_active =
      kTableCycles + command.rows * (kPasses * kFetchCycles * words + 2 * std::uint64_t{command.n} + kReciprocalCycles);
  cost.requant_active = command.rows * words;
  cost.cycles = kOverhead + cost.vector_active;
  return cost;
}

Cost estimate(const Dma& dma, const spec::HardwareConfig& config, const MemoryTiming& timing) {
  const std::uint64_t beat_bytes = config.axi_data_bits / 8;
  const std::uint64_t bytes_per_cycle = std::clamp<std::uint64_t>(timing.bytes_per_cycle, 1, beat_bytes);
  Cost cost;
  cost.axi_beats = std::uint64_t{dma.ax_rows} * divide_up(dma.ax_len, beat_bytes);
  cost.cycles = kOverhead + timing.latency_cycles + divide_up(cost.axi_beats * beat_bytes, bytes_per_cycle);
  if (dma.header.opcode == spec::Opcode::kUnpack) {
    cost.cycles = std::max(cost.cycles, kOverhead + timing.latency_cycles + dma.sp_len / spec::kLanes);
  }
  return cost;
}

Cost estimate(const Gather& gather, const spec::HardwareConfig& config, const MemoryTiming& timing) {
  constexpr std::uint64_t kIndexCycles = 3;  // Read with three others, checked, handed over.
  Dma rows;
  rows.ax_len = gather.ax_len;
  rows.ax_rows = gather.n;
  Cost cost = estimate(rows, config, timing);
  cost.cycles = std::max(cost.cycles, kOverhead + timing.latency_cycles + kIndexCycles * gather.n);
  return cost;
}

std::uint64_t clear_cycles(const spec::HardwareConfig& config) {
  constexpr std::uint32_t kBanks = 2 * spec::kSramRegions;  // Each region is an even/odd pair of kBanks.
  return config.sram_bytes / spec::kLanes / kBanks;
}

}  // namespace auklet::sim::model
