// What the vector unit does: sums, products and the like of two tensors, functions of one byte, softmax.
#include <algorithm>
#include <array>
#include <auklet/kernels/elementwise_quantization.hpp>
#include <auklet/kernels/softmax.hpp>
#include <auklet/plan/tables.hpp>
#include <span>

#include "broadcast.hpp"
#include "copies.hpp"
#include "lowering.hpp"
#include "probe.hpp"

namespace auklet::compiler::passes {
namespace {

using exec::Context;
using u32 = std::uint32_t;

std::int8_t int8_of(std::int32_t value) { return static_cast<std::int8_t>(value); }
plan::QuantizedMultiplier scale_of(kernels::QuantizedMultiplier m) { return {m.value, m.shift}; }

// TensorFlow Lite's x * 1, exactly: 2^30 in Q0.31, shifted left by one.
constexpr plan::QuantizedMultiplier kOne{1 << 30, 1};

Result<kernels::FusedActivation> fused_of(const Operator& op) {
  return std::visit(
      [](const auto& options) -> Result<kernels::FusedActivation> {
        if constexpr (requires { options.activation; }) {
          return exec::fused(options.activation);
        } else {
          return kernels::FusedActivation::kNone;
        }
      },
      op.options);
}

// Zero points, scales and clamp; MINIMUM and MAXIMUM compare the bytes as they are.
Outcome quantise(const Context& c, const Quantizations& q, plan::EltwiseOp& op) {
  const auto fused = fused_of(c.op);
  if (!fused) return tl::unexpected(fused.error());
  if (c.op.code == OpCode::kMul) {
    kernels::MulParams p;
    if (Outcome ok = exec::derived(kernels::make_mul_params(q.a, q.b, q.out, *fused, p), "multiplier"); !ok) return ok;
    op.a_zp = int8_of(p.a_zero_point);
    op.b_zp = int8_of(p.b_zero_point);
    op.out_zp = int8_of(p.output_zero_point);
    op.act_min = int8_of(p.activation.min);
    op.act_max = int8_of(p.activation.max);
    op.out_scale = scale_of(p.multiplier);
    return {};
  }
  if (c.op.code == OpCode::kSquaredDifference) {
    kernels::SquaredDifferenceParams p;
    const auto made = kernels::make_squared_difference_params(q.a, q.b, q.out, p);
    if (Outcome ok = exec::derived(made, "multipliers"); !ok) return ok;
    op.a_zp = int8_of(p.a_zero_point);
    op.b_zp = int8_of(p.b_zero_point);
    op.out_zp = int8_of(p.output_zero_point);
    op.left_shift = kernels::kSquaredDifferenceLeftShift;
    op.a_scale = scale_of(p.a_multiplier);
    op.b_scale = scale_of(p.b_multiplier);
    op.out_scale = scale_of(p.output_multiplier);
    return {};
  }
  if (c.op.code != OpCode::kAdd && c.op.code != OpCode::kSub) return {};
  const bool sub = c.op.code == OpCode::kSub;
  kernels::AddParams p;
  const auto make = sub ? kernels::make_sub_params : kernels::make_add_params;
  if (Outcome ok = exec::derived(make(q.a, q.b, q.out, *fused, p), "multipliers"); !ok) return ok;
  op.a_zp = int8_of(p.a_zero_point);
  op.b_zp = int8_of(p.b_zero_point);
  op.out_zp = int8_of(p.output_zero_point);
  op.act_min = int8_of(p.activation.min);
  op.act_max = int8_of(p.activation.max);
  op.left_shift = static_cast<std::uint8_t>(p.left_shift);
  op.a_scale = scale_of(p.a_multiplier);
  op.b_scale = scale_of(p.b_multiplier);
  if (sub) op.b_scale.multiplier = -op.b_scale.multiplier;
  op.out_scale = scale_of(p.output_multiplier);
  return {};
}

plan::EltwiseKind kind_of(OpCode code) {
  switch (code) {
    case OpCode::kMul:
      return plan::EltwiseKind::kMul;
    case OpCode::kSquaredDifference:
      return plan::EltwiseKind::kSquaredDifference;
    case OpCode::kMinimum:
      return plan::EltwiseKind::kMinimum;
    case OpCode::kMaximum:
      return plan::EltwiseKind::kMaximum;
    default:
      return plan::EltwiseKind::kAdd;
  }
}

View view_of(plan::Cover cover, View rows) {
  switch (cover) {
    case plan::Cover::kRow:
      return {1, rows.channels};
    case plan::Cover::kColumn:
      return {rows.pixels, 1};
    case plan::Cover::kOne:
      return {1, 1};
    case plan::Cover::kAll:
      break;
  }
  return rows;
}

// An operand at its cover; the NPU reads rows as whole words, and single bytes anywhere.
Operand covering(const Context& c, std::size_t i, plan::Cover cover, View rows) {
  const bool words = cover == plan::Cover::kAll || cover == plan::Cover::kRow;
  return input_operand(c, i, view_of(cover, rows), words);
}

// An operand at every place of the result: a constant here and now, anything else by a copy.
Operand spread(Lowering& to, std::size_t i, View rows) {
  const Context& c = to.c;
  const std::vector<std::int32_t>& out = c.out().shape;
  const std::vector<u32> from = broadcast_map(c.in(i).shape, out);
  if (c.in(i).is_constant) {
    Operand operand = operand_of(kAbsent, rows, true);
    operand.constant.reserve(from.size());
    for (const u32 index : from) operand.constant.push_back(c.in(i).data[index]);
    return operand;
  }
  return to.copied(copies_of(from), operand_of(c.op.inputs[i], image_view(c.in(i)), false), rows, true);
}

// Whether what has no cover can be spread.
Outcome spreadable(const Context& c, const Covers& covers) {
  const std::size_t places = c.out().elements();
  if ((covers.of[0] && covers.of[1]) || places <= kMostPlaces) return {};
  return unsupported(too_many_places(places));
}

// Operand `i` at its cover where it has one, else at every place of the result.
Operand covering_or_spread(Lowering& to, std::size_t i, const std::optional<plan::Cover>& cover, View rows) {
  return cover ? covering(to.c, i, *cover, rows) : spread(to, i, rows);
}

// Adds a step of two operands, whatever their shapes.
Outcome add_eltwise(Lowering& to, plan::EltwiseOp op) {
  const Context& c = to.c;
  const Covers covers = covers_of(c.in(0).shape, c.in(1).shape, c.out().shape);
  const auto elements = static_cast<u32>(c.out().elements());
  View rows = row_view(c.out());
  if (covers.length != 0) rows = {elements / covers.length, covers.length};
  op.rows = rows.pixels;
  op.length = rows.channels;
  op.a = covers.of[0].value_or(plan::Cover::kAll);
  op.b = covers.of[1].value_or(plan::Cover::kAll);
  if (Outcome ok = accepted(plan::check(op)); !ok) return ok;
  if (Outcome ok = spreadable(c, covers); !ok) return ok;
  Operand a = covering_or_spread(to, 0, covers.of[0], rows);
  Operand b = covering_or_spread(to, 1, covers.of[1], rows);
  to.add(EltwiseWork{op}, {std::move(a), std::move(b)}, to.output(), rows);
  return {};
}

void add_table(Lowering& to, const ByteTable& table, std::int32_t input, std::int32_t output, const Tensor& shape) {
  const View rows = row_view(shape);
  to.add(TableWork{{.rows = rows.pixels, .length = rows.channels}},
         {operand_of(input, rows, true), constant_operand(table, {1, plan::kTableBytes})}, output, rows);
}

}  // namespace

Outcome lower_binary(Lowering& to) {
  const Context& c = to.c;
  if (c.in(0).is_constant && c.in(1).is_constant) return unsupported("combines two constants");
  const auto q = quantizations_of(c);
  if (!q) return tl::unexpected(q.error());
  plan::EltwiseOp op;
  op.kind = kind_of(c.op.code);
  if (Outcome ok = quantise(c, *q, op); !ok) return ok;
  return add_eltwise(to, op);
}

Outcome lower_unary(Lowering& to) {
  const Context& c = to.c;
  const Tensor& input = c.in(0);
  const Tensor& output = c.out();
  if (input.is_constant) return unsupported("has " + c.in_name(0) + " for its input, which is a constant");
  if (input.is_variable || output.is_variable) return unsupported("reads or writes a variable");
  const auto byte = {TensorType::kInt8, TensorType::kUint8};
  if (Outcome ok = exec::require_type(input, c.in_name(0), byte); !ok) return ok;
  if (Outcome ok = exec::require_type(output, c.out_name(), byte); !ok) return ok;
  const auto table = table_of(c);
  if (!table) return tl::unexpected(table.error());
  add_table(to, *table, c.op.inputs[0], to.output(), output);
  return {};
}

// With n = min(x, zero point) and slopes s, PRELU is
//   (x >= zero point ? PRELU(x) : out_zp)  +  scale(n * s)  -  out_zp
// where one of the two summands is always out_zp: the sum is exact, and cannot leave int8.
Outcome lower_prelu(Lowering& to) {
  const Context& c = to.c;
  const auto input = computed(c.in(0), c.in_name(0));
  if (!input) return tl::unexpected(input.error());
  const auto slopes = activation(c.in(1), c.in_name(1));
  if (!slopes) return tl::unexpected(slopes.error());
  const auto output = activation(c.out(), c.out_name());
  if (!output) return tl::unexpected(output.error());
  kernels::PreluParams p;
  if (Outcome ok = exec::derived(kernels::make_prelu_params(*input, *slopes, *output, p), "multipliers"); !ok) {
    return ok;
  }
  ByteTable positive{};
  ByteTable negative{};
  for (std::size_t i = 0; i < positive.size(); ++i) {
    const std::int32_t x = static_cast<std::int8_t>(i);
    const std::int8_t kept =
        kernels::requantize_to_int8(std::max(x - input->zero_point, 0), p.identity, output->zero_point, {});
    positive[i] = static_cast<std::byte>(kept);
    negative[i] = static_cast<std::byte>(std::min(x, input->zero_point));
  }
  const std::int32_t kept = to.internal();
  const std::int32_t below = to.internal();
  const std::int32_t sloped = to.internal();
  add_table(to, positive, c.op.inputs[0], kept, c.out());
  add_table(to, negative, c.op.inputs[0], below, c.out());

  const Covers covers = covers_of(c.in(0).shape, c.in(1).shape, c.out().shape);
  View rows = row_view(c.out());
  if (covers.length != 0) rows = {static_cast<u32>(c.out().elements()) / covers.length, covers.length};
  plan::EltwiseOp product;
  product.kind = plan::EltwiseKind::kMul;
  product.rows = rows.pixels;
  product.length = rows.channels;
  product.b = covers.of[1].value_or(plan::Cover::kAll);
  product.a_zp = int8_of(input->zero_point);
  product.b_zp = int8_of(slopes->zero_point);
  product.out_zp = int8_of(output->zero_point);
  product.out_scale = scale_of(p.product);
  if (Outcome ok = accepted(plan::check(product)); !ok) return ok;
  if (Outcome ok = spreadable(c, covers); !ok) return ok;
  Operand slope = covering_or_spread(to, 1, covers.of[1], rows);
  to.add(EltwiseWork{product}, {operand_of(below, rows, true), std::move(slope)}, sloped, rows);

  plan::EltwiseOp sum;
  sum.kind = plan::EltwiseKind::kAdd;
  sum.rows = rows.pixels;
  sum.length = rows.channels;
  sum.a_zp = sum.b_zp = sum.out_zp = int8_of(output->zero_point);
  sum.left_shift = 0;
  sum.a_scale = sum.b_scale = sum.out_scale = kOne;
  to.add(EltwiseWork{sum}, {operand_of(kept, rows, true), operand_of(sloped, rows, true)}, to.output(), rows);
  return {};
}

Outcome lower_softmax(Lowering& to) {
  const Context& c = to.c;
  const auto input = computed(c.in(0), c.in_name(0));
  if (!input) return tl::unexpected(input.error());
  if (const auto output = activation(c.out(), c.out_name()); !output) return tl::unexpected(output.error());
  // The kernel's own checks of the output's quantisation.
  if (const auto prepared = exec::prepare_softmax(c); !prepared) return tl::unexpected(prepared.error());
  const float beta = std::get<SoftmaxOptions>(c.op.options).beta;
  kernels::SoftmaxParams p;
  if (Outcome ok = exec::derived(kernels::make_softmax_params(beta, input->scale, p), "multiplier"); !ok) return ok;
  std::array<std::int32_t, plan::kTableEntries> exponentials{};
  kernels::softmax_exponentials(p, exponentials);
  std::array<std::uint8_t, plan::kSoftmaxTableBytes> table{};
  plan::pack_softmax_table(exponentials, table);
  const View rows = image_view(c.out());
  const SoftmaxWork work{{.rows = rows.pixels, .length = rows.channels}};
  if (Outcome ok = accepted(plan::check(work.op)); !ok) return ok;
  to.add(work,
         {operand_of(c.op.inputs[0], rows, true),
          constant_operand(std::as_bytes(std::span(table)), {1, plan::kSoftmaxTableBytes})},
         to.output(), rows);
  return {};
}

}  // namespace auklet::compiler::passes
