// When each command of a job is decoded, held, started and completed: decoder, queues and engines as events, one or two
// a command. What commands take by themselves comes in; how they wait for and slow down each other is found here.
#pragma once

#include <array>
#include <auklet/spec/spec.hpp>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "command_work.hpp"
#include "stream_fetch.hpp"

namespace auklet::sim::estimator {

inline constexpr std::uint64_t kNever = std::numeric_limits<std::uint64_t>::max();

/// One of each spec::Engine, kNone unused.
template <typename T>
using PerEngine = std::array<T, 4>;
inline constexpr std::array kEngines{spec::Engine::kLoad, spec::Engine::kStore, spec::Engine::kCompute};

constexpr std::size_t index(spec::Engine engine) { return static_cast<std::size_t>(engine); }

/// A command on its engine, in cycles of the job. kNever for what did not happen.
struct CommandSpan {
  std::size_t command = 0;           ///< Place among the job's commands.
  std::uint32_t layer = 0;           ///< Entry of the log.
  std::uint64_t held = 0;            ///< The engine has it: from here on it waits or runs.
  std::uint64_t load_met = kNever;   ///< Its wait for the load engine is over.
  std::uint64_t store_met = kNever;  ///< The same for the store engine.
  std::uint64_t start = kNever;      ///< It runs.
  std::uint64_t end = kNever;        ///< The next one may run.
  CauseCycles causes{};              ///< Compute: of the cycles between.
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
  std::uint64_t cycles = 0;        ///< Of the job: to its end, or to where it stopped or nothing moved any more.
};

/// Where a job stops before END.
struct JobStop {
  spec::Engine engine = spec::Engine::kNone;  ///< Starts no more than `commands` commands; kNone: nobody stops.
  std::size_t commands = 0;
  bool at_decoder = false;  ///< The decoder fails behind the last command that there is.
};

/// Runs the commands, which are a stream's from its first one on. Cycle 0 is the first in which the job runs.
[[nodiscard]] JobTrace trace_job(std::span<const CommandWork> commands, const StreamPlace& stream,
                                 const spec::HardwareConfig& config, const JobStop& stop = {});

}  // namespace auklet::sim::estimator
