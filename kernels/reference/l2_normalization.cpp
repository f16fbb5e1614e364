#include <auklet/kernels/fixed_point_math.hpp>
#include <auklet/kernels/l2_normalization.hpp>

#include "../common/rows.hpp"

namespace auklet::kernels::reference {
namespace {

constexpr std::int32_t kOutputFractionBits = 7;

// `in` and `out` may be the same row: element i of `in` is not read after element i of `out` is written.
void normalize_row(std::int32_t zero_point, std::span<const std::int8_t> in, std::span<std::int8_t> out) {
  std::int32_t squares = 0;
  for (const std::int8_t x : in) squares += (x - zero_point) * (x - zero_point);
  QuantizedMultiplier scale = inverse_square_root(squares);
  scale.shift += kOutputFractionBits;
  for (std::size_t i = 0; i < in.size(); ++i) {
    out[i] = requantize_to_int8(in[i] - zero_point, scale, kL2NormalizationOutputZeroPoint, {});
  }
}

}  // namespace

Status l2_normalization(std::int32_t input_zero_point, Tensor<const std::int8_t> input, Tensor<std::int8_t> output) {
  const Status status = check_l2_normalization(input_zero_point, input, output);
  if (status != Status::kOk) return status;
  detail::for_each_row(input, output, [&](auto in, auto out) { normalize_row(input_zero_point, in, out); });
  return Status::kOk;
}

}  // namespace auklet::kernels::reference
