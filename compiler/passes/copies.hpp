// From "which byte goes where" to copies with steps.
#pragma once

#include <auklet/plan/copy.hpp>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace auklet::compiler::passes {

/// Copies beyond this number are no regular movement, and slower than the CPU.
inline constexpr std::size_t kMostCopies = 1024;

/// Byte `to` of a destination is byte `from` of a source.
struct Move {
  std::uint32_t to = 0;
  std::uint32_t from = 0;
};

/// Copies that make the moves, each once; `moves` ascend by destination. Regular ones make few copies: neighbours at
/// even distances become an axis, neighbouring axes of one kind the next axis, and so on, up to `most_axes` of them.
[[nodiscard]] std::vector<plan::CopyOp> copies_of(std::span<const Move> moves, std::size_t most_axes = plan::kCopyRank);

/// The copies that fill a destination from its beginning on: byte i is byte from[i].
[[nodiscard]] std::vector<plan::CopyOp> copies_of(std::span<const std::uint32_t> from);

}  // namespace auklet::compiler::passes
