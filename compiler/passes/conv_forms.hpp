// Which of several ways to write one convolution suits the array best: as it is, with kernel rows side by side
// (pack_rows.hpp), with output columns side by side (join_columns.hpp), or both.
#pragma once

#include <cstdint>
#include <optional>

#include "hardware.hpp"
#include "lower.hpp"

namespace auklet::compiler::passes {

struct ConvForm {
  std::optional<ConvWork> pack;  ///< A step before the convolution, whose result it reads.
  ConvWork conv;
  std::uint32_t columns = 1;  ///< Output columns that are one.
};

/// The form of fewest estimated cycles. Another than the convolution itself takes clearly fewer, and everything has its
/// place in SRAM. `compact` says that whoever reads the result takes its pixels at a compact pitch.
[[nodiscard]] ConvForm best_form(const ConvWork& work, bool compact, const Hardware& hardware);

/// Whether every reader of a tensor takes its pixels at a compact pitch: then a result may lie so in SRAM.
[[nodiscard]] bool read_compact(const Graph& graph, const Folds& folds, std::int32_t tensor);

}  // namespace auklet::compiler::passes
