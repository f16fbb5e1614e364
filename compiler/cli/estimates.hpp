// Cycles of a compiled model without running it.
#pragma once

#include <auklet/compiler/segment.hpp>
#include <auklet/sim/memory_profile.hpp>
#include <auklet/spec/spec.hpp>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "layers.hpp"

namespace auklet::app {

/// What a segment takes, as NpuRunner would measure it. An estimate.
struct SegmentEstimate {
  std::uint64_t cycles = 0;      ///< From submission to interrupt.
  std::uint64_t job_cycles = 0;  ///< Of these, with the job running.
};

/// Estimates the segments of a model in order, on a device that comes out of reset.
class SegmentEstimator {
 public:
  explicit SegmentEstimator(const sim::MemoryProfile& profile) : profile_(profile) {}

  /// Estimates a segment, and adds each layer's cycles and causes to its row: `rows[i]` of `layers` is the row of layer
  /// i.
  SegmentEstimate next(const compiler::SegmentView& view, const std::vector<std::size_t>& rows,
                       std::vector<LayerRow>& layers);

 private:
  sim::MemoryProfile profile_;
  /// Windows that the device may have open: at first nobody knows.
  std::bitset<spec::kWindowCount> open_ = std::bitset<spec::kWindowCount>().set();
};

}  // namespace auklet::app
