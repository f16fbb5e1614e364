// Where the cycles of a job went: one cause and one layer each, by the rules of docs/pmu.md.
#pragma once

#include <auklet/spec/spec.hpp>
#include <cstdint>
#include <vector>

#include "timeline.hpp"

namespace auklet::sim::estimator {

/// Consecutive cycles of one cause and layer.
struct CauseRun {
  std::uint32_t layer = 0;  ///< Entry of the log.
  spec::Cause cause = spec::Cause::kCommand;
  std::uint64_t cycles = 0;
};

/// The first `cycles` cycles of a job, at least one, in order: the runs' lengths add up to `cycles`. Within a compute
/// command the order of causes is not that of time.
[[nodiscard]] std::vector<CauseRun> attribute(const JobTrace& trace, std::uint64_t cycles);

}  // namespace auklet::sim::estimator
