// ARG_MAX and ARG_MIN: where along one dimension the extreme value is.
#pragma once

#include <auklet/kernels/status.hpp>
#include <auklet/kernels/tensor.hpp>
#include <cstdint>
#include <span>

namespace auklet::kernels {

/// Which value arg_extreme looks for.
enum class Extreme : std::uint8_t { kMaximum, kMinimum };

namespace reference {

/// For each index into the other dimensions, the first position along `axis` (0 to rank - 1) of the largest or smallest
/// value. Source: TensorFlow Lite's reference ARG_MAX and ARG_MIN. A NaN is never an extreme unless it comes first.
///
/// In: int8, uint8, int32 or float; Out: int32 or int64. Shapes: input of rank 1 to kMaxRank; output has one element
/// for each index, in the input's order. The output must not overlap the input. Thread- and interrupt-safe; no
/// allocation. Errors (nothing written): kBadShape, kSizeOverflow, kNullPointer, kBufferSize, kBadAxis, kOverlap.
template <class In, class Out>
[[nodiscard]] Status arg_extreme(Extreme extreme, std::int32_t axis, Tensor<const In> input, std::span<Out> output);

}  // namespace reference
}  // namespace auklet::kernels
