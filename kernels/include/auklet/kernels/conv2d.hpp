// CONV_2D: int8 convolution, dense or grouped, with per-channel or per-tensor requantisation.
#pragma once

#include <auklet/kernels/fixed_point.hpp>
#include <auklet/kernels/resources.hpp>
#include <auklet/kernels/status.hpp>
#include <auklet/kernels/tensor.hpp>
#include <auklet/kernels/window.hpp>
#include <cstddef>
#include <cstdint>
#include <span>

namespace auklet::kernels {

struct Conv2dParams {
  Window2d window;
  std::int32_t input_zero_point = 0;                 ///< -128 to 127.
  std::int32_t output_zero_point = 0;                ///< -128 to 127.
  std::span<const QuantizedMultiplier> multipliers;  ///< One, or one for each output channel: input scale * filter
                                                     ///< scale / output scale.
  ActivationRange activation;
};

/// Says whether the arguments of conv2d belong together; kOk or the first error found. Touches no data.
[[nodiscard]] Status check_conv2d(const Conv2dParams& params, Tensor4<const std::int8_t> input,
                                  Tensor4<const std::int8_t> filter, std::span<const std::int32_t> bias,
                                  Tensor4<std::int8_t> output);

namespace reference {

/// For each output element, with all sums modulo 2^32:
///   acc = bias[oc] + sum over ky, kx, ic of (input[n, iy, ix, group * I + ic] - input_zero_point) * filter[oc, ky, kx,
///   ic] output = clamp(multiply_by_quantized_multiplier(acc, multipliers[oc]) + output_zero_point)
/// Source: TensorFlow Lite's int8 reference convolution (symmetric per-channel weights, double rounding).
///
/// Shapes: input [N, H, W, groups * I]; filter [O, KH, KW, I]; bias [O] or empty; output [N, OH, OW, O], O a multiple
/// of groups. OH and OW are the caller's (see resolve_padding). The output must not overlap any argument. Thread- and
/// interrupt-safe; no allocation. Errors (nothing written): kBadShape, kSizeOverflow, kNullPointer, kBufferSize,
/// kShapeMismatch, kBadGroups, kBiasSize, kMultiplierCount, kBadMultiplier, kBadStride, kBadDilation, kBadPadding,
/// kBadZeroPoint, kBadActivationRange, kOverlap.
[[nodiscard]] Status conv2d(const Conv2dParams& params, Tensor4<const std::int8_t> input,
                            Tensor4<const std::int8_t> filter, std::span<const std::int32_t> bias,
                            Tensor4<std::int8_t> output);

}  // namespace reference

namespace optimized {

/// Bytes of a packed filter. Precondition: a valid shape, whose output channels `groups` divides.
[[nodiscard]] std::size_t conv2d_packed_size(const Conv2dParams& params, Shape4 filter, std::int32_t groups);

/// Packs filter, bias, multipliers and input zero point for conv2d. Thread-safe. Errors (nothing written): as conv2d
/// for these arguments; kPackedSize.
[[nodiscard]] Status pack_conv2d(const Conv2dParams& params, Tensor4<const std::int8_t> filter, std::int32_t groups,
                                 std::span<const std::int32_t> bias, std::span<std::byte> packed);

/// Bytes of workspace that conv2d needs, with (`packed`) or without packed weights: one image with its padding, where
/// windows leave the image or channels are no multiple of 4. The largest size_t, which no workspace has, when that
/// image would exceed 2^31 - 1 bytes. Precondition: shapes that check_conv2d accepts.
[[nodiscard]] std::size_t conv2d_workspace(const Conv2dParams& params, Shape4 input, Shape4 filter, Shape4 output,
                                           bool packed);

/// As reference::conv2d, to the bit. More errors (nothing written): kPackedSize, kWorkspaceSize.
[[nodiscard]] Status conv2d(const Conv2dParams& params, Tensor4<const std::int8_t> input,
                            Tensor4<const std::int8_t> filter, std::span<const std::int32_t> bias,
                            Tensor4<std::int8_t> output, const Resources& resources);

}  // namespace optimized
}  // namespace auklet::kernels
