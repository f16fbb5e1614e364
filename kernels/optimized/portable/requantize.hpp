// The end of an operator with a filter in 32-bit steps. The reference shifts and compares in 64 bits, which costs a
// processor of 32 bits more than the sum itself where a filter is small. Not part of the public interface.
#pragma once

#include <auklet/kernels/fixed_point.hpp>
#include <cstddef>
#include <cstdint>
#include <span>

namespace auklet::kernels::portable {

/// multiply_by_quantized_multiplier(x, m) of a multiplier that kernels accept.
[[nodiscard]] constexpr std::int32_t multiply_rounded(std::int32_t x, QuantizedMultiplier m) {
  const std::int64_t shifted = wrapping_shift_left(x, m.shift > 0 ? m.shift : 0);
  // Neither -2^31 nor 2^31 - 1, since 0 <= value < 2^31.
  const auto product = static_cast<std::int32_t>((shifted * m.value + (std::int64_t{1} << 30)) >> 31);
  if (m.shift >= 0) return product;
  // Halves away from zero: floor((x + 2^(n-1)) / 2^n) of positive numbers, of negative ones that of x - 1. The half is
  // added where it is a one, so that the sum keeps within 32 bits.
  const std::int32_t lowered = product + (product >> 31);
  return ((lowered >> (-m.shift - 1)) + 1) >> 1;
}

/// Turns sums of products into output elements: bias, multiplier, zero point, clamp.
class Requantizer {
 public:
  /// `bias` and `multipliers` as the operator's, checked.
  constexpr Requantizer(std::span<const std::int32_t> bias, std::span<const QuantizedMultiplier> multipliers,
                        std::int32_t zero_point, ActivationRange range)
      : bias_(bias),
        multipliers_(multipliers),
        zero_point_(zero_point),
        // The zero point is added last, where it cannot overflow.
        low_(range.min - zero_point),
        high_(range.max - zero_point) {}

  /// What finishes the sums of one output channel.
  class Channel {
   public:
    [[nodiscard]] constexpr std::int8_t operator()(std::uint32_t sum) const {
      const std::int32_t scaled = multiply_rounded(static_cast<std::int32_t>(sum + bias_), multiplier_);
      return static_cast<std::int8_t>((scaled < low_ ? low_ : (scaled > high_ ? high_ : scaled)) + zero_point_);
    }

   private:
    friend class Requantizer;
    constexpr Channel(std::uint32_t bias, QuantizedMultiplier multiplier, const Requantizer& all)
        : bias_(bias), multiplier_(multiplier), zero_point_(all.zero_point_), low_(all.low_), high_(all.high_) {}
    std::uint32_t bias_;
    QuantizedMultiplier multiplier_;
    std::int32_t zero_point_;
    std::int32_t low_;
    std::int32_t high_;
  };
  [[nodiscard]] constexpr Channel channel(std::size_t index) const {
    const std::uint32_t bias = bias_.empty() ? 0 : static_cast<std::uint32_t>(bias_[index]);
    return {bias, multipliers_[multipliers_.size() == 1 ? 0 : index], *this};
  }

 private:
  std::span<const std::int32_t> bias_;
  std::span<const QuantizedMultiplier> multipliers_;
  std::int32_t zero_point_;
  std::int32_t low_;
  std::int32_t high_;
};

}  // namespace auklet::kernels::portable
