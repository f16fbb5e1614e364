#include <auklet/kernels/gather.hpp>

#include <algorithm>

#include "movement.hpp"

namespace auklet::compiler::exec {
namespace {

// input[:axis] + indices[batch_dims:] + input[axis + 1:]
Result<Extents> gathered_shape(const kernels::GatherParams& params, const Extents& input, const Extents& indices) {
  const auto batch = static_cast<std::size_t>(params.batch_dims);
  const bool shared = params.batch_dims <= params.axis && batch <= indices.size() &&
                      std::equal(input.begin(), input.begin() + params.batch_dims, indices.begin());
  if (!shared) {
    return fail(ErrorCode::kInvalid, "shares " + std::to_string(batch) + " batch dimensions between shapes " +
                                         text_of(input) + " and " + text_of(indices) + " along axis " +
                                         std::to_string(params.axis));
  }
  Extents shape(input.begin(), input.begin() + params.axis);
  shape.insert(shape.end(), indices.begin() + params.batch_dims, indices.end());
  shape.insert(shape.end(), input.begin() + params.axis + 1, input.end());
  return shape;
}

template <typename Index>
Evaluate gather_by(const kernels::GatherParams& params, const Movement& m, kernels::Shape indices,
                   kernels::Shape gathered) {
  return call(AUKLET_KERNEL(gather, gather), params, m.element_bytes,
              input<kernels::Tensor<const std::byte>>(0, m.input), input<kernels::Tensor<const Index>>(1, indices),
              output<kernels::Tensor<std::byte>>(0, gathered));
}

}  // namespace

// The indices may be computed; the kernel refuses those outside the input.
Result<Evaluate> prepare_gather(const Context& context) {
  const auto& options = std::get<GatherOptions>(context.op.options);
  const auto movement = movement_of(context, 0);
  if (!movement) return tl::unexpected(movement.error());
  const TensorType index_type = context.in(1).type;
  if (Outcome ok = require_type(context.in(1), context.in_name(1), {TensorType::kInt32, TensorType::kInt64}); !ok) {
    return tl::unexpected(ok.error());
  }
  const auto axis = resolve_axis(options.axis, context.in(0).shape.size());
  if (!axis) return tl::unexpected(axis.error());
  const kernels::GatherParams params{*axis, options.batch_dims};
  const auto expected = gathered_shape(params, extents_of(context.in(0)), extents_of(context.in(1)));
  if (!expected) return tl::unexpected(expected.error());
  if (Outcome ok = require_shape(context.out(), context.out_name(), *expected); !ok) return tl::unexpected(ok.error());
  const auto indices = shape_of(context.in(1), context.in_name(1));
  if (!indices) return tl::unexpected(indices.error());
  const auto gathered = shape_from(*expected);
  if (!gathered) return tl::unexpected(gathered.error());
  return index_type == TensorType::kInt32 ? gather_by<std::int32_t>(params, *movement, *indices, *gathered)
                                          : gather_by<std::int64_t>(params, *movement, *indices, *gathered);
}

}  // namespace auklet::compiler::exec
