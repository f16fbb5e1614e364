// PAD operators that the convolutions behind them take over: their border becomes the convolution's own padding, which
// costs nothing, and where nobody else reads what PAD would write, the operator is gone.
#pragma once

#include <auklet/compiler/ir.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace auklet::compiler::passes {

/// What a convolution takes over.
struct PadFold {
  std::size_t pad = 0;     ///< The PAD operator.
  std::int32_t input = 0;  ///< Its input tensor.
  std::uint32_t top = 0;   ///< Rows before the image.
  std::uint32_t left = 0;  ///< Columns before the image.
};

struct Folds {
  std::vector<std::optional<PadFold>> of;  ///< By operator: the PAD that this convolution takes over.
  std::vector<bool> gone;                  ///< By operator: a PAD that nobody needs any more.
};

/// Finds the folds of a valid graph. Operators that `refused` names stay on the CPU and take nothing over.
[[nodiscard]] Folds find_folds(const Graph& graph, const std::vector<bool>& refused);

}  // namespace auklet::compiler::passes
