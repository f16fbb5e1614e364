// DEPTH_TO_SPACE, SPACE_TO_DEPTH, SPACE_TO_BATCH_ND and BATCH_TO_SPACE_ND: blocks of an image's pixels become channels
// or images of a batch, and back.
#pragma once

#include <auklet/kernels/status.hpp>
#include <auklet/kernels/tensor.hpp>
#include <cstddef>
#include <cstdint>
#include <span>

namespace auklet::kernels {

/// Blocks of pixels that become a batch, and what surrounds the image then.
struct BatchBlocks {
  std::int32_t block_height = 1;  ///< At least 1.
  std::int32_t block_width = 1;   ///< At least 1.
  std::int32_t top = 0;   ///< Rows put before the image (SPACE_TO_BATCH_ND) or cut off (BATCH_TO_SPACE_ND); at least 0.
  std::int32_t left = 0;  ///< Columns, likewise. Those behind the image follow from the other tensor's shape.
};

/// Say whether the arguments of the operators below belong together; kOk or the first error found. Touch no data.
[[nodiscard]] Status check_depth_to_space(std::int32_t block, std::size_t element_bytes, Tensor4<const std::byte> input,
                                          Tensor4<std::byte> output);
[[nodiscard]] Status check_space_to_depth(std::int32_t block, std::size_t element_bytes, Tensor4<const std::byte> input,
                                          Tensor4<std::byte> output);
[[nodiscard]] Status check_space_to_batch(const BatchBlocks& blocks, std::span<const std::byte> value,
                                          std::size_t element_bytes, Tensor4<const std::byte> input,
                                          Tensor4<std::byte> output);
[[nodiscard]] Status check_batch_to_space(const BatchBlocks& blocks, std::size_t element_bytes,
                                          Tensor4<const std::byte> input, Tensor4<std::byte> output);

namespace reference {

/// With B = block: output[n, y, x, c] = input[n, y / B, x / B, ((y mod B) * B + x mod B) * C + c].
/// Source: TensorFlow's definition of tf.nn.depth_to_space (NHWC).
///
/// Shapes: input [N, H, W, B * B * C], output [N, H * B, W * B, C]; they count elements of `element_bytes` (1 to 8) of
/// any type, the spans bytes. No overlap. Thread- and interrupt-safe; no allocation. Errors (nothing written):
/// kBadShape, kSizeOverflow (also for element_bytes out of range), kNullPointer, kBufferSize, kBadBlock,
/// kShapeMismatch, kOverlap.
[[nodiscard]] Status depth_to_space(std::int32_t block, std::size_t element_bytes, Tensor4<const std::byte> input,
                                    Tensor4<std::byte> output);

/// The inverse of depth_to_space: input [N, H * B, W * B, C], output [N, H, W, B * B * C]. Safety and errors as there.
[[nodiscard]] Status space_to_depth(std::int32_t block, std::size_t element_bytes, Tensor4<const std::byte> input,
                                    Tensor4<std::byte> output);

/// With BH, BW the block's sides: output[(i * BW + j) * N + n, y, x, c] is the input's
/// [n, y * BH + i - top, x * BW + j - left, c] where that lies inside, else `value`.
/// Source: TensorFlow's definition of tf.space_to_batch_nd, for two spatial dimensions.
///
/// Shapes: input [N, H, W, C]; output [N * BH * BW, OH, OW, C] with OH * BH >= top + H, OW * BW >= left + W. `value` is
/// one element (int8: the output's zero point). Safety and errors as depth_to_space, with kBadPadding (top or left
/// negative).
[[nodiscard]] Status space_to_batch(const BatchBlocks& blocks, std::span<const std::byte> value,
                                    std::size_t element_bytes, Tensor4<const std::byte> input,
                                    Tensor4<std::byte> output);

/// The inverse: output[n, y, x, c] = input[((y + top) mod BH * BW + (x + left) mod BW) * N + n, (y + top) / BH,
/// (x + left) / BW, c]. Source: TensorFlow's definition of tf.batch_to_space_nd, for two spatial dimensions.
///
/// Shapes: input [N * BH * BW, IH, IW, C]; output [N, H, W, C] with top + H <= IH * BH, left + W <= IW * BW. Safety and
/// errors as space_to_batch.
[[nodiscard]] Status batch_to_space(const BatchBlocks& blocks, std::size_t element_bytes,
                                    Tensor4<const std::byte> input, Tensor4<std::byte> output);

}  // namespace reference
}  // namespace auklet::kernels
