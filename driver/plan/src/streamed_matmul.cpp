#include <algorithm>
#include <auklet/plan/matmul.hpp>
#include <limits>

#include "emit.hpp"
#include "matmul_tiling.hpp"
#include "ring.hpp"

namespace auklet::plan {
namespace {

using detail::MatmulBuffers;
using detail::MatmulConstants;
using detail::MatmulShape;
using detail::MatmulTiling;
using detail::Ring;
using detail::Slot;
using u64 = std::uint64_t;

/// Where the matrices are in memory.
struct MatmulMemory {
  MemoryTensor a, b, out, constants;
};

/// One command's worth of the product.
struct Piece {
  std::uint32_t batch = 0;
  std::uint32_t a_id = 0;  ///< Which block of rows, of which matrix: equal for equal bytes.
  std::uint32_t row = 0, rows = 0;
  std::uint32_t b_id = 0;  ///< The same for B's set of columns.
  std::uint32_t set = 0;   ///< Of columns.
  std::uint32_t column = 0, columns = 0;
  std::uint32_t tiles = 0;
};

// A software pipeline: the loads of a piece come before the computing of the piece before it, where buffers allow.
// Every command waits for what is earlier in the stream only.
class MatmulPipeline {
 public:
  MatmulPipeline(StreamWriter& writer, const MatmulOp& op, const MatmulMemory& at, const MatmulTiling& tiling,
                 const MatmulBuffers& buffers, Cost& cost) noexcept
      : writer_(writer),
        op_(op),
        shape_(op),
        constants_(op),
        at_(at),
        tiling_(tiling),
        buffers_(buffers),
        cost_(cost),
        start_(writer.issued()) {
    a_.count = tiling.a_count;
    b_.count = tiling.b_count;
    out_.count = tiling.out_count;
    for (Ring* ring : {&a_, &b_, &out_}) {
      for (Slot& slot : ring->slots) slot.unused = start_;
    }
  }

  Outcome run() noexcept {
    const u64 blocks = u64{op_.batches} * tiling_.blocks;
    const u64 count = blocks * tiling_.sets;  // Below 2^64 when blocks are below 2^32.
    if (blocks >= Slot::kNothing || count >= Slot::kNothing) return Status::kTooManyCommands;
    if (const Outcome loaded = load_parameters(); !loaded.ok()) return loaded;
    if (const Outcome loaded = load(piece(0)); !loaded.ok()) return loaded;
    for (std::uint32_t i = 0; i < count; ++i) {
      const std::uint32_t a = a_.current;
      const std::uint32_t b = b_.current;
      const bool more = i + 1 < count;
      const bool ahead = more && loads_ahead(piece(i + 1));
      if (ahead) {
        if (const Outcome loaded = load(piece(i + 1)); !loaded.ok()) return loaded;
      }
      if (const Outcome computed = compute(piece(i), a, b); !computed.ok()) return computed;
      if (more && !ahead) {
        if (const Outcome loaded = load(piece(i + 1)); !loaded.ok()) return loaded;
      }
    }
    cost_.tiles += static_cast<std::uint32_t>(count);
    return {};
  }

 private:
  [[nodiscard]] Piece piece(std::uint32_t index) const noexcept {
    Piece p;
    const std::uint32_t blocks = index / tiling_.sets;
    const std::uint32_t block = blocks % tiling_.blocks;
    p.batch = blocks / tiling_.blocks;
    p.a_id = op_.a_step != 0 ? blocks : block;
    p.row = block * tiling_.rows;
    p.rows = std::min(tiling_.rows, op_.rows - p.row);
    p.set = index % tiling_.sets;
    p.b_id = op_.b_step != 0 ? p.batch * tiling_.sets + p.set : p.set;
    const std::uint32_t first_tile = p.set * tiling_.set_tiles;
    p.tiles = std::min(tiling_.set_tiles, shape_.tiles - first_tile);
    p.column = first_tile * spec::kLanes;
    p.columns = std::min(p.tiles * spec::kLanes, op_.columns - p.column);
    return p;
  }

  // Whether nothing that the piece needs would replace what the piece before it is computed from.
  [[nodiscard]] bool loads_ahead(const Piece& p) noexcept {
    return (a_.now().id == p.a_id || a_.count > 1) && (b_.now().id == p.b_id || b_.count > 1);
  }

  Outcome emit(spec::DmaCommand c, const Waits& after, std::uint64_t& bytes) noexcept {
    if (c.ax_stride == c.ax_len) {  // Rows that follow each other are one.
      c.ax_len *= c.ax_rows;
      c.ax_rows = 1;
    }
    const Outcome emitted = writer_.emit(c, both(after, start_));
    if (emitted.ok()) bytes += u64{c.ax_len} * c.ax_rows;
    return emitted;
  }

  // `bytes` bytes at `offset` of the constants, `copies` times: to SRAM rows that are `sp_stride` apart.
  Outcome load_constant(std::uint32_t offset, std::uint32_t bytes, std::uint32_t copies, std::uint32_t sram_address,
                        std::uint32_t sp_stride, const Waits& after) noexcept {
    spec::DmaCommand c;
    c.header.opcode = spec::Opcode::kLoad;
    c.offset = at_.constants.offset + offset;
    c.window = at_.constants.window;
    c.ax_len = bytes;
    c.ax_rows = copies;
    c.sp_base = sram_address;
    c.sp_len = bytes;
    c.sp_stride = sp_stride;
    return emit(c, after, cost_.parameter_bytes);
  }

  // All columns share them, so one block serves every tile of a set, and every set.
  Outcome load_parameters() noexcept {
    return load_constant(MatmulConstants::kParameters, spec::kParamBlock, tiling_.set_tiles, buffers_.parameters,
                         spec::kParamBlock, start_);
  }

  // Makes the rings' current slots hold what the piece needs.
  Outcome load(const Piece& p) noexcept {
    if (const Outcome loaded = load_a(p); !loaded.ok()) return loaded;
    return load_b(p);
  }

  Outcome load_a(const Piece& p) noexcept {
    if (a_.now().id == p.a_id) return {};
    a_.advance();
    Slot& slot = a_.now();
    spec::DmaCommand c;
    c.header.opcode = spec::Opcode::kLoad;
    c.offset = static_cast<std::uint32_t>(at_.a.offset + u64{p.batch} * op_.a_step + u64{p.row} * shape_.a_pitch);
    c.window = at_.a.window;
    c.ax_len = op_.depth;
    c.ax_rows = p.rows;
    c.ax_stride = shape_.a_pitch;
    c.sp_base = buffers_.a[a_.current];
    c.sp_len = op_.depth;  // The rest of a row's last word is filled with zeros.
    c.sp_stride = tiling_.a_row;
    if (const Outcome emitted = emit(c, slot.unused, cost_.input_bytes); !emitted.ok()) return emitted;
    slot.id = p.a_id;
    slot.filled = {.load = writer_.issued().load};
    return {};
  }

  Outcome load_b(const Piece& p) noexcept {
    if (b_.now().id == p.b_id) return {};
    b_.advance();
    Slot& slot = b_.now();
    if (const Outcome filled = fill_constants(p, slot); !filled.ok()) return filled;
    for (std::uint32_t copy = 0; copy < shape_.b_copies(); ++copy) {
      const std::uint32_t base = block_address(p, copy * shape_.steps, 0);
      const Outcome loaded =
          op_.b_transposed ? load_b_transposed(p, base, slot.unused) : load_b_rows(p, base, slot.unused);
      if (!loaded.ok()) return loaded;
    }
    slot.id = p.b_id;
    slot.filled = {.load = writer_.issued().load};
    return {};
  }

  // Block of tile `tile` of the piece's set, in the current buffer: a set's tiles lie step by step.
  [[nodiscard]] std::uint32_t block_address(const Piece& p, std::uint32_t step, std::uint32_t tile) const noexcept {
    return buffers_.b[b_.current] + (step * p.tiles + tile) * spec::kWeightBlock;
  }

  // Writes what loads of B leave alone: the constant blocks, and the rows of the last blocks that lie beyond the depth.
  // They stay as long as sets of as many tiles follow.
  Outcome fill_constants(const Piece& p, const Slot& slot) noexcept {
    std::uint32_t& filled_for = filled_for_[b_.current];
    if (filled_for == p.tiles) return {};
    filled_for = p.tiles;
    for (std::uint32_t row = 0; row < shape_.b_rows.count; ++row) {
      const std::uint32_t base = block_address(p, (shape_.b_copies() + row) * shape_.steps, 0);
      const Outcome loaded = load_constant(constants_.block, spec::kWeightBlock, shape_.steps * p.tiles, base,
                                           spec::kWeightBlock, slot.unused);
      if (!loaded.ok()) return loaded;
    }
    if (constants_.zero_bytes == 0) return {};
    for (std::uint32_t copy = 0; copy < shape_.a_rows.count; ++copy) {
      const std::uint32_t base =
          block_address(p, (copy + 1) * shape_.steps - 1, 0) + spec::kWeightBlock - constants_.zero_bytes;
      const Outcome loaded =
          load_constant(constants_.zeros, constants_.zero_bytes, p.tiles, base, spec::kWeightBlock, slot.unused);
      if (!loaded.ok()) return loaded;
    }
    return {};
  }

  // b[k][c]: 16 columns of a row of B are a row of a block. With all 16 columns there, the blocks of a tile are one
  // sequence of bytes; else its rows are padded one by one, and SRAM rows cannot step over other tiles' blocks as well.
  Outcome load_b_rows(const Piece& p, std::uint32_t base, const Waits& after) noexcept {
    for (std::uint32_t tile = 0; tile < p.tiles; ++tile) {
      const std::uint32_t columns = std::min(spec::kLanes, p.columns - tile * spec::kLanes);
      const bool whole = columns == spec::kLanes;
      const std::uint32_t rows_at_once = whole || p.tiles == 1 ? op_.depth : spec::kReduce;
      spec::DmaCommand c;
      c.header.opcode = spec::Opcode::kLoad;
      c.window = at_.b.window;
      c.ax_len = columns;
      c.ax_stride = shape_.b_pitch;
      c.sp_len = whole ? spec::kWeightBlock : columns;
      c.sp_stride = whole ? p.tiles * spec::kWeightBlock : spec::kLanes;
      for (std::uint32_t k = 0; k < op_.depth; k += rows_at_once) {
        c.offset = static_cast<std::uint32_t>(at_.b.offset + u64{p.batch} * op_.b_step + u64{k} * shape_.b_pitch +
                                              p.column + u64{tile} * spec::kLanes);
        c.ax_rows = std::min(rows_at_once, op_.depth - k);
        c.sp_base = base + (k / spec::kReduce * p.tiles + tile) * spec::kWeightBlock;
        if (const Outcome emitted = emit(c, after, cost_.weight_bytes); !emitted.ok()) return emitted;
      }
    }
    return {};
  }

  // b[c][k]: 16 bytes of a row of B are a row of a block, of one lane. The blocks of a step lie tile by tile, so that
  // all lanes' rows of it follow each other: one transfer a step. Where there are fewer columns than steps, one a
  // column.
  Outcome load_b_transposed(const Piece& p, std::uint32_t base, const Waits& after) noexcept {
    const bool by_step = shape_.steps <= p.columns;
    spec::DmaCommand c;
    c.header.opcode = spec::Opcode::kLoad;
    c.window = at_.b.window;
    c.ax_stride = shape_.b_pitch;
    c.sp_base = base;
    for (std::uint32_t i = 0; i < (by_step ? shape_.steps : p.columns); ++i) {
      const u64 first = u64{p.batch} * op_.b_step + u64{p.column} * shape_.b_pitch +
                        u64{i} * (by_step ? spec::kReduce : shape_.b_pitch);
      c.offset = static_cast<std::uint32_t>(at_.b.offset + first);
      c.ax_len = by_step ? std::min(spec::kReduce, op_.depth - i * spec::kReduce) : op_.depth;
      c.ax_rows = by_step ? p.columns : 1;
      c.sp_len = by_step ? c.ax_len : spec::kReduce;
      c.sp_stride = by_step ? spec::kReduce : p.tiles * spec::kWeightBlock;
      if (const Outcome emitted = emit(c, after, cost_.weight_bytes); !emitted.ok()) return emitted;
      c.sp_base += by_step ? p.tiles * spec::kWeightBlock : spec::kReduce;
    }
    return {};
  }

  // Computes the piece from the given slots; stores the panel that it completes.
  Outcome compute(const Piece& p, std::uint32_t a_slot, std::uint32_t b_slot) noexcept {
    if (p.set % tiling_.panel_sets == 0) out_.advance();
    Slot& out = out_.now();
    Slot& a = a_.slots[a_slot];
    Slot& b = b_.slots[b_slot];
    const spec::GeomCommand g = command(p, buffers_.a[a_slot], buffers_.b[b_slot]);
    // The parameters were loaded before B's first set.
    const Outcome emitted = writer_.emit(g, both(both(a.filled, b.filled), both(out.unused, start_)));
    if (!emitted.ok()) return emitted;
    const u64 cycles =
        detail::conv_cycles(writer_.config(), p.rows, p.tiles, p.tiles, shape_.kernel_rows() * shape_.steps);
    cost_.compute_cycles += cycles;
    cost_.array_macs += cycles * writer_.config().macs;
    const Waits done{.compute = writer_.issued().compute};
    a.unused = b.unused = out.filled = done;
    const bool last = (p.set + 1) % tiling_.panel_sets == 0 || p.set + 1 == tiling_.sets;
    return last ? store(p, out) : Outcome{};
  }

  [[nodiscard]] spec::GeomCommand command(const Piece& p, std::uint32_t a, std::uint32_t b) const noexcept {
    spec::GeomCommand g;
    g.header.opcode = spec::Opcode::kConv;
    g.in_base = a;
    g.in_zp = shape_.a_rows.value;
    g.kh = shape_.kernel_rows();
    g.row_bytes = p.rows * tiling_.a_row;
    g.kx_n = 1;
    g.in_h = 1 + shape_.b_rows.count;
    g.pad_top = shape_.a_rows.count;
    g.stride_y = 1;
    g.dil_y = 1;
    g.x_step = tiling_.a_row;
    g.out_zp = op_.out_zp;
    g.chunks = shape_.steps;
    g.out_w = p.rows;
    g.out_h = 1;
    g.oc_tiles = p.tiles;
    g.out_base = buffers_.out[out_.current] + p.set % tiling_.panel_sets * tiling_.set_tiles * kWordBytes;
    g.act_min = op_.act_min;
    g.act_max = op_.act_max;
    g.out_x_pitch = tiling_.out_row;
    g.stripe = detail::balanced_stripe(p.rows);
    g.out_tile_step = kWordBytes;
    g.w_columns = op_.b_transposed ? 1 : 0;
    g.w_base = b;
    g.p_base = buffers_.parameters;
    return g;
  }

  // Stores the panel that ends with the piece.
  Outcome store(const Piece& p, Slot& out) noexcept {
    const std::uint32_t first_set = p.set / tiling_.panel_sets * tiling_.panel_sets;
    const std::uint32_t column = first_set * tiling_.set_tiles * spec::kLanes;
    spec::DmaCommand c;
    c.header.opcode = spec::Opcode::kStore;
    c.offset = static_cast<std::uint32_t>(at_.out.offset + u64{p.batch} * op_.out_step + u64{p.row} * shape_.out_pitch +
                                          column);
    c.window = at_.out.window;
    c.ax_len = p.column + p.columns - column;
    c.ax_rows = p.rows;
    c.ax_stride = shape_.out_pitch;
    c.sp_base = buffers_.out[out_.current];
    c.sp_len = c.ax_len;
    c.sp_stride = tiling_.out_row;
    if (const Outcome emitted = emit(c, out.filled, cost_.output_bytes); !emitted.ok()) return emitted;
    out.unused = {.store = writer_.issued().store};
    return {};
  }

  StreamWriter& writer_;
  const MatmulOp& op_;
  MatmulShape shape_;
  MatmulConstants constants_;
  const MatmulMemory& at_;
  const MatmulTiling& tiling_;
  const MatmulBuffers& buffers_;
  Cost& cost_;
  Waits start_;
  Ring a_, b_, out_;
  std::array<std::uint32_t, 2> filled_for_{};  // Tiles of a set for which a buffer of B has its constants.
};

// Whether `batches` matrices of `rows` rows of `row` bytes end where 32 bits can name their offsets.
bool offset_fits(const MemoryTensor& tensor, u64 batches, u64 step, u64 rows, u64 pitch, u64 row) noexcept {
  constexpr u64 kEnd = u64{std::numeric_limits<std::uint32_t>::max()} + 1;
  const u64 last_matrix = (batches - 1) * step;
  const u64 last_row = (rows - 1) * pitch;
  // Each of them is below 2^64; their sum may not be.
  return last_matrix <= kEnd && last_row <= kEnd && tensor.offset + last_matrix + last_row + row <= kEnd;
}

}  // namespace

Outcome plan_streamed_matmul(StreamWriter& writer, const MatmulOp& op, const MemoryTensor& a, const MemoryTensor& b,
                             const MemoryTensor& out, const MemoryTensor& constants, const SramBudget& sram,
                             Cost& cost) noexcept {
  if (const Outcome checked = check(op); !checked.ok()) return checked;
  const MatmulShape shape(op);
  const std::uint32_t b_rows = op.b_transposed ? op.columns : op.depth;
  const std::uint32_t b_row = op.b_transposed ? op.depth : op.columns;
  if (!offset_fits(a, op.batches, op.a_step, op.rows, shape.a_pitch, op.depth) ||
      !offset_fits(b, op.batches, op.b_step, b_rows, shape.b_pitch, b_row) ||
      !offset_fits(out, op.batches, op.out_step, op.rows, shape.out_pitch, op.columns) ||
      !offset_fits(constants, 1, 0, 1, 0, matmul_constant_bytes(op))) {
    return Status::kTensorTooLarge;
  }
  if (sram.base % spec::GeomFields::kWBase.align != 0) return Status::kAddressMisaligned;
  const u64 end = u64{sram.base} + sram.bytes;
  if (end > writer.config().sram_bytes) return {Status::kSramTooSmall, end, writer.config().sram_bytes};
  MatmulTiling tiling;
  const Outcome chosen = detail::choose_matmul_tiling(op, writer.config(), sram, tiling);
  if (!chosen.ok()) return chosen;
  const MatmulBuffers buffers = detail::place_matmul_buffers(tiling, writer.config(), sram);
  const MatmulMemory at{.a = a, .b = b, .out = out, .constants = constants};
  const Outcome planned = MatmulPipeline(writer, op, at, tiling, buffers, cost).run();
  if (planned.ok()) cost.macs += macs(op);
  return planned;
}

}  // namespace auklet::plan
