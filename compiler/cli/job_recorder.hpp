// Gathers what a simulated NPU reports of one job.
#pragma once

#include <array>
#include <auklet/app/timeline.hpp>
#include <auklet/sim/observer.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace auklet::app {

/// The observer of a target whose jobs are looked at one after the other.
class JobRecorder final : public sim::Observer {
 public:
  /// Forgets what it has: a job comes.
  void begin();
  /// The job that began at cycle `begin` and was over at `end`: what it reported, cut off there. `stream` says what its
  /// commands are.
  [[nodiscard]] JobTimeline take(std::span<const std::uint32_t> stream, std::uint64_t begin, std::uint64_t end);

  void on_command_start(spec::Engine engine, std::uint32_t offset, std::uint64_t cycle) override;
  void on_command_end(spec::Engine engine, std::uint32_t offset, std::uint64_t cycle) override;
  void on_activity(const sim::Activity& activity, std::uint64_t from, std::uint64_t cycles) override;

 private:
  JobTimeline job_;
  std::array<std::optional<std::size_t>, 4> running_{};  ///< By engine: its command in job_ that has not ended.
};

}  // namespace auklet::app
