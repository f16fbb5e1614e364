// CONCATENATION and PACK.
#include <auklet/kernels/concatenation.hpp>

#include <utility>

#include "movement.hpp"

namespace auklet::compiler::exec {
namespace {

// Types, and one quantisation for all: the elements are copied, not rescaled.
Outcome check_inputs(const Context& context) {
  for (std::size_t i = 0; i < context.op.inputs.size(); ++i) {
    if (!context.has(i)) return fail(ErrorCode::kInvalid, "lacks input " + std::to_string(i));
    if (Outcome ok = require_same_type(context.in(i), context.in_name(i), context.out(), context.out_name()); !ok) {
      return ok;
    }
    const Quantization& a = context.in(i).quantization;
    const Quantization& b = context.out().quantization;
    if (a.scales != b.scales || a.zero_points != b.zero_points) {
      return fail(ErrorCode::kUnsupported,
                  "has " + context.in_name(i) + " of another quantisation than " + context.out_name());
    }
  }
  return {};
}

// All inputs as one argument: a list of views.
struct Parts {
  using View = kernels::Tensor<const std::byte>;
  std::vector<Operand<View>> operands;

  [[nodiscard]] std::vector<View> resolve(const Values& v) const {
    std::vector<View> views;
    views.reserve(operands.size());
    for (const Operand<View>& operand : operands) views.push_back(operand.resolve(v));
    return views;
  }
  [[nodiscard]] std::string write(CallWriter& writer) const {
    std::string text;
    for (const Operand<View>& operand : operands) text += (text.empty() ? "" : ", ") + operand.write(writer);
    return "std::array{" + text + "}";
  }
};

// Joins the inputs, seen as shapes of the output's rank.
Evaluate join(std::int32_t axis, std::size_t element_bytes, const std::vector<kernels::Shape>& inputs,
              kernels::Shape joined) {
  Parts parts;
  parts.operands.reserve(inputs.size());
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    parts.operands.push_back(input<kernels::Tensor<const std::byte>>(i, inputs[i]));
  }
  return call(AUKLET_KERNEL(concatenation, concatenation), axis, element_bytes, parts,
              output<kernels::Tensor<std::byte>>(0, joined));
}

}  // namespace

// Shapes are validated.
Result<Evaluate> prepare_concatenation(const Context& context) {
  const auto& options = std::get<ConcatenationOptions>(context.op.options);
  if (options.activation != Activation::kNone) return fail(ErrorCode::kUnsupported, "has a fused activation");
  if (Outcome ok = check_inputs(context); !ok) return tl::unexpected(ok.error());
  const auto element_bytes = movable_size(context.out(), context.out_name());
  if (!element_bytes) return tl::unexpected(element_bytes.error());
  const auto joined = shape_of(context.out(), context.out_name());
  if (!joined) return tl::unexpected(joined.error());
  const auto axis = resolve_axis(options.axis, context.out().shape.size());
  if (!axis) return tl::unexpected(axis.error());
  std::vector<kernels::Shape> inputs;
  for (std::size_t i = 0; i < context.op.inputs.size(); ++i) {
    const auto shape = shape_of(context.in(i), context.in_name(i));
    if (!shape) return tl::unexpected(shape.error());
    inputs.push_back(*shape);
  }
  return join(*axis, *element_bytes, inputs, *joined);
}

Result<Evaluate> prepare_pack(const Context& context) {
  if (Outcome ok = check_inputs(context); !ok) return tl::unexpected(ok.error());
  const auto element_bytes = movable_size(context.out(), context.out_name());
  if (!element_bytes) return tl::unexpected(element_bytes.error());
  const Extents part = extents_of(context.in(0));
  const auto axis = resolve_axis(std::get<PackOptions>(context.op.options).axis, part.size() + 1);
  if (!axis) return tl::unexpected(axis.error());
  for (std::size_t i = 1; i < context.op.inputs.size(); ++i) {
    if (Outcome ok = require_shape(context.in(i), context.in_name(i), part); !ok) return tl::unexpected(ok.error());
  }
  Extents slice = part;
  slice.insert(slice.begin() + *axis, 1);
  Extents whole = slice;
  whole[static_cast<std::size_t>(*axis)] = static_cast<std::int64_t>(context.op.inputs.size());
  if (Outcome ok = require_shape(context.out(), context.out_name(), whole); !ok) return tl::unexpected(ok.error());
  const auto one = shape_from(slice);
  if (!one) return tl::unexpected(one.error());
  const auto joined = shape_from(whole);
  if (!joined) return tl::unexpected(joined.error());
  return join(*axis, *element_bytes, std::vector<kernels::Shape>(context.op.inputs.size(), *one), *joined);
}

}  // namespace auklet::compiler::exec
