// The layers of a model as rows of a report, and which row each part of an executable model belongs to.
#pragma once

#include <auklet/app/failure.hpp>
#include <auklet/app/report.hpp>
#include <auklet/compiler/compile.hpp>
#include <auklet/compiler/ir.hpp>
#include <cstddef>
#include <string>
#include <vector>

namespace auklet::app {

/// An operator of the executable model: the rows that it accounts for.
struct Step {
  std::vector<std::size_t> rows;  ///< One for each layer of a segment, in order; one for a CPU operator.
  bool is_segment = false;
  double weight = 1;  ///< Guess of the time that it takes, in simulated NPU cycles; for the progress bar.
};

struct Layers {
  std::vector<LayerRow> rows;  ///< In the order of the source's operators.
  std::vector<Step> steps;     ///< By operator of the executable model.
};

/// The layers of a model that was compiled from a plain one.
[[nodiscard]] Layers layers_of(const compiler::CompiledModel& compiled);

/// The layers of a compiled model whose source is not at hand. Errors: kModelRefused, for a segment that is damaged.
[[nodiscard]] Result<Layers> layers_of(const std::string& name, const compiler::Graph& graph);

/// The layers of a plain model that runs on the CPU, with the reasons that `report` gives for those that would anyway.
[[nodiscard]] Layers cpu_layers_of(const compiler::CompileReport& report);

}  // namespace auklet::app
