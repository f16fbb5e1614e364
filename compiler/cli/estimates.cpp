#include "estimates.hpp"

#include <auklet/sim/estimator.hpp>

namespace auklet::app {

SegmentEstimate estimate_segment(const compiler::SegmentView& view, const sim::MemoryProfile& profile,
                                 const std::vector<std::size_t>& rows, std::vector<LayerRow>& layers) {
  sim::EstimatorMemory memory{.stream = profile.data, .windows = {}, .contents = {}};
  memory.windows.fill(profile.data);
  const std::vector<compiler::SegmentWindow>& windows = view.segment.windows;
  std::uint32_t open = 0;
  for (std::size_t i = 0; i < windows.size(); ++i) {
    open += windows[i].read || windows[i].write ? 1U : 0U;
    if (windows[i].role != compiler::WindowRole::kConstants) continue;
    memory.windows[i] = profile.weights;
    memory.contents[i] = std::as_bytes(view.constants);
  }
  const sim::JobEstimate job = sim::estimate_job(view.stream, view.config, memory);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    LayerRow& row = layers[rows[i]];
    row.cycles += job.layers[i].total();
    for (std::size_t c = 0; c < row.causes.size(); ++c) row.causes[c] += job.layers[i].causes[c];
  }
  return {job.cycles + sim::submission_cycles(open), job.cycles};
}

}  // namespace auklet::app
