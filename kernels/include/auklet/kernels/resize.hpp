// RESIZE_NEAREST_NEIGHBOR and RESIZE_BILINEAR: an image at another size.
#pragma once

#include <auklet/kernels/status.hpp>
#include <auklet/kernels/tensor.hpp>
#include <cstddef>
#include <cstdint>

namespace auklet::kernels {

/// How an output coordinate o meets the input, in one dimension.
enum class ResizeCoordinates : std::uint8_t {
  kAsymmetric,    ///< o * input / output.
  kAlignCorners,  ///< o * (input - 1) / (output - 1): the corners' centres meet. As kAsymmetric where output is 1.
  kHalfPixel,     ///< (o + 1/2) * input / output - 1/2: the images' edges meet.
};

/// Largest side of an image that resize_bilinear takes: 1/1024 of a pixel is its unit, in 31 bits.
inline constexpr std::int32_t kMaxResizeSide = 1 << 20;

/// resize_bilinear's unit: parts of a pixel.
inline constexpr std::int32_t kResizeUnit = 1 << 10;

/// Two neighbouring input coordinates and, in parts of kResizeUnit, the weight of the second.
struct ResizeNeighbours {
  std::int32_t first = 0;
  std::int32_t second = 0;
  std::int64_t weight = 0;  ///< Below 0 only where both are the same pixel.
};

/// The neighbours of output coordinate `o` in one dimension; see resize_bilinear for the formula. Pure. Preconditions:
/// 0 <= o < output, 1 <= input, output <= kMaxResizeSide.
[[nodiscard]] constexpr ResizeNeighbours resize_neighbours(ResizeCoordinates coordinates, std::int32_t o,
                                                           std::int32_t input, std::int32_t output) {
  const bool corners = coordinates == ResizeCoordinates::kAlignCorners && output > 1;
  const std::int64_t from = corners ? input - 1 : input;
  const std::int64_t to = corners ? output - 1 : output;
  const std::int64_t scale = (kResizeUnit * from + to / 2) / to;
  const bool half = coordinates == ResizeCoordinates::kHalfPixel;
  const std::int64_t at = o * scale + (half ? scale / 2 - kResizeUnit / 2 : 0);
  const std::int64_t last = input - 1;
  const std::int64_t below = at < 0 ? 0 : at / kResizeUnit;
  const std::int64_t above = (at + kResizeUnit - 1) / kResizeUnit;
  const std::int64_t first = below < last ? below : last;
  const std::int64_t second = above < last ? above : last;
  return {static_cast<std::int32_t>(first), static_cast<std::int32_t>(second), at - kResizeUnit * first};
}

/// Say whether the arguments of the operators below belong together; kOk or the first error found. Touch no data.
[[nodiscard]] Status check_resize_nearest(std::size_t element_bytes, Tensor4<const std::byte> input,
                                          Tensor4<std::byte> output);
[[nodiscard]] Status check_resize_bilinear(Tensor4<const std::int8_t> input, Tensor4<std::int8_t> output);

namespace reference {

/// output[n, y, x, c] = input[n, pick(y), pick(x), c], where pick computes in float: with scale = (input - 1) /
/// (output - 1) for kAlignCorners (and output > 1), else input / output,
///   kAsymmetric: floor(o * scale); kAlignCorners: round(o * scale), halves up; kHalfPixel: floor((o + 0.5) * scale);
/// at most input - 1. Source: TensorFlow Lite's reference RESIZE_NEAREST_NEIGHBOR.
///
/// Shapes: input [N, H, W, C], output [N, OH, OW, C]; they count elements of `element_bytes` (1 to 8) of any type, the
/// spans bytes. No overlap. Thread- and interrupt-safe (where float is); no allocation. Errors (nothing written):
/// kBadShape, kSizeOverflow (also for element_bytes out of range), kNullPointer, kBufferSize, kShapeMismatch, kOverlap.
[[nodiscard]] Status resize_nearest(ResizeCoordinates coordinates, std::size_t element_bytes,
                                    Tensor4<const std::byte> input, Tensor4<std::byte> output);

/// In units of 1/1024 pixel, with scale = round(1024 * input / output), or round(1024 * (input - 1) / (output - 1)) for
/// kAlignCorners (and output > 1): at = o * scale, for kHalfPixel + floor(scale / 2) - 512; the neighbours are
/// max(0, at / 1024) and min((at + 1023) / 1024, input - 1), divisions towards zero; the weight of the second is
/// at - 1024 * first. The four products' sum is divided by 2^20, halves away from zero.
/// Source: TensorFlow Lite's integer reference RESIZE_BILINEAR. Where its rounded scale would leave the image, the
/// first neighbour is the last pixel.
///
/// Shapes: input [N, H, W, C], output [N, OH, OW, C], of one quantisation; sides up to kMaxResizeSide. No overlap.
/// Thread- and interrupt-safe; no allocation. Errors (nothing written): kBadShape, kSizeOverflow, kNullPointer,
/// kBufferSize, kShapeMismatch, kOverlap.
[[nodiscard]] Status resize_bilinear(ResizeCoordinates coordinates, Tensor4<const std::int8_t> input,
                                     Tensor4<std::int8_t> output);

}  // namespace reference
}  // namespace auklet::kernels
