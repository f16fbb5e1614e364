// MINIMUM and MAXIMUM of two int8 tensors, with broadcasting. The quantised values themselves are compared, so operands
// and output should share scale and zero point.
#pragma once

#include <auklet/kernels/resources.hpp>
#include <auklet/kernels/status.hpp>
#include <auklet/kernels/tensor.hpp>
#include <cstdint>

namespace auklet::kernels {

/// Says whether the arguments of minimum or maximum belong together; kOk or the first error found. Touches no data.
[[nodiscard]] Status check_minimum_maximum(Tensor<const std::int8_t> a, Tensor<const std::int8_t> b,
                                           Tensor<std::int8_t> output);

namespace reference {

/// The smaller of each two elements. Source: TensorFlow Lite's reference MINIMUM.
///
/// Shapes: aligned at the last dimension, a dimension of 1 repeats; output has the broadcast shape, rank up to
/// kMaxRank. The output may be the same memory as an operand of the same shape; other overlap is refused. Thread- and
/// interrupt-safe; no allocation. Errors (nothing written): kBadShape, kSizeOverflow, kNullPointer, kBufferSize,
/// kBadBroadcast, kOverlap.
[[nodiscard]] Status minimum(Tensor<const std::int8_t> a, Tensor<const std::int8_t> b, Tensor<std::int8_t> output);

/// The larger of each two elements. Shapes, safety and errors as minimum.
[[nodiscard]] Status maximum(Tensor<const std::int8_t> a, Tensor<const std::int8_t> b, Tensor<std::int8_t> output);

}  // namespace reference

namespace optimized {

/// As the reference, to the bit; fast where optimized::add is. Of the resources only `parallel` is used.
[[nodiscard]] Status minimum(Tensor<const std::int8_t> a, Tensor<const std::int8_t> b, Tensor<std::int8_t> output,
                             const Resources& resources);
[[nodiscard]] Status maximum(Tensor<const std::int8_t> a, Tensor<const std::int8_t> b, Tensor<std::int8_t> output,
                             const Resources& resources);

}  // namespace optimized
}  // namespace auklet::kernels
