// Which operators run on the NPU, and where one segment ends and the next begins.
#pragma once

#include <auklet/compiler/ir.hpp>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "lower.hpp"
#include "memory_plan.hpp"
#include "segment_compiler.hpp"

namespace auklet::compiler::passes {

struct Partition {
  /// In order; each stands for the operators from first on, as many as it has layers.
  struct Part {
    std::size_t first = 0;
    CompiledSegment compiled;
  };
  std::vector<Part> parts;
  /// By operator: why it stays on the CPU; empty for those in segments.
  std::vector<std::string> reasons;
};

/// Cuts the graph into segments, each a run of neighbours, as long as possible, that the NPU can execute with its
/// windows and its SRAM. Nothing but what stays behind with a reason is on the CPU.
[[nodiscard]] Partition partition(const Graph& graph, const Hardware& hardware);

}  // namespace auklet::compiler::passes
