#include "attribution.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>

namespace auklet::sim::estimator {
namespace {

using spec::Cause;
using spec::Engine;

/// One engine's commands, walked through in time.
class EngineWalk {
 public:
  explicit EngineWalk(const std::vector<CommandSpan>& spans) : spans_(spans) {}

  /// Moves on to cycle `now`, which never goes back.
  void go_to(std::uint64_t now) {
    while (next_ < spans_.size() && spans_[next_].end <= now) ++next_;
  }
  /// The command that is held at `now`; null when there is none.
  [[nodiscard]] const CommandSpan* held(std::uint64_t now) const {
    return next_ < spans_.size() && spans_[next_].held <= now ? &spans_[next_] : nullptr;
  }
  /// The next cycle after `now` at which something about this engine changes.
  [[nodiscard]] std::uint64_t change_after(std::uint64_t now) const {
    if (next_ == spans_.size()) return kNever;
    const CommandSpan& span = spans_[next_];
    std::uint64_t first = kNever;
    for (const std::uint64_t at : {span.held, span.load_met, span.store_met, span.start, span.end}) {
      if (at > now) first = std::min(first, at);
    }
    return first;
  }

 private:
  const std::vector<CommandSpan>& spans_;
  std::size_t next_ = 0;
};

class DecoderWalk {
 public:
  explicit DecoderWalk(const JobTrace& trace) : trace_(trace) {}

  void go_to(std::uint64_t now) {
    while (next_ < trace_.blocks.size() && trace_.blocks[next_].until <= now) ++next_;
  }
  [[nodiscard]] bool decoding(std::uint64_t now) const {
    const bool blocked = next_ < trace_.blocks.size() && trace_.blocks[next_].from <= now;
    return now < trace_.decoded && !blocked;
  }
  [[nodiscard]] std::uint64_t change_after(std::uint64_t now) const {
    std::uint64_t first = trace_.decoded > now ? trace_.decoded : kNever;
    if (next_ < trace_.blocks.size()) {
      const DecoderBlock& block = trace_.blocks[next_];
      first = std::min(first, block.from > now ? block.from : block.until);
    }
    return first;
  }

 private:
  const JobTrace& trace_;
  std::size_t next_ = 0;
};

/// What a cycle sees.
struct Moment {
  std::uint64_t now = 0;
  const CommandSpan* load = nullptr;
  const CommandSpan* store = nullptr;
  const CommandSpan* compute = nullptr;
  bool decoding = false;
};

Cause load_cause(const Moment& m) {
  if (m.load == nullptr) return Cause::kCommand;
  return m.load->store_met > m.now ? Cause::kStore : Cause::kLoad;
}

Cause store_cause(const Moment& m) {
  if (m.store == nullptr) return Cause::kCommand;
  return m.store->load_met > m.now ? Cause::kLoad : Cause::kStore;
}

/// Of a cycle in which the compute engine runs no command.
Cause cause_of(const Moment& m) {
  if (m.compute != nullptr) {
    if (m.compute->load_met > m.now) return load_cause(m);
    if (m.compute->store_met > m.now) return store_cause(m);
    return Cause::kFill;
  }
  if (m.decoding) return Cause::kCommand;
  return m.load != nullptr ? load_cause(m) : store_cause(m);
}

/// The runs of a job, as they come.
class Runs {
 public:
  void add(std::optional<std::uint32_t> layer, Cause cause, std::uint64_t cycles) {
    if (cycles == 0) return;
    if (runs_.empty() || runs_.back().cause != cause || runs_.back().layer != layer.value_or(0)) {
      runs_.push_back({layer.value_or(0), cause, 0});
    }
    runs_.back().cycles += cycles;
  }
  /// A compute command's cycles, in an order of their own. What it takes longer than by itself, transfers took from it.
  void add(std::uint32_t layer, const CauseCycles& causes, std::uint64_t cycles) {
    std::uint64_t left = cycles;
    for (std::size_t i = 0; i < causes.size(); ++i) {
      const std::uint64_t now = std::min(left, causes[i]);
      add(layer, static_cast<Cause>(i + 1), now);
      left -= now;
    }
    add(layer, Cause::kBank, left);
  }
  /// What came before the first command is that command's layer's.
  void name_first(std::uint32_t layer) {
    for (CauseRun& run : runs_) run.layer = layer;
  }
  [[nodiscard]] std::vector<CauseRun> take() { return std::move(runs_); }

 private:
  std::vector<CauseRun> runs_;
};

}  // namespace

std::vector<CauseRun> attribute(const JobTrace& trace, std::uint64_t cycles) {
  EngineWalk load(trace.spans[index(Engine::kLoad)]);
  EngineWalk store(trace.spans[index(Engine::kStore)]);
  EngineWalk compute(trace.spans[index(Engine::kCompute)]);
  DecoderWalk decoder(trace);
  Runs runs;
  std::optional<std::uint32_t> layer;
  for (std::uint64_t now = 0; now < cycles;) {
    std::uint64_t next = cycles;
    const auto go = [&](auto& walk) {
      walk.go_to(now);
      next = std::min(next, walk.change_after(now));
    };
    go(load);
    go(store);
    go(compute);
    go(decoder);
    const Moment moment{now, load.held(now), store.held(now), compute.held(now), decoder.decoding(now)};
    const CommandSpan* owner = moment.compute != nullptr ? moment.compute
                               : moment.store != nullptr ? moment.store
                                                         : moment.load;
    if (owner != nullptr) {
      if (!layer) runs.name_first(owner->layer);
      layer = owner->layer;
    }
    if (moment.compute != nullptr && moment.compute->start <= now) {
      next = std::min(cycles, moment.compute->end);
      runs.add(moment.compute->layer, moment.compute->causes, next - now);
    } else {
      runs.add(layer, cause_of(moment), next - now);
    }
    now = next;
  }
  return runs.take();
}

}  // namespace auklet::sim::estimator
