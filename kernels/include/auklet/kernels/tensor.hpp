// Shapes and views of tensors. Nothing here owns memory: data is the caller's, row-major, last dimension fastest.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <type_traits>

namespace auklet::kernels {

/// Largest rank of a Shape.
inline constexpr std::int32_t kMaxRank = 6;

/// Multiplies `count` by `dimension`; -1 stands for "a dimension below one" and "more than 2^31 - 1 elements", and
/// stays.
[[nodiscard]] constexpr std::int64_t multiply_count(std::int64_t count, std::int32_t dimension) {
  if (count < 0 || dimension < 1) return -1;
  const std::int64_t product = count * dimension;  // Both below 2^31: no overflow.
  return product > std::numeric_limits<std::int32_t>::max() ? -1 : product;
}

/// Shape of an image tensor, NHWC; or of a filter, OHWI, where `batch` counts the output channels.
struct Shape4 {
  std::int32_t batch = 1;
  std::int32_t height = 1;
  std::int32_t width = 1;
  std::int32_t channels = 1;
  friend constexpr bool operator==(const Shape4&, const Shape4&) = default;
};

/// Elements of `shape`, or -1 when a dimension is below one or there are more than 2^31 - 1.
[[nodiscard]] constexpr std::int64_t element_count(const Shape4& shape) {
  return multiply_count(multiply_count(multiply_count(multiply_count(1, shape.batch), shape.height), shape.width),
                        shape.channels);
}

/// Index of one element. Precondition: `element_count(shape) > 0` and every coordinate lies inside.
[[nodiscard]] constexpr std::size_t element_index(const Shape4& shape, std::int32_t n, std::int32_t y, std::int32_t x,
                                                  std::int32_t c) {
  const std::int32_t index = ((n * shape.height + y) * shape.width + x) * shape.channels + c;
  return static_cast<std::size_t>(index);
}

/// View of an image or filter.
template <class T>
struct Tensor4 {
  Shape4 shape;
  std::span<T> data;
  constexpr operator Tensor4<const T>() const  // NOLINT(google-explicit-constructor): as span<T> to span<const T>.
    requires(!std::is_const_v<T>)
  {
    return {shape, data};
  }
};

/// Shape of any rank up to kMaxRank; rank 0 is a scalar. Dimensions from `rank` on are not looked at.
struct Shape {
  std::array<std::int32_t, kMaxRank> dims{};
  std::int32_t rank = 0;
};

/// `make_shape(2, 3, 4)` is the shape [2, 3, 4].
template <class... Dims>
  requires(sizeof...(Dims) <= static_cast<std::size_t>(kMaxRank))
[[nodiscard]] constexpr Shape make_shape(Dims... dims) {
  return {{static_cast<std::int32_t>(dims)...}, static_cast<std::int32_t>(sizeof...(Dims))};
}

/// Elements of `shape`, or -1 when the rank is out of range, a dimension is below one or there are more than 2^31 - 1.
[[nodiscard]] constexpr std::int64_t element_count(const Shape& shape) {
  if (shape.rank < 0 || shape.rank > kMaxRank) return -1;
  std::int64_t count = 1;
  for (std::int32_t i = 0; i < shape.rank; ++i) count = multiply_count(count, shape.dims[static_cast<std::size_t>(i)]);
  return count;
}

/// View of a tensor of any rank.
template <class T>
struct Tensor {
  Shape shape;
  std::span<T> data;
  constexpr operator Tensor<const T>() const  // NOLINT(google-explicit-constructor): as span<T> to span<const T>.
    requires(!std::is_const_v<T>)
  {
    return {shape, data};
  }
};

/// View of a matrix, row-major.
template <class T>
struct Matrix {
  std::int32_t rows = 1;
  std::int32_t columns = 1;
  std::span<T> data;
  constexpr operator Matrix<const T>() const  // NOLINT(google-explicit-constructor): as span<T> to span<const T>.
    requires(!std::is_const_v<T>)
  {
    return {rows, columns, data};
  }
};

}  // namespace auklet::kernels
