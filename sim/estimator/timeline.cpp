#include "timeline.hpp"

#include <algorithm>
#include <cmath>
#include <deque>
#include <optional>
#include <utility>

#include "sram_race.hpp"

namespace auklet::sim::estimator {
namespace {

using spec::Engine;

/// completed - wait as the hardware sees it: 16 bits, signed.
constexpr bool reached(std::size_t completed, std::uint32_t wait) {
  return static_cast<std::int16_t>(static_cast<std::uint16_t>(completed - wait)) >= 0;
}

/// An engine with its queue.
struct Lane {
  struct Queued {
    std::size_t command = 0;
    std::uint64_t from = 0;  ///< The engine can hold it from this cycle on.
  };
  std::deque<Queued> queue;
  CommandSpan current;
  bool holds = false;    ///< `current` waits, or runs, or (loads) asks.
  bool begun = false;    ///< It no longer waits.
  CommandSpan executed;  ///< Loads: the one that arrives; others: `current`.
  bool running = false;  ///< `executed` does.
  bool same = false;     ///< It is `current`.
  std::uint64_t idle_from = 0;
  std::size_t started = 0;
  std::size_t completed = 0;
  double left = 0;   ///< Cycles of work,
  double asks = 0;   ///< of which so many are left when the next one may be held,
  double quiet = 0;  ///< and so many when the SRAM is first used.
  double due = 0;    ///< Loads: see Runner,
  double asked = 0;  ///< and from when on `executed` was asked for.
  double pace = 1;   ///< Work done in a cycle.

  [[nodiscard]] std::uint64_t next_event(std::uint64_t now) const {
    std::uint64_t next = kNever;
    if (holds && !begun) next = current.start;
    if (!running) return next;
    next = std::min(next, until(now, 0));
    if (holds && same && asks > 0) next = std::min(next, until(now, asks));
    if (quiet_yet()) next = std::min(next, until(now, quiet));
    return next;
  }
  /// When no more than `rest` is left.
  [[nodiscard]] std::uint64_t until(std::uint64_t now, double rest) const {
    return now + static_cast<std::uint64_t>(std::max(0.0, std::ceil((left - rest) / pace - kRounding)));
  }
  [[nodiscard]] bool quiet_yet() const { return left > quiet + kRounding; }
  static constexpr double kRounding = 1e-6;
};

class Player {
 public:
  Player(std::span<const CommandWork> commands, const StreamPlace& stream, const spec::HardwareConfig& config,
         const JobStop& stop)
      : commands_(commands), fetch_(stream, config), stop_(stop), race_(commands, config) {}

  JobTrace play() {
    constexpr unsigned kHeaderWords = spec::StreamHeader::kWords * 4 / 16;
    for (unsigned i = 0; i < kHeaderWords; ++i) decoder_ready_ = fetch_.take(decoder_ready_) + 1;
    decode_next();
    while (!stopped_) {
      std::uint64_t next = std::min(blocked_ ? kNever : dispatch_at_, look_again_);
      for (const Engine engine : kEngines) next = std::min(next, lane(engine).next_event(now_));
      if (next == kNever) break;
      go_to(std::max(next, now_));
      for (const Engine engine : kEngines) complete(engine);
      for (const Engine engine : kEngines) hold(engine);
      dispatch();
      for (const Engine engine : kEngines) hold(engine);
      for (const Engine engine : kEngines) start(engine);
      charge_bursts();
      set_paces();
      if (ended()) break;
    }
    finish();
    return std::move(trace_);
  }

 private:
  Lane& lane(Engine engine) { return lanes_[index(engine)]; }
  [[nodiscard]] const Lane& lane(Engine engine) const { return lanes_[index(engine)]; }

  void go_to(std::uint64_t next) {
    for (Lane& lane : lanes_) {
      if (lane.running) lane.left -= static_cast<double>(next - now_) * lane.pace;
    }
    now_ = next;
  }

  // ---- decoder ----
  void decode_next() {
    if (decoded_ >= commands_.size()) {
      // Behind the last command the decoder fails, or there is nothing to know.
      dispatch_at_ = stop_.at_decoder ? decoder_ready_ + 1 : kNever;
      return;
    }
    const std::uint32_t words = commands_[decoded_].stream_words / 4;
    std::uint64_t ready = decoder_ready_;
    for (std::uint32_t i = 0; i < words; ++i) ready = fetch_.take(ready) + 1;
    dispatch_at_ = ready;
  }

  void dispatch() {
    constexpr std::uint64_t kToEngine = 2;  // Into the queue, and out of it.
    if (dispatch_at_ > now_) return;
    if (decoded_ >= commands_.size()) {
      stopped_ = true;
      return;
    }
    const CommandWork& command = commands_[decoded_];
    if (command.engine == Engine::kNone) {
      trace_.decoded = std::min(trace_.decoded, now_ + 1);
      dispatch_at_ = kNever;
      return;
    }
    Lane& to = lane(command.engine);
    if (to.queue.size() >= spec::queue_depth(command.engine)) {
      if (!blocked_) trace_.blocks.push_back({now_, kNever});
      blocked_ = true;
      return;
    }
    if (blocked_) trace_.blocks.back().until = now_;
    blocked_ = false;
    to.queue.push_back({decoded_, now_ + kToEngine});
    ++decoded_;
    decoder_ready_ = now_ + 1;
    decode_next();
  }

  /// The stream's beats take turns from the load that runs when they come.
  void charge_bursts() {
    for (const StreamFetch::Burst& burst : fetch_.new_bursts()) bursts_.push_back(burst);
    Lane& load = lane(Engine::kLoad);
    if (!load.running) return;
    if (!commands_[load.executed.command].beats_matter) return;
    const auto now = static_cast<double>(now_);
    std::erase_if(bursts_, [&](StreamFetch::Burst burst) {
      if (burst.data > now + load.left) return false;
      // What has come by now has met nobody.
      const auto gone = static_cast<std::uint64_t>(std::max(0.0, std::ceil((now - burst.data) / burst.beat)));
      if (gone >= burst.beats) return true;
      if (load.quiet_yet()) return false;
      burst.beats -= gone;
      const double lost = race_.stream_delay(now_, runner(Engine::kLoad), burst);
      load.left += lost;
      load.quiet += lost;
      return true;
    });
  }

  // ---- engines ----
  void hold(Engine engine) {
    Lane& lane = lanes_[index(engine)];
    if (lane.holds || lane.queue.empty()) return;
    const Lane::Queued next = lane.queue.front();
    lane.queue.pop_front();
    lane.holds = true;
    lane.current = CommandSpan{.command = next.command,
                               .layer = commands_[next.command].header.layer % spec::kLogEntries,
                               .held = std::max(lane.idle_from, next.from)};
  }

  void start(Engine engine) {
    Lane& lane = lanes_[index(engine)];
    if (!lane.holds || lane.begun) return;
    CommandSpan& span = lane.current;
    const spec::CommandHeader& header = commands_[span.command].header;
    const auto meet = [&](Engine other, std::uint32_t wait, std::uint64_t& met) {
      if (met == kNever && reached(lanes_[index(other)].completed, wait)) met = now_;
    };
    std::uint64_t compute_met = kNever;
    meet(Engine::kLoad, header.wait_load, span.load_met);
    meet(Engine::kStore, header.wait_store, span.store_met);
    meet(Engine::kCompute, header.wait_compute, compute_met);
    if (span.load_met == kNever || span.store_met == kNever || compute_met == kNever) return;
    if (span.start == kNever) span.start = std::max(span.held, now_);
    // A GATHER reads SRAM itself: nothing may arrive.
    const bool gather = header.opcode == spec::Opcode::kGather;
    if (gather && lane.running) {
      span.start = kNever;
      return;
    }
    if (span.start > now_) return;
    if (stop_.engine == engine && lane.started == stop_.commands) {
      stopped_ = true;
      span.start = kNever;
      return;
    }
    lane.begun = true;
    ++lane.started;
    if (!lane.running) {
      execute(engine);
    } else {
      fetch_.add_bursts(commands_[span.command].bursts.bursts);
    }
  }

  /// What has begun runs from now on, for a load: its bytes arrive.
  void execute(Engine engine) {
    Lane& lane = lanes_[index(engine)];
    const CommandWork& work = commands_[lane.current.command];
    lane.executed = lane.current;
    lane.running = lane.same = true;
    lane.left = static_cast<double>(work.cycles);
    lane.asks = 0;
    lane.quiet = lane.left;
    if (engine != Engine::kLoad) return;
    const auto now = static_cast<double>(now_);
    const auto start = static_cast<double>(lane.current.start);
    const LoadTimes times = port_.arrive(work.load, start, static_cast<double>(port_free_));
    const double end = std::floor(times.end);
    lane.left = end - now;
    lane.asks = end - times.asked;
    lane.quiet = end - times.first;
    lane.due = times.due;
    lane.asked = start;
    lane.executed.start = std::max(lane.executed.start, now_);
    LongTransfer bursts = work.bursts;
    bursts.from += start;
    bursts.first_end = times.first + bursts.burst;
    fetch_.set_load(bursts.bursts == 0 ? std::nullopt : std::optional(bursts));
  }

  void complete(Engine engine) {
    Lane& lane = lanes_[index(engine)];
    if (!lane.running || lane.until(now_, lane.asks) > now_) return;
    if (lane.same) {
      lane.holds = lane.begun = lane.same = false;
      lane.idle_from = now_;
    }
    if (lane.until(now_, 0) > now_) return;
    CommandSpan& span = lane.executed;
    span.end = now_;
    span.causes = commands_[span.command].causes;
    trace_.spans[index(engine)].push_back(span);
    lane.running = false;
    ++lane.completed;
    trace_.cycles = now_;
    if (engine != Engine::kLoad) return;
    port_.end(static_cast<double>(now_));
    port_free_ = now_;
    fetch_.set_load(std::nullopt);
    if (lane.begun) execute(engine);
  }

  // ---- SRAM ----
  /// How far the engine's command is; it only counts once it uses the SRAM.
  [[nodiscard]] Runner runner(Engine engine) const {
    const Lane& lane = lanes_[index(engine)];
    return {.command = lane.executed.command,
            .done = std::max(0.0, lane.quiet - lane.left),
            .left = lane.left,
            .due = lane.due,
            .asks = lane.asked,
            .runs = lane.running && (engine != Engine::kLoad || !lane.quiet_yet())};
  }

  void set_paces() {
    const Paces paces = race_.run(now_, {runner(Engine::kCompute), runner(Engine::kLoad), runner(Engine::kStore)});
    lane(Engine::kCompute).pace = paces.pace[index(Racer::kCompute)];
    lane(Engine::kLoad).pace = paces.pace[index(Racer::kLoad)];
    lane(Engine::kStore).pace = paces.pace[index(Racer::kStore)];
    look_again_ = paces.until;
  }

  // ---- the end ----
  static bool idle(const Lane& lane) { return !lane.holds && !lane.running && lane.queue.empty(); }

  [[nodiscard]] bool ended() const {
    if (trace_.decoded == kNever) return false;
    const spec::CommandHeader& end = commands_[decoded_].header;
    return std::ranges::all_of(kEngines, [this](Engine e) { return idle(lane(e)); }) &&
           reached(lane(Engine::kLoad).completed, end.wait_load) &&
           reached(lane(Engine::kStore).completed, end.wait_store) &&
           reached(lane(Engine::kCompute).completed, end.wait_compute);
  }

  void finish() {
    // END is looked at once more when everything is idle.
    if (ended()) {
      trace_.cycles = std::max(trace_.cycles, trace_.decoded) + 1;
    } else {
      trace_.cycles = std::max(trace_.cycles, now_);
    }
    // What stands still is seen to.
    const bool still = !ended() && !stopped_;
    if (still && trace_.decoded != kNever) trace_.cycles = std::max(trace_.cycles, trace_.decoded + 1);
    for (const Engine engine : kEngines) {
      const Lane& last = lane(engine);
      std::vector<CommandSpan>& spans = trace_.spans[index(engine)];
      if (last.running) spans.push_back(last.executed);
      if (last.holds && still) trace_.cycles = std::max(trace_.cycles, last.current.held + 1);
      if (last.holds && !last.same) spans.push_back(last.current);
      if (!spans.empty()) spans.back().causes = commands_[spans.back().command].causes;
    }
  }

  std::span<const CommandWork> commands_;
  StreamFetch fetch_;
  JobStop stop_;
  SramRace race_;
  std::uint64_t look_again_ = kNever;  ///< The paces hold until then.
  JobTrace trace_;
  PerEngine<Lane> lanes_;
  std::vector<StreamFetch::Burst> bursts_;  ///< Of the stream, that no load has made way for.
  std::uint64_t now_ = 0;
  std::size_t decoded_ = 0;  ///< Commands that are handed over; the decoder is at the next one.
  std::uint64_t decoder_ready_ = 0;
  std::uint64_t dispatch_at_ = 0;
  LoadPort port_;
  std::uint64_t port_free_ = 0;  ///< No load's bytes arrive from here on.
  bool blocked_ = false;
  bool stopped_ = false;
};

}  // namespace

JobTrace trace_job(std::span<const CommandWork> commands, const StreamPlace& stream, const spec::HardwareConfig& config,
                   const JobStop& stop) {
  return Player(commands, stream, config, stop).play();
}

}  // namespace auklet::sim::estimator
