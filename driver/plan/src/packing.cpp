#include <algorithm>
#include <auklet/plan/packing.hpp>
#include <limits>

#include "window.hpp"

namespace auklet::plan {
namespace {

using u64 = std::uint64_t;

constexpr std::uint32_t ceil_div(std::uint32_t a, std::uint32_t b) noexcept { return (a + b - 1) / b; }

// The input channels [begin, end) that the output channels of a tile see.
struct ChannelRange {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
};

ChannelRange tile_channels(const ConvOp& op, std::uint32_t tile) noexcept {
  const std::uint32_t out_per_group = op.out_c / op.groups;
  const std::uint32_t in_per_group = op.in_c / op.groups;
  const std::uint32_t first = tile * spec::kLanes;
  const std::uint32_t last = std::min(first + spec::kLanes, op.out_c) - 1;
  return {first / out_per_group * in_per_group, (last / out_per_group + 1) * in_per_group};
}

bool is_depthwise(const ConvOp& op) noexcept { return op.groups == op.in_c && op.out_c == op.in_c; }

bool fits_register_window(const ConvOp& op) noexcept {
  return is_depthwise(op) && op.kernel_h <= spec::kDwRows && op.kernel_w <= spec::kDwCols && op.dilation_h == 1 &&
         op.dilation_w == 1;
}

// Whether a depthwise convolution takes fewer steps by rows than as a dense one full of zeros. The answer does not
// depend on how many rows there are: parts of an operator have the form of the whole.
bool pays_by_rows(const ConvOp& op, std::uint32_t in_pixel_pitch) noexcept {
  if (!is_depthwise(op) || in_pixel_pitch % kWordBytes != 0) return false;
  if (detail::is_column(op)) {
    return op.kernel_h <= spec::kDwrowsCols && op.dilation_h == 1 && op.stride_h <= op.kernel_h;
  }
  return op.kernel_w <= spec::kDwrowsCols && op.dilation_w == 1 &&
         detail::depthwise_row_cycles(detail::window_of(op).x, 1) <= u64{op.out_w} * op.kernel_w;
}

// Steps of one tap that hold the widest tile's input channels.
std::uint32_t pixel_chunks(const ConvOp& op, std::uint32_t tiles) noexcept {
  if (op.groups <= 1) return ceil_div(op.in_c, spec::kReduce);
  std::uint32_t chunks = 1;
  for (std::uint32_t tile = 0; tile < tiles; ++tile) {
    const ChannelRange range = tile_channels(op, tile);
    chunks = std::max(chunks, ceil_div(range.end - range.begin, spec::kReduce));
  }
  return chunks;
}

// The longest segment from `first_tile` on whose windows are `step` channels apart.
ConvSegment segment_of_step(const ConvOp& op, const ConvLayout& layout, std::uint32_t first_tile,
                            std::uint32_t step) noexcept {
  ConvSegment segment{.first_tile = first_tile, .channel = tile_channels(op, first_tile).begin, .tile_step = step};
  u64 base = segment.channel;
  for (std::uint32_t tile = first_tile; tile < layout.tiles; ++tile, base += step) {
    const ChannelRange range = tile_channels(op, tile);
    if (range.begin < base || range.end > base + u64{layout.chunks} * spec::kReduce) break;
    segment.window = std::max(segment.window, static_cast<std::uint32_t>(range.end - base));
    ++segment.tiles;
  }
  if (segment.tiles == 1) segment.tile_step = 0;
  segment.array_groups = segment.tile_step == 0 ? layout.array_groups : 1;
  return segment;
}

// Looks up one weight; zero where the operator has none.
class WeightReader {
 public:
  WeightReader(const ConvOp& op, std::span<const std::int8_t> weights) noexcept
      : op_(op), weights_(weights), in_per_group_(op.in_c / op.groups), out_per_group_(op.out_c / op.groups) {}

  // Of output channel `oc` (any), tap (ky, kx) of the kernel, input channel `ic` (any, counted over all groups).
  [[nodiscard]] std::int8_t at(std::uint32_t oc, std::uint32_t ky, std::uint32_t kx, std::uint32_t ic) const noexcept {
    if (oc >= op_.out_c) return 0;
    const std::uint32_t first = op_.groups == 1 ? 0 : oc / out_per_group_ * in_per_group_;
    if (ic < first || ic >= first + in_per_group_) return 0;
    const std::uint32_t tap = ky * op_.kernel_w + kx;
    if (op_.weight_order == WeightOrder::kHwo) return weights_[std::size_t{tap} * op_.out_c + oc];
    const std::uint32_t taps = op_.kernel_h * op_.kernel_w;
    return weights_[(std::size_t{oc} * taps + tap) * in_per_group_ + (ic - first)];
  }

 private:
  const ConvOp& op_;
  std::span<const std::int8_t> weights_;
  std::uint32_t in_per_group_;
  std::uint32_t out_per_group_;
};

// Where reduction byte `row` of a step lies in the kernel.
struct Tap {
  bool exists = false;
  std::uint32_t ky = 0, kx = 0, ic = 0;
};

Tap tap_of(const ConvOp& op, const ConvLayout& layout, std::uint32_t window_channel, std::uint32_t step,
           std::uint32_t row) noexcept {
  if (layout.form == ConvForm::kDepthwiseRows) {
    if (detail::is_column(op)) return {row < op.kernel_h, row, 0, 0};
    return {row < op.kernel_w, step, row, 0};
  }
  if (layout.form == ConvForm::kDepthwise) {
    const std::uint32_t ky = row / spec::kDwCols;
    const std::uint32_t kx = row % spec::kDwCols;
    return {ky < op.kernel_h && kx < op.kernel_w, ky, kx, 0};
  }
  const std::uint32_t byte = step % layout.chunks * spec::kReduce + row;
  const std::uint32_t column = step / layout.chunks;
  if (layout.form == ConvForm::kPackedRow) {
    return {byte < op.kernel_w * op.in_c, column, byte / op.in_c, byte % op.in_c};
  }
  return {true, column / op.kernel_w, column % op.kernel_w, window_channel + byte};
}

void pack_block(const ConvOp& op, const ConvLayout& layout, const WeightReader& reader, const ConvSegment& segment,
                std::uint32_t tile, std::uint32_t step, std::span<std::uint8_t> out) noexcept {
  const std::uint32_t window_channel = segment.channel + (tile - segment.first_tile) * segment.tile_step;
  for (std::uint32_t row = 0; row < spec::kReduce; ++row) {
    const Tap tap = tap_of(op, layout, window_channel, step, row);
    for (std::uint32_t lane = 0; lane < spec::kLanes; ++lane) {
      const std::uint32_t oc = tile * spec::kLanes + lane;
      // The register window gives each lane its own channel.
      const std::uint32_t ic = is_depthwise(layout.form) ? oc : tap.ic;
      const std::int8_t weight = tap.exists ? reader.at(oc, tap.ky, tap.kx, ic) : std::int8_t{0};
      out[row * spec::kLanes + lane] = static_cast<std::uint8_t>(weight);
    }
  }
}

// Modulo 2^32, like the array's accumulators.
std::uint32_t sum_of_weights(const ConvOp& op, const WeightReader& reader, std::uint32_t oc) noexcept {
  const std::uint32_t in_per_group = op.in_c / op.groups;
  const std::uint32_t first = oc / (op.out_c / op.groups) * in_per_group;
  std::uint32_t sum = 0;
  for (std::uint32_t ky = 0; ky < op.kernel_h; ++ky) {
    for (std::uint32_t kx = 0; kx < op.kernel_w; ++kx) {
      for (std::uint32_t ic = first; ic < first + in_per_group; ++ic) {
        sum += static_cast<std::uint32_t>(std::int32_t{reader.at(oc, ky, kx, ic)});
      }
    }
  }
  return sum;
}

void put_word(std::span<std::uint8_t> out, std::size_t offset, std::uint32_t value) noexcept {
  for (std::size_t i = 0; i < 4; ++i) out[offset + i] = static_cast<std::uint8_t>(value >> (8 * i));
}

bool weights_match(const ConvOp& op, std::span<const std::int8_t> weights) noexcept {
  return weights.size() == u64{op.out_c} * op.kernel_h * op.kernel_w * (op.in_c / op.groups);
}

Outcome make_layout(const ConvOp& op, std::uint32_t array_groups, std::uint32_t in_pixel_pitch,
                    ConvLayout& layout) noexcept {
  if (const Outcome checked = check(op); !checked.ok()) return checked;
  if (in_pixel_pitch < op.in_c) return Status::kPitchTooSmall;
  if (!reads_compact(op) && in_pixel_pitch % kWordBytes != 0) return Status::kAddressMisaligned;
  ConvLayout made;
  made.in_pixel_pitch = in_pixel_pitch;
  made.array_groups = array_groups;
  made.tiles = ceil_div(op.out_c, spec::kLanes);
  // A dense operator of one channel fits as well, and would rather have its rows packed.
  if (fits_register_window(op) && (op.groups > 1 || in_pixel_pitch % kWordBytes == 0)) {
    made.form = ConvForm::kDepthwise;
    made.chunks = 1;
    made.steps = 1;
  } else if (pays_by_rows(op, in_pixel_pitch)) {
    made.form = ConvForm::kDepthwiseRows;
    made.chunks = 1;
    made.steps = detail::is_column(op) ? 1 : op.kernel_h;
  } else if (op.groups == 1 && in_pixel_pitch == op.in_c && op.dilation_w == 1 && op.in_c % spec::kReduce != 0) {
    // At multiples of 16 channels both forms are the same steps.
    made.form = ConvForm::kPackedRow;
    if (u64{op.kernel_w} * op.in_c > std::numeric_limits<std::uint32_t>::max() / 2) return Status::kTensorTooLarge;
    made.chunks = ceil_div(op.kernel_w * op.in_c, spec::kReduce);
    made.steps = op.kernel_h * made.chunks;
  } else {
    made.form = ConvForm::kPixel;
    made.chunks = pixel_chunks(op, made.tiles);
    made.steps = op.kernel_h * op.kernel_w * made.chunks;
  }
  if (made.chunks > spec::GeomFields::kChunks.max) return Status::kTensorTooLarge;
  made.weight_bytes = u64{made.tiles} * made.steps * spec::kWeightBlock;
  made.parameter_bytes = u64{made.tiles} * spec::kParamBlock;
  if (made.weight_bytes > std::numeric_limits<std::uint32_t>::max()) return Status::kTensorTooLarge;
  for (std::uint32_t tile = 0; tile < made.tiles; ++made.segments) tile += conv_segment(op, made, tile).tiles;
  layout = made;
  return {};
}

// Whether packing may trust the two.
Outcome check_layout(const ConvOp& op, const ConvLayout& layout) noexcept {
  ConvLayout expected;
  const Outcome made = make_layout(op, layout.array_groups, layout.in_pixel_pitch, expected);
  if (!made.ok()) return made;
  return layout == expected ? Outcome{} : Outcome{Status::kLayoutMismatch};
}

}  // namespace

bool reads_compact(const ConvOp& op) noexcept {
  return op.groups == 1 || (fits_register_window(op) && op.in_c <= spec::kLanes);
}

Outcome conv_layout(const ConvOp& op, const spec::HardwareConfig& config, std::uint32_t in_pixel_pitch,
                    ConvLayout& layout) noexcept {
  return make_layout(op, config.groups, in_pixel_pitch, layout);
}

ConvSegment conv_segment(const ConvOp& op, const ConvLayout& layout, std::uint32_t first_tile) noexcept {
  if (is_depthwise(layout.form)) {
    return {.first_tile = first_tile,
            .tiles = layout.tiles - first_tile,
            .channel = first_tile * spec::kLanes,
            .tile_step = spec::kLanes,
            .window = spec::kLanes,
            .array_groups = 1};
  }
  if (op.groups <= 1) {
    return {.first_tile = first_tile,
            .tiles = layout.tiles - first_tile,
            .window = op.in_c,
            .array_groups = layout.array_groups};
  }
  // Windows advance either as the next tile's does, or by the average, drifting within the spare channels of a step.
  const std::uint32_t begin = tile_channels(op, first_tile).begin;
  const std::uint32_t next = first_tile + 1 < layout.tiles ? tile_channels(op, first_tile + 1).begin : begin;
  const auto average = static_cast<std::uint32_t>(u64{spec::kLanes} * op.in_c / op.out_c);
  const ConvSegment by_next = segment_of_step(op, layout, first_tile, next - begin);
  const ConvSegment by_average = segment_of_step(op, layout, first_tile, average);
  return by_average.tiles > by_next.tiles ? by_average : by_next;
}

Outcome pack_weights(const ConvOp& op, const ConvLayout& layout, std::span<const std::int8_t> weights,
                     std::uint64_t first_block, std::span<std::uint8_t> out) noexcept {
  if (const Outcome checked = check_layout(op, layout); !checked.ok()) return checked;
  const u64 blocks = out.size() / spec::kWeightBlock;
  const u64 all_blocks = layout.weight_bytes / spec::kWeightBlock;
  if (!weights_match(op, weights) || out.size() % spec::kWeightBlock != 0 || first_block > all_blocks ||
      blocks > all_blocks - first_block) {
    return Status::kBufferSize;
  }
  const WeightReader reader(op, weights);
  ConvSegment segment = conv_segment(op, layout, 0);
  for (u64 block = first_block; block < first_block + blocks; ++block) {
    while (block >= u64{segment.first_tile + segment.tiles} * layout.steps) {
      segment = conv_segment(op, layout, segment.first_tile + segment.tiles);
    }
    // Sets of array_groups tiles; within a set step by step, within a step tile by tile.
    const u64 in_segment = block - u64{segment.first_tile} * layout.steps;
    const u64 set_blocks = u64{segment.array_groups} * layout.steps;
    const auto set = static_cast<std::uint32_t>(in_segment / set_blocks);
    const std::uint32_t set_tiles = std::min(segment.array_groups, segment.tiles - set * segment.array_groups);
    const auto in_set = static_cast<std::uint32_t>(in_segment % set_blocks);
    const std::uint32_t tile = segment.first_tile + set * segment.array_groups + in_set % set_tiles;
    pack_block(op, layout, reader, segment, tile, in_set / set_tiles,
               out.subspan(static_cast<std::size_t>(block - first_block) * spec::kWeightBlock, spec::kWeightBlock));
  }
  return {};
}

Outcome pack_parameters(const ConvOp& op, const ConvLayout& layout, std::span<const std::int8_t> weights,
                        const ConvParameters& parameters, std::span<std::uint8_t> out) noexcept {
  if (const Outcome checked = check_layout(op, layout); !checked.ok()) return checked;
  const auto serves = [&](std::size_t n) { return n == 1 || n == op.out_c; };
  if (!weights_match(op, weights) || out.size() != layout.parameter_bytes || !serves(parameters.multiplier.size()) ||
      !serves(parameters.shift.size()) || (!parameters.bias.empty() && parameters.bias.size() != op.out_c)) {
    return Status::kBufferSize;
  }
  for (const std::int32_t shift : parameters.shift) {
    if (shift < -31 || shift > 31) return Status::kShiftRange;
  }
  const WeightReader reader(op, weights);
  const auto in_zp = static_cast<std::uint32_t>(std::int32_t{op.in_zp});
  std::ranges::fill(out, std::uint8_t{0});
  for (std::uint32_t oc = 0; oc < op.out_c; ++oc) {
    const std::span<std::uint8_t> block =
        out.subspan(std::size_t{oc / spec::kLanes} * spec::kParamBlock, spec::kParamBlock);
    const std::size_t lane = oc % spec::kLanes;
    const std::uint32_t bias = parameters.bias.empty() ? 0 : static_cast<std::uint32_t>(parameters.bias[oc]);
    const std::int32_t multiplier = parameters.multiplier[parameters.multiplier.size() == 1 ? 0 : oc];
    const std::int32_t shift = parameters.shift[parameters.shift.size() == 1 ? 0 : oc];
    put_word(block, 4 * lane, bias - in_zp * sum_of_weights(op, reader, oc));
    put_word(block, 4 * (spec::kLanes + lane), static_cast<std::uint32_t>(multiplier));
    block[std::size_t{8} * spec::kLanes + lane] = static_cast<std::uint8_t>(static_cast<std::int8_t>(shift));
  }
  return {};
}

}  // namespace auklet::plan
