// The layer log on random streams, on the RTL and on the functional model: whatever a job does and however it ends, its
// causes add up to its cycles, and layers that it lacks have none.
//
// AUKLET_SEED=n runs seed n alone; AUKLET_CASES=n changes how many seeds a test takes.
#include <auklet/sim/verilated_npu.hpp>
#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "../common/run_seed.hpp"
#include "../common/verilated_configuration.hpp"
#include "layer_log.hpp"
#include "raw_bench.hpp"

namespace auklet::test {
namespace {

using spec::Cause;
using spec::Event;

constexpr std::array kEventOfCause{
    std::pair(Cause::kArray, Event::kMacActive),      std::pair(Cause::kVector, Event::kVectorActive),
    std::pair(Cause::kWeights, Event::kStallWeights), std::pair(Cause::kDrain, Event::kStallDrain),
    std::pair(Cause::kBank, Event::kStallBank),       std::pair(Cause::kWindow, Event::kStallWindow),
    std::pair(Cause::kFill, Event::kStallFill),       std::pair(Cause::kLoad, Event::kStallLoad),
    std::pair(Cause::kStore, Event::kStallStore),     std::pair(Cause::kCommand, Event::kStallCommand),
};
static_assert(kEventOfCause.size() == spec::kCauses);

// Gives every command of the stream but END one of `count` layers, at random; returns the log's entries that they use.
std::set<std::size_t> give_layers(RawStream& stream, Random& random, std::uint32_t count) {
  std::vector<std::uint32_t> layers;
  for (std::uint32_t i = 0; i < count; ++i) layers.push_back(random.in(0, 0xffff));
  std::set<std::size_t> entries;
  for (std::size_t i = 0; i + 1 < stream.offsets.size(); ++i) {
    std::uint32_t& word = stream.words[stream.offsets[i] / 4];
    const std::uint32_t layer = layers[random.in(0, count - 1)];
    word = (word & 0xffffU) | (layer << 16);
    entries.insert(layer % spec::kLogEntries);
  }
  return entries;
}

std::uint32_t size_of(const RawStream& stream) { return static_cast<std::uint32_t>(stream.words.size() * 4); }

class LayerLogRandom : public testing::TestWithParam<sim::VerilatedConfiguration> {
 protected:
  // Calls body(bench, random) for each seed.
  template <class Body>
  void for_each_seed(std::uint64_t count, Body body) {
    const std::uint64_t only = environment("AUKLET_SEED", 0);
    const std::uint64_t first = only != 0 ? only : 1;
    const std::uint64_t last = only != 0 ? only : environment("AUKLET_CASES", count);
    for (std::uint64_t seed = first; seed <= last && !HasFailure(); ++seed) {
      SCOPED_TRACE("AUKLET_SEED=" + std::to_string(seed));
      RawBench bench(GetParam(), seed);
      ASSERT_TRUE(wait_until_idle(*bench.rtl().target));
      ASSERT_TRUE(wait_until_idle(*bench.model().target));
      Random random(seed);
      body(bench, random);
    }
  }

  // Stops what runs, and clears the SRAM.
  static void reset(sim::Target& target) {
    target.write32(spec::reg::Control::kOffset, spec::reg::Control::kSoftReset.mask());
    for (int i = 0; i < 1000 && state_of(target) == spec::State::kDraining; ++i) target.step(16);
    ASSERT_TRUE(wait_until_idle(target));
  }
};

TEST_P(LayerLogRandom, AddsUpToTheCyclesJobByJob) {
  for_each_seed(3, [](RawBench& bench, Random& random) {
    for (std::uint32_t i = 0; i < 4; ++i) {
      RawStream stream = RawStreamMaker(bench.config(), random.in(1, 1 << 30)).make();
      const std::set<std::size_t> used = give_layers(stream, random, random.in(1, 6));
      for (RawSide* side : {&bench.rtl(), &bench.model()}) {
        SCOPED_TRACE(side == &bench.rtl() ? "RTL" : "functional model");
        const std::uint64_t before = read_cycles(*side->target);
        ASSERT_TRUE(RawBench::run(*side, stream, size_of(stream), i).job.done);
        const std::vector<LayerCauses> entries = read_all_causes(*side->target);
        EXPECT_EQ(sum_of(entries).total(), read_cycles(*side->target) - before);
        for (std::size_t e = 0; e < entries.size(); ++e) {
          EXPECT_TRUE(used.contains(e) || entries[e].total() == 0) << "entry " << e;
        }
      }
    }
  });
}

TEST_P(LayerLogRandom, EveryCauseHasItsEvent) {
  for_each_seed(2, [](RawBench& bench, Random& random) {
    RawStream stream = RawStreamMaker(bench.config(), random.in(1, 1 << 30)).make();
    give_layers(stream, random, 3);
    for (RawSide* side : {&bench.rtl(), &bench.model()}) {
      sim::Target& target = *side->target;
      for (const std::size_t first : {0U, spec::kCauses - spec::kPmuCounters}) {
        for (std::uint32_t i = 0; i < spec::kPmuCounters; ++i) {
          target.write32(spec::reg::PmuEvent::offset(i),
                         spec::reg::PmuEvent::kSelect.make(kEventOfCause[first + i].second));
        }
        control_counters(target, true, true);
        ASSERT_TRUE(RawBench::run(*side, stream, size_of(stream), 1).job.done);
        const LayerCauses sum = sum_of(read_all_causes(target));
        for (std::uint32_t i = 0; i < spec::kPmuCounters; ++i) {
          const auto [cause, event] = kEventOfCause[first + i];
          EXPECT_EQ(target.read32(spec::reg::PmuCount::offset(i)), sum[cause]) << spec::to_string(event);
        }
      }
    }
  });
}

TEST_P(LayerLogRandom, AddsUpWhereverAJobIsStopped) {
  for_each_seed(3, [](RawBench& bench, Random& random) {
    RawStream stream = RawStreamMaker(bench.config(), random.in(1, 1 << 30)).make();
    give_layers(stream, random, 4);
    for (RawSide* side : {&bench.rtl(), &bench.model()}) {
      sim::Target& target = *side->target;
      control_counters(target, true, true);
      ASSERT_TRUE(RawBench::run(*side, stream, size_of(stream), 1).job.done);
      const auto length = static_cast<std::uint32_t>(read_cycles(target));
      for (int i = 0; i < 4; ++i) {
        control_counters(target, true, true);
        start_job(target, RawMemory::kStreamBase, size_of(stream));
        target.step(random.in(1, length));
        reset(target);
        EXPECT_GT(read_cycles(target), 0U);
        EXPECT_EQ(sum_of(read_all_causes(target)).total(), read_cycles(target));
      }
    }
  });
}

TEST_P(LayerLogRandom, AddsUpWhereverAJobFaults) {
  for_each_seed(3, [](RawBench& bench, Random& random) {
    sim::Target& target = *bench.rtl().target;
    for (int i = 0; i < 4; ++i) {
      RawStream stream = RawStreamMaker(bench.config(), random.in(1, 1 << 30)).make();
      give_layers(stream, random, 4);
      bench.npu().inject(
          {.read = sim::ResponseFault{.response = sim::AxiResponse::kSlaveError, .index = random.in(0, 200)}});
      control_counters(target, true, true);
      EXPECT_TRUE(RawBench::run(bench.rtl(), stream, size_of(stream), 1).job.faulted);
      EXPECT_EQ(sum_of(read_all_causes(target)).total(), read_cycles(target));
      bench.npu().inject({});
      reset(target);
    }
  });
}

TEST_P(LayerLogRandom, CountsWhatIsEnabledOnly) {
  for_each_seed(3, [](RawBench& bench, Random& random) {
    RawStream stream = RawStreamMaker(bench.config(), random.in(1, 1 << 30)).make();
    give_layers(stream, random, 4);
    for (RawSide* side : {&bench.rtl(), &bench.model()}) {
      sim::Target& target = *side->target;
      control_counters(target, false, true);
      ASSERT_TRUE(RawBench::run(*side, stream, size_of(stream), 1).job.done);
      EXPECT_EQ(sum_of(read_all_causes(target)).total(), 0U);

      // On, off and cleared in the middle, and read meanwhile.
      start_job(target, RawMemory::kStreamBase, size_of(stream));
      while (state_of(target) == spec::State::kRunning) {
        target.step(random.in(1, 60));
        control_counters(target, random.one_in(2), random.one_in(20));
        read_log(target, random.in(0, spec::kLogEntries - 1), random.in(0, spec::kCauses));
      }
      EXPECT_EQ(sum_of(read_all_causes(target)).total(), read_cycles(target));
      target.write32(spec::reg::IrqRaw::kOffset, spec::reg::IrqRaw::kDone.mask());
      EXPECT_EQ(target.bus_errors(), 0U);
    }
  });
}

INSTANTIATE_TEST_SUITE_P(All, LayerLogRandom, testing::ValuesIn(sim::verilated_configurations()), name_of_instance);

}  // namespace
}  // namespace auklet::test
