#include <auklet/kernels/minimum_maximum.hpp>

#include "../common/broadcast.hpp"

namespace auklet::kernels::reference {

Status minimum(Tensor<const std::int8_t> a, Tensor<const std::int8_t> b, Tensor<std::int8_t> output) {
  const Status status = check_minimum_maximum(a, b, output);
  if (status != Status::kOk) return status;
  detail::for_each_pair(a, b, output, [](std::int8_t x, std::int8_t y) { return y < x ? y : x; });
  return Status::kOk;
}

Status maximum(Tensor<const std::int8_t> a, Tensor<const std::int8_t> b, Tensor<std::int8_t> output) {
  const Status status = check_minimum_maximum(a, b, output);
  if (status != Status::kOk) return status;
  detail::for_each_pair(a, b, output, [](std::int8_t x, std::int8_t y) { return y > x ? y : x; });
  return Status::kOk;
}

}  // namespace auklet::kernels::reference
