// compress() against the definition of UNPACK.
#include <auklet/plan/compress.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <random>
#include <vector>

namespace auklet::plan {
namespace {

// docs/command-stream.md, UNPACK.
std::vector<std::uint8_t> unpack(const std::vector<std::uint8_t>& packed, std::size_t words) {
  std::vector<std::uint8_t> out;
  std::size_t at = 0;
  unsigned widths = 0;
  for (std::size_t word = 0; word < words; ++word) {
    widths = word % 2 == 0 ? packed.at(at++) : widths >> 4;
    const unsigned width = widths & 0xfU;
    for (unsigned lane = 0; lane < 16; ++lane) {
      unsigned value = 0;
      for (unsigned bit = 0; bit < width; ++bit) {
        const std::size_t place = at * 8 + lane * width + bit;
        value |= (unsigned{packed.at(place / 8)} >> place % 8 & 1U) << bit;
      }
      const bool negative = width != 0 && (value >> (width - 1) & 1U) != 0;
      out.push_back(static_cast<std::uint8_t>(negative ? value | ~0U << width : value));
    }
    at += std::size_t{2} * width;
  }
  EXPECT_EQ(at, packed.size());
  return out;
}

TEST(Compress, KnowsHowManyBitsAWordNeeds) {
  const auto width = [](std::int8_t value) {
    std::vector<std::uint8_t> word(16, 0);
    word[5] = static_cast<std::uint8_t>(value);
    return word_width(word);
  };
  EXPECT_EQ(width(0), 0U);
  EXPECT_EQ(width(-1), 1U);
  EXPECT_EQ(width(1), 2U);
  EXPECT_EQ(width(-2), 2U);
  EXPECT_EQ(width(63), 7U);
  EXPECT_EQ(width(-64), 7U);
  EXPECT_EQ(width(64), 8U);
  EXPECT_EQ(width(-128), 8U);
}

TEST(Compress, LosesNothing) {
  std::mt19937 random(1);
  for (int round = 0; round < 300; ++round) {
    std::vector<std::uint8_t> bytes(16 * (random() % 9));
    for (std::size_t i = 0; i < bytes.size(); i += 16) {
      const auto width = static_cast<unsigned>(random() % 9);
      for (std::size_t lane = 0; lane < 16; ++lane) {
        const int range = 1 << width;
        const int value = width == 0 ? 0 : static_cast<int>(random() % static_cast<unsigned long>(range)) - range / 2;
        bytes[i + lane] = static_cast<std::uint8_t>(value);
      }
    }
    std::vector<std::uint8_t> packed(compressed_size(bytes), 0xff);
    compress(bytes, packed);
    ASSERT_EQ(unpack(packed, bytes.size() / 16), bytes);
    EXPECT_LE(packed.size(), bytes.size() + (bytes.size() / 16 + 1) / 2) << "never much more";
  }
}

}  // namespace
}  // namespace auklet::plan
