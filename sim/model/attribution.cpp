#include "attribution.hpp"

#include <algorithm>
#include <cstddef>

namespace auklet::sim::model {
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
    for (const std::uint64_t at : {span.held, span.load_met, span.store_met, span.start, span.active, span.end}) {
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

Cause cause_of(const Moment& m) {
  if (m.compute != nullptr) {
    if (m.compute->active <= m.now) return m.compute->unit;
    if (m.compute->start <= m.now) return Cause::kFill;
    if (m.compute->load_met > m.now) return load_cause(m);
    if (m.compute->store_met > m.now) return store_cause(m);
    return Cause::kFill;
  }
  if (m.decoding) return Cause::kCommand;
  return m.load != nullptr ? load_cause(m) : store_cause(m);
}

}  // namespace

std::vector<CauseRun> attribute(const JobTrace& trace, std::uint64_t cycles) {
  EngineWalk load(trace.spans[index(Engine::kLoad)]);
  EngineWalk store(trace.spans[index(Engine::kStore)]);
  EngineWalk compute(trace.spans[index(Engine::kCompute)]);
  DecoderWalk decoder(trace);
  std::vector<CauseRun> runs;
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
      // What comes before the first command is that command's layer's.
      if (!layer) {
        for (CauseRun& run : runs) run.layer = owner->layer;
      }
      layer = owner->layer;
    }
    const Cause cause = cause_of(moment);
    if (runs.empty() || runs.back().cause != cause || runs.back().layer != layer.value_or(0)) {
      runs.push_back({layer.value_or(0), cause, 0});
    }
    runs.back().cycles += next - now;
    now = next;
  }
  return runs;
}

}  // namespace auklet::sim::model
