#include "pack_rows.hpp"

#include <algorithm>
#include <bit>
#include <numeric>

#include "conv_weights.hpp"

namespace auklet::compiler::passes {
namespace {

using u32 = std::uint32_t;
using u64 = std::uint64_t;

// Multiplies by 1: 2^30 * 2 / 2^31.
constexpr std::int32_t kOneMultiplier = 1 << 30;
constexpr std::int32_t kOneShift = 1;

// Lane `pixel * (16 / n) + row * C + channel` of a word is that channel of that pixel, so many rows below.
std::vector<std::int8_t> gathering_weights(const plan::ConvOp& op) {
  const u32 pixel_lanes = op.out_c / op.kernel_w;
  std::vector<std::int8_t> weights(std::size_t{op.out_c} * op.kernel_h * op.kernel_w * op.in_c);
  for (u32 row = 0; row < op.kernel_h; ++row) {
    for (u32 pixel = 0; pixel < op.kernel_w; ++pixel) {
      for (u32 channel = 0; channel < op.in_c; ++channel) {
        const u32 lane = pixel * pixel_lanes + row * op.in_c + channel;
        weights[((std::size_t{lane} * op.kernel_h + row) * op.kernel_w + pixel) * op.in_c + channel] = 1;
      }
    }
  }
  return weights;
}

// For an image whose pixels hold those of `rows` rows.
std::vector<std::int8_t> packed_weights(const ConvWork& work, const plan::ConvOp& packed, u32 rows) {
  const plan::ConvOp& op = work.op;
  std::vector<std::int8_t> weights(std::size_t{op.out_c} * packed.kernel_h * packed.kernel_w * packed.in_c);
  for (u32 o = 0; o < op.out_c; ++o) {
    for (u32 ky = 0; ky < op.kernel_h; ++ky) {
      for (u32 kx = 0; kx < op.kernel_w; ++kx) {
        const std::size_t tap = (std::size_t{o} * packed.kernel_h + ky / rows) * packed.kernel_w + kx;
        for (u32 c = 0; c < op.in_c; ++c) {
          const u32 channel = ky % rows * op.in_c + c;
          weights[tap * packed.in_c + channel] = weight_at(work, o, ky, kx, c);
        }
      }
    }
  }
  return weights;
}

// The packed rows that windows look at and that meet the image: row j begins at the image's row j * step - pad_top.
struct PackedRange {
  u32 first = 0;
  u32 count = 0;
  u32 step = 1;
};

std::optional<PackedRange> packed_range(const plan::ConvOp& op, u32 rows) {
  PackedRange range;
  range.step = std::gcd(op.stride_h, rows * op.dilation_h);
  const u32 reach = (rows - 1) * op.dilation_h + 1;
  if (op.pad_top >= reach) range.first = (op.pad_top - reach) / range.step + 1;
  if (range.first * range.step > op.pad_top) return std::nullopt;  // The first one begins inside the image.
  const u32 last_tap = (op.kernel_h - 1) / rows * rows * op.dilation_h;
  const u64 last_read = (u64{op.out_h - 1} * op.stride_h + last_tap) / range.step;
  const u64 last_meeting = (u64{op.in_h} + op.pad_top - 1) / range.step;
  range.count = static_cast<u32>(std::min(last_read, last_meeting)) - range.first + 1;
  return range;
}

}  // namespace

std::optional<PackedOps> pack_rows(const plan::ConvOp& op, u32 rows) {
  if (op.groups != 1 || rows > op.kernel_h || u64{rows} * op.in_c > plan::kWordBytes) return std::nullopt;
  const auto range = packed_range(op, rows);
  if (!range) return std::nullopt;
  const u32 pixel_bytes = std::bit_ceil(rows * op.in_c);
  const u32 pixels = plan::kWordBytes / pixel_bytes;

  plan::ConvOp pack{.batch = op.batch, .in_h = op.in_h, .in_w = op.in_w, .in_c = op.in_c, .in_zp = op.in_zp};
  pack.out_zp = op.in_zp;
  pack.out_h = range->count;
  pack.out_w = (op.in_w + pixels - 1) / pixels;
  pack.out_c = plan::kWordBytes;
  pack.kernel_h = rows;
  pack.kernel_w = pack.stride_w = pixels;
  pack.stride_h = range->step;
  pack.dilation_h = op.dilation_h;
  pack.pad_top = op.pad_top - range->first * range->step;

  // Columns behind the image's hold its zero point, as padding does.
  plan::ConvOp conv = op;
  conv.in_h = pack.out_h;
  conv.in_w = pack.out_w * pixels;
  conv.in_c = pixel_bytes;
  conv.kernel_h = (op.kernel_h + rows - 1) / rows;
  conv.stride_h = op.stride_h / range->step;
  conv.dilation_h = rows * op.dilation_h / range->step;
  conv.pad_top = range->first;
  conv.weight_order = plan::WeightOrder::kOhwi;
  if (!plan::check(pack).ok() || !plan::check(conv).ok()) return std::nullopt;
  return PackedOps{.pack = pack, .conv = conv};
}

ConvWork packing_work(const PackedOps& ops) {
  ConvWork work;
  work.multiplier = {kOneMultiplier};
  work.shift = {kOneShift};
  return rewritten(std::move(work), ops.pack, gathering_weights(ops.pack));
}

ConvWork packed_work(const ConvWork& work, const PackedOps& ops, u32 rows) {
  return rewritten(work, ops.conv, packed_weights(work, ops.conv, rows));
}

}  // namespace auklet::compiler::passes
