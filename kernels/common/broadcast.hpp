// Broadcasting of two operands to one shape, as NumPy and TensorFlow define it: shapes are aligned at the last
// dimension, missing dimensions count as 1, and a dimension of 1 repeats. Not part of the public interface.
#pragma once

#include <array>
#include <auklet/kernels/tensor.hpp>
#include <cstddef>
#include <cstdint>

namespace auklet::kernels::detail {

inline constexpr std::size_t kRank = static_cast<std::size_t>(kMaxRank);

using Dims = std::array<std::int32_t, kRank>;

/// `shape` with leading ones, to rank kMaxRank. Precondition: 0 <= shape.rank <= kMaxRank.
[[nodiscard]] constexpr Dims extend(const Shape& shape) {
  Dims dims{};
  const std::size_t rank = static_cast<std::size_t>(shape.rank);
  for (std::size_t i = 0; i < kRank; ++i) dims[i] = i + rank < kRank ? 1 : shape.dims[i + rank - kRank];
  return dims;
}

/// Whether both shapes are valid and have the same rank and dimensions.
[[nodiscard]] constexpr bool same_shape(const Shape& a, const Shape& b) {
  return a.rank == b.rank && extend(a) == extend(b);
}

/// Whether `a` and `b` broadcast to exactly `output` (whose leading ones do not matter).
[[nodiscard]] constexpr bool broadcasts_to(const Shape& a, const Shape& b, const Shape& output) {
  const Dims da = extend(a);
  const Dims db = extend(b);
  const Dims out = extend(output);
  for (std::size_t i = 0; i < kRank; ++i) {
    const bool compatible = da[i] == db[i] || da[i] == 1 || db[i] == 1;
    if (!compatible || out[i] != (da[i] == 1 ? db[i] : da[i])) return false;
  }
  return true;
}

/// Elements from one index to the next in each dimension of an operand; 0 where it repeats.
[[nodiscard]] constexpr Dims broadcast_strides(const Shape& operand) {
  const Dims dims = extend(operand);
  Dims strides{};
  std::int32_t stride = 1;
  for (std::size_t i = kRank; i-- > 0;) {
    strides[i] = dims[i] == 1 ? 0 : stride;
    stride *= dims[i];
  }
  return strides;
}

/// Sum of index times stride over all dimensions.
[[nodiscard]] constexpr std::size_t dot(const Dims& index, const Dims& strides) {
  std::int32_t offset = 0;
  for (std::size_t i = 0; i < kRank; ++i) offset += index[i] * strides[i];
  return static_cast<std::size_t>(offset);
}

/// Counts `index` up by one like an odometer: the last dimension turns fastest. Wraps to zero after the last index.
constexpr void advance(Dims& index, const Dims& dims) {
  for (std::size_t i = kRank; i-- > 0;) {
    if (++index[i] < dims[i]) return;
    index[i] = 0;
  }
}

/// output = function(a, b) element by element. Precondition: valid tensors, and a and b broadcast to the output.
template <class T, class Function>
constexpr void for_each_pair(Tensor<const T> a, Tensor<const T> b, Tensor<T> output, Function function) {
  const Dims dims = extend(output.shape);
  const Dims a_strides = broadcast_strides(a.shape);
  const Dims b_strides = broadcast_strides(b.shape);
  Dims index{};
  for (T& element : output.data) {
    element = function(a.data[dot(index, a_strides)], b.data[dot(index, b_strides)]);
    advance(index, dims);
  }
}

}  // namespace auklet::kernels::detail
