// In which order a first convolution's operands come from memory.
//
// Rows of the image and tiles of the weights come one after the other, and whatever comes is computed with all that is
// there of the other kind: a block of the result for each LOAD.
//
//             tiles             LOAD 1 brings the first tile's weights, LOAD 2 the first rows, and so on; the number of
//         | 2 | 3 | 5 |         a block is that of the LOAD that it waits for. Either side grows as long as that keeps
//    rows | 4 | 4 | 5 |         the array busier than the other would, and the later ones come while there is something
//         | 6 | 6 | 6 |         to do, so that they are large. Finished rows are stored meanwhile: the last are few.
//
// Precondition of all that: the weights of all tiles have their places side by side.
#pragma once

#include <auklet/plan/plan.hpp>
#include <auklet/spec/spec.hpp>
#include <cstdint>
#include <vector>

#include "rows.hpp"

namespace auklet::compiler::passes {

/// A part of the result.
struct ResultBlock {
  plan::TileRange tiles;
  Rows rows;

  [[nodiscard]] bool empty() const { return tiles.count == 0 || rows.empty(); }
};

/// Something comes, is computed with, and what is done of the result goes. Each may be nothing.
struct Arrival {
  plan::TileRange tiles;  ///< Weights and parameters of these tiles come.
  Rows rows;              ///< Rows of the image come.
  ResultBlock computed;
  ResultBlock stored;
};

/// Arrivals of all of a convolution, the shortest that are found; none when one LOAD of each operand and one command
/// do as well. `unit`: rows of the image are loaded in multiples of it. `stored`: the result goes to memory.
/// Precondition: conv_layout() made the layout for the operator, which has one image, and the configuration.
[[nodiscard]] std::vector<Arrival> plan_arrivals(const plan::ConvOp& op, const plan::ConvLayout& layout,
                                                 const spec::HardwareConfig& config, std::uint32_t unit, bool stored);

}  // namespace auklet::compiler::passes
