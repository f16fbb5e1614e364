// What the files lower_*.cpp share: one operator on its way to NPU steps.
#pragma once

#include <auklet/kernels/quantization.hpp>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "../exec/ops/common.hpp"
#include "lower.hpp"

namespace auklet::compiler::passes {

/// Internal tensors that one operator may have at most.
inline constexpr std::int32_t kInternalTensors = 128;

/// The steps of one operator, as they come.
class Lowering {
 public:
  Lowering(const Graph& graph, std::size_t index, const Folds& folds, const Hardware& hardware)
      : c{graph, graph.operators[index]}, folds_(folds), hardware_(hardware), index_(index) {}

  const exec::Context c;

  [[nodiscard]] const Folds& folds() const { return folds_; }
  [[nodiscard]] const std::optional<PadFold>& pad() const { return folds_.of[index_]; }
  [[nodiscard]] const Hardware& hardware() const { return hardware_; }
  [[nodiscard]] bool gone() const { return folds_.gone[index_]; }

  /// A new tensor between two steps. Precondition: fewer than kInternalTensors so far.
  [[nodiscard]] std::int32_t internal() {
    return static_cast<std::int32_t>(c.graph.tensors.size()) + static_cast<std::int32_t>(index_) * kInternalTensors +
           internals_++;
  }
  [[nodiscard]] std::int32_t output(std::size_t i = 0) const { return c.op.outputs[i]; }

  void add(Work work, std::vector<Operand> inputs, std::int32_t output, View view, std::uint64_t macs = 0) {
    steps_.push_back({.source = index_,
                      .work = std::move(work),
                      .inputs = std::move(inputs),
                      .output = output,
                      .out_view = view,
                      .macs = macs});
  }
  /// Adds a step that moves an operand's bytes into an internal tensor; that tensor at `view`.
  [[nodiscard]] Operand copied(const std::vector<plan::CopyOp>& copies, Operand from, View view, bool whole_words) {
    CopyWork work;
    for (const plan::CopyOp& copy : copies) work.parts.push_back({0, copy});
    const std::int32_t result = internal();
    add(std::move(work), {std::move(from)}, result, view);
    return {.tensor = result, .view = view, .whole_words = whole_words, .constant = {}};
  }
  [[nodiscard]] std::vector<NpuOperator> take() { return std::move(steps_); }

 private:
  const Folds& folds_;
  const Hardware& hardware_;
  std::size_t index_;
  std::int32_t internals_ = 0;
  std::vector<NpuOperator> steps_;
};

[[nodiscard]] inline std::uint32_t unsigned_of(std::int32_t value) { return static_cast<std::uint32_t>(value); }
[[nodiscard]] inline Outcome unsupported(std::string reason) {
  return fail(ErrorCode::kUnsupported, std::move(reason));
}
/// Success, or the planner's reason.
[[nodiscard]] Outcome accepted(plan::Outcome outcome);

/// The scale of an INT8 tensor that is no variable.
[[nodiscard]] Result<kernels::AffineParams> activation(const Tensor& tensor, const std::string& whose);
/// As activation(); kUnsupported for constants, too.
[[nodiscard]] Result<kernels::AffineParams> computed(const Tensor& tensor, const std::string& whose);

/// Inputs 0 and 1 and the output, all as activation().
struct Quantizations {
  kernels::AffineParams a, b, out;
};
[[nodiscard]] Result<Quantizations> quantizations_of(const exec::Context& c);

/// Pixels of the last dimension.
[[nodiscard]] View image_view(const Tensor& tensor);
/// The same, or one long row where pixels would be mostly padding.
[[nodiscard]] View row_view(const Tensor& tensor);

/// An operand that is computed.
[[nodiscard]] inline Operand operand_of(std::int32_t tensor, View view, bool whole_words) {
  return {.tensor = tensor, .view = view, .whole_words = whole_words, .constant = {}};
}
/// An operand with this value, at `view`.
[[nodiscard]] Operand constant_operand(std::span<const std::byte> value, View view);
/// Input `i` of the operator, computed or constant, at `view`.
[[nodiscard]] Operand input_operand(const exec::Context& c, std::size_t i, View view, bool whole_words);

/// What plan::pack_matmul_constants() makes of a product, as an operand.
[[nodiscard]] Result<Operand> matmul_constants(const plan::MatmulOp& op);

// The families. Each adds the operator's steps or says why the NPU cannot run it.
[[nodiscard]] Outcome lower_conv2d(Lowering& to);
[[nodiscard]] Outcome lower_depthwise_conv2d(Lowering& to);
[[nodiscard]] Outcome lower_fully_connected(Lowering& to);
[[nodiscard]] Outcome lower_transpose_conv(Lowering& to);
[[nodiscard]] Outcome lower_batch_matmul(Lowering& to);
[[nodiscard]] Outcome lower_pool(Lowering& to, plan::PoolKind kind);
[[nodiscard]] Outcome lower_sum(Lowering& to);  ///< SUM and MEAN.
[[nodiscard]] Outcome lower_reduce_max(Lowering& to);
[[nodiscard]] Outcome lower_binary(Lowering& to);  ///< ADD, SUB, MUL, SQUARED_DIFFERENCE, MINIMUM, MAXIMUM.
[[nodiscard]] Outcome lower_unary(Lowering& to);   ///< Any function of one byte, through a table.
[[nodiscard]] Outcome lower_prelu(Lowering& to);
[[nodiscard]] Outcome lower_softmax(Lowering& to);
[[nodiscard]] Outcome lower_movement(Lowering& to);  ///< Operators that only move elements.
[[nodiscard]] Outcome lower_gather(Lowering& to);    ///< GATHER by computed indices.
[[nodiscard]] Outcome lower_resize_bilinear(Lowering& to);

}  // namespace auklet::compiler::passes
