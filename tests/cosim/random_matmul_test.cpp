// Random products of two activations through planner and verilated RTL, against the reference kernel; half of them
// under back-pressure.
#include <auklet/sim/verilated_npu.hpp>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "../common/random_matmul.hpp"
#include "../common/verilated_configuration.hpp"

namespace auklet::test {
namespace {

class RtlMatmul : public testing::TestWithParam<sim::VerilatedConfiguration> {};

TEST_P(RtlMatmul, EqualReference) {
  const auto* const config = std::ranges::find_if(
      spec::kConfigurations, [](const auto& known) { return std::string_view(known.name) == GetParam().name; });
  ASSERT_NE(config, spec::kConfigurations.end());
  std::unique_ptr<sim::VerilatedNpu> npu;
  const auto target_of = [&](std::uint64_t seed) -> sim::Target& {
    // One device serves sixteen products, so that each also meets what another left behind.
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
  run_matmul_seeds(target_of, *config, {.side = 60, .depth = 200}, 1000, 40);
  if (npu != nullptr) {
    EXPECT_EQ(npu->protocol_violations(), 0U) << testing::PrintToString(npu->protocol_report());
  }
}

INSTANTIATE_TEST_SUITE_P(All, RtlMatmul, testing::ValuesIn(sim::verilated_configurations()), name_of_instance);

}  // namespace
}  // namespace auklet::test
