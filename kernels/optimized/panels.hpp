// Packed weights of a matrix product: the layout that gemm.cpp reads, the same on every target.
//
// Output channels are cut into panels of 64, 32 or 16 (the last one padded with zeros). A panel is a PanelHeader, then
// for each quad (four consecutive weights of a channel; a segment's last quad is padded with zeros) its channels' quads
// side by side, in "lane order": lane 16q + 4b + j of a panel of 16v channels holds channel 4vb + 4q + j (q < v, b < 4,
// j < 4). So v vectors demoted to int8 block by block, as x86's packs does, come out in the order of channels.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "requantize.hpp"

namespace auklet::kernels::optimized {

inline constexpr std::int32_t kQuad = 4;

/// Constants of a panel's channels, in lane order.
template <std::size_t kVectors>
struct PanelHeader {
  std::int32_t start[16 * kVectors];         ///< What a sum over activations a starts with.
  std::int32_t start_biased[16 * kVectors];  ///< What a sum over a + 128 starts with.
  RequantizeLanes<kVectors> requantize;
};

/// A header among packed bytes, at any address: pointers to its constants from a lane on, for unaligned loads alone.
template <std::size_t kVectors>
class HeaderView {
 public:
  explicit HeaderView(const std::byte* header) : at_(header) {}

  [[nodiscard]] const std::int32_t* start(std::size_t lane, bool biased) const {
    return int32(biased ? offsetof(Header, start_biased) : offsetof(Header, start), lane);
  }
  [[nodiscard]] const std::int32_t* usual_multiplier(std::size_t lane) const {
    return int32(offsetof(Header, requantize) + offsetof(Lanes, usual_multiplier), lane);
  }
  [[nodiscard]] const std::int32_t* usual_shift(std::size_t lane) const {
    return int32(offsetof(Header, requantize) + offsetof(Lanes, usual_shift), lane);
  }
  [[nodiscard]] const std::int32_t* multiplier(std::size_t lane) const {
    return int32(offsetof(Header, requantize) + offsetof(Lanes, multiplier), lane);
  }
  [[nodiscard]] const std::int32_t* left_shift(std::size_t lane) const {
    return int32(offsetof(Header, requantize) + offsetof(Lanes, left_shift), lane);
  }
  [[nodiscard]] const std::int64_t* rounding_even(std::size_t lane) const {
    return int64(offsetof(Lanes, rounding_even), lane);
  }
  [[nodiscard]] const std::int64_t* rounding_odd(std::size_t lane) const {
    return int64(offsetof(Lanes, rounding_odd), lane);
  }
  [[nodiscard]] const std::int64_t* shift_even(std::size_t lane) const {
    return int64(offsetof(Lanes, shift_even), lane);
  }
  [[nodiscard]] const std::int64_t* shift_odd(std::size_t lane) const {
    return int64(offsetof(Lanes, shift_odd), lane);
  }

 private:
  using Header = PanelHeader<kVectors>;
  using Lanes = RequantizeLanes<kVectors>;

  [[nodiscard]] const std::int32_t* int32(std::size_t offset, std::size_t lane) const {
    return reinterpret_cast<const std::int32_t*>(at_ + offset + lane * sizeof(std::int32_t));
  }
  // Half as many: those of even or of odd lanes.
  [[nodiscard]] const std::int64_t* int64(std::size_t offset, std::size_t lane) const {
    return reinterpret_cast<const std::int64_t*>(at_ + offsetof(Header, requantize) + offset +
                                                 lane / 2 * sizeof(std::int64_t));
  }

  const std::byte* at_;
};

/// Channels of the panel that starts where `remaining` channels are left.
[[nodiscard]] constexpr std::int32_t panel_width(std::int32_t remaining) {
  return remaining > 48 ? 64 : (remaining > 16 ? 32 : 16);
}

/// Bytes a channel of a panel takes, header and quads.
[[nodiscard]] constexpr std::size_t bytes_per_channel(std::size_t quads) {
  return sizeof(PanelHeader<1>) / 16 + quads * static_cast<std::size_t>(kQuad);
}
static_assert(sizeof(PanelHeader<2>) == 2 * sizeof(PanelHeader<1>) &&
              sizeof(PanelHeader<4>) == 4 * sizeof(PanelHeader<1>));

/// The weights of a product, wherever they are: weight(channel, segment, i) = data[channel * channel_stride + segment *
/// segment_stride + i * element_stride] - zero_point.
struct WeightSource {
  std::span<const std::int8_t> data;
  std::int32_t channels = 0;
  std::int32_t segments = 1;
  std::int32_t length = 0;  ///< Weights of a segment.
  std::size_t channel_stride = 0;
  std::size_t segment_stride = 0;
  std::size_t element_stride = 1;
  std::int32_t zero_point = 0;        ///< Of the weights.
  std::int32_t input_zero_point = 0;  ///< Of the activations.
  std::span<const std::int32_t> bias;
  std::span<const QuantizedMultiplier> multipliers;
};

[[nodiscard]] constexpr std::size_t quads_of(std::int32_t length) {
  return (static_cast<std::size_t>(length) + 3) / static_cast<std::size_t>(kQuad);
}

/// Bytes that pack_panels writes.
[[nodiscard]] constexpr std::size_t panels_size(std::int32_t channels, std::int32_t segments, std::int32_t length) {
  const std::size_t quads = static_cast<std::size_t>(segments) * quads_of(length);
  std::size_t padded = 0;
  for (std::int32_t left = channels; left > 0; left -= panel_width(left)) {
    padded += static_cast<std::size_t>(panel_width(left));
  }
  return padded * bytes_per_channel(quads);
}

/// Packs all panels into `to`. Precondition: to.size() == panels_size(...).
void pack_panels(const WeightSource& source, std::span<std::byte> to);

}  // namespace auklet::kernels::optimized
