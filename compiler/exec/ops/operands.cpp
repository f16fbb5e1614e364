#include "operands.hpp"

namespace auklet::compiler::exec {
namespace {

Result<kernels::AffineParams> int8_quantization(const Tensor& tensor, const std::string& whose) {
  if (Outcome ok = require_type(tensor, whose, {TensorType::kInt8}); !ok) return tl::unexpected(ok.error());
  return quantization_of(tensor, whose);
}

}  // namespace

Result<UnaryOperands> unary_operands(const Context& context) {
  const auto input = int8_quantization(context.in(0), context.in_name(0));
  if (!input) return tl::unexpected(input.error());
  const auto output = int8_quantization(context.out(), context.out_name());
  if (!output) return tl::unexpected(output.error());
  return UnaryOperands{*input, *output};
}

Result<BinaryOperands> binary_operands(const Context& context) {
  BinaryOperands operands;
  for (std::size_t i = 0; i < 3; ++i) {
    const Tensor& tensor = i < 2 ? context.in(i) : context.out();
    const std::string whose = i < 2 ? context.in_name(i) : context.out_name();
    const auto quantization = int8_quantization(tensor, whose);
    if (!quantization) return tl::unexpected(quantization.error());
    const auto shape = shape_of(tensor, whose);
    if (!shape) return tl::unexpected(shape.error());
    operands.quantizations[i] = *quantization;
    operands.shapes[i] = *shape;
  }
  return operands;
}

}  // namespace auklet::compiler::exec
