#include <auklet/kernels/squared_difference.hpp>

#include "../common/broadcast.hpp"

namespace auklet::kernels::reference {
namespace {

// One operand on the common scale of the difference, as its bits.
std::uint32_t scale_operand(std::int8_t x, std::int32_t zero_point, QuantizedMultiplier multiplier) {
  const std::int32_t shifted = wrapping_shift_left(x - zero_point, kSquaredDifferenceLeftShift);
  return static_cast<std::uint32_t>(multiply_by_quantized_multiplier(shifted, multiplier));
}

}  // namespace

Status squared_difference(const SquaredDifferenceParams& params, Tensor<const std::int8_t> a,
                          Tensor<const std::int8_t> b, Tensor<std::int8_t> output) {
  const Status status = check_squared_difference(params, a, b, output);
  if (status != Status::kOk) return status;

  detail::for_each_pair(a, b, output, [&](std::int8_t x, std::int8_t y) {
    const std::uint32_t difference = scale_operand(x, params.a_zero_point, params.a_multiplier) -
                                     scale_operand(y, params.b_zero_point, params.b_multiplier);
    const auto square = static_cast<std::int32_t>(difference * difference);  // Modulo 2^32, whatever the sign.
    return requantize_to_int8(square, params.output_multiplier, params.output_zero_point, {});
  });
  return Status::kOk;
}

}  // namespace auklet::kernels::reference
