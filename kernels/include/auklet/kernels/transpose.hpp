// TRANSPOSE: the dimensions of a tensor in another order.
#pragma once

#include <array>
#include <auklet/kernels/status.hpp>
#include <auklet/kernels/tensor.hpp>
#include <cstddef>
#include <cstdint>

namespace auklet::kernels {

/// Entry i names the input's dimension that becomes the output's dimension i; entries from the rank on are not looked
/// at.
using Permutation = std::array<std::int32_t, kMaxRank>;

/// Says whether the arguments of transpose belong together; kOk or the first error found. Touches no data.
[[nodiscard]] Status check_transpose(const Permutation& permutation, std::size_t element_bytes,
                                     Tensor<const std::byte> input, Tensor<std::byte> output);

namespace reference {

/// output[o0, o1, ...] = input[i0, i1, ...] where i of dimension permutation[d] is o of dimension d. Elements of
/// `element_bytes` (1 to 8) of any type. Source: TensorFlow's definition of tf.transpose.
///
/// Shapes: output.dims[d] = input.dims[permutation[d]]; they count elements, the spans bytes. The output must not
/// overlap the input. Thread- and interrupt-safe; no allocation. Errors (nothing written): kBadShape, kSizeOverflow
/// (also for element_bytes out of range), kNullPointer, kBufferSize, kShapeMismatch, kBadAxis, kOverlap.
[[nodiscard]] Status transpose(const Permutation& permutation, std::size_t element_bytes, Tensor<const std::byte> input,
                               Tensor<std::byte> output);

}  // namespace reference
}  // namespace auklet::kernels
