#include <auklet/kernels/fully_connected.hpp>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "common.hpp"

namespace auklet::compiler::exec {
namespace {

Outcome check_types(const Context& context) {
  if (Outcome ok = require_type(context.in(0), context.in_name(0), {TensorType::kInt8}); !ok) return ok;
  if (Outcome ok = require_type(context.in(1), context.in_name(1), {TensorType::kInt8}); !ok) return ok;
  if (context.has(2)) {
    if (Outcome ok = require_type(context.in(2), context.in_name(2), {TensorType::kInt32}); !ok) return ok;
  }
  return require_type(context.out(), context.out_name(), {TensorType::kInt8});
}

// With one scale and with several, TensorFlow Lite rounds the product of scales differently; the kernels' helpers
// follow it.
Result<std::vector<kernels::QuantizedMultiplier>> derive_multipliers(const Context& context, float input_scale,
                                                                     float output_scale) {
  const Quantization& filter = context.in(1).quantization;
  if (!filter.present()) return fail(ErrorCode::kUnsupported, "has " + context.in_name(1) + " without a scale");
  if (filter.per_axis() && std::ranges::any_of(filter.zero_points, [](std::int64_t z) { return z != 0; })) {
    return fail(ErrorCode::kUnsupported, "has " + context.in_name(1) + " with a zero point a slice");
  }
  const auto derive = filter.per_axis() ? kernels::conv_multiplier : kernels::fully_connected_multiplier;
  std::vector<kernels::QuantizedMultiplier> multipliers(filter.scales.size());
  for (std::size_t i = 0; i < multipliers.size(); ++i) {
    if (Outcome ok = derived(derive(input_scale, filter.scales[i], output_scale, multipliers[i]),
                             "multiplier of output " + std::to_string(i));
        !ok) {
      return tl::unexpected(ok.error());
    }
  }
  return multipliers;
}

using Parameters = Owning<kernels::FullyConnectedParams, kernels::QuantizedMultiplier>;
using Weights = Operand<kernels::Matrix<const std::int8_t>>;
using Bias = Operand<std::span<const std::int32_t>>;

// What the optimised kernel borrows for `rows` of input; nothing calls this where the build has none.
[[maybe_unused]] void use_memory(const Parameters& params, std::int32_t rows, const Weights& weights, const Bias& bias,
                                 bool packs, OptimizedCall& call) {
  namespace optimized = kernels::optimized;
  const std::int32_t outputs = weights.shape.rows;
  const std::int32_t inputs = weights.shape.columns;
  call.workspace_bytes = optimized::fully_connected_workspace(params.resolve({}), rows, outputs, inputs, packs);
  if (!packs) return;
  call.packed_bytes = optimized::fully_connected_packed_size(outputs, inputs);
  call.pack = [params, weights, bias](const Values& v, std::span<std::byte> packed) {
    return optimized::pack_fully_connected(params.resolve(v), weights.resolve(v), bias.resolve(v), packed);
  };
}

}  // namespace

Result<Evaluate> prepare_fully_connected(const Context& context) {
  const auto& options = std::get<FullyConnectedOptions>(context.op.options);
  if (Outcome ok = check_types(context); !ok) return tl::unexpected(ok.error());
  const auto from = quantization_of(context.in(0), context.in_name(0));
  if (!from) return tl::unexpected(from.error());
  const auto to = quantization_of(context.out(), context.out_name());
  if (!to) return tl::unexpected(to.error());
  auto multipliers = derive_multipliers(context, from->scale, to->scale);
  if (!multipliers) return tl::unexpected(multipliers.error());
  const auto clamp = clamp_of(options.activation, *to);
  if (!clamp) return tl::unexpected(clamp.error());

  const Tensor& filter = context.in(1);
  const std::int32_t outputs = filter.shape[0];
  const std::int32_t inputs = filter.shape[1];
  const auto rows = static_cast<std::int32_t>(context.in(0).elements() / static_cast<std::size_t>(inputs));
  kernels::FullyConnectedParams params;
  params.input_zero_point = from->zero_point;
  params.filter_zero_point = static_cast<std::int32_t>(filter.quantization.zero_points[0]);
  params.output_zero_point = to->zero_point;
  params.activation = *clamp;
  const Owning owning{params, std::move(*multipliers), &kernels::FullyConnectedParams::multipliers};
  const auto from_rows = input<kernels::Matrix<const std::int8_t>>(0, rows, inputs);
  const auto weights = input<kernels::Matrix<const std::int8_t>>(1, outputs, inputs);
  const auto bias = input<std::span<const std::int32_t>>(2);
  const auto to_rows = output<kernels::Matrix<std::int8_t>>(0, rows, outputs);
  Evaluate evaluate =
      call(AUKLET_TWIN_KERNELS(fully_connected, fully_connected), owning, from_rows, weights, bias, to_rows);
  if constexpr (kHasOptimizedKernels) {
    if (std::optional<OptimizedCall>& optimized = evaluate.optimized()) {
      use_memory(owning, rows, weights, bias, has_constant_filter(context), *optimized);
    }
  }
  return evaluate;
}

}  // namespace auklet::compiler::exec
