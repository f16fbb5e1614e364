// The data cache: what it hides from memory, and what from the processor.
#include <gtest/gtest.h>

#include <array>
#include <random>
#include <vector>

#include "data_cache.hpp"

namespace auklet::test {
namespace {

using sim::soc::CacheOperation;
using sim::soc::DataCache;

constexpr std::uint32_t kBase = 0x2000'0000;
constexpr std::uint32_t kBytes = 4 * AUKLET_SOC_CACHE_BYTES;

class DataCacheTest : public testing::Test {
 protected:
  std::uint8_t read(std::uint32_t offset) {
    std::array<std::byte, 1> byte{};
    cache.read(memory, kBase, offset, byte);
    return std::to_integer<std::uint8_t>(byte[0]);
  }
  void write(std::uint32_t offset, std::uint8_t value) {
    const std::array<std::byte, 1> byte{std::byte{value}};
    cache.write(memory, kBase, offset, byte);
  }
  [[nodiscard]] std::uint8_t in_memory(std::uint32_t offset) const {
    return std::to_integer<std::uint8_t>(memory[offset]);
  }

  std::vector<std::byte> memory = std::vector<std::byte>(kBytes);
  DataCache cache;
};

TEST_F(DataCacheTest, MemoryDoesNotSeeAWriteBeforeItIsCleaned) {
  write(100, 7);
  EXPECT_EQ(read(100), 7);
  EXPECT_EQ(in_memory(100), 0);
  cache.maintain(CacheOperation::kClean, kBase + 100);
  EXPECT_EQ(in_memory(100), 7);
  EXPECT_EQ(cache.write_backs(), 1U);
  cache.maintain(CacheOperation::kClean, kBase + 100);
  EXPECT_EQ(cache.write_backs(), 1U) << "it is clean";
}

TEST_F(DataCacheTest, TheProcessorSeesOldBytesUntilTheyAreInvalidated) {
  EXPECT_EQ(read(64), 0);
  memory[64] = std::byte{9};
  EXPECT_EQ(read(64), 0);
  EXPECT_EQ(read(64 + DataCache::kLine - 1), 0);
  cache.maintain(CacheOperation::kClean, kBase + 64);
  EXPECT_EQ(read(64), 0) << "a clean line stays";
  cache.maintain(CacheOperation::kInvalidate, kBase + 64 + DataCache::kLine - 1);
  EXPECT_EQ(read(64), 9);
}

TEST_F(DataCacheTest, InvalidatingLosesWhatWasWritten) {
  write(5, 1);
  cache.maintain(CacheOperation::kInvalidate, kBase + 5);
  EXPECT_EQ(read(5), 0);
  EXPECT_EQ(in_memory(5), 0);
}

TEST_F(DataCacheTest, FlushingCleansAndInvalidates) {
  write(5, 1);
  cache.maintain(CacheOperation::kFlush, kBase + 5);
  EXPECT_EQ(in_memory(5), 1);
  memory[5] = std::byte{2};
  EXPECT_EQ(read(5), 2);
}

TEST_F(DataCacheTest, MaintainingWhatIsNotThereDoesNothing) {
  write(0, 1);
  cache.maintain(CacheOperation::kFlush, kBase + DataCache::kLine);
  EXPECT_EQ(in_memory(0), 0);
}

TEST_F(DataCacheTest, TheOldestWayIsWrittenBackFirst) {
  constexpr std::uint32_t kStride = DataCache::kSets * DataCache::kLine;  // The same set.
  for (std::uint32_t way = 0; way < DataCache::kWays; ++way) write(way * kStride, static_cast<std::uint8_t>(way + 1));
  EXPECT_EQ(read(0), 1);  // Used last now.
  write(DataCache::kWays * kStride, 0xff);
  EXPECT_EQ(in_memory(0), 0) << "it was used a moment ago";
  EXPECT_EQ(in_memory(kStride), 2) << "this one was the oldest";
  EXPECT_EQ(cache.misses(), DataCache::kWays + 1U);
}

TEST_F(DataCacheTest, AloneItIsInvisible) {
  std::mt19937 random(1);
  std::vector<std::uint8_t> expected(kBytes);
  for (int i = 0; i < 100'000; ++i) {
    const std::uint32_t offset = static_cast<std::uint32_t>(random()) % kBytes;
    if (random() % 2 == 0) {
      expected[offset] = static_cast<std::uint8_t>(random());
      write(offset, expected[offset]);
    } else {
      ASSERT_EQ(read(offset), expected[offset]) << offset;
    }
  }
  for (std::uint32_t offset = 0; offset < kBytes; ++offset) cache.maintain(CacheOperation::kFlush, kBase + offset);
  for (std::uint32_t offset = 0; offset < kBytes; ++offset) ASSERT_EQ(in_memory(offset), expected[offset]) << offset;
}

}  // namespace
}  // namespace auklet::test
