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

/// Where the rows' outputs go: channel c of row r to data[r * stride + c].
struct OutputRows {
  std::int8_t* data;
  std::size_t stride;
};

/// All channels of kRows rows; `corrections[r]` is subtracted from the sums of row r.
template <std::size_t kRows>
[[gnu::flatten]] void multiply_rows(const std::int16_t* activations, const FilterRows& filter,
                                    const std::array<std::uint32_t, kTileRows>& corrections,
                                    const Requantizer& requantize, const OutputRows& output) {
  const auto tile = [&]<std::size_t kChannels>(std::size_t channel, std::integral_constant<std::size_t, kChannels>) {
    const auto sums =
        multiply_tile<kRows, kChannels>(activations, filter.weights + channel * filter.depth, filter.depth);
    unroll<kChannels>([&](auto i) {
      const Requantizer::Channel finish = requantize.channel(filter.first + channel + i);
      std::int8_t* const out = output.data + channel + i;
      unroll<kRows>([&](auto r) { out[r * output.stride] = finish(sums[r][i] - corrections[r]); });
    });
  };
  constexpr std::size_t kTogether = tile_channels(kRows);
  std::size_t channel = 0;
  for (; channel + kTogether <= filter.channels; channel += kTogether) {
    tile(channel, std::integral_constant<std::size_t, kTogether>());
  }
  for (; channel < filter.channels; ++channel) tile(channel, std::integral_constant<std::size_t, 1>());
}

}  // namespace auklet::kernels::portable
