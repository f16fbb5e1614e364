// MUL: elementwise product of two int8 tensors of different quantisation, with broadcasting.
#pragma once

#include <auklet/kernels/fixed_point.hpp>
#include <auklet/kernels/resources.hpp>
#include <auklet/kernels/status.hpp>
#include <auklet/kernels/tensor.hpp>
#include <cstdint>

namespace auklet::kernels {

/// See make_mul_params (elementwise_quantization.hpp) for the multiplier's formula.
struct MulParams {
  std::int32_t a_zero_point = 0;       ///< -128 to 127.
  std::int32_t b_zero_point = 0;       ///< -128 to 127.
  std::int32_t output_zero_point = 0;  ///< -128 to 127.
  QuantizedMultiplier multiplier;      ///< Scale of a * scale of b / output scale.
  ActivationRange activation;
};

/// Says whether the arguments of mul belong together; kOk or the first error found. Touches no data.
[[nodiscard]] Status check_mul(const MulParams& params, Tensor<const std::int8_t> a, Tensor<const std::int8_t> b,
                               Tensor<std::int8_t> output);

namespace reference {

/// Element by element,
///   output = clamp(multiply_by_quantized_multiplier((a - a_zero_point) * (b - b_zero_point), multiplier)
///                  + output_zero_point)
/// Source: TensorFlow Lite's int8 reference MUL.
///
/// Shapes: aligned at the last dimension, a dimension of 1 repeats; output has the broadcast shape, rank up to
/// kMaxRank. The output may be the same memory as an operand of the same shape; other overlap is refused. Thread- and
/// interrupt-safe; no allocation. Errors (nothing written): kBadShape, kSizeOverflow, kNullPointer, kBufferSize,
/// kBadBroadcast, kBadMultiplier, kBadZeroPoint, kBadActivationRange, kOverlap.
[[nodiscard]] Status mul(const MulParams& params, Tensor<const std::int8_t> a, Tensor<const std::int8_t> b,
                         Tensor<std::int8_t> output);

}  // namespace reference

namespace optimized {

/// As reference::mul, to the bit; fast where optimized::add is. Of the resources only `parallel` is used.
[[nodiscard]] Status mul(const MulParams& params, Tensor<const std::int8_t> a, Tensor<const std::int8_t> b,
                         Tensor<std::int8_t> output, const Resources& resources);

}  // namespace optimized
}  // namespace auklet::kernels
