// Convolutions of images of few channels. A step of the array takes 16 neighbouring bytes, but a kernel row of such an
// image has fewer: 4 of a kernel of 10x4 on one channel. Two convolutions then take fewer steps than one: the first
// puts each pixel next to those of the rows below it, as a pixel of more channels, by weights of 0 and 1; the second
// sees several kernel rows as one.
#pragma once

#include <cstdint>
#include <optional>

#include "hardware.hpp"
#include "lower.hpp"

namespace auklet::compiler::passes {

/// A convolution in two steps. What `pack` makes, pixels of a whole word, is what `conv` reads, as several pixels.
struct PackedRows {
  ConvWork pack;
  ConvWork conv;
};

/// The two steps with `rows` kernel rows side by side, 2 or more; nothing where there are none.
[[nodiscard]] std::optional<PackedRows> pack_rows_by(const ConvWork& work, std::uint32_t rows);

/// The two steps that take the fewest cycles, if they are clearly fewer than those of the convolution itself and
/// everything has its place in SRAM; else nothing.
[[nodiscard]] std::optional<PackedRows> pack_rows(const ConvWork& work, const Hardware& hardware);

}  // namespace auklet::compiler::passes
