#include <auklet/kernels/recurrent_quantization.hpp>
#include <auklet/kernels/svdf.hpp>

#include <array>

#include "movement.hpp"

namespace auklet::compiler::exec {
namespace {

constexpr std::size_t kInput = 0;
constexpr std::size_t kFeature = 1;
constexpr std::size_t kTime = 2;
constexpr std::size_t kBias = 3;
constexpr std::size_t kState = 4;

struct Sizes {
  std::int32_t batch = 0;
  std::int32_t inputs = 0;
  std::int32_t filters = 0;
  std::int32_t memory = 0;
  std::int32_t units = 0;
};

Outcome check_types(const Context& context) {
  for (const std::size_t i : {kInput, kFeature}) {
    if (Outcome ok = require_type(context.in(i), context.in_name(i), {TensorType::kInt8}); !ok) return ok;
  }
  const TensorType state = context.in(kState).type;
  if (Outcome ok = require_type(context.in(kTime), context.in_name(kTime), {TensorType::kInt8, TensorType::kInt16});
      !ok) {
    return ok;
  }
  if (Outcome ok = require_type(context.in(kState), context.in_name(kState), {context.in(kTime).type}); !ok) return ok;
  if (state == TensorType::kInt16 && context.in(kState).quantization.present() &&
      context.in(kState).quantization.zero_point() != 0) {
    return fail(ErrorCode::kUnsupported, "has a 16-bit state with a zero point");
  }
  if (context.has(kBias)) {
    if (Outcome ok = require_type(context.in(kBias), context.in_name(kBias), {TensorType::kInt32}); !ok) return ok;
  }
  if (!context.in(kState).is_variable) {
    return fail(ErrorCode::kInvalid, "has " + context.in_name(kState) + " as its state, which is no variable");
  }
  return require_type(context.out(), context.out_name(), {TensorType::kInt8});
}

Result<Sizes> check_shapes(const Context& context, std::int32_t rank) {
  for (const std::size_t i : {kInput, kFeature, kTime}) {
    if (Outcome ok = require_rank(context.in(i), context.in_name(i), 2); !ok) return tl::unexpected(ok.error());
  }
  Sizes s;
  s.batch = context.in(kInput).shape[0];
  s.inputs = context.in(kInput).shape[1];
  s.filters = context.in(kFeature).shape[0];
  s.memory = context.in(kTime).shape[1];
  if (s.filters % rank != 0) {
    return fail(ErrorCode::kInvalid, "has " + std::to_string(s.filters) + " filters of rank " + std::to_string(rank));
  }
  s.units = s.filters / rank;
  const std::int64_t row = std::int64_t{s.filters} * s.memory;
  const Extents feature = {s.filters, s.inputs};
  if (Outcome ok = require_shape(context.in(kFeature), context.in_name(kFeature), feature); !ok) {
    return tl::unexpected(ok.error());
  }
  if (Outcome ok = require_shape(context.in(kTime), context.in_name(kTime), {s.filters, s.memory}); !ok) {
    return tl::unexpected(ok.error());
  }
  if (Outcome ok = require_shape(context.in(kState), context.in_name(kState), {s.batch, row}); !ok) {
    return tl::unexpected(ok.error());
  }
  if (context.has(kBias)) {
    if (Outcome ok = require_shape(context.in(kBias), context.in_name(kBias), {s.units}); !ok) {
      return tl::unexpected(ok.error());
    }
  }
  if (Outcome ok = require_shape(context.out(), context.out_name(), {s.batch, s.units}); !ok) {
    return tl::unexpected(ok.error());
  }
  return s;
}

Result<kernels::SvdfParams> derive(const Context& context, std::int32_t rank) {
  std::array<kernels::AffineParams, 5> q;
  constexpr std::array<std::size_t, 4> kInputs = {kInput, kFeature, kState, kTime};
  for (std::size_t i = 0; i < q.size(); ++i) {
    const auto quantization = i < kInputs.size() ? quantization_of(context.in(kInputs[i]), context.in_name(kInputs[i]))
                                                 : quantization_of(context.out(), context.out_name());
    if (!quantization) return tl::unexpected(quantization.error());
    q[i] = *quantization;
  }
  const auto& [input, feature, state, time, output] = q;
  if (feature.zero_point != 0 || time.zero_point != 0) {
    return fail(ErrorCode::kUnsupported, "has weights with a zero point other than 0");
  }
  kernels::SvdfParams params;
  params.rank = rank;
  params.input_zero_point = input.zero_point;
  params.state_zero_point = state.zero_point;
  params.output_zero_point = output.zero_point;
  if (Outcome ok = derived(
          kernels::make_svdf_multipliers(input.scale, feature.scale, state.scale, time.scale, output.scale, params),
          "multipliers");
      !ok) {
    return tl::unexpected(ok.error());
  }
  return params;
}

template <typename State>
Evaluate run(const kernels::SvdfParams& params, const Sizes& s) {
  return call(AUKLET_KERNEL(svdf, svdf), params, input<kernels::Matrix<const std::int8_t>>(kInput, s.batch, s.inputs),
              input<kernels::Matrix<const std::int8_t>>(kFeature, s.filters, s.inputs),
              input<kernels::Matrix<const State>>(kTime, s.filters, s.memory),
              input<std::span<const std::int32_t>>(kBias), variable<std::span<State>>(kState),
              output<kernels::Matrix<std::int8_t>>(0, s.batch, s.units));
}

}  // namespace

// The fused activation is not looked at, as in TensorFlow Lite's integer kernel: what converters write, RELU with the
// lowest number as the output's zero point, is what the clamp to int8 does anyway.
Result<Evaluate> prepare_svdf(const Context& context) {
  const auto& options = std::get<SvdfOptions>(context.op.options);
  if (!context.has(kState)) return fail(ErrorCode::kInvalid, "lacks its state");
  if (Outcome ok = check_types(context); !ok) return tl::unexpected(ok.error());
  const auto sizes = check_shapes(context, options.rank);
  if (!sizes) return tl::unexpected(sizes.error());
  const auto params = derive(context, options.rank);
  if (!params) return tl::unexpected(params.error());
  return context.in(kState).type == TensorType::kInt8 ? run<std::int8_t>(*params, *sizes)
                                                      : run<std::int16_t>(*params, *sizes);
}

}  // namespace auklet::compiler::exec
