// Writes a session's timeline in the trace event format, which Perfetto and chrome://tracing open; docs/tracing.md says
// what is in it.
#pragma once

#include <auklet/app/timeline.hpp>
#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <ostream>
#include <span>

namespace auklet::app {

/// Cycles of a job that one value of a counter stands for; at its end, what is left.
inline constexpr std::uint64_t kTraceBucketCycles = 256;

/// Each job is written when it has ended, so that a long run needs no more memory than its longest job.
class TraceWriter final : public TimelineSink {
 public:
  /// Begins the trace. `out` must outlive the writer; its errors are the caller's to look at.
  explicit TraceWriter(std::ostream& out);

  void on_job(const JobTimeline& job, std::span<const LayerRow> layers) override;
  void on_cpu_operator(const CpuRun& run, std::span<const LayerRow> layers) override;

  /// Ends the trace; `about` says what was run. Nothing may be written afterwards.
  void finish(const nlohmann::ordered_json& about);

 private:
  void write(const nlohmann::ordered_json& event);
  void write_layers(const JobTimeline& job, std::span<const LayerRow> layers);
  void write_commands(const JobTimeline& job, std::span<const LayerRow> layers);
  void write_fetch_waits(const JobTimeline& job);
  void write_counters(const JobTimeline& job);
  void write_counter(const char* name, std::span<const double> buckets, std::uint64_t begin, std::uint64_t end);

  std::ostream& out_;
  bool empty_ = true;
  std::size_t jobs_ = 0;
  std::uint64_t host_microseconds_ = 0;  ///< Of the CPU operators so far.
  bool has_host_ = false;                ///< The host's process has its name.
};

}  // namespace auklet::app
