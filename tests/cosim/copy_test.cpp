// Copies by LOAD and STORE on the verilated RTL against a nested loop.
#include <auklet/sim/verilated_npu.hpp>
#include <cstdio>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "../common/copy_cases.hpp"
#include "../common/verilated_configuration.hpp"

namespace auklet::test {
namespace {

const spec::HardwareConfig& config_named(std::string_view name) {
  for (const spec::HardwareConfig& config : spec::kConfigurations) {
    if (config.name == name) return config;
  }
  return spec::kDefaultConfiguration;
}

class RtlCopy : public testing::TestWithParam<sim::VerilatedConfiguration> {
 protected:
  [[nodiscard]] static sim::VerilatedOptions options() {
    sim::VerilatedOptions options;
    options.configuration = GetParam().name;
    options.axi_data_bits = GetParam().axi_data_bits;
    return options;
  }
  [[nodiscard]] static const spec::HardwareConfig& config() { return config_named(GetParam().name); }
};

TEST_P(RtlCopy, RandomOnesEqualLoops) {
  std::unique_ptr<sim::VerilatedNpu> npu;
  const auto target_of = [&](std::uint64_t seed) -> sim::Target& {
    // One device serves sixteen copies, so that each also meets what another left behind.
    if (npu == nullptr || seed % 16 == 0) {
      sim::VerilatedOptions made = options();
      made.random_reset_seed = static_cast<std::uint32_t>(seed);
      if (seed / 16 % 2 == 1) made.back_pressure = sim::BackPressure::uniform(0.3, seed);
      npu = sim::make_verilated_npu(made);
    }
    return *npu;
  };
  run_copy_seeds(target_of, config(), 1, 60);
  if (npu != nullptr) {
    EXPECT_EQ(npu->protocol_violations(), 0U) << testing::PrintToString(npu->protocol_report());
  }
}

TEST_P(RtlCopy, NamedOnesEqualLoops) {
  const std::unique_ptr<sim::VerilatedNpu> npu = sim::make_verilated_npu(options());
  for (const NamedCopy& named : named_copies()) {
    SCOPED_TRACE(named.name);
    CopyCase c{.op = named.op};
    fit_windows(c);
    ASSERT_TRUE(wait_until_idle(*npu));
    const CopyResult result = run_copy(*npu, config(), c);
    ASSERT_TRUE(result.planned.ok()) << to_string(result.planned.status);
    ASSERT_TRUE(result.job.done);
    EXPECT_TRUE(result.equal);
    EXPECT_FALSE(result.strayed);
    std::printf("%-32s %7llu bytes %7llu cycles %5u loads %5u stores %4u tiles\n", named.name,
                static_cast<unsigned long long>(plan::bytes(named.op)),
                static_cast<unsigned long long>(result.job.cycles), result.commands.load, result.commands.store,
                result.cost.tiles);
  }
  EXPECT_EQ(npu->protocol_violations(), 0U) << testing::PrintToString(npu->protocol_report());
}

INSTANTIATE_TEST_SUITE_P(All, RtlCopy, testing::ValuesIn(sim::verilated_configurations()), name_of_instance);

}  // namespace
}  // namespace auklet::test
