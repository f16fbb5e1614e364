#include <auklet/kernels/add.hpp>

#include "common.hpp"

namespace auklet::compiler::exec {

Result<Evaluate> prepare_add(const Context& context) {
  const auto* options = std::get_if<AddOptions>(&context.op.options);
  const auto activation = fused(options == nullptr ? Activation::kNone : options->activation);
  if (!activation) return tl::unexpected(activation.error());

  // Both operands and the output go through the same checks.
  std::array<kernels::AffineParams, 3> quantizations;
  std::array<kernels::Shape, 3> shapes;
  for (std::size_t i = 0; i < 3; ++i) {
    const Tensor& tensor = i < 2 ? context.in(i) : context.out();
    const std::string whose = i < 2 ? context.in_name(i) : context.out_name();
    if (Outcome ok = require_type(tensor, whose, {TensorType::kInt8}); !ok) return tl::unexpected(ok.error());
    const auto quantization = quantization_of(tensor, whose);
    if (!quantization) return tl::unexpected(quantization.error());
    const auto shape = shape_of(tensor, whose);
    if (!shape) return tl::unexpected(shape.error());
    quantizations[i] = *quantization;
    shapes[i] = *shape;
  }
  kernels::AddParams params;
  if (Outcome ok =
          derived(kernels::make_add_params(quantizations[0], quantizations[1], quantizations[2], *activation, params),
                  "multipliers");
      !ok) {
    return tl::unexpected(ok.error());
  }
  return [params, shapes](const Values& v) {
    return kernels::reference::add(params, {shapes[0], elements<std::int8_t>(v.inputs[0])},
                                   {shapes[1], elements<std::int8_t>(v.inputs[1])},
                                   {shapes[2], elements<std::int8_t>(v.outputs[0])});
  };
}

}  // namespace auklet::compiler::exec
