// Moves bytes from memory to memory by LOAD and STORE alone: slices, transpositions, pads, repeats.
//
// Between the two engines the bytes lie in SRAM, and it is there that they change their order: each run that source and
// destination have in common gets whole words of its own, LOAD puts the runs at one pitch and STORE collects them at
// another, so that the bus sees runs as long as the source's rows on one side and the destination's on the other.
#pragma once

#include <array>
#include <auklet/plan/plan.hpp>
#include <cstddef>
#include <cstdint>

namespace auklet::plan {

/// Loops of a copy.
inline constexpr std::size_t kCopyRank = 6;

/// One loop of a copy: `extent` steps, each of so many bytes in source and destination. A source step may be 0 (repeat)
/// or negative (reverse); so may a destination step be negative, but not 0 where `extent` exceeds 1. The steps of an
/// extent of 1 play no part.
struct CopyAxis {
  std::uint32_t extent = 1;
  std::int32_t from_step = 0;
  std::int32_t to_step = 0;

  friend constexpr bool operator==(const CopyAxis&, const CopyAxis&) = default;
};

/// Bytes to[to_offset + sum i_k * to_step_k] = from[from_offset + sum i_k * from_step_k] for all index vectors i, axes
/// outermost first. No byte may be written twice, and source and destination may not overlap: the order of the bytes is
/// the planner's. Offsets count from the tensors'.
struct CopyOp {
  std::uint32_t from_offset = 0;
  std::uint32_t to_offset = 0;
  std::array<CopyAxis, kCopyRank> axes{};

  friend constexpr bool operator==(const CopyOp&, const CopyOp&) = default;
};

/// Bytes that the copy writes.
[[nodiscard]] std::uint64_t bytes(const CopyOp& op) noexcept;

/// Whether a copy can be planned at all. Errors: kShapeZero (an extent of 0), kStepZero (a destination step of 0),
/// kTensorTooLarge (an offset below 0 or beyond 32 bits, or more than 2^32 bytes).
Outcome check(const CopyOp& op) noexcept;

/// The same copy with as few and as simple axes as it has: destination steps are positive and descend, axes of extent 1
/// are dropped, axes that continue one another on both sides are one. The axes that are left are the last ones; before
/// them are default axes. Pure. Precondition: check(op).
[[nodiscard]] CopyOp normalise(CopyOp op) noexcept;

/// Emits the copy. All its commands wait for every command that is already in the stream. Adds to cost.input_bytes,
/// output_bytes and tiles. Errors: those of check() and, before anything is emitted, kTensorTooLarge (an offset with
/// its tensor's exceeds 32 bits), kAddressMisaligned (the budget's base is no multiple of 16), kSramTooSmall (less than
/// two words of SRAM, or a budget outside of it), kTooManyCommands; then those of StreamWriter.
///
/// Fast are copies whose source and destination share runs of 16 bytes and more, or which have few such runs a row;
/// bytes that each go their own way cost a cycle or more, and a reversed axis costs commands: one for each of its steps
/// in every tile.
Outcome plan_streamed_copy(StreamWriter& writer, const CopyOp& op, const MemoryTensor& from, const MemoryTensor& to,
                           const SramBudget& sram, Cost& cost) noexcept;

}  // namespace auklet::plan
