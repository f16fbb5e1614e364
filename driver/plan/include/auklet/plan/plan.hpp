// Tiling and encoding of one operator. No heap, no state but the StreamWriter's; safe wherever that is.
//
// Two levels:
//   plan_resident_*  all tensors are in SRAM already: emits the compute command or commands, nothing else
//   plan_streamed_*  activations, weights and parameters are in memory: emits loads, computes and stores, tiled so that
//   all
//                    fits a budget of SRAM, with two buffers of whatever changes from tile to tile
//
// A compiler that keeps activations on chip uses the first, with plan_load_* and plan_store_* at the edges. Either way
// weights and parameters are packed by packing.hpp. To size a stream's buffer, plan into a counting StreamWriter first.
#pragma once

#include <auklet/plan/operators.hpp>
#include <auklet/plan/packing.hpp>
#include <auklet/plan/status.hpp>
#include <auklet/plan/stream_writer.hpp>
#include <auklet/spec/spec.hpp>
#include <cstdint>

namespace auklet::plan {

/// What a plan costs. Planning calls add to it, so that one Cost may sum up many operators.
struct Cost {
  std::uint64_t macs = 0;  ///< Of the operator's definition: macs(op).
  std::uint64_t array_macs =
      0;  ///< Multiplier slots that the array spends on them, padding of tiles and chunks included.
  std::uint64_t compute_cycles = 0;   ///< Estimate: array or vector steps, without stalls.
  std::uint64_t input_bytes = 0;      ///< Loaded, with what is loaded again.
  std::uint64_t weight_bytes = 0;     ///< Loaded, with what is loaded again.
  std::uint64_t parameter_bytes = 0;  ///< Loaded, with what is loaded again; tables too.
  std::uint64_t output_bytes = 0;     ///< Stored.
  std::uint32_t tiles = 0;            ///< Tiles that the operator was cut into (1 when resident).
};

/// SRAM that a streamed operator may use: [base, base + bytes). Base is a multiple of 32.
struct SramBudget {
  std::uint32_t base = 0;
  std::uint32_t bytes = 0;
};

/// Where a convolution's operands are in SRAM. Weights and parameters are multiples of 32.
struct ConvSram {
  SramTensor input;
  SramTensor output;
  std::uint32_t weights = 0;
  std::uint32_t parameters = 0;
};

/// Where a convolution's operands are in memory; weights and parameters packed by pack_weights() and pack_parameters().
struct ConvMemory {
  MemoryTensor input;
  MemoryTensor output;
  MemoryTensor weights;
  MemoryTensor parameters;
};

/// Consecutive 16-channel tiles of a convolution's output.
struct TileRange {
  std::uint32_t first = 0;
  std::uint32_t count = 0;

  friend constexpr bool operator==(const TileRange&, const TileRange&) = default;
};

/// Emits a convolution of tensors in SRAM; one command a batch, segment and, where DWCONV's line buffer is too short,
/// column range. All commands wait for `after`. Errors: those of check(), kLayoutMismatch, kPitchTooSmall,
/// kAddressMisaligned, and those of StreamWriter. After an error of StreamWriter earlier commands of the operator may
/// be in the stream.
Outcome plan_resident_conv(StreamWriter& writer, const ConvOp& op, const ConvLayout& layout, const ConvSram& at,
                           const Waits& after, Cost& cost) noexcept;

/// The same for some of the output's tiles, so that their weights need not be there all at once. `at.weights` and
/// `at.parameters` are those of the first of these tiles, `at.output` is the whole output. Adds to cost.macs what falls
/// to these tiles. Errors: also kTileRange.
Outcome plan_resident_conv(StreamWriter& writer, const ConvOp& op, const ConvLayout& layout, TileRange tiles,
                           const ConvSram& at, const Waits& after, Cost& cost) noexcept;

/// The same for a pool; one command a batch. The input's pixel pitch covers the channels rounded up to 16.
Outcome plan_resident_pool(StreamWriter& writer, const PoolOp& op, const SramTensor& input, const SramTensor& output,
                           const Waits& after, Cost& cost) noexcept;

/// The same for an elementwise operator; one command, but for more than 65,535 rows or words of a row. The rows' ends
/// up to the next word are computed too and hold anything.
Outcome plan_resident_eltwise(StreamWriter& writer, const EltwiseOp& op, const SramRows& a, const SramRows& b,
                              const SramRows& out, const Waits& after, Cost& cost) noexcept;

/// The same for a table, which is at `table_address`, a multiple of kTableAlign.
Outcome plan_resident_table(StreamWriter& writer, const TableOp& op, const SramRows& in, std::uint32_t table_address,
                            const SramRows& out, const Waits& after, Cost& cost) noexcept;

/// The same for a softmax; one command, but for more than 65,535 rows.
Outcome plan_resident_softmax(StreamWriter& writer, const SoftmaxOp& op, const SramRows& in,
                              std::uint32_t table_address, const SramRows& out, const Waits& after,
                              Cost& cost) noexcept;

/// Loads `bytes` bytes to `sram_address` (a multiple of 16); the last word is filled with zeros.
Outcome plan_load_bytes(StreamWriter& writer, const MemoryTensor& from, std::uint32_t sram_address, std::uint32_t bytes,
                        const Waits& after) noexcept;

/// Loads `bytes` bytes, the first `first` of them (a multiple of 16) to `sram_address`, the others to `rest_address`
/// behind it; both are multiples of 16. There must not be more others than first ones.
Outcome plan_load_halves(StreamWriter& writer, const MemoryTensor& from, std::uint32_t sram_address,
                         std::uint32_t first, std::uint32_t rest_address, std::uint32_t bytes,
                         const Waits& after) noexcept;

/// Loads `packed` bytes that compress() made of `bytes` bytes, a multiple of 16, and unpacks them to `sram_address` (a
/// multiple of 16).
Outcome plan_load_packed(StreamWriter& writer, const MemoryTensor& from, std::uint32_t sram_address,
                         std::uint32_t packed, std::uint32_t bytes, const Waits& after) noexcept;

/// Loads `pixels` pixels of `channels` bytes, compact in memory, to `pixel_pitch` in SRAM: `channels`, or a multiple
/// of 16.
Outcome plan_load_pixels(StreamWriter& writer, const MemoryTensor& from, std::uint32_t sram_address,
                         std::uint32_t pixels, std::uint32_t channels, std::uint32_t pixel_pitch,
                         const Waits& after) noexcept;

/// The reverse of plan_load_pixels().
Outcome plan_store_pixels(StreamWriter& writer, const MemoryTensor& to, std::uint32_t sram_address,
                          std::uint32_t pixels, std::uint32_t channels, std::uint32_t pixel_pitch,
                          const Waits& after) noexcept;

/// Stores some channels of `pixels` pixels: `channels` of each, from `sram_address` (a multiple of 16) on, to pixels
/// that are `memory_pitch` bytes apart from `to` on.
Outcome plan_store_channels(StreamWriter& writer, const MemoryTensor& to, std::uint32_t memory_pitch,
                            std::uint32_t sram_address, std::uint32_t pixels, std::uint32_t channels,
                            std::uint32_t pixel_pitch, const Waits& after) noexcept;

/// Pixel pitch at which plan_streamed_conv() keeps its input: what conv_layout() must be told. Dense convolutions read
/// compact pixels, so that loads are linear and shallow inputs pack; the others read pixels of whole words.
[[nodiscard]] constexpr std::uint32_t streamed_pixel_pitch(const ConvOp& op) noexcept {
  return op.groups == 1 ? op.in_c : round_up_to_word(op.in_c);
}

/// Emits a whole convolution from memory to memory. All its commands wait for every command that is already in the
/// stream. Errors: those of plan_resident_conv(), and kSramTooSmall, before anything is emitted.
Outcome plan_streamed_conv(StreamWriter& writer, const ConvOp& op, const ConvLayout& layout, const ConvMemory& at,
                           const SramBudget& sram, Cost& cost) noexcept;

/// The same for a pool.
Outcome plan_streamed_pool(StreamWriter& writer, const PoolOp& op, const MemoryTensor& input,
                           const MemoryTensor& output, const SramBudget& sram, Cost& cost) noexcept;

/// The same for an elementwise operator. Operands and output are compact in memory.
Outcome plan_streamed_eltwise(StreamWriter& writer, const EltwiseOp& op, const MemoryTensor& a, const MemoryTensor& b,
                              const MemoryTensor& out, const SramBudget& sram, Cost& cost) noexcept;

/// The same for a table, which is loaded once, as `cost.parameter_bytes`.
Outcome plan_streamed_table(StreamWriter& writer, const TableOp& op, const MemoryTensor& in, const MemoryTensor& table,
                            const MemoryTensor& out, const SramBudget& sram, Cost& cost) noexcept;

/// The same for a softmax, which is cut between rows only: a row and its results must fit the budget twice.
Outcome plan_streamed_softmax(StreamWriter& writer, const SoftmaxOp& op, const MemoryTensor& in,
                              const MemoryTensor& table, const MemoryTensor& out, const SramBudget& sram,
                              Cost& cost) noexcept;

}  // namespace auklet::plan
