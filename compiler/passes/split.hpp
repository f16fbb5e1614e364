// The first convolution of a segment, cut into rows: each part can start when its rows of the image have arrived.
#pragma once

#include <auklet/plan/operators.hpp>
#include <cstdint>
#include <vector>

namespace auklet::compiler::passes {

/// Output rows [out_row, out_row + op.out_h) of a convolution, as a convolution of their own.
struct RowPart {
  plan::ConvOp op;  ///< Its input begins at input row `in_row`.
  std::uint32_t in_row = 0;
  std::uint32_t out_row = 0;
  std::uint32_t load_end = 0;  ///< Input rows that must be there; ascends, and ends with all of them.
};

/// Cuts a convolution of one image into up to `most` parts. Rows of the image are loaded in multiples of `unit`. One
/// part, or none, when it is not worth it.
[[nodiscard]] std::vector<RowPart> cut_rows(const plan::ConvOp& op, std::uint32_t unit, std::uint32_t most);

}  // namespace auklet::compiler::passes
