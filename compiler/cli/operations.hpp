// What the layers of a compiled model let the hardware do, counted from its command streams.
#pragma once

#include <auklet/app/session.hpp>
#include <auklet/compiler/ir.hpp>
#include <auklet/spec/spec.hpp>
#include <vector>

#include "layers.hpp"

namespace auklet::app {

/// Of one frame, by row of `layers`; all zero where nothing runs on the NPU. Errors: as compiler::read_segment().
[[nodiscard]] Result<std::vector<LayerOperations>> operations_of(const std::string& name,
                                                                 const compiler::Graph& executable,
                                                                 const Layers& layers);

}  // namespace auklet::app
