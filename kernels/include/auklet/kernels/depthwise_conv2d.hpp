// DEPTHWISE_CONV_2D: every input channel is filtered alone, `depth multiplier` times.
#pragma once

#include <auklet/kernels/conv2d.hpp>
#include <cstddef>
#include <cstdint>
#include <span>

namespace auklet::kernels {

/// The same fields as a convolution's.
using DepthwiseConv2dParams = Conv2dParams;

/// Says whether the arguments of depthwise_conv2d belong together; kOk or the first error found. Touches no data.
[[nodiscard]] Status check_depthwise_conv2d(const DepthwiseConv2dParams& params, Tensor4<const std::int8_t> input,
                                            Tensor4<const std::int8_t> filter, std::span<const std::int32_t> bias,
                                            Tensor4<std::int8_t> output);

namespace reference {

/// With depth multiplier M = O / I and output channel oc = ic * M + m, all sums modulo 2^32:
///   acc = bias[oc] + sum over ky, kx of (input[n, iy, ix, ic] - input_zero_point) * filter[0, ky, kx, oc]
///   output = clamp(multiply_by_quantized_multiplier(acc, multipliers[oc]) + output_zero_point)
/// Source: TensorFlow Lite's int8 reference depthwise convolution.
///
/// Shapes: input [N, H, W, I]; filter [1, KH, KW, O]; bias [O] or empty; output [N, OH, OW, O], O a multiple of I.
/// The output must not overlap any argument. Thread- and interrupt-safe; no allocation. Errors (nothing written): as
/// conv2d, with kBadDepthMultiplier in place of kBadGroups.
[[nodiscard]] Status depthwise_conv2d(const DepthwiseConv2dParams& params, Tensor4<const std::int8_t> input,
                                      Tensor4<const std::int8_t> filter, std::span<const std::int32_t> bias,
                                      Tensor4<std::int8_t> output);

}  // namespace reference

namespace optimized {

/// Bytes of a packed filter. Precondition: a valid shape.
[[nodiscard]] std::size_t depthwise_conv2d_packed_size(const DepthwiseConv2dParams& params, Shape4 filter);

/// Packs filter, bias, multipliers and input zero point for depthwise_conv2d. Thread-safe. Errors (nothing written): as
/// depthwise_conv2d for these arguments; kPackedSize.
[[nodiscard]] Status pack_depthwise_conv2d(const DepthwiseConv2dParams& params, Tensor4<const std::int8_t> filter,
                                           std::span<const std::int32_t> bias, std::span<std::byte> packed);

/// Bytes of workspace that depthwise_conv2d needs, with (`packed`) or without packed weights. With few output channels
/// or a depth multiplier above 1 that includes one image with its padding: the largest size_t, which no workspace has,
/// when such an image would exceed 2^31 - 1 bytes. Precondition: shapes that check_depthwise_conv2d accepts.
[[nodiscard]] std::size_t depthwise_conv2d_workspace(const DepthwiseConv2dParams& params, Shape4 input, Shape4 filter,
                                                     Shape4 output, bool packed);

/// As reference::depthwise_conv2d, to the bit. More errors (nothing written): kPackedSize, kWorkspaceSize.
[[nodiscard]] Status depthwise_conv2d(const DepthwiseConv2dParams& params, Tensor4<const std::int8_t> input,
                                      Tensor4<const std::int8_t> filter, std::span<const std::int32_t> bias,
                                      Tensor4<std::int8_t> output, const Resources& resources);

}  // namespace optimized
}  // namespace auklet::kernels
