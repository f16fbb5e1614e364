// Rows of widened activations times all output channels. Not part of the public interface.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "requantize.hpp"
#include "tile.hpp"
#include "unroll.hpp"

namespace auklet::kernels::portable {

/// Filter rows [first, first + channels) of a filter with `depth` weights a row.
struct FilterRows {
  const std::int8_t* weights;  ///< Row `first`.
  std::size_t depth;
  std::size_t first;
  std::size_t channels;
};

/// output[r * output_stride + c] of every row and channel; `corrections[r]` is subtracted from the sums of row r.
template <std::size_t kRows>
[[gnu::flatten]] void multiply_rows(const std::int16_t* activations, const FilterRows& filter,
                                    const std::array<std::uint32_t, kTileRows>& corrections,
                                    const Requantizer& requantize, std::int8_t* output, std::size_t output_stride) {
  const auto columns = [&]<std::size_t kChannels>(std::size_t c, std::integral_constant<std::size_t, kChannels>) {
    const auto sums = multiply_tile<kRows, kChannels>(activations, filter.weights + c * filter.depth, filter.depth);
    unroll<kChannels>([&](auto i) {
      const Requantizer::Channel finish = requantize.channel(filter.first + c + i);
      unroll<kRows>([&](auto r) { output[r * output_stride + c + i] = finish(sums[r][i] - corrections[r]); });
    });
  };
  std::size_t c = 0;
  constexpr std::size_t kTogether = tile_channels(kRows);
  for (; c + kTogether <= filter.channels; c += kTogether) {
    columns(c, std::integral_constant<std::size_t, kTogether>());
  }
  for (; c < filter.channels; ++c) columns(c, std::integral_constant<std::size_t, 1>());
}

}  // namespace auklet::kernels::portable
