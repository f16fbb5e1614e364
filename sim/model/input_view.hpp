// The one function through which CONV, DWCONV, DWROWS and the pools read their input.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "commands.hpp"
#include "sram.hpp"

namespace auklet::sim::model {

/// The input of one output tile, as `read(t, iy, r)` of docs/command-stream.md defines it.
class InputView {
 public:
  InputView(const Sram& sram, const Geom& geom, std::uint32_t tile)
      : sram_(sram),
        base_(geom.in_base + tile * geom.in_tile_step),
        row_pitch_(geom.row_pitch),
        row_bytes_(geom.row_bytes),
        rows_(geom.in_h),
        zero_point_(static_cast<std::int8_t>(geom.in_zp)) {}

  [[nodiscard]] bool has_row(std::int64_t iy) const { return iy >= 0 && iy < rows_; }

  /// Whether all 16 bytes from byte `r` of row `iy` on exist.
  [[nodiscard]] bool has_word(std::int64_t iy, std::int64_t r) const {
    return has_row(iy) && r >= 0 && r + static_cast<std::int64_t>(kLanes) <= row_bytes_;
  }

  /// out[k] = read(t, iy, r + k).
  void fetch(std::int64_t iy, std::int64_t r, std::span<std::int8_t> out) const {
    const auto n = static_cast<std::int64_t>(out.size());
    const std::int64_t begin = std::clamp<std::int64_t>(-r, 0, n);
    const std::int64_t end = has_row(iy) ? std::clamp<std::int64_t>(row_bytes_ - r, begin, n) : begin;
    const auto existing = out.subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin));
    std::ranges::fill(out.first(static_cast<std::size_t>(begin)), zero_point_);
    sram_.read(base_ + static_cast<std::uint32_t>(iy) * row_pitch_ + static_cast<std::uint32_t>(r + begin), existing);
    std::ranges::fill(out.subspan(static_cast<std::size_t>(end)), zero_point_);
  }

  [[nodiscard]] Word fetch_word(std::int64_t iy, std::int64_t r) const {
    Word word;
    fetch(iy, r, word);
    return word;
  }

 private:
  const Sram& sram_;
  std::uint32_t base_;
  std::uint32_t row_pitch_;
  std::int64_t row_bytes_;
  std::int64_t rows_;
  std::int8_t zero_point_;
};

/// SRAM address of the word of output position (oy, ox) of `tile`.
[[nodiscard]] inline std::uint32_t output_address(const Geom& geom, std::uint32_t tile, std::uint32_t oy,
                                                  std::uint32_t ox) {
  return geom.out_base + tile * geom.out_tile_step + oy * geom.out_row_pitch + ox * geom.out_x_pitch;
}

/// Input row under kernel row `ky` of output row `oy`.
[[nodiscard]] inline std::int64_t input_row(const Geom& geom, std::uint32_t oy, std::uint32_t ky) {
  return std::int64_t{oy} * geom.stride_y - geom.pad_top + std::int64_t{ky} * geom.dil_y;
}

/// Byte of the input row under kernel column `kx` of output column `ox` (not for DWCONV and DWROWS).
[[nodiscard]] inline std::int64_t input_byte(const Geom& geom, std::uint32_t ox, std::uint32_t kx) {
  return std::int64_t{geom.r0} + std::int64_t{ox} * geom.x_step + std::int64_t{kx} * geom.kx_stride;
}

}  // namespace auklet::sim::model
