#include "array_ports.hpp"

#include <algorithm>
#include <bit>

#include "geometry.hpp"

namespace auklet::sim::estimator {

template <typename Walk>
ArrayPorts<Walk>::ArrayPorts(const spec::GeomCommand& geom, const spec::HardwareConfig& config)
    : map_(config.sram_bytes), shape_(geom, config), walk_(shape_), weights_(shape_), params_(shape_), drain_(shape_) {}

template <typename Walk>
ComputeAsks ArrayPorts<Walk>::asks() {
  ComputeAsks asks{.results = results_.now()};
  fetches_ = param_asks_ = weight_asks_ = false;
  if (count_.cycle < kFirstCycle) return asks;
  fetches_ = walk_.asks(weights_, drain_, tile_params_);
  if (fetches_) {
    const Fetch fetch = walk_.fetch(shape_);
    if (fetch.exists) asks.reads = map_.bytes(fetch.address);
  }
  // Parameters go before weights.
  param_asks_ = params_.asks();
  weight_asks_ = !param_asks_ && weights_.asks();
  if (param_asks_ || weight_asks_) asks.weights = map_.pair(param_asks_ ? params_.address : weights_.address);
  return asks;
}

template <typename Walk>
void ArrayPorts<Walk>::step(bool reads_granted, bool weights_granted) {
  results_.step();
  if (count_.cycle++ < kFirstCycle) return;
  const bool window = shape_.window();
  const bool loaded_any = weights_.any();
  const Sum arriving{(pipe_.valid & 1U) != 0, (pipe_.first & 1U) != 0, (pipe_.last & 1U) != 0};
  Fetched fetched;
  const unsigned set = walk_.set, bank = walk_.bank;
  if (fetches_ && reads_granted) {
    fetched = walk_.fire(shape_);
    count_.fetched();
    if (fetched.issued || (shape_.tiles && fetched.released)) ++count_.rounds;
    const std::uint32_t sum = (fetched.sum.valid ? 1U : 0U) << to_sum();
    pipe_.valid |= sum;
    if (fetched.sum.first) pipe_.first |= sum;
    if (fetched.sum.last) pipe_.last |= sum;
  } else {
    walk_.wait();
  }
  const Drain::Step drained = drain_.step(shape_, arriving, params_.there(), fetched.issued, bank);
  if (drained.result) results_.push(map_.word(*drained.result), to_write());
  if (shape_.tiles) tile_params_ += (params_.loaded() ? 1U : 0U) - (fetched.released ? 1U : 0U);
  params_.step(shape_, param_asks_ && weights_granted, drained.param_taken, loaded_any);
  if (weight_asks_ && weights_granted) weights_.load(shape_);
  // A set may be overwritten when its last product is being formed.
  if (fetched.released) pipe_.released[set] |= 1U << (shape_.phases - 1 + (window ? 1 : 0));
  for (unsigned i = 0; i < 2; ++i) {
    if ((pipe_.released[i] & 1U) != 0) weights_.release(i);
  }
  pipe_.step();
}

template <typename Walk>
Calm ArrayPorts<Walk>::calm(std::uint64_t most, Banks others) {
  constexpr unsigned kLongest = 7;
  const Calm calm = look(most, others);
  if (calm.cycles >= kWorth) {
    in_vain_ = 0;
    return calm;
  }
  in_vain_ = std::min(2 * in_vain_ + 1, kLongest);
  looks_after_ = in_vain_ / 2;
  return {};
}

template <typename Walk>
Calm ArrayPorts<Walk>::look(std::uint64_t most, Banks others) const {
  if (count_.cycle < kFirstCycle || !drain_.active() || params_.loaded()) return {};
  if (!params_.begun && weights_.any()) return {};
  std::uint64_t cycles = std::min(most, drain_.calm(shape_, params_.there()));
  const std::uint32_t ends = pipe_.first | pipe_.last | pipe_.released[0] | pipe_.released[1];
  if (ends != 0) cycles = std::min<std::uint64_t>(cycles, static_cast<unsigned>(std::countr_zero(ends)));
  if (cycles < kWorth) return {};
  Calm calm{.cycles = cycles, .gait = walk_.gait(shape_, weights_, drain_, tile_params_)};
  calm.cycles = std::min(cycles, calm.gait.most);
  if (calm.cycles < kWorth) return {};
  const unsigned reads = calm.gait.moves ? shape_.reads : 0U;
  const unsigned results = drain_.moves() || !results_.empty() ? shape_.results : 0U;
  const unsigned loads = params_.asks() ? shape_.params : weights_.asks() ? shape_.weights : 0U;
  if ((reads & loads) != 0 || ((reads | loads) & results) != 0 || ((reads | loads | results) & others) != 0) {
    look_closely(calm, others);
  } else if (params_.asks()) {
    return {};
  } else if (weights_.asks()) {
    calm.loads = true;
    calm.cycles = std::min(calm.cycles, weights_.left(shape_) - 1);
  }
  return calm;
}

/// Fetches whose words lie evenly; as many cycles are left as they do.
template <typename Walk>
typename ArrayPorts<Walk>::PortUse ArrayPorts<Walk>::reads_use(Calm& calm) const {
  const Gait& gait = calm.gait;
  if (!gait.moves) return {};
  const Line line = walk_.line(shape_);
  calm.cycles = std::min(calm.cycles, walk_.hold + gait.cycle_of(line.fetches));
  if (!line.exists) return {};
  const bool all = gait.pause == 1 || gait.lead >= calm.cycles;
  if (!all && (gait.lead != 0 || gait.stride != 1)) {
    calm.cycles = 0;
    return {};
  }
  const std::uint64_t words = std::min(line.fetches, calm.cycles);
  const std::uint64_t period = all ? 1 : gait.pause;
  return {map_.regions(line.address, words * line.pitch + std::uint64_t{2} * spec::kLanes),
          read_use(line.address, line.pitch, period, walk_.hold)};
}

/// The same for results.
template <typename Walk>
typename ArrayPorts<Walk>::PortUse ArrayPorts<Walk>::results_use(Calm& calm) const {
  PortUse results{whole_regions(results_.banks()), results_.use()};
  if (!drain_.moves()) return results;
  const spec::GeomCommand& geom = shape_.geom;
  const unsigned later = to_write() + 1;
  const std::uint64_t row = geom.out_w - drain_.x;
  calm.cycles = std::min<std::uint64_t>(calm.cycles, row + later);
  if (geom.out_x_pitch % spec::kLanes != 0) calm.cycles = 0;
  std::uint64_t moves = ~std::uint64_t{0};
  if (drain_.passing(shape_)) {
    moves = pipe_.valid;
    if (calm.gait.sums && calm.gait.moves) moves |= comb(calm.gait.period(), walk_.hold + calm.gait.lead + to_sum());
  }
  const BankUse moved = bank_use(drain_.result(), geom.out_x_pitch, moves);
  results.use.add({moved.even << later, moved.odd << later});
  results.banks |= map_.regions(drain_.result(), std::min(calm.cycles, row) * geom.out_x_pitch);
  return results;
}

/// Weights, one pair a cycle, or none: reads in every cycle leave nothing for both banks.
template <typename Walk>
typename ArrayPorts<Walk>::PortUse ArrayPorts<Walk>::loads_use(Calm& calm, const PortUse& reads) const {
  constexpr std::uint64_t kPair = std::uint64_t{2} * spec::kLanes;
  if (!params_.asks() && !weights_.asks()) return {};
  const std::uint64_t left = params_.asks() ? 1 : weights_.left(shape_);
  const unsigned banks =
      map_.regions(params_.asks() ? params_.address : weights_.address, kPair * std::min(left, calm.cycles));
  if (banks == reads.banks && one_region(banks) && calm.gait.pause == 1 && walk_.hold == 0) return {};
  calm.loads = true;
  calm.cycles = std::min(calm.cycles, left - 1);
  return {banks, {~std::uint64_t{0}, ~std::uint64_t{0}}};
}

/// Where ports are in one region: up to the first cycle in which they ask for the same bank.
template <typename Walk>
void ArrayPorts<Walk>::look_closely(Calm& calm, Banks others) const {
  calm.cycles = std::min(calm.cycles, kLooked);
  const PortUse reads = reads_use(calm);
  const PortUse loads = loads_use(calm, reads);
  if (calm.cycles < kWorth) return;
  const PortUse results = results_use(calm);
  std::uint64_t collisions = 0;
  const auto meet = [&](const PortUse& a, const PortUse& b) {
    if ((a.banks & b.banks) != 0) collisions |= (a.use.even & b.use.even) | (a.use.odd & b.use.odd);
  };
  meet(reads, loads);
  meet(reads, results);
  meet(loads, results);
  if (collisions != 0) {
    calm.cycles = std::min<std::uint64_t>(calm.cycles, static_cast<unsigned>(std::countr_zero(collisions)));
  }
  for (const PortUse* port : {&reads, &loads, &results}) {
    if ((port->banks & others) == 0) continue;
    calm.others.add(port->use);
    if (port->banks != others || !one_region(others)) calm.cycles = 0;
  }
}

template <typename Walk>
void ArrayPorts<Walk>::skip(const Calm& calm, std::uint64_t cycles) {
  const std::uint64_t held = walk_.hold;
  const Stretch stretch(calm.gait, held, cycles);
  // Sums that arrive: of those on their way, and of those whose last product is formed now.
  const std::uint64_t period = calm.gait.period();
  const std::uint64_t first = held + calm.gait.lead + to_sum();
  const std::uint64_t sums = calm.gait.sums ? stretch.products : 0;
  std::uint64_t arrived =
      static_cast<unsigned>(std::popcount(cycles < kWordBits ? pipe_.valid & ((1U << cycles) - 1) : pipe_.valid));
  const std::uint64_t now = sums != 0 && first < cycles ? std::min(sums, (cycles - first + period - 1) / period) : 0;
  arrived += now;
  // Bit i: one arrives in cycle `cycles` - kRecent + i, the first of those behind being what stays in the pipe.
  std::uint64_t recent = cycles >= kRecent ? (cycles - kRecent < kWordBits ? pipe_.valid >> (cycles - kRecent) : 0U)
                                           : std::uint64_t{pipe_.valid} << (kRecent - cycles);
  for (std::uint64_t i = sums; i != 0; --i) {
    const std::uint64_t at = first + (i - 1) * period;
    if (at + kRecent < cycles) break;
    recent |= std::uint64_t{1} << (at + kRecent - cycles);
  }
  drain_stretch(arrived, recent, cycles);
  pipe_.valid = static_cast<std::uint32_t>(recent >> kRecent);
  const unsigned gone = static_cast<unsigned>(std::min<std::uint64_t>(cycles, kWordBits - 1));
  pipe_.first >>= gone;
  pipe_.last >>= gone;
  pipe_.released[0] >>= gone;
  pipe_.released[1] >>= gone;
  if (calm.loads) weights_.load(static_cast<std::uint32_t>(cycles));
  if (cycles != 0) params_.arrives = false;
  if (stretch.fetches != 0) {
    count_.fetches += stretch.fetches;
    count_.newest = count_.cycle + stretch.newest;
  }
  count_.cycle += cycles;
  walk_.go(shape_, stretch);
}

/// Results of a stretch, of sums of which `arrived`, see skip().
template <typename Walk>
void ArrayPorts<Walk>::drain_stretch(std::uint64_t arrived, std::uint64_t recent, std::uint64_t cycles) {
  results_.skip(cycles);
  if (!drain_.moves()) return;
  const std::uint64_t written = std::min<std::uint64_t>(cycles, to_write() + 1);  // Those before are in SRAM.
  const bool passing = drain_.passing(shape_);
  const std::uint64_t begin = kRecent - written;
  const std::uint64_t late =
      passing ? recent >> begin & ((std::uint64_t{1} << written) - 1) : (std::uint64_t{1} << written) - 1;
  const std::uint64_t moved = passing ? arrived : cycles;
  drain_.move(shape_, moved - static_cast<unsigned>(std::popcount(late)));
  for (std::uint64_t i = 0; i < written; ++i) {
    if ((late >> i & 1U) == 0) continue;
    results_.push(map_.word(drain_.result()), static_cast<unsigned>(to_write() + 1 - (written - i)));
    drain_.move(shape_, 1);
  }
}

template class ArrayPorts<ConvWalk>;
template class ArrayPorts<RowsWalk>;
template class ArrayPorts<TileWalk>;

}  // namespace auklet::sim::estimator
