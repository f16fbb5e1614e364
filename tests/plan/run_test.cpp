// Random operators through planner and functional model, against the reference kernels. See run_seed.hpp for how to
// replay one seed or run more.
#include <auklet/sim/functional_model.hpp>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "../common/run_seed.hpp"

namespace auklet::test {
namespace {

class RandomOperators : public testing::TestWithParam<spec::HardwareConfig> {
 protected:
  /// Each seed has a model of its own, so that it replays alone; the seed also chooses the order in which engines run.
  void run(PlanLevel level, std::uint64_t first, std::uint64_t count, OperatorOf operator_of = any_operator) {
    const auto fresh_model = [this](std::uint64_t seed) -> sim::Target& {
      model_ = std::make_unique<sim::FunctionalModel>(sim::FunctionalModelOptions{.config = GetParam(), .seed = seed});
      return *model_;
    };
    run_seeds(fresh_model, GetParam(), level, first, count, operator_of);
  }

 private:
  std::unique_ptr<sim::FunctionalModel> model_;
};

TEST_P(RandomOperators, StreamedEqualReference) { run(PlanLevel::kStreamed, 1, 200); }

TEST_P(RandomOperators, ResidentEqualReference) { run(PlanLevel::kResident, 100'001, 100); }

// All kinds with all covers: 112 seeds take each once.
TEST_P(RandomOperators, StreamedVectorEqualReference) { run(PlanLevel::kStreamed, 1, 224, random_vector_operator); }

TEST_P(RandomOperators, ResidentVectorEqualReference) { run(PlanLevel::kResident, 1, 224, random_vector_operator); }

INSTANTIATE_TEST_SUITE_P(Configurations, RandomOperators, testing::ValuesIn(spec::kConfigurations),
                         [](const auto& instance) { return std::string(instance.param.name); });

}  // namespace
}  // namespace auklet::test
