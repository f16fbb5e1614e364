// AVERAGE_POOL_2D and MAX_POOL_2D. Input and output share scale and zero point: only values are moved and averaged.
#pragma once

#include <auklet/kernels/fixed_point.hpp>
#include <auklet/kernels/resources.hpp>
#include <auklet/kernels/status.hpp>
#include <auklet/kernels/tensor.hpp>
#include <cstdint>

namespace auklet::kernels {

struct Pool2dParams {
  std::int32_t filter_height = 1;  ///< At least 1.
  std::int32_t filter_width = 1;   ///< At least 1; filter_height * filter_width at most kMaxPoolTaps.
  std::int32_t stride_height = 1;  ///< At least 1.
  std::int32_t stride_width = 1;   ///< At least 1.
  std::int32_t pad_top = 0;        ///< 0 to filter_height - 1.
  std::int32_t pad_left = 0;       ///< 0 to filter_width - 1.
  ActivationRange activation;
};

/// Largest window, so that a sum of int8 values fits 31 bits.
inline constexpr std::int32_t kMaxPoolTaps = std::int32_t{1} << 23;

/// Says whether the arguments of a pool belong together; kOk or the first error found. Touches no data.
[[nodiscard]] Status check_pool2d(const Pool2dParams& params, Tensor4<const std::int8_t> input,
                                  Tensor4<std::int8_t> output);

namespace reference {

/// Mean of the window's taps inside the image, rounded half away from zero, clamped: with n such taps and their sum s,
///   s > 0 ? (s + n / 2) / n : (s - n / 2) / n, divisions truncating.
/// Source: TensorFlow Lite's int8 reference average pool.
///
/// Shapes: input [N, H, W, C], output [N, OH, OW, C]; every window must hold at least one input. The output must not
/// overlap the input. Thread- and interrupt-safe; no allocation. Errors (nothing written): kBadShape, kSizeOverflow,
/// kNullPointer, kBufferSize, kShapeMismatch, kBadStride, kBadPadding, kBadWindow, kBadActivationRange, kOverlap.
[[nodiscard]] Status average_pool2d(const Pool2dParams& params, Tensor4<const std::int8_t> input,
                                    Tensor4<std::int8_t> output);

/// Maximum of the window's taps inside the image, clamped. Shapes, safety and errors as average_pool2d.
/// Source: TensorFlow Lite's int8 reference max pool.
[[nodiscard]] Status max_pool2d(const Pool2dParams& params, Tensor4<const std::int8_t> input,
                                Tensor4<std::int8_t> output);

}  // namespace reference

namespace optimized {

/// As the reference, to the bit. Averages of more than 256 inputs are the reference's. Of the resources only `parallel`
/// is used.
[[nodiscard]] Status average_pool2d(const Pool2dParams& params, Tensor4<const std::int8_t> input,
                                    Tensor4<std::int8_t> output, const Resources& resources);
[[nodiscard]] Status max_pool2d(const Pool2dParams& params, Tensor4<const std::int8_t> input,
                                Tensor4<std::int8_t> output, const Resources& resources);

}  // namespace optimized
}  // namespace auklet::kernels
