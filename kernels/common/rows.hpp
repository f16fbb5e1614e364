// Operators over the last dimension see a tensor as rows. Not part of the public interface.
#pragma once

#include <auklet/kernels/tensor.hpp>
#include <cstddef>
#include <cstdint>
#include <span>

namespace auklet::kernels::detail {

/// Length of the last dimension; a scalar is a row of one.
[[nodiscard]] constexpr std::int32_t row_length(const Shape& shape) {
  return shape.rank == 0 ? 1 : shape.dims[static_cast<std::size_t>(shape.rank - 1)];
}

/// Calls `function(input row, output row)` for every row. Precondition: valid tensors of equal shape.
template <class T, class Function>
constexpr void for_each_row(Tensor<const T> input, Tensor<T> output, Function function) {
  const auto length = static_cast<std::size_t>(row_length(input.shape));
  for (std::size_t start = 0; start < input.data.size(); start += length) {
    function(input.data.subspan(start, length), output.data.subspan(start, length));
  }
}

}  // namespace auklet::kernels::detail
