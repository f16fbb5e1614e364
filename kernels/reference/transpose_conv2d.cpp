#include <auklet/kernels/transpose_conv2d.hpp>

#include "window_taps.hpp"

namespace auklet::kernels::reference {
namespace {

constexpr std::int32_t kNone = -1;

// The input coordinate that filter tap `k` carries to output coordinate `o`, or kNone.
std::int32_t source(std::int32_t o, std::int32_t k, std::int32_t stride, std::int32_t dilation, std::int32_t pad,
                    std::int32_t input) {
  const std::int64_t stamped = std::int64_t{o} + pad - std::int64_t{k} * dilation;
  if (stamped < 0 || stamped % stride != 0 || stamped / stride >= input) return kNone;
  return static_cast<std::int32_t>(stamped / stride);
}

std::uint32_t dot(const TransposeConv2dParams& params, const Tensor4<const std::int8_t>& input,
                  const Tensor4<const std::int8_t>& filter, std::int32_t n, std::int32_t oy, std::int32_t ox,
                  std::int32_t oc) {
  const Window2d& w = params.window;
  std::uint32_t sum = 0;
  for (std::int32_t ky = 0; ky < filter.shape.height; ++ky) {
    const std::int32_t iy = source(oy, ky, w.stride_height, w.dilation_height, w.pad_top, input.shape.height);
    if (iy == kNone) continue;
    for (std::int32_t kx = 0; kx < filter.shape.width; ++kx) {
      const std::int32_t ix = source(ox, kx, w.stride_width, w.dilation_width, w.pad_left, input.shape.width);
      if (ix == kNone) continue;
      const std::size_t in = element_index(input.shape, n, iy, ix, 0);
      const std::size_t weight = element_index(filter.shape, oc, ky, kx, 0);
      for (std::size_t ic = 0; ic < static_cast<std::size_t>(input.shape.channels); ++ic) {
        sum += static_cast<std::uint32_t>((input.data[in + ic] - params.input_zero_point) * filter.data[weight + ic]);
      }
    }
  }
  return sum;
}

}  // namespace

Status transpose_conv2d(const TransposeConv2dParams& params, Tensor4<const std::int8_t> input,
                        Tensor4<const std::int8_t> filter, std::span<const std::int32_t> bias,
                        Tensor4<std::int8_t> output) {
  const Status status = check_transpose_conv2d(params, input, filter, bias, output);
  if (status != Status::kOk) return status;

  std::size_t element = 0;
  for (std::int32_t n = 0; n < output.shape.batch; ++n) {
    for (std::int32_t oy = 0; oy < output.shape.height; ++oy) {
      for (std::int32_t ox = 0; ox < output.shape.width; ++ox) {
        for (std::int32_t oc = 0; oc < output.shape.channels; ++oc) {
          const std::uint32_t sum = dot(params, input, filter, n, oy, ox, oc);
          output.data[element++] =
              finish(sum, oc, bias, params.multipliers, params.output_zero_point, params.activation);
        }
      }
    }
  }
  return Status::kOk;
}

}  // namespace auklet::kernels::reference
