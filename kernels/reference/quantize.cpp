#include <auklet/kernels/quantize.hpp>

#include "../common/checks.hpp"

namespace auklet::kernels::reference {
namespace {

using detail::first_error;
using detail::require;

template <class In, class Out>
Status check_spans(std::span<In> input, std::span<Out> output) {
  if (input.size() != output.size()) return Status::kShapeMismatch;
  return require(input.empty() || (input.data() != nullptr && output.data() != nullptr), Status::kNullPointer);
}

template <class Integer>
Status check_affine(const AffineParams& params) {
  // Written so that NaN fails it too.
  const bool usable = params.scale > 0.0F && params.scale <= std::numeric_limits<float>::max();
  return first_error(require(usable, Status::kBadScale), detail::check_zero_point<Integer>(params.zero_point));
}

template <class Integer>
Integer quantize_element(float x, const AffineParams& params) {
  // Four times the range of the type: beyond it every zero point saturates, and within it a float to int conversion is
  // defined and exact in its fraction.
  constexpr float kSaturated = sizeof(Integer) == 1 ? 1024.0F : 262144.0F;
  const float real = x / params.scale;
  if (real != real) return static_cast<Integer>(params.zero_point);  // NaN
  const float bounded = real > kSaturated ? kSaturated : (real < -kSaturated ? -kSaturated : real);
  const auto whole = static_cast<std::int32_t>(bounded);  // Truncated.
  const float fraction = bounded - static_cast<float>(whole);
  const std::int32_t away = fraction >= 0.5F ? 1 : (fraction <= -0.5F ? -1 : 0);
  return static_cast<Integer>(limit(whole + away + params.zero_point, std::numeric_limits<Integer>::min(),
                                    std::numeric_limits<Integer>::max()));
}

template <class Integer>
Status quantize_all(const AffineParams& params, std::span<const float> input, std::span<Integer> output) {
  const Status status = first_error(check_affine<Integer>(params), check_spans(input, output),
                                    require(!detail::overlap(input, output), Status::kOverlap));
  if (status != Status::kOk) return status;
  for (std::size_t i = 0; i < input.size(); ++i) output[i] = quantize_element<Integer>(input[i], params);
  return Status::kOk;
}

template <class Integer>
Status dequantize_all(const AffineParams& params, std::span<const Integer> input, std::span<float> output) {
  const Status status = first_error(check_affine<Integer>(params), check_spans(input, output),
                                    require(!detail::overlap(input, output), Status::kOverlap));
  if (status != Status::kOk) return status;
  for (std::size_t i = 0; i < input.size(); ++i) {
    output[i] = params.scale * static_cast<float>(input[i] - params.zero_point);
  }
  return Status::kOk;
}

template <class In, class Out>
Status requantize_all(const RequantizeParams& params, std::span<const In> input, std::span<Out> output) {
  const Status status =
      first_error(detail::check_multiplier(params.multiplier), detail::check_zero_point<In>(params.input_zero_point),
                  detail::check_zero_point<Out>(params.output_zero_point), check_spans(input, output),
                  require(!detail::overlap_unless_same(input, output), Status::kOverlap));
  if (status != Status::kOk) return status;
  for (std::size_t i = 0; i < input.size(); ++i) {
    const auto difference = static_cast<std::int32_t>(static_cast<std::uint32_t>(input[i]) -
                                                      static_cast<std::uint32_t>(params.input_zero_point));
    const std::int32_t scaled = multiply_by_quantized_multiplier(difference, params.multiplier);
    output[i] = static_cast<Out>(limit(std::int64_t{scaled} + params.output_zero_point, std::numeric_limits<Out>::min(),
                                       std::numeric_limits<Out>::max()));
  }
  return Status::kOk;
}

}  // namespace

Status quantize(const AffineParams& params, std::span<const float> input, std::span<std::int8_t> output) {
  return quantize_all(params, input, output);
}

Status quantize(const AffineParams& params, std::span<const float> input, std::span<std::uint8_t> output) {
  return quantize_all(params, input, output);
}

Status quantize(const AffineParams& params, std::span<const float> input, std::span<std::int16_t> output) {
  return quantize_all(params, input, output);
}

Status dequantize(const AffineParams& params, std::span<const std::int8_t> input, std::span<float> output) {
  return dequantize_all(params, input, output);
}

Status dequantize(const AffineParams& params, std::span<const std::uint8_t> input, std::span<float> output) {
  return dequantize_all(params, input, output);
}

Status dequantize(const AffineParams& params, std::span<const std::int16_t> input, std::span<float> output) {
  return dequantize_all(params, input, output);
}

Status requantize(const RequantizeParams& params, std::span<const std::int8_t> input, std::span<std::int8_t> output) {
  return requantize_all(params, input, output);
}

Status requantize(const RequantizeParams& params, std::span<const std::int8_t> input, std::span<std::uint8_t> output) {
  return requantize_all(params, input, output);
}

Status requantize(const RequantizeParams& params, std::span<const std::uint8_t> input, std::span<std::int8_t> output) {
  return requantize_all(params, input, output);
}

Status requantize(const RequantizeParams& params, std::span<const std::uint8_t> input, std::span<std::uint8_t> output) {
  return requantize_all(params, input, output);
}

Status requantize(const RequantizeParams& params, std::span<const std::int16_t> input, std::span<std::int8_t> output) {
  return requantize_all(params, input, output);
}

Status requantize(const RequantizeParams& params, std::span<const std::int16_t> input, std::span<std::int16_t> output) {
  return requantize_all(params, input, output);
}

Status requantize(const RequantizeParams& params, std::span<const std::int16_t> input, std::span<std::int32_t> output) {
  return requantize_all(params, input, output);
}

Status requantize(const RequantizeParams& params, std::span<const std::int8_t> input, std::span<std::int16_t> output) {
  return requantize_all(params, input, output);
}

Status requantize(const RequantizeParams& params, std::span<const std::int8_t> input, std::span<std::int32_t> output) {
  return requantize_all(params, input, output);
}

Status requantize(const RequantizeParams& params, std::span<const std::int32_t> input, std::span<std::int8_t> output) {
  return requantize_all(params, input, output);
}

Status requantize(const RequantizeParams& params, std::span<const std::int32_t> input, std::span<std::int16_t> output) {
  return requantize_all(params, input, output);
}

}  // namespace auklet::kernels::reference
