#include "operations.hpp"

#include <auklet/compiler/segment.hpp>

namespace auklet::app {

Result<std::vector<LayerOperations>> operations_of(const std::string& name, const compiler::Graph& executable,
                                                   const Layers& layers) {
  std::vector<LayerOperations> operations(layers.rows.size());
  for (const std::size_t index : compiler::find_segments(executable)) {
    const auto view = compiler::read_segment(executable, executable.operators[index]);
    if (!view) return tl::unexpected(from_compiler(name, view.error()));
    const std::vector<sim::OperationCounts> counts = sim::count_operations(view->stream, view->config);
    const std::vector<std::size_t>& rows = layers.steps[index].rows;
    for (std::size_t layer = 0; layer < rows.size(); ++layer) {
      LayerOperations& row = operations[rows[layer]];
      row.counts = counts[layer];
      for (std::size_t i = 0; i < view->segment.windows.size(); ++i) {
        const bool constants = view->segment.windows[i].role == compiler::WindowRole::kConstants;
        (constants ? row.weight_bytes : row.data_bytes) += counts[layer].window_bytes[i];
      }
    }
  }
  return operations;
}

}  // namespace auklet::app
