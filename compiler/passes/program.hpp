// A run of NPU operators as buffers and the nodes that read and write them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "lower.hpp"

namespace auklet::compiler::passes {

/// A node's operand.
struct Use {
  std::uint32_t buffer = 0;
  const Operand* operand = nullptr;
};

/// One operator of the segment.
struct Node {
  const NpuOperator* op = nullptr;
  std::vector<Use> uses;
  std::uint32_t output = 0;  ///< Buffer.

  /// Whether it only gives another name to its operand's buffer.
  [[nodiscard]] bool renames() const { return std::holds_alternative<RenameWork>(op->work); }
};

/// Bytes that are computed once. Several tensors are one buffer when reshapes rename it.
struct Buffer {
  std::uint32_t bytes = 0;
  std::optional<std::uint32_t> input;     ///< Number among Program::inputs.
  std::optional<std::uint32_t> producer;  ///< Node. With neither input nor producer it is a constant.
  const std::vector<std::byte>* constant = nullptr;
  std::vector<std::uint32_t> outputs;  ///< Numbers among Program::outputs.
  std::vector<std::uint32_t> readers;  ///< Nodes, ascending.
};

/// Operators of a graph that follow one another, as steps on the NPU.
struct Run {
  std::size_t first = 0;           ///< Operator of the graph.
  std::size_t count = 0;           ///< Operators of the graph, those without a step included.
  std::vector<NpuOperator> steps;  ///< In order.
};

struct Program {
  std::size_t first = 0;   ///< Operator of the graph that layer 0 is.
  std::size_t layers = 0;  ///< One an operator of the graph.
  std::vector<Node> nodes;
  std::vector<Buffer> buffers;
  std::vector<std::int32_t> inputs;   ///< Tensors that the segment reads, in order of first use.
  std::vector<std::int32_t> outputs;  ///< Tensors that the segment writes, in the order in which they are computed.
};

/// The layer that a node belongs to.
[[nodiscard]] inline std::size_t layer_of(const Program& program, std::size_t node) {
  return program.nodes[node].op->source - program.first;
}

/// What is read of a graph: by operator its tensors, and at the end the graph's outputs.
using Reads = std::vector<std::vector<std::int32_t>>;

/// Builds the program of a run, which stays in place as long as the program. `reads` says what each operator of the
/// graph reads, which for steps on the NPU need not be its inputs; the last entry are the graph's outputs.
[[nodiscard]] Program make_program(const Graph& graph, const Run& run, const Reads& reads);

}  // namespace auklet::compiler::passes
