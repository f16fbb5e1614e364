// PAD and PADV2: a tensor within a larger one of a constant.
#pragma once

#include <array>
#include <auklet/kernels/status.hpp>
#include <auklet/kernels/tensor.hpp>
#include <cstddef>
#include <cstdint>
#include <span>

namespace auklet::kernels {

struct PadParams {
  std::array<std::int32_t, kMaxRank> before{};  ///< Elements before the input in each dimension, at least 0; those
                                                ///< after it follow from the output's shape.
  std::span<const std::byte> value;             ///< One element: what is around. PAD of int8: the output's zero point.
};

/// Says whether the arguments of pad belong together; kOk or the first error found. Touches no data.
[[nodiscard]] Status check_pad(const PadParams& params, std::size_t element_bytes, Tensor<const std::byte> input,
                               Tensor<std::byte> output);

namespace reference {

/// output[o] = input[o - before] where that lies inside the input, else `value`. Elements of `element_bytes` (1 to 8)
/// of any type. Source: TensorFlow's definition of tf.pad.
///
/// Shapes: both of the same rank, output.dims[d] >= before[d] + input.dims[d]; they count elements, the spans bytes.
/// The output must not overlap the input or the value. Thread- and interrupt-safe; no allocation. Errors (nothing
/// written): kBadShape, kSizeOverflow (also for element_bytes out of range), kNullPointer, kBufferSize (also the
/// value's), kBadPadding, kShapeMismatch, kOverlap.
[[nodiscard]] Status pad(const PadParams& params, std::size_t element_bytes, Tensor<const std::byte> input,
                         Tensor<std::byte> output);

}  // namespace reference
}  // namespace auklet::kernels
