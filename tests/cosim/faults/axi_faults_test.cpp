// AXI faults everywhere: in every place of short jobs of every kind, or in a slice of the places.
//
// AUKLET_EVERY=n tries every n-th place; AUKLET_SEED=n moves those.
#include <auklet/sim/verilated_npu.hpp>
#include <cstdio>
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "../../common/run_seed.hpp"
#include "../../common/verilated_configuration.hpp"
#include "fault_sweep.hpp"
#include "stream_facts.hpp"

namespace auklet::test {
namespace {

class AxiFaults : public testing::TestWithParam<sim::VerilatedConfiguration> {
 protected:
  // Calls sweep(bench, job, slice) for each job and reports what it came to.
  template <class Sweep>
  void sweep_all(const char* what, std::uint64_t every, Sweep sweep) {
    SweepBench bench(sim::make_verilated_npu(options_of(GetParam())));
    every = environment("AUKLET_EVERY", every);
    std::uint64_t places = 0, tried = 0, longest = 0, seed = environment("AUKLET_SEED", 1);
    for (const ShortJob& job : short_jobs(bench.config())) {
      const SweepResult result = sweep(bench, job, Slice(every, seed++));
      ASSERT_EQ(result.finding, "");
      EXPECT_GE(result.tried, result.places / every);
      std::printf("%-22s %5llu places, %5llu tried, at most %llu cycles\n", job.name.c_str(), ull(result.places),
                  ull(result.tried), ull(result.longest));
      places += result.places;
      tried += result.tried;
      longest = std::max(longest, result.longest);
    }
    std::printf("%s on %s, %u-bit AXI: %llu places, %llu tried, at most %llu cycles\n", what, bench.config().name,
                bench.config().axi_data_bits, ull(places), ull(tried), ull(longest));
  }

  static unsigned long long ull(std::uint64_t value) { return value; }
};

TEST_P(AxiFaults, ErrorResponses) { sweep_all("error responses", 23, sweep_error_responses); }
TEST_P(AxiFaults, Stalls) { sweep_all("stalls", 23, sweep_stalls); }

// What the sweeps stand on: the record has every handshake that the memory counts, also where it is reluctant.
TEST_P(AxiFaults, TheRecordHasEveryHandshake) {
  sim::VerilatedOptions reluctant = options_of(GetParam());
  reluctant.back_pressure = sim::BackPressure::uniform(0.4, 7);
  SweepBench bench(sim::make_verilated_npu(reluctant));
  for (const ShortJob& job : short_jobs(bench.config())) {
    PlacedJob placed(bench.npu(), job, SweepBench::kTiming);
    bench.set_up(placed);
    bench.npu().reset_stats();
    bench.start(placed);
    EXPECT_TRUE(bench.finish(100'000).outcome.done) << job.name;
    bench.acknowledge();
    for (std::size_t channel = 0; channel < sim::kAxiChannels; ++channel) {
      EXPECT_EQ(bench.traffic().handshakes.at(channel), bench.npu().stats().channels.at(channel).handshakes)
          << job.name << ", channel " << channel;
    }
    EXPECT_EQ(bench.traffic().owed(), 0U) << job.name;
    EXPECT_EQ(wrong_traffic(job, bench.traffic(), bench.data_bytes()), "") << job.name;
  }
}

// Else `every kind of job` would not be true, and expected_culprit() not sure.
TEST_P(AxiFaults, JobsUseEveryCommandAndFitTheQueues) {
  std::set<std::string> used;
  SweepBench bench(sim::make_verilated_npu(options_of(GetParam())));
  for (const ShortJob& job : short_jobs(bench.config())) {
    std::array<std::uint32_t, 4> commands{};
    for (const CommandFacts& command : command_facts(job)) {
      used.insert(spec::to_string(command.header.opcode));
      ++commands.at(static_cast<std::size_t>(command.engine));
    }
    for (const spec::Engine engine : {spec::Engine::kLoad, spec::Engine::kStore, spec::Engine::kCompute}) {
      EXPECT_LE(commands.at(static_cast<std::size_t>(engine)), spec::queue_depth(engine) + 1) << job.name;
    }
  }
  for (const spec::CommandInfo& info : spec::kCommands) EXPECT_TRUE(used.contains(info.name)) << info.name;
}

INSTANTIATE_TEST_SUITE_P(, AxiFaults, testing::ValuesIn(swept_configurations()), name_of_instance);

}  // namespace
}  // namespace auklet::test
