#include <auklet/kernels/conv2d.hpp>

#include "window_taps.hpp"

namespace auklet::kernels::reference {
namespace {

// Sum of one output element's products modulo 2^32, without bias. `first_channel` is the first input channel of the
// element's group.
std::uint32_t dot(const Conv2dParams& params, Tensor4<const std::int8_t> input, Tensor4<const std::int8_t> filter,
                  std::int32_t n, std::int32_t oy, std::int32_t ox, std::int32_t oc, std::int32_t first_channel) {
  const Window2d& w = params.window;
  std::uint32_t sum = 0;
  for (std::int32_t ky = 0; ky < filter.shape.height; ++ky) {
    const std::int32_t iy = oy * w.stride_height - w.pad_top + ky * w.dilation_height;
    if (!inside(iy, input.shape.height)) continue;
    for (std::int32_t kx = 0; kx < filter.shape.width; ++kx) {
      const std::int32_t ix = ox * w.stride_width - w.pad_left + kx * w.dilation_width;
      if (!inside(ix, input.shape.width)) continue;
      const std::int8_t* in = &input.data[element_index(input.shape, n, iy, ix, first_channel)];
      const std::int8_t* weights = &filter.data[element_index(filter.shape, oc, ky, kx, 0)];
      for (std::int32_t ic = 0; ic < filter.shape.channels; ++ic) {
        sum += static_cast<std::uint32_t>((in[ic] - params.input_zero_point) * weights[ic]);
      }
    }
  }
  return sum;
}

}  // namespace

Status conv2d(const Conv2dParams& params, Tensor4<const std::int8_t> input, Tensor4<const std::int8_t> filter,
              std::span<const std::int32_t> bias, Tensor4<std::int8_t> output) {
  const Status status = check_conv2d(params, input, filter, bias, output);
  if (status != Status::kOk) return status;

  const Shape4& shape = output.shape;
  const std::int32_t groups = input.shape.channels / filter.shape.channels;
  const std::int32_t outputs_per_group = shape.channels / groups;
  std::size_t element = 0;
  for (std::int32_t n = 0; n < shape.batch; ++n) {
    for (std::int32_t oy = 0; oy < shape.height; ++oy) {
      for (std::int32_t ox = 0; ox < shape.width; ++ox) {
        for (std::int32_t oc = 0; oc < shape.channels; ++oc) {
          const std::int32_t first_channel = oc / outputs_per_group * filter.shape.channels;
          const std::uint32_t sum = dot(params, input, filter, n, oy, ox, oc, first_channel);
          output.data[element++] =
              finish(sum, oc, bias, params.multipliers, params.output_zero_point, params.activation);
        }
      }
    }
  }
  return Status::kOk;
}

}  // namespace auklet::kernels::reference
