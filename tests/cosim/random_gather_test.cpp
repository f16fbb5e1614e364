// Random embedding lookups through planner and verilated RTL, against the definition; half of them
// under back-pressure.
#include <auklet/sim/verilated_npu.hpp>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "../common/random_gather.hpp"
#include "../common/verilated_configuration.hpp"

namespace auklet::test {
namespace {

class RtlGather : public testing::TestWithParam<sim::VerilatedConfiguration> {};

TEST_P(RtlGather, EqualDefinition) {
  const auto* const config = std::ranges::find_if(
      spec::kConfigurations, [](const auto& known) { return std::string_view(known.name) == GetParam().name; });
  ASSERT_NE(config, spec::kConfigurations.end());
  std::unique_ptr<sim::VerilatedNpu> npu;
  const auto target_of = [&](std::uint64_t seed) -> sim::Target& {
    // One device serves sixteen lookups, so that each also meets what another left behind.
    if (npu == nullptr || seed % 16 == 0) {
      sim::VerilatedOptions options;
      options.configuration = GetParam().name;
      options.axi_data_bits = GetParam().axi_data_bits;
      options.random_reset_seed = static_cast<std::uint32_t>(seed);
      if (seed / 16 % 2 == 1) options.back_pressure = sim::BackPressure::uniform(0.3, seed);
      npu = sim::make_verilated_npu(options);
    }
    return *npu;
  };
  run_gather_seeds(target_of, *config, 1000, 60);
  if (npu != nullptr) {
    EXPECT_EQ(npu->protocol_violations(), 0U) << testing::PrintToString(npu->protocol_report());
  }
}

INSTANTIATE_TEST_SUITE_P(All, RtlGather, testing::ValuesIn(sim::verilated_configurations()), name_of_instance);

}  // namespace
}  // namespace auklet::test
