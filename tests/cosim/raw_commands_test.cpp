// Random raw command streams on the RTL and on the functional model: equal memory, equal SRAM, equal registers; equal
// faults when they are malformed; nothing left over when they are cut off.
//
// AUKLET_SEED=n runs seed n alone; AUKLET_CASES=n changes how many seeds a test takes.
#include <algorithm>
#include <auklet/sim/verilated_npu.hpp>
#include <cstdint>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "../common/run_seed.hpp"
#include "../common/verilated_configuration.hpp"
#include "malformed_stream.hpp"
#include "raw_bench.hpp"

namespace auklet::test {
namespace {

class RawCommands : public testing::TestWithParam<sim::VerilatedConfiguration> {
 protected:
  // Streams that share a device, so that each also meets what another left behind.
  static constexpr std::uint64_t kShared = 8;

  static std::string trace(std::uint64_t seed) { return "AUKLET_SEED=" + std::to_string(seed); }

  // Calls body(bench, seed) for each seed.
  template <class Body>
  void for_each_seed(std::uint64_t count, Body body) {
    const std::uint64_t only = environment("AUKLET_SEED", 0);
    const std::uint64_t first = only != 0 ? only : 1;
    const std::uint64_t last = only != 0 ? only : environment("AUKLET_CASES", count);
    for (std::uint64_t seed = first; seed <= last && !HasFailure(); ++seed) {
      SCOPED_TRACE(trace(seed));
      RawBench bench(GetParam(), seed);
      ASSERT_TRUE(wait_until_idle(*bench.rtl().target));
      ASSERT_TRUE(wait_until_idle(*bench.model().target));
      body(bench, seed);
      EXPECT_EQ(bench.npu().protocol_violations(), 0U) << testing::PrintToString(bench.npu().protocol_report());
    }
  }
};

// The words in which two memories differ, the first few of them.
std::string differences(const std::vector<std::uint8_t>& a, const std::vector<std::uint8_t>& b) {
  std::ostringstream text;
  std::size_t count = 0;
  for (std::size_t at = 0; at < a.size(); at += 16) {
    if (std::equal(a.begin() + static_cast<std::ptrdiff_t>(at), a.begin() + static_cast<std::ptrdiff_t>(at + 16),
                   b.begin() + static_cast<std::ptrdiff_t>(at))) {
      continue;
    }
    if (count++ < 40) text << ' ' << at;
  }
  return count == 0 ? "none" : std::to_string(count) + " words at" + text.str();
}

void expect_equal_memory(RawBench& bench) {
  EXPECT_EQ(differences(bench.rtl().data, bench.model().data), "none") << "in the data";
  EXPECT_EQ(differences(bench.rtl().dump, bench.model().dump), "none") << "in the SRAM as dumped";
}

void expect_equal_end(const RawOutcome& rtl, const RawOutcome& model) {
  EXPECT_EQ(rtl.irq_raw, model.irq_raw);
  EXPECT_EQ(rtl.state, model.state);
  EXPECT_STREQ(spec::to_string(rtl.job.fault), spec::to_string(model.job.fault));
  EXPECT_STREQ(spec::to_string(rtl.job.channel), spec::to_string(model.job.channel));
  EXPECT_STREQ(spec::to_string(rtl.job.code), spec::to_string(model.job.code));
  EXPECT_EQ(rtl.job.fault_address, model.job.fault_address);
  EXPECT_EQ(rtl.job.done_tag, model.job.done_tag);
}

void run_and_compare(RawBench& bench, const RawStream& stream, std::uint32_t tag) {
  const auto size = static_cast<std::uint32_t>(stream.words.size() * 4);
  const RawOutcome model = RawBench::run(bench.model(), stream, size, tag);
  ASSERT_TRUE(model.job.done) << spec::to_string(model.job.fault) << ' ' << spec::to_string(model.job.code);
  const RawOutcome rtl = RawBench::run(bench.rtl(), stream, size, tag);
  expect_equal_end(rtl, model);
  EXPECT_EQ(rtl.completed, model.completed);
  EXPECT_EQ(rtl.completed_store, model.completed_store);
  EXPECT_EQ(rtl.commands, model.commands);
  EXPECT_EQ(rtl.job.progress, model.job.progress);
  expect_equal_memory(bench);
  if (testing::Test::HasFailure()) GTEST_LOG_(INFO) << "the stream's commands:" << describe(stream);
}

TEST_P(RawCommands, EqualModel) {
  for_each_seed(3, [&](RawBench& bench, std::uint64_t seed) {
    for (std::uint64_t i = 0; i < kShared && !HasFailure(); ++i) {
      SCOPED_TRACE("stream " + std::to_string(i));
      RawStreamMaker maker(bench.config(), seed * kShared + i);
      run_and_compare(bench, maker.make(), static_cast<std::uint32_t>(i));
    }
    ASSERT_TRUE(bench.dump_sram());
    expect_equal_memory(bench);
  });
}

// Bytes of the data that no window lets the device write.
bool outside_is_untouched(const RawStream& stream, const std::vector<std::uint8_t>& before,
                          const std::vector<std::uint8_t>& after) {
  for (std::size_t i = 0; i < before.size(); ++i) {
    if (before[i] == after[i]) continue;
    const bool allowed = std::ranges::any_of(stream.windows, [&](const RawWindow& window) {
      return window.write && RawMemory::kDataBase + i - window.base < window.size;
    });
    if (!allowed) return false;
  }
  return true;
}

TEST_P(RawCommands, EqualFaults) {
  for_each_seed(2, [&](RawBench& bench, std::uint64_t seed) {
    for (std::uint64_t i = 0; i < kShared && !HasFailure(); ++i) {
      Random random(seed * kShared + i);
      RawStreamMaker maker(bench.config(), seed * kShared + i);
      const RawStream sound = maker.make();
      const MalformedStream bad = break_stream(sound, random);
      SCOPED_TRACE("stream " + std::to_string(i) + ": " + bad.what);
      for (RawSide* side : {&bench.rtl(), &bench.model()}) {
        side->target->write32(spec::reg::Watchdog::kOffset, bad.watchdog);
      }
      const std::vector<std::uint8_t> before = bench.rtl().data;
      const RawOutcome model = RawBench::run(bench.model(), bad.stream, bad.size, 7, bad.base);
      const RawOutcome rtl = RawBench::run(bench.rtl(), bad.stream, bad.size, 7, bad.base);
      EXPECT_TRUE(model.job.faulted);
      expect_equal_end(rtl, model);
      // Otherwise the offset is that of the last command dispatched, which depends on time.
      const bool by_offset = rtl.job.fault == spec::Fault::kCommand || rtl.job.fault == spec::Fault::kAddress ||
                             rtl.job.fault == spec::Fault::kIndex || rtl.job.fault == spec::Fault::kWatchdog;
      if (by_offset) {
        EXPECT_EQ(rtl.job.fault_offset, model.job.fault_offset);
      }
      if (by_offset && rtl.job.fault != spec::Fault::kAddress && rtl.job.fault != spec::Fault::kIndex) {
        EXPECT_EQ(rtl.job.progress, model.job.progress);
      }
      EXPECT_TRUE(outside_is_untouched(bad.stream, before, bench.rtl().data));
      ASSERT_TRUE(bench.reset());
      run_and_compare(bench, sound, 8);
    }
  });
}

// A soft reset in any cycle, now and then a second one in the drain, in the clearing or after it.
TEST_P(RawCommands, NothingIsLeftOfAnAbortedJob) {
  for_each_seed(2, [&](RawBench& bench, std::uint64_t seed) {
    for (std::uint64_t i = 0; i < kShared && !HasFailure(); ++i) {
      SCOPED_TRACE("stream " + std::to_string(i));
      Random random(seed * kShared + i);
      RawStreamMaker maker(bench.config(), seed * kShared + i);
      const RawStream stream = maker.make();
      const auto size = static_cast<std::uint32_t>(stream.words.size() * 4);
      const std::vector<std::uint8_t> before = bench.rtl().data;
      sim::VerilatedNpu& npu = bench.npu();
      RawBench::place(bench.rtl(), stream);
      start_job(npu, RawMemory::kStreamBase, size);
      npu.step(random.in(0, random.pick<std::uint32_t>({100, 5'000, 30'000})));
      for (std::uint32_t again = random.in(0, 2); again != 0; --again) {
        npu.write32(spec::reg::Control::kOffset, spec::reg::Control::kSoftReset.mask());
        npu.step(random.in(0, random.pick<std::uint32_t>({3, 300, 5'000})));
      }
      EXPECT_TRUE(outside_is_untouched(stream, before, bench.rtl().data));
      ASSERT_TRUE(bench.reset());
      EXPECT_FALSE(npu.irq());
      EXPECT_EQ(npu.read32(spec::reg::FaultCause::kOffset), 0U);
      run_and_compare(bench, maker.make(), 9);
    }
    ASSERT_TRUE(bench.dump_sram());
    expect_equal_memory(bench);
  });
}

INSTANTIATE_TEST_SUITE_P(All, RawCommands, testing::ValuesIn(sim::verilated_configurations()), name_of_instance);

}  // namespace
}  // namespace auklet::test
