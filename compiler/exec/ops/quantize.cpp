// QUANTIZE and DEQUANTIZE: from and to float, and from one integer quantisation to another.
#include <auklet/kernels/quantize.hpp>

#include "common.hpp"

namespace auklet::compiler::exec {
namespace {

template <typename To>
Evaluate quantize_to(kernels::AffineParams params) {
  return call(AUKLET_TWIN_KERNELS(quantize, quantize), params, input<std::span<const float>>(0),
              output<std::span<To>>(0));
}

template <typename From>
Evaluate dequantize_from(kernels::AffineParams params) {
  return call(AUKLET_TWIN_KERNELS(quantize, dequantize), params, input<std::span<const From>>(0),
              output<std::span<float>>(0));
}

template <typename From, typename To>
Evaluate requantize(const kernels::RequantizeParams& params) {
  return call(AUKLET_TWIN_KERNELS(quantize, requantize), params, input<std::span<const From>>(0),
              output<std::span<To>>(0));
}

// The pairs of integer types that TensorFlow Lite or TensorFlow Lite Micro requantises.
struct Pair {
  TensorType from;
  TensorType to;
  Evaluate (*make)(const kernels::RequantizeParams&);
};

constexpr std::array kPairs = {
    Pair{TensorType::kInt8, TensorType::kInt8, requantize<std::int8_t, std::int8_t>},
    Pair{TensorType::kInt8, TensorType::kUint8, requantize<std::int8_t, std::uint8_t>},
    Pair{TensorType::kInt8, TensorType::kInt16, requantize<std::int8_t, std::int16_t>},
    Pair{TensorType::kInt8, TensorType::kInt32, requantize<std::int8_t, std::int32_t>},
    Pair{TensorType::kUint8, TensorType::kInt8, requantize<std::uint8_t, std::int8_t>},
    Pair{TensorType::kUint8, TensorType::kUint8, requantize<std::uint8_t, std::uint8_t>},
    Pair{TensorType::kInt16, TensorType::kInt8, requantize<std::int16_t, std::int8_t>},
    Pair{TensorType::kInt16, TensorType::kInt16, requantize<std::int16_t, std::int16_t>},
    Pair{TensorType::kInt16, TensorType::kInt32, requantize<std::int16_t, std::int32_t>},
    Pair{TensorType::kInt32, TensorType::kInt8, requantize<std::int32_t, std::int8_t>},
    Pair{TensorType::kInt32, TensorType::kInt16, requantize<std::int32_t, std::int16_t>},
};

Result<Evaluate> prepare_requantize(const Context& context, kernels::AffineParams output) {
  const Tensor& in = context.in(0);
  const Tensor& out = context.out();
  const auto from = quantization_of(in, context.in_name(0));
  if (!from) return tl::unexpected(from.error());
  kernels::RequantizeParams params;
  params.input_zero_point = from->zero_point;
  params.output_zero_point = output.zero_point;
  if (Outcome ok = derived(kernels::requantize_multiplier(from->scale, output.scale, params.multiplier), "multiplier");
      !ok) {
    return tl::unexpected(ok.error());
  }
  for (const Pair& pair : kPairs) {
    if (pair.from == in.type && pair.to == out.type) return pair.make(params);
  }
  return fail(ErrorCode::kUnsupported,
              std::string("is from ") + name(in.type) + " to " + name(out.type) + ", which is not implemented");
}

}  // namespace

Result<Evaluate> prepare_quantize(const Context& context) {
  const auto output = quantization_of(context.out(), context.out_name());
  if (!output) return tl::unexpected(output.error());
  if (context.in(0).type != TensorType::kFloat32) return prepare_requantize(context, *output);
  if (Outcome ok =
          require_type(context.out(), context.out_name(), {TensorType::kInt8, TensorType::kUint8, TensorType::kInt16});
      !ok) {
    return tl::unexpected(ok.error());
  }
  switch (context.out().type) {
    case TensorType::kUint8:
      return quantize_to<std::uint8_t>(*output);
    case TensorType::kInt16:
      return quantize_to<std::int16_t>(*output);
    default:
      return quantize_to<std::int8_t>(*output);
  }
}

Result<Evaluate> prepare_dequantize(const Context& context) {
  const Tensor& in = context.in(0);
  if (Outcome ok = require_type(in, context.in_name(0), {TensorType::kInt8, TensorType::kUint8, TensorType::kInt16});
      !ok) {
    return tl::unexpected(ok.error());
  }
  if (Outcome ok = require_type(context.out(), context.out_name(), {TensorType::kFloat32}); !ok) {
    return tl::unexpected(ok.error());
  }
  const auto from = quantization_of(in, context.in_name(0));
  if (!from) return tl::unexpected(from.error());
  switch (in.type) {
    case TensorType::kUint8:
      return dequantize_from<std::uint8_t>(*from);
    case TensorType::kInt16:
      return dequantize_from<std::int16_t>(*from);
    default:
      return dequantize_from<std::int8_t>(*from);
  }
}

}  // namespace auklet::compiler::exec
