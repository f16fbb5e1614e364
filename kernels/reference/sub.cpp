#include <auklet/kernels/sub.hpp>

#include "../common/broadcast.hpp"

namespace auklet::kernels::reference {

Status sub(const SubParams& params, Tensor<const std::int8_t> a, Tensor<const std::int8_t> b,
           Tensor<std::int8_t> output) {
  const Status status = check_sub(params, a, b, output);
  if (status != Status::kOk) return status;

  const QuantizedMultiplier minus_b = {-params.b_multiplier.value, params.b_multiplier.shift};
  detail::for_each_pair(a, b, output, [&](std::int8_t x, std::int8_t y) {
    const std::int32_t sx = wrapping_shift_left(x - params.a_zero_point, params.left_shift);
    const std::int32_t sy = wrapping_shift_left(y - params.b_zero_point, params.left_shift);
    const std::int32_t difference = wrapping_add(multiply_by_quantized_multiplier(sx, params.a_multiplier),
                                                 multiply_by_quantized_multiplier(sy, minus_b));
    return requantize_to_int8(difference, params.output_multiplier, params.output_zero_point, params.activation);
  });
  return Status::kOk;
}

}  // namespace auklet::kernels::reference
