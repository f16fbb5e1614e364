// Rows of an image, and which of them an operator's rows look at.
#pragma once

#include <algorithm>
#include <auklet/plan/operators.hpp>
#include <cstdint>
#include <variant>

namespace auklet::compiler::passes {

/// Rows [begin, end); none when empty.
struct Rows {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;

  [[nodiscard]] std::uint32_t count() const { return end - begin; }
  [[nodiscard]] bool empty() const { return begin >= end; }
  bool operator==(const Rows&) const = default;
};

/// The smallest range that holds both.
[[nodiscard]] inline Rows hull(Rows a, Rows b) {
  if (a.empty()) return b;
  if (b.empty()) return a;
  return {std::min(a.begin, b.begin), std::max(a.end, b.end)};
}

[[nodiscard]] inline std::uint32_t row_reach(const plan::ConvOp& op) { return (op.kernel_h - 1) * op.dilation_h + 1; }
[[nodiscard]] inline std::uint32_t row_reach(const plan::PoolOp& op) { return op.kernel_h; }

/// Some output rows of a window operator as an operator of their own, and the input rows that it reads.
template <class Op>
struct RowSlice {
  Op op;
  Rows in;
};

/// Output rows `out` of a convolution or pool of one image. Precondition: plan::check(op) and rows that exist: every
/// window then meets the image.
template <class Op>
[[nodiscard]] RowSlice<Op> slice_rows(const Op& op, Rows out) {
  const std::uint32_t begin = out.begin * op.stride_h;  // The padding above counted in.
  const std::uint32_t end = (out.end - 1) * op.stride_h + row_reach(op);
  RowSlice<Op> part{.op = op, .in = {}};
  part.in.begin = begin > op.pad_top ? begin - op.pad_top : 0;
  part.in.end = std::min(op.in_h, end - std::min(end, op.pad_top));
  part.op.pad_top = op.pad_top > begin ? op.pad_top - begin : 0;
  part.op.in_h = part.in.count();
  part.op.out_h = out.count();
  return part;
}

/// What one command, or a few, compute of operands in SRAM.
using ComputeOp = std::variant<plan::ConvOp, plan::PoolOp, plan::EltwiseOp, plan::TableOp, plan::SoftmaxOp>;

/// Rows `out` of `height` rows of the result. Preconditions: those of slice_rows(); elementwise operators have whole
/// rows of the image in their rows, or one row of all; a softmax is not cut.
[[nodiscard]] ComputeOp slice_rows(const ComputeOp& op, Rows out, std::uint32_t height);

}  // namespace auklet::compiler::passes
