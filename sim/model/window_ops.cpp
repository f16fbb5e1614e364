// DWCONV, DWROWS, MAXPOOL and AVGPOOL: lane o is channel 16 t + o, and every tap is one word.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "compute.hpp"
#include "input_view.hpp"
#include "requantiser.hpp"

namespace auklet::sim::model {
namespace {

/// Calls `position(input, tile, oy, ox)` for every output position, tile by tile, and writes the word that it returns.
template <typename Setup>
void for_each_output(Sram& sram, const Geom& geom, Setup setup) {
  for (std::uint32_t tile = 0; tile < geom.oc_tiles; ++tile) {
    const InputView input(sram, geom, tile);
    const auto position = setup(tile);
    for (std::uint32_t oy = 0; oy < geom.out_h; ++oy) {
      for (std::uint32_t ox = 0; ox < geom.out_w; ++ox) {
        sram.write_word(output_address(geom, tile, oy, ox), position(input, oy, ox));
      }
    }
  }
}

/// Calls `tap(word)` for every tap of the window that counts; returns how many did.
template <typename Tap>
std::int32_t for_each_tap(const InputView& input, const Geom& geom, std::uint32_t oy, std::uint32_t ox, Tap tap) {
  std::int32_t n = 0;
  for (std::uint32_t ky = 0; ky < geom.kh; ++ky) {
    const std::int64_t iy = input_row(geom, oy, ky);
    if (!input.has_row(iy)) continue;
    for (std::uint32_t kx = 0; kx < geom.kx_n; ++kx) {
      const std::int64_t r = input_byte(geom, ox, kx);
      if (!input.has_word(iy, r)) continue;
      tap(input.fetch_word(iy, r));
      ++n;
    }
  }
  return n;
}

/// The depthwise pixel under column `ix`: in_zp in all lanes outside of the input's columns.
Word depthwise_pixel(const InputView& input, const Geom& geom, std::int64_t iy, std::int64_t ix) {
  if (ix < 0 || ix >= geom.in_w) {
    Word padding;
    padding.fill(static_cast<std::int8_t>(geom.in_zp));
    return padding;
  }
  return input.fetch_word(iy, ix * std::int64_t{geom.kx_stride});
}

/// The rows of `blocks` weight blocks.
std::vector<Word> weight_words(const Sram& sram, std::uint32_t address, std::uint32_t blocks) {
  std::vector<Word> words(std::size_t{blocks} * spec::kReduce);
  for (std::uint32_t row = 0; row < words.size(); ++row) words[row] = sram.read_word(address + row * spec::kLanes);
  return words;
}

/// Adds the taps of one kernel row, which is over input row `iy`.
void accumulate_row(const InputView& input, const Geom& geom, std::int64_t iy, std::uint32_t ox,
                    std::span<const Word> weights, Accumulators& acc) {
  for (std::uint32_t kx = 0; kx < geom.kx_n; ++kx) {
    const std::int64_t ix = std::int64_t{ox} * geom.stride_x - geom.pad_left + kx;
    const Word pixel = depthwise_pixel(input, geom, iy, ix);
    for (std::size_t o = 0; o < kLanes; ++o) acc[o] += static_cast<std::uint32_t>(pixel[o] * weights[kx][o]);
  }
}

}  // namespace

void run_depthwise(Sram& sram, const Geom& geom) {
  for_each_output(sram, geom, [&](std::uint32_t tile) {
    const std::vector<Word> weights = weight_words(sram, geom.w_base + tile * spec::kWeightBlock, 1);
    return [&geom, weights, requantise = Requantiser(sram, geom, tile)](const InputView& input, std::uint32_t oy,
                                                                        std::uint32_t ox) {
      Accumulators acc{};
      for (std::uint32_t ky = 0; ky < geom.kh; ++ky) {
        // dil_y plays no part.
        const std::int64_t iy = std::int64_t{oy} * geom.stride_y - geom.pad_top + ky;
        accumulate_row(input, geom, iy, ox, std::span(weights).subspan(std::size_t{ky} * spec::kDwCols), acc);
      }
      return requantise(acc);
    };
  });
}

void run_depthwise_rows(Sram& sram, const Geom& geom) {
  for_each_output(sram, geom, [&](std::uint32_t tile) {
    const std::uint32_t blocks = tile * geom.kh * spec::kWeightBlock;
    return [&geom, weights = weight_words(sram, geom.w_base + blocks, geom.kh),
            requantise = Requantiser(sram, geom, tile)](const InputView& input, std::uint32_t oy, std::uint32_t ox) {
      Accumulators acc{};
      for (std::uint32_t ky = 0; ky < geom.kh; ++ky) {
        accumulate_row(input, geom, input_row(geom, oy, ky), ox,
                       std::span(weights).subspan(std::size_t{ky} * spec::kReduce), acc);
      }
      return requantise(acc);
    };
  });
}

void run_max_pool(Sram& sram, const Geom& geom) {
  const auto low = static_cast<std::int8_t>(geom.act_min);
  const auto high = static_cast<std::int8_t>(geom.act_max);
  for_each_output(sram, geom, [&](std::uint32_t) {
    return [&geom, low, high](const InputView& input, std::uint32_t oy, std::uint32_t ox) {
      Word best;
      best.fill(-128);
      for_each_tap(input, geom, oy, ox, [&best](const Word& tap) {
        for (std::size_t o = 0; o < kLanes; ++o) best[o] = std::max(best[o], tap[o]);
      });
      for (std::int8_t& lane : best) lane = clamp_to_int8(lane, low, high);
      return best;
    };
  });
}

void run_average_pool(Sram& sram, const Geom& geom) {
  const auto low = static_cast<std::int8_t>(geom.act_min);
  const auto high = static_cast<std::int8_t>(geom.act_max);
  for_each_output(sram, geom, [&](std::uint32_t) {
    return [&geom, low, high](const InputView& input, std::uint32_t oy, std::uint32_t ox) {
      std::array<std::int32_t, kLanes> sum{};  // At most 255 * 255 taps of at most 128: far from overflow.
      const std::int32_t n = for_each_tap(input, geom, oy, ox, [&sum](const Word& tap) {
        for (std::size_t o = 0; o < kLanes; ++o) sum[o] += tap[o];
      });
      Word out;
      for (std::size_t o = 0; o < kLanes; ++o) {
        const std::int32_t mean = n == 0 ? 0 : (sum[o] >= 0 ? sum[o] + n / 2 : sum[o] - n / 2) / n;
        out[o] = clamp_to_int8(mean, low, high);
      }
      return out;
    };
  });
}

}  // namespace auklet::sim::model
