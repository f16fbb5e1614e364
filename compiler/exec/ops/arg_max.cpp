// ARG_MAX and ARG_MIN along a constant axis.
#include <auklet/kernels/arg_max.hpp>

#include "common.hpp"

namespace auklet::compiler::exec {
namespace {

// Input 1, a constant of one element, as a dimension of input 0.
Result<std::int32_t> axis_of(const Context& context) {
  const Tensor& tensor = context.in(1);
  if (Outcome ok = require_type(tensor, context.in_name(1), {TensorType::kInt32, TensorType::kInt64}); !ok) {
    return tl::unexpected(ok.error());
  }
  if (!tensor.is_constant) return fail(ErrorCode::kUnsupported, "has axis " + context.in_name(1) + " that is computed");
  if (tensor.elements() != 1) {
    return fail(ErrorCode::kInvalid, "has " + std::to_string(tensor.elements()) + " axes, not one");
  }
  const std::int64_t axis = tensor.type == TensorType::kInt32 ? elements<std::int32_t>(tensor.data)[0]
                                                              : elements<std::int64_t>(tensor.data)[0];
  const auto rank = static_cast<std::int64_t>(context.in(0).shape.size());
  if (axis < -rank || axis >= rank) {
    return fail(ErrorCode::kInvalid,
                "has axis " + std::to_string(axis) + " of " + std::to_string(rank) + " dimensions");
  }
  return static_cast<std::int32_t>(axis < 0 ? axis + rank : axis);
}

Outcome check_output(const Context& context, std::int32_t axis) {
  std::vector<std::int32_t> expected = context.in(0).shape;
  expected.erase(expected.begin() + axis);
  if (context.out().shape == expected) return {};
  return fail(ErrorCode::kInvalid, "has " + context.out_name() + " of a shape that is not its input's less the axis");
}

template <typename In, typename Out>
Evaluate evaluate(kernels::Extreme extreme, std::int32_t axis, const kernels::Shape& shape) {
  const Kernel kernel{"arg_max", "arg_extreme<" + type_name<In>() + ", " + type_name<Out>() + ">",
                      [](const auto&... arguments) { return kernels::reference::arg_extreme<In, Out>(arguments...); }};
  return call(kernel, extreme, axis, input<kernels::Tensor<const In>>(0, shape), output<std::span<Out>>(0));
}

template <typename In>
Evaluate evaluate_to(TensorType to, kernels::Extreme extreme, std::int32_t axis, const kernels::Shape& shape) {
  return to == TensorType::kInt32 ? evaluate<In, std::int32_t>(extreme, axis, shape)
                                  : evaluate<In, std::int64_t>(extreme, axis, shape);
}

Result<Evaluate> prepare(const Context& context, kernels::Extreme extreme) {
  const Tensor& in = context.in(0);
  const TensorType to = context.out().type;
  if (Outcome ok = require_type(in, context.in_name(0),
                                {TensorType::kInt8, TensorType::kUint8, TensorType::kInt32, TensorType::kFloat32});
      !ok) {
    return tl::unexpected(ok.error());
  }
  if (Outcome ok = require_type(context.out(), context.out_name(), {TensorType::kInt32, TensorType::kInt64}); !ok) {
    return tl::unexpected(ok.error());
  }
  const auto axis = axis_of(context);
  if (!axis) return tl::unexpected(axis.error());
  if (Outcome ok = check_output(context, *axis); !ok) return tl::unexpected(ok.error());
  const auto shape = shape_of(in, context.in_name(0));
  if (!shape) return tl::unexpected(shape.error());
  switch (in.type) {
    case TensorType::kUint8:
      return evaluate_to<std::uint8_t>(to, extreme, *axis, *shape);
    case TensorType::kInt32:
      return evaluate_to<std::int32_t>(to, extreme, *axis, *shape);
    case TensorType::kFloat32:
      return evaluate_to<float>(to, extreme, *axis, *shape);
    default:
      return evaluate_to<std::int8_t>(to, extreme, *axis, *shape);
  }
}

}  // namespace

Result<Evaluate> prepare_arg_max(const Context& context) { return prepare(context, kernels::Extreme::kMaximum); }

Result<Evaluate> prepare_arg_min(const Context& context) { return prepare(context, kernels::Extreme::kMinimum); }

}  // namespace auklet::compiler::exec
