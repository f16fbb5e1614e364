// Writes a planned program's commands.
//
// The order of the commands decides what can overlap, since the decoder stops at an engine's full queue: loads stand
// LOAD_QUEUE_DEPTH loads before the operator that needs them, no more. What each command waits for, transfers.hpp
// knows.
#pragma once

#include <auklet/compiler/compile.hpp>
#include <auklet/plan/plan.hpp>
#include <cstdint>
#include <vector>

#include "memory_plan.hpp"
#include "program.hpp"

namespace auklet::compiler::passes {

/// Weights and parameters that are loaded together, as they lie in memory.
struct PartPlace {
  std::uint32_t offset = 0;
  std::uint32_t bytes = 0;
  bool compressed = false;  ///< For UNPACK, else as they are.
  /// Where only the weights are compressed: the parameters behind them, else 0.
  std::uint32_t parameters = 0;
};

/// Where the constants are in window kSegmentConstantsWindow.
struct ConstantPlaces {
  std::vector<std::uint32_t> weights;         ///< By streamed node: weights, then parameters.
  std::vector<std::vector<PartPlace>> parts;  ///< By resident node: one a part, or one an arrival of tiles.
  std::vector<std::uint32_t> buffers;         ///< By buffer.
};

/// What a node costs and which directions its segment's windows need.
struct NodeCost {
  plan::Cost cost;
  std::uint32_t commands = 0;
  std::uint64_t loaded_bytes = 0;
  std::uint64_t stored_bytes = 0;
  std::uint64_t weight_bytes = 0;
};
struct WindowUse {
  bool read = false;
  bool write = false;
};
struct EmissionReport {
  std::vector<NodeCost> nodes;
  std::vector<WindowUse> windows;  ///< By window: constants, scratch, inputs, outputs.
  std::vector<CommandMark> marks;  ///< Their tensors are those of the program: of the graph, or internal.
};

/// Number of the address window of input `input` or output `output` of a program.
[[nodiscard]] std::uint8_t input_window(std::uint32_t input);
[[nodiscard]] std::uint8_t output_window(const Program& program, std::uint32_t output);

/// Writes the whole stream, END included.
[[nodiscard]] tl::expected<EmissionReport, NodeFailure> emit_program(plan::StreamWriter& writer, const Program& program,
                                                                     const MemoryPlan& memory, const Hardware& hardware,
                                                                     const ConstantPlaces& constants);

}  // namespace auklet::compiler::passes
