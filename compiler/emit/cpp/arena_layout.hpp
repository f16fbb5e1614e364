// Internal to the C++ emitter: where each tensor lies in a network's arena.
#pragma once

#include <auklet/compiler/ir.hpp>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace auklet::compiler::emit {

/// Every tensor of an arena begins here and takes whole units, so that it owns its cache lines. That of
/// auklet/runtime/network.hpp, which the emitted code compares.
inline constexpr std::size_t kArenaUnit = 64;

/// Rounded up to whole units.
[[nodiscard]] constexpr std::size_t whole_units(std::size_t bytes) {
  return (bytes + kArenaUnit - 1) / kArenaUnit * kArenaUnit;
}

/// Memory that one tensor, or the scratch of one segment, has throughout the steps [first, last].
struct ArenaBlock {
  std::int32_t tensor = kAbsent;  ///< kAbsent: scratch of the segment that is step `first`.
  std::size_t bytes = 0;          ///< A multiple of kArenaUnit.
  std::size_t offset = 0;
  std::size_t first = 0;
  std::size_t last = 0;

  [[nodiscard]] bool lives_with(const ArenaBlock& other) const { return first <= other.last && other.first <= last; }
};

/// The arena of a graph whose step i is its operator i.
struct ArenaLayout {
  std::vector<ArenaBlock> blocks;
  std::size_t bytes = 0;

  /// Offset of a tensor that is not constant.
  [[nodiscard]] std::size_t of_tensor(std::int32_t tensor) const;
  /// Offset of the scratch memory of step `step`. Precondition: it has some.
  [[nodiscard]] std::size_t of_scratch(std::size_t step) const;
};

/// Lays out every tensor of the main graph that is not constant and has a size. Inputs live from the first step to
/// their last use, outputs to the last step, variables throughout. `scratch` is how much each step needs.
[[nodiscard]] ArenaLayout plan_arena(const Graph& graph, const std::vector<std::size_t>& scratch);

}  // namespace auklet::compiler::emit
