// How an operator that does not fit the SRAM at once is cut into tiles, and where the tiles' buffers are.
#pragma once

#include <array>
#include <auklet/plan/plan.hpp>
#include <cstdint>

#include "window.hpp"

namespace auklet::plan::detail {

/// A convolution or a pool, from memory to memory.
struct StreamedOp {
  const ConvOp* conv = nullptr;  ///< Null for a pool.
  const ConvLayout* layout = nullptr;
  const PoolOp* pool = nullptr;
  Window window;  ///< Of a pointwise operator: one column of all pixels of all images, which tile best.
  std::uint32_t in_c = 0;
  std::uint32_t in_pitch = 0;  ///< Bytes of an input pixel in SRAM.
  std::uint32_t out_c = 0;
  std::uint32_t tiles = 0;         ///< 16-channel tiles of the output.
  std::uint32_t tile_unit = 0;     ///< Ranges of output tiles are multiples of this.
  std::uint32_t tile_weights = 0;  ///< Bytes of weights of one output tile.
  std::uint32_t tile_parameters = 0;
  std::uint32_t array_groups = 1;
  std::uint32_t steps = 1;  ///< Array (or vector) steps per output position and tile.
  MemoryTensor input{};
  MemoryTensor output{};
  MemoryTensor weights{};
  MemoryTensor parameters{};
};

/// Tiles of the output: `rows` x `columns` pixels times ranges of `range_tiles` 16-channel tiles.
struct Tiling {
  std::uint32_t rows = 0;
  std::uint32_t columns = 0;
  std::uint32_t range_tiles = 0;
  /// Whether ranges are the outer loop, so that weights are loaded once and the input again for each range; otherwise
  /// the input is loaded once and an output tile is stored when all its ranges are computed.
  bool ranges_outer = false;
  std::uint32_t depth = 0;  ///< Buffers of whatever changes from tile to tile: 2 overlap transfers with computing.

  std::uint32_t y_count = 0, x_count = 0, range_count = 0;
  std::uint32_t input_bytes = 0, weight_bytes = 0, output_bytes = 0;        ///< Of one buffer.
  std::uint32_t input_buffers = 0, weight_buffers = 0, output_buffers = 0;  ///< 1 or 2 each.
};

/// SRAM addresses of the buffers.
struct Buffers {
  std::array<std::uint32_t, 2> input{};
  std::array<std::uint32_t, 2> weights{};  ///< Parameters follow the weights.
  std::array<std::uint32_t, 2> output{};
};

/// The tiling of least estimated time whose buffers fit. Errors: kSramTooSmall.
Outcome choose_tiling(const StreamedOp& op, const spec::HardwareConfig& config, const SramBudget& sram,
                      Tiling& tiling) noexcept;

/// Places buffers of a tiling that fits: whatever works at the same time in different SRAM regions where there is room,
/// otherwise one after the other.
[[nodiscard]] Buffers place_buffers(const Tiling& tiling, const spec::HardwareConfig& config,
                                    const SramBudget& sram) noexcept;

}  // namespace auklet::plan::detail
