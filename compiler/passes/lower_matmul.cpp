// BATCH_MATMUL: products of two activations.
#include <algorithm>
#include <numeric>

#include "broadcast.hpp"
#include "copies.hpp"
#include "lowering.hpp"

namespace auklet::compiler::passes {
namespace {

using exec::Context;
using u32 = std::uint32_t;

std::vector<std::int32_t> leading(const std::vector<std::int32_t>& shape) { return {shape.begin(), shape.end() - 2}; }

// An operand with its matrices transposed in memory.
Operand transposed(Lowering& to, std::size_t i) {
  const Tensor& tensor = to.c.in(i);
  const auto rows = *(tensor.shape.rbegin() + 1);
  const auto columns = tensor.shape.back();
  const auto matrices = static_cast<u32>(tensor.elements()) / unsigned_of(rows * columns);
  plan::CopyOp copy;
  copy.axes[0] = {matrices, rows * columns, rows * columns};
  copy.axes[1] = {unsigned_of(columns), 1, rows};
  copy.axes[2] = {unsigned_of(rows), columns, 1};
  const View view{matrices * unsigned_of(columns), unsigned_of(rows)};
  return to.copied({copy}, input_operand(to.c, i, image_view(tensor), false), view, false);
}

// Whether product i takes matrix i * stride, for some stride.
bool is_even(const std::vector<u32>& matrix_of) {
  const u32 stride = matrix_of.size() < 2 ? 0 : matrix_of[1];
  for (std::size_t i = 0; i < matrix_of.size(); ++i) {
    if (matrix_of[i] != i * stride) return false;
  }
  return true;
}

// The operand with its matrices at even distances, `step` bytes: product i takes matrix matrix_of[i] of `bytes` bytes.
// Where dimensions broadcast unevenly, the matrices are copied into the order of the products first.
Operand batched(Lowering& to, Operand operand, const std::vector<u32>& matrix_of, u32 bytes, u32& step) {
  step = bytes;
  if (is_even(matrix_of)) {
    step *= matrix_of.size() < 2 ? 0 : matrix_of[1];
    return operand;
  }
  std::vector<plan::CopyOp> copies;
  copies.reserve(matrix_of.size());
  for (u32 i = 0; i < matrix_of.size(); ++i) {
    plan::CopyOp copy;
    copy.from_offset = matrix_of[i] * bytes;
    copy.to_offset = i * bytes;
    copy.axes.back() = {bytes, 1, 1};
    copies.push_back(copy);
  }
  return to.copied(copies, std::move(operand), {static_cast<u32>(matrix_of.size()), bytes}, false);
}

}  // namespace

Result<Operand> matmul_constants(const plan::MatmulOp& op) {
  const u32 bytes = plan::matmul_constant_bytes(op);
  Operand constants = operand_of(kAbsent, {1, bytes}, true);
  constants.constant.resize(bytes);
  const std::span<std::uint8_t> out(reinterpret_cast<std::uint8_t*>(constants.constant.data()), bytes);
  if (Outcome ok = accepted(plan::pack_matmul_constants(op, out)); !ok) return tl::unexpected(ok.error());
  return constants;
}

Outcome lower_batch_matmul(Lowering& to) {
  const Context& c = to.c;
  const auto& o = std::get<BatchMatMulOptions>(c.op.options);
  if (c.in(0).is_constant && c.in(1).is_constant) return unsupported("multiplies two constants");
  const auto q = quantizations_of(c);
  if (!q) return tl::unexpected(q.error());
  kernels::QuantizedMultiplier scale;
  const auto made = kernels::fully_connected_multiplier(q->a.scale, q->b.scale, q->out.scale, scale);
  if (Outcome ok = exec::derived(made, "multiplier"); !ok) return ok;

  const std::vector<std::int32_t>& sa = c.in(0).shape;
  const std::vector<std::int32_t>& sb = c.in(1).shape;
  const std::vector<std::int32_t>& so = c.out().shape;
  MatmulWork work;
  plan::MatmulOp& op = work.op;
  op.rows = unsigned_of(*(so.rbegin() + 1));
  op.columns = unsigned_of(so.back());
  op.depth = unsigned_of(o.adj_x ? *(sa.rbegin() + 1) : sa.back());
  op.b_transposed = o.adj_y;
  op.a_zp = static_cast<std::int8_t>(q->a.zero_point);
  op.b_zp = static_cast<std::int8_t>(q->b.zero_point);
  op.out_zp = static_cast<std::int8_t>(q->out.zero_point);
  op.scale = {scale.value, scale.shift};

  const std::vector<std::int32_t> batches = leading(so);
  const std::size_t products = c.out().elements() / op.rows / op.columns;
  if (products > kMostPlaces) return unsupported(too_many_places(products));
  const std::vector<u32> a_of = broadcast_map(leading(sa), batches);
  const std::vector<u32> b_of = broadcast_map(leading(sb), batches);
  if (products > kMostCopies && !(is_even(a_of) && is_even(b_of))) {
    return unsupported("takes its matrices too irregularly for the NPU");
  }
  op.batches = static_cast<u32>(a_of.size());
  op.out_step = op.rows * op.columns;
  Operand left = o.adj_x ? transposed(to, 0) : input_operand(c, 0, image_view(c.in(0)), false);
  left = batched(to, std::move(left), a_of, op.rows * op.depth, op.a_step);
  Operand right = input_operand(c, 1, image_view(c.in(1)), false);
  right = batched(to, std::move(right), b_of, op.depth * op.columns, op.b_step);
  if (Outcome ok = accepted(plan::check(op)); !ok) return ok;
  auto constants = matmul_constants(op);
  if (!constants) return tl::unexpected(constants.error());
  to.add(work, {std::move(left), std::move(right), std::move(*constants)}, to.output(), image_view(c.out()),
         macs_of(c.graph, c.op));
  return {};
}

}  // namespace auklet::compiler::passes
