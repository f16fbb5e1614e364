// Whether every command of a stream can start: the decoder, its queues and the three engines, run without time.
//
// A command starts when three counts are reached, and counts only grow, so the order in which ready commands are run
// here does not matter: either all reach END, or the same ones are stuck in every order. This holds while no count
// exceeds 2^15 - 1, the range in which the hardware's signed 16-bit comparison is an order.
#include "stream_rules.hpp"

#include <array>
#include <limits>

namespace auklet::npu::detail {
namespace {

using Words = std::span<const std::uint32_t>;
using Counts = std::array<std::uint32_t, 3>;  // By engine: load, compute, store.

constexpr std::uint32_t kMaxCommands = std::numeric_limits<std::int16_t>::max();

/// Index into Counts. END belongs to no engine and is not asked for.
constexpr std::size_t index_of(spec::Engine engine) {
  return engine == spec::Engine::kLoad ? 0 : engine == spec::Engine::kCompute ? 1 : 2;
}

Counts waits_of(Words command) {
  const spec::CommandHeader header = spec::decode_header(command);
  return {header.wait_load, header.wait_compute, header.wait_store};
}

bool reached(const Counts& completed, const Counts& waits) {
  return completed[0] >= waits[0] && completed[1] >= waits[1] && completed[2] >= waits[2];
}

StreamReport check_counts(Words words, Counts& totals) {
  for (std::size_t at = spec::StreamHeader::kWords; at < words.size();) {
    const CommandView command = view_at(words, at);
    at += command.words.size();
    if (command.info->engine == spec::Engine::kNone) continue;
    const std::uint32_t count = ++totals[index_of(command.info->engine)];
    if (count > kMaxCommands) return command.refuse(Status::kStreamTooManyCommands, 0, count, kMaxCommands);
  }
  constexpr std::array<const spec::CommandField*, 3> kWaits{&spec::CommandHeaderFields::kWaitLoad,
                                                            &spec::CommandHeaderFields::kWaitCompute,
                                                            &spec::CommandHeaderFields::kWaitStore};
  for (std::size_t at = spec::StreamHeader::kWords; at < words.size();) {
    const CommandView command = view_at(words, at);
    at += command.words.size();
    const Counts waits = waits_of(command.words);
    for (std::size_t i = 0; i < waits.size(); ++i) {
      if (waits[i] > totals[i]) return command.refuse(Status::kStreamWait, *kWaits[i], totals[i]);
    }
  }
  return {};
}

/// The machine without time. Positions are word indices into the stream.
class Machine {
 public:
  explicit Machine(Words words) : words_(words) {}

  /// Runs until nothing moves any more; the report is about the earliest command that is stuck.
  StreamReport run() {
    bool moved = true;
    while (moved) {
      moved = dispatch();
      for (std::size_t engine = 0; engine < kEngines; ++engine) moved = complete(engine) || moved;
    }
    std::size_t stuck = decoder_;
    for (std::size_t engine = 0; engine < kEngines; ++engine) {
      if (queued_[engine] != 0 && head_[engine] < stuck) stuck = head_[engine];
    }
    const CommandView command = view_at(words_, stuck);
    if (command.info->opcode == spec::Opcode::kEnd) return {};
    return command.refuse(Status::kStreamDeadlock, spec::CommandHeaderFields::kWaitLoad.word, command.words[1], 0);
  }

 private:
  static constexpr std::size_t kEngines = 3;

  /// The decoder hands commands on until it meets a full queue or END.
  bool dispatch() {
    bool moved = false;
    for (;;) {
      const CommandView command = view_at(words_, decoder_);
      if (command.info->engine == spec::Engine::kNone) return moved;
      const std::size_t engine = index_of(command.info->engine);
      if (queued_[engine] == spec::queue_depth(command.info->engine)) return moved;
      if (queued_[engine] == 0) head_[engine] = decoder_;
      ++queued_[engine];
      decoder_ += command.words.size();
      moved = true;
    }
  }

  /// The engine completes what is queued until it meets a wait that is not reached.
  bool complete(std::size_t engine) {
    bool moved = false;
    while (queued_[engine] != 0) {
      const CommandView command = view_at(words_, head_[engine]);
      if (!reached(completed_, waits_of(command.words))) return moved;
      ++completed_[engine];
      --queued_[engine];
      if (queued_[engine] != 0) head_[engine] = next_of(engine, head_[engine] + command.words.size());
      moved = true;
    }
    return moved;
  }

  /// The engine's first command at or after `at`; one is known to be there.
  [[nodiscard]] std::size_t next_of(std::size_t engine, std::size_t at) const {
    for (;;) {
      const CommandView command = view_at(words_, at);
      if (command.info->engine != spec::Engine::kNone && index_of(command.info->engine) == engine) return at;
      at += command.words.size();
    }
  }

  Words words_;
  std::size_t decoder_ = spec::StreamHeader::kWords;
  std::array<std::size_t, kEngines> head_{};  ///< Oldest queued command, where queued_ is not zero.
  std::array<std::uint32_t, kEngines> queued_{};
  Counts completed_{};
};

}  // namespace

StreamReport check_waits(std::span<const std::uint32_t> words) noexcept {
  Counts totals{};
  const StreamReport report = check_counts(words, totals);
  return report.ok() ? Machine(words).run() : report;
}

}  // namespace auklet::npu::detail
