#include "raw_footprint.hpp"

#include <algorithm>

namespace auklet::test {
namespace {

/// Calls visit(begin, bytes) for every existing run of input bytes of one tile.
template <class Visit>
void for_each_input(const spec::GeomCommand& c, std::uint32_t tile, Visit visit) {
  const bool depthwise = c.header.opcode == spec::Opcode::kDwconv || c.header.opcode == spec::Opcode::kDwrows;
  const std::int64_t base = std::int64_t{c.in_base} + std::int64_t{tile} * c.in_tile_step;
  for (std::int64_t oy = 0; oy < c.out_h; ++oy) {
    for (std::int64_t ky = 0; ky < c.kh; ++ky) {
      const std::int64_t iy = oy * c.stride_y - c.pad_top + ky * c.dil_y;
      if (iy < 0 || iy >= c.in_h) continue;
      for (std::int64_t ox = 0; ox < c.out_w; ++ox) {
        for (std::int64_t kx = 0; kx < c.kx_n; ++kx) {
          const std::int64_t ix = ox * c.stride_x - c.pad_left + kx;
          if (depthwise && (ix < 0 || ix >= c.in_w)) continue;
          const std::int64_t r = depthwise ? ix * c.kx_stride : c.r0 + ox * c.x_step + kx * c.kx_stride;
          const std::int64_t begin = std::max<std::int64_t>(r, 0);
          const std::int64_t end = std::min<std::int64_t>(r + std::int64_t{c.chunks} * 16, c.row_bytes);
          if (begin < end) {
            visit(static_cast<std::uint64_t>(base + iy * c.row_pitch + begin), static_cast<std::uint64_t>(end - begin));
          }
        }
      }
    }
  }
}

}  // namespace

bool mark_geometry(const spec::GeomCommand& c, Footprint& footprint) {
  const bool pool = c.header.opcode == spec::Opcode::kMaxpool || c.header.opcode == spec::Opcode::kAvgpool;
  const std::uint64_t blocks = c.header.opcode == spec::Opcode::kDwconv   ? 1
                               : c.header.opcode == spec::Opcode::kDwrows ? c.kh
                                                                          : std::uint64_t{c.kh} * c.kx_n * c.chunks;
  if (!pool) {
    mark(footprint.sram_read, c.w_base, c.oc_tiles * blocks * spec::kWeightBlock);
    mark(footprint.sram_read, c.p_base, std::uint64_t{c.oc_tiles} * spec::kParamBlock);
  }
  for (std::uint32_t tile = 0; tile < c.oc_tiles; ++tile) {
    for_each_input(c, tile, [&](std::uint64_t begin, std::uint64_t bytes) { mark(footprint.sram_read, begin, bytes); });
    std::bitset<Footprint::kSramWords> written;
    for (std::uint64_t oy = 0; oy < c.out_h; ++oy) {
      for (std::uint64_t ox = 0; ox < c.out_w; ++ox) {
        mark(written,
             std::uint64_t{c.out_base} + tile * std::uint64_t{c.out_tile_step} + oy * c.out_row_pitch +
                 ox * c.out_x_pitch,
             16);
      }
    }
    if ((written & footprint.sram_written).any()) return false;
    footprint.sram_written |= written;
  }
  return (footprint.sram_written & footprint.sram_read).none();
}

bool mark_add(const spec::EltwiseCommand& c, Footprint& footprint) {
  std::bitset<Footprint::kSramWords> a, b;
  bool twice = false;
  for (std::uint64_t j = 0; j < c.n1; ++j) {
    for (std::uint64_t k = 0; k < c.n0; ++k) {
      mark(a, c.a_base + j * c.a_step1 + k * c.a_step0, 16);
      mark(b, c.b_base + j * c.b_step1 + k * c.b_step0, 16);
      const std::uint64_t out = c.out_base + j * c.out_step1 + k * 16;
      twice = twice || footprint.sram_written.test(out / 16 % Footprint::kSramWords);
      mark(footprint.sram_written, out, 16);
    }
  }
  footprint.sram_read = a | b;
  const bool replaces_a = c.out_base == c.a_base && c.out_step1 == c.a_step1 && c.a_step0 == 16 && !twice &&
                          (footprint.sram_written & b).none();
  return replaces_a || (footprint.sram_written & footprint.sram_read).none();
}

bool Footprint::conflicts(const Footprint& other) const {
  return (sram_written & (other.sram_read | other.sram_written)).any() || (other.sram_written & sram_read).any() ||
         (data_written & (other.data_read | other.data_written)).any() || (other.data_written & data_read).any();
}

}  // namespace auklet::test
