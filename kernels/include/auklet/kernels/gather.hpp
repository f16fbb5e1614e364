// GATHER: slices of a tensor, picked by an index tensor.
#pragma once

#include <auklet/kernels/status.hpp>
#include <auklet/kernels/tensor.hpp>
#include <cstddef>
#include <cstdint>

namespace auklet::kernels {

struct GatherParams {
  std::int32_t axis = 0;        ///< The input's dimension that the indices pick from: batch_dims to its rank - 1.
  std::int32_t batch_dims = 0;  ///< Leading dimensions that input and indices share: 0 to the indices' rank.
};

/// Says whether the arguments of gather belong together; kOk or the first error found. Reads the indices and no other
/// data.
[[nodiscard]] Status check_gather(const GatherParams& params, std::size_t element_bytes, Tensor<const std::byte> input,
                                  Tensor<const std::int32_t> indices, Tensor<std::byte> output);
[[nodiscard]] Status check_gather(const GatherParams& params, std::size_t element_bytes, Tensor<const std::byte> input,
                                  Tensor<const std::int64_t> indices, Tensor<std::byte> output);

namespace reference {

/// With b the batch coordinates, o those of the input between them and `axis`, and j those of the indices after b:
///   output[b, o, j, i] = input[b, o, indices[b, j], i]
/// Elements of `element_bytes` (1 to 8) of any type. Source: TensorFlow's definition of tf.gather.
///
/// Shapes: output = input[:axis] + indices[batch_dims:] + input[axis + 1:], the first batch_dims dimensions of input
/// and indices equal; they count elements, the spans of std::byte bytes. The output must not overlap an argument.
/// Thread- and interrupt-safe; no allocation. Errors (nothing written): kBadShape, kSizeOverflow (also for
/// element_bytes out of range), kNullPointer, kBufferSize, kBadAxis, kShapeMismatch, kOverlap, kBadIndex (an index
/// outside 0 to the dimension - 1).
[[nodiscard]] Status gather(const GatherParams& params, std::size_t element_bytes, Tensor<const std::byte> input,
                            Tensor<const std::int32_t> indices, Tensor<std::byte> output);
[[nodiscard]] Status gather(const GatherParams& params, std::size_t element_bytes, Tensor<const std::byte> input,
                            Tensor<const std::int64_t> indices, Tensor<std::byte> output);

}  // namespace reference
}  // namespace auklet::kernels
