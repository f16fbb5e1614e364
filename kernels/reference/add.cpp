#include <auklet/kernels/add.hpp>

#include "../common/broadcast.hpp"

namespace auklet::kernels::reference {
namespace {

// One operand on the common scale of the sum.
std::int32_t scale_operand(std::int8_t x, std::int32_t zero_point, std::int32_t left_shift,
                           QuantizedMultiplier multiplier) {
  return multiply_by_quantized_multiplier(wrapping_shift_left(x - zero_point, left_shift), multiplier);
}

std::int8_t add_elements(const AddParams& params, std::int8_t a, std::int8_t b) {
  const std::int32_t sum = wrapping_add(scale_operand(a, params.a_zero_point, params.left_shift, params.a_multiplier),
                                        scale_operand(b, params.b_zero_point, params.left_shift, params.b_multiplier));
  return requantize_to_int8(sum, params.output_multiplier, params.output_zero_point, params.activation);
}

}  // namespace

Status add(const AddParams& params, Tensor<const std::int8_t> a, Tensor<const std::int8_t> b,
           Tensor<std::int8_t> output) {
  const Status status = check_add(params, a, b, output);
  if (status != Status::kOk) return status;

  detail::for_each_pair(a, b, output, [&](std::int8_t x, std::int8_t y) { return add_elements(params, x, y); });
  return Status::kOk;
}

}  // namespace auklet::kernels::reference
