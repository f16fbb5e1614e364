// Embedding lookups: refusals, and random ones through planner and functional model, against the definition.
#include <auklet/sim/functional_model.hpp>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "../common/random_gather.hpp"
#include "driver_check.hpp"

namespace auklet::test {
namespace {

using plan::GatherOp;
using plan::Status;

TEST(GatherCheck, EveryRefusal) {
  EXPECT_TRUE(check(GatherOp{.rows = 65'535, .row_bytes = 1, .count = 1}).ok());
  EXPECT_EQ(check(GatherOp{.rows = 65'536, .row_bytes = 1, .count = 1}).status, Status::kTensorTooLarge);
  EXPECT_EQ(check(GatherOp{.rows = 0, .row_bytes = 1, .count = 1}).status, Status::kShapeZero);
  EXPECT_EQ(check(GatherOp{.rows = 1, .row_bytes = 0, .count = 1}).status, Status::kShapeZero);
  EXPECT_EQ(check(GatherOp{.rows = 1, .row_bytes = 1, .count = 0}).status, Status::kShapeZero);
}

TEST(PlanGather, RefusesBeforeItEmits) {
  const spec::HardwareConfig& config = spec::kDefaultConfiguration;
  plan::StreamWriter writer = plan::StreamWriter::counting(config);
  plan::Cost cost;
  const GatherOp op{.rows = 100, .row_bytes = 30, .count = 25};
  const auto plan_with = [&](const GatherOp& o, std::uint32_t table, std::uint32_t indices, std::uint32_t out,
                             const plan::SramBudget& sram) {
    return plan_streamed_gather(writer, o, {0, table}, {1, indices}, {2, out}, sram, cost).status;
  };
  const plan::SramBudget all{0, config.sram_bytes};
  EXPECT_EQ(plan_with(op, UINT32_MAX - 2998, 0, 0, all), Status::kTensorTooLarge);
  EXPECT_EQ(plan_with(op, 0, UINT32_MAX - 98, 0, all), Status::kTensorTooLarge);
  EXPECT_EQ(plan_with(op, 0, 0, UINT32_MAX - 748, all), Status::kTensorTooLarge);
  EXPECT_EQ(plan_with(op, 0, 0, 0, {8, 1024}), Status::kAddressMisaligned);
  EXPECT_EQ(plan_with(op, 0, 0, 0, {16, config.sram_bytes}), Status::kSramTooSmall);
  EXPECT_EQ(plan_with(op, 0, 0, 0, {16, 47}), Status::kSramTooSmall);
  EXPECT_EQ(plan_with({.rows = 1 << 16, .row_bytes = 1, .count = 1}, 0, 0, 0, all), Status::kTensorTooLarge);
  EXPECT_EQ(writer.commands(), 0U);
  EXPECT_EQ(cost.input_bytes, 0U);
  EXPECT_EQ(plan_with(op, UINT32_MAX - 2999, UINT32_MAX - 99, UINT32_MAX - 749, all), Status::kOk);
  EXPECT_EQ(cost.input_bytes, 25U * 4 + 25 * 30);
  EXPECT_EQ(cost.output_bytes, 25U * 30);
  EXPECT_EQ(plan_with(op, 0, 0, 0, {16, 48}), Status::kOk) << "one index and a word of its row at a time";
}

class RandomGather : public testing::TestWithParam<spec::HardwareConfig> {};

// The driver finds no fault, with windows that end where the tensors end, and finds one when any of them is shorter.
TEST_P(RandomGather, TheDriverAcceptsEveryPlan) {
  using detail::DeviceMemory;
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    const GatherCase c = random_gather(seed, GetParam());
    SCOPED_TRACE(describe(c));
    const PlannedGather planned = plan_gather(GetParam(), c);
    if (!planned.outcome.ok()) continue;
    std::vector<npu::Window> windows(DeviceMemory::kAreas);
    const auto open = [&windows](std::uint32_t area, std::size_t bytes, npu::Access access) {
      windows[area] = {.base = 0, .size = static_cast<std::uint32_t>(bytes), .access = access};
    };
    open(DeviceMemory::kWeights, c.table_skew + c.table.size(), npu::Access::kRead);
    open(DeviceMemory::kInput, c.indices_skew + c.indices.size() * 4, npu::Access::kRead);
    open(DeviceMemory::kOutput, c.out_skew + std::size_t{c.op.count} * c.op.row_bytes, npu::Access::kWrite);
    const npu::StreamReport report = driver_check(planned.stream, GetParam(), windows);
    EXPECT_TRUE(report.ok()) << to_string(report.status) << " at " << report.offset << ", word " << int{report.word};
    for (const std::uint32_t area : {DeviceMemory::kWeights, DeviceMemory::kInput, DeviceMemory::kOutput}) {
      --windows[area].size;
      EXPECT_FALSE(driver_check(planned.stream, GetParam(), windows).ok());
      ++windows[area].size;
    }
  }
}

TEST_P(RandomGather, EqualDefinition) {
  std::unique_ptr<sim::FunctionalModel> model;
  const auto fresh_model = [&](std::uint64_t seed) -> sim::Target& {
    model = std::make_unique<sim::FunctionalModel>(sim::FunctionalModelOptions{.config = GetParam(), .seed = seed});
    return *model;
  };
  run_gather_seeds(fresh_model, GetParam(), 1, 150);
}

INSTANTIATE_TEST_SUITE_P(Configurations, RandomGather, testing::ValuesIn(spec::kConfigurations),
                         [](const auto& instance) { return std::string(instance.param.name); });

}  // namespace
}  // namespace auklet::test
