// Power-up with random contents of every register and memory: the reset, and what follows, must not depend on them.
//
// The models are built with --x-initial unique, and a seed stands for +verilator+rand+reset+2 with that seed. The RTL
// assigns no X, so --x-assign makes no difference. AUKLET_CASES=n takes seeds 1 to n; AUKLET_SEED=n seed n alone.
#include <auklet/sim/verilated_npu.hpp>
#include <cstdio>
#include <string>

#include <gtest/gtest.h>

#include "../../common/run_seed.hpp"
#include "../../common/verilated_configuration.hpp"
#include "power_up.hpp"
#include "sweep_bench.hpp"

namespace auklet::test {
namespace {

class PowerUp : public testing::TestWithParam<sim::VerilatedConfiguration> {
 protected:
  // Seed 0: all zero.
  [[nodiscard]] std::vector<Observation> observe(std::uint64_t seed) const {
    sim::VerilatedOptions options = options_of(GetParam());
    options.random_reset_seed = static_cast<std::uint32_t>(seed);
    options.reset_cycles = 1;
    return observe_power_up(*sim::make_verilated_npu(options), jobs_);
  }

  std::vector<ShortJob> jobs_ = short_jobs(config_of(GetParam()));
};

std::uint64_t value_of(const std::vector<Observation>& seen, std::string_view what) {
  const auto found = std::ranges::find(seen, what, &Observation::what);
  return found != seen.end() ? found->value : UINT64_MAX;
}

TEST_P(PowerUp, FromAnyStateIsAlike) {
  const std::vector<Observation> expected = observe(0);
  EXPECT_EQ(wrong_reset_values(expected), "");
  EXPECT_EQ(value_of(expected, "the device is idle"), 1U);
  EXPECT_EQ(value_of(expected, "bytes of the SRAM that are not zero"), 0U);
  EXPECT_EQ(value_of(expected, "breaches of the protocol"), 0U);
  for (const ShortJob& job : jobs_) {
    EXPECT_EQ(value_of(expected, job.name + ": done"), 1U) << job.name;
    EXPECT_EQ(value_of(expected, job.name + ": right output"), 1U) << job.name;
  }
  const std::uint64_t only = environment("AUKLET_SEED", 0);
  const std::uint64_t last = only != 0 ? only : environment("AUKLET_CASES", 20);
  std::uint64_t seeds = 0;
  for (std::uint64_t seed = only != 0 ? only : 1; seed <= last && !HasFailure(); ++seed, ++seeds) {
    EXPECT_EQ(difference(expected, observe(seed)), "") << "AUKLET_SEED=" << seed;
  }
  std::printf("power-up of %s, %u-bit AXI: %llu seeds, %zu jobs, %zu observations each\n", GetParam().name.data(),
              GetParam().axi_data_bits, static_cast<unsigned long long>(seeds), jobs_.size(), expected.size());
}

INSTANTIATE_TEST_SUITE_P(, PowerUp, testing::ValuesIn(swept_configurations()), name_of_instance);

}  // namespace
}  // namespace auklet::test
