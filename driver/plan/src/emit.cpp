#include "emit.hpp"

#include <algorithm>
#include <utility>

namespace auklet::plan::detail {
namespace {

using u64 = std::uint64_t;

// The array's weight port: bytes a cycle (two SRAM words).
constexpr u64 kWeightBytesPerCycle = 32;

u64 cycles_per_step(const spec::HardwareConfig& config) noexcept {
  return (spec::kReduce + config.rows - 1) / config.rows;
}

// What all geometry commands have in common. `window_bytes` is how many bytes of a pixel are looked at, so that no read
// leaves the tensor.
Outcome make_geometry(spec::Opcode opcode, const Window& window, const SramTensor& in, const SramTensor& out,
                      std::uint32_t window_bytes, spec::GeomCommand& g) noexcept {
  const u64 r0 = u64{window.x.pad} * in.pixel_pitch;
  const u64 row_bytes = u64{window.x.in - 1} * in.pixel_pitch + window_bytes;
  const u64 x_step = u64{window.x.stride} * in.pixel_pitch;
  const u64 kx_stride = u64{window.x.dilation} * in.pixel_pitch;
  const u64 largest = std::max(std::max(row_bytes, x_step), kx_stride);
  if (r0 > static_cast<u64>(spec::GeomFields::kR0.max) || largest > static_cast<u64>(spec::GeomFields::kRowBytes.max)) {
    return Status::kFieldRange;
  }
  g.header.opcode = opcode;
  g.in_base = in.address;
  g.row_pitch = window.y.in > 1 ? in.row_pitch : 0;
  g.kh = window.y.kernel;
  g.row_bytes = static_cast<std::uint32_t>(row_bytes);
  g.kx_n = window.x.kernel;
  g.in_h = window.y.in;
  g.pad_top = window.y.pad;
  g.stride_y = window.y.stride;
  g.r0 = -static_cast<std::int32_t>(r0);
  g.dil_y = window.y.dilation;
  g.x_step = static_cast<std::uint32_t>(x_step);
  g.kx_stride = static_cast<std::uint32_t>(kx_stride);
  g.chunks = 1;
  g.out_w = window.x.out;
  g.out_h = window.y.out;
  g.out_base = out.address;
  g.out_x_pitch = out.pixel_pitch;
  g.out_row_pitch = window.y.out > 1 ? out.row_pitch : 0;
  g.stripe = 1;
  g.out_tile_step = kWordBytes;
  return {};
}

bool contiguous(std::uint32_t rows, std::uint32_t pixels, std::uint32_t batch, const SramTensor& tensor) noexcept {
  const u64 row = u64{pixels} * tensor.pixel_pitch;
  return (rows == 1 || tensor.row_pitch == row) && (batch == 1 || tensor.batch_pitch == row * rows);
}

// Joins all pixels of a pointwise operator into one row: longer stripes, one command for all images.
Window join_pixels(const Window& window, const SramTensor& in, const SramTensor& out) noexcept {
  const u64 positions = u64{window.batch} * window.y.out * window.x.out;
  if (!window.pointwise() || positions > static_cast<u64>(spec::GeomFields::kOutW.max) ||
      !contiguous(window.y.in, window.x.in, window.batch, in) ||
      !contiguous(window.y.out, window.x.out, window.batch, out)) {
    return window;
  }
  Window joined = window;
  joined.batch = 1;
  joined.y.in = joined.y.out = 1;
  joined.x.in = joined.x.out = static_cast<std::uint32_t>(positions);
  return joined;
}

// One image of one segment.
Outcome emit_segment(StreamWriter& writer, const ConvOp& op, const ConvLayout& layout, const Window& window,
                     const ConvSegment& segment, const ConvSram& at, const Waits& after, Cost& cost) noexcept {
  spec::GeomCommand g;
  const Outcome made = make_geometry(spec::Opcode::kConv, window, at.input, at.output, segment.window, g);
  if (!made.ok()) return made;
  const u64 positions = u64{window.y.out} * window.x.out;
  g.in_base += segment.channel;
  g.in_tile_step = segment.tile_step;
  g.in_zp = op.in_zp;
  g.out_zp = op.out_zp;
  g.act_min = op.act_min;
  g.act_max = op.act_max;
  g.chunks = layout.chunks;
  if (layout.form == ConvForm::kPackedRow) g.kx_n = 1;
  g.oc_tiles = segment.tiles;
  g.stripe = balanced_stripe(positions);
  g.w_base = at.weights;
  g.p_base = at.parameters;
  const u64 cycles = conv_cycles(writer.config(), positions, segment.tiles, segment.array_groups, layout.steps);
  cost.compute_cycles += cycles;
  cost.array_macs += cycles * writer.config().macs;
  return writer.emit(g, after);
}

// What DWCONV and DWROWS have in common, of the columns `part`.
void set_depthwise(const ConvOp& op, const AxisSlice& part, TileRange tiles, const ConvSram& at,
                   spec::GeomCommand& g) noexcept {
  g.in_tile_step = kWordBytes;
  g.in_zp = op.in_zp;
  g.out_zp = op.out_zp;
  g.act_min = op.act_min;
  g.act_max = op.act_max;
  g.oc_tiles = tiles.count;
  g.w_base = at.weights;
  g.p_base = at.parameters;
  g.stride_x = part.axis.stride;
  g.pad_left = part.axis.pad;
  g.in_w = part.axis.in;
}

// One image, cut into columns that fit the line buffer.
Outcome emit_depthwise(StreamWriter& writer, const ConvOp& op, const Window& window, TileRange tiles,
                       const ConvSram& at, const Waits& after, Cost& cost) noexcept {
  const Axis& x = window.x;
  const std::uint32_t longest = x.in <= spec::kDwLineMax ? x.out : (spec::kDwLineMax - x.kernel) / x.stride + 1;
  const std::uint32_t parts = (x.out + longest - 1) / longest;
  const std::uint32_t columns = (x.out + parts - 1) / parts;
  for (std::uint32_t begin = 0; begin < x.out; begin += columns) {
    const AxisSlice part = slice(x, begin, std::min(columns, x.out - begin));
    const Window cut{.batch = 1, .y = window.y, .x = part.axis};
    spec::GeomCommand g;
    const std::uint32_t window_bytes = std::min(op.in_c, kWordBytes);
    const Outcome made = make_geometry(spec::Opcode::kDwconv, cut, at.input, at.output, window_bytes, g);
    if (!made.ok()) return made;
    set_depthwise(op, part, tiles, at, g);
    g.in_base += part.first_in * at.input.pixel_pitch + tiles.first * kWordBytes;
    g.out_base += begin * at.output.pixel_pitch;
    cost.compute_cycles += depthwise_cycles(writer.config(), cut, tiles.count);
    cost.array_macs += cycles_per_step(writer.config()) * cut.y.out * cut.x.out * tiles.count * writer.config().macs;
    if (const Outcome emitted = writer.emit(g, after); !emitted.ok()) return emitted;
  }
  return {};
}

// One image of a depthwise convolution by rows, cut into columns that fit the accumulators.
Outcome emit_depthwise_rows(StreamWriter& writer, const ConvOp& op, Window window, TileRange tiles, ConvSram at,
                            const Waits& after, Cost& cost) noexcept {
  if (is_column(op)) {
    std::swap(window.y, window.x);
    at.input.pixel_pitch = at.input.row_pitch;
    at.output.pixel_pitch = at.output.row_pitch;
  }
  const Axis& x = window.x;
  const std::uint32_t columns = balanced_stripe(x.out);
  for (std::uint32_t begin = 0; begin < x.out; begin += columns) {
    const AxisSlice part = slice(x, begin, std::min(columns, x.out - begin));
    const Window cut{.batch = 1, .y = window.y, .x = part.axis};
    spec::GeomCommand g;
    const Outcome made = make_geometry(spec::Opcode::kDwrows, cut, at.input, at.output, kWordBytes, g);
    if (!made.ok()) return made;
    set_depthwise(op, part, tiles, at, g);
    g.in_base += part.first_in * at.input.pixel_pitch + tiles.first * kWordBytes;
    g.out_base += begin * at.output.pixel_pitch;
    g.stripe = part.axis.out;
    const u64 step_cycles = cycles_per_step(writer.config());
    const u64 rows = u64{tiles.count} * cut.y.out * cut.y.kernel;
    cost.compute_cycles += rows * depthwise_row_cycles(cut.x, static_cast<std::uint32_t>(step_cycles));
    cost.array_macs += rows * cut.x.out * step_cycles * writer.config().macs;
    if (const Outcome emitted = writer.emit(g, after); !emitted.ok()) return emitted;
  }
  return {};
}

// One image, whichever form.
Outcome emit_image(StreamWriter& writer, const ConvOp& op, const ConvLayout& layout, const Window& window,
                   TileRange tiles, const ConvSram& at, const Waits& after, Cost& cost) noexcept {
  if (layout.form == ConvForm::kDepthwise) return emit_depthwise(writer, op, window, tiles, at, after, cost);
  if (layout.form == ConvForm::kDepthwiseRows) {
    return emit_depthwise_rows(writer, op, window, tiles, at, after, cost);
  }
  // From the segments' beginning on, since a range may begin within one.
  ConvSegment segment = conv_segment(op, layout, 0);
  std::uint32_t done = 0;
  while (done < tiles.count) {
    const std::uint32_t tile = tiles.first + done;
    while (tile >= segment.first_tile + segment.tiles) {
      segment = conv_segment(op, layout, segment.first_tile + segment.tiles);
    }
    const std::uint32_t skipped = tile - segment.first_tile;
    ConvSegment part = segment;
    part.first_tile = tile;
    part.tiles = std::min(segment.tiles - skipped, tiles.count - done);
    part.channel += skipped * segment.tile_step;
    ConvSram part_at = at;
    part_at.output.address += done * kWordBytes;
    part_at.weights += done * layout.steps * spec::kWeightBlock;
    part_at.parameters += done * spec::kParamBlock;
    if (const Outcome emitted = emit_segment(writer, op, layout, window, part, part_at, after, cost); !emitted.ok()) {
      return emitted;
    }
    done += part.tiles;
  }
  return {};
}

}  // namespace

std::uint32_t balanced_stripe(u64 positions) noexcept {
  const u64 stripes = (positions + spec::kStripeMax - 1) / spec::kStripeMax;
  return static_cast<std::uint32_t>((positions + stripes - 1) / stripes);
}

std::uint64_t conv_cycles(const spec::HardwareConfig& config, std::uint64_t positions, std::uint32_t tiles,
                          std::uint32_t array_groups, std::uint32_t steps) noexcept {
  const u64 stripe = balanced_stripe(positions);
  const u64 stripes = (positions + stripe - 1) / stripe;
  const u64 sets = (tiles + array_groups - 1) / array_groups;
  // A short stripe waits for the next step's weights instead.
  const u64 weight_load = u64{spec::kWeightBlock} / kWeightBytesPerCycle * std::min(array_groups, tiles);
  return stripes * sets * steps * std::max(stripe * cycles_per_step(config), weight_load);
}

std::uint64_t depthwise_cycles(const spec::HardwareConfig& config, const Window& window, std::uint32_t tiles) noexcept {
  const Axis& x = window.x;
  const Axis& y = window.y;
  const u64 rows = u64{y.out - 1} * y.stride + y.kernel - y.pad;
  const u64 last_column = u64{x.out - 1} * x.stride + x.kernel - 1 - x.pad;
  // One column of padding enters together with the next row's first pixel, but for the last row's.
  const bool fused = last_column == x.in && x.kernel > x.pad + 1 && x.in > 1;
  const u64 pixels = fused ? rows * x.in + 1 : rows * (last_column + 1);
  const u64 outputs = u64{y.out} * x.out;
  return tiles * (pixels + (cycles_per_step(config) - 1) * outputs);
}

Outcome emit_conv(StreamWriter& writer, const ConvOp& op, const ConvLayout& layout, Window window, TileRange tiles,
                  ConvSram at, const Waits& after, Cost& cost) noexcept {
  if (!is_depthwise(layout.form)) window = join_pixels(window, at.input, at.output);
  for (std::uint32_t image = 0; image < window.batch; ++image) {
    if (const Outcome emitted = emit_image(writer, op, layout, window, tiles, at, after, cost); !emitted.ok()) {
      return emitted;
    }
    at.input.address += at.input.batch_pitch;
    at.output.address += at.output.batch_pitch;
  }
  return {};
}

Outcome emit_pool(StreamWriter& writer, const PoolOp& op, const Window& window, const SramTensor& input,
                  const SramTensor& output, const Waits& after, Cost& cost) noexcept {
  const spec::Opcode opcode = op.kind == PoolKind::kMax ? spec::Opcode::kMaxpool : spec::Opcode::kAvgpool;
  spec::GeomCommand g;
  if (const Outcome made = make_geometry(opcode, window, input, output, kWordBytes, g); !made.ok()) return made;
  g.act_min = op.act_min;
  g.act_max = op.act_max;
  g.oc_tiles = round_up_to_word(op.channels) / kWordBytes;
  g.in_tile_step = kWordBytes;
  for (std::uint32_t image = 0; image < window.batch; ++image) {
    if (const Outcome emitted = writer.emit(g, after); !emitted.ok()) return emitted;
    g.in_base += input.batch_pitch;
    g.out_base += output.batch_pitch;
    cost.compute_cycles += u64{g.oc_tiles} * g.out_h * g.out_w * g.kh * g.kx_n;
  }
  return {};
}

}  // namespace auklet::plan::detail
