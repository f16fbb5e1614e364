// The functions of one int8 tensor: the rectifiers, HARD_SWISH, LOGISTIC, TANH, ELU, ABS, RSQRT.
#include <auklet/kernels/abs.hpp>
#include <auklet/kernels/elementwise_quantization.hpp>
#include <auklet/kernels/rsqrt.hpp>

#include "operands.hpp"

namespace auklet::compiler::exec {
namespace {

// `make(input, output, params)` derives the kernel's parameters from the quantisations.
template <typename Params, typename Make, typename... Functions>
Result<Evaluate> prepare(const Context& context, Make make, const Kernel<Functions...>& kernel) {
  const auto operands = unary_operands(context);
  if (!operands) return tl::unexpected(operands.error());
  Params params;
  if (Outcome ok = derived(make(operands->input, operands->output, params), "multipliers"); !ok) {
    return tl::unexpected(ok.error());
  }
  return call(kernel, params, input<std::span<const std::int8_t>>(0), output<std::span<std::int8_t>>(0));
}

Result<Evaluate> prepare_rectifier(const Context& context, kernels::FusedActivation function) {
  return prepare<kernels::ReluParams>(
      context,
      [function](auto input, auto output, auto& params) {
        return kernels::make_relu_params(function, input, output, params);
      },
      AUKLET_TWIN_KERNELS(relu, relu));
}

using Table = std::array<std::int8_t, kernels::kTableSize>;

Result<Evaluate> prepare_table(const Context& context, kernels::TableFunction function) {
  return prepare<Table>(
      context,
      [function](auto input, auto output, Table& table) { return kernels::make_table(function, input, output, table); },
      AUKLET_TWIN_KERNELS(lookup, lookup));
}

}  // namespace

Result<Evaluate> prepare_relu(const Context& context) {
  return prepare_rectifier(context, kernels::FusedActivation::kRelu);
}

Result<Evaluate> prepare_relu6(const Context& context) {
  return prepare_rectifier(context, kernels::FusedActivation::kRelu6);
}

Result<Evaluate> prepare_relu_n1_to_1(const Context& context) {
  return prepare_rectifier(context, kernels::FusedActivation::kReluN1To1);
}

Result<Evaluate> prepare_leaky_relu(const Context& context) {
  const float slope = std::get<LeakyReluOptions>(context.op.options).alpha;
  return prepare<kernels::LeakyReluParams>(
      context,
      [slope](auto input, auto output, auto& params) {
        return kernels::make_leaky_relu_params(slope, input, output, params);
      },
      AUKLET_TWIN_KERNELS(relu, leaky_relu));
}

Result<Evaluate> prepare_prelu(const Context& context) {
  const auto operands = binary_operands(context);
  if (!operands) return tl::unexpected(operands.error());
  const auto& [from, slopes, to] = operands->quantizations;
  kernels::PreluParams params;
  if (Outcome ok = derived(kernels::make_prelu_params(from, slopes, to, params), "multipliers"); !ok) {
    return tl::unexpected(ok.error());
  }
  if (context.in(0).shape != context.out().shape) {
    return fail(ErrorCode::kInvalid, "has slopes " + context.in_name(1) + " of more elements than its input");
  }
  return call_binary(AUKLET_KERNEL(relu, prelu), operands->shapes, params);
}

Result<Evaluate> prepare_hard_swish(const Context& context) {
  return prepare<kernels::HardSwishParams>(context, kernels::make_hard_swish_params,
                                           AUKLET_TWIN_KERNELS(hard_swish, hard_swish));
}

Result<Evaluate> prepare_logistic(const Context& context) {
  return prepare_table(context, kernels::TableFunction::kLogistic);
}

Result<Evaluate> prepare_tanh(const Context& context) { return prepare_table(context, kernels::TableFunction::kTanh); }

Result<Evaluate> prepare_elu(const Context& context) { return prepare_table(context, kernels::TableFunction::kElu); }

Result<Evaluate> prepare_abs(const Context& context) {
  return prepare<kernels::RequantizeParams>(context, kernels::make_abs_params, AUKLET_TWIN_KERNELS(abs, abs));
}

Result<Evaluate> prepare_rsqrt(const Context& context) {
  return prepare<kernels::RequantizeParams>(context, kernels::make_rsqrt_params, AUKLET_KERNEL(rsqrt, rsqrt));
}

}  // namespace auklet::compiler::exec
