// Rows of a table in memory, chosen by indices that are computed: embedding lookups. LOAD brings the indices into SRAM,
// GATHER the rows that they choose, STORE takes these to the result.
#pragma once

#include <auklet/plan/plan.hpp>
#include <auklet/plan/status.hpp>
#include <auklet/plan/stream_writer.hpp>
#include <cstdint>

namespace auklet::plan {

/// out[j][b] = table[index[j]][b] for j < count, b < row_bytes. The table is rows x row_bytes bytes, the indices are
/// count int32, little-endian, the result is count x row_bytes bytes, all of them compact. An index outside
/// 0 .. rows - 1 ends the job with the fault INDEX.
struct GatherOp {
  std::uint32_t rows = 1;       ///< Of the table; at most 65,535.
  std::uint32_t row_bytes = 1;  ///< Of table and result.
  std::uint32_t count = 1;      ///< Indices, and rows of the result.
};

/// Guards: every refusal that depends on the operator alone. Errors: kShapeZero, kTensorTooLarge (more rows than a
/// command can name).
Outcome check(const GatherOp& op) noexcept;

/// Emits the whole lookup from memory to memory, in tiles of indices and, for rows that are too long for the SRAM, of
/// columns; a tile's rows are gathered while those of the tile before it are stored. All commands wait for every
/// command that is already in the stream. `sram.base` is a multiple of 16. Errors: those of check(), kTensorTooLarge (a
/// tensor reaches beyond what a 32-bit offset can name), kAddressMisaligned, kSramTooSmall, before anything is emitted;
/// then those of StreamWriter.
Outcome plan_streamed_gather(StreamWriter& writer, const GatherOp& op, const MemoryTensor& table,
                             const MemoryTensor& indices, const MemoryTensor& out, const SramBudget& sram,
                             Cost& cost) noexcept;

}  // namespace auklet::plan
