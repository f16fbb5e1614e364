// QUANTIZE and DEQUANTIZE: from and to float, and from one 8-bit quantisation to another.
#include <auklet/kernels/quantize.hpp>

#include "common.hpp"

namespace auklet::compiler::exec {
namespace {

template <typename To>
Evaluate quantize_to(kernels::AffineParams params) {
  return [params](const Values& v) {
    return kernels::reference::quantize(params, elements<float>(v.inputs[0]), elements<To>(v.outputs[0]));
  };
}

template <typename From, typename To>
Evaluate requantize(kernels::RequantizeParams params) {
  return [params](const Values& v) {
    return kernels::reference::requantize(params, elements<From>(v.inputs[0]), elements<To>(v.outputs[0]));
  };
}

template <typename From>
Evaluate dequantize_from(kernels::AffineParams params) {
  return [params](const Values& v) {
    return kernels::reference::dequantize(params, elements<From>(v.inputs[0]), elements<float>(v.outputs[0]));
  };
}

template <typename From>
Evaluate requantize_to(kernels::RequantizeParams params, TensorType to) {
  return to == TensorType::kInt8 ? requantize<From, std::int8_t>(params) : requantize<From, std::uint8_t>(params);
}

}  // namespace

Result<Evaluate> prepare_quantize(const Context& context) {
  const Tensor& in = context.in(0);
  const Tensor& out = context.out();
  if (Outcome ok = require_type(in, context.in_name(0), {TensorType::kFloat32, TensorType::kInt8, TensorType::kUint8});
      !ok) {
    return tl::unexpected(ok.error());
  }
  if (Outcome ok = require_type(out, context.out_name(), {TensorType::kInt8, TensorType::kUint8}); !ok) {
    return tl::unexpected(ok.error());
  }
  const auto output = quantization_of(out, context.out_name());
  if (!output) return tl::unexpected(output.error());
  if (in.type == TensorType::kFloat32) {
    return out.type == TensorType::kInt8 ? quantize_to<std::int8_t>(*output) : quantize_to<std::uint8_t>(*output);
  }
  const auto input = quantization_of(in, context.in_name(0));
  if (!input) return tl::unexpected(input.error());
  kernels::RequantizeParams params;
  params.input_zero_point = input->zero_point;
  params.output_zero_point = output->zero_point;
  if (Outcome ok =
          derived(kernels::requantize_multiplier(input->scale, output->scale, params.multiplier), "multiplier");
      !ok) {
    return tl::unexpected(ok.error());
  }
  return in.type == TensorType::kInt8 ? requantize_to<std::int8_t>(params, out.type)
                                      : requantize_to<std::uint8_t>(params, out.type);
}

Result<Evaluate> prepare_dequantize(const Context& context) {
  const Tensor& in = context.in(0);
  if (Outcome ok = require_type(in, context.in_name(0), {TensorType::kInt8, TensorType::kUint8}); !ok) {
    return tl::unexpected(ok.error());
  }
  if (Outcome ok = require_type(context.out(), context.out_name(), {TensorType::kFloat32}); !ok) {
    return tl::unexpected(ok.error());
  }
  const auto input = quantization_of(in, context.in_name(0));
  if (!input) return tl::unexpected(input.error());
  return in.type == TensorType::kInt8 ? dequantize_from<std::int8_t>(*input) : dequantize_from<std::uint8_t>(*input);
}

}  // namespace auklet::compiler::exec
