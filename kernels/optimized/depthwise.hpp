// Depthwise convolution in vectors over channels: packed weights, and the part of the work that depends on the target.
//
// Channels are taken in groups of 64, 32 or 16. Where they are no multiple of 16, the last 16 are a group of their own
// that computes some channels twice; fewer than 16 are padded. Four filter rows of a column are one quad, so a 3x3
// filter takes three of them. A packed group is a PanelHeader, then the quads [filter column][row quad][lane], in the
// order in which interleaving the bytes of four rows block by block leaves the channels: lane 4 * blocks * q + 4b + j
// of a group of `blocks` times 16 channels holds its channel 16b + 4q + j.
#pragma once

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

/// One image's convolution. A pixel has at least 16 bytes.
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
  std::int32_t channels = 0;
  OutputRange range;
  bool usual = false;  ///< all_usual() of the multipliers.
};

/// Computes the output rows [begin, end).
void depthwise_rows(const Depthwise& work, std::int32_t begin, std::int32_t end);

}  // namespace auklet::kernels::optimized
