// What validate_stream() accepts never touches an address outside of its windows, nor SRAM beyond its claim, and ends:
// seen by a memory that knows the windows from the test alone.
//
// AUKLET_SEED=n runs seed n alone; AUKLET_CASES=n changes how many streams are run.
#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <string>

#include "environment.hpp"
#include "stream_mutator.hpp"
#include "tracing_memory.hpp"

namespace auklet::test {
namespace {

TEST(StreamSoundness, WhatIsAcceptedStaysInItsWindows) {
  std::array<std::uint64_t, 5> ends{};
  std::uint64_t count = 0;
  for (const std::uint64_t seed : seeds(3000)) {
    const SubjectOutcome outcome = run_subject(accepted_subject(seed));
    ++count;
    ++ends[static_cast<std::size_t>(outcome.end)];
    ASSERT_EQ(outcome.complaint, "") << "AUKLET_SEED=" << seed;
  }
  const auto times = [&](SubjectEnd end) { return ends[static_cast<std::size_t>(end)]; };
  EXPECT_EQ(times(SubjectEnd::kRefused), 0U);
  RecordProperty("done", std::to_string(times(SubjectEnd::kDone)));
  RecordProperty("index_fault", std::to_string(times(SubjectEnd::kIndexFault)));
  RecordProperty("axi_fault", std::to_string(times(SubjectEnd::kAxiFault)));
  RecordProperty("cut_off", std::to_string(times(SubjectEnd::kCutOff)));
  if (count >= 1000) {
    EXPECT_GT(times(SubjectEnd::kDone), count * 6 / 10) << "else most streams show little";
  }
}

/// The tracer itself: what it must notice.
TEST(TracingMemoryTest, NoticesWhatWasNotGranted) {
  TracingMemory memory;
  std::array<std::byte, 300> bytes{};
  const auto complains = [&](bool write, std::uint64_t address, std::size_t count) {
    memory.begin({{0x1000, 0x2000, true, false}, {0x8010, 0x20, false, true}});
    (void)(write ? memory.write(address, std::span(bytes).first(count))
                 : memory.read(address, std::span(bytes).first(count)));
    return !memory.violation().empty();
  };
  EXPECT_FALSE(complains(false, 0x1000, 256));
  EXPECT_FALSE(complains(false, 0x2fff, 1));
  EXPECT_FALSE(complains(true, 0x8010, 0x20));
  EXPECT_TRUE(complains(false, 0xfff, 1));
  EXPECT_TRUE(complains(false, 0x2fff, 2));
  EXPECT_TRUE(complains(false, 0x1fff, 2)) << "across a page";
  EXPECT_TRUE(complains(false, 0x1000, 257)) << "longer than a burst";
  EXPECT_TRUE(complains(true, 0x1000, 4)) << "a read-only range";
  EXPECT_TRUE(complains(false, 0x8010, 4)) << "a write-only range";
  EXPECT_TRUE(complains(true, 0x800f, 4));
  EXPECT_TRUE(complains(true, 0xffff'ffff'ffff'ff00, 256));
}

}  // namespace
}  // namespace auklet::test
