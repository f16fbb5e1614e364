// One requantisation block in SRAM: bias, multiplier and shift of 16 output channels.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "arithmetic.hpp"
#include "commands.hpp"
#include "sram.hpp"

namespace auklet::sim::model {

using Accumulators = std::array<std::uint32_t, kLanes>;  ///< Modulo 2^32, hence unsigned.

/// Turns accumulators of one tile into int8 lanes.
class Requantiser {
 public:
  Requantiser(const Sram& sram, const Geom& geom, std::uint32_t tile)
      : zero_point_(geom.out_zp),
        low_(static_cast<std::int8_t>(geom.act_min)),
        high_(static_cast<std::int8_t>(geom.act_max)) {
    std::array<std::int8_t, spec::kParamBlock> block;
    sram.read(geom.p_base + tile * spec::kParamBlock, block);
    const auto word_at = [&block](std::size_t at) {
      std::uint32_t value = 0;
      for (std::size_t i = 4; i-- > 0;) value = (value << 8) | static_cast<std::uint8_t>(block[at + i]);
      return static_cast<std::int32_t>(value);
    };
    for (std::size_t o = 0; o < kLanes; ++o) {
      bias_[o] = word_at(4 * o);
      multiplier_[o] = word_at(4 * (kLanes + o));
      shift_[o] = block[8 * kLanes + o];
    }
  }

  [[nodiscard]] Word operator()(const Accumulators& acc) const {
    Word out;
    for (std::size_t o = 0; o < kLanes; ++o) {
      const std::int32_t sum = wrapping_add(static_cast<std::int32_t>(acc[o]), bias_[o]);
      const std::int64_t scaled = multiply_by_quantized_multiplier(sum, multiplier_[o], shift_[o]);
      out[o] = clamp_to_int8(scaled + zero_point_, low_, high_);
    }
    return out;
  }

 private:
  std::int64_t zero_point_;
  std::int8_t low_;
  std::int8_t high_;
  std::array<std::int32_t, kLanes> bias_;
  std::array<std::int32_t, kLanes> multiplier_;
  std::array<std::int8_t, kLanes> shift_;
};

}  // namespace auklet::sim::model
