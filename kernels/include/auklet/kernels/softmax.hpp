// SOFTMAX over the last dimension, int8 to int8, in fixed point: no floats, no tables.
#pragma once

#include <auklet/kernels/fixed_point.hpp>
#include <auklet/kernels/resources.hpp>
#include <auklet/kernels/status.hpp>
#include <auklet/kernels/tensor.hpp>
#include <cstddef>
#include <cstdint>
#include <span>

namespace auklet::kernels {

/// Quantisation of the output: fixed by the operator, as in TensorFlow Lite.
inline constexpr float kSoftmaxOutputScale = 1.0F / 256.0F;
inline constexpr std::int32_t kSoftmaxOutputZeroPoint = -128;
/// The same for an int16 output.
inline constexpr float kSoftmaxInt16OutputScale = 1.0F / 65536.0F;
inline constexpr std::int32_t kSoftmaxInt16OutputZeroPoint = -32768;

/// Integer bits of the scaled difference to the row's maximum (Q5.26) and of the sum of exponentials (Q12.19).
inline constexpr std::int32_t kSoftmaxDifferenceBits = 5;
inline constexpr std::int32_t kSoftmaxSumBits = 12;

/// See make_softmax_params (quantization.hpp) for the formulas.
struct SoftmaxParams {
  QuantizedMultiplier difference_multiplier;  ///< beta * input scale * 2^26; shift 0 to 31.
  std::int32_t difference_min = 0;  ///< Elements further below the row's maximum give the lowest output; at most 0.
};

/// Say whether the arguments of softmax belong together; kOk or the first error found. Touch no data.
[[nodiscard]] Status check_softmax(const SoftmaxParams& params, Tensor<const std::int8_t> input,
                                   Tensor<std::int8_t> output);
[[nodiscard]] Status check_softmax(const SoftmaxParams& params, Tensor<const std::int8_t> input,
                                   Tensor<std::int16_t> output);

/// Differences to a row's maximum that int8 values have: 0 to 255.
inline constexpr std::size_t kSoftmaxDifferences = 256;

/// Entry d is the reference softmax's exponential of a value d below its row's maximum, Q0.31: e(-d) below, or 0 when
/// -d < difference_min. Exact, so a softmax may look them up. Precondition: check_softmax accepts `params`. Thread- and
/// interrupt-safe.
void softmax_exponentials(const SoftmaxParams& params, std::span<std::int32_t, kSoftmaxDifferences> result);

namespace reference {

/// For each row (last dimension; a scalar is a row of one), with d = x - max(row), elements with d < difference_min
/// taken as exp = 0:
///   e(d) = exp_on_negative_values(multiply_by_quantized_multiplier(d, difference_multiplier))      (Q0.31)
///   sum  = sum of rounding_divide_by_pot(e(d), 12)                                                 (Q12.19)
///   output = clamp(rounding_divide_by_pot(1 / sum * e(d), 31 - 8 + log2 sum) - 128)
/// An int16 output has 16 and 32768 in place of 8 and 128.
/// Source: TensorFlow Lite's reference softmax on gemmlowp fixed point. That definition leaves sums of 512 and more
/// open (a shift of 32 or more) and overflows at 4,096: here such a shift rounds like any other, and the sum saturates
/// just below 8,192, where every output is the lowest anyway.
///
/// Shapes: equal; rank up to kMaxRank. The output may be the input's memory exactly; other overlap is refused. Thread-
/// and interrupt-safe; no allocation. Errors (nothing written): kBadShape, kSizeOverflow, kNullPointer, kBufferSize,
/// kShapeMismatch, kBadMultiplier, kBadShift (difference_min above 0), kOverlap.
[[nodiscard]] Status softmax(const SoftmaxParams& params, Tensor<const std::int8_t> input, Tensor<std::int8_t> output);
[[nodiscard]] Status softmax(const SoftmaxParams& params, Tensor<const std::int8_t> input, Tensor<std::int16_t> output);

}  // namespace reference

namespace optimized {

/// As reference::softmax, to the bit: exp of every difference once a call, then looked up. Of the resources only
/// `parallel` is used. Takes 3 KiB of stack.
[[nodiscard]] Status softmax(const SoftmaxParams& params, Tensor<const std::int8_t> input, Tensor<std::int8_t> output,
                             const Resources& resources);

}  // namespace optimized
}  // namespace auklet::kernels
