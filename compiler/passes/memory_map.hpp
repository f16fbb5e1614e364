// What a plan puts where and for how long, for people to look at.
#pragma once

#include <auklet/compiler/compile.hpp>

#include "memory_plan.hpp"
#include "program.hpp"

namespace auklet::compiler::passes {

/// The blocks of a planned program, in the order of their first step, then of their address.
[[nodiscard]] MemoryMap memory_map(const Graph& graph, const Program& program, const MemoryPlan& plan);

}  // namespace auklet::compiler::passes
