#include <auklet/sim/axi_memory.hpp>

#include <array>
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
constexpr MemoryTiming kFast{.latency_cycles = 1, .bytes_per_cycle = 16};

// A port with one mapped page whose byte i holds i.
struct Fixture {
  explicit Fixture(MemoryTiming timing, AxiMemoryOptions options = {})
      : memory(options), master(memory, all_ids(options)) {
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::byte>(i);
    memory.map(kBase, bytes, timing);
  }

  static AxiCheckerOptions all_ids(const AxiMemoryOptions& options) {
    return {.data_bytes = options.data_bytes, .max_burst_bytes = 4096, .read_ids = 0xf, .write_ids = 0xf};
  }

  [[nodiscard]] std::vector<std::uint64_t> read_cycles_after_address() const {
    std::vector<std::uint64_t> result;
    result.reserve(master.read_events.size());
    for (const ReadEvent& event : master.read_events) result.push_back(event.cycle - master.ar_cycles.at(0));
    return result;
  }

  std::vector<std::byte> bytes = std::vector<std::byte>(8192);
  AxiMemory memory;
  TestMaster master;
};

std::vector<AxiWriteData> beats_of(std::byte value, std::size_t count, std::uint16_t strobe = 0xffff) {
  AxiWriteData beat;
  beat.data.fill(value);
  beat.strobe = strobe;
  return std::vector<AxiWriteData>(count, beat);
}

TEST(AxiMemoryTiming, ReadLatencyAndBandwidthAreExact) {
  Fixture f(kSram);
  f.master.read(burst(kBase, 4));
  f.master.run(60);
  EXPECT_THAT(f.read_cycles_after_address(), ElementsAre(32, 34, 36, 38));
  EXPECT_TRUE(f.master.read_events[3].beat.last);
  EXPECT_FALSE(f.master.read_events[2].beat.last);
}

TEST(AxiMemoryTiming, EightByteBusGetsABeatACycle) {
  Fixture f(kSram, {.data_bytes = 8});
  f.master.read(burst(kBase, 4, 0, 3));
  f.master.run(60);
  EXPECT_THAT(f.read_cycles_after_address(), ElementsAre(32, 33, 34, 35));
}

TEST(AxiMemoryTiming, FlashGivesABeatEverySixteenCycles) {
  Fixture f({.latency_cycles = 64, .bytes_per_cycle = 1});
  f.master.read(burst(kBase, 3));
  f.master.run(120);
  EXPECT_THAT(f.read_cycles_after_address(), ElementsAre(64, 80, 96));
}

TEST(AxiMemoryTiming, RateThatDoesNotDivideTheBeatIsExactInTheLongRun) {
  Fixture f({.latency_cycles = 1, .bytes_per_cycle = 3});
  f.master.read(burst(kBase, 25));
  f.master.run(200);
  ASSERT_EQ(f.master.read_events.size(), 25U);
  // 24 beats of 16 bytes at 3 bytes a cycle.
  EXPECT_EQ(f.master.read_events[24].cycle - f.master.read_events[0].cycle, 24U * 16 / 3);
}

TEST(AxiMemoryTiming, LaterBurstsHideTheirLatency) {
  Fixture f(kSram);
  for (std::uint64_t i = 0; i < 4; ++i) f.master.read(burst(kBase + i * 256, 16));
  f.master.run(300);
  ASSERT_EQ(f.master.read_events.size(), 64U);
  EXPECT_EQ(f.master.read_events[63].cycle - f.master.ar_cycles[0], 32U + 63 * 2);
}

TEST(AxiMemoryTiming, WriteBandwidthAndResponseLatencyAreExact) {
  Fixture f(kSram);
  f.master.write(burst(kBase, 4), beats_of(std::byte{1}, 4));
  f.master.run(80);
  ASSERT_EQ(f.master.w_cycles.size(), 4U);
  EXPECT_EQ(f.master.w_cycles[0], f.master.aw_cycles[0] + 1);
  EXPECT_EQ(f.master.w_cycles[3] - f.master.w_cycles[0], 6U);
  ASSERT_EQ(f.master.response_events.size(), 1U);
  EXPECT_EQ(f.master.response_events[0].cycle - f.master.w_cycles[3], 32U);
}

TEST(AxiMemoryTiming, ReadsAndWritesDoNotShareBandwidth) {
  Fixture f(kSram);
  f.master.read(burst(kBase, 16));
  f.master.write(burst(kBase + 4096, 16), beats_of(std::byte{1}, 16));
  f.master.run(120);
  EXPECT_EQ(f.read_cycles_after_address().back(), 32U + 15 * 2);
  EXPECT_EQ(f.master.w_cycles[15] - f.master.w_cycles[0], 30U);
}

TEST(AxiMemoryTiming, SlowRegionDoesNotHoldUpAnotherId) {
  Fixture f(kSram);
  std::vector<std::byte> flash(4096);
  f.memory.map(0x1000, flash, {.latency_cycles = 64, .bytes_per_cycle = 1});
  f.master.read(burst(0x1000, 4, 1));
  f.master.read(burst(kBase, 1, 0));
  f.master.run(200);
  ASSERT_EQ(f.master.read_events.size(), 5U);
  EXPECT_EQ(f.master.read_events[0].beat.id, 0);
  EXPECT_EQ(f.master.read_events[0].cycle - f.master.ar_cycles[1], 32U);
  EXPECT_EQ(f.master.checker().count(), 0U);
}

TEST(AxiMemoryTiming, OneIdStaysInOrderAcrossRegions) {
  Fixture f(kSram);
  std::vector<std::byte> flash(4096, std::byte{0xee});
  f.memory.map(0x1000, flash, {.latency_cycles = 64, .bytes_per_cycle = 1});
  f.master.read(burst(0x1000, 1, 1));
  f.master.read(burst(kBase, 1, 1));
  f.master.run(200);
  ASSERT_EQ(f.master.read_events.size(), 2U);
  EXPECT_EQ(f.master.read_events[0].beat.data[0], std::byte{0xee});
  EXPECT_EQ(f.master.read_events[1].beat.data[1], std::byte{1});
}

TEST(AxiMemoryTiming, AcceptsNoMoreThanItsLimitOfBursts) {
  Fixture f(kSram, {.max_outstanding = 4});
  for (std::uint64_t i = 0; i < 6; ++i) f.master.read(burst(kBase + i * 16, 1));
  f.master.set_ready(false, true);
  f.master.run(100);
  EXPECT_EQ(f.master.ar_cycles.size(), 4U);
  f.master.set_ready(true, true);
  f.master.run(100);
  EXPECT_EQ(f.master.read_events.size(), 6U);
}

TEST(AxiMemoryData, ReadsWhatIsThere) {
  Fixture f(kFast);
  f.master.read(burst(kBase + 32, 2));
  f.master.run(10);
  ASSERT_EQ(f.master.read_events.size(), 2U);
  for (std::size_t i = 0; i < 16; ++i) {
    EXPECT_EQ(f.master.read_events[0].beat.data[i], f.bytes[32 + i]);
    EXPECT_EQ(f.master.read_events[1].beat.data[i], f.bytes[48 + i]);
  }
  EXPECT_EQ(f.memory.stats().read_bytes, 32U);
}

TEST(AxiMemoryData, UnalignedFirstBeatCarriesOnlyItsOwnLanes) {
  Fixture f(kFast);
  f.master.read(burst(kBase + 37, 2));
  f.master.run(10);
  ASSERT_EQ(f.master.read_events.size(), 2U);
  EXPECT_NE(f.master.read_events[0].beat.data[4], f.bytes[36]);  // lanes below the address hold no memory
  for (std::size_t i = 5; i < 16; ++i) EXPECT_EQ(f.master.read_events[0].beat.data[i], f.bytes[32 + i]);
  for (std::size_t i = 0; i < 16; ++i) EXPECT_EQ(f.master.read_events[1].beat.data[i], f.bytes[48 + i]);
  EXPECT_EQ(f.memory.stats().read_bytes, 27U);
}

TEST(AxiMemoryData, NarrowBeatsWalkAlongTheLanes) {
  Fixture f(kFast);
  f.master.read(burst(kBase + 8, 3, 0, 2));
  f.master.run(10);
  ASSERT_EQ(f.master.read_events.size(), 3U);
  EXPECT_EQ(f.master.read_events[0].beat.data[8], f.bytes[8]);
  EXPECT_EQ(f.master.read_events[1].beat.data[12], f.bytes[12]);
  EXPECT_EQ(f.master.read_events[2].beat.data[0], f.bytes[16]);
}

TEST(AxiMemoryData, StrobesSelectTheBytesThatAreWritten) {
  Fixture f(kFast);
  f.master.write(burst(kBase, 1), beats_of(std::byte{0x77}, 1, 0x8012));
  f.master.run(10);
  for (std::size_t i = 0; i < 32; ++i) {
    const bool written = i == 1 || i == 4 || i == 15;
    EXPECT_EQ(f.bytes[i], written ? std::byte{0x77} : static_cast<std::byte>(i)) << i;
  }
  EXPECT_EQ(f.memory.stats().write_bytes, 3U);
}

TEST(AxiMemoryData, UnalignedWriteStartsAtItsAddress) {
  Fixture f(kFast);
  auto beats = beats_of(std::byte{0x77}, 2);
  beats[0].strobe = 0xffe0;
  f.master.write(burst(kBase + 5, 2), beats);
  f.master.run(10);
  EXPECT_EQ(f.bytes[4], std::byte{4});
  for (std::size_t i = 5; i < 32; ++i) EXPECT_EQ(f.bytes[i], std::byte{0x77}) << i;
  EXPECT_EQ(f.bytes[32], std::byte{32});
}

TEST(AxiMemoryData, WriteIsVisibleWithItsResponseAndNotBefore) {
  Fixture f(kSram);
  f.master.set_ready(true, false);
  f.master.write(burst(kBase, 1), beats_of(std::byte{0x77}, 1));
  f.master.run(10);
  ASSERT_EQ(f.master.w_cycles.size(), 1U);
  EXPECT_EQ(f.bytes[0], std::byte{0});
  f.master.run(40);
  EXPECT_TRUE(f.memory.pins().b_valid);
  EXPECT_EQ(f.bytes[0], std::byte{0x77});
}

TEST(AxiMemoryErrors, OutsideOfAllRegionsIsADecodeError) {
  Fixture f(kFast);
  f.master.read(burst(0x10, 2));
  f.master.write(burst(kBase - 16, 1), beats_of(std::byte{1}, 1));
  f.master.run(20);
  ASSERT_EQ(f.master.read_events.size(), 2U);
  EXPECT_EQ(f.master.read_events[0].beat.response, AxiResponse::kDecodeError);
  EXPECT_EQ(f.master.read_events[1].beat.response, AxiResponse::kDecodeError);
  ASSERT_EQ(f.master.response_events.size(), 1U);
  EXPECT_EQ(f.master.response_events[0].response.response, AxiResponse::kDecodeError);
  EXPECT_EQ(f.memory.stats().error_responses, 3U);
}

TEST(AxiMemoryErrors, BurstThatRunsOutOfItsRegionFailsWhereItLeaves) {
  AxiMemory memory({});
  std::vector<std::byte> bytes(40);
  memory.map(0, bytes, kFast);
  TestMaster master(memory, {.read_ids = 1, .write_ids = 1});
  master.read(burst(0, 3));
  master.write(burst(0, 3), beats_of(std::byte{1}, 3));
  master.run(20);
  ASSERT_EQ(master.read_events.size(), 3U);
  EXPECT_EQ(master.read_events[1].beat.response, AxiResponse::kOkay);
  EXPECT_EQ(master.read_events[2].beat.response, AxiResponse::kDecodeError);
  EXPECT_EQ(master.response_events.at(0).response.response, AxiResponse::kDecodeError);
  EXPECT_EQ(bytes[0], std::byte{0});
}

TEST(AxiMemoryErrors, UnmappedInFlightIsADecodeError) {
  Fixture f(kSram);
  f.master.read(burst(kBase, 1));
  f.master.write(burst(kBase, 1), beats_of(std::byte{1}, 1));
  f.master.run(10);
  f.memory.unmap(kBase);
  f.master.run(100);
  EXPECT_EQ(f.master.read_events.at(0).beat.response, AxiResponse::kDecodeError);
  EXPECT_EQ(f.master.response_events.at(0).response.response, AxiResponse::kDecodeError);
  EXPECT_EQ(f.bytes[0], std::byte{0});
}

TEST(AxiMemoryErrors, RefusesBadRegions) {
  AxiMemory memory({});
  std::vector<std::byte> bytes(32);
  memory.map(64, bytes, kFast);
  EXPECT_THROW(memory.map(95, bytes, kFast), std::invalid_argument);
  EXPECT_THROW(memory.map(33, bytes, kFast), std::invalid_argument);
  EXPECT_THROW(memory.map(UINT64_MAX - 8, bytes, kFast), std::invalid_argument);
  EXPECT_THROW(memory.map(0, {}, kFast), std::invalid_argument);
  EXPECT_THROW(memory.map(0, bytes, {.latency_cycles = 1, .bytes_per_cycle = 0}), std::invalid_argument);
  EXPECT_NO_THROW(memory.map(96, bytes, kFast));
  EXPECT_NO_THROW(memory.map(32, bytes, kFast));
}

TEST(AxiMemoryErrors, RefusesBadOptions) {
  EXPECT_THROW(AxiMemory({.data_bytes = 4}), std::invalid_argument);
  EXPECT_THROW(AxiMemory({.max_outstanding = 0}), std::invalid_argument);
  EXPECT_THROW(AxiMemory({.back_pressure = BackPressure::uniform(1.5, 1)}), std::invalid_argument);
}

// One run of reads and writes under back-pressure: when each handshake happened.
struct Timeline {
  std::vector<std::uint64_t> cycles;
  std::uint64_t violations = 0;
  AxiStats stats;
};

Timeline run_under_pressure(double probability, std::uint64_t seed) {
  Fixture f(kFast, {.back_pressure = BackPressure::uniform(probability, seed)});
  for (std::uint64_t i = 0; i < 8; ++i) {
    f.master.read(burst(kBase + i * 64, 4, static_cast<std::uint8_t>(i % 2)));
    f.master.write(burst(kBase + 4096 + i * 64, 4), beats_of(static_cast<std::byte>(i + 1), 4));
  }
  f.master.run(2000);
  for (std::size_t i = 0; i < 512; ++i) EXPECT_EQ(f.bytes[4096 + i], static_cast<std::byte>(i / 64 + 1));
  Timeline result;
  for (const ReadEvent& event : f.master.read_events) result.cycles.push_back(event.cycle);
  for (const auto& list : {f.master.ar_cycles, f.master.aw_cycles, f.master.w_cycles}) {
    result.cycles.insert(result.cycles.end(), list.begin(), list.end());
  }
  result.violations = f.master.checker().count();
  result.stats = f.memory.stats();
  return result;
}

TEST(AxiMemoryBackPressure, IsDeterminedByItsSeed) {
  const Timeline first = run_under_pressure(0.5, 7);
  EXPECT_EQ(first.cycles, run_under_pressure(0.5, 7).cycles);
  EXPECT_NE(first.cycles, run_under_pressure(0.5, 8).cycles);
  EXPECT_NE(first.cycles, run_under_pressure(0.0, 7).cycles);
  EXPECT_EQ(first.violations, 0U);
  EXPECT_GT(first.stats[AxiChannel::kW].stall_cycles, 0U);
  EXPECT_EQ(first.stats[AxiChannel::kW].handshakes, 32U);
  EXPECT_EQ(first.stats[AxiChannel::kR].handshakes, 32U);
}

TEST(AxiMemoryBackPressure, RefusesAboutAsOftenAsAsked) {
  Fixture f(kFast, {.back_pressure = {.probability = {0.25, 0, 0, 0, 0}, .seed = 3}});
  std::uint64_t refused = 0;
  for (int i = 0; i < 10000; ++i) {
    f.master.run(1);
    refused += f.memory.pins().ar_ready ? 0U : 1U;
  }
  EXPECT_NEAR(static_cast<double>(refused), 2500, 200);
}

class AxiMemoryFault : public ::testing::TestWithParam<AxiResponse> {};

TEST_P(AxiMemoryFault, HitsExactlyTheReadBeatAskedFor) {
  Fixture f(kFast);
  f.memory.inject({.read = ResponseFault{.response = GetParam(), .index = 2, .id = 1}});
  f.master.read(burst(kBase, 2, 1));
  f.master.read(burst(kBase, 4, 0));
  f.master.read(burst(kBase, 2, 1));
  f.master.run(40);
  ASSERT_EQ(f.master.read_events.size(), 8U);
  int of_id = 0;
  for (const ReadEvent& event : f.master.read_events) {
    const bool hit = event.beat.id == 1 && of_id++ == 2;
    EXPECT_EQ(event.beat.response, hit ? GetParam() : AxiResponse::kOkay);
  }
}

TEST_P(AxiMemoryFault, FaultedWriteLeavesMemoryAlone) {
  Fixture f(kFast);
  f.memory.inject({.write = ResponseFault{.response = GetParam(), .index = 1}});
  for (std::uint64_t i = 0; i < 3; ++i) f.master.write(burst(kBase + i * 16, 1), beats_of(std::byte{0x77}, 1));
  f.master.run(40);
  ASSERT_EQ(f.master.response_events.size(), 3U);
  EXPECT_EQ(f.master.response_events[0].response.response, AxiResponse::kOkay);
  EXPECT_EQ(f.master.response_events[1].response.response, GetParam());
  EXPECT_EQ(f.master.response_events[2].response.response, AxiResponse::kOkay);
  EXPECT_EQ(f.bytes[0], std::byte{0x77});
  EXPECT_EQ(f.bytes[16], std::byte{16});
  EXPECT_EQ(f.bytes[32], std::byte{0x77});
}

INSTANTIATE_TEST_SUITE_P(Kinds, AxiMemoryFault, ::testing::Values(AxiResponse::kSlaveError, AxiResponse::kDecodeError));

class AxiMemoryHang : public ::testing::TestWithParam<AxiChannel> {
 protected:
  static std::uint64_t handshakes(const Fixture& f) { return f.memory.stats()[GetParam()].handshakes; }

  static void offer(Fixture& f) {
    for (std::uint64_t i = 0; i < 4; ++i) {
      f.master.read(burst(kBase + i * 16, 1));
      f.master.write(burst(kBase + 4096 + i * 16, 1), beats_of(std::byte{0x77}, 1));
    }
  }
};

TEST_P(AxiMemoryHang, StopsAfterItsHandshakesUntilReleased) {
  Fixture f(kFast);
  f.memory.inject({.hang = ChannelHang{.channel = GetParam(), .after_handshakes = 2}});
  offer(f);
  f.master.run(1000);
  EXPECT_EQ(handshakes(f), 2U);
  EXPECT_TRUE(f.memory.hanging());
  f.memory.release_hang();
  f.master.run(100);
  EXPECT_EQ(handshakes(f), 4U);
  EXPECT_EQ(f.master.read_events.size(), 4U);
  EXPECT_EQ(f.master.response_events.size(), 4U);
  EXPECT_EQ(f.master.checker().count(), 0U);
}

TEST_P(AxiMemoryHang, ReleasesItselfAfterItsTime) {
  Fixture f(kFast);
  f.memory.inject({.hang = ChannelHang{.channel = GetParam(), .after_handshakes = 0, .release_after_cycles = 200}});
  offer(f);
  f.master.run(195);
  EXPECT_EQ(handshakes(f), 0U);
  f.master.run(100);
  EXPECT_EQ(handshakes(f), 4U);
  EXPECT_FALSE(f.memory.hanging());
}

INSTANTIATE_TEST_SUITE_P(Channels, AxiMemoryHang,
                         ::testing::Values(AxiChannel::kAr, AxiChannel::kR, AxiChannel::kAw, AxiChannel::kW,
                                           AxiChannel::kB));

TEST(AxiMemoryReset, DropsWhatIsInFlight) {
  Fixture f(kSram);
  f.master.read(burst(kBase, 4));
  f.master.write(burst(kBase, 1), beats_of(std::byte{0x77}, 1));
  f.master.run(10);
  f.memory.reset();
  EXPECT_FALSE(f.memory.pins().ar_ready);
  f.master.run(100);
  EXPECT_TRUE(f.master.read_events.empty());
  EXPECT_TRUE(f.master.response_events.empty());
  EXPECT_EQ(f.bytes[0], std::byte{0});
  EXPECT_TRUE(f.memory.pins().ar_ready);
}

TEST(AxiMemoryIdle, ReportsNoChangeWhileNothingIsInFlight) {
  Fixture f(kSram);
  f.master.run(2);
  const AxiMasterPins idle;
  EXPECT_FALSE(f.memory.advance(idle, 100));
  f.memory.inject({});
  EXPECT_TRUE(f.memory.advance(idle, 101));
  EXPECT_FALSE(f.memory.advance(idle, 102));
}

}  // namespace
}  // namespace auklet::sim::test
