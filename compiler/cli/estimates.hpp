// Cycles of a compiled model without running it.
#pragma once

#include <auklet/compiler/segment.hpp>
#include <auklet/sim/memory_profile.hpp>
#include <cstdint>
#include <vector>

#include "layers.hpp"

namespace auklet::app {

/// What a segment takes, as NpuRunner would measure it. An estimate.
struct SegmentEstimate {
  std::uint64_t cycles = 0;      ///< From submission to interrupt.
  std::uint64_t job_cycles = 0;  ///< Of these, with the job running.
};

/// Estimates a segment, and adds each layer's cycles and causes to its row: `rows[i]` of `layers` is the row of layer
/// i.
SegmentEstimate estimate_segment(const compiler::SegmentView& view, const sim::MemoryProfile& profile,
                                 const std::vector<std::size_t>& rows, std::vector<LayerRow>& layers);

}  // namespace auklet::app
