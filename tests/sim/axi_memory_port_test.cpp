// The AXI memory in front of somebody else's memory.
#include <auklet/sim/axi_memory.hpp>

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "axi_test_master.hpp"

namespace auklet::sim::test {
namespace {

using ::testing::ElementsAre;

constexpr std::uint64_t kBase = 0x40'0000'0000;
constexpr MemoryTiming kSram{.latency_cycles = 32, .bytes_per_cycle = 8};

struct Access {
  std::uint64_t address;
  std::size_t bytes;
  bool operator==(const Access&) const = default;
};

// 4 KiB from kBase on, whose byte i holds i; from the middle on it refuses.
class RecordingPort : public MemoryPort {
 public:
  AxiResponse read(std::uint64_t address, std::span<std::byte> to) override {
    reads.push_back({address, to.size()});
    if (address >= kBase + 2048) return AxiResponse::kSlaveError;
    std::memcpy(to.data(), &bytes[address - kBase], to.size());
    return AxiResponse::kOkay;
  }
  AxiResponse write(std::uint64_t address, std::span<const std::byte> from) override {
    writes.push_back({address, from.size()});
    if (address >= kBase + 2048) return AxiResponse::kSlaveError;
    std::memcpy(&bytes[address - kBase], from.data(), from.size());
    return AxiResponse::kOkay;
  }

  std::vector<std::byte> bytes = [] {
    std::vector<std::byte> all(4096);
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<std::byte>(i);
    return all;
  }();
  std::vector<Access> reads;
  std::vector<Access> writes;
};

struct Fixture {
  Fixture() { memory.connect(&port, kSram); }

  RecordingPort port;
  AxiMemory memory{{}};
  TestMaster master{memory, {.max_burst_bytes = 4096, .read_ids = 0xf, .write_ids = 0xf}};
};

std::vector<AxiWriteData> beats_of(std::byte value, std::size_t count, std::uint16_t strobe = 0xffff) {
  AxiWriteData beat;
  beat.data.fill(value);
  beat.strobe = strobe;
  return std::vector<AxiWriteData>(count, beat);
}

TEST(AxiMemoryPort, IsReadOnceABurstWithTheTimingOfARegion) {
  Fixture f;
  f.master.read(burst(kBase + 0x25, 3));
  f.master.run(60);
  EXPECT_THAT(f.port.reads, ElementsAre(Access{kBase + 0x25, 43}));
  ASSERT_EQ(f.master.read_events.size(), 3U);
  const std::uint64_t begin = f.master.ar_cycles.at(0);
  EXPECT_EQ(f.master.read_events[0].cycle - begin, 32U);
  EXPECT_EQ(f.master.read_events[1].cycle - begin, 34U);
  EXPECT_EQ(f.master.read_events[0].beat.data[5], std::byte{0x25});
  EXPECT_EQ(f.master.read_events[0].beat.data[15], std::byte{0x2f});
  EXPECT_EQ(f.master.read_events[2].beat.data[0], std::byte{0x40});
  EXPECT_EQ(f.master.read_events[2].beat.data[15], std::byte{0x4f});
  EXPECT_TRUE(f.master.read_events[2].beat.last);
}

TEST(AxiMemoryPort, GetsTheStrobedBytesWithTheResponse) {
  Fixture f;
  auto beats = beats_of(std::byte{0xee}, 2);
  beats[0].strobe = 0xff00;
  beats[1].strobe = 0x7a03;
  f.master.write(burst(kBase, 2), beats);
  f.master.run(30);
  EXPECT_TRUE(f.port.writes.empty()) << "as late as the response";
  f.master.run(30);
  EXPECT_THAT(f.port.writes, ElementsAre(Access{kBase + 8, 10}, Access{kBase + 25, 1}, Access{kBase + 27, 4}));
  EXPECT_EQ(f.master.response_events.at(0).response.response, AxiResponse::kOkay);
  EXPECT_EQ(f.port.bytes[7], std::byte{7});
  EXPECT_EQ(f.port.bytes[17], std::byte{0xee});
  EXPECT_EQ(f.port.bytes[18], std::byte{18});
}

TEST(AxiMemoryPort, RefusesAsItPleases) {
  Fixture f;
  f.master.read(burst(kBase + 2048, 2));
  f.master.write(burst(kBase + 2048, 1), beats_of(std::byte{1}, 1));
  f.master.run(100);
  ASSERT_EQ(f.master.read_events.size(), 2U);
  EXPECT_EQ(f.master.read_events[0].beat.response, AxiResponse::kSlaveError);
  EXPECT_EQ(f.master.read_events[1].beat.response, AxiResponse::kSlaveError);
  EXPECT_EQ(f.master.response_events.at(0).response.response, AxiResponse::kSlaveError);
  EXPECT_EQ(f.memory.stats().error_responses, 3U);
}

TEST(AxiMemoryPort, IsNotAskedWhereARegionIs) {
  Fixture f;
  std::vector<std::byte> bytes(64, std::byte{0x77});
  f.memory.map(kBase, bytes, kSram);
  f.master.read(burst(kBase, 2));
  f.master.write(burst(kBase, 1), beats_of(std::byte{1}, 1));
  f.master.run(100);
  EXPECT_TRUE(f.port.reads.empty());
  EXPECT_TRUE(f.port.writes.empty());
  EXPECT_EQ(f.master.read_events.at(0).beat.data[0], std::byte{0x77});
}

TEST(AxiMemoryPort, DoesNotGetABurstWhoseResponseIsInjected) {
  Fixture f;
  f.memory.inject({.read = ResponseFault{.response = AxiResponse::kDecodeError, .index = 1},
                   .write = ResponseFault{.response = AxiResponse::kSlaveError}});
  f.master.read(burst(kBase, 2));
  f.master.write(burst(kBase, 1), beats_of(std::byte{1}, 1));
  f.master.run(100);
  EXPECT_EQ(f.master.read_events.at(0).beat.response, AxiResponse::kOkay);
  EXPECT_EQ(f.master.read_events.at(1).beat.response, AxiResponse::kDecodeError);
  EXPECT_EQ(f.master.response_events.at(0).response.response, AxiResponse::kSlaveError);
  EXPECT_TRUE(f.port.writes.empty());
}

TEST(AxiMemoryPort, LeavesNothingBehind) {
  Fixture f;
  f.master.read(burst(kBase, 1));
  f.master.run(10);
  f.memory.connect(nullptr, {});
  f.master.run(50);
  EXPECT_EQ(f.master.read_events.at(0).beat.response, AxiResponse::kDecodeError);
  EXPECT_TRUE(f.port.reads.empty());
  EXPECT_THROW(f.memory.connect(&f.port, {.latency_cycles = 1, .bytes_per_cycle = 0}), std::invalid_argument);
}

}  // namespace
}  // namespace auklet::sim::test
