// Random operators through planner and verilated RTL, against the reference kernels; half of them under back-pressure.
#include <auklet/sim/verilated_npu.hpp>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "../common/run_seed.hpp"
#include "../common/verilated_configuration.hpp"

namespace auklet::test {
namespace {

struct Setup {
  sim::VerilatedConfiguration configuration;
  PlanLevel level;
};

void PrintTo(const Setup& setup, std::ostream* out) {
  *out << setup.configuration.name << '_' << setup.configuration.axi_data_bits;
}

const spec::HardwareConfig& config_named(std::string_view name) {
  for (const spec::HardwareConfig& config : spec::kConfigurations) {
    if (config.name == name) return config;
  }
  return spec::kDefaultConfiguration;
}

class RtlOperators : public testing::TestWithParam<Setup> {
 protected:
  void run(std::uint64_t first, std::uint64_t count, OperatorOf operator_of);
};

void RtlOperators::run(std::uint64_t first, std::uint64_t count, OperatorOf operator_of) {
  const spec::HardwareConfig& config = config_named(GetParam().configuration.name);
  std::unique_ptr<sim::VerilatedNpu> npu;
  const auto target_of = [&](std::uint64_t seed) -> sim::Target& {
    // One device serves sixteen operators, so that each also meets what another left behind.
    if (npu == nullptr || seed % 16 == 0) {
      sim::VerilatedOptions options;
      options.configuration = GetParam().configuration.name;
      options.axi_data_bits = GetParam().configuration.axi_data_bits;
      options.random_reset_seed = static_cast<std::uint32_t>(seed);
      if (seed / 16 % 2 == 1) options.back_pressure = sim::BackPressure::uniform(0.3, seed);
      npu = sim::make_verilated_npu(options);
    }
    return *npu;
  };
  run_seeds(target_of, config, GetParam().level, first, count, operator_of);
  if (npu != nullptr) {
    EXPECT_EQ(npu->protocol_violations(), 0U) << testing::PrintToString(npu->protocol_report());
  }
}

TEST_P(RtlOperators, EqualReference) {
  const bool streamed = GetParam().level == PlanLevel::kStreamed;
  run(streamed ? 1 : 100'001, streamed ? 100 : 50, any_operator);
}

// All kinds with all covers: 112 seeds take each once.
TEST_P(RtlOperators, VectorEqualReference) { run(1, 112, random_vector_operator); }

std::vector<Setup> setups() {
  std::vector<Setup> all;
  for (const sim::VerilatedConfiguration& configuration : sim::verilated_configurations()) {
    all.push_back({configuration, PlanLevel::kStreamed});
    all.push_back({configuration, PlanLevel::kResident});
  }
  return all;
}

INSTANTIATE_TEST_SUITE_P(All, RtlOperators, testing::ValuesIn(setups()), [](const auto& setup) {
  return name_of(setup.param.configuration) + (setup.param.level == PlanLevel::kStreamed ? "_streamed" : "_resident");
});

}  // namespace
}  // namespace auklet::test
