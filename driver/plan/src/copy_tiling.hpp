// How a copy is shared out between the two engines: layout in SRAM, tiles, and the loops that one command runs.
#pragma once

#include <array>
#include <auklet/plan/copy.hpp>
#include <cstdint>

namespace auklet::plan::detail {

using CopyExtents = std::array<std::uint32_t, kCopyRank>;
using CopySteps = std::array<std::int64_t, kCopyRank>;
using CopyPitches = std::array<std::uint64_t, kCopyRank>;

/// Whether axis `axis` is in `set`.
[[nodiscard]] constexpr bool has(std::uint32_t set, std::size_t axis) noexcept { return ((set >> axis) & 1U) != 0; }

/// Runs an axis of the copy, which is the one of `op`, in the other direction. No step is the lowest number.
void turn_round(CopyOp& op, CopyAxis& axis) noexcept;

/// Order of a tile's axes in SRAM, and how close together they lie.
struct CopyLayout {
  std::array<std::uint8_t, kCopyRank> order{};  ///< Axes, outermost first.
  std::uint8_t dense = 0;   ///< So many of the innermost are byte by byte; what they make up gets whole words.
  std::uint8_t shared = 0;  ///< Bit k: axis k repeats one place in SRAM; otherwise LOAD fills a place for each step.

  [[nodiscard]] constexpr bool shares(std::size_t axis) const noexcept { return has(shared, axis); }
};

/// Bytes between neighbours of each axis in SRAM, and bytes of all (whole words).
struct CopyPlaces {
  CopyPitches pitch{};
  std::uint64_t bytes = 0;
};

/// Places of a tile of `extents`.
[[nodiscard]] CopyPlaces places_of(const CopyLayout& layout, const CopyExtents& extents) noexcept;

/// One side of a DMA command: `rows` rows of `run` bytes, `stride` apart.
struct DmaSide {
  std::uint32_t run = 1;
  std::uint32_t rows = 1;
  std::uint64_t stride = 0;

  /// Puts `extent` steps of `step` bytes around what there is. False when the side cannot express that.
  bool surround(std::uint32_t extent, std::int64_t step, std::uint32_t max_rows) noexcept;
};

/// How one engine runs a tile: the loops within a command, and those that need a command for each step.
struct EnginePlan {
  static constexpr std::uint64_t kNever = ~std::uint64_t{0};
  DmaSide memory;
  DmaSide sram;
  std::uint8_t inside = 0;  ///< Bit k: axis k is within the command.
  std::uint64_t commands = 0;
  std::uint64_t half_cycles = kNever;  ///< Estimate; kNever: the layout is impossible for the engine.
};

/// The least estimated time for moving a tile between memory, at `steps`, and SRAM, at `places`.
[[nodiscard]] EnginePlan plan_engine(const CopyExtents& extents, const CopySteps& steps,
                                     const CopyPlaces& places) noexcept;

/// A copy in tiles.
struct CopyTiling {
  CopyOp op;  ///< Axes may run backwards on either side.
  CopyLayout layout;
  CopyExtents tile{};
  std::uint64_t buffer_bytes = 0;
  std::uint64_t loads = 0;  ///< Commands.
  std::uint64_t stores = 0;
  std::uint64_t half_cycles = EnginePlan::kNever;  ///< Estimate of the whole copy.
};

[[nodiscard]] CopySteps from_steps(const CopyOp& op) noexcept;
[[nodiscard]] CopySteps to_steps(const CopyOp& op) noexcept;
/// A tile as LOAD sees it: without the axes that repeat what is in SRAM.
[[nodiscard]] CopyExtents loaded(const CopyLayout& layout, CopyExtents extents) noexcept;

/// The best tiling of a normalised copy whose buffers hold `buffer_bytes` bytes (at least a word) and whose commands
/// stay within the limits, where there is one; otherwise one that exceeds them.
[[nodiscard]] CopyTiling choose_copy_tiling(const CopyOp& op, std::uint64_t buffer_bytes, std::uint32_t max_loads,
                                            std::uint32_t max_stores) noexcept;

}  // namespace auklet::plan::detail
