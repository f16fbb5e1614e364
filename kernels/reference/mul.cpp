#include <auklet/kernels/mul.hpp>

#include "../common/broadcast.hpp"

namespace auklet::kernels::reference {

Status mul(const MulParams& params, Tensor<const std::int8_t> a, Tensor<const std::int8_t> b,
           Tensor<std::int8_t> output) {
  const Status status = check_mul(params, a, b, output);
  if (status != Status::kOk) return status;

  detail::for_each_pair(a, b, output, [&](std::int8_t x, std::int8_t y) {
    const std::int32_t product = (x - params.a_zero_point) * (y - params.b_zero_point);
    return requantize_to_int8(product, params.multiplier, params.output_zero_point, params.activation);
  });
  return Status::kOk;
}

}  // namespace auklet::kernels::reference
