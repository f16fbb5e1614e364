// LOG_SOFTMAX over the last dimension: int8 to int8 in fixed point, and float.
#pragma once

#include <auklet/kernels/fixed_point.hpp>
#include <auklet/kernels/status.hpp>
#include <auklet/kernels/tensor.hpp>
#include <cstdint>

namespace auklet::kernels {

/// Quantisation of the int8 output: fixed by the operator, as in TensorFlow Lite.
inline constexpr float kLogSoftmaxOutputScale = 16.0F / 256.0F;
inline constexpr std::int32_t kLogSoftmaxOutputZeroPoint = 127;

/// See make_log_softmax_params (reduction_quantization.hpp) for the formulas.
struct LogSoftmaxParams {
  QuantizedMultiplier difference_multiplier;  ///< Input scale * 2^26: a difference in Q5.26; shift 0 to 31.
  QuantizedMultiplier reverse_multiplier;     ///< Its reciprocal: Q5.26 to a difference; shift at most 0.
  std::int32_t difference_min = 0;            ///< Elements further below the row's maximum do not count; at most 0.
};

/// Say whether the arguments of log_softmax belong together; kOk or the first error found. Touch no data.
[[nodiscard]] Status check_log_softmax(const LogSoftmaxParams& params, Tensor<const std::int8_t> input,
                                       Tensor<std::int8_t> output);
[[nodiscard]] Status check_log_softmax(Tensor<const float> input, Tensor<float> output);

namespace reference {

/// For each row (last dimension; a scalar is a row of one), with d = x - max(row), D = the scaled difference
/// multiply_by_quantized_multiplier(d, difference_multiplier) (Q5.26) and e(d) as in softmax:
///   log_sum = natural_log(sum of rounding_divide_by_pot(e(d), 12) over d >= difference_min)      (Q12.19 to Q5.26)
///   output  = clamp(rounding_divide_by_pot(D - log_sum, 22) + 127)
/// and the lowest value where D - log_sum would not fit Q5.26, or d < difference_min. Source: TensorFlow Lite's int8
/// reference LOG_SOFTMAX. That definition leaves sums of 4,096 and more open; here the sum saturates there.
///
/// Shapes: equal; rank up to kMaxRank. The output may be the input's memory exactly; other overlap is refused. Thread-
/// and interrupt-safe; no allocation. Errors (nothing written): kBadShape, kSizeOverflow, kNullPointer, kBufferSize,
/// kShapeMismatch, kBadMultiplier, kBadShift (difference_min above 0), kOverlap.
[[nodiscard]] Status log_softmax(const LogSoftmaxParams& params, Tensor<const std::int8_t> input,
                                 Tensor<std::int8_t> output);

/// For each row, output = x - max(row) - log(sum of exp(x - max(row))), all in float and in the row's order. Needs the
/// C library's expf and logf, on whose rounding the last bit depends. Shapes, safety and errors as above, as far as
/// they apply. Source: TensorFlow Lite's float reference LOG_SOFTMAX.
[[nodiscard]] Status log_softmax(Tensor<const float> input, Tensor<float> output);

}  // namespace reference
}  // namespace auklet::kernels
