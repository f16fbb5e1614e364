// How many cycles a command stream takes, without running it: from the stream, the hardware configuration and the
// timing of memory. docs/estimator.md says how, and how near the RTL it comes.
#pragma once

#include <array>
#include <auklet/sim/target.hpp>
#include <auklet/spec/spec.hpp>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace auklet::sim {

/// Memory as a job sees it. Windows and stream lie at multiples of BURST_BYTES, each in memory of its own: they do not
/// take bandwidth from each other.
struct EstimatorMemory {
  MemoryTiming stream;
  std::array<MemoryTiming, spec::kWindowCount> windows{};
  /// What the windows hold, where that is known before the job, else empty: packed weights come as fast as their widths
  /// let them.
  std::array<std::span<const std::byte>, spec::kWindowCount> contents{};
};

/// Cycles of one layer by cause, as the layer log has them: cause c is at c - 1.
struct LayerEstimate {
  std::array<std::uint64_t, spec::kCauses> causes{};

  [[nodiscard]] std::uint64_t total() const;
};

/// A job's cycles.
struct JobEstimate {
  std::uint64_t cycles = 0;           ///< With the job running; the layers' add up to it.
  std::vector<LayerEstimate> layers;  ///< By entry of the layer log: LOG_ENTRIES of them.
};

/// Estimates the job that runs `stream` (header to END, little-endian words) on a device of that configuration.
/// Precondition: the stream is well-formed, as docs/command-stream.md says; what stands behind a command that is not is
/// left out. Microseconds a command, whatever the command computes. Reentrant.
[[nodiscard]] JobEstimate estimate_job(std::span<const std::uint32_t> stream, const spec::HardwareConfig& config,
                                       const EstimatorMemory& memory);

/// Cycles around a job, from its submission by the driver to its first and from its last to the interrupt: register
/// accesses, of which the job changes `opened` windows to ones that are open and `closed` to ones that are not.
[[nodiscard]] std::uint64_t submission_cycles(std::uint32_t opened, std::uint32_t closed);

}  // namespace auklet::sim
