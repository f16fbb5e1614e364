// Convolutions of few output channels. The array computes 16 lanes at a time, but a position of such a convolution has
// fewer. Neighbouring columns share the lanes instead: the channels of two or more of them are those of one position,
// whose window is wider by their distance. In memory, and at a compact pitch in SRAM, nothing changes.
#pragma once

#include <cstdint>
#include <optional>

#include "lower.hpp"

namespace auklet::compiler::passes {

/// The convolution with `columns` output columns as one, 2 or more; nothing where they make no whole words.
[[nodiscard]] std::optional<plan::ConvOp> join_columns(const plan::ConvOp& op, std::uint32_t columns);

/// The same with its weights and parameters; `joined` is what join_columns() made of `work.op`.
[[nodiscard]] ConvWork joined_work(const ConvWork& work, const plan::ConvOp& joined, std::uint32_t columns);

}  // namespace auklet::compiler::passes
