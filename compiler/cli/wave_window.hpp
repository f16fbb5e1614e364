// Which cycles a waveform shows, for bounds that may be layers.
#pragma once

#include <auklet/app/run.hpp>
#include <auklet/compiler/ir.hpp>
#include <cstddef>
#include <span>
#include <string>

namespace auklet::app {

/// The row that `text` means: `layer:3`, or a layer's name, in full or as the report shortens it. Errors: kUsage, when
/// there is none or several.
[[nodiscard]] Result<std::size_t> find_layer(const std::string& text, std::span<const LayerRow> layers);

/// The cycles between the bounds of `request.wave`. Bounds that are layers take a run of the first frame, in which the
/// simulation is the same as in the run to be recorded, cycle for cycle. Errors: kUsage (a layer that there is not, or
/// that runs no command; an end that is not after the beginning; another backend than the RTL); those of Session.
[[nodiscard]] Result<WaveRequest> wave_window(const RunRequest& request, const compiler::Model& model,
                                              std::span<const compiler::Bytes> inputs);

}  // namespace auklet::app
