#include <algorithm>
#include <utility>

#include "compute_cost.hpp"
#include "geometry.hpp"

namespace auklet::sim::estimator {
namespace {

/// A stripe of CONV, or an output row of DWROWS.
struct Stripe {
  std::uint64_t step = 0;       ///< Cycles of a step, its weights at hand.
  std::uint64_t lead = 0;       ///< Of these, before weights and an accumulator bank are needed.
  std::uint64_t reads = 0;      ///< Of these, with an activation read.
  std::uint64_t load = 0;       ///< Cycles to load a step's weights.
  std::uint64_t positions = 0;  ///< Sums of a group.
  std::uint64_t groups = 1;
  bool first = false;  ///< Of its tiles.
  bool last = false;   ///< Of its tiles.
};

/// CONV and DWROWS as a walk over stripes. Per stripe the sequencer goes through `steps` weight sets; the loader is up
/// to two sets ahead, the drain up to two stripes behind. Times are cycles of the fetches.
class StripeWalk {
 public:
  /// `to_sum`: from the cycle behind a multiplication's last fetch phase to its sum.
  StripeWalk(std::uint64_t steps, std::uint64_t phases, std::uint64_t to_sum, const GeomSpans& spans)
      : steps_(steps),
        phases_(phases),
        to_sum_(to_sum),
        beside_reads_(meeting(spans.in, spans.weights)),
        beside_results_(meeting(spans.out, spans.weights)),
        params_wait_(phases == 1 && meeting(spans.in, spans.params) > kMostly) {}

  /// A command of so many blocks of parameters begins. The drain takes the first one at once, so that the second one
  /// follows it. Both go behind the first weights, but with `params_first` the first one.
  void begin(std::uint64_t load_cycles, bool params_first, std::uint64_t blocks) {
    const std::uint64_t first = std::min<std::uint64_t>(blocks, 2);
    ready_ = kFirstCycle + (params_first ? kParamCycles : 0) + load_cycles;
    stolen_ = (params_first ? first - 1 : first) * kParamCycles;
    blocks_ = blocks - first;
    params_taken_ = params_first ? kFirstCycle + kParamCycles + 1 : ready_ + kNextParams;
    drain_free_ = params_taken_;
  }

  void stripe(const Stripe& stripe) {
    // Parameters are read between the weights, a group's when the one before is being drained: once a tile, or for
    // several groups once a stripe.
    std::uint64_t stolen = stolen_;
    if (!std::exchange(begins_, false) && (stripe.first || stripe.groups > 1)) {
      const std::uint64_t blocks = std::min(blocks_, stripe.groups);
      stolen = blocks * kParamCycles;
      blocks_ -= blocks;
    }
    stolen_ = 0;
    // Reads go before weights: where both are in one region, weights come only in the cycles that reads leave.
    const std::uint64_t serial = std::max(stripe.step, stripe.reads + stripe.load);
    const auto starved = static_cast<std::uint64_t>(beside_reads_ * static_cast<double>(serial - stripe.step));
    const std::uint64_t step = stripe.step + starved;
    weights_wait_ += starved * steps_;

    const std::uint64_t wanted = issue_ + stripe.lead;
    const std::uint64_t begin = std::max({wanted, ready_, bank_free_[bank_]});
    weights_wait_ += std::max(ready_, wanted) - wanted;
    drain_wait_ += begin - std::max(ready_, wanted);
    std::uint64_t last_step = begin;
    std::uint64_t released = issue_;  // The set before the one in use.
    // Once neither weights nor results hold a step up, none of the stripe does.
    for (std::uint64_t i = 1; i < steps_; ++i) {
      const std::uint64_t from = std::max(ready_, released);
      ready_ = loaded(from, stripe.load + std::exchange(stolen, 0));
      released = last_step + step - stripe.lead;
      const std::uint64_t next = std::max(last_step + step, ready_);
      if (i > kSettled && from >= drained_to_) {
        const std::uint64_t pace = std::max(step, stripe.load);
        last_step += (steps_ - i) * pace;
        released = last_step - stripe.lead;
        ready_ =
            std::max(ready_ + (steps_ - 1 - i) * stripe.load, std::min(last_step, ready_ + (steps_ - 1 - i) * pace));
        weights_wait_ += (steps_ - i) * (pace - step);
        break;
      }
      weights_wait_ += next - (last_step + step);
      last_step = next;
    }
    issue_ = last_step + step - stripe.lead;
    const std::uint64_t from = std::max(ready_, released);
    reading_from_ = std::max({issue_, from + stripe.load, bank_free_[bank_ ^ 1U]});
    // Where weights wait for reads, too, those of two steps at most come in one go.
    reading_to_ =
        reading_from_ + (beside_reads_ > kMostly ? std::min<std::uint64_t>(steps_, 2) : steps_) * stripe.reads;
    drain(last_step, stripe);
    ready_ = loaded(from, stripe.load + stolen);
  }

  /// Cycles of the whole command.
  [[nodiscard]] std::uint64_t cycles() const { return drained_to_ + kRequantTail + 1; }
  [[nodiscard]] std::uint64_t weights_wait() const { return weights_wait_; }
  [[nodiscard]] std::uint64_t drain_wait() const { return drain_wait_; }

 private:
  /// A share that counts as all.
  static constexpr double kMostly = 0.5;
  /// Steps that are walked before the rest goes on at their pace.
  static constexpr std::uint64_t kSettled = 3;

  /// When weights that are loaded from `from` on are there. Results that are written into their region go before.
  [[nodiscard]] std::uint64_t loaded(std::uint64_t from, std::uint64_t load) const {
    if (beside_results_ == 0 || from >= drained_to_) return from + load;
    const std::uint64_t begin = std::max(from, drained_from_);
    const std::uint64_t before = std::min(load, begin - from);
    const auto beside = static_cast<double>(drained_to_ - begin);
    const double free = 1 - beside_results_ * drain_rate_;
    const auto left = static_cast<double>(load - before);
    if (left <= beside * free)
      return begin - (begin - from - before) + static_cast<std::uint64_t>(left / std::max(free, 1e-3));
    return drained_to_ + static_cast<std::uint64_t>(left - beside * free);
  }

  /// When the next group's parameters are there. Reads of the next stripe go before them.
  [[nodiscard]] std::uint64_t next_params() const {
    const std::uint64_t at = params_taken_ + kNextParams;
    return params_wait_ && at > reading_from_ && params_taken_ < reading_to_ ? reading_to_ + kNextParams : at;
  }

  void drain(std::uint64_t last_step, const Stripe& stripe) {
    const std::uint64_t hold = stripe.positions == 1 && phases_ == 1 ? 1 : 0;  // Behind the only fetch of a step.
    const std::uint64_t first_sum = last_step + phases_ + to_sum_;
    const std::uint64_t last_sum = issue_ - hold + to_sum_;
    // The first group's sums pass as they become final, if the drain is free then; else it begins with the stripe's
    // end.
    const bool pass = drain_free_ <= first_sum;
    std::uint64_t end = pass ? last_sum : std::max(drain_free_, last_sum + 1) + stripe.positions;
    drained_from_ = pass ? first_sum : end - stripe.positions;
    for (std::uint64_t g = 1; g < stripe.groups; ++g) {
      params_taken_ = std::max(end + 1, next_params());
      end = params_taken_ + stripe.positions;
    }
    drained_to_ = end;
    drain_rate_ = static_cast<double>(stripe.positions * stripe.groups) / static_cast<double>(end + 1 - drained_from_);
    bank_free_[bank_] = end + 1;
    bank_ ^= 1U;
    drain_free_ = end + 1;
    if (stripe.groups > 1 || stripe.last) {
      params_taken_ = std::max(end + 1, next_params());
      drain_free_ = params_taken_;
    }
  }

  std::uint64_t steps_;
  std::uint64_t phases_;
  std::uint64_t to_sum_;
  double beside_reads_;             ///< Share of the weights that are in the region of reads,
  double beside_results_;           ///< and of results.
  bool params_wait_;                ///< Parameters come only when nothing is read.
  std::uint64_t reading_from_ = 0;  ///< Reads of the next stripe, about.
  std::uint64_t reading_to_ = 0;
  std::uint64_t issue_ = kFirstCycle;
  std::uint64_t ready_ = 0;  ///< The next weight set.
  bool begins_ = true;
  std::uint64_t stolen_ = 0;  ///< From the first weights, by parameters.
  std::uint64_t blocks_ = 0;  ///< Of parameters, that are not loaded yet.
  std::array<std::uint64_t, 2> bank_free_{};
  unsigned bank_ = 0;
  std::uint64_t params_taken_ = 0;
  std::uint64_t drain_free_ = 0;
  std::uint64_t drained_from_ = 0;  ///< The newest stripe's results,
  std::uint64_t drained_to_ = 0;    ///< to the last one,
  double drain_rate_ = 0;           ///< and so many a cycle.
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

  StripeWalk walk(steps, phases, 2, spans);
  std::uint64_t walked = 0;
  std::uint64_t before_last = 0;
  const std::uint64_t all = multiply(sets, stripes);
  walk.begin(kBlockCycles * std::min<std::uint64_t>(groups, geom.oc_tiles), steps == 1,
             multiply(groups == 1 ? 1 : stripes, geom.oc_tiles));
  for (std::uint64_t set = 0; set < sets && walked < kWalkedStripes; ++set) {
    const std::uint64_t tiles = std::min<std::uint64_t>(groups, geom.oc_tiles - set * groups);
    for (std::uint64_t i = 0; i < stripes && walked < kWalkedStripes; ++i, ++walked) {
      const std::uint64_t n = std::min<std::uint64_t>(geom.stripe, positions - i * geom.stripe);
      before_last = walk.cycles();
      // A stripe of one position would read its sum before the step before has written it.
      walk.stripe({.step = n == 1 && phases == 1 ? 2 : n * phases,
                   .reads = static_cast<std::uint64_t>(spans.inside * static_cast<double>(n)),
                   .load = kBlockCycles * tiles,
                   .positions = n,
                   .groups = tiles,
                   .first = i == 0,
                   .last = i + 1 == stripes});
    }
  }
  ComputeCost cost;
  cost.cycles = walk.cycles() + multiply(all - walked, walk.cycles() - before_last);
  cost.requant_active = multiply(positions, geom.oc_tiles);
  const std::uint64_t products = multiply(multiply(positions, sets), multiply(steps, phases));
  cost.fetches = multiply(multiply(positions, sets), steps);
  run_array(cost, spans, products, phases, {.weights = walk.weights_wait(), .drain = walk.drain_wait()});
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

  StripeWalk walk(geom.kh, phases, 3, spans);
  const std::uint64_t inside = std::min<std::uint64_t>(pixels, geom.in_w);  // The others are padding.
  std::uint64_t walked = 0;
  std::uint64_t before_last = 0;
  walk.begin(kBlockCycles, geom.kh == 1, geom.oc_tiles);
  for (; walked < std::min(all, kWalkedStripes); ++walked) {
    before_last = walk.cycles();
    walk.stripe({.step = row,
                 .lead = lead,
                 .reads = static_cast<std::uint64_t>(spans.inside * static_cast<double>(inside)),
                 .load = kBlockCycles,
                 .positions = geom.out_w,
                 .first = walked % geom.out_h == 0,
                 .last = walked % geom.out_h + 1 == geom.out_h});
  }
  ComputeCost cost;
  cost.cycles = walk.cycles() + multiply(all - walked, walk.cycles() - before_last);
  cost.requant_active = multiply(outputs, geom.oc_tiles);
  const std::uint64_t products = multiply(cost.requant_active, geom.kh * phases);
  cost.fetches = multiply(all, multiply(geom.kh, pixels));
  run_array(cost, spans, products, phases,
            {.weights = walk.weights_wait(),
             .drain = walk.drain_wait(),
             .window = multiply(all, multiply(geom.kh, pixels - geom.out_w))});
  return cost;
}

}  // namespace auklet::sim::estimator
