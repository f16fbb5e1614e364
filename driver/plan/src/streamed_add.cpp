#include <algorithm>
#include <auklet/plan/plan.hpp>
#include <limits>

#include "emit.hpp"
#include "ring.hpp"

namespace auklet::plan {
namespace {

using detail::Ring;
using detail::Slot;
using u64 = std::uint64_t;

// Long enough to make up for the commands of a tile, short enough that the first load and the last store do not count.
constexpr std::uint32_t kTileBytes = 4096;
constexpr std::uint32_t kDepth = 2;
constexpr std::uint32_t kOperands = 3;
constexpr std::uint32_t kBufferAlign = kWordBytes;

constexpr std::uint32_t ceil_div(std::uint32_t a, std::uint32_t b) noexcept { return a / b + (a % b != 0 ? 1 : 0); }

// Tiles of `rows` rows of `columns` bytes; column ranges are the outer loop, so that a row that repeats is loaded once.
struct AddTiling {
  std::uint32_t rows = 0;
  std::uint32_t columns = 0;
  std::uint32_t row_count = 0;
  std::uint32_t column_count = 0;
  std::uint32_t buffer_bytes = 0;
};

AddTiling choose(const AddOp& op, std::uint32_t buffer_bytes) noexcept {
  AddTiling t;
  const std::uint32_t most_columns = std::min(buffer_bytes, kTileBytes);
  const std::uint32_t parts = ceil_div(op.length, most_columns);
  // Whole words, but for the last; one part is the row itself.
  t.columns = parts == 1 ? op.length : round_up_to_word(ceil_div(op.length, parts));
  t.column_count = ceil_div(op.length, t.columns);
  const std::uint32_t most_rows = std::max(1U, most_columns / round_up_to_word(t.columns));
  t.rows = ceil_div(op.rows, ceil_div(op.rows, most_rows));
  t.row_count = ceil_div(op.rows, t.rows);
  t.buffer_bytes = t.rows * round_up_to_word(t.columns);
  return t;
}

struct AddPiece {
  std::uint32_t row = 0, rows = 0;
  std::uint32_t column = 0, columns = 0;
  std::uint32_t index = 0;
};

class AddPipeline {
 public:
  AddPipeline(StreamWriter& writer, const AddOp& op, const AddTiling& tiling, std::uint32_t sram_base,
              std::uint32_t operand_step, Cost& cost) noexcept
      : writer_(writer),
        op_(op),
        tiling_(tiling),
        sram_base_(sram_base),
        operand_step_(operand_step),
        cost_(cost),
        start_(writer.issued()) {
    for (Ring* ring : {&a_, &b_, &out_}) {
      ring->count = kDepth;
      for (Slot& slot : ring->slots) slot.unused = start_;
    }
  }

  Outcome run(const MemoryTensor& a, const MemoryTensor& b, const MemoryTensor& out) noexcept {
    const u64 count = u64{tiling_.row_count} * tiling_.column_count;
    if (count >= Slot::kNothing) return Status::kTooManyCommands;
    if (const Outcome loaded = load(piece(0), a, b); !loaded.ok()) return loaded;
    for (std::uint32_t i = 0; i < count; ++i) {
      const std::uint32_t a_slot = a_.current;
      const std::uint32_t b_slot = b_.current;
      if (i + 1 < count) {
        if (const Outcome loaded = load(piece(i + 1), a, b); !loaded.ok()) return loaded;
      }
      if (const Outcome done = compute_and_store(piece(i), a_slot, b_slot, out); !done.ok()) return done;
    }
    cost_.tiles += static_cast<std::uint32_t>(count);
    return {};
  }

 private:
  [[nodiscard]] AddPiece piece(std::uint32_t index) const noexcept {
    AddPiece p;
    p.index = index;
    p.row = index % tiling_.row_count * tiling_.rows;
    p.column = index / tiling_.row_count * tiling_.columns;
    p.rows = std::min(tiling_.rows, op_.rows - p.row);
    p.columns = std::min(tiling_.columns, op_.length - p.column);
    return p;
  }

  [[nodiscard]] std::uint32_t address(std::uint32_t operand, std::uint32_t slot) const noexcept {
    return sram_base_ + operand * operand_step_ + slot * tiling_.buffer_bytes;
  }

  // Between a piece of an array in memory and its buffer.
  [[nodiscard]] spec::DmaCommand transfer(spec::Opcode opcode, const MemoryTensor& memory, const AddPiece& p,
                                          bool repeats, std::uint32_t sram_address) const noexcept {
    const std::uint32_t rows = repeats ? 1 : p.rows;
    spec::DmaCommand c;
    c.header.opcode = opcode;
    c.window = memory.window;
    c.offset = static_cast<std::uint32_t>(memory.offset + (repeats ? 0 : u64{p.row} * op_.length) + p.column);
    c.ax_len = p.columns;
    c.ax_rows = rows;
    c.ax_stride = op_.length;
    if (p.columns == op_.length || rows == 1) {
      c.ax_len = rows * p.columns;
      c.ax_rows = 1;
      c.ax_stride = 0;
    }
    c.sp_base = sram_address;
    c.sp_len = p.columns;
    c.sp_stride = round_up_to_word(p.columns);
    return c;
  }

  Outcome load(const AddPiece& p, const MemoryTensor& a, const MemoryTensor& b) noexcept {
    if (const Outcome loaded = load(p, a, op_.a_repeats, 0, a_); !loaded.ok()) return loaded;
    return load(p, b, op_.b_repeats, 1, b_);
  }

  Outcome load(const AddPiece& p, const MemoryTensor& from, bool repeats, std::uint32_t operand, Ring& ring) noexcept {
    const std::uint32_t id = repeats ? p.column : p.index;
    if (ring.now().id == id) return {};
    ring.advance();
    Slot& slot = ring.now();
    const spec::DmaCommand c = transfer(spec::Opcode::kLoad, from, p, repeats, address(operand, ring.current));
    if (const Outcome emitted = writer_.emit(c, both(slot.unused, start_)); !emitted.ok()) return emitted;
    cost_.input_bytes += u64{c.ax_len} * c.ax_rows;
    slot.id = id;
    slot.filled = {.load = writer_.issued().load};
    return {};
  }

  Outcome compute_and_store(const AddPiece& p, std::uint32_t a_slot, std::uint32_t b_slot,
                            const MemoryTensor& to) noexcept {
    out_.advance();
    Slot& out = out_.now();
    AddOp part = op_;
    part.rows = p.rows;
    part.length = p.columns;
    const std::uint32_t pitch = round_up_to_word(p.columns);
    const std::uint32_t out_address = address(2, out_.current);
    const Waits after = both(both(a_.slots[a_slot].filled, b_.slots[b_slot].filled), both(out.unused, start_));
    const Outcome emitted = detail::emit_add(writer_, part, {address(0, a_slot), pitch}, {address(1, b_slot), pitch},
                                             {out_address, pitch}, after, cost_);
    if (!emitted.ok()) return emitted;
    const Waits done{.compute = writer_.issued().compute};
    a_.slots[a_slot].unused = b_.slots[b_slot].unused = done;
    const spec::DmaCommand c = transfer(spec::Opcode::kStore, to, p, false, out_address);
    if (const Outcome stored = writer_.emit(c, both(done, start_)); !stored.ok()) return stored;
    cost_.output_bytes += u64{c.ax_len} * c.ax_rows;
    out.unused = {.store = writer_.issued().store};
    return {};
  }

  StreamWriter& writer_;
  const AddOp& op_;
  const AddTiling& tiling_;
  std::uint32_t sram_base_;
  std::uint32_t operand_step_;
  Cost& cost_;
  Waits start_;
  Ring a_;
  Ring b_;
  Ring out_;
};

// Rows that do not repeat are one row.
AddOp join_rows(AddOp op) noexcept {
  if (op.rows == 1 || (!op.a_repeats && !op.b_repeats)) {
    op.length *= op.rows;
    op.rows = 1;
    op.a_repeats = op.b_repeats = false;
  }
  return op;
}

bool offset_fits(const MemoryTensor& tensor, u64 bytes) noexcept {
  return tensor.offset + bytes <= u64{std::numeric_limits<std::uint32_t>::max()} + 1;
}

}  // namespace

Outcome plan_streamed_add(StreamWriter& writer, const AddOp& op, const MemoryTensor& a, const MemoryTensor& b,
                          const MemoryTensor& out, const SramBudget& sram, Cost& cost) noexcept {
  if (const Outcome checked = check(op); !checked.ok()) return checked;
  const u64 row = op.length;
  const u64 all = row * op.rows;
  if (!offset_fits(a, op.a_repeats ? row : all) || !offset_fits(b, op.b_repeats ? row : all) ||
      !offset_fits(out, all)) {
    return Status::kTensorTooLarge;
  }
  if (sram.base % kBufferAlign != 0) return Status::kAddressMisaligned;
  const u64 end = u64{sram.base} + sram.bytes;
  if (end > writer.config().sram_bytes) return {Status::kSramTooSmall, end, writer.config().sram_bytes};
  const std::uint32_t share = sram.bytes / (kDepth * kOperands) / kWordBytes * kWordBytes;
  if (share == 0) return {Status::kSramTooSmall, u64{kWordBytes} * kDepth * kOperands, sram.bytes};
  const AddOp joined = join_rows(op);
  const AddTiling tiling = choose(joined, share);
  // Operands in SRAM regions of their own where the whole SRAM is there.
  const bool whole = sram.base == 0 && sram.bytes == writer.config().sram_bytes;
  const std::uint32_t region = writer.config().sram_bytes / spec::kSramRegions;
  const std::uint32_t used = kDepth * tiling.buffer_bytes;
  const std::uint32_t step = whole && used <= region ? region : used;
  return AddPipeline(writer, joined, tiling, sram.base, step, cost).run(a, b, out);
}

}  // namespace auklet::plan
