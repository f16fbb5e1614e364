// Internal to the C++ emitter: where each tensor lies in a network's arena.
#pragma once

#include <auklet/compiler/ir.hpp>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace auklet::compiler::emit {

/// Every block of an arena begins at a multiple of this and takes whole units, so that it owns its cache lines. That of
/// auklet/runtime/network.hpp, which the emitted code compares.
inline constexpr std::size_t kArenaUnit = 64;

/// Rounded up to whole units.
[[nodiscard]] constexpr std::size_t whole_units(std::size_t bytes) {
  return (bytes + kArenaUnit - 1) / kArenaUnit * kArenaUnit;
}

/// Memory that something has throughout the steps [first, last].
struct ArenaBlock {
  enum class Kind : std::uint8_t {
    kTensor,    ///< Tensor `index` of the graph.
    kScratch,   ///< Scratch memory of the segment that is step `index`.
    kVariable,  ///< Variable `index` of those that VAR_HANDLE names.
  };

  Kind kind = Kind::kTensor;
  std::size_t index = 0;
  std::size_t bytes = 0;  ///< A multiple of kArenaUnit.
  std::size_t first = 0;
  std::size_t last = 0;
  std::size_t offset = 0;

  [[nodiscard]] bool lives_with(const ArenaBlock& other) const { return first <= other.last && other.first <= last; }
};

/// The arena of a graph whose step i is its operator i.
struct ArenaLayout {
  std::vector<ArenaBlock> blocks;
  std::size_t bytes = 0;

  /// Where a block is. Precondition: there is such a block.
  [[nodiscard]] std::size_t offset_of(ArenaBlock::Kind kind, std::size_t index) const;
  [[nodiscard]] std::size_t of_tensor(std::int32_t tensor) const {
    return offset_of(ArenaBlock::Kind::kTensor, static_cast<std::size_t>(tensor));
  }
};

/// Lays out every tensor of the graph that is used, has a size and is not constant. Inputs live from the first step to
/// their last use, outputs to the last step, variables throughout. `scratch`: bytes that each step needs beside its
/// tensors; `variables`: bytes of each variable.
[[nodiscard]] ArenaLayout plan_arena(const Graph& graph, const std::vector<std::size_t>& scratch,
                                     const std::vector<std::size_t>& variables);

}  // namespace auklet::compiler::emit
