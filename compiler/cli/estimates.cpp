#include "estimates.hpp"

#include <auklet/sim/estimator.hpp>

namespace auklet::app {

SegmentEstimate SegmentEstimator::next(const compiler::SegmentView& view, const std::vector<std::size_t>& rows,
                                       std::vector<LayerRow>& layers) {
  sim::EstimatorMemory memory{.stream = profile_.data, .windows = {}, .contents = {}};
  memory.windows.fill(profile_.data);
  const std::vector<compiler::SegmentWindow>& windows = view.segment.windows;
  std::bitset<spec::kWindowCount> open;
  for (std::size_t i = 0; i < windows.size(); ++i) {
    open[i] = windows[i].read || windows[i].write;
    if (windows[i].role != compiler::WindowRole::kConstants) continue;
    memory.windows[i] = profile_.weights;
    memory.contents[i] = std::as_bytes(view.constants);
  }
  const sim::JobEstimate job = sim::estimate_job(view.stream, view.config, memory);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    LayerRow& row = layers[rows[i]];
    row.cycles += job.layers[i].total();
    for (std::size_t c = 0; c < row.causes.size(); ++c) row.causes[c] += job.layers[i].causes[c];
  }
  // Every segment has windows of its own.
  const std::uint64_t around = sim::submission_cycles(static_cast<std::uint32_t>(open.count()),
                                                      static_cast<std::uint32_t>((open_ & ~open).count()));
  open_ = open;
  return {job.cycles + around, job.cycles};
}

}  // namespace auklet::app
