// Five short jobs cut off in every cycle, by the driver, by a soft reset and by the reset input, or in a slice of the
// cycles.
//
// AUKLET_EVERY=n tries every n-th cycle; AUKLET_SEED=n moves those.
#include <algorithm>
#include <auklet/sim/verilated_npu.hpp>
#include <cstdio>
#include <string>

#include <gtest/gtest.h>

#include "../../common/run_seed.hpp"
#include "../../common/verilated_configuration.hpp"
#include "abort_sweep.hpp"

namespace auklet::test {
namespace {

class Abort : public testing::TestWithParam<sim::VerilatedConfiguration> {
 protected:
  // Calls sweep(job, slice) for each job and reports what it came to.
  template <class Sweep>
  void sweep_all(const char* what, std::uint64_t every, Sweep sweep) {
    every = environment("AUKLET_EVERY", every);
    std::uint64_t places = 0, tried = 0, seed = environment("AUKLET_SEED", 1);
    std::size_t jobs = 0;
    for (const ShortJob& job : short_jobs(bench_.config(), kSram)) {
      if (std::ranges::find(kJobs, job.name) == kJobs.end()) continue;
      const SweepResult result = sweep(job, Slice(every, seed++));
      ASSERT_EQ(result.finding, "");
      EXPECT_GE(result.tried, result.places / every);
      std::printf("%-22s %5llu cycles, %5llu tried\n", job.name.c_str(), ull(result.places), ull(result.tried));
      places += result.places;
      tried += result.tried;
      ++jobs;
    }
    EXPECT_EQ(jobs, kJobs.size());
    std::printf("%s on %s, %u-bit AXI: %llu cycles, %llu tried\n", what, bench_.config().name,
                bench_.config().axi_data_bits, ull(places), ull(tried));
  }

  static unsigned long long ull(std::uint64_t value) { return value; }

  // So little that all that a job uses can be looked at each time.
  static constexpr std::uint32_t kSram = 16 * 1024;
  static constexpr std::array<std::string_view, 5> kJobs{"depthwise", "fully connected", "softmax", "gather", "copy"};
  SweepBench bench_{sim::make_verilated_npu(options_of(GetParam()))};
};

TEST_P(Abort, BySoftReset) {
  sweep_all("soft reset", 29, [&](const ShortJob& job, Slice slice) { return sweep_soft_resets(bench_, job, slice); });
}
TEST_P(Abort, ByTheResetInput) {
  sweep_all("reset input", 29, [&](const ShortJob& job, Slice slice) { return sweep_hard_resets(bench_, job, slice); });
}
TEST_P(Abort, ByTheDriver) {
  sweep_all("cancel()", 29,
            [&](const ShortJob& job, Slice slice) { return sweep_cancellations(bench_.npu(), job, slice); });
}

INSTANTIATE_TEST_SUITE_P(, Abort, testing::ValuesIn(swept_configurations()), name_of_instance);

}  // namespace
}  // namespace auklet::test
