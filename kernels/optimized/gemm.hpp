// Products of int8 rows and packed panels, requantised to int8: what conv2d, fully_connected and batch_matmul are made
// of.
//
// Row r = line * columns_per_line + x of the left operand starts at rows + line * line_step + x * row_step (a pixel of
// an image, or a row of a matrix) and consists of segments: (i, j) starts i * outer_step + j * inner_step further on
// and has quads * 4 consecutive bytes (a filter row's pixels). Whole quads are read, so behind the last segment there
// must be bytes up to a multiple of 4; what they hold does not matter.
#pragma once

#include <auklet/kernels/resources.hpp>
#include <cstddef>
#include <cstdint>

#include "panels.hpp"

namespace auklet::kernels::optimized {

struct Gemm {
  const std::int8_t* rows = nullptr;
  std::int32_t row_count = 0;
  std::int32_t rows_per_line = 1;
  std::ptrdiff_t line_step = 0;
  std::ptrdiff_t row_step = 0;

  std::int32_t outer_segments = 1;
  std::int32_t inner_segments = 1;
  std::ptrdiff_t outer_step = 0;
  std::ptrdiff_t inner_step = 0;
  std::int32_t quads = 0;  ///< Of one segment.

  const std::byte* panels = nullptr;
  std::int32_t channels = 0;
  const std::int32_t* row_starts = nullptr;  ///< Added to all sums of a row; null: nothing is.

  std::int8_t* output = nullptr;   ///< [row, channel]
  std::ptrdiff_t output_step = 0;  ///< From row to row.
  OutputRange range;
  bool usual = false;  ///< all_usual() of the multipliers.
};

/// Computes the whole product, divided into tasks of `parallel`.
void gemm(const Gemm& product, const ParallelFor& parallel);

}  // namespace auklet::kernels::optimized
