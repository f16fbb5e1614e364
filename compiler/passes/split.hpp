// Convolutions cut into parts that need not wait for all that the whole needs.
//
// One of many weights is cut into ranges of output tiles: each can start when its weights are there, and their place is
// free behind it. One whose result goes to memory is cut into rows: those that are done are stored while the next ones
// are computed. A first one, whose image comes from memory as well, is cut both ways (arrivals.hpp).
#pragma once

#include <auklet/plan/plan.hpp>
#include <auklet/spec/spec.hpp>
#include <cstdint>
#include <vector>

namespace auklet::compiler::passes {

/// What a cycle brings from memory where it is fast.
inline constexpr std::uint32_t kLoadBytesPerCycle = 8;

/// Estimated cycles of computing so many tiles, or 0 when they are beyond what the SRAM or a command can hold.
[[nodiscard]] std::uint64_t compute_cycles(const plan::ConvOp& op, const plan::ConvLayout& layout,
                                           const spec::HardwareConfig& config, std::uint32_t tiles);

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

/// Cuts a convolution's tiles, all of them, into parts for weights to be loaded one by one. One part when it is not
/// worth it. `first`: nothing can be computed before its weights come, so that the first part is small. Precondition:
/// conv_layout() made the layout for the operator and the configuration.
[[nodiscard]] std::vector<plan::TileRange> cut_tiles(const plan::ConvOp& op, const plan::ConvLayout& layout,
                                                     const spec::HardwareConfig& config, bool first);

}  // namespace auklet::compiler::passes
