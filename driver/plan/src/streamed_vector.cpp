// The vector unit's operators from memory to memory, tile by tile: while one tile is computed, the next is loaded and
// the last is stored.
#include <algorithm>
#include <array>
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
constexpr std::size_t kMostOperands = 2;

constexpr std::uint32_t ceil_div(std::uint32_t a, std::uint32_t b) noexcept { return a / b + (a % b != 0 ? 1 : 0); }

struct Operand {
  MemoryTensor memory{};
  Cover cover = Cover::kAll;
};

// One operator of the three, the others null; its shape may be another one of the same elements.
struct VectorOp {
  const EltwiseOp* eltwise = nullptr;
  const TableOp* table = nullptr;
  const SoftmaxOp* softmax = nullptr;
  std::uint32_t rows = 1;
  std::uint32_t length = 1;
  std::array<Operand, kMostOperands> operands{};
  std::size_t operand_count = 1;
  MemoryTensor table_memory{};
  std::uint32_t table_bytes = 0;
  MemoryTensor output{};

  [[nodiscard]] bool has(Cover cover) const noexcept {
    return std::any_of(operands.begin(), operands.begin() + static_cast<std::ptrdiff_t>(operand_count),
                       [&](const Operand& operand) { return operand.cover == cover; });
  }
};

// Elements of an operand in memory.
u64 elements(Cover cover, std::uint32_t rows, std::uint32_t length) noexcept {
  switch (cover) {
    case Cover::kAll:
      return u64{rows} * length;
    case Cover::kRow:
      return length;
    case Cover::kColumn:
      return rows;
    case Cover::kOne:
      break;
  }
  return 1;
}

// SRAM for an operand of a tile. Single elements are fetched with the 15 bytes behind them, which are there: the
// output's buffers lie behind all others.
std::uint32_t buffer_bytes(Cover cover, std::uint32_t rows, std::uint32_t columns) noexcept {
  switch (cover) {
    case Cover::kAll:
      return rows * round_up_to_word(columns);
    case Cover::kRow:
      return round_up_to_word(columns);
    case Cover::kColumn:
      return round_up_to_word(rows);
    case Cover::kOne:
      break;
  }
  return kWordBytes;
}

// What never changes has one buffer.
std::uint32_t buffers(Cover cover) noexcept { return cover == Cover::kOne ? 1 : kDepth; }

// SRAM for tiles of `rows` rows of `columns` elements.
u64 tile_bytes(const VectorOp& op, std::uint32_t rows, std::uint32_t columns) noexcept {
  u64 bytes = op.table_bytes + u64{kDepth} * buffer_bytes(Cover::kAll, rows, columns);
  for (std::size_t i = 0; i < op.operand_count; ++i) {
    const Cover cover = op.operands[i].cover;
    bytes += u64{buffers(cover)} * buffer_bytes(cover, rows, columns);
  }
  return bytes;
}

struct VectorTiling {
  std::uint32_t rows = 0;
  std::uint32_t columns = 0;
  std::uint32_t row_count = 0;
  std::uint32_t column_count = 0;
};

// Errors: kSramTooSmall.
Outcome choose(const VectorOp& op, std::uint32_t available, VectorTiling& t) noexcept {
  // Only whole rows have a softmax; all else may be cut anywhere.
  const std::uint32_t least_columns = op.softmax != nullptr ? op.length : std::min(op.length, kWordBytes);
  const u64 least = tile_bytes(op, 1, least_columns);
  if (least > available) return {Status::kSramTooSmall, least, available};
  t.columns = op.length;
  if (op.softmax == nullptr) {
    const u64 per_word = tile_bytes(op, 1, 2 * kWordBytes) - tile_bytes(op, 1, kWordBytes);
    const u64 most = std::min<u64>((1 + (available - least) / per_word) * kWordBytes, kTileBytes);
    const std::uint32_t parts = ceil_div(op.length, static_cast<std::uint32_t>(most));
    // Whole words, but for the last; one part is the row itself.
    if (parts > 1) t.columns = round_up_to_word(ceil_div(op.length, parts));
  }
  std::uint32_t most_rows = std::clamp<std::uint32_t>(kTileBytes / round_up_to_word(t.columns), 1, op.rows);
  while (most_rows > 1 && tile_bytes(op, most_rows, t.columns) > available) --most_rows;
  t.rows = ceil_div(op.rows, ceil_div(op.rows, most_rows));
  t.row_count = ceil_div(op.rows, t.rows);
  t.column_count = ceil_div(op.length, t.columns);
  return {};
}

// SRAM addresses of each operand's first buffer, the others following it.
struct VectorBuffers {
  std::uint32_t table = 0;
  std::array<std::uint32_t, kMostOperands> operands{};
  std::uint32_t output = 0;
};

VectorBuffers place(const VectorOp& op, const VectorTiling& t, const spec::HardwareConfig& config,
                    const SramBudget& sram) noexcept {
  static_assert(spec::kSramRegions >= kMostOperands + 2);
  const std::uint32_t region = config.sram_bytes / spec::kSramRegions;
  // In regions of their own where the whole SRAM is there.
  const bool apart = sram.base == 0 && sram.bytes == config.sram_bytes && op.table_bytes <= region &&
                     kDepth * buffer_bytes(Cover::kAll, t.rows, t.columns) <= region;
  VectorBuffers at{.table = apart ? (spec::kSramRegions - 1) * region : sram.base};
  std::uint32_t next = apart ? 0 : sram.base + op.table_bytes;
  for (std::size_t i = 0; i < op.operand_count; ++i) {
    const Cover cover = op.operands[i].cover;
    at.operands[i] = next;
    next += apart ? region : buffers(cover) * buffer_bytes(cover, t.rows, t.columns);
  }
  at.output = next;
  return at;
}

struct Piece {
  std::uint32_t row = 0, rows = 0;
  std::uint32_t column = 0, columns = 0;
  std::uint32_t index = 0;
};

class VectorPipeline {
 public:
  VectorPipeline(StreamWriter& writer, const VectorOp& op, const VectorTiling& tiling, const VectorBuffers& at,
                 Cost& cost) noexcept
      : writer_(writer), op_(op), tiling_(tiling), at_(at), cost_(cost), start_(writer.issued()) {
    for (std::size_t i = 0; i < op.operand_count; ++i) rings_[i].count = buffers(op.operands[i].cover);
    out_.count = kDepth;
    const auto free = [this](Ring& ring) {
      for (Slot& slot : ring.slots) slot.unused = start_;
    };
    std::ranges::for_each(rings_, free);
    free(out_);
  }

  Outcome run() noexcept {
    const u64 count = u64{tiling_.row_count} * tiling_.column_count;
    if (count >= Slot::kNothing) return Status::kTooManyCommands;
    if (const Outcome loaded = load_table(); !loaded.ok()) return loaded;
    if (const Outcome loaded = load(piece(0)); !loaded.ok()) return loaded;
    for (std::uint32_t i = 0; i < count; ++i) {
      const std::array<std::uint32_t, kMostOperands> slots{rings_[0].current, rings_[1].current};
      if (i + 1 < count) {
        if (const Outcome loaded = load(piece(i + 1)); !loaded.ok()) return loaded;
      }
      if (const Outcome done = compute_and_store(piece(i), slots); !done.ok()) return done;
    }
    cost_.tiles += static_cast<std::uint32_t>(count);
    return {};
  }

 private:
  // The inner loop is the one in which an operand stays: columns for one element a row, else rows.
  [[nodiscard]] Piece piece(std::uint32_t index) const noexcept {
    const bool columns_inner = op_.has(Cover::kColumn) && !op_.has(Cover::kRow);
    Piece p;
    p.index = index;
    p.row = (columns_inner ? index / tiling_.column_count : index % tiling_.row_count) * tiling_.rows;
    p.column = (columns_inner ? index % tiling_.column_count : index / tiling_.row_count) * tiling_.columns;
    p.rows = std::min(tiling_.rows, op_.rows - p.row);
    p.columns = std::min(tiling_.columns, op_.length - p.column);
    return p;
  }

  [[nodiscard]] static spec::DmaCommand linear(const MemoryTensor& memory, u64 first, std::uint32_t bytes) noexcept {
    spec::DmaCommand c;
    c.window = memory.window;
    c.offset = static_cast<std::uint32_t>(memory.offset + first);
    c.ax_len = bytes;
    c.ax_rows = 1;
    c.sp_len = bytes;
    return c;
  }

  // Between a piece of rows in memory and its buffer.
  [[nodiscard]] spec::DmaCommand rows_of(const MemoryTensor& memory, const Piece& p) const noexcept {
    const bool whole = p.columns == op_.length || p.rows == 1;
    spec::DmaCommand c = linear(memory, u64{p.row} * op_.length + p.column, whole ? p.rows * p.columns : p.columns);
    if (!whole) {
      c.ax_rows = p.rows;
      c.ax_stride = op_.length;
    }
    c.sp_len = p.columns;
    c.sp_stride = round_up_to_word(p.columns);
    return c;
  }

  [[nodiscard]] spec::DmaCommand part_of(const Operand& operand, const Piece& p) const noexcept {
    switch (operand.cover) {
      case Cover::kAll:
        return rows_of(operand.memory, p);
      case Cover::kRow:
        return linear(operand.memory, p.column, p.columns);
      case Cover::kColumn:
        return linear(operand.memory, p.row, p.rows);
      case Cover::kOne:
        break;
    }
    return linear(operand.memory, 0, 1);
  }

  // Equal for pieces that see the same part of the operand.
  [[nodiscard]] static std::uint32_t id_of(Cover cover, const Piece& p) noexcept {
    switch (cover) {
      case Cover::kAll:
        return p.index;
      case Cover::kRow:
        return p.column;
      case Cover::kColumn:
        return p.row;
      case Cover::kOne:
        break;
    }
    return 0;
  }

  [[nodiscard]] std::uint32_t buffer(std::size_t operand, std::uint32_t slot) const noexcept {
    return at_.operands[operand] + slot * buffer_bytes(op_.operands[operand].cover, tiling_.rows, tiling_.columns);
  }

  Outcome load_table() noexcept {
    if (op_.table_bytes == 0) return {};
    const Outcome loaded = plan_load_bytes(writer_, op_.table_memory, at_.table, op_.table_bytes, start_);
    if (!loaded.ok()) return loaded;
    cost_.parameter_bytes += op_.table_bytes;
    return {};
  }

  Outcome load(const Piece& p) noexcept {
    for (std::size_t i = 0; i < op_.operand_count; ++i) {
      Ring& ring = rings_[i];
      const std::uint32_t id = id_of(op_.operands[i].cover, p);
      if (ring.now().id == id) continue;
      ring.advance();
      Slot& slot = ring.now();
      spec::DmaCommand c = part_of(op_.operands[i], p);
      c.header.opcode = spec::Opcode::kLoad;
      c.sp_base = buffer(i, ring.current);
      if (const Outcome emitted = writer_.emit(c, both(slot.unused, start_)); !emitted.ok()) return emitted;
      cost_.input_bytes += u64{c.ax_len} * c.ax_rows;
      slot.id = id;
      slot.filled = {.load = writer_.issued().load};
    }
    return {};
  }

  // Rows of an operand's buffer, of a tile of `columns` columns.
  [[nodiscard]] SramRows rows_at(std::size_t operand, std::uint32_t slot, std::uint32_t columns) const noexcept {
    const bool elements = op_.operands[operand].cover == Cover::kColumn;
    return {.address = buffer(operand, slot), .row_pitch = elements ? 1 : round_up_to_word(columns)};
  }

  Outcome compute(const Piece& p, const std::array<std::uint32_t, kMostOperands>& slots, const SramRows& out,
                  const Waits& after) noexcept {
    const SramRows a = rows_at(0, slots[0], p.columns);
    if (op_.table != nullptr) {
      return detail::emit_table(writer_, {.rows = p.rows, .length = p.columns}, a, at_.table, out, after, cost_);
    }
    if (op_.softmax != nullptr) {
      return detail::emit_softmax(writer_, {.rows = p.rows, .length = p.columns}, a, at_.table, out, after, cost_);
    }
    EltwiseOp part = *op_.eltwise;
    part.rows = p.rows;
    part.length = p.columns;
    part.a = op_.operands[0].cover;
    part.b = op_.operands[1].cover;
    return detail::emit_eltwise(writer_, part, a, rows_at(1, slots[1], p.columns), out, after, cost_);
  }

  Outcome compute_and_store(const Piece& p, const std::array<std::uint32_t, kMostOperands>& slots) noexcept {
    out_.advance();
    Slot& slot = out_.now();
    Waits after = both(slot.unused, start_);
    // Loads complete in order: with the operands the table is there, too.
    for (std::size_t i = 0; i < op_.operand_count; ++i) after = both(after, rings_[i].slots[slots[i]].filled);
    const SramRows out{.address = at_.output + out_.current * buffer_bytes(Cover::kAll, tiling_.rows, tiling_.columns),
                       .row_pitch = round_up_to_word(p.columns)};
    if (const Outcome emitted = compute(p, slots, out, after); !emitted.ok()) return emitted;
    const Waits done{.compute = writer_.issued().compute};
    for (std::size_t i = 0; i < op_.operand_count; ++i) rings_[i].slots[slots[i]].unused = done;
    spec::DmaCommand c = rows_of(op_.output, p);
    c.header.opcode = spec::Opcode::kStore;
    c.sp_base = out.address;
    if (const Outcome stored = writer_.emit(c, both(done, start_)); !stored.ok()) return stored;
    cost_.output_bytes += u64{c.ax_len} * c.ax_rows;
    slot.unused = {.store = writer_.issued().store};
    return {};
  }

  StreamWriter& writer_;
  const VectorOp& op_;
  const VectorTiling& tiling_;
  const VectorBuffers& at_;
  Cost& cost_;
  Waits start_;
  std::array<Ring, kMostOperands> rings_;
  Ring out_;
};

bool offset_fits(const MemoryTensor& tensor, u64 bytes) noexcept {
  return tensor.offset + bytes <= u64{std::numeric_limits<std::uint32_t>::max()} + 1;
}

// Precondition: the operator itself is checked.
Outcome plan_streamed(StreamWriter& writer, const VectorOp& op, const SramBudget& sram, Cost& cost) noexcept {
  bool fits = offset_fits(op.output, u64{op.rows} * op.length) && offset_fits(op.table_memory, op.table_bytes);
  for (std::size_t i = 0; i < op.operand_count; ++i) {
    const Operand& operand = op.operands[i];
    fits = fits && offset_fits(operand.memory, elements(operand.cover, op.rows, op.length));
  }
  if (!fits) return Status::kTensorTooLarge;
  if (sram.base % kTableAlign != 0) return Status::kAddressMisaligned;
  const u64 end = u64{sram.base} + sram.bytes;
  if (end > writer.config().sram_bytes) return {Status::kSramTooSmall, end, writer.config().sram_bytes};
  VectorTiling tiling;
  if (const Outcome chosen = choose(op, sram.bytes, tiling); !chosen.ok()) return chosen;
  const VectorBuffers at = place(op, tiling, writer.config(), sram);
  return VectorPipeline(writer, op, tiling, at, cost).run();
}

// The simplest cover of the same elements.
Cover simplest(Cover cover, std::uint32_t rows, std::uint32_t length) noexcept {
  if (elements(cover, rows, length) == u64{rows} * length) return Cover::kAll;
  return elements(cover, rows, length) == 1 ? Cover::kOne : cover;
}

}  // namespace

Outcome plan_streamed_eltwise(StreamWriter& writer, const EltwiseOp& op, const MemoryTensor& a, const MemoryTensor& b,
                              const MemoryTensor& out, const SramBudget& sram, Cost& cost) noexcept {
  if (const Outcome checked = check(op); !checked.ok()) return checked;
  VectorOp vector{.eltwise = &op, .rows = op.rows, .length = op.length, .output = out};
  vector.operands = {Operand{a, simplest(op.a, op.rows, op.length)}, Operand{b, simplest(op.b, op.rows, op.length)}};
  vector.operand_count = 2;
  // Rows that are all alike are one row.
  if (!vector.has(Cover::kRow) && !vector.has(Cover::kColumn)) {
    vector.length *= vector.rows;
    vector.rows = 1;
  }
  return plan_streamed(writer, vector, sram, cost);
}

Outcome plan_streamed_table(StreamWriter& writer, const TableOp& op, const MemoryTensor& in, const MemoryTensor& table,
                            const MemoryTensor& out, const SramBudget& sram, Cost& cost) noexcept {
  if (const Outcome checked = check(op); !checked.ok()) return checked;
  VectorOp vector{.table = &op, .length = op.rows * op.length, .output = out};
  vector.operands[0].memory = in;
  vector.table_memory = table;
  vector.table_bytes = kTableBytes;
  return plan_streamed(writer, vector, sram, cost);
}

Outcome plan_streamed_softmax(StreamWriter& writer, const SoftmaxOp& op, const MemoryTensor& in,
                              const MemoryTensor& table, const MemoryTensor& out, const SramBudget& sram,
                              Cost& cost) noexcept {
  if (const Outcome checked = check(op); !checked.ok()) return checked;
  VectorOp vector{.softmax = &op, .rows = op.rows, .length = op.length, .output = out};
  vector.operands[0].memory = in;
  vector.table_memory = table;
  vector.table_bytes = kSoftmaxTableBytes;
  return plan_streamed(writer, vector, sram, cost);
}

}  // namespace auklet::plan
