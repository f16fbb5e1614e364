// Random single operators and networks, compiled, on the verilated RTL, half of them under back-pressure. The campaign
// preset runs many more (CMakeLists.txt).
//
// AUKLET_SEED=n runs seed n alone; AUKLET_CASES=n changes how many there are.
#include <auklet/sim/verilated_npu.hpp>

#include <gtest/gtest.h>

#include <memory>

#include "../common/verilated_configuration.hpp"
#include "random_cases.hpp"

namespace auklet::compiler::test {
namespace {

class RtlModels : public testing::TestWithParam<sim::VerilatedConfiguration> {
 protected:
  void check(MakeCase make, std::uint64_t first, std::uint64_t cases) {
    std::unique_ptr<sim::VerilatedNpu> npu;
    const auto target_of = [&](std::uint64_t seed) -> sim::Target& {
      // One device serves sixteen models, so that each also meets what another left behind.
      if (npu == nullptr || seed % 16 == 0) npu = device(seed);
      return *npu;
    };
    const auto config = find_config(GetParam().name);
    ASSERT_TRUE(config);
    const Places places =
        run_random({.make = make, .config = *config, .backend = "rtl", .first = first, .cases = cases}, target_of);
    EXPECT_GT(places.on_npu() + places.on_cpu(), 0U);
    EXPECT_EQ(npu->protocol_violations(), 0U) << testing::PrintToString(npu->protocol_report());
  }

  // Configurations get seeds of their own.
  [[nodiscard]] static std::uint64_t first_seed() {
    constexpr std::uint64_t kApart = 100'000;
    return GetParam().macs * kApart + (GetParam().axi_data_bits == 64 ? kApart / 2 : 0) + 1;
  }

 private:
  static std::unique_ptr<sim::VerilatedNpu> device(std::uint64_t seed) {
    sim::VerilatedOptions options;
    options.configuration = GetParam().name;
    options.axi_data_bits = GetParam().axi_data_bits;
    options.random_reset_seed = static_cast<std::uint32_t>(seed);
    if (seed / 16 % 2 == 1) options.back_pressure = sim::BackPressure::uniform(0.3, seed);
    return sim::make_verilated_npu(options);
  }
};

TEST_P(RtlModels, RunOperators) { check(random_operator_case, first_seed(), 200); }

TEST_P(RtlModels, RunNetworks) { check(random_network_case, first_seed(), 50); }

INSTANTIATE_TEST_SUITE_P(, RtlModels, testing::ValuesIn(sim::verilated_configurations()),
                         auklet::test::name_of_instance);

}  // namespace
}  // namespace auklet::compiler::test
