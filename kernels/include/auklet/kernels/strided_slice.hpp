// STRIDED_SLICE: a box of a tensor, with steps. SLICE, SPLIT, SPLIT_V and UNPACK are calls of it too.
#pragma once

#include <array>
#include <auklet/kernels/status.hpp>
#include <auklet/kernels/tensor.hpp>
#include <cstddef>
#include <cstdint>

namespace auklet::kernels {

/// Where the box begins and how it steps, a dimension an entry; the output's shape says where it ends. Masks, negative
/// positions and dimensions that come or go are resolved before: a dropped dimension is one of extent 1.
struct StridedSliceParams {
  std::array<std::int32_t, kMaxRank> begin{};   ///< 0 to the input's dimension - 1.
  std::array<std::int32_t, kMaxRank> stride{};  ///< Not 0; negative runs backwards.
};

/// Says whether the arguments of strided_slice belong together; kOk or the first error found. Touches no data.
[[nodiscard]] Status check_strided_slice(const StridedSliceParams& params, std::size_t element_bytes,
                                         Tensor<const std::byte> input, Tensor<std::byte> output);

namespace reference {

/// output[o0, o1, ...] = input[begin0 + o0 * stride0, begin1 + o1 * stride1, ...], elements of `element_bytes` (1 to 8)
/// of any type. Source: TensorFlow's definition of tf.strided_slice.
///
/// Shapes: both of the same rank; they count elements, the spans bytes. The output must not overlap the input. Thread-
/// and interrupt-safe; no allocation. Errors (nothing written): kBadShape, kSizeOverflow (also for element_bytes out of
/// range), kNullPointer, kBufferSize, kShapeMismatch (ranks differ), kBadStride (a stride of 0), kBadIndex, kOverlap.
[[nodiscard]] Status strided_slice(const StridedSliceParams& params, std::size_t element_bytes,
                                   Tensor<const std::byte> input, Tensor<std::byte> output);

}  // namespace reference
}  // namespace auklet::kernels
