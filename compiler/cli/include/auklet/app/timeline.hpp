// What a run did when: every command of every NPU job, every cycle's activity, every operator on the CPU.
#pragma once

#include <auklet/app/report.hpp>
#include <auklet/sim/observer.hpp>
#include <auklet/spec/spec.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace auklet::app {

/// A command of a job, in cycles [begin, end) of the target.
struct CommandRun {
  spec::Engine engine = spec::Engine::kNone;
  spec::Opcode opcode{};
  std::uint32_t offset = 0;  ///< Of its first byte in the stream.
  std::uint32_t layer = 0;   ///< Of the segment.
  std::uint64_t bytes = 0;   ///< That it moves from or to memory; 0 for a compute command.
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  bool completed = true;  ///< If not, it ran until the job was over.
};

/// Cycles [from, from + cycles) that were alike.
struct ActivityRun {
  sim::Activity activity;
  std::uint64_t from = 0;
  std::uint64_t cycles = 0;
};

/// One job, that is, one run of a segment. All cycles are those of the target, which counts on from job to job.
struct JobTimeline {
  std::string segment;                ///< The operator that it is.
  std::vector<std::size_t> rows;      ///< The report's row of each layer of the segment.
  std::uint64_t begin = 0;            ///< Cycle of its submission.
  std::uint64_t end = 0;              ///< Cycle of its interrupt, or in which it was given up.
  std::uint32_t beat_bytes = 0;       ///< Of the memory bus.
  bool has_beats = false;             ///< The activity tells beats and waits of the fetch, as the RTL's does.
  std::vector<CommandRun> commands;   ///< In order of their begin; those of one engine do not overlap.
  std::vector<ActivityRun> activity;  ///< In order, without a gap from the job's start to its end; all have a layer.
};

/// An operator that ran on the CPU.
struct CpuRun {
  std::size_t row = 0;                   ///< Of the report.
  std::uint64_t microseconds = 0;        ///< Of the host, rounded up: at least 1.
  std::optional<std::uint64_t> cycle{};  ///< Where the NPU's clock stood meanwhile; none without an NPU.
};

/// Is told of a session's jobs and CPU operators as each has ended, in order. `layers` are the report's rows; their
/// cycles are not final.
class TimelineSink {
 public:
  virtual ~TimelineSink() = default;
  virtual void on_job(const JobTimeline& job, std::span<const LayerRow> layers) = 0;
  virtual void on_cpu_operator(const CpuRun& run, std::span<const LayerRow> layers) = 0;
};

}  // namespace auklet::app
