// Random single operators and networks, compiled, on the functional model; the RTL runs the same (tests/cosim).
//
// AUKLET_SEED=n runs seed n alone; AUKLET_CASES=n changes how many there are.
#include <auklet/compiler/frontend.hpp>
#include <auklet/sim/functional_model.hpp>

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <set>

#include "random_cases.hpp"
#include "random_network.hpp"

namespace auklet::compiler::test {
namespace {

class EachConfiguration : public testing::TestWithParam<spec::HardwareConfig> {
 protected:
  // Every case gets its own order of execution.
  TargetOfSeed fresh_models() {
    return [this](std::uint64_t seed) -> sim::Target& {
      device_ = std::make_unique<sim::FunctionalModel>(
          sim::FunctionalModelOptions{.config = GetParam(), .seed = seed, .job_cycle_limit = UINT64_MAX});
      return *device_;
    };
  }

 private:
  std::unique_ptr<sim::FunctionalModel> device_;
};

TEST_P(EachConfiguration, RunsRandomOperators) {
  const Places places = run_random(
      {.make = random_operator_case, .config = GetParam(), .backend = "model", .cases = 800}, fresh_models());
  EXPECT_GT(places.on_npu() + places.on_cpu(), 0U);
}

TEST_P(EachConfiguration, RunsRandomNetworks) {
  const Places places =
      run_random({.make = random_network_case, .config = GetParam(), .backend = "model", .cases = 400}, fresh_models());
  EXPECT_GT(places.on_npu(), 0U);
}

INSTANTIATE_TEST_SUITE_P(, EachConfiguration, testing::ValuesIn(spec::kConfigurations),
                         [](const auto& configuration) { return std::string(configuration.param.name); });

// Else the generator tests less than it says.
TEST(RandomOperators, AreOfEveryKindAndEachHasVariedResults) {
  std::map<std::string, std::size_t> varied;
  constexpr std::uint64_t kSeeds = 2500;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    const Model model = random_operator_model(seed);
    ASSERT_TRUE(validate(model)) << seed << ": " << validate(model).error().message;
    const std::vector<Bytes> inputs = random_inputs(model, seed);
    const auto outputs = run_cpu(model, inputs);
    ASSERT_TRUE(outputs) << seed << ": " << outputs.error().message;
    const auto optimized = run_cpu(model, inputs, {}, {.kernels = CpuKernels::kOptimized});
    ASSERT_TRUE(optimized) << seed << ": " << optimized.error().message;
    ASSERT_EQ(*outputs, *optimized) << seed << ": the optimised kernels compute something else";
    const std::set<std::byte> values(outputs->at(0).begin(), outputs->at(0).end());
    if (values.size() > 3) ++varied[model.main().operators.back().name()];
  }
  EXPECT_EQ(varied.size(), 54U);
  for (const auto& [op, times] : varied) EXPECT_GE(times, 5U) << op;
}

}  // namespace
}  // namespace auklet::compiler::test
