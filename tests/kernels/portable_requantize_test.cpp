// The steps that the portable kernels take apart, against the plain ones: rounding in 32 bits, windows at an image's
// edge, pairs of products.
#include <array>

#include <kernels/optimized/portable/dsp.hpp>
#include <kernels/optimized/portable/requantize.hpp>
#include <kernels/optimized/portable/workspace.hpp>

#include "optimized_support.hpp"

namespace auklet::kernels::test {
namespace {

constexpr std::int32_t kHighest = std::numeric_limits<std::int32_t>::max();
constexpr std::int32_t kLowest = std::numeric_limits<std::int32_t>::min();

TEST(PortableRequantize, ExtremesOfEveryShift) {
  for (std::int32_t shift = kMinShift; shift <= kMaxShift; ++shift) {
    for (const std::int32_t value : {0, 1, (1 << 30) - 1, 1 << 30, (1 << 30) + 1, kHighest - 1, kHighest}) {
      for (const std::int32_t x : {kLowest, kLowest + 1, -(1 << 30) - 1, -(1 << 30), -3, -2, -1, 0, 1, 2, 3, 1 << 30,
                                   kHighest - 1, kHighest}) {
        const QuantizedMultiplier m{value, shift};
        ASSERT_EQ(portable::multiply_rounded(x, m), multiply_by_quantized_multiplier(x, m))
            << x << " * " << value << " * 2^" << shift;
      }
    }
  }
}

TEST(PortableRequantize, EqualsTheReference) {
  Random random(1);
  for (int i = 0; i < 200'000; ++i) {
    const std::array<QuantizedMultiplier, 1> m = {random.one_in(2) ? random.wild_multiplier()
                                                                   : random.usual_multiplier()};
    const std::array<std::int32_t, 1> bias = {random.between(kLowest, kHighest)};
    const std::int32_t zero_point = random.zero_point();
    const ActivationRange range = random.activation();
    // Ties of the second rounding, too.
    const std::int32_t x =
        random.one_in(2) ? random.between(kLowest, kHighest) : random.between(-3, 3) << random.between(0, 29);
    const portable::Requantizer requantize(bias, m, zero_point, range);
    const auto sum = static_cast<std::uint32_t>(x) - static_cast<std::uint32_t>(bias[0]);
    ASSERT_EQ(requantize.channel(0)(sum), requantize_to_int8(x, m[0], zero_point, range));
  }
}

TEST(PortableWindow, TapsInsideAreThoseThatMeetTheImage) {
  for (std::int32_t start = -20; start <= 20; ++start) {
    for (std::int32_t extent = 1; extent <= 9; ++extent) {
      for (std::int32_t filter = 1; filter <= 7; ++filter) {
        for (std::int32_t dilation = 1; dilation <= 4; ++dilation) {
          const portable::Taps taps = portable::taps_inside(start, extent, filter, dilation);
          ASSERT_TRUE(0 <= taps.begin && taps.begin <= taps.end && taps.end <= filter);
          for (std::int32_t k = 0; k < filter; ++k) {
            const std::int32_t at = start + k * dilation;
            ASSERT_EQ(taps.begin <= k && k < taps.end, at >= 0 && at < extent)
                << start << ' ' << extent << ' ' << k << " * " << dilation;
          }
        }
      }
    }
  }
}

TEST(PortableWindow, TapsOfTheLargestCoordinates) {
  const portable::Taps none = portable::taps_inside(-kHighest, kHighest, 3, 1);
  EXPECT_EQ(none.begin, none.end);
  const portable::Taps last = portable::taps_inside(-kHighest, kHighest, 2, kHighest);
  EXPECT_EQ(last.begin, 1);
  EXPECT_EQ(last.end, 2);
}

TEST(PortableDsp, PairsAreWhatTheInstructionsDo) {
  EXPECT_EQ(portable::even_bytes(0x80'01'ff'7f), 0x0001'007fU);
  EXPECT_EQ(portable::odd_bytes(0x80'01'ff'7f), 0xff80'ffffU);
  EXPECT_EQ(portable::subtract_pairs(portable::pair_of(-128, 127), portable::pair_of(127, -128)),
            portable::pair_of(-255, 255));
  EXPECT_EQ(portable::multiply_pairs(portable::pair_of(-255, 3), portable::pair_of(-128, 5), 7), 32'640U + 15 + 7);
  EXPECT_EQ(portable::multiply_pairs(portable::pair_of(-1, 0), portable::pair_of(1, 1), 0), 0xffff'ffffU);
}

}  // namespace
}  // namespace auklet::kernels::test
