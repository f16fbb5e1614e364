// validate_stream() on damaged streams: it reads nothing outside of them (run under AddressSanitizer), always ends, and
// lets nothing through that leaves its windows or the SRAM.
#include <gtest/gtest.h>

#include <array>
#include <auklet/npu/stream.hpp>
#include <memory>
#include <random>

#include "stream_builder.hpp"

namespace auklet::test {
namespace {

using npu::Access;
using npu::Status;
using npu::Window;

constexpr std::array<Window, 2> kWindows{Window{0, 4096, Access::kRead}, Window{0, 4096, Access::kWrite}};

StreamBuilder good_stream() {
  StreamBuilder builder;
  builder.add(load()).add(conv()).add(depthwise()).add(pool(spec::Opcode::kMaxpool)).add(add()).add(store()).end();
  builder.seal();
  return builder;
}

/// Validates a copy in memory of exactly the stream's size, so that AddressSanitizer sees a read beyond it.
npu::StreamReport validate(const std::vector<std::uint32_t>& words) {
  const auto exact = std::make_unique<std::uint32_t[]>(words.size());
  std::copy(words.begin(), words.end(), exact.get());
  return npu::validate_stream({exact.get(), words.size()}, kConfiguration, kWindows);
}

std::uint32_t noise(std::mt19937& random) { return static_cast<std::uint32_t>(random()); }

TEST(StreamFuzzTest, EverySingleBitFlipIsRefused) {
  StreamBuilder builder = good_stream();
  ASSERT_TRUE(validate(builder.words()).ok());
  for (std::size_t word = 0; word < builder.words().size(); ++word) {
    for (std::uint32_t bit = 0; bit < 32; ++bit) {
      std::vector<std::uint32_t> words = builder.words();
      words[word] ^= 1U << bit;
      // Of the header, only the SRAM's size may shrink within what the commands use, or grow to what there is.
      if (word == spec::StreamHeaderFields::kSram.word && validate(words).ok()) continue;
      EXPECT_FALSE(validate(words).ok()) << "word " << word << " bit " << bit;
    }
  }
}

/// The checksum is made good again, so that the rules behind it are what is tested.
TEST(StreamFuzzTest, BitFlipsBehindAGoodChecksumAreReportedInsideTheStream) {
  const StreamBuilder good = good_stream();
  int passed = 0;
  for (std::size_t word = spec::StreamHeader::kWords; word < StreamBuilder(good).words().size(); ++word) {
    for (std::uint32_t bit = 0; bit < 32; ++bit) {
      StreamBuilder builder = good;
      builder.words()[word] ^= 1U << bit;
      const npu::StreamReport report = validate(builder.seal());
      passed += report.ok() ? 1 : 0;
      if (!report.ok()) {
        EXPECT_LT(report.offset, builder.words().size() * 4);
      }
    }
  }
  EXPECT_GT(passed, 0) << "zero points and clamps may be anything";
}

TEST(StreamFuzzTest, RandomDamageAlwaysEnds) {
  std::mt19937 random(7);
  const StreamBuilder good = good_stream();
  for (int round = 0; round < 20000; ++round) {
    StreamBuilder builder = good;
    std::vector<std::uint32_t>& words = builder.words();
    for (int flips = 0; flips < 1 + round % 8; ++flips) {
      const std::size_t word = spec::StreamHeader::kWords + random() % (words.size() - spec::StreamHeader::kWords);
      words[word] = flips % 2 == 0 ? words[word] ^ (1U << (random() % 32)) : noise(random);
    }
    if (round % 5 == 0) words.resize(spec::StreamHeader::kWords + random() % words.size());
    (void)validate(builder.seal());
  }
}

TEST(StreamFuzzTest, NoiseIsRefused) {
  std::mt19937 random(8);
  for (int round = 0; round < 2000; ++round) {
    std::vector<std::uint32_t> words(random() % 64);
    for (std::uint32_t& word : words) word = noise(random);
    EXPECT_FALSE(validate(words).ok());
  }
}

}  // namespace
}  // namespace auklet::test
