// What the reductions and the operators over rows refuse, and why.
#include <auklet/kernels/l2_normalization.hpp>
#include <auklet/kernels/log_softmax.hpp>
#include <auklet/kernels/reduce.hpp>

#include "broadcast.hpp"
#include "checks.hpp"
#include "rows.hpp"

namespace auklet::kernels {
namespace {

using detail::first_error;
using detail::require;

// Two tensors of one shape; the output may be the input.
template <class T>
Status check_rows(Tensor<const T> input, Tensor<T> output) {
  const Status tensors = first_error(detail::check_tensor(input), detail::check_tensor(output));
  if (tensors != Status::kOk) return tensors;
  return first_error(require(detail::same_shape(input.shape, output.shape), Status::kShapeMismatch),
                     require(!detail::overlap_unless_same(output.data, input.data), Status::kOverlap));
}

}  // namespace

Status check_reduce(Axes axes, Tensor<const std::int8_t> input, std::span<std::int8_t> output) {
  const Status tensor = detail::check_tensor(input);
  if (tensor != Status::kOk) return tensor;
  if ((axes >> input.shape.rank) != 0) return Status::kBadAxis;
  const std::int64_t outputs = element_count(input.shape) / reduced_count(input.shape, axes);
  return first_error(detail::check_buffer(output, outputs),
                     require(!detail::overlap(output, input.data), Status::kOverlap));
}

Status check_sum(const SumParams& params, Tensor<const std::int8_t> input, std::span<std::int8_t> output) {
  return first_error(check_reduce(params.axes, input, output), detail::check_multiplier(params.multiplier),
                     detail::check_zero_point(params.input_zero_point),
                     detail::check_zero_point(params.output_zero_point));
}

Status check_l2_normalization(std::int32_t input_zero_point, Tensor<const std::int8_t> input,
                              Tensor<std::int8_t> output) {
  const Status rows = check_rows(input, output);
  if (rows != Status::kOk) return rows;
  return first_error(require(detail::row_length(input.shape) <= kMaxL2NormalizationDepth, Status::kSizeOverflow),
                     detail::check_zero_point(input_zero_point));
}

Status check_log_softmax(const LogSoftmaxParams& params, Tensor<const std::int8_t> input, Tensor<std::int8_t> output) {
  const QuantizedMultiplier m = params.difference_multiplier;
  const QuantizedMultiplier r = params.reverse_multiplier;
  return first_error(check_rows(input, output),
                     require(m.value >= 0 && m.shift >= 0 && m.shift <= 31, Status::kBadMultiplier),
                     require(r.value >= 0 && r.shift >= kMinShift && r.shift <= 0, Status::kBadMultiplier),
                     require(params.difference_min <= 0, Status::kBadShift));
}

Status check_log_softmax(Tensor<const float> input, Tensor<float> output) { return check_rows(input, output); }

}  // namespace auklet::kernels
