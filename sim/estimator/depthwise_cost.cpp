#include <algorithm>

#include "compute_cost.hpp"
#include "geometry.hpp"

namespace auklet::sim::estimator {
namespace {

/// How the pixels of a tile come (rtl/core/auklet_dw_issue.sv).
struct Pixels {
  std::uint64_t row = 0;   ///< Of a row; one column of padding to the right costs nothing but in the last row.
  std::uint64_t all = 0;   ///< Of a tile.
  std::uint64_t lead = 0;  ///< Before the first that completes an output.
};

Pixels pixels_of(const spec::GeomCommand& geom) {
  const std::uint64_t rows = std::uint64_t{geom.out_h - 1} * geom.stride_y + geom.kh - geom.pad_top;
  const std::uint64_t first_column = std::uint64_t{geom.kx_n} - 1 - geom.pad_left;
  const std::uint64_t last_column = std::uint64_t{geom.out_w - 1} * geom.stride_x + first_column;
  const bool fused = last_column == geom.in_w && first_column >= 1 && geom.in_w > 1;
  Pixels pixels;
  pixels.row = fused ? geom.in_w : last_column + 1;
  pixels.all = rows * pixels.row + (fused ? 1 : 0);
  pixels.lead = (std::uint64_t{geom.kh} - 1 - geom.pad_top) * pixels.row + first_column;
  return pixels;
}

/// Tiles that are walked one by one; behind them the rest goes on at the pace of the last ones.
constexpr std::uint64_t kWalkedTiles = 256;

}  // namespace

ComputeCost dwconv_cost(const spec::GeomCommand& geom, const spec::HardwareConfig& config) {
  constexpr std::uint64_t kToSum = 3;  // From the cycle behind the last output's pixel to its sum.
  const std::uint64_t phases = divide_up(spec::kReduce, config.rows);
  const std::uint64_t outputs = std::uint64_t{geom.out_h} * geom.out_w;
  const Pixels pixels = pixels_of(geom);
  const std::uint64_t tile = pixels.all + outputs * (phases - 1);
  const GeomSpans spans = spans_of(geom, config);

  // Only outputs need the tile's weights and parameters: weights are up to two tiles ahead, parameters come when the
  // drain has begun the tile before. The first parameters come behind the first weights.
  std::uint64_t weights = kFirstCycle + kBlockCycles;
  std::uint64_t params = weights + kNextParams;
  std::uint64_t taken = params;
  std::uint64_t issue = kFirstCycle;
  std::uint64_t summed = 0;
  std::uint64_t before = 0;
  std::uint64_t before_last = 0;
  std::uint64_t weights_wait = 0;
  std::uint64_t params_wait = 0;
  const std::uint64_t walked = std::min<std::uint64_t>(geom.oc_tiles, kWalkedTiles);
  for (std::uint64_t i = 0; i < walked; ++i) {
    const std::uint64_t wanted = issue + pixels.lead;
    const std::uint64_t begin = std::max({wanted, weights, params});
    weights_wait += std::max(wanted, weights) - wanted;
    params_wait += begin - std::max(wanted, weights);
    before_last = summed;
    weights = std::max(weights, before) + kBlockCycles + kParamCycles;
    before = issue = begin + tile - pixels.lead;
    summed = issue + kToSum;
    params = taken + kNextParams;
    taken = std::max(summed, params);
  }
  ComputeCost cost;
  cost.cycles = summed + kRequantTail + multiply(geom.oc_tiles - walked, summed - before_last);
  cost.requant_active = multiply(outputs, geom.oc_tiles);
  const std::uint64_t products = multiply(cost.requant_active, phases);
  cost.fetches = multiply(pixels.all, geom.oc_tiles);
  run_array(cost, spans, products, phases,
            {.weights = weights_wait,
             .drain = params_wait,
             .window = multiply(pixels.all - std::min(pixels.all, outputs), geom.oc_tiles)});
  return cost;
}

}  // namespace auklet::sim::estimator
