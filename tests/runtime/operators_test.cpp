// Every operator on the functional model, against the reference kernels.
#include <auklet/sim/functional_model.hpp>
#include <string>

#include <gtest/gtest.h>

#include "random_case.hpp"

namespace auklet::test {
namespace {

class RuntimeOperators : public testing::TestWithParam<spec::HardwareConfig> {};

TEST_P(RuntimeOperators, EqualReference) {
  sim::FunctionalModel model({.config = GetParam()});
  Platform platform(model);
  ASSERT_TRUE(platform.open());
  RuntimeTally tally;
  for (std::uint64_t seed = 1; seed <= 400 && !HasFailure(); ++seed) run_random_case(platform, seed, tally);
  EXPECT_GT(tally.on_npu, 350U);
  EXPECT_EQ(tally.kinds.size(), std::variant_size_v<AnyOperator>) << "an operator never ran on the NPU";
  EXPECT_EQ(model.bus_errors(), 0U);
}

INSTANTIATE_TEST_SUITE_P(All, RuntimeOperators, testing::ValuesIn(spec::kConfigurations),
                         [](const auto& made) { return std::string(made.param.name); });

TEST(RuntimeInterrupt, EqualReference) {
  sim::FunctionalModel model;
  Platform platform(model);
  ASSERT_TRUE(platform.open(npu::Completion::kInterrupt));
  RuntimeTally tally;
  for (std::uint64_t seed = 1001; seed <= 1100 && !HasFailure(); ++seed) run_random_case(platform, seed, tally);
  EXPECT_GT(tally.on_npu, 80U);
  EXPECT_EQ(platform.queue.statistics().lost_interrupts, 0U);
}

}  // namespace
}  // namespace auklet::test
