#include <algorithm>
#include <auklet/plan/plan.hpp>
#include <limits>

#include "emit.hpp"
#include "ring.hpp"
#include "tiling.hpp"
#include "window.hpp"

namespace auklet::plan {
namespace {

using detail::AxisSlice;
using detail::Buffers;
using detail::Ring;
using detail::Slot;
using detail::StreamedOp;
using detail::Tiling;
using u64 = std::uint64_t;

// One piece of the output: pixels of one image, and a range of its 16-channel tiles.
struct Piece {
  std::uint32_t image = 0;
  std::uint32_t y = 0, rows = 0;
  std::uint32_t x = 0, columns = 0;
  TileRange range;
  std::uint32_t spatial_id = 0;  // Counts image and pixels.
};

// Emits the tiles of one operator as a software pipeline: the loads of a tile come before the computing of the tile
// before it. Every command waits for what is earlier in the stream only.
class Pipeline {
 public:
  Pipeline(StreamWriter& writer, const StreamedOp& op, const Tiling& tiling, const Buffers& buffers,
           Cost& cost) noexcept
      : writer_(writer), op_(op), tiling_(tiling), buffers_(buffers), cost_(cost), start_(writer.issued()) {
    input_.count = tiling.input_buffers;
    weights_.count = tiling.weight_buffers;
    output_.count = tiling.output_buffers;
    for (Ring* ring : {&input_, &weights_, &output_}) {
      for (Slot& slot : ring->slots) slot.unused = start_;
    }
  }

  Outcome run() noexcept {
    const u64 spatial = u64{op_.window.batch} * tiling_.y_count * tiling_.x_count;
    const u64 count = spatial * tiling_.range_count;
    if (count >= Slot::kNothing) return Status::kTooManyCommands;
    if (const Outcome loaded = load(piece(0)); !loaded.ok()) return loaded;
    for (std::uint32_t i = 0; i < count; ++i) {
      const std::uint32_t input = input_.current;
      const std::uint32_t weights = weights_.current;
      const bool ahead = tiling_.depth == 2 && i + 1 < count;
      if (ahead) {
        if (const Outcome loaded = load(piece(i + 1)); !loaded.ok()) return loaded;
      }
      if (const Outcome computed = compute(piece(i), input, weights); !computed.ok()) return computed;
      if (!ahead && i + 1 < count) {
        if (const Outcome loaded = load(piece(i + 1)); !loaded.ok()) return loaded;
      }
    }
    cost_.tiles += static_cast<std::uint32_t>(count);
    return {};
  }

 private:
  [[nodiscard]] Piece piece(std::uint32_t index) const noexcept {
    const std::uint32_t spatial_count = op_.window.batch * tiling_.y_count * tiling_.x_count;
    const std::uint32_t spatial = tiling_.ranges_outer ? index % spatial_count : index / tiling_.range_count;
    const std::uint32_t range = tiling_.ranges_outer ? index / spatial_count : index % tiling_.range_count;
    Piece p;
    p.spatial_id = spatial;
    p.x = spatial % tiling_.x_count * tiling_.columns;
    p.y = spatial / tiling_.x_count % tiling_.y_count * tiling_.rows;
    p.image = spatial / tiling_.x_count / tiling_.y_count;
    p.columns = std::min(tiling_.columns, op_.window.x.out - p.x);
    p.rows = std::min(tiling_.rows, op_.window.y.out - p.y);
    p.range.first = range * tiling_.range_tiles;
    p.range.count = std::min(tiling_.range_tiles, op_.tiles - p.range.first);
    return p;
  }

  // Makes the rings' current slots hold what the piece needs.
  Outcome load(const Piece& p) noexcept {
    if (const Outcome loaded = load_input(p); !loaded.ok()) return loaded;
    return op_.tile_weights != 0 ? load_weights(p) : Outcome{};
  }

  Outcome load_input(const Piece& p) noexcept {
    if (input_.now().id == p.spatial_id) return {};
    input_.advance();
    Slot& slot = input_.now();
    const AxisSlice y = detail::slice(op_.window.y, p.y, p.rows);
    const AxisSlice x = input_columns(p);
    const u64 pixel = (u64{p.image} * op_.window.y.in + y.first_in) * op_.window.x.in + x.first_in;
    spec::DmaCommand c;
    c.header.opcode = spec::Opcode::kLoad;
    c.window = op_.input.window;
    c.offset = static_cast<std::uint32_t>(op_.input.offset + pixel * op_.in_c);
    c.sp_base = buffers_.input[input_.current];
    c.ax_len = x.axis.in * op_.in_c;
    c.ax_rows = y.axis.in;
    c.ax_stride = op_.window.x.in * op_.in_c;
    if (tiling_.x_count == 1) {  // Whole rows follow each other.
      c.ax_len *= c.ax_rows;
      c.ax_rows = 1;
      c.ax_stride = 0;
    }
    const bool compact = op_.in_pitch == op_.in_c;
    c.sp_len = compact ? c.ax_len : op_.in_c;
    c.sp_stride = compact ? round_up_to_word(c.ax_len) : op_.in_pitch;
    if (compact && c.ax_rows == 1) c.sp_stride = 0;
    cost_.input_bytes += u64{c.ax_len} * c.ax_rows;
    if (const Outcome emitted = writer_.emit(c, load_waits(slot)); !emitted.ok()) return emitted;
    slot.id = p.spatial_id;
    slot.filled = {.load = writer_.issued().load};
    return {};
  }

  Outcome load_weights(const Piece& p) noexcept {
    if (weights_.now().id == p.range.first) return {};
    weights_.advance();
    Slot& slot = weights_.now();
    const Waits after = load_waits(slot);
    const std::uint32_t address = buffers_.weights[weights_.current];
    const std::uint32_t bytes = p.range.count * op_.tile_weights;
    const MemoryTensor weights{op_.weights.window, op_.weights.offset + p.range.first * op_.tile_weights};
    if (const Outcome emitted = plan_load_bytes(writer_, weights, address, bytes, after); !emitted.ok()) {
      return emitted;
    }
    const std::uint32_t parameter_bytes = p.range.count * op_.tile_parameters;
    const MemoryTensor parameters{op_.parameters.window, op_.parameters.offset + p.range.first * op_.tile_parameters};
    const Outcome emitted = plan_load_bytes(writer_, parameters, address + bytes, parameter_bytes, after);
    if (!emitted.ok()) return emitted;
    cost_.weight_bytes += bytes;
    cost_.parameter_bytes += parameter_bytes;
    slot.id = p.range.first;
    slot.filled = {.load = writer_.issued().load};
    return {};
  }

  // Computes the piece from the given slots; stores the output tile that it completes.
  Outcome compute(const Piece& p, std::uint32_t input, std::uint32_t weights) noexcept {
    const bool first_range = tiling_.ranges_outer || p.range.first == 0;
    if (first_range) output_.advance();
    Slot& out = output_.now();
    Slot& in = input_.slots[input];
    Slot& w = weights_.slots[weights];
    const Waits after = both(both(in.filled, w.filled), out.unused);
    const detail::Window window{
        .batch = 1, .y = detail::slice(op_.window.y, p.y, p.rows).axis, .x = input_columns(p).axis};
    const std::uint32_t out_tiles = tiling_.ranges_outer ? p.range.count : op_.tiles;
    const SramTensor in_at = input_tensor(window, buffers_.input[input]);
    SramTensor out_at = sram_tensor(buffers_.output[output_.current], p.rows, p.columns, out_tiles * kWordBytes);
    if (!tiling_.ranges_outer) out_at.address += p.range.first * kWordBytes;
    const Outcome emitted = emit(p, window, in_at, out_at, buffers_.weights[weights], after);
    if (!emitted.ok()) return emitted;
    const Waits done{.compute = writer_.issued().compute};
    in.unused = both(start_, done);
    w.unused = both(start_, done);
    out.filled = done;
    const bool last_range = tiling_.ranges_outer || p.range.first + p.range.count == op_.tiles;
    return last_range ? store(p, out) : Outcome{};
  }

  Outcome emit(const Piece& p, const detail::Window& window, const SramTensor& in, const SramTensor& out,
               std::uint32_t weights, const Waits& after) noexcept {
    if (op_.pool != nullptr) return detail::emit_pool(writer_, *op_.pool, window, in, out, after, cost_);
    const ConvSram at{
        .input = in, .output = out, .weights = weights, .parameters = weights + p.range.count * op_.tile_weights};
    return detail::emit_conv(writer_, *op_.conv, *op_.layout, window, p.range, at, after, cost_);
  }

  Outcome store(const Piece& p, Slot& out) noexcept {
    const std::uint32_t first = tiling_.ranges_outer ? p.range.first * kWordBytes : 0;
    const std::uint32_t tiles = tiling_.ranges_outer ? p.range.count : op_.tiles;
    const std::uint32_t channels = std::min(op_.out_c - first, tiles * kWordBytes);
    const bool whole_pixels = channels == op_.out_c;
    const bool whole_rows = p.columns == op_.window.x.out;
    const std::uint32_t pitch = tiles * kWordBytes;
    const std::uint32_t row_bytes = op_.window.x.out * op_.out_c;
    spec::DmaCommand c;
    c.header.opcode = spec::Opcode::kStore;
    c.window = op_.output.window;
    c.sp_base = buffers_.output[output_.current];
    c.sp_len = channels;
    c.sp_stride = pitch;
    const u64 pixel = (u64{p.image} * op_.window.y.out + p.y) * op_.window.x.out + p.x;
    c.offset = static_cast<std::uint32_t>(op_.output.offset + pixel * op_.out_c + first);
    std::uint32_t commands = 1;
    if (whole_pixels && whole_rows) {
      c.ax_len = p.rows * row_bytes;
      c.ax_rows = 1;
    } else if (whole_pixels) {
      c.ax_len = p.columns * op_.out_c;
      c.ax_rows = p.rows;
      c.ax_stride = row_bytes;
    } else {
      c.ax_len = channels;
      c.ax_rows = whole_rows ? p.rows * p.columns : p.columns;
      c.ax_stride = op_.out_c;
      if (!whole_rows) commands = p.rows;  // Rows, pixels and channels are one dimension more than a transfer has.
    }
    for (std::uint32_t i = 0; i < commands; ++i) {
      if (const Outcome emitted = writer_.emit(c, both(out.filled, start_)); !emitted.ok()) return emitted;
      cost_.output_bytes += u64{c.ax_len} * c.ax_rows;
      c.offset += row_bytes;
      c.sp_base += p.columns * pitch;
    }
    out.unused = both(start_, {.store = writer_.issued().store});
    return {};
  }

  // The piece's columns of the input; all of them unless columns are cut, since whole rows load at once.
  [[nodiscard]] AxisSlice input_columns(const Piece& p) const noexcept {
    if (tiling_.x_count == 1) return {.axis = op_.window.x, .first_in = 0};
    return detail::slice(op_.window.x, p.x, p.columns);
  }

  [[nodiscard]] SramTensor input_tensor(const detail::Window& window, std::uint32_t address) const noexcept {
    SramTensor tensor = sram_tensor(address, window.y.in, window.x.in, op_.in_pitch);
    if (tiling_.x_count > 1) tensor.row_pitch = round_up_to_word(tensor.row_pitch);
    return tensor;
  }

  // A slot may be loaded when nothing reads it any more, and when what came before this operator has stored its
  // results.
  [[nodiscard]] Waits load_waits(const Slot& slot) const noexcept { return both(slot.unused, start_); }

  StreamWriter& writer_;
  const StreamedOp& op_;
  const Tiling& tiling_;
  const Buffers& buffers_;
  Cost& cost_;
  Waits start_;
  Ring input_;
  Ring weights_;
  Ring output_;
};

Outcome check_sram(const StreamWriter& writer, const SramBudget& sram) noexcept {
  if (sram.base % spec::GeomFields::kWBase.align != 0) return Status::kAddressMisaligned;
  const u64 end = u64{sram.base} + sram.bytes;
  if (end > writer.config().sram_bytes) return {Status::kSramTooSmall, end, writer.config().sram_bytes};
  return {};
}

// Whether `bytes` bytes from the tensor's offset on can be named by 32 bits.
bool offset_fits(const MemoryTensor& tensor, u64 bytes) noexcept {
  return tensor.offset + bytes <= u64{std::numeric_limits<std::uint32_t>::max()} + 1;
}

// A pointwise operator's pixels are one column of rows, which may be cut anywhere.
detail::Window one_column(const detail::Window& window) noexcept {
  const u64 pixels = u64{window.batch} * window.y.in * window.x.in;
  if (!window.pointwise() || pixels > std::numeric_limits<std::uint32_t>::max()) return window;
  detail::Window column = window;
  column.batch = 1;
  column.y.in = column.y.out = static_cast<std::uint32_t>(pixels);
  column.x.in = column.x.out = 1;
  return column;
}

Outcome plan_streamed(StreamWriter& writer, const StreamedOp& op, const SramBudget& sram, Cost& cost) noexcept {
  const u64 in_bytes = u64{op.window.batch} * op.window.y.in * op.window.x.in * op.in_c;
  const u64 out_bytes = u64{op.window.batch} * op.window.y.out * op.window.x.out * op.out_c;
  if (!offset_fits(op.input, in_bytes) || !offset_fits(op.output, out_bytes) ||
      !offset_fits(op.weights, u64{op.tiles} * op.tile_weights) ||
      !offset_fits(op.parameters, u64{op.tiles} * op.tile_parameters)) {
    return Status::kTensorTooLarge;
  }
  if (const Outcome checked = check_sram(writer, sram); !checked.ok()) return checked;
  Tiling tiling;
  if (const Outcome chosen = detail::choose_tiling(op, writer.config(), sram, tiling); !chosen.ok()) return chosen;
  const Buffers buffers = detail::place_buffers(tiling, writer.config(), sram);
  return Pipeline(writer, op, tiling, buffers, cost).run();
}

}  // namespace

Outcome plan_streamed_conv(StreamWriter& writer, const ConvOp& op, const ConvLayout& layout, const ConvMemory& at,
                           const SramBudget& sram, Cost& cost) noexcept {
  ConvLayout expected;
  const Outcome made = conv_layout(op, writer.config(), streamed_pixel_pitch(op), expected);
  if (!made.ok()) return made;
  if (layout != expected) return Status::kLayoutMismatch;
  StreamedOp streamed{.conv = &op, .layout = &layout, .window = detail::window_of(op)};
  // The register window counts columns: there they stay.
  if (!is_depthwise(layout.form)) streamed.window = one_column(streamed.window);
  const ConvSegment segment = conv_segment(op, layout, 0);
  const bool divisible = layout.segments == 1 && !is_depthwise(layout.form);
  streamed.in_c = op.in_c;
  streamed.in_pitch = layout.in_pixel_pitch;
  streamed.out_c = op.out_c;
  streamed.tiles = layout.tiles;
  streamed.tile_unit = divisible ? segment.array_groups : layout.tiles;
  streamed.tile_weights = layout.steps * spec::kWeightBlock;
  streamed.tile_parameters = spec::kParamBlock;
  streamed.array_groups = segment.array_groups;
  streamed.steps = layout.steps;
  streamed.input = at.input;
  streamed.output = at.output;
  streamed.weights = at.weights;
  streamed.parameters = at.parameters;
  const Outcome planned = plan_streamed(writer, streamed, sram, cost);
  if (planned.ok()) cost.macs += macs(op);
  return planned;
}

Outcome plan_streamed_pool(StreamWriter& writer, const PoolOp& op, const MemoryTensor& input,
                           const MemoryTensor& output, const SramBudget& sram, Cost& cost) noexcept {
  if (const Outcome checked = check(op); !checked.ok()) return checked;
  StreamedOp streamed{.pool = &op, .window = detail::window_of(op)};
  streamed.in_c = streamed.out_c = op.channels;
  streamed.in_pitch = round_up_to_word(op.channels);
  streamed.tiles = streamed.in_pitch / kWordBytes;
  streamed.tile_unit = streamed.tiles;
  streamed.steps = op.kernel_h * op.kernel_w;
  streamed.input = input;
  streamed.output = output;
  return plan_streamed(writer, streamed, sram, cost);
}

}  // namespace auklet::plan
