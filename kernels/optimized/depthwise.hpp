// Depthwise convolution in vectors over channels: packed weights, and the part of the work that depends on the target.
//
// Channels are taken in groups of 64, 32 or 16. Where they are no multiple of 16, the last 16 are a group of their own
// that computes some channels twice; fewer than 16 are padded. Four filter rows of a column are one quad, so a 3x3
// filter takes three of them. A packed group is a PanelHeader, then the quads [filter column][row quad][lane], in the
// order in which interleaving the bytes of four rows block by block leaves the channels: lane 4 * blocks * q + 4b + j
// of a group of `blocks` times 16 channels holds its channel 16b + 4q + j.
#pragma once

#include <auklet/kernels/tensor.hpp>
#include <auklet/kernels/window.hpp>
#include <cstddef>
#include <cstdint>

#include "panels.hpp"

namespace auklet::kernels::optimized {

inline constexpr std::int32_t kBlock = 16;

struct ChannelGroup {
  std::int32_t first = 0;   ///< Channel.
  std::int32_t blocks = 0;  ///< Of 16 channels: 4, 2 or 1.
};

/// The group that continues at channel `done`. Precondition: done < channels.
[[nodiscard]] constexpr ChannelGroup channel_group(std::int32_t channels, std::int32_t done) {
  const std::int32_t left = channels - done;
  if (left >= 4 * kBlock) return {done, 4};
  if (left >= 2 * kBlock) return {done, 2};
  if (left >= kBlock || channels < kBlock) return {done, 1};
  return {channels - kBlock, 1};
}

/// Bytes of the packed weights.
[[nodiscard]] constexpr std::size_t depthwise_packed_bytes(std::int32_t channels, std::int32_t filter_height,
                                                           std::int32_t filter_width) {
  const std::size_t quads = static_cast<std::size_t>(filter_width) * quads_of(filter_height);
  std::size_t blocks = 0;
  for (std::int32_t done = 0; done < channels;) {
    const ChannelGroup group = channel_group(channels, done);
    blocks += static_cast<std::size_t>(group.blocks);
    done = group.first + group.blocks * kBlock;
  }
  return blocks * kBlock * bytes_per_channel(quads);
}

/// Neighbouring output pixels that share a vector of 64 lanes: few channels, a power of two, under a filter of three
/// rows that moves by one column. Their filter columns are `channels` bytes apart in the input, so lane i is channel i
/// modulo the channels. 1: none.
[[nodiscard]] constexpr std::int32_t pixels_folded(const Window2d& window, const Shape4& filter) {
  const bool fits = filter.channels < 4 * kBlock && 4 * kBlock % filter.channels == 0;
  return fits && filter.height == 3 && window.stride_width == 1 ? 4 * kBlock / filter.channels : 1;
}

/// One image's convolution. A pixel has at least 16 bytes; folded, there is no padding, and 64 bytes behind the image
/// can be read.
struct Depthwise {
  const std::int8_t* image = nullptr;
  std::int32_t height = 0;
  std::int32_t width = 0;
  std::int32_t pixel = 0;  ///< Bytes from pixel to pixel.
  Window2d window;
  std::int32_t filter_height = 0;
  std::int32_t filter_width = 0;
  std::int8_t zero_point = 0;  ///< Of the input.
  const std::byte* packed = nullptr;
  std::int8_t* output = nullptr;
  std::int32_t output_width = 0;
  std::int32_t channels = 0;  ///< Of the output.
  std::int32_t folded = 1;    ///< pixels_folded()
  OutputRange range;
  bool usual = false;  ///< all_usual() of the multipliers.
};

/// Computes the output rows [begin, end).
void depthwise_rows(const Depthwise& work, std::int32_t begin, std::int32_t end);

}  // namespace auklet::kernels::optimized
