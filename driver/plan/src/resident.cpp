#include <algorithm>
#include <auklet/plan/plan.hpp>

#include "emit.hpp"
#include "window.hpp"

namespace auklet::plan {
namespace {

using u64 = std::uint64_t;

constexpr bool word_aligned(std::uint32_t value) noexcept { return value % kWordBytes == 0; }

// `pixel_bytes` is what of a pixel is read or written. Pitches that are never stepped over may be anything.
Outcome check_pitches(const SramTensor& tensor, std::uint32_t batch, std::uint32_t height, std::uint32_t width,
                      std::uint32_t pixel_bytes) noexcept {
  const u64 row = u64{width - 1} * tensor.pixel_pitch + pixel_bytes;
  const u64 image = u64{height - 1} * tensor.row_pitch + row;
  const bool ok = tensor.pixel_pitch >= pixel_bytes && (height == 1 || tensor.row_pitch >= row) &&
                  (batch == 1 || tensor.batch_pitch >= image);
  return ok ? Outcome{} : Outcome{Status::kPitchTooSmall};
}

// A tensor of whole words: all outputs, and what vector operators read.
Outcome check_words(const SramTensor& tensor, std::uint32_t batch, std::uint32_t height, std::uint32_t width,
                    std::uint32_t channels) noexcept {
  if (!word_aligned(tensor.address) || !word_aligned(tensor.pixel_pitch) ||
      (height > 1 && !word_aligned(tensor.row_pitch)) || (batch > 1 && !word_aligned(tensor.batch_pitch))) {
    return Status::kAddressMisaligned;
  }
  return check_pitches(tensor, batch, height, width, round_up_to_word(channels));
}

Outcome check_conv(const StreamWriter& writer, const ConvOp& op, const ConvLayout& layout,
                   const ConvSram& at) noexcept {
  ConvLayout expected;
  const Outcome made = conv_layout(op, writer.config(), at.input.pixel_pitch, expected);
  if (!made.ok()) return made;
  if (layout != expected) return Status::kLayoutMismatch;
  if (at.weights % spec::GeomFields::kWBase.align != 0 || at.parameters % spec::GeomFields::kPBase.align != 0) {
    return Status::kAddressMisaligned;
  }
  const Outcome input = reads_compact(op) ? check_pitches(at.input, op.batch, op.in_h, op.in_w, op.in_c)
                                          : check_words(at.input, op.batch, op.in_h, op.in_w, op.in_c);
  if (!input.ok()) return input;
  return check_words(at.output, op.batch, op.out_h, op.out_w, op.out_c);
}

// Whether packed weights can be cut at the range's ends: between the sets of tiles that are computed at once.
bool ends_between_sets(const ConvOp& op, const ConvLayout& layout, TileRange tiles) noexcept {
  if (tiles.count == 0 || tiles.first >= layout.tiles || tiles.count > layout.tiles - tiles.first) return false;
  bool begins = false;
  bool ends = false;
  ConvSegment segment;
  for (std::uint32_t tile = 0; tile < layout.tiles; tile += segment.tiles) {
    segment = conv_segment(op, layout, tile);
    const auto cut_at = [&](std::uint32_t at) {
      return at >= tile && at < tile + segment.tiles && (at - tile) % segment.array_groups == 0;
    };
    begins = begins || cut_at(tiles.first);
    ends = ends || cut_at(tiles.first + tiles.count);
  }
  return begins && (ends || tiles.first + tiles.count == layout.tiles);
}

}  // namespace

Outcome plan_resident_conv(StreamWriter& writer, const ConvOp& op, const ConvLayout& layout, TileRange tiles,
                           const ConvSram& at, const Waits& after, Cost& cost) noexcept {
  if (const Outcome checked = check_conv(writer, op, layout, at); !checked.ok()) return checked;
  if (!ends_between_sets(op, layout, tiles)) return Status::kTileRange;
  const std::uint32_t first_channel = tiles.first * spec::kLanes;
  const std::uint32_t channels = std::min(tiles.count * spec::kLanes, op.out_c - first_channel);
  cost.macs += macs(op) / op.out_c * channels;
  ++cost.tiles;
  ConvSram part = at;
  part.output.address += first_channel;
  return detail::emit_conv(writer, op, layout, detail::window_of(op), tiles, part, after, cost);
}

Outcome plan_resident_conv(StreamWriter& writer, const ConvOp& op, const ConvLayout& layout, const ConvSram& at,
                           const Waits& after, Cost& cost) noexcept {
  return plan_resident_conv(writer, op, layout, {0, layout.tiles}, at, after, cost);
}

Outcome plan_resident_pool(StreamWriter& writer, const PoolOp& op, const SramTensor& input, const SramTensor& output,
                           const Waits& after, Cost& cost) noexcept {
  if (const Outcome checked = check(op); !checked.ok()) return checked;
  if (const Outcome in = check_words(input, op.batch, op.in_h, op.in_w, op.channels); !in.ok()) return in;
  if (const Outcome out = check_words(output, op.batch, op.out_h, op.out_w, op.channels); !out.ok()) return out;
  ++cost.tiles;
  return detail::emit_pool(writer, op, detail::window_of(op), input, output, after, cost);
}

}  // namespace auklet::plan
