// Seeded bugs in how the RTL meets faults, resets and power-up: the sweeps over short jobs must find each.
#include <auklet/sim/verilated_npu.hpp>
#include <ostream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "abort_sweep.hpp"
#include "fault_sweep.hpp"
#include "mutant_core.hpp"
#include "power_up.hpp"

namespace auklet::test {
namespace {

enum class Search : std::uint8_t { kErrors, kStalls, kSoftReset, kResetInput, kCancel, kPowerUp };

// Registers and memories without reset start at random when `seed` is not 0.
std::unique_ptr<sim::VerilatedNpu> make_mutant(int mutant, std::uint32_t seed = 0) {
  sim::VerilatedOptions options;
  options.plusargs = {"+mutant=" + std::to_string(mutant)};
  options.random_reset_seed = seed;
  return make_mutant_npu(options);
}

std::string search_power_up(int mutant, const std::vector<ShortJob>& jobs) {
  const std::vector<Observation> expected = observe_power_up(*make_mutant(mutant), jobs);
  constexpr std::uint32_t kSeeds = 3;
  for (std::uint32_t seed = 1; seed <= kSeeds; ++seed) {
    const std::string found = difference(expected, observe_power_up(*make_mutant(mutant, seed), jobs));
    if (!found.empty()) return found;
  }
  return "";
}

// What a sweep of every `every`-th place finds.
std::string search(int mutant, Search kind, std::uint64_t every) {
  const std::vector<ShortJob> jobs = short_jobs(*mutant_configuration());
  if (kind == Search::kPowerUp) return search_power_up(mutant, jobs);
  SweepBench bench(make_mutant(mutant));
  const auto sweep = [&](const ShortJob& job, Slice slice) {
    switch (kind) {
      case Search::kErrors:
        return sweep_error_responses(bench, job, slice);
      case Search::kStalls:
        return sweep_stalls(bench, job, slice);
      case Search::kSoftReset:
        return sweep_soft_resets(bench, job, slice);
      case Search::kResetInput:
        return sweep_hard_resets(bench, job, slice);
      default:
        return sweep_cancellations(bench.npu(), job, slice);
    }
  };
  std::uint64_t seed = 0;
  for (const ShortJob& job : jobs) {
    if (job.name != "depthwise" && job.name != "gather" && job.name != "copy") continue;
    const SweepResult result = sweep(job, Slice(every, seed++));
    if (!result.finding.empty()) return result.finding;
  }
  return "";
}

#if !AUKLET_RTL_ASSERTIONS  // Some mutants would break an assertion first.

struct Case {
  const char* mutant;
  Search search;
};

void PrintTo(const Case& param, std::ostream* out) { *out << param.mutant; }

class FaultMutants : public testing::TestWithParam<Case> {};

TEST_P(FaultMutants, AreFound) {
  const int mutant = mutant_number(GetParam().mutant);
  ASSERT_NE(mutant, 0);
  const std::string found = search(mutant, GetParam().search, 31);
  EXPECT_NE(found, "");
  RecordProperty("found", found);
  std::printf("%s\n", found.c_str());
}

INSTANTIATE_TEST_SUITE_P(
    , FaultMutants,
    testing::Values(Case{"drain_does_not_wait", Search::kErrors}, Case{"error_address", Search::kErrors},
                    Case{"error_kind", Search::kErrors}, Case{"watchdog_channel", Search::kStalls},
                    Case{"clearing_ends_early", Search::kSoftReset}, Case{"load_goes_on", Search::kCancel},
                    Case{"reads_not_reset", Search::kResetInput}, Case{"writes_not_reset", Search::kPowerUp},
                    Case{"write_beat_not_reset", Search::kPowerUp}, Case{"done_tag_not_reset", Search::kPowerUp}),
    [](const auto& setup) { return std::string(setup.param.mutant); });

#endif

TEST(FaultSweeps, FindNothingWithoutMutant) {
  for (const Search kind :
       {Search::kErrors, Search::kStalls, Search::kSoftReset, Search::kResetInput, Search::kCancel, Search::kPowerUp}) {
    EXPECT_EQ(search(0, kind, 101), "");
  }
}

}  // namespace
}  // namespace auklet::test
