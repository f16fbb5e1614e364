#include "movement.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace auklet::compiler::exec {
namespace {

// Precondition: INT32 or INT64.
Extents integers(TensorType type, std::span<const std::byte> bytes) {
  if (type == TensorType::kInt32) {
    const auto values = elements<std::int32_t>(bytes);
    return {values.begin(), values.end()};
  }
  const auto values = elements<std::int64_t>(bytes);
  return {values.begin(), values.end()};
}

Outcome require_integers(const Context& context, std::size_t input) {
  return require_type(context.in(input), context.in_name(input), {TensorType::kInt32, TensorType::kInt64});
}

}  // namespace

Extents extents_of(const Tensor& tensor) { return {tensor.shape.begin(), tensor.shape.end()}; }

std::string text_of(const Extents& extents) {
  std::string text = "[";
  for (const std::int64_t extent : extents) text += (text.size() == 1 ? "" : ", ") + std::to_string(extent);
  return text + "]";
}

Outcome require_shape(const Tensor& tensor, const std::string& whose, const Extents& expected) {
  const Extents actual = extents_of(tensor);
  if (actual == expected) return {};
  return fail(ErrorCode::kInvalid,
              "has " + whose + " of shape " + text_of(actual) + "; it should be " + text_of(expected));
}

Outcome require_rank(const Tensor& tensor, const std::string& whose, std::size_t rank) {
  if (tensor.shape.size() == rank) return {};
  return fail(ErrorCode::kInvalid, "has " + whose + " of shape " + text_of(extents_of(tensor)) + ", not of " +
                                       std::to_string(rank) + " dimensions");
}

Result<std::size_t> movable_size(const Tensor& tensor, const std::string& whose) {
  const std::size_t bytes = element_size(tensor.type);
  if (bytes >= 1 && bytes <= 8) return bytes;
  return fail(ErrorCode::kUnsupported, "has " + whose + " of type " + name(tensor.type));
}

Outcome require_same_type(const Tensor& a, const std::string& whose_a, const Tensor& b, const std::string& whose_b) {
  if (a.type == b.type) return {};
  return fail(ErrorCode::kInvalid,
              "has " + whose_a + " of type " + name(a.type) + " and " + whose_b + " of type " + name(b.type));
}

Result<Extents> constant_integers(const Context& context, std::size_t input) {
  const Tensor& tensor = context.in(input);
  if (Outcome ok = require_integers(context, input); !ok) return tl::unexpected(ok.error());
  if (!tensor.is_constant) {
    return fail(ErrorCode::kUnsupported, "has " + context.in_name(input) + ", which is computed while the model runs");
  }
  return integers(tensor.type, tensor.data);
}

Result<Extents> constant_integers(const Context& context, std::size_t input, std::size_t count) {
  auto values = constant_integers(context, input);
  if (values && values->size() != count) {
    return fail(ErrorCode::kInvalid, "has " + context.in_name(input) + " of " + std::to_string(values->size()) +
                                         " elements, not " + std::to_string(count));
  }
  return values;
}

Result<std::int32_t> resolve_axis(std::int64_t axis, std::size_t rank) {
  const auto r = static_cast<std::int64_t>(rank);
  if (axis >= -r && axis < r) return static_cast<std::int32_t>(axis < 0 ? axis + r : axis);
  return fail(ErrorCode::kInvalid, "has axis " + std::to_string(axis) + " of " + std::to_string(rank) + " dimensions");
}

Result<ExpectedIntegers> ExpectedIntegers::create(const Context& context, std::size_t input, const Extents& expected) {
  const Tensor& tensor = context.in(input);
  if (Outcome ok = require_integers(context, input); !ok) return tl::unexpected(ok.error());
  ExpectedIntegers result;
  result.type_ = tensor.type;
  result.input_ = input;
  result.constant_ = tensor.is_constant;
  result.expected_ = expected;
  if (tensor.is_constant && result.check(tensor.data) != kernels::Status::kOk) {
    return fail(ErrorCode::kInvalid, "has " + context.in_name(input) + " of value " +
                                         text_of(integers(tensor.type, tensor.data)) + "; it should be " +
                                         text_of(expected));
  }
  return result;
}

Evaluate ExpectedIntegers::checked(Evaluate evaluate) const {
  if (constant_) return evaluate;
  return [size = *this, evaluate = std::move(evaluate)](const Values& v) {
    const kernels::Status status = size.check(v.inputs[size.input_]);
    return status == kernels::Status::kOk ? evaluate(v) : status;
  };
}

kernels::Status ExpectedIntegers::check(std::span<const std::byte> value) const {
  return integers(type_, value) == expected_ ? kernels::Status::kOk : kernels::Status::kShapeMismatch;
}

Result<std::vector<std::byte>> zero_element(const Tensor& tensor, const std::string& whose) {
  const auto element_bytes = movable_size(tensor, whose);
  if (!element_bytes) return tl::unexpected(element_bytes.error());
  std::vector<std::byte> element(*element_bytes);
  if (tensor.quantization.present()) {
    const auto quantization = quantization_of(tensor, whose);
    if (!quantization) return tl::unexpected(quantization.error());
    // Little-endian, and validated to fit the type: the low bytes are the number.
    std::memcpy(element.data(), &quantization->zero_point, std::min(element.size(), sizeof(std::int32_t)));
  }
  return element;
}

Result<Movement> movement_of(const Context& context, std::size_t input) {
  const Tensor& tensor = context.in(input);
  const auto element_bytes = movable_size(tensor, context.in_name(input));
  if (!element_bytes) return tl::unexpected(element_bytes.error());
  for (std::size_t i = 0; i < context.op.outputs.size(); ++i) {
    if (Outcome ok = require_same_type(tensor, context.in_name(input), context.out(i), context.out_name(i)); !ok) {
      return tl::unexpected(ok.error());
    }
  }
  const auto shape = shape_of(tensor, context.in_name(input));
  if (!shape) return tl::unexpected(shape.error());
  return Movement{*element_bytes, *shape};
}

Result<kernels::Shape> shape_from(const Extents& extents) {
  if (extents.size() > static_cast<std::size_t>(kernels::kMaxRank)) {
    return fail(ErrorCode::kUnsupported, "works on " + std::to_string(extents.size()) +
                                             " dimensions; the kernels know " + std::to_string(kernels::kMaxRank));
  }
  kernels::Shape shape;
  shape.rank = static_cast<std::int32_t>(extents.size());
  std::ranges::transform(extents, shape.dims.begin(), [](std::int64_t d) { return static_cast<std::int32_t>(d); });
  return shape;
}

}  // namespace auklet::compiler::exec
