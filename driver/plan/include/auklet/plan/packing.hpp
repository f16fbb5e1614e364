// Weights and requantisation parameters in the order in which the array reads them (docs/command-stream.md, CONV and
// DWCONV, DWROWS).
//
// Output channels are cut into tiles of 16. A tile's weights are blocks of 256 bytes, one per step of the reduction, 16
// input bytes each. Which bytes those are depends on the form:
//
//   kPixel      a step is 16 neighbouring channels of one tap; a tap has `chunks` steps
//   kPackedRow  a step is 16 neighbouring bytes of a whole kernel row (kernel_w * in_c bytes): compact shallow inputs
//   kDepthwise  one block holds all taps of 16 channels: the register window
//   kDepthwiseRows  a step is a kernel row of 16 channels, up to DWROWS_COLS taps: depthwise kernels beyond the window
//
// A grouped convolution is kPixel with zeros: every tile sees a window of input channels that holds its groups, and the
// window moves by a constant from tile to tile (in_tile_step). Where no constant serves all tiles, they are cut into
// *segments*, one command each.
#pragma once

#include <auklet/plan/operators.hpp>
#include <auklet/plan/status.hpp>
#include <auklet/spec/spec.hpp>
#include <cstdint>
#include <span>

namespace auklet::plan {

enum class ConvForm : std::uint8_t { kPixel, kPackedRow, kDepthwise, kDepthwiseRows };

/// Whether every lane sees its own channel only.
[[nodiscard]] constexpr bool is_depthwise(ConvForm form) noexcept {
  return form == ConvForm::kDepthwise || form == ConvForm::kDepthwiseRows;
}

/// How one operator's weights are laid out for one configuration and one input pitch. Make it with conv_layout().
struct ConvLayout {
  ConvForm form = ConvForm::kPixel;
  std::uint32_t in_pixel_pitch = 0;   ///< The input pitch that it was made for.
  std::uint32_t array_groups = 1;     ///< HardwareConfig::groups.
  std::uint32_t tiles = 0;            ///< 16-channel tiles of the output.
  std::uint32_t segments = 0;         ///< Commands that a tensor in SRAM needs.
  std::uint32_t chunks = 0;           ///< Steps of one tap (kPixel), of one kernel row (kPackedRow), else 1.
  std::uint32_t steps = 0;            ///< Blocks of a tile.
  std::uint64_t weight_bytes = 0;     ///< Size of the packed weights.
  std::uint64_t parameter_bytes = 0;  ///< Size of the packed parameters.

  friend constexpr bool operator==(const ConvLayout&, const ConvLayout&) = default;
};

/// Consecutive tiles whose input windows are evenly spaced.
struct ConvSegment {
  std::uint32_t first_tile = 0;
  std::uint32_t tiles = 0;
  std::uint32_t channel = 0;       ///< First input channel of the first tile's window.
  std::uint32_t tile_step = 0;     ///< Channels from one tile's window to the next's.
  std::uint32_t window = 0;        ///< Channels of a window that any tile looks at.
  std::uint32_t array_groups = 1;  ///< Tiles that are computed at once: 1 unless tile_step is 0.
};

/// Whether pixels of the input may be at any pitch in SRAM: dense convolutions, and those in the register window of at
/// most 16 channels. (A window of more would look beyond the last pixel's end.)
[[nodiscard]] bool reads_compact(const ConvOp& op) noexcept;

/// Chooses form and sizes. `in_pixel_pitch` is the input's bytes from pixel to pixel when it is in SRAM.
/// Errors: those of check(), kPitchTooSmall, kAddressMisaligned (a pitch that is no multiple of 16, unless
/// reads_compact()), kTensorTooLarge. `layout` is written on success only.
Outcome conv_layout(const ConvOp& op, const spec::HardwareConfig& config, std::uint32_t in_pixel_pitch,
                    ConvLayout& layout) noexcept;

/// The segment that begins at `first_tile`: 0, or the end of another segment below layout.tiles. Precondition:
/// conv_layout() made the layout for the operator.
[[nodiscard]] ConvSegment conv_segment(const ConvOp& op, const ConvLayout& layout, std::uint32_t first_tile) noexcept;

/// Writes the packed weights from block `first_block` on until `out` is full, so that they can be made piece by piece.
/// `weights` is the operator's array in op.weight_order; `out` holds whole blocks (spec::kWeightBlock bytes).
/// Errors: those of check(), kLayoutMismatch, kBufferSize.
Outcome pack_weights(const ConvOp& op, const ConvLayout& layout, std::span<const std::int8_t> weights,
                     std::uint64_t first_block, std::span<std::uint8_t> out) noexcept;

/// What requantisation needs, one element an output channel.
struct ConvParameters {
  std::span<const std::int32_t> bias;        ///< May be empty: zeros.
  std::span<const std::int32_t> multiplier;  ///< Q0.31; one element serves all channels.
  std::span<const std::int32_t> shift;       ///< Positive: left; one element serves all channels.
};

/// Writes all parameter blocks. The stored bias is bias - in_zp * sum of the channel's weights (modulo 2^32), since the
/// array multiplies raw int8 values and padding reads as in_zp. Channels beyond out_c are zero. Errors: kBufferSize
/// (also of `weights`), kShiftRange.
Outcome pack_parameters(const ConvOp& op, const ConvLayout& layout, std::span<const std::int8_t> weights,
                        const ConvParameters& parameters, std::span<std::uint8_t> out) noexcept;

}  // namespace auklet::plan
