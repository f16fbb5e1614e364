// Where the cycles of a job went: one cause and one layer each, by the rules of docs/pmu.md. What a command does inside
// is estimated, like its length.
#pragma once

#include <auklet/spec/spec.hpp>
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "engines.hpp"

namespace auklet::sim::model {

inline constexpr std::uint64_t kNever = std::numeric_limits<std::uint64_t>::max();

/// A command on its engine, in cycles of the job. kNever for what did not happen.
struct CommandSpan {
  std::uint32_t layer = 0;        ///< Entry of the log.
  std::uint64_t held = 0;         ///< The engine has it: from here on it waits or runs.
  std::uint64_t load_met = 0;     ///< Its wait for the load engine is over.
  std::uint64_t store_met = 0;    ///< The same for the store engine.
  std::uint64_t start = kNever;   ///< It runs.
  std::uint64_t active = kNever;  ///< Compute: the array or the vector unit is active from here to the end.
  std::uint64_t end = kNever;
  spec::Cause unit = spec::Cause::kNone;  ///< Compute: kArray or kVector.
};

/// Cycles [from, until) in which a full queue held the decoder up.
struct DecoderBlock {
  std::uint64_t from = 0;
  std::uint64_t until = kNever;
};

/// What happened when: each list in order of time.
struct JobTrace {
  PerEngine<std::vector<CommandSpan>> spans;
  std::vector<DecoderBlock> blocks;
  std::uint64_t decoded = kNever;  ///< END is decoded.
};

/// Consecutive cycles of one cause and layer.
struct CauseRun {
  std::uint32_t layer = 0;  ///< Entry of the log.
  spec::Cause cause = spec::Cause::kCommand;
  std::uint64_t cycles = 0;
};

/// The first `cycles` cycles of a job, at least one, in order: the runs' lengths add up to `cycles`.
[[nodiscard]] std::vector<CauseRun> attribute(const JobTrace& trace, std::uint64_t cycles);

}  // namespace auklet::sim::model
