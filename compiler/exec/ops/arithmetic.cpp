// The operators of two int8 tensors: ADD, SUB, MUL, SQUARED_DIFFERENCE, MINIMUM, MAXIMUM.
#include <auklet/kernels/add.hpp>
#include <auklet/kernels/elementwise_quantization.hpp>
#include <auklet/kernels/minimum_maximum.hpp>

#include "operands.hpp"

namespace auklet::compiler::exec {
namespace {

template <typename Params>
using Kernel = kernels::Status (*)(const Params&, kernels::Tensor<const std::int8_t>,
                                   kernels::Tensor<const std::int8_t>, kernels::Tensor<std::int8_t>);

template <typename Params>
using Make = kernels::Status (*)(kernels::AffineParams, kernels::AffineParams, kernels::AffineParams,
                                 kernels::FusedActivation, Params&);

template <typename Params>
Evaluate evaluate(Kernel<Params> kernel, const Params& params, const BinaryOperands& operands) {
  return [kernel, params, shapes = operands.shapes](const Values& v) {
    const BinaryTensors t(shapes, v);
    return kernel(params, t.a, t.b, t.output);
  };
}

// An operator whose options hold a fused activation and nothing else of interest.
template <typename OperatorOptions, typename Params>
Result<Evaluate> prepare_activated(const Context& context, Make<Params> make, Kernel<Params> kernel) {
  const auto* options = std::get_if<OperatorOptions>(&context.op.options);
  const auto activation = fused(options == nullptr ? Activation::kNone : options->activation);
  if (!activation) return tl::unexpected(activation.error());
  const auto operands = binary_operands(context);
  if (!operands) return tl::unexpected(operands.error());
  const auto& [a, b, output] = operands->quantizations;
  Params params;
  if (Outcome ok = derived(make(a, b, output, *activation, params), "multipliers"); !ok) {
    return tl::unexpected(ok.error());
  }
  return evaluate(kernel, params, *operands);
}

// The quantised values are compared as they are, as in TensorFlow Lite, whatever the quantisations.
Result<Evaluate> prepare_comparison(const Context& context,
                                    kernels::Status (*kernel)(kernels::Tensor<const std::int8_t>,
                                                              kernels::Tensor<const std::int8_t>,
                                                              kernels::Tensor<std::int8_t>)) {
  const auto operands = binary_operands(context);
  if (!operands) return tl::unexpected(operands.error());
  return [kernel, shapes = operands->shapes](const Values& v) {
    const BinaryTensors t(shapes, v);
    return kernel(t.a, t.b, t.output);
  };
}

}  // namespace

Result<Evaluate> prepare_add(const Context& context) {
  return prepare_activated<AddOptions>(context, kernels::make_add_params, kernels::reference::add);
}

Result<Evaluate> prepare_sub(const Context& context) {
  return prepare_activated<SubOptions>(context, kernels::make_sub_params, kernels::reference::sub);
}

Result<Evaluate> prepare_mul(const Context& context) {
  return prepare_activated<MulOptions>(context, kernels::make_mul_params, kernels::reference::mul);
}

Result<Evaluate> prepare_squared_difference(const Context& context) {
  const auto operands = binary_operands(context);
  if (!operands) return tl::unexpected(operands.error());
  const auto& [a, b, output] = operands->quantizations;
  kernels::SquaredDifferenceParams params;
  if (Outcome ok = derived(kernels::make_squared_difference_params(a, b, output, params), "multipliers"); !ok) {
    return tl::unexpected(ok.error());
  }
  return evaluate<kernels::SquaredDifferenceParams>(kernels::reference::squared_difference, params, *operands);
}

Result<Evaluate> prepare_minimum(const Context& context) {
  return prepare_comparison(context, kernels::reference::minimum);
}

Result<Evaluate> prepare_maximum(const Context& context) {
  return prepare_comparison(context, kernels::reference::maximum);
}

}  // namespace auklet::compiler::exec
