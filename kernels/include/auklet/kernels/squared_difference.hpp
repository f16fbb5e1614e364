// SQUARED_DIFFERENCE: (a - b)^2 of two int8 tensors of different quantisation, with broadcasting.
#pragma once

#include <auklet/kernels/fixed_point.hpp>
#include <auklet/kernels/resources.hpp>
#include <auklet/kernels/status.hpp>
#include <auklet/kernels/tensor.hpp>
#include <cstdint>

namespace auklet::kernels {

/// Left shift that TensorFlow Lite gives both operands: 255 << 7, squared, still fits 31 bits.
inline constexpr std::int32_t kSquaredDifferenceLeftShift = 7;

/// See make_squared_difference_params (elementwise_quantization.hpp) for the multipliers' formulas.
struct SquaredDifferenceParams {
  std::int32_t a_zero_point = 0;       ///< -128 to 127.
  std::int32_t b_zero_point = 0;       ///< -128 to 127.
  std::int32_t output_zero_point = 0;  ///< -128 to 127.
  QuantizedMultiplier a_multiplier;
  QuantizedMultiplier b_multiplier;
  QuantizedMultiplier output_multiplier;
};

/// Says whether the arguments of squared_difference belong together; kOk or the first error found. Touches no data.
[[nodiscard]] Status check_squared_difference(const SquaredDifferenceParams& params, Tensor<const std::int8_t> a,
                                              Tensor<const std::int8_t> b, Tensor<std::int8_t> output);

namespace reference {

/// Element by element, differences and squares modulo 2^32:
///   sa = multiply_by_quantized_multiplier((a - a_zero_point) << kSquaredDifferenceLeftShift, a_multiplier), sb
///   likewise output = clamp(multiply_by_quantized_multiplier((sa - sb)^2, output_multiplier) + output_zero_point)
/// Source: TensorFlow Lite's int8 reference SQUARED_DIFFERENCE. Shapes, in-place use, safety and errors as mul.
[[nodiscard]] Status squared_difference(const SquaredDifferenceParams& params, Tensor<const std::int8_t> a,
                                        Tensor<const std::int8_t> b, Tensor<std::int8_t> output);

}  // namespace reference

namespace optimized {

/// As reference::squared_difference, to the bit; fast where optimized::add is. Of the resources only `parallel` is
/// used.
[[nodiscard]] Status squared_difference(const SquaredDifferenceParams& params, Tensor<const std::int8_t> a,
                                        Tensor<const std::int8_t> b, Tensor<std::int8_t> output,
                                        const Resources& resources);

}  // namespace optimized
}  // namespace auklet::kernels
