#include "matrix_rows.hpp"

#include <cstring>

namespace auklet::kernels::optimized {
namespace {

// Rows are padded with zeros; what they meet are the zeros of the panels.
void copy_rows(const MatrixRows& rows, std::size_t step, std::int8_t* to) {
  const auto length = static_cast<std::size_t>(rows.length);
  for (std::ptrdiff_t r = 0; r < rows.count; ++r, to += step) {
    const std::int8_t* from = rows.data + r * rows.row_stride;
    if (rows.element_stride == 1) {
      std::memcpy(to, from, length);
    } else {
      for (std::ptrdiff_t i = 0; i < rows.length; ++i) to[i] = from[i * rows.element_stride];
    }
    std::memset(to + length, 0, step - length);
  }
}

// With a weight w - zero_point the sum over a * w lacks zero_point times the sum over a.
std::int32_t row_start(const MatrixRows& rows, std::ptrdiff_t row, std::int32_t weight_zero_point) {
  std::uint32_t sum = 0;
  for (std::ptrdiff_t i = 0; i < rows.length; ++i) {
    sum += static_cast<std::uint32_t>(std::int32_t{rows.data[row * rows.row_stride + i * rows.element_stride]});
  }
  return static_cast<std::int32_t>(sum * static_cast<std::uint32_t>(-weight_zero_point));
}

}  // namespace

void set_rows(const MatrixRows& rows, std::int32_t weight_zero_point, std::span<std::byte> copy,
              std::span<std::byte> starts, Gemm& product) {
  product.rows = rows.data;
  product.row_step = rows.row_stride;
  product.row_count = product.rows_per_line = rows.count;
  product.quads = static_cast<std::int32_t>(quads_of(rows.length));
  if (!copy.empty()) {
    const std::size_t step = copy.size() / static_cast<std::size_t>(rows.count);
    auto* const to = reinterpret_cast<std::int8_t*>(copy.data());
    copy_rows(rows, step, to);
    product.rows = to;
    product.row_step = static_cast<std::ptrdiff_t>(step);
  }
  product.row_starts = nullptr;
  if (!starts.empty()) {
    auto* const row_starts = reinterpret_cast<std::int32_t*>(starts.data());
    for (std::int32_t r = 0; r < rows.count; ++r) row_starts[r] = row_start(rows, r, weight_zero_point);
    product.row_starts = row_starts;
  }
}

}  // namespace auklet::kernels::optimized
