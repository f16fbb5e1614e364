// The functions of one int8 tensor: the rectifiers, HARD_SWISH, LOGISTIC, TANH, ELU, ABS, RSQRT.
#include <auklet/kernels/abs.hpp>
#include <auklet/kernels/elementwise_quantization.hpp>
#include <auklet/kernels/rsqrt.hpp>

#include "operands.hpp"

namespace auklet::compiler::exec {
namespace {

template <typename Params>
using Kernel = kernels::Status (*)(const Params&, std::span<const std::int8_t>, std::span<std::int8_t>);

// `make(input, output, params)` derives the kernel's parameters from the quantisations.
template <typename Params, typename Make>
Result<Evaluate> prepare(const Context& context, Make make, Kernel<Params> kernel) {
  const auto operands = unary_operands(context);
  if (!operands) return tl::unexpected(operands.error());
  Params params;
  if (Outcome ok = derived(make(operands->input, operands->output, params), "multipliers"); !ok) {
    return tl::unexpected(ok.error());
  }
  return [params, kernel](const Values& v) {
    return kernel(params, elements<std::int8_t>(v.inputs[0]), elements<std::int8_t>(v.outputs[0]));
  };
}

Result<Evaluate> prepare_rectifier(const Context& context, kernels::FusedActivation function) {
  return prepare<kernels::ReluParams>(
      context,
      [function](auto input, auto output, auto& params) {
        return kernels::make_relu_params(function, input, output, params);
      },
      kernels::reference::relu);
}

using Table = std::array<std::int8_t, kernels::kTableSize>;

Result<Evaluate> prepare_table(const Context& context, kernels::TableFunction function) {
  return prepare<Table>(
      context,
      [function](auto input, auto output, Table& table) { return kernels::make_table(function, input, output, table); },
      [](const Table& table, std::span<const std::int8_t> input, std::span<std::int8_t> output) {
        return kernels::reference::lookup(table, input, output);
      });
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
      kernels::reference::leaky_relu);
}

Result<Evaluate> prepare_prelu(const Context& context) {
  const auto operands = binary_operands(context);
  if (!operands) return tl::unexpected(operands.error());
  const auto& [input, slopes, output] = operands->quantizations;
  kernels::PreluParams params;
  if (Outcome ok = derived(kernels::make_prelu_params(input, slopes, output, params), "multipliers"); !ok) {
    return tl::unexpected(ok.error());
  }
  if (context.in(0).shape != context.out().shape) {
    return fail(ErrorCode::kInvalid, "has slopes " + context.in_name(1) + " of more elements than its input");
  }
  return [params, shapes = operands->shapes](const Values& v) {
    const BinaryTensors t(shapes, v);
    return kernels::reference::prelu(params, t.a, t.b, t.output);
  };
}

Result<Evaluate> prepare_hard_swish(const Context& context) {
  return prepare<kernels::HardSwishParams>(context, kernels::make_hard_swish_params, kernels::reference::hard_swish);
}

Result<Evaluate> prepare_logistic(const Context& context) {
  return prepare_table(context, kernels::TableFunction::kLogistic);
}

Result<Evaluate> prepare_tanh(const Context& context) { return prepare_table(context, kernels::TableFunction::kTanh); }

Result<Evaluate> prepare_elu(const Context& context) { return prepare_table(context, kernels::TableFunction::kElu); }

Result<Evaluate> prepare_abs(const Context& context) {
  return prepare<kernels::RequantizeParams>(context, kernels::make_abs_params, kernels::reference::abs);
}

Result<Evaluate> prepare_rsqrt(const Context& context) {
  return prepare<kernels::RequantizeParams>(context, kernels::make_rsqrt_params, kernels::reference::rsqrt);
}

}  // namespace auklet::compiler::exec
