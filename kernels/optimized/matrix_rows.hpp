// The left operand of a matrix product as gemm wants it: rows of whole quads, and sums where the right operand has a
// zero point.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "gemm.hpp"

namespace auklet::kernels::optimized {

/// A matrix, by rows or transposed: element (r, i) is data[r * row_stride + i * element_stride].
struct MatrixRows {
  const std::int8_t* data = nullptr;
  std::int32_t count = 0;
  std::int32_t length = 0;
  std::int32_t row_stride = 0;
  std::int32_t element_stride = 1;
};

/// Bytes for the copy of rows that are no multiple of 4 long or whose elements lie apart; 0 when none is needed.
[[nodiscard]] constexpr std::size_t row_copy_bytes(const MatrixRows& rows) {
  if (rows.length % kQuad == 0 && rows.element_stride == 1) return 0;
  return static_cast<std::size_t>(rows.count) * quads_of(rows.length) * static_cast<std::size_t>(kQuad);
}

/// Bytes for what is added to each row's sums; 0 when nothing is.
[[nodiscard]] constexpr std::size_t row_start_bytes(const MatrixRows& rows, std::int32_t weight_zero_point) {
  return weight_zero_point == 0 ? 0 : static_cast<std::size_t>(rows.count) * sizeof(std::int32_t);
}

/// Sets the left operand of `product`. Preconditions: `copy` and `starts` have exactly the bytes that the functions
/// above say; `starts` is aligned for int32.
void set_rows(const MatrixRows& rows, std::int32_t weight_zero_point, std::span<std::byte> copy,
              std::span<std::byte> starts, Gemm& product);

}  // namespace auklet::kernels::optimized
