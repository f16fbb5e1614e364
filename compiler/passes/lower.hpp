// One operator of a graph as the planner sees it: all numbers derived, nothing placed yet.
#pragma once

#include <auklet/compiler/ir.hpp>
#include <auklet/plan/plan.hpp>
#include <cstddef>
#include <cstdint>
#include <span>
#include <variant>
#include <vector>

namespace auklet::compiler::passes {

/// A tensor's bytes as pixels of channels. An operator looks at the channels of a pixel together.
struct View {
  std::uint32_t pixels = 1;
  std::uint32_t channels = 1;

  [[nodiscard]] std::uint64_t bytes() const { return std::uint64_t{pixels} * channels; }
  bool operator==(const View&) const = default;
};

/// A tensor that an operator reads.
struct Operand {
  std::int32_t tensor = kAbsent;
  View view;
  bool whole_words = false;              ///< Pixels must begin at multiples of 16 bytes.
  std::vector<std::byte> constant = {};  ///< Its value when it is a constant, broadcast to the view; else empty.
};

/// Convolutions and fully connected layers.
struct ConvWork {
  plan::ConvOp op;
  std::span<const std::int8_t> weights;  ///< The model's.
  std::vector<std::int32_t> bias;        ///< May be empty: zeros.
  std::vector<std::int32_t> multiplier;
  std::vector<std::int32_t> shift;
};
struct PoolWork {
  plan::PoolOp op;
};
struct EltwiseWork {
  plan::EltwiseOp op;
};
/// A RESHAPE: the same bytes under another name.
struct RenameWork {};

struct NpuOperator {
  std::size_t source = 0;  ///< Index in the graph.
  std::variant<ConvWork, PoolWork, EltwiseWork, RenameWork> work;
  std::vector<Operand> inputs;
  std::int32_t output = kAbsent;
  View out_view;
  std::uint64_t macs = 0;
};

/// Derives what the NPU needs to know of an operator, or says why it cannot run it: one sentence, to stand behind the
/// operator's name. The graph must be valid.
[[nodiscard]] Result<NpuOperator> lower(const Graph& graph, std::size_t index);

/// Multiply-accumulates of an operator, wherever it runs: 0 unless it is a convolution or a fully connected layer.
[[nodiscard]] std::uint64_t macs_of(const Graph& graph, const Operator& op);

}  // namespace auklet::compiler::passes
