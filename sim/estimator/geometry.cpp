#include "geometry.hpp"

#include <algorithm>
#include <numeric>

namespace auklet::sim::estimator {

double collision_share(const Reads& reads, std::uint64_t pipeline) {
  const double both = reads.both_banks();
  return both + (1 - both) * (reads.same_bank() ? 0.5 : 0.5 / static_cast<double>(pipeline));
}

namespace {

double rows_inside(const spec::GeomCommand& geom) {
  constexpr std::uint32_t kLooked = 64;  // Beyond that many output rows those at the edges are few.
  const std::uint32_t rows = std::min(geom.out_h, kLooked);
  std::uint64_t inside = 0;
  for (std::uint32_t oy = 0; oy < rows; ++oy) {
    for (std::uint32_t ky = 0; ky < geom.kh; ++ky) {
      const std::int64_t iy = std::int64_t{oy} * geom.stride_y + std::int64_t{ky} * geom.dil_y - geom.pad_top;
      inside += iy >= 0 && iy < geom.in_h ? 1U : 0U;
    }
  }
  return static_cast<double>(inside) / static_cast<double>(std::uint64_t{rows} * geom.kh);
}

}  // namespace

std::uint64_t input_bytes(const spec::GeomCommand& geom) {
  const std::uint64_t rows = std::min<std::uint64_t>(
      geom.in_h, (geom.out_h - std::uint64_t{1}) * geom.stride_y + (geom.kh - std::uint64_t{1}) * geom.dil_y + 1);
  return (rows - 1) * geom.row_pitch + geom.row_bytes + (geom.oc_tiles - std::uint64_t{1}) * geom.in_tile_step;
}

std::uint64_t output_bytes(const spec::GeomCommand& geom) {
  return (geom.out_h - std::uint64_t{1}) * geom.out_row_pitch + (geom.out_w - std::uint64_t{1}) * geom.out_x_pitch +
         (geom.oc_tiles - std::uint64_t{1}) * geom.out_tile_step + spec::kLanes;
}

GeomSpans spans_of(const spec::GeomCommand& geom, const spec::HardwareConfig& config) {
  constexpr std::uint64_t kPipeline = 10;  // Cycles from a fetch to its result's write.
  const bool window = geom.header.opcode != spec::Opcode::kConv;
  const bool blocks_per_row = geom.header.opcode == spec::Opcode::kDwrows;
  GeomSpans spans;
  const std::uint64_t steps =
      window ? (blocks_per_row ? geom.kh : 1) : multiply(std::uint64_t{geom.kh} * geom.kx_n, geom.chunks);
  const std::uint64_t weight_bytes = multiply(multiply(geom.oc_tiles, steps), spec::kWeightBlock);
  spans.in = spread(geom.in_base, input_bytes(geom), config.sram_bytes);
  spans.out = spread(geom.out_base, output_bytes(geom), config.sram_bytes);
  spans.weights = spread(geom.w_base, weight_bytes, config.sram_bytes);
  spans.params = spread(geom.p_base, multiply(geom.oc_tiles, spec::kParamBlock), config.sram_bytes);
  const bool conv = geom.header.opcode == spec::Opcode::kConv;
  const bool pool = geom.header.opcode == spec::Opcode::kMaxpool || geom.header.opcode == spec::Opcode::kAvgpool;
  spans.reads = {.base = std::uint64_t{geom.in_base} + static_cast<std::uint32_t>(conv || pool ? geom.r0 : 0),
                 .pitch = conv ? geom.x_step : geom.kx_stride};
  spans.inside = rows_inside(geom);
  spans.collisions = meeting(spans.in, spans.out) * collision_share(spans.reads, kPipeline);
  return spans;
}

void fill_up(ComputeCost& cost) {
  std::uint64_t& fill = cause(cost.causes, spec::Cause::kFill);
  fill = 0;
  const std::uint64_t sum = std::accumulate(cost.causes.begin(), cost.causes.end(), std::uint64_t{0});
  cost.cycles = std::max(cost.cycles, sum);
  fill = cost.cycles - sum;
}

void run_array(ComputeCost& cost, const GeomSpans& spans, std::uint64_t products, std::uint64_t phases,
               const ArrayWaits& waits) {
  const auto lost = static_cast<std::uint64_t>(spans.collisions * static_cast<double>(cost.requant_active) /
                                               static_cast<double>(phases));
  cost.cycles += lost;
  std::uint64_t left = cost.cycles - std::min(cost.cycles, products + lost);
  const auto part = [&](spec::Cause which, std::uint64_t cycles) {
    cause(cost.causes, which) = std::min(cycles, left);
    left -= cause(cost.causes, which);
  };
  cause(cost.causes, spec::Cause::kArray) = products;
  cause(cost.causes, spec::Cause::kBank) = lost;
  part(spec::Cause::kWeights, waits.weights);
  part(spec::Cause::kDrain, waits.drain);
  part(spec::Cause::kWindow, waits.window);
  fill_up(cost);
  cost.spans = static_cast<const PortSpans&>(spans);
}

}  // namespace auklet::sim::estimator
