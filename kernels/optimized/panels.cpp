#include "panels.hpp"

#include <cstring>

namespace auklet::kernels::optimized {
namespace {

// Packs the panel of channels [first, first + 16 * kVectors); what lies beyond the last channel is zero.
template <std::size_t kVectors>
void pack_panel(const WeightSource& source, std::int32_t first, std::byte* to) {
  constexpr std::size_t kLanes = 16 * kVectors;
  PanelHeader<kVectors> header{};
  std::byte* const quads = to + sizeof(header);
  const std::size_t segment_quads = quads_of(source.length);
  const auto length = static_cast<std::size_t>(source.length);
  const auto zero_point = static_cast<std::uint32_t>(source.zero_point);
  const auto input_zero_point = static_cast<std::uint32_t>(source.input_zero_point);
  const std::uint32_t products = static_cast<std::uint32_t>(source.segments) * static_cast<std::uint32_t>(length);
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    const std::size_t column = lane / 4 % 4 * (4 * kVectors) + lane / 16 * 4 + lane % 4;
    const std::size_t channel = static_cast<std::size_t>(first) + column;
    const bool used = channel < static_cast<std::size_t>(source.channels);
    std::uint32_t sum = 0;
    std::byte* out = quads + lane * 4;
    for (std::size_t segment = 0; segment < static_cast<std::size_t>(source.segments); ++segment) {
      const std::size_t row = channel * source.channel_stride + segment * source.segment_stride;
      for (std::size_t i = 0; i < segment_quads * 4; i += 4, out += kLanes * 4) {
        std::int8_t quad[4] = {};
        for (std::size_t j = 0; j < 4 && used && i + j < length; ++j) {
          quad[j] = source.data[row + (i + j) * source.element_stride];
          sum += static_cast<std::uint32_t>(std::int32_t{quad[j]});
        }
        std::memcpy(out, quad, sizeof(quad));
      }
    }
    if (!used) continue;
    // sum of (a - za)(w - zw) = sum of a * w - za * sum of w - zw * sum of a + count * za * zw; what depends on the
    // activations, gemm adds.
    std::uint32_t start = products * input_zero_point * zero_point - input_zero_point * sum;
    if (!source.bias.empty()) start += static_cast<std::uint32_t>(source.bias[channel]);
    header.start[lane] = static_cast<std::int32_t>(start);
    header.start_biased[lane] = static_cast<std::int32_t>(start - 128U * sum);
    header.requantize.set(lane, source.multipliers[source.multipliers.size() == 1 ? 0 : channel]);
  }
  std::memcpy(to, &header, sizeof(header));
}

}  // namespace

void pack_panels(const WeightSource& source, std::span<std::byte> to) {
  const std::size_t quads = static_cast<std::size_t>(source.segments) * quads_of(source.length);
  std::byte* panel = to.data();
  for (std::int32_t first = 0; first < source.channels;) {
    const std::int32_t width = panel_width(source.channels - first);
    if (width == 64) pack_panel<4>(source, first, panel);
    if (width == 32) pack_panel<2>(source, first, panel);
    if (width == 16) pack_panel<1>(source, first, panel);
    first += width;
    panel += static_cast<std::size_t>(width) * bytes_per_channel(quads);
  }
}

}  // namespace auklet::kernels::optimized
