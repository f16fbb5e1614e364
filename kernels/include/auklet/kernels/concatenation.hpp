// CONCATENATION: tensors one after the other along a dimension. PACK is a call of it with that dimension put in.
#pragma once

#include <auklet/kernels/status.hpp>
#include <auklet/kernels/tensor.hpp>
#include <cstddef>
#include <cstdint>
#include <span>

namespace auklet::kernels {

/// Says whether the arguments of concatenation belong together; kOk or the first error found. Touches no data.
[[nodiscard]] Status check_concatenation(std::int32_t axis, std::size_t element_bytes,
                                         std::span<const Tensor<const std::byte>> inputs, Tensor<std::byte> output);

namespace reference {

/// Joins `inputs` along dimension `axis`, elements of `element_bytes` (1 to 8) of any type and, if they stand for real
/// numbers, of one quantisation. Source: TensorFlow's definition of tf.concat.
///
/// Shapes: all of the same rank and, but for dimension `axis`, equal; the output's extent there is the inputs' sum.
/// Shapes count elements, the spans bytes. The output must not overlap an input. Thread- and interrupt-safe; no
/// allocation. Errors (nothing written): kBadShape, kSizeOverflow (also for element_bytes out of range), kNullPointer,
/// kBufferSize, kBadAxis, kShapeMismatch (also for no inputs), kOverlap.
[[nodiscard]] Status concatenation(std::int32_t axis, std::size_t element_bytes,
                                   std::span<const Tensor<const std::byte>> inputs, Tensor<std::byte> output);

}  // namespace reference
}  // namespace auklet::kernels
