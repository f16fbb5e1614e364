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

struct Program {
  std::vector<Node> nodes;
  std::vector<Buffer> buffers;
  std::vector<std::int32_t> inputs;   ///< Tensors that the segment reads, in order of first use.
  std::vector<std::int32_t> outputs;  ///< Tensors that the segment writes, in the order in which they are computed.
};

/// Builds the program of `operators`, which follow one another in `graph` and stay in place as long as the program.
[[nodiscard]] Program make_program(const Graph& graph, std::span<const NpuOperator> operators);

}  // namespace auklet::compiler::passes
