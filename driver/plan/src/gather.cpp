#include <algorithm>
#include <auklet/plan/gather.hpp>
#include <limits>

#include "ring.hpp"

namespace auklet::plan {
namespace {

using detail::Ring;
using detail::Slot;
using u32 = std::uint32_t;
using u64 = std::uint64_t;

constexpr u32 kIndexBytes = 4;
// Rows are gathered into one buffer while they are stored from the other. The indices have one: the load engine reads
// them for the last time before it loads the next.
constexpr u32 kDepth = 2;
// Long enough to make up for the commands of a tile, short enough that the last store does not count.
constexpr u64 kTileBytes = 4096;

constexpr u32 ceil_div(u32 a, u32 b) noexcept { return a / b + (a % b != 0 ? 1 : 0); }

// Indices and columns of a tile.
struct GatherTiling {
  u32 count = 0, columns = 0;
  u32 count_tiles = 0, column_tiles = 0;

  [[nodiscard]] u32 index_bytes() const noexcept { return round_up_to_word(count * kIndexBytes); }
  [[nodiscard]] u32 row_pitch() const noexcept { return round_up_to_word(columns); }
};

// Errors: kSramTooSmall.
Outcome choose(const GatherOp& op, u32 available, GatherTiling& t) noexcept {
  constexpr u32 kLeast = kWordBytes + kDepth * kWordBytes;  // One index, a word of its row.
  if (available < kLeast) return {Status::kSramTooSmall, kLeast, available};
  const u32 most_columns = (available - kWordBytes) / kDepth / kWordBytes * kWordBytes;
  t.columns = op.row_bytes;
  // Whole words, but for the last; one part is the row itself.
  const u32 parts = ceil_div(op.row_bytes, most_columns);
  if (parts > 1) t.columns = round_up_to_word(ceil_div(op.row_bytes, parts));
  // Room for m indices in whole words, at most 4 m + 12 bytes, and for m rows in each buffer: at least one of them.
  const u64 room = (available - (kWordBytes - kIndexBytes)) / (u64{kDepth} * t.row_pitch() + kIndexBytes);
  const u64 wanted = std::max<u64>(kTileBytes / t.row_pitch(), 1);
  const u64 most = std::min({room, wanted, static_cast<u64>(spec::GatherFields::kN.max), u64{op.count}});
  t.count = ceil_div(op.count, ceil_div(op.count, static_cast<u32>(most)));
  t.count_tiles = ceil_div(op.count, t.count);
  t.column_tiles = ceil_div(op.row_bytes, t.columns);
  return {};
}

// One lookup in one stream.
class GatherPipeline {
 public:
  GatherPipeline(StreamWriter& writer, const GatherOp& op, const GatherTiling& tiling, const MemoryTensor& table,
                 const MemoryTensor& indices, const MemoryTensor& out, u32 sram_base, Cost& cost) noexcept
      : writer_(writer),
        op_(op),
        tiling_(tiling),
        table_(table),
        indices_(indices),
        out_(out),
        sram_base_(sram_base),
        cost_(cost),
        start_(writer.issued()) {
    ring_.count = kDepth;
    for (Slot& slot : ring_.slots) slot.unused = start_;
  }

  Outcome run() noexcept {
    for (u32 i = 0; i < tiling_.count_tiles; ++i) {
      const u32 first = i * tiling_.count;
      const u32 count = std::min(tiling_.count, op_.count - first);
      if (const Outcome loaded = load_indices(first, count); !loaded.ok()) return loaded;
      for (u32 k = 0; k < tiling_.column_tiles; ++k) {
        const u32 column = k * tiling_.columns;
        const u32 columns = std::min(tiling_.columns, op_.row_bytes - column);
        if (const Outcome gathered = gather(count, column, columns); !gathered.ok()) return gathered;
        if (const Outcome stored = store(first, count, column, columns); !stored.ok()) return stored;
      }
    }
    cost_.tiles += tiling_.count_tiles * tiling_.column_tiles;
    return {};
  }

 private:
  [[nodiscard]] u32 buffer() const noexcept {
    return sram_base_ + tiling_.index_bytes() + ring_.current * tiling_.count * tiling_.row_pitch();
  }

  Outcome load_indices(u32 first, u32 count) noexcept {
    const MemoryTensor from{indices_.window, indices_.offset + first * kIndexBytes};
    cost_.input_bytes += u64{count} * kIndexBytes;
    return plan_load_bytes(writer_, from, sram_base_, count * kIndexBytes, start_);
  }

  Outcome gather(u32 count, u32 column, u32 columns) noexcept {
    ring_.advance();
    spec::GatherCommand c;
    c.header.opcode = spec::Opcode::kGather;
    c.window = table_.window;
    c.offset = table_.offset + column;
    c.ax_len = columns;
    c.ax_stride = op_.row_bytes;
    c.ax_rows = op_.rows;
    c.n = count;
    c.sp_base = buffer();
    c.sp_stride = round_up_to_word(columns);
    c.idx_base = sram_base_;
    cost_.input_bytes += u64{count} * columns;
    return writer_.emit(c, both(ring_.now().unused, start_));
  }

  Outcome store(u32 first, u32 count, u32 column, u32 columns) noexcept {
    const bool whole = columns == op_.row_bytes;
    spec::DmaCommand c;
    c.header.opcode = spec::Opcode::kStore;
    c.window = out_.window;
    c.offset = out_.offset + first * op_.row_bytes + column;
    c.ax_len = whole ? count * columns : columns;
    c.ax_rows = whole ? 1 : count;
    c.ax_stride = whole ? 0 : op_.row_bytes;
    c.sp_base = buffer();
    c.sp_len = columns;
    c.sp_stride = round_up_to_word(columns);
    cost_.output_bytes += u64{count} * columns;
    const Waits gathered{.load = writer_.issued().load};
    if (const Outcome emitted = writer_.emit(c, both(gathered, start_)); !emitted.ok()) return emitted;
    ring_.now().unused = {.store = writer_.issued().store};
    return {};
  }

  StreamWriter& writer_;
  const GatherOp& op_;
  const GatherTiling& tiling_;
  const MemoryTensor& table_;
  const MemoryTensor& indices_;
  const MemoryTensor& out_;
  u32 sram_base_;
  Cost& cost_;
  Waits start_;
  Ring ring_;
};

bool offset_fits(const MemoryTensor& tensor, u64 bytes) noexcept {
  return tensor.offset + bytes <= u64{std::numeric_limits<u32>::max()} + 1;
}

}  // namespace

Outcome check(const GatherOp& op) noexcept {
  if (op.rows == 0 || op.row_bytes == 0 || op.count == 0) return Status::kShapeZero;
  if (op.rows > spec::GatherFields::kAxRows.max) return Status::kTensorTooLarge;
  return {};
}

Outcome plan_streamed_gather(StreamWriter& writer, const GatherOp& op, const MemoryTensor& table,
                             const MemoryTensor& indices, const MemoryTensor& out, const SramBudget& sram,
                             Cost& cost) noexcept {
  if (const Outcome checked = check(op); !checked.ok()) return checked;
  if (!offset_fits(table, u64{op.rows} * op.row_bytes) || !offset_fits(indices, u64{op.count} * kIndexBytes) ||
      !offset_fits(out, u64{op.count} * op.row_bytes)) {
    return Status::kTensorTooLarge;
  }
  if (sram.base % kWordBytes != 0) return Status::kAddressMisaligned;
  const u64 end = u64{sram.base} + sram.bytes;
  if (end > writer.config().sram_bytes) return {Status::kSramTooSmall, end, writer.config().sram_bytes};
  GatherTiling tiling;
  if (const Outcome chosen = choose(op, sram.bytes, tiling); !chosen.ok()) return chosen;
  return GatherPipeline(writer, op, tiling, table, indices, out, sram.base, cost).run();
}

}  // namespace auklet::plan
