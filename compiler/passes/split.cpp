#include "split.hpp"

#include <algorithm>
#include <cstddef>
#include <iterator>

namespace auklet::compiler::passes {
namespace {

using u32 = std::uint32_t;
using u64 = std::uint64_t;

// What it takes to start a command and to end it.
constexpr u64 kCommandCycles = 80;
// Parts of fewer bytes would spend more cycles on commands than they hide.
constexpr u32 kPartBytes = 32768;
// The same where nothing is hidden yet.
constexpr u32 kFirstBytes = 2048;

// Sizes of the parts of `units` units, which take so many cycles each. Where loading takes longer than computing, what
// is left when everything has arrived is the last part: so the last parts become smaller and smaller.
std::vector<u32> part_sizes(u32 units, u32 largest, u64 load, u64 compute) {
  std::vector<u32> sizes;
  u64 next = (kCommandCycles + compute - 1) / compute;
  while (load > compute && next < largest && next < units) {
    sizes.push_back(static_cast<u32>(next));
    units -= sizes.back();
    next = std::max(next + 1, next * load / compute);
  }
  for (u32 parts = (units + largest - 1) / largest; parts > 0; --parts) {
    sizes.push_back((units + parts - 1) / parts);
    units -= sizes.back();
  }
  std::ranges::reverse(sizes);
  return sizes;
}

}  // namespace

std::uint64_t compute_cycles(const plan::ConvOp& op, const plan::ConvLayout& layout, const spec::HardwareConfig& config,
                             u32 tiles) {
  plan::StreamWriter counter = plan::StreamWriter::counting(config);
  plan::Cost cost;
  const u32 out_pitch = plan::round_up_to_word(op.out_c);
  const plan::ConvSram at{.input = plan::sram_tensor(0, op.in_h, op.in_w, layout.in_pixel_pitch),
                          .output = plan::sram_tensor(0, op.out_h, op.out_w, out_pitch)};
  const plan::Outcome planned = plan::plan_resident_conv(counter, op, layout, {0, tiles}, at, {}, cost);
  return planned.ok() ? cost.compute_cycles : 0;
}

std::vector<RowPart> cut_rows(const plan::ConvOp& op, std::uint32_t unit, std::uint32_t most) {
  std::vector<RowPart> parts;
  const std::uint32_t rows = (op.out_h + most - 1) / most;
  for (std::uint32_t first = 0; first < op.out_h; first += rows) {
    RowPart part{.op = op, .in_row = 0, .out_row = first, .load_end = 0};
    part.op.out_h = std::min(rows, op.out_h - first);
    // Input rows [begin, end) of the part's windows; the padding above is counted in.
    const std::uint32_t begin = first * op.stride_h;
    const std::uint32_t reach = (op.kernel_h - 1) * op.dilation_h + 1;
    const std::uint32_t end = begin + (part.op.out_h - 1) * op.stride_h + reach;
    part.in_row = begin > op.pad_top ? begin - op.pad_top : 0;
    part.op.pad_top = op.pad_top > begin ? op.pad_top - begin : 0;
    const std::uint32_t last = std::min(op.in_h, end > op.pad_top ? end - op.pad_top : 0);
    if (last <= part.in_row) return {};  // Padding alone: not the usual image.
    part.op.in_h = last - part.in_row;
    part.load_end = std::min(op.in_h, (last + unit - 1) / unit * unit);
    parts.push_back(part);
  }
  if (!parts.empty()) parts.back().load_end = op.in_h;
  return parts;
}

std::vector<plan::TileRange> cut_tiles(const plan::ConvOp& op, const plan::ConvLayout& layout,
                                       const spec::HardwareConfig& config, bool first) {
  std::vector<plan::TileRange> whole{{0, layout.tiles}};
  const u64 bytes = layout.weight_bytes + layout.parameter_bytes;
  if (layout.segments != 1 || bytes < (first ? kFirstBytes : kPartBytes)) return whole;
  // Tiles that are computed at once stay together.
  const u32 set = plan::conv_segment(op, layout, 0).array_groups;
  u32 units = (layout.tiles + set - 1) / set;
  const u64 unit_bytes = (bytes + units - 1) / units;
  const u32 largest = std::max<u32>(1, static_cast<u32>(kPartBytes / unit_bytes));
  const u64 compute = compute_cycles(op, layout, config, std::min(set, layout.tiles));
  if (compute == 0 || units == 1) return whole;
  const u64 load = unit_bytes / kLoadBytesPerCycle;
  std::vector<u32> sizes;
  if (first && compute > load) {
    // So many that the image, row by row, comes no slower than they are computed.
    const u64 image = u64{op.batch} * op.in_h * op.in_w * op.in_c / kLoadBytesPerCycle;
    sizes.push_back(static_cast<u32>(std::min<u64>(units, std::max<u64>(1, (image + compute - 1) / compute))));
    units -= sizes.back();
    // The next ones come behind the image, each while the one before it is computed. The result is stored beside the
    // last one, which has to last as long.
    const u64 store = u64{op.batch} * op.out_h * op.out_w * op.out_c / kLoadBytesPerCycle;
    for (u32 next = 1; next < largest && next < units && (units - next) * compute >= store; next *= 2) {
      sizes.push_back(next);
      units -= next;
    }
  }
  if (units > 0) std::ranges::copy(part_sizes(units, largest, load, compute), std::back_inserter(sizes));
  std::vector<plan::TileRange> parts;
  u32 tile = 0;
  for (const u32 size : sizes) {
    parts.push_back({tile, std::min(size * set, layout.tiles - tile)});
    tile += parts.back().count;
  }
  return parts;
}

}  // namespace auklet::compiler::passes
