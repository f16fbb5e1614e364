// Copies through the functional model against a nested loop, the commands that common ones take, and every refusal.
#include <auklet/plan/copy.hpp>
#include <auklet/sim/functional_model.hpp>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "../common/run_copy.hpp"

namespace auklet::test {
namespace {

using plan::CopyAxis;
using plan::CopyOp;
using plan::Status;

constexpr spec::HardwareConfig kConfig = spec::kDefaultConfiguration;

TEST(Copy, RandomOnesEqualLoops) {
  std::unique_ptr<sim::FunctionalModel> model;
  const auto fresh_model = [&model](std::uint64_t seed) -> sim::Target& {
    model = std::make_unique<sim::FunctionalModel>(sim::FunctionalModelOptions{.config = kConfig, .seed = seed});
    return *model;
  };
  run_copy_seeds(fresh_model, kConfig, 1, 600);
}

}  // namespace
}  // namespace auklet::test
