#include "geometry.hpp"

#include <algorithm>
#include <numeric>

namespace auklet::sim::estimator {

double collision_share(bool both_banks, std::uint64_t in_pitch, std::uint64_t pipeline) {
  if (both_banks) return 1.0;
  return in_pitch % (2 * spec::kLanes) == 0 ? 0.5 : 0.5 / static_cast<double>(pipeline);
}

GeomSpans spans_of(const spec::GeomCommand& geom, const spec::HardwareConfig& config) {
  constexpr std::uint64_t kPipeline = 10;  // Cycles from a fetch to its result's write.
  const bool window = geom.header.opcode != spec::Opcode::kConv;
  const bool blocks_per_row = geom.header.opcode == spec::Opcode::kDwrows;
  GeomSpans spans;
  const std::uint64_t tiles = geom.oc_tiles - std::uint64_t{1};
  const std::uint64_t rows = std::min<std::uint64_t>(
      geom.in_h, (geom.out_h - std::uint64_t{1}) * geom.stride_y + (geom.kh - std::uint64_t{1}) * geom.dil_y + 1);
  const std::uint64_t in_bytes = (rows - 1) * geom.row_pitch + geom.row_bytes + tiles * geom.in_tile_step;
  const std::uint64_t out_bytes = (geom.out_h - std::uint64_t{1}) * geom.out_row_pitch +
                                  (geom.out_w - std::uint64_t{1}) * geom.out_x_pitch + tiles * geom.out_tile_step +
                                  spec::kLanes;
  const std::uint64_t steps = window ? (blocks_per_row ? geom.kh : 1) : multiply(geom.kh * geom.kx_n, geom.chunks);
  const std::uint64_t weight_bytes = multiply(multiply(geom.oc_tiles, steps), spec::kWeightBlock);
  spans.in = spread(geom.in_base, in_bytes, config.sram_bytes);
  spans.out = spread(geom.out_base, out_bytes, config.sram_bytes);
  spans.weights = spread(geom.w_base, weight_bytes, config.sram_bytes);
  const std::uint64_t in_pitch = geom.header.opcode == spec::Opcode::kConv ? geom.x_step : geom.kx_stride;
  const auto r0 = static_cast<std::uint32_t>(
      window && geom.header.opcode != spec::Opcode::kMaxpool && geom.header.opcode != spec::Opcode::kAvgpool ? 0
                                                                                                             : geom.r0);
  spans.in_both_banks =
      (geom.in_base | geom.row_pitch | in_pitch | r0 | geom.kx_stride | geom.in_tile_step) % spec::kLanes != 0;
  spans.collisions = meeting(spans.in, spans.out) * collision_share(spans.in_both_banks, in_pitch, kPipeline);
  return spans;
}

void fill_up(ComputeCost& cost) {
  std::uint64_t& fill = cause(cost.causes, spec::Cause::kFill);
  fill = 0;
  const std::uint64_t sum = std::accumulate(cost.causes.begin(), cost.causes.end(), std::uint64_t{0});
  cost.cycles = std::max(cost.cycles, sum);
  fill = cost.cycles - sum;
}

}  // namespace auklet::sim::estimator
