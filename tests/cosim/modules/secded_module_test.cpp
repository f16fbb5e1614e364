// The SRAM's check bits on the RTL: every single flip and every two of a code word. The encoder is linear (tested as
// well: the check bits of a sum are the sum of the check bits), so that what the decoder does with a flip does not
// depend on the word; several are tried nevertheless.
#include <array>
#include <bit>
#include <cstdint>
#include <vector>

#include <Vmodule_secded_decode.h>
#include <Vmodule_secded_encode.h>
#include <gtest/gtest.h>

#include "module_bench.hpp"

namespace auklet::test {
namespace {

constexpr unsigned kDataBits = 128, kCheckBits = 9, kCodeBits = kDataBits + kCheckBits;
using Word = std::array<std::uint32_t, 4>;

/// A code word: data bits 0 to 127, then the check bits.
struct Code {
  Word data{};
  std::uint32_t check = 0;

  void flip(unsigned bit) {
    if (bit < kDataBits) {
      data[bit / 32] ^= 1U << (bit % 32);
    } else {
      check ^= 1U << (bit - kDataBits);
    }
  }
};

/// Places of the data bits in an extended Hamming code: all from 3 on but the powers of two.
std::vector<std::uint32_t> places() {
  std::vector<std::uint32_t> result;
  for (std::uint32_t place = 3; result.size() < kDataBits; ++place) {
    if (!std::has_single_bit(place)) result.push_back(place);
  }
  return result;
}

/// Check bits by their definition: one for each bit of the places, and the parity of all.
std::uint32_t expected_check(const Word& data) {
  static const std::vector<std::uint32_t> kPlaces = places();
  std::uint32_t hamming = 0;
  unsigned ones = 0;
  for (unsigned bit = 0; bit < kDataBits; ++bit) {
    if ((data[bit / 32] >> (bit % 32) & 1U) == 0) continue;
    hamming ^= kPlaces[bit];
    ++ones;
  }
  const auto parity = static_cast<std::uint32_t>((ones + static_cast<unsigned>(std::popcount(hamming))) % 2);
  return hamming | parity << (kCheckBits - 1);
}

class Encoder {
 public:
  std::uint32_t operator()(const Word& data) {
    for (unsigned i = 0; i < 4; ++i) model_->data_i[i] = data[i];
    model_->en_i = 1;
    model_->eval();
    return model_->check_o;
  }

 private:
  Combinational<Vmodule_secded_encode> model_;
};

struct Decoded {
  Word data{};
  bool fixed = false, lost = false;
};

class Decoder {
 public:
  Decoded operator()(const Code& code, bool enabled = true) {
    for (unsigned i = 0; i < 4; ++i) model_->data_i[i] = code.data[i];
    model_->check_i = static_cast<std::uint16_t>(code.check);
    model_->en_i = enabled ? 1 : 0;
    model_->eval();
    Decoded result{{}, model_->fixed_o != 0, model_->lost_o != 0};
    for (unsigned i = 0; i < 4; ++i) result.data[i] = model_->data_o[i];
    return result;
  }

 private:
  Combinational<Vmodule_secded_decode> model_;
};

Word random_word(Numbers& numbers) {
  Word word;
  for (std::uint32_t& part : word) part = static_cast<std::uint32_t>(numbers.bits(32));
  return word;
}

TEST(RtlModules, CheckBitsAreLinearAndTheDefined) {
  Encoder encode;
  EXPECT_EQ(encode({}), 0U);
  for (unsigned bit = 0; bit < kDataBits; ++bit) {
    Code unit;
    unit.flip(bit);
    ASSERT_EQ(encode(unit.data), expected_check(unit.data)) << bit;
  }
  Numbers numbers(1);
  for (int round = 0; round < 2'000; ++round) {
    const Word a = random_word(numbers), b = random_word(numbers);
    Word sum;
    for (unsigned i = 0; i < 4; ++i) sum[i] = a[i] ^ b[i];
    ASSERT_EQ(encode(a), expected_check(a));
    ASSERT_EQ(encode(sum), encode(a) ^ encode(b));
  }
}

TEST(RtlModules, EveryFlipIsCorrectedAndEveryTwoAreFound) {
  Encoder encode;
  Decoder decode;
  Numbers numbers(2);
  const std::vector<Word> words{{}, {~0U, ~0U, ~0U, ~0U}, random_word(numbers), random_word(numbers)};
  for (const Word& word : words) {
    const Code good{word, encode(word)};
    const Decoded whole = decode(good);
    ASSERT_TRUE(whole.data == word && !whole.fixed && !whole.lost);
    for (unsigned first = 0; first < kCodeBits; ++first) {
      Code one = good;
      one.flip(first);
      const Decoded corrected = decode(one);
      ASSERT_TRUE(corrected.data == word && corrected.fixed && !corrected.lost) << first;
      const Decoded off = decode(one, false);
      ASSERT_TRUE(off.data == one.data && !off.fixed && !off.lost) << first;
      for (unsigned second = first + 1; second < kCodeBits; ++second) {
        Code two = one;
        two.flip(second);
        const Decoded found = decode(two);
        ASSERT_TRUE(found.lost && !found.fixed) << first << ' ' << second;
      }
    }
  }
}

}  // namespace
}  // namespace auklet::test
