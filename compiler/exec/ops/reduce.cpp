// Reductions over dimensions that a constant tensor lists: MEAN, SUM, REDUCE_MAX, REDUCE_MIN.
#include <auklet/kernels/reduction_quantization.hpp>

#include "operands.hpp"

namespace auklet::compiler::exec {
namespace {

// The set of axes that input 1 lists; negative ones count from the last dimension, and a repeated one counts once.
Result<kernels::Axes> axes_of(const Context& context, std::int32_t rank) {
  const Tensor& list = context.in(1);
  if (Outcome ok = require_type(list, context.in_name(1), {TensorType::kInt32}); !ok) {
    return tl::unexpected(ok.error());
  }
  if (!list.is_constant) return fail(ErrorCode::kUnsupported, "has axes " + context.in_name(1) + " that are computed");
  kernels::Axes axes = 0;
  for (const std::int32_t axis : elements<std::int32_t>(list.data)) {
    if (rank == 0) break;  // A scalar has nothing to reduce, and TensorFlow Lite looks at no axis.
    if (axis < -rank || axis >= rank) {
      return fail(ErrorCode::kInvalid,
                  "has axis " + std::to_string(axis) + " of " + std::to_string(rank) + " dimensions");
    }
    axes |= kernels::Axes{1} << (axis < 0 ? axis + rank : axis);
  }
  return axes;
}

// The output's shape must be the input's with every reduced dimension kept as 1 or left out.
Outcome check_output(const Context& context, kernels::Axes axes) {
  const bool keep = std::get<ReducerOptions>(context.op.options).keep_dims;
  const std::vector<std::int32_t>& input = context.in(0).shape;
  std::vector<std::int32_t> expected;
  for (std::size_t i = 0; i < input.size(); ++i) {
    const bool reduced = ((axes >> i) & 1U) != 0;
    if (!reduced) expected.push_back(input[i]);
    if (reduced && keep) expected.push_back(1);
  }
  if (context.out().shape == expected) return {};
  return fail(ErrorCode::kInvalid, "has " + context.out_name() + " of a shape that its axes do not lead to");
}

struct Reduction {
  UnaryOperands operands;
  kernels::Shape shape;
  kernels::Axes axes = 0;
};

Result<Reduction> reduction_of(const Context& context) {
  const auto operands = unary_operands(context);
  if (!operands) return tl::unexpected(operands.error());
  const auto shape = shape_of(context.in(0), context.in_name(0));
  if (!shape) return tl::unexpected(shape.error());
  const auto axes = axes_of(context, shape->rank);
  if (!axes) return tl::unexpected(axes.error());
  if (Outcome ok = check_output(context, *axes); !ok) return tl::unexpected(ok.error());
  return Reduction{*operands, *shape, *axes};
}

Evaluate evaluate_sum(const kernels::SumParams& params, const kernels::Shape& shape) {
  return call(AUKLET_KERNEL(reduce, sum), params, input<kernels::Tensor<const std::int8_t>>(0, shape),
              output<std::span<std::int8_t>>(0));
}

template <typename... Functions>
Result<Evaluate> prepare_extreme(const Context& context, const Kernel<Functions...>& kernel) {
  const auto r = reduction_of(context);
  if (!r) return tl::unexpected(r.error());
  const kernels::AffineParams& from = r->operands.input;
  const kernels::AffineParams& to = r->operands.output;
  if (from.scale != to.scale || from.zero_point != to.zero_point) {
    return fail(ErrorCode::kUnsupported, "has input and output of different quantisation");
  }
  return call(kernel, r->axes, input<kernels::Tensor<const std::int8_t>>(0, r->shape),
              output<std::span<std::int8_t>>(0));
}

}  // namespace

Result<Evaluate> prepare_mean(const Context& context) {
  const auto r = reduction_of(context);
  if (!r) return tl::unexpected(r.error());
  const std::int32_t count = kernels::reduced_count(r->shape, r->axes);
  kernels::SumParams params;
  if (Outcome ok = derived(kernels::make_mean_params(r->axes, count, r->operands.input, r->operands.output, params),
                           "multiplier");
      !ok) {
    return tl::unexpected(ok.error());
  }
  return evaluate_sum(params, r->shape);
}

Result<Evaluate> prepare_sum(const Context& context) {
  const auto r = reduction_of(context);
  if (!r) return tl::unexpected(r.error());
  kernels::SumParams params;
  if (Outcome ok =
          derived(kernels::make_sum_params(r->axes, r->operands.input, r->operands.output, params), "multiplier");
      !ok) {
    return tl::unexpected(ok.error());
  }
  return evaluate_sum(params, r->shape);
}

Result<Evaluate> prepare_reduce_max(const Context& context) {
  return prepare_extreme(context, AUKLET_KERNEL(reduce, reduce_max));
}

Result<Evaluate> prepare_reduce_min(const Context& context) {
  return prepare_extreme(context, AUKLET_KERNEL(reduce, reduce_min));
}

}  // namespace auklet::compiler::exec
