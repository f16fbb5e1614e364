#include <auklet/kernels/relu.hpp>

#include "../common/broadcast.hpp"

namespace auklet::kernels::reference {

Status relu(const ReluParams& params, std::span<const std::int8_t> input, std::span<std::int8_t> output) {
  const Status status = check_relu(params, input, output);
  if (status != Status::kOk) return status;
  for (std::size_t i = 0; i < input.size(); ++i) {
    output[i] = requantize_to_int8(input[i] - params.input_zero_point, params.multiplier, params.output_zero_point,
                                   params.activation);
  }
  return Status::kOk;
}

Status leaky_relu(const LeakyReluParams& params, std::span<const std::int8_t> input, std::span<std::int8_t> output) {
  const Status status = check_leaky_relu(params, input, output);
  if (status != Status::kOk) return status;
  for (std::size_t i = 0; i < input.size(); ++i) {
    const std::int32_t x = input[i] - params.input_zero_point;
    output[i] = requantize_to_int8(x, x < 0 ? params.slope : params.identity, params.output_zero_point, {});
  }
  return Status::kOk;
}

Status prelu(const PreluParams& params, Tensor<const std::int8_t> input, Tensor<const std::int8_t> slopes,
             Tensor<std::int8_t> output) {
  const Status status = check_prelu(params, input, slopes, output);
  if (status != Status::kOk) return status;
  detail::for_each_pair(input, slopes, output, [&](std::int8_t element, std::int8_t slope) {
    const std::int32_t x = element - params.input_zero_point;
    const std::int32_t product = x * (slope - params.slope_zero_point);
    return x < 0 ? requantize_to_int8(product, params.product, params.output_zero_point, {})
                 : requantize_to_int8(x, params.identity, params.output_zero_point, {});
  });
  return Status::kOk;
}

}  // namespace auklet::kernels::reference
