#include <algorithm>

#include "compute_cost.hpp"
#include "geometry.hpp"

namespace auklet::sim::estimator {
namespace {

/// CONV and DWROWS as a walk over stripes. Per stripe the sequencer goes through `steps` weight sets; the loader is up
/// to two sets ahead, the drain up to two stripes behind. Times are cycles of the fetches.
class StripeWalk {
 public:
  StripeWalk(std::uint64_t steps, std::uint64_t phases, std::uint64_t to_sum)
      : steps_(steps), phases_(phases), to_sum_(to_sum) {}

  /// A command begins. With `params_first` the first parameters go before the first weights.
  void begin(std::uint64_t load_cycles, bool params_first) {
    ready_ = kFirstCycle + (params_first ? kParamCycles : 0) + load_cycles;
    params_taken_ = params_first ? kFirstCycle + kParamCycles + 1 : ready_ + kNextParams;
    drain_free_ = params_taken_;
  }

  /// A stripe whose steps take `step` cycles each, `lead` of them before weights and bank are needed, and whose sums
  /// are drained in `groups` passes of `positions`. `first` and `last` say whether it is its tiles' first or last one.
  void stripe(std::uint64_t step, std::uint64_t lead, std::uint64_t load_cycles, std::uint64_t positions,
              std::uint64_t groups, bool first, bool last) {
    // Parameters are read between the weights: once a tile, or for several groups once a stripe.
    const std::uint64_t stolen = first || groups > 1 ? groups * kParamCycles : 0;
    const std::uint64_t wanted = issue_ + lead;
    const std::uint64_t begin = std::max({wanted, ready_, bank_free_[bank_]});
    weights_wait_ += std::max(ready_, wanted) - wanted;
    drain_wait_ += begin - std::max(ready_, wanted);
    std::uint64_t last_step = begin + (steps_ - 1) * step;
    last_step = std::max(last_step, ready_ + (steps_ - 1) * load_cycles);
    if (steps_ > 2) last_step = std::max(last_step, begin + step + (steps_ - 2) * load_cycles);
    weights_wait_ += last_step - (begin + (steps_ - 1) * step);
    const std::uint64_t before = steps_ > 1 ? last_step - lead : issue_;
    ready_ = std::max(ready_ + (steps_ - 1) * load_cycles, before) + load_cycles + stolen;
    issue_ = last_step + step - lead;
    drain(last_step, positions, groups, last);
  }

  /// Cycles of the whole command.
  [[nodiscard]] std::uint64_t cycles() const { return drained_ + kRequantTail + 1; }
  [[nodiscard]] std::uint64_t weights_wait() const { return weights_wait_; }
  [[nodiscard]] std::uint64_t drain_wait() const { return drain_wait_; }

 private:
  void drain(std::uint64_t last_step, std::uint64_t positions, std::uint64_t groups, bool last) {
    const std::uint64_t first_sum = last_step + phases_ + to_sum_;
    const std::uint64_t last_sum = issue_ + to_sum_;
    // The first group's sums pass as they become final, if the drain is free then; else it begins with the stripe's
    // end.
    std::uint64_t end = drain_free_ <= first_sum ? last_sum : std::max(drain_free_, last_sum + 1) + positions;
    for (std::uint64_t g = 1; g < groups; ++g) {
      params_taken_ = std::max(end + 1, params_taken_ + kNextParams);
      end = params_taken_ + positions;
    }
    drained_ = end;
    bank_free_[bank_] = end + 1;
    bank_ ^= 1U;
    drain_free_ = end + 1;
    if (groups > 1 || last) {
      params_taken_ = std::max(end + 1, params_taken_ + kNextParams);
      drain_free_ = params_taken_;
    }
  }

  std::uint64_t steps_;
  std::uint64_t phases_;
  std::uint64_t to_sum_;  ///< From the cycle behind a multiplication's last fetch phase to its sum.
  std::uint64_t issue_ = kFirstCycle;
  std::uint64_t ready_ = 0;  ///< The next weight set.
  std::array<std::uint64_t, 2> bank_free_{};
  unsigned bank_ = 0;
  std::uint64_t params_taken_ = 0;
  std::uint64_t drain_free_ = 0;
  std::uint64_t drained_ = 0;
  std::uint64_t weights_wait_ = 0;
  std::uint64_t drain_wait_ = 0;
};

/// Stripes of a command that are walked one by one; behind them the rest goes on at the pace of the last ones.
constexpr std::uint64_t kWalkedStripes = 4096;

}  // namespace

ComputeCost conv_cost(const spec::GeomCommand& geom, const spec::HardwareConfig& config) {
  const std::uint64_t positions = std::uint64_t{geom.out_h} * geom.out_w;
  const std::uint64_t phases = divide_up(spec::kReduce, config.rows);
  const std::uint64_t steps = std::uint64_t{geom.kh} * geom.kx_n * geom.chunks;
  const std::uint64_t groups = geom.in_tile_step == 0 ? config.groups : 1;
  const std::uint64_t sets = divide_up(geom.oc_tiles, groups);
  const std::uint64_t stripes = divide_up(positions, geom.stripe);
  const GeomSpans spans = spans_of(geom, config);

  StripeWalk walk(steps, phases, 2);
  // Fetches go before weights where both are in one region: then a block loads only in the cycles that fetches leave.
  const double starved =
      meeting(spans.in, spans.weights) * (spans.in_both_banks ? 1.0 : 0.9) / static_cast<double>(phases);
  const auto extra = [&](std::uint64_t load) {
    return static_cast<std::uint64_t>(starved * static_cast<double>(load));
  };
  std::uint64_t walked = 0;
  std::uint64_t before_last = 0;
  const std::uint64_t all = multiply(sets, stripes);
  walk.begin(kBlockCycles * std::min<std::uint64_t>(groups, geom.oc_tiles), steps == 1);
  for (std::uint64_t set = 0; set < sets && walked < kWalkedStripes; ++set) {
    const std::uint64_t tiles = std::min<std::uint64_t>(groups, geom.oc_tiles - set * groups);
    for (std::uint64_t i = 0; i < stripes && walked < kWalkedStripes; ++i, ++walked) {
      const std::uint64_t n = std::min<std::uint64_t>(geom.stripe, positions - i * geom.stripe);
      // A stripe of one position would read its sum before the step before has written it.
      const std::uint64_t step = (n == 1 && phases == 1 ? 2 : n * phases) + extra(kBlockCycles * tiles);
      before_last = walk.cycles();
      walk.stripe(step, 0, kBlockCycles * tiles, n, tiles, i == 0, i + 1 == stripes);
    }
  }
  ComputeCost cost;
  cost.cycles = walk.cycles() + multiply(all - walked, walk.cycles() - before_last);
  cost.requant_active = multiply(positions, geom.oc_tiles);
  const std::uint64_t products = multiply(multiply(positions, sets), multiply(steps, phases));
  const auto lost = static_cast<std::uint64_t>(spans.collisions * static_cast<double>(cost.requant_active) /
                                               static_cast<double>(phases));
  cost.cycles += lost;
  cause(cost.causes, spec::Cause::kArray) = products;
  cause(cost.causes, spec::Cause::kBank) = lost;
  cause(cost.causes, spec::Cause::kWeights) = std::min(walk.weights_wait(), cost.cycles - products - lost);
  const std::uint64_t left = cost.cycles - products - lost - cause(cost.causes, spec::Cause::kWeights);
  cause(cost.causes, spec::Cause::kDrain) = std::min(walk.drain_wait(), left);
  fill_up(cost);

  const auto cycles = static_cast<double>(cost.cycles);
  cost.sram.add(spans.in, static_cast<double>(products) / static_cast<double>(phases) / cycles, spans.in_both_banks,
                true);
  cost.sram.add(spans.weights,
                static_cast<double>(multiply(multiply(geom.oc_tiles, stripes), steps * kBlockCycles)) / cycles, true);
  cost.sram.add(spans.out, static_cast<double>(cost.requant_active) / cycles, false);
  return cost;
}

ComputeCost dwrows_cost(const spec::GeomCommand& geom, const spec::HardwareConfig& config) {
  const std::uint64_t phases = divide_up(spec::kReduce, config.rows);
  const std::uint64_t outputs = std::uint64_t{geom.out_h} * geom.out_w;
  const std::uint64_t lead = geom.kx_n - std::uint64_t{1} - geom.pad_left;  // Pixels before the first output's last.
  const std::uint64_t pixels = lead + (geom.out_w - std::uint64_t{1}) * geom.stride_x + 1;
  const std::uint64_t row = pixels + geom.out_w * (phases - 1) + (geom.out_w == 1 && phases == 1 ? 1 : 0);
  const GeomSpans spans = spans_of(geom, config);
  const std::uint64_t all = multiply(geom.oc_tiles, geom.out_h);

  StripeWalk walk(geom.kh, phases, 3);
  std::uint64_t walked = 0;
  std::uint64_t before_last = 0;
  walk.begin(kBlockCycles, geom.kh == 1);
  for (; walked < std::min(all, kWalkedStripes); ++walked) {
    before_last = walk.cycles();
    walk.stripe(row, lead, kBlockCycles, geom.out_w, 1, walked % geom.out_h == 0,
                walked % geom.out_h + 1 == geom.out_h);
  }
  ComputeCost cost;
  cost.cycles = walk.cycles() + multiply(all - walked, walk.cycles() - before_last);
  cost.requant_active = multiply(outputs, geom.oc_tiles);
  const std::uint64_t products = multiply(cost.requant_active, geom.kh * phases);
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
  part(spec::Cause::kWeights, walk.weights_wait());
  part(spec::Cause::kDrain, walk.drain_wait());
  part(spec::Cause::kWindow, multiply(all, multiply(geom.kh, pixels - geom.out_w)));
  fill_up(cost);

  const auto cycles = static_cast<double>(cost.cycles);
  cost.sram.add(spans.in, static_cast<double>(multiply(all, geom.kh * pixels)) / cycles, spans.in_both_banks, true);
  cost.sram.add(spans.weights, static_cast<double>(multiply(all, geom.kh * kBlockCycles)) / cycles, true);
  cost.sram.add(spans.out, static_cast<double>(cost.requant_active) / cycles, false);
  return cost;
}

}  // namespace auklet::sim::estimator
