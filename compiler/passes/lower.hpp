// One operator of a graph as the planner sees it: all numbers derived, nothing placed yet.
#pragma once

#include <auklet/compiler/ir.hpp>
#include <auklet/plan/copy.hpp>
#include <auklet/plan/gather.hpp>
#include <auklet/plan/matmul.hpp>
#include <auklet/plan/plan.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <variant>
#include <vector>

#include "folds.hpp"
#include "hardware.hpp"

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
  std::span<const std::int8_t> weights;                          ///< The model's, or those of `derived`.
  std::shared_ptr<const std::vector<std::int8_t>> derived = {};  ///< Weights that the model does not hold as such.
  std::vector<std::int32_t> bias;                                ///< May be empty: zeros.
  std::vector<std::int32_t> multiplier;
  std::vector<std::int32_t> shift;
};
struct PoolWork {
  plan::PoolOp op;
};
struct EltwiseWork {
  plan::EltwiseOp op;
};
/// Any function of one byte. Input 1 is the table, a constant.
struct TableWork {
  plan::TableOp op;
};
/// Input 1 is the table of exponentials, a constant.
struct SoftmaxWork {
  plan::SoftmaxOp op;
};
/// Bytes that only move, from memory to memory.
struct CopyWork {
  struct Part {
    std::size_t input = 0;
    plan::CopyOp op;
  };
  std::vector<Part> parts;
};
/// Products of two activations, from memory to memory. Input 2 is what plan::pack_matmul_constants() makes.
struct MatmulWork {
  plan::MatmulOp op;
};
/// Rows of a table by computed indices, from memory to memory. Input 0 is the table, input 1 the indices.
struct GatherWork {
  plan::GatherOp op;
};
/// The same bytes under another name.
struct RenameWork {};

using Work =
    std::variant<ConvWork, PoolWork, EltwiseWork, TableWork, SoftmaxWork, CopyWork, MatmulWork, GatherWork, RenameWork>;

/// One step on the NPU. An operator of the graph is one or several of them, or none (folds.hpp).
struct NpuOperator {
  std::size_t source = 0;  ///< Index in the graph.
  Work work;
  std::vector<Operand> inputs;
  std::int32_t output = kAbsent;  ///< A tensor of the graph, or an internal one: a number beyond those.
  View out_view;
  std::uint64_t macs = 0;

  /// Whether it can only run from memory to memory.
  [[nodiscard]] bool moves_memory() const {
    return std::holds_alternative<CopyWork>(work) || std::holds_alternative<MatmulWork>(work) ||
           std::holds_alternative<GatherWork>(work);
  }
};

/// Derives what the NPU needs to know of an operator, or says why it cannot run it: one sentence, to stand behind the
/// operator's name. The graph must be valid. Internal tensors of different operators have different numbers.
[[nodiscard]] Result<std::vector<NpuOperator>> lower(const Graph& graph, std::size_t index, const Folds& folds,
                                                     const Hardware& hardware);

/// Multiply-accumulates of an operator, wherever it runs: 0 unless it multiplies matrices or convolves.
[[nodiscard]] std::uint64_t macs_of(const Graph& graph, const Operator& op);

}  // namespace auklet::compiler::passes
