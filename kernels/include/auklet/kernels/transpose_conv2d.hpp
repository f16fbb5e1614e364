// TRANSPOSE_CONV: int8 convolution run backwards; every input pixel stamps the filter onto the output.
#pragma once

#include <auklet/kernels/conv2d.hpp>
#include <cstdint>
#include <span>

namespace auklet::kernels {

/// The same fields as a convolution's; the window is that of the convolution from this output back to this input, so
/// that input row iy and filter row ky meet output row iy * stride_height - pad_top + ky * dilation_height.
using TransposeConv2dParams = Conv2dParams;

/// Says whether the arguments of transpose_conv2d belong together; kOk or the first error found. Touches no data.
[[nodiscard]] Status check_transpose_conv2d(const TransposeConv2dParams& params, Tensor4<const std::int8_t> input,
                                            Tensor4<const std::int8_t> filter, std::span<const std::int32_t> bias,
                                            Tensor4<std::int8_t> output);

namespace reference {

/// For each output element, with all sums modulo 2^32 over those iy, ky, ix, kx that meet it and every ic:
///   acc = bias[oc] + sum of (input[n, iy, ix, ic] - input_zero_point) * filter[oc, ky, kx, ic]
///   output = clamp(multiply_by_quantized_multiplier(acc, multipliers[oc]) + output_zero_point)
/// Source: TensorFlow Lite's int8 reference transposed convolution. What falls outside the output is dropped; an output
/// that no input reaches is the bias, requantised.
///
/// Shapes: input [N, H, W, I]; filter [O, KH, KW, I]; bias [O] or empty; output [N, OH, OW, O], OH and OW the caller's.
/// The output must not overlap any argument. Thread- and interrupt-safe; no allocation. Errors (nothing written): as
/// conv2d but kBadGroups.
[[nodiscard]] Status transpose_conv2d(const TransposeConv2dParams& params, Tensor4<const std::int8_t> input,
                                      Tensor4<const std::int8_t> filter, std::span<const std::int32_t> bias,
                                      Tensor4<std::int8_t> output);

}  // namespace reference
}  // namespace auklet::kernels
