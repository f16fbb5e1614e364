// The operators of two int8 tensors: ADD, SUB, MUL, SQUARED_DIFFERENCE, MINIMUM, MAXIMUM.
#include <auklet/kernels/add.hpp>
#include <auklet/kernels/elementwise_quantization.hpp>
#include <auklet/kernels/minimum_maximum.hpp>

#include "operands.hpp"

namespace auklet::compiler::exec {
namespace {

template <typename Params>
using Make = kernels::Status (*)(kernels::AffineParams, kernels::AffineParams, kernels::AffineParams,
                                 kernels::FusedActivation, Params&);

// An operator whose options hold a fused activation and nothing else of interest.
template <typename OperatorOptions, typename Params, typename... Functions>
Result<Evaluate> prepare_activated(const Context& context, Make<Params> make, const Kernel<Functions...>& kernel) {
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
  return call_binary(kernel, operands->shapes, params);
}

// The quantised values are compared as they are, as in TensorFlow Lite, whatever the quantisations.
template <typename... Functions>
Result<Evaluate> prepare_comparison(const Context& context, const Kernel<Functions...>& kernel) {
  const auto operands = binary_operands(context);
  if (!operands) return tl::unexpected(operands.error());
  return call_binary(kernel, operands->shapes);
}

}  // namespace

Result<Evaluate> prepare_add(const Context& context) {
  return prepare_activated<AddOptions>(context, kernels::make_add_params, AUKLET_TWIN_KERNELS(add, add));
}

Result<Evaluate> prepare_sub(const Context& context) {
  return prepare_activated<SubOptions>(context, kernels::make_sub_params, AUKLET_TWIN_KERNELS(sub, sub));
}

Result<Evaluate> prepare_mul(const Context& context) {
  return prepare_activated<MulOptions>(context, kernels::make_mul_params, AUKLET_TWIN_KERNELS(mul, mul));
}

Result<Evaluate> prepare_squared_difference(const Context& context) {
  const auto operands = binary_operands(context);
  if (!operands) return tl::unexpected(operands.error());
  const auto& [a, b, output] = operands->quantizations;
  kernels::SquaredDifferenceParams params;
  if (Outcome ok = derived(kernels::make_squared_difference_params(a, b, output, params), "multipliers"); !ok) {
    return tl::unexpected(ok.error());
  }
  return call_binary(AUKLET_TWIN_KERNELS(squared_difference, squared_difference), operands->shapes, params);
}

Result<Evaluate> prepare_minimum(const Context& context) {
  return prepare_comparison(context, AUKLET_TWIN_KERNELS(minimum_maximum, minimum));
}

Result<Evaluate> prepare_maximum(const Context& context) {
  return prepare_comparison(context, AUKLET_TWIN_KERNELS(minimum_maximum, maximum));
}

}  // namespace auklet::compiler::exec
