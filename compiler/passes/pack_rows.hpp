// Convolutions of images of few channels. A step of the array takes 16 neighbouring bytes, but a kernel row of such an
// image has fewer: 4 of a kernel of 10x4 on one channel. Two convolutions then take fewer steps than one: the first
// puts each pixel next to those of the rows below it, as a pixel of more channels, by weights of 0 and 1; the second
// sees several kernel rows as one.
#pragma once

#include <cstdint>
#include <optional>

#include "lower.hpp"

namespace auklet::compiler::passes {

/// The two steps. What the first makes, pixels of a whole word, is what the second reads, as several pixels.
struct PackedOps {
  plan::ConvOp pack;
  plan::ConvOp conv;
};

/// The steps with `rows` kernel rows side by side, 2 or more; nothing where there are none.
[[nodiscard]] std::optional<PackedOps> pack_rows(const plan::ConvOp& op, std::uint32_t rows);

/// The steps with their weights; `ops` is what pack_rows() made of `work.op`.
[[nodiscard]] ConvWork packing_work(const PackedOps& ops);
[[nodiscard]] ConvWork packed_work(const ConvWork& work, const PackedOps& ops, std::uint32_t rows);

}  // namespace auklet::compiler::passes
