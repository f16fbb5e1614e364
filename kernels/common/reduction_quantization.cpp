#include <auklet/kernels/reduction_quantization.hpp>
#include <bit>
#include <cmath>

#include "scales.hpp"

namespace auklet::kernels {

Status make_sum_params(Axes axes, AffineParams input, AffineParams output, SumParams& result) {
  Status status = detail::first_error(detail::check_quantization(input), detail::check_quantization(output));
  if (status != Status::kOk) return status;
  SumParams params = {axes, input.zero_point, output.zero_point, {}};
  status = requantize_multiplier(input.scale, output.scale, params.multiplier);
  if (status == Status::kOk) result = params;
  return status;
}

Status make_mean_params(Axes axes, std::int32_t count, AffineParams input, AffineParams output, SumParams& result) {
  if (count < 1) return Status::kBadShape;
  SumParams params;
  const Status status = make_sum_params(axes, input, output, params);
  if (status != Status::kOk) return status;
  QuantizedMultiplier& m = params.multiplier;
  const std::int32_t room = m.shift - kMinShift;
  const std::int32_t log2 = static_cast<std::int32_t>(std::bit_width(static_cast<std::uint32_t>(count))) - 1;
  const std::int32_t shift = log2 < room ? log2 : room;
  m.value = static_cast<std::int32_t>((std::int64_t{m.value} << shift) / count);
  m.shift -= shift;
  result = params;
  return Status::kOk;
}

Status make_log_softmax_params(float input_scale, LogSoftmaxParams& result) {
  SoftmaxParams softmax;
  Status status = make_softmax_params(1.0F, input_scale, softmax);
  if (status != Status::kOk) return status;
  const QuantizedMultiplier m = softmax.difference_multiplier;
  LogSoftmaxParams params = {m, {}, softmax.difference_min};
  const double reverse = std::ldexp(1.0, 31 - m.shift) / static_cast<double>(m.value);
  status = detail::quantize_multiplier_below_one(reverse, params.reverse_multiplier);
  if (status == Status::kOk) result = params;
  return status;
}

}  // namespace auklet::kernels
