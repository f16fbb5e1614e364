// How a product of two activations is cut into pieces, and where they are in SRAM.
#pragma once

#include <array>
#include <auklet/plan/matmul.hpp>
#include <cstdint>

namespace auklet::plan::detail {

/// Kernel rows that add -zero point * sum: `count` of them, of `value` each.
struct ZeroPointRows {
  std::uint32_t count = 0;
  std::int8_t value = 0;
};

[[nodiscard]] constexpr ZeroPointRows zero_point_rows(std::int8_t zero_point) noexcept {
  if (zero_point == 0) return {};
  if (zero_point == -128) return {.count = 2, .value = 64};
  return {.count = 1, .value = static_cast<std::int8_t>(-zero_point)};
}

/// What a MatmulOp is to the array, whatever the tiling.
struct MatmulShape {
  explicit MatmulShape(const MatmulOp& op) noexcept
      : a_rows(zero_point_rows(op.a_zp)),
        b_rows(zero_point_rows(op.b_zp)),
        steps((op.depth + spec::kReduce - 1) / spec::kReduce),
        tiles((op.columns + spec::kLanes - 1) / spec::kLanes),
        a_pitch(op.a_pitch != 0 ? op.a_pitch : op.depth),
        b_pitch(op.b_pitch != 0 ? op.b_pitch : (op.b_transposed ? op.depth : op.columns)),
        out_pitch(op.out_pitch != 0 ? op.out_pitch : op.columns) {}

  /// Kernel rows that multiply with B, and all of them.
  [[nodiscard]] std::uint32_t b_copies() const noexcept { return a_rows.count + 1; }
  [[nodiscard]] std::uint32_t kernel_rows() const noexcept { return b_copies() + b_rows.count; }

  ZeroPointRows a_rows;  ///< Padding rows, for A's zero point.
  ZeroPointRows b_rows;  ///< Rows of constant weights, for B's.
  std::uint32_t steps;   ///< Blocks of one kernel row and tile.
  std::uint32_t tiles;   ///< 16-column tiles of the output.
  std::uint32_t a_pitch, b_pitch, out_pitch;
};

/// Offsets within the constants: one block of parameters, then what zero points need, as far as they do.
struct MatmulConstants {
  explicit MatmulConstants(const MatmulOp& op) noexcept;

  static constexpr std::uint32_t kParameters = 0;
  std::uint32_t block = 0;       ///< A weight block of b_rows.value.
  std::uint32_t zeros = 0;       ///< zero_bytes zeros.
  std::uint32_t zero_bytes = 0;  ///< What the last block of a tile has beyond `depth`, when padding multiplies with it.
  std::uint32_t bytes = 0;       ///< All of them.
};

/// Blocks of rows; within a block panels of columns; within a panel sets of up to `set_tiles` tiles, a command each.
struct MatmulTiling {
  std::uint32_t rows = 0;                ///< Of a block.
  std::uint32_t blocks = 0;              ///< Of rows of one product.
  std::uint32_t set_tiles = 0;           ///< Tiles that are computed at once: at most the configuration's groups.
  std::uint32_t sets = 0;                ///< Of one block of rows.
  std::uint32_t panel_sets = 0;          ///< Sets whose outputs are stored together.
  std::uint32_t a_row = 0, out_row = 0;  ///< Bytes from row to row in SRAM.
  std::uint32_t a_bytes = 0, b_bytes = 0, out_bytes = 0;  ///< Of one buffer.
  std::uint32_t a_count = 1, b_count = 1, out_count = 1;  ///< Buffers.
  std::uint32_t parameter_bytes = 0;
};

/// Chooses the tiling with the fewest cycles, by an estimate. Errors: kSramTooSmall.
Outcome choose_matmul_tiling(const MatmulOp& op, const spec::HardwareConfig& config, const SramBudget& sram,
                             MatmulTiling& tiling) noexcept;

/// SRAM addresses of the buffers.
struct MatmulBuffers {
  std::array<std::uint32_t, 2> a{}, b{}, out{};
  std::uint32_t parameters = 0;
};

/// In regions of their own when the whole SRAM is there and they fit, else one after the other.
[[nodiscard]] MatmulBuffers place_matmul_buffers(const MatmulTiling& tiling, const spec::HardwareConfig& config,
                                                 const SramBudget& sram) noexcept;

}  // namespace auklet::plan::detail
