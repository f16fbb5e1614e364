// One run of operators to one command stream with its constants.
#pragma once

#include <auklet/compiler/compile.hpp>
#include <auklet/compiler/segment.hpp>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "lower.hpp"
#include "memory_plan.hpp"
#include "program.hpp"

namespace auklet::compiler::passes {

struct CompiledSegment {
  Segment segment;
  std::vector<std::int32_t> inputs;   ///< Activations: tensors of the graph, in the order of their windows.
  std::vector<std::int32_t> outputs;  ///< The same for those that it writes.
  std::vector<std::uint32_t> stream;
  std::vector<std::byte> constants;
  std::uint32_t commands = 0;
  std::uint32_t streamed_operators = 0;
  std::uint32_t cascaded_operators = 0;
  std::uint32_t spilled_tensors = 0;
  std::uint32_t sram_live = 0;
  std::uint32_t scratch_live = 0;
  std::vector<CommandMark> marks;
  MemoryMap memory;
};

/// Compiles a run that needs no more windows than there are. The failure names one of its steps.
[[nodiscard]] tl::expected<CompiledSegment, NodeFailure> compile_segment(const Graph& graph, const Run& run,
                                                                         const Reads& reads, const Hardware& hardware);

}  // namespace auklet::compiler::passes
