#include "sram_race.hpp"

#include <algorithm>
#include <cmath>
#include <functional>

#include "command_work.hpp"

namespace auklet::sim::estimator {
namespace {

struct Refusals {
  bool compute = false;
  bool load = false;
  bool store = false;
};

/// One cycle of `compute` and of the transfers that there are.
template <typename Ports>
void cycle(Ports& compute, TransferPorts* load, TransferPorts* store, Refusals& refusals) {
  const ComputeAsks asks = compute.asks();
  const Banks loads = load != nullptr ? load->asks() : Banks{0};
  const Banks stores = store != nullptr ? store->asks() : Banks{0};
  const unsigned urgent_store =
      stores != 0 && store->refused() == TransferPorts::kPatience ? stores & ~asks.results : 0U;
  const unsigned urgent_load =
      loads != 0 && load->refused() == TransferPorts::kPatience ? loads & ~asks.results & ~urgent_store : 0U;
  const unsigned urgent = urgent_store | urgent_load;
  const bool read = (asks.reads & (asks.results | urgent)) == 0;
  unsigned taken = asks.results | (read ? asks.reads : 0U);
  const bool weighed = asks.weights != 0 && (asks.weights & (taken | urgent)) == 0;
  refusals.compute = refusals.compute || (asks.reads & urgent) != 0 || (asks.weights & urgent) != 0;
  taken |= weighed ? asks.weights : 0U;
  const bool stored = (stores & taken) == 0;
  taken |= stored ? stores : 0U;
  const bool loaded = (loads & taken) == 0;
  refusals.load = refusals.load || !loaded;
  refusals.store = refusals.store || !stored;
  compute.step(read, weighed);
  if (load != nullptr) load->step(loaded);
  if (store != nullptr) store->step(stored);
}

/// One cycle of `compute` alone, or up to `most` at once. Returns how many.
template <typename Ports>
std::uint64_t go(Ports& compute, std::uint64_t most) {
  if (compute.may_be_calm()) {
    const Calm calm = compute.calm(most, 0);
    if (calm.cycles != 0) {
      compute.skip(calm, calm.cycles);
      return calm.cycles;
    }
  }
  Refusals refusals;
  cycle(compute, nullptr, nullptr, refusals);
  return 1;
}

/// The same for a transfer.
std::uint64_t go(TransferPorts& transfer, std::uint64_t most) { return transfer.go(most); }

/// The same, with no more than `count` fetches or words if that is more than one cycle.
template <typename Ports>
std::uint64_t go_for(Ports& compute, std::uint64_t most, std::uint64_t count) {
  return go(compute, std::min(most, std::max<std::uint64_t>(count == 0 ? compute.held() : count, 1)));
}
std::uint64_t go_for(TransferPorts& transfer, std::uint64_t most, std::uint64_t count) {
  return transfer.go(most, count);
}

template <typename Ports>
void go_all(Ports& ports, std::uint64_t cycles) {
  while (cycles != 0) cycles -= go(ports, cycles);
}

/// Up to `most` cycles of a transfer beside a command that uses `taken` and is not to be disturbed.
std::uint64_t beside(TransferPorts& transfer, const BankUse& taken, std::uint64_t most, bool& refused) {
  for (std::uint64_t cycle = 0; cycle < most; ++cycle) {
    if (transfer.done()) return cycle;
    const unsigned banks = transfer.asks();
    const std::uint64_t use = ((banks & kEvenBanks) != 0 ? taken.even : 0) | ((banks & kOddBanks) != 0 ? taken.odd : 0);
    const bool granted = (use >> cycle & 1U) == 0;
    if (!granted && transfer.refused() == TransferPorts::kPatience) return cycle;
    refused = refused || !granted;
    transfer.step(granted);
  }
  return most;
}

/// Cycles of all of them in which none disturbs `compute`, up to `most`; 0 when there are few.
template <typename Ports>
std::uint64_t leap(Ports& compute, TransferPorts* load, TransferPorts* store, std::uint64_t most, Refusals& refusals) {
  if (!compute.may_be_calm()) return 0;
  TransferPorts* busy = nullptr;
  for (TransferPorts* transfer : {load, store}) {
    if (transfer == nullptr) continue;
    const std::uint64_t quiet = transfer->quiet();
    if (quiet >= kWorth) {
      most = std::min(most, quiet);
      continue;
    }
    if (busy != nullptr) return 0;
    busy = transfer;
  }
  Banks others = 0;
  if (busy != nullptr) {
    most = std::min(most, kLooked);
    others = busy->regions(most);
  }
  const Calm calm = compute.calm(most, others);
  if (calm.cycles == 0) return 0;
  std::uint64_t cycles = calm.cycles;
  if (busy != nullptr && calm.others.any() != 0) {
    cycles = beside(*busy, calm.others, cycles, busy == load ? refusals.load : refusals.store);
  } else if (busy != nullptr) {
    for (cycles = 0; cycles < calm.cycles && !busy->done();) cycles += go(*busy, calm.cycles - cycles);
  }
  for (TransferPorts* transfer : {load, store}) {
    if (transfer != nullptr && transfer != busy) transfer->skip(cycles);
  }
  compute.skip(calm, cycles);
  return cycles;
}

template <typename Ports>
std::uint64_t leap_or_cycle(Ports& compute, TransferPorts* load, TransferPorts* store, std::uint64_t most,
                            Refusals& refusals) {
  const std::uint64_t cycles = leap(compute, load, store, most, refusals);
  if (cycles != 0) return cycles;
  cycle(compute, load, store, refusals);
  return 1;
}

template <typename Ports>
void advance(Ports& compute, TransferPorts* load, TransferPorts* store, std::uint64_t cycles) {
  Refusals refusals;
  while (cycles != 0) cycles -= leap_or_cycle(compute, load, store, cycles, refusals);
}

/// What a racer has got done: a count, and the cycle behind the newest of it.
struct Progress {
  std::uint64_t count = 0;
  std::uint64_t newest = 0;
};

template <typename Ports>
Progress progress(const Ports& compute) {
  return {compute.count().fetches, compute.count().newest};
}
Progress progress(const TransferPorts& transfer) { return {transfer.passed(), transfer.newest()}; }

template <typename Ports>
std::uint64_t cycle_of(const Ports& compute) {
  return compute.count().cycle;
}
std::uint64_t cycle_of(const TransferPorts& transfer) { return transfer.cycle(); }

/// Cycles that a racer goes on by itself before it is looked at how late it is: what only waits in a buffer catches up.
constexpr std::uint64_t kSettling = 128;

/// How late `end` is after `cycles` cycles, compared to `begin` by itself.
template <typename Ports>
double delay(Ports begin, Ports end, std::uint64_t cycles) {
  const std::uint64_t before = cycle_of(begin);
  const std::uint64_t until = cycles + kSettling;
  go_all(end, kSettling);
  const Progress made = progress(end);
  double late = 0;
  std::uint64_t passed = 0;
  const auto go_on = [&](std::uint64_t count) {
    while (passed < until && progress(begin).count < count) {
      passed += go_for(begin, until - passed, count - 1 - progress(begin).count);
    }
    return progress(begin).count >= count;
  };
  if (progress(begin).count < made.count && go_on(made.count)) {
    late = static_cast<double>(made.newest - before) - static_cast<double>(passed);
  }
  // By itself it would have done the next by now.
  return go_on(made.count + 1) ? std::max(late, static_cast<double>(until - passed)) : late;
}

constexpr std::array kTransfers{Racer::kLoad, Racer::kStore};

/// Cycles that are followed; behind them the rest goes on at their pace.
constexpr std::uint64_t kFollowed = 8192;

bool same(const Runners& a, const Runners& b) {
  return std::ranges::equal(
      a, b, [](const Runner& x, const Runner& y) { return x.runs == y.runs && (!x.runs || x.command == y.command); });
}

/// See cycles_alone(): all of it, or so much that its pace is known.
template <typename Ports>
std::optional<double> cycles_alone(Ports& ports, std::uint64_t fetches) {
  constexpr std::uint64_t kWatched = 8192;
  const PortCount& now = ports.count();
  PortCount half, first, last;  // Whole rounds are between these two.
  while (!ports.done() && now.cycle < kWatched) {
    const std::uint64_t rounds = now.rounds;
    go(ports, (now.cycle < kWatched / 2 ? kWatched / 2 : kWatched) - now.cycle);
    if (now.cycle == kWatched / 2) half = now;
    if (now.rounds == rounds || half.cycle == 0) continue;
    if (first.cycle == 0) first = now;
    last = now;
  }
  if (ports.done()) return static_cast<double>(now.cycle);
  if (last.fetches == first.fetches) return std::nullopt;
  const double pace = static_cast<double>(last.cycle - first.cycle) / static_cast<double>(last.fetches - first.fetches);
  return static_cast<double>(last.cycle) + static_cast<double>(fetches - std::min(fetches, last.fetches)) * pace;
}

}  // namespace

std::optional<double> cycles_alone(const PortCommand& command, std::uint64_t fetches,
                                   const spec::HardwareConfig& config) {
  ComputePorts ports = compute_ports(command, config);
  return std::visit([&](auto& each) { return cycles_alone(each, fetches); }, ports);
}

SramRace::Lanes::Lanes(const spec::HardwareConfig& config)
    : compute(compute_ports({}, config)),
      transfer{TransferPorts({}, config), TransferPorts({}, config), TransferPorts({}, config)} {
  command.fill(kNobody);
}

bool SramRace::meets(const Runners& runners, Racer transfer) const {
  const Runner& compute = runners[index(Racer::kCompute)];
  const Runner& moves = runners[index(transfer)];
  if (!compute.runs || !moves.runs) return false;
  const CommandWork& work = commands_[compute.command];
  return work.ports && (work.regions & commands_[moves.command].regions) != 0;
}

Paces SramRace::run(std::uint64_t now, const Runners& runners) {
  if (window_ && same(window_->runners, runners) && now < window_->paces.until) return window_->paces;
  leave(now);
  std::array<bool, kRacers> races{};
  for (const Racer racer : kTransfers) {
    if (!meets(runners, racer)) continue;
    enter(runners[index(racer)], racer);
    races[index(racer)] = !lanes_.transfer[index(racer)].done();
  }
  if (std::ranges::none_of(races, std::identity())) return {};
  enter(runners[index(Racer::kCompute)], Racer::kCompute);
  races[index(Racer::kCompute)] = true;
  Window window(now, runners, lanes_);
  window.races = races;
  std::visit([&](auto& ports) { race(ports, window); }, lanes_.compute);
  if (window.cycles == 0) return {};
  window_ = window;
  return window.paces;
}

/// The lanes as they are at `now`.
void SramRace::leave(std::uint64_t now) {
  if (!window_) return;
  const Window& window = *window_;
  const std::uint64_t cycles = std::min(now - window.from, window.cycles);
  if (cycles < window.cycles) {
    lanes_ = window.begin;
    TransferPorts* load = window.racing(lanes_, Racer::kLoad);
    TransferPorts* store = window.racing(lanes_, Racer::kStore);
    std::visit([&](auto& ports) { advance(ports, load, store, cycles); }, lanes_.compute);
  }
  for (std::size_t i = 0; i < kRacers; ++i) {
    if (window.races[i]) lanes_.done[i] = window.begin.done[i] + window.paces.pace[i] * static_cast<double>(cycles);
  }
  window_.reset();
}

double SramRace::stream_delay(std::uint64_t now, const Runner& load, const StreamFetch::Burst& burst) {
  leave(now);
  enter(load, Racer::kLoad);
  TransferPorts& lane = lanes_.transfer[index(Racer::kLoad)];
  const double wait = std::max(0.0, burst.data - static_cast<double>(now));
  const auto cycles =
      static_cast<std::uint64_t>(wait + 2 * static_cast<double>(burst.beats) * std::max(burst.beat, 1.0));
  const TransferPorts before = lane;
  lane.disturb(burst.beats, static_cast<double>(lane.cycle()) + wait, burst.beat, burst.asked < load.asks);
  TransferPorts disturbed = lane;
  go_all(disturbed, cycles);
  return delay(before, disturbed, cycles);
}

/// What runs has a lane, and is as far in it as it is.
void SramRace::enter(const Runner& runner, Racer racer) {
  const CommandWork& work = commands_[runner.command];
  const std::size_t i = index(racer);
  const bool computes = racer == Racer::kCompute;
  if (lanes_.command[i] != runner.command) {
    lanes_.command[i] = runner.command;
    lanes_.done[i] = 0;
    if (!computes) {
      lanes_.transfer[i] = TransferPorts({.shape = &work.shape, .due = runner.due}, config_);
    } else if (work.ports) {
      lanes_.compute = compute_ports(*work.ports, config_);
    }
  }
  // Behind so many cycles it makes no difference which of its steps a command is in.
  constexpr double kMostSteps = 65536;
  const auto steps = static_cast<std::uint64_t>(std::clamp(std::round(runner.done - lanes_.done[i]), 0.0, kMostSteps));
  lanes_.done[i] = std::max(runner.done, lanes_.done[i]);
  if (computes) {
    std::visit([&](auto& ports) { go_all(ports, steps); }, lanes_.compute);
  } else {
    go_all(lanes_.transfer[i], steps);
  }
}

template <typename Ports>
void SramRace::race(Ports& compute, Window& window) {
  constexpr double kSlowest = 0.01, kFastest = 4;
  constexpr double kBehind = 1;  // From a load's last word on.
  TransferPorts* load = window.racing(lanes_, Racer::kLoad);
  TransferPorts* store = window.racing(lanes_, Racer::kStore);
  Refusals refusals;
  const auto ended = [&] {
    return compute.done() || (load != nullptr && load->done()) || (store != nullptr && store->done());
  };
  while (window.cycles < kFollowed && !ended()) {
    window.cycles += leap_or_cycle(compute, load, store, kFollowed - window.cycles, refusals);
  }
  const auto all = static_cast<double>(window.cycles);
  const auto work = [&](Racer racer, double cycles) {
    window.paces.pace[index(racer)] = std::clamp(cycles / all, kSlowest, kFastest);
  };
  const auto late = [&](Racer racer) {
    const std::size_t i = index(racer);
    work(racer, all - delay(window.begin.transfer[i], lanes_.transfer[i], window.cycles));
  };
  if (compute.done()) {
    work(Racer::kCompute, window.runners[index(Racer::kCompute)].left);
  } else if (refusals.compute) {
    work(Racer::kCompute, all - delay(std::get<Ports>(window.begin.compute), compute, window.cycles));
  }
  if (load != nullptr && load->done()) {
    work(Racer::kLoad, window.runners[index(Racer::kLoad)].left - kBehind);
  } else if (refusals.load) {
    late(Racer::kLoad);
  }
  if (refusals.store) late(Racer::kStore);
  if (window.cycles < kFollowed) window.paces.until = window.from + window.cycles;
}

}  // namespace auklet::sim::estimator
