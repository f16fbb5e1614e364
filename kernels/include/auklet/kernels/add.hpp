// ADD: elementwise sum of two int8 tensors of different quantisation, with broadcasting.
#pragma once

#include <auklet/kernels/fixed_point.hpp>
#include <auklet/kernels/resources.hpp>
#include <auklet/kernels/status.hpp>
#include <auklet/kernels/tensor.hpp>
#include <cstdint>

namespace auklet::kernels {

/// Left shift that TensorFlow Lite gives both operands of an int8 ADD, to keep fraction bits through their scaling.
inline constexpr std::int32_t kAddLeftShift = 20;

/// See make_add_params (quantization.hpp) for the multipliers' formulas.
struct AddParams {
  std::int32_t left_shift = kAddLeftShift;  ///< 0 to 20.
  std::int32_t a_zero_point = 0;            ///< -128 to 127.
  std::int32_t b_zero_point = 0;            ///< -128 to 127.
  std::int32_t output_zero_point = 0;       ///< -128 to 127.
  QuantizedMultiplier a_multiplier;
  QuantizedMultiplier b_multiplier;
  QuantizedMultiplier output_multiplier;
  ActivationRange activation;
};

/// Says whether the arguments of add belong together; kOk or the first error found. Touches no data.
[[nodiscard]] Status check_add(const AddParams& params, Tensor<const std::int8_t> a, Tensor<const std::int8_t> b,
                               Tensor<std::int8_t> output);

namespace reference {

/// Element by element, the sum modulo 2^32:
///   sa = multiply_by_quantized_multiplier((a - a_zero_point) << left_shift, a_multiplier), sb likewise
///   output = clamp(multiply_by_quantized_multiplier(sa + sb, output_multiplier) + output_zero_point)
/// Source: TensorFlow Lite's int8 reference ADD.
///
/// Shapes: aligned at the last dimension, a dimension of 1 repeats; output has the broadcast shape, rank up to
/// kMaxRank. The output may be the same memory as an operand of the same shape; other overlap is refused. Thread- and
/// interrupt-safe; no allocation. Errors (nothing written): kBadShape, kSizeOverflow, kNullPointer, kBufferSize,
/// kBadBroadcast, kBadShift, kBadMultiplier, kBadZeroPoint, kBadActivationRange, kOverlap.
[[nodiscard]] Status add(const AddParams& params, Tensor<const std::int8_t> a, Tensor<const std::int8_t> b,
                         Tensor<std::int8_t> output);

}  // namespace reference

namespace optimized {

/// As reference::add, to the bit. Fast where the shapes are equal, or one operand is a scalar or a vector along the
/// last dimensions; other broadcasting is the reference's. Of the resources only `parallel` is used.
[[nodiscard]] Status add(const AddParams& params, Tensor<const std::int8_t> a, Tensor<const std::int8_t> b,
                         Tensor<std::int8_t> output, const Resources& resources);

}  // namespace optimized
}  // namespace auklet::kernels
