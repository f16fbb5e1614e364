// Reductions over any set of dimensions: SUM, MEAN, REDUCE_MAX and REDUCE_MIN, int8 to int8.
#pragma once

#include <auklet/kernels/fixed_point.hpp>
#include <auklet/kernels/status.hpp>
#include <auklet/kernels/tensor.hpp>
#include <cstdint>
#include <span>

namespace auklet::kernels {

/// A set of a tensor's dimensions: bit d stands for dimension d.
using Axes = std::uint32_t;

/// See make_sum_params and make_mean_params (reduction_quantization.hpp) for the multiplier's formula.
struct SumParams {
  Axes axes = 0;                       ///< The dimensions that are summed over.
  std::int32_t input_zero_point = 0;   ///< -128 to 127.
  std::int32_t output_zero_point = 0;  ///< -128 to 127.
  QuantizedMultiplier multiplier;      ///< Input scale / output scale; for a mean, divided by the number of elements.
};

/// Elements of `shape` that are reduced to one: the product of the dimensions in `axes`. Precondition: a valid shape.
[[nodiscard]] constexpr std::int32_t reduced_count(const Shape& shape, Axes axes) {
  std::int32_t count = 1;
  for (std::int32_t i = 0; i < shape.rank; ++i) {
    if (((axes >> i) & 1U) != 0) count *= shape.dims[static_cast<std::size_t>(i)];
  }
  return count;
}

/// Say whether the arguments belong together; kOk or the first error found. Touch no data.
[[nodiscard]] Status check_sum(const SumParams& params, Tensor<const std::int8_t> input, std::span<std::int8_t> output);
[[nodiscard]] Status check_reduce(Axes axes, Tensor<const std::int8_t> input, std::span<std::int8_t> output);

namespace reference {

/// SUM and MEAN. For each index into the dimensions that are not in params.axes, with the sum modulo 2^32,
///   output = clamp(multiply_by_quantized_multiplier(sum of (input - input_zero_point), multiplier)
///                  + output_zero_point)
/// Source: TensorFlow Lite's reference quantised SUM and MEAN.
///
/// Shapes: input of any rank up to kMaxRank; output has one element for each index, in the input's order, whether or
/// not the reduced dimensions are kept as ones. The output must not overlap the input. Thread- and interrupt-safe; no
/// allocation. Errors (nothing written): kBadShape, kSizeOverflow, kNullPointer, kBufferSize, kBadAxis (an axis that
/// the input has not), kBadMultiplier, kBadZeroPoint, kOverlap.
[[nodiscard]] Status sum(const SumParams& params, Tensor<const std::int8_t> input, std::span<std::int8_t> output);

/// REDUCE_MAX: the largest value over `axes`. Input and output share their quantisation. Source: TensorFlow Lite's
/// reference reductions. Shapes, safety and errors as sum, as far as they apply.
[[nodiscard]] Status reduce_max(Axes axes, Tensor<const std::int8_t> input, std::span<std::int8_t> output);

/// REDUCE_MIN: the smallest value over `axes`. Shapes, safety and errors as reduce_max.
[[nodiscard]] Status reduce_min(Axes axes, Tensor<const std::int8_t> input, std::span<std::int8_t> output);

}  // namespace reference
}  // namespace auklet::kernels
