#include "naive.hpp"

#include <algorithm>
#include <limits>

namespace auklet::test::naive {
namespace {

std::int64_t wrap32(std::int64_t x) { return static_cast<std::int32_t>(static_cast<std::uint32_t>(x)); }

std::int8_t at(const Bytes& sram, std::int64_t address) {
  return sram[static_cast<std::size_t>(address) % sram.size()];
}

std::int64_t read(const Bytes& sram, const spec::GeomCommand& c, std::int64_t t, std::int64_t iy, std::int64_t r) {
  if (iy < 0 || iy >= c.in_h || r < 0 || r >= c.row_bytes) return c.in_zp;
  return at(sram, c.in_base + t * c.in_tile_step + iy * c.row_pitch + r);
}

std::int64_t saturating_rounding_doubling_high_mul(std::int64_t a, std::int64_t b) {
  constexpr std::int64_t kMin = std::numeric_limits<std::int32_t>::min();
  if (a == kMin && b == kMin) return std::numeric_limits<std::int32_t>::max();
  const std::int64_t product = a * b;
  constexpr std::int64_t kHalf = std::int64_t{1} << 30;
  return product >= 0 ? (product + kHalf) >> 31 : -((-product + kHalf - 1) >> 31);
}

std::int64_t rounding_divide_by_pot(std::int64_t x, int e) {
  const std::int64_t power = std::int64_t{1} << e;
  const std::int64_t magnitude = x < 0 ? -x : x;  // Rounds half away from zero, so the sign can wait.
  const std::int64_t quotient = (magnitude + power / 2) / power;
  return x < 0 ? -quotient : quotient;
}

std::int8_t clamp(std::int64_t value, std::int32_t low, std::int32_t high) {
  return static_cast<std::int8_t>(std::clamp<std::int64_t>(value, low, high));
}

std::int64_t word_at(const Bytes& sram, std::int64_t address) {
  std::uint32_t value = 0;
  for (int i = 3; i >= 0; --i) value = (value << 8) | static_cast<std::uint8_t>(at(sram, address + i));
  return static_cast<std::int32_t>(value);
}

std::int8_t requantise(const Bytes& sram, const spec::GeomCommand& c, std::int64_t acc, std::int64_t t,
                       std::int64_t o) {
  const std::int64_t block = c.p_base + t * 160;
  const std::int64_t bias = word_at(sram, block + 4 * o);
  const std::int64_t multiplier = word_at(sram, block + 64 + 4 * o);
  const int shift = at(sram, block + 128 + o);
  const std::int64_t scaled = multiply_by_quantized_multiplier(wrap32(acc + bias), multiplier, shift);
  return clamp(scaled + c.out_zp, c.act_min, c.act_max);
}

/// Writes lane(t, oy, ox, o) to every output byte.
template <typename Lane>
Bytes each_output(const Bytes& sram, const spec::GeomCommand& c, Lane lane) {
  Bytes out = sram;
  for (std::int64_t t = 0; t < c.oc_tiles; ++t) {
    for (std::int64_t oy = 0; oy < c.out_h; ++oy) {
      for (std::int64_t ox = 0; ox < c.out_w; ++ox) {
        const std::int64_t word = c.out_base + t * c.out_tile_step + oy * c.out_row_pitch + ox * c.out_x_pitch;
        for (std::int64_t o = 0; o < 16; ++o) {
          out[static_cast<std::size_t>(word + o) % out.size()] = lane(t, oy, ox, o);
        }
      }
    }
  }
  return out;
}

/// Calls use(lane value) for every tap that counts; returns how many.
template <typename Use>
std::int64_t each_tap(const Bytes& sram, const spec::GeomCommand& c, std::int64_t t, std::int64_t oy, std::int64_t ox,
                      std::int64_t o, Use use) {
  std::int64_t n = 0;
  for (std::int64_t ky = 0; ky < c.kh; ++ky) {
    for (std::int64_t kx = 0; kx < c.kx_n; ++kx) {
      const std::int64_t iy = oy * c.stride_y - c.pad_top + ky * c.dil_y;
      const std::int64_t r = c.r0 + ox * c.x_step + kx * c.kx_stride;
      if (0 <= iy && iy < c.in_h && 0 <= r && r + 15 < c.row_bytes) {
        use(read(sram, c, t, iy, r + o));
        ++n;
      }
    }
  }
  return n;
}

}  // namespace

std::int64_t multiply_by_quantized_multiplier(std::int64_t x, std::int64_t m, int s) {
  const std::int64_t shifted = s > 0 ? wrap32(x * (std::int64_t{1} << s)) : x;
  return rounding_divide_by_pot(saturating_rounding_doubling_high_mul(shifted, m), s < 0 ? -s : 0);
}

Bytes conv(const Bytes& sram, const spec::GeomCommand& c, std::uint32_t array_groups) {
  const std::int64_t groups = c.in_tile_step == 0 ? array_groups : 1;
  const std::int64_t steps = std::int64_t{c.kh} * c.kx_n * c.chunks;
  return each_output(sram, c, [&](std::int64_t t, std::int64_t oy, std::int64_t ox, std::int64_t o) {
    const std::int64_t set = t / groups;
    const std::int64_t g = std::min(groups, c.oc_tiles - set * groups);
    std::int64_t acc = 0;
    for (std::int64_t ky = 0; ky < c.kh; ++ky) {
      for (std::int64_t kx = 0; kx < c.kx_n; ++kx) {
        for (std::int64_t ch = 0; ch < c.chunks; ++ch) {
          for (std::int64_t i = 0; i < 16; ++i) {
            const std::int64_t iy = oy * c.stride_y - c.pad_top + ky * c.dil_y;
            const std::int64_t r = c.r0 + ox * c.x_step + kx * c.kx_stride + ch * 16 + i;
            const std::int64_t s = (ky * c.kx_n + kx) * c.chunks + ch;
            const std::int64_t block = c.w_base + (set * groups * steps + s * g + t % groups) * 256;
            const std::int64_t weight = c.w_columns != 0 ? o * 16 + i : i * 16 + o;
            acc += read(sram, c, t, iy, r) * at(sram, block + weight);
          }
        }
      }
    }
    return requantise(sram, c, acc, t, o);
  });
}

Bytes depthwise(const Bytes& sram, const spec::GeomCommand& c) {
  return each_output(sram, c, [&](std::int64_t t, std::int64_t oy, std::int64_t ox, std::int64_t o) {
    std::int64_t acc = 0;
    for (std::int64_t ky = 0; ky < c.kh; ++ky) {
      for (std::int64_t kx = 0; kx < c.kx_n; ++kx) {
        const std::int64_t iy = oy * c.stride_y - c.pad_top + ky;
        const std::int64_t ix = ox * c.stride_x - c.pad_left + kx;
        const std::int64_t pixel = 0 <= ix && ix < c.in_w ? read(sram, c, t, iy, ix * c.kx_stride + o) : c.in_zp;
        acc += pixel * at(sram, c.w_base + t * 256 + (ky * 5 + kx) * 16 + o);
      }
    }
    return requantise(sram, c, acc, t, o);
  });
}

Bytes depthwise_rows(const Bytes& sram, const spec::GeomCommand& c) {
  return each_output(sram, c, [&](std::int64_t t, std::int64_t oy, std::int64_t ox, std::int64_t o) {
    std::int64_t acc = 0;
    for (std::int64_t ky = 0; ky < c.kh; ++ky) {
      for (std::int64_t kx = 0; kx < c.kx_n; ++kx) {
        const std::int64_t iy = oy * c.stride_y - c.pad_top + ky * c.dil_y;
        const std::int64_t ix = ox * c.stride_x - c.pad_left + kx;
        const std::int64_t pixel = 0 <= ix && ix < c.in_w ? read(sram, c, t, iy, ix * c.kx_stride + o) : c.in_zp;
        acc += pixel * at(sram, c.w_base + (t * c.kh + ky) * 256 + kx * 16 + o);
      }
    }
    return requantise(sram, c, acc, t, o);
  });
}

Bytes max_pool(const Bytes& sram, const spec::GeomCommand& c) {
  return each_output(sram, c, [&](std::int64_t t, std::int64_t oy, std::int64_t ox, std::int64_t o) {
    std::int64_t best = -128;
    each_tap(sram, c, t, oy, ox, o, [&](std::int64_t lane) { best = std::max(best, lane); });
    return clamp(best, c.act_min, c.act_max);
  });
}

Bytes average_pool(const Bytes& sram, const spec::GeomCommand& c) {
  return each_output(sram, c, [&](std::int64_t t, std::int64_t oy, std::int64_t ox, std::int64_t o) {
    std::int64_t sum = 0;
    const std::int64_t n = each_tap(sram, c, t, oy, ox, o, [&](std::int64_t lane) { sum += lane; });
    if (n == 0) return clamp(0, c.act_min, c.act_max);
    return clamp(sum >= 0 ? (sum + n / 2) / n : (sum - n / 2) / n, c.act_min, c.act_max);
  });
}

Bytes eltwise(const Bytes& sram, const spec::EltwiseCommand& c) {
  using spec::Opcode;
  const Opcode op = c.header.opcode;
  Bytes out = sram;
  for (std::int64_t j = 0; j < c.n1; ++j) {
    for (std::int64_t k = 0; k < c.n0; ++k) {
      for (std::int64_t o = 0; o < 16; ++o) {
        const std::int64_t a = at(sram, c.a_base + j * c.a_step1 + k * c.a_step0 + (c.a_splat != 0 ? 0 : o));
        const std::int64_t b = at(sram, c.b_base + j * c.b_step1 + k * c.b_step0 + (c.b_splat != 0 ? 0 : o));
        const std::int64_t unit = std::int64_t{1} << c.left_shift;
        const std::int64_t sa = multiply_by_quantized_multiplier((a - c.a_zp) * unit, c.a_mult, c.a_shift);
        const std::int64_t sb = multiply_by_quantized_multiplier((b - c.b_zp) * unit, c.b_mult, c.b_shift);
        const auto scale = [&c](std::int64_t x) {
          return multiply_by_quantized_multiplier(wrap32(x), c.out_mult, c.out_shift) + c.out_zp;
        };
        std::int64_t result = 0;
        if (op == Opcode::kAdd) result = scale(sa + sb);
        if (op == Opcode::kSqdiff) result = scale(wrap32(sa - sb) * wrap32(sa - sb));
        if (op == Opcode::kMul) result = scale((a - c.a_zp) * (b - c.b_zp));
        if (op == Opcode::kMin) result = std::min(a, b);
        if (op == Opcode::kMax) result = std::max(a, b);
        const std::int64_t address = c.out_base + j * c.out_step1 + k * 16 + o;
        std::int8_t& byte = out[static_cast<std::size_t>(address) % out.size()];
        if (op == Opcode::kTable)
          byte = at(sram, c.b_base / 32 * 32 + (a + 256) % 256);
        else
          byte = clamp(result, c.act_min, c.act_max);
      }
    }
  }
  return out;
}

Bytes load(const Bytes& sram, const Bytes& memory, const spec::DmaCommand& c) {
  Bytes out = sram;
  const std::int64_t total = std::int64_t{c.ax_len} * c.ax_rows;
  for (std::int64_t row = 0; row * c.sp_len < total; ++row) {
    const std::int64_t bytes = std::min<std::int64_t>(c.sp_len, total - row * c.sp_len);
    for (std::int64_t k = 0; k < (bytes + 15) / 16 * 16; ++k) {
      const std::int64_t n = row * c.sp_len + k;
      const std::int64_t source = c.offset + n / c.ax_len * c.ax_stride + n % c.ax_len;
      const std::int8_t byte = k < bytes ? memory[static_cast<std::size_t>(source)] : std::int8_t{0};
      out[static_cast<std::size_t>(c.sp_base + row * c.sp_stride + k) % out.size()] = byte;
    }
  }
  return out;
}

Bytes gather(const Bytes& sram, const Bytes& memory, const spec::GatherCommand& c) {
  Bytes out = sram;
  for (std::int64_t j = 0; j < c.n; ++j) {
    std::int64_t index = 0;
    for (int k = 0; k < 4; ++k)
      index += std::int64_t{static_cast<std::uint8_t>(at(sram, c.idx_base + 4 * j + k))} << 8 * k;
    for (std::int64_t k = 0; k < (c.ax_len + 15) / 16 * 16; ++k) {
      const std::int64_t source = c.offset + index * c.ax_stride + k;
      const std::int8_t byte = k < c.ax_len ? memory[static_cast<std::size_t>(source)] : std::int8_t{0};
      out[static_cast<std::size_t>(c.sp_base + j * c.sp_stride + k) % out.size()] = byte;
    }
  }
  return out;
}

Bytes store(const Bytes& sram, const Bytes& memory, const spec::DmaCommand& c) {
  Bytes out = memory;
  for (std::int64_t n = 0; n < std::int64_t{c.ax_len} * c.ax_rows; ++n) {
    const std::int64_t source = c.sp_base + n / c.sp_len * c.sp_stride + n % c.sp_len;
    out[static_cast<std::size_t>(c.offset + n / c.ax_len * c.ax_stride + n % c.ax_len)] = at(sram, source);
  }
  return out;
}

}  // namespace auklet::test::naive
