// The inner loop of convolutions and matrix products: rows of activations times rows of weights, several of both at a
// time, so that each loaded number takes part in several products.
//
// Activations are widened to int16 first (widen.hpp), with the zero point subtracted, so that no sum needs a correction
// and padding is zero. They lie in groups of four, the rows of a tile by turns: one address leads to all of them. With
// the DSP extension two products are one instruction; its instruction that widens bytes takes every other one, so a
// whole group is in the order 0, 2, 1, 3 there. Not part of the public interface.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "dsp.hpp"
#include "unroll.hpp"

namespace auklet::kernels::portable {

/// Activations in a group, and weights that are read at a time.
inline constexpr std::size_t kGroup = 4;
/// Rows of activations and rows of weights in a tile: as many sums as the processor's registers hold beside the rest.
inline constexpr std::size_t kTileRows = kDsp ? 2 : 4;
[[nodiscard]] constexpr std::size_t tile_channels(std::size_t rows) { return rows == 1 ? 4 : 2; }

template <std::size_t kRows, std::size_t kChannels>
using Sums = std::array<std::array<std::uint32_t, kChannels>, kRows>;

/// Products of a whole group added to the sums.
template <std::size_t kRows, std::size_t kChannels>
[[gnu::always_inline]] inline void add_group(const std::int16_t* activations, const std::int8_t* weights,
                                             std::size_t stride, Sums<kRows, kChannels>& sums) {
  if constexpr (kDsp) {
    std::array<std::uint32_t, 2 * kRows> pairs;
    unroll<2 * kRows>([&](auto i) { pairs[i] = load_pair(&activations[2 * i]); });
    unroll<kChannels>([&](auto c) {
      const std::uint32_t word = load_bytes(&weights[c * stride]);
      const std::uint32_t even = even_bytes(word);
      const std::uint32_t odd = odd_bytes(word);
      unroll<kRows>([&](auto r) {
        sums[r][c] = multiply_pairs(pairs[2 * r + 1], odd, multiply_pairs(pairs[2 * r], even, sums[r][c]));
      });
    });
  } else {
    unroll<kGroup>([&](auto i) {
      unroll<kChannels>([&](auto c) {
        const std::int32_t weight = weights[c * stride + i];
        unroll<kRows>([&](auto r) { sums[r][c] += static_cast<std::uint32_t>(activations[kGroup * r + i] * weight); });
      });
    });
  }
}

/// sums[r][c] = sum over k < depth of activation k of row r times weights[c * depth + k].
template <std::size_t kRows, std::size_t kChannels>
[[gnu::always_inline]] inline Sums<kRows, kChannels> multiply_tile(const std::int16_t* activations,
                                                                   const std::int8_t* weights, std::size_t depth) {
  Sums<kRows, kChannels> sums{};
  const std::int8_t* const whole = weights + depth / kGroup * kGroup;
  for (; weights != whole; weights += kGroup, activations += kGroup * kRows) {
    add_group<kRows, kChannels>(activations, weights, depth, sums);
  }
  for (std::size_t i = 0; i < depth % kGroup; ++i) {
    unroll<kRows>([&](auto r) {
      unroll<kChannels>([&](auto c) {
        sums[r][c] += static_cast<std::uint32_t>(activations[kGroup * r + i] * weights[c * depth + i]);
      });
    });
  }
  return sums;
}

}  // namespace auklet::kernels::portable
