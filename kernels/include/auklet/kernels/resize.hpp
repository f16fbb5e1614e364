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
