#include <auklet/kernels/depthwise_conv2d.hpp>

#include "window_taps.hpp"

namespace auklet::kernels::reference {
namespace {

// Sum of one output element's products modulo 2^32, without bias.
std::uint32_t dot(const DepthwiseConv2dParams& params, Tensor4<const std::int8_t> input,
                  Tensor4<const std::int8_t> filter, std::int32_t n, std::int32_t oy, std::int32_t ox, std::int32_t ic,
                  std::int32_t oc) {
  const Window2d& w = params.window;
  std::uint32_t sum = 0;
  for (std::int32_t ky = 0; ky < filter.shape.height; ++ky) {
    const std::int32_t iy = oy * w.stride_height - w.pad_top + ky * w.dilation_height;
    if (!inside(iy, input.shape.height)) continue;
    for (std::int32_t kx = 0; kx < filter.shape.width; ++kx) {
      const std::int32_t ix = ox * w.stride_width - w.pad_left + kx * w.dilation_width;
      if (!inside(ix, input.shape.width)) continue;
      const std::int32_t value = input.data[element_index(input.shape, n, iy, ix, ic)] - params.input_zero_point;
      sum += static_cast<std::uint32_t>(value * filter.data[element_index(filter.shape, 0, ky, kx, oc)]);
    }
  }
  return sum;
}

}  // namespace

Status depthwise_conv2d(const DepthwiseConv2dParams& params, Tensor4<const std::int8_t> input,
                        Tensor4<const std::int8_t> filter, std::span<const std::int32_t> bias,
                        Tensor4<std::int8_t> output) {
  const Status status = check_depthwise_conv2d(params, input, filter, bias, output);
  if (status != Status::kOk) return status;

  const Shape4& shape = output.shape;
  const std::int32_t depth_multiplier = shape.channels / input.shape.channels;
  std::size_t element = 0;
  for (std::int32_t n = 0; n < shape.batch; ++n) {
    for (std::int32_t oy = 0; oy < shape.height; ++oy) {
      for (std::int32_t ox = 0; ox < shape.width; ++ox) {
        for (std::int32_t oc = 0; oc < shape.channels; ++oc) {
          const std::uint32_t sum = dot(params, input, filter, n, oy, ox, oc / depth_multiplier, oc);
          output.data[element++] =
              finish(sum, oc, bias, params.multipliers, params.output_zero_point, params.activation);
        }
      }
    }
  }
  return Status::kOk;
}

}  // namespace auklet::kernels::reference
