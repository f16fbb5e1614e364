// From a model's float scales to the integers that the reductions take: what quantization.hpp is for ADD, convolutions
// and pools. For compilers, tests and hosted runtimes: it needs the C library's <cmath>.
//
// All functions are thread-safe. Where there is an error, the result argument is left as it was. Source of the
// formulas: TensorFlow Lite's preparation of its int8 reference kernels.
#pragma once

#include <auklet/kernels/log_softmax.hpp>
#include <auklet/kernels/quantization.hpp>
#include <auklet/kernels/reduce.hpp>
#include <cstdint>

namespace auklet::kernels {

/// SUM over `axes`: multiplier input.scale / output.scale in double. Errors: kBadScale, kBadZeroPoint.
[[nodiscard]] Status make_sum_params(Axes axes, AffineParams input, AffineParams output, SumParams& result);

/// MEAN over `axes` of `count` elements (see reduced_count): the multiplier of a sum, {value, shift}, is divided by
/// `count` in integers. With s = min(floor(log2(count)), 31 + shift),
///   {(value * 2^s) / count, truncated; shift - s}
/// Errors: kBadScale, kBadZeroPoint, kBadShape (count below one).
[[nodiscard]] Status make_mean_params(Axes axes, std::int32_t count, AffineParams input, AffineParams output,
                                      SumParams& result);

/// LOG_SOFTMAX: difference_multiplier and difference_min as softmax's with beta 1; reverse_multiplier =
/// 2^(31 - shift) / value of the former, in double, which must be below 1. Errors: kBadScale.
[[nodiscard]] Status make_log_softmax_params(float input_scale, LogSoftmaxParams& result);

}  // namespace auklet::kernels
