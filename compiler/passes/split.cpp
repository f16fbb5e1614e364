#include "split.hpp"

#include <algorithm>
#include <cstddef>

namespace auklet::compiler::passes {

std::vector<RowPart> cut_rows(const plan::ConvOp& op, std::uint32_t unit, std::uint32_t most) {
  std::vector<RowPart> parts;
  const std::uint32_t rows = (op.out_h + most - 1) / most;
  for (std::uint32_t first = 0; first < op.out_h; first += rows) {
    RowPart part{.op = op, .in_row = 0, .out_row = first, .load_end = 0};
    part.op.out_h = std::min(rows, op.out_h - first);
    // Input rows [begin, end) of the part's windows; the padding above is counted in.
    const std::uint32_t begin = first * op.stride_h;
    const std::uint32_t reach = (op.kernel_h - 1) * op.dilation_h + 1;
    const std::uint32_t end = begin + (part.op.out_h - 1) * op.stride_h + reach;
    part.in_row = begin > op.pad_top ? begin - op.pad_top : 0;
    part.op.pad_top = op.pad_top > begin ? op.pad_top - begin : 0;
    const std::uint32_t last = std::min(op.in_h, end > op.pad_top ? end - op.pad_top : 0);
    if (last <= part.in_row) return {};  // Padding alone: not the usual image.
    part.op.in_h = last - part.in_row;
    part.load_end = std::min(op.in_h, (last + unit - 1) / unit * unit);
    parts.push_back(part);
  }
  if (!parts.empty()) parts.back().load_end = op.in_h;
  return parts;
}

}  // namespace auklet::compiler::passes
