// What the reference operators with a filter share. Not part of the public interface.
#pragma once

#include <auklet/kernels/fixed_point.hpp>
#include <cstddef>
#include <cstdint>
#include <span>

namespace auklet::kernels::reference {

/// Whether a coordinate lies in [0, extent).
[[nodiscard]] constexpr bool inside(std::int32_t coordinate, std::int32_t extent) {
  return coordinate >= 0 && coordinate < extent;
}

/// The output of channel `oc` from its sum of products: bias (if any), multiplier (its own, or the only one), clamp.
[[nodiscard]] inline std::int8_t finish(std::uint32_t sum, std::int32_t oc, std::span<const std::int32_t> bias,
                                        std::span<const QuantizedMultiplier> multipliers, std::int32_t zero_point,
                                        ActivationRange activation) {
  const auto channel = static_cast<std::size_t>(oc);
  const std::uint32_t offset = bias.empty() ? 0 : static_cast<std::uint32_t>(bias[channel]);
  const QuantizedMultiplier multiplier = multipliers[multipliers.size() == 1 ? 0 : channel];
  return requantize_to_int8(static_cast<std::int32_t>(sum + offset), multiplier, zero_point, activation);
}

}  // namespace auklet::kernels::reference
