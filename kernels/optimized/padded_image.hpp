// An image with its padding around it, as loops without border cases want it.
#pragma once

#include <auklet/kernels/resources.hpp>
#include <auklet/kernels/tensor.hpp>
#include <auklet/kernels/window.hpp>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "workspace.hpp"

namespace auklet::kernels::optimized {

/// What the windows of an operator reach of one image. Extents count pixels; everything fits 31 bits, as the checks of
/// the operators see to.
struct Reach {
  std::int64_t height = 0;
  std::int64_t width = 0;
  bool leaves_image = false;  ///< Whether a window reaches beyond the image.
};

[[nodiscard]] constexpr Reach reach_of(const Window2d& w, const Shape4& input, const Shape4& filter,
                                       const Shape4& output) {
  Reach reach;
  reach.height =
      std::int64_t{output.height - 1} * w.stride_height + std::int64_t{filter.height - 1} * w.dilation_height + 1;
  reach.width = std::int64_t{output.width - 1} * w.stride_width + std::int64_t{filter.width - 1} * w.dilation_width + 1;
  reach.leaves_image = w.pad_top > 0 || w.pad_left > 0 || reach.height > input.height || reach.width > input.width;
  return reach;
}

/// Bytes of a padded copy with `channels` a pixel and three bytes behind it, so that whole quads can be read
/// everywhere; the largest size_t when that would be more than 2^31 - 1.
[[nodiscard]] constexpr std::size_t padded_bytes(const Reach& reach, std::int32_t channels) {
  constexpr std::int64_t kMost = std::numeric_limits<std::int32_t>::max();
  const std::int64_t pixels = reach.height * reach.width;  // Both below 2^31.
  return pixels > kMost || pixels * channels > kMost ? std::numeric_limits<std::size_t>::max()
                                                     : static_cast<std::size_t>(pixels * channels) + 3;
}

/// Workspace for `packed` bytes of weights and an image copy of `copy` bytes, the largest size_t among them.
[[nodiscard]] constexpr std::size_t reserve_with_image(std::size_t packed, std::size_t copy) {
  return copy == std::numeric_limits<std::size_t>::max() ? copy : reserve(packed) + reserve(copy);
}

/// How an image becomes a padded copy.
struct PadImage {
  const std::int8_t* image = nullptr;  ///< [height, width, channels]
  Shape4 shape;                        ///< Of the input; the batch does not matter.
  Reach reach;
  std::int32_t pad_top = 0;
  std::int32_t pad_left = 0;
  std::int8_t zero_point = 0;
  std::int32_t repeat = 1;  ///< Each channel becomes so many.
  std::int32_t pixel = 0;  ///< Bytes of a pixel of the copy; at least channels * repeat, and what is more is undefined.
  std::int8_t* to = nullptr;
};

/// Writes the copy, rows divided into tasks of `parallel`.
void pad_image(const PadImage& job, const ParallelFor& parallel);

}  // namespace auklet::kernels::optimized
