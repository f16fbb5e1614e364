// Products of two activations: refusals, sizes, and random ones through planner and functional model, against the
// reference kernel.
#include <auklet/sim/functional_model.hpp>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "../common/random_matmul.hpp"
#include "driver_check.hpp"

namespace auklet::test {
namespace {

using plan::MatmulOp;
using plan::Status;

MatmulOp small_op() { return {.rows = 20, .depth = 24, .columns = 40, .scale = {1 << 30, -8}}; }

TEST(MatmulCheck, EveryRefusal) {
  EXPECT_TRUE(check(small_op()).ok());
  const auto status_of = [](auto change) {
    MatmulOp op = small_op();
    change(op);
    return check(op).status;
  };
  EXPECT_EQ(status_of([](auto& op) { op.rows = 0; }), Status::kShapeZero);
  EXPECT_EQ(status_of([](auto& op) { op.depth = 0; }), Status::kShapeZero);
  EXPECT_EQ(status_of([](auto& op) { op.columns = 0; }), Status::kShapeZero);
  EXPECT_EQ(status_of([](auto& op) { op.batches = 0; }), Status::kShapeZero);
  EXPECT_EQ(status_of([](auto& op) { op.batches = 2, op.out_step = 39; }), Status::kPitchTooSmall);
  EXPECT_EQ(status_of([](auto& op) { op.batches = 2, op.out_step = 40, op.out_pitch = 80; }), Status::kOk);
  EXPECT_EQ(status_of([](auto& op) { op.depth = 65'536; }), Status::kTensorTooLarge);
  EXPECT_EQ(status_of([](auto& op) { op.columns = 1 << 24; }), Status::kTensorTooLarge);
  EXPECT_EQ(status_of([](auto& op) { op.a_pitch = 23; }), Status::kPitchTooSmall);
  EXPECT_EQ(status_of([](auto& op) { op.out_pitch = 39; }), Status::kPitchTooSmall);
  EXPECT_EQ(status_of([](auto& op) { op.b_pitch = 39; }), Status::kPitchTooSmall);
  EXPECT_EQ(status_of([](auto& op) { op.scale.shift = 32; }), Status::kShiftRange);
  EXPECT_EQ(status_of([](auto& op) { op.scale.shift = -32; }), Status::kShiftRange);
  EXPECT_EQ(status_of([](auto& op) { op.act_min = 1, op.act_max = 0; }), Status::kClampEmpty);
  EXPECT_EQ(status_of([](auto& op) { op.b_transposed = true, op.b_pitch = 24; }), Status::kOk);
  EXPECT_EQ(status_of([](auto& op) { op.rows = 1, op.a_pitch = op.out_pitch = 1; }), Status::kOk) << "not stepped over";
}

TEST(MatmulConstants, HoldWhatZeroPointsAskFor) {
  MatmulOp op = small_op();
  EXPECT_EQ(matmul_constant_bytes(op), spec::kParamBlock);
  op.b_zp = -128;
  EXPECT_EQ(matmul_constant_bytes(op), spec::kParamBlock + spec::kWeightBlock);
  op.a_zp = 3;
  EXPECT_EQ(matmul_constant_bytes(op), spec::kParamBlock + spec::kWeightBlock + 8 * 16) << "8 rows beyond depth 24";
  std::vector<std::uint8_t> bytes(matmul_constant_bytes(op));
  ASSERT_TRUE(pack_matmul_constants(op, bytes).ok());
  const std::int32_t bias = 24 * 3 * -128;
  EXPECT_EQ(std::memcmp(&bytes[60], &bias, 4), 0) << "lane 15";
  EXPECT_EQ(std::memcmp(&bytes[64], &op.scale.multiplier, 4), 0);
  EXPECT_EQ(static_cast<std::int8_t>(bytes[128]), op.scale.shift);
  EXPECT_EQ(bytes[144], 0);
  EXPECT_EQ(bytes[160], 64) << "half of 128";
  EXPECT_EQ(bytes[415], 64);
  EXPECT_EQ(bytes[416], 0);
  bytes.push_back(0);
  EXPECT_EQ(pack_matmul_constants(op, bytes).status, Status::kBufferSize);
}

TEST(PlanMatmul, RefusesBeforeItEmits) {
  const spec::HardwareConfig& config = spec::kDefaultConfiguration;
  plan::StreamWriter writer = plan::StreamWriter::counting(config);
  plan::Cost cost;
  const auto plan_with = [&](const MatmulOp& op, const plan::MemoryTensor& a, const plan::SramBudget& sram) {
    return plan_streamed_matmul(writer, op, a, {1, 0}, {2, 0}, {3, 0}, sram, cost);
  };
  MatmulOp op = small_op();
  const plan::SramBudget all{0, config.sram_bytes};
  EXPECT_EQ(plan_with(op, {0, UINT32_MAX - 478}, all).status, Status::kTensorTooLarge) << "480 bytes";
  EXPECT_EQ(plan_with(op, {}, {16, 1024}).status, Status::kAddressMisaligned);
  EXPECT_EQ(plan_with(op, {}, {32, config.sram_bytes}).status, Status::kSramTooSmall);
  op.batches = 3;
  op.out_step = 1U << 31;  // The last product's output would begin at 2^32.
  EXPECT_EQ(plan_with(op, {}, all).status, Status::kTensorTooLarge);
  op.depth = 0;
  EXPECT_EQ(plan_with(op, {}, all).status, Status::kShapeZero);
  EXPECT_EQ(writer.commands(), 0U);
  EXPECT_EQ(cost.macs, 0U);
  EXPECT_TRUE(plan_with(small_op(), {0, UINT32_MAX - 479}, all).ok());
  EXPECT_EQ(cost.macs, 20U * 24 * 40);
}

class RandomMatmul : public testing::TestWithParam<spec::HardwareConfig> {};

// The size that a refusal names is enough, and a byte less is not.
TEST_P(RandomMatmul, TheNeededSramIsEnough) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    MatmulCase c = random_matmul(seed, GetParam(), {.side = 40, .depth = 300});
    SCOPED_TRACE(describe(c));
    c.sram = {.base = 64, .bytes = 100};
    sim::FunctionalModel model({.config = GetParam(), .seed = seed});
    const plan::Outcome refused = run_matmul(model, GetParam(), c).planned;
    ASSERT_EQ(refused.status, Status::kSramTooSmall);
    EXPECT_EQ(refused.available, 100U);
    c.sram.bytes = static_cast<std::uint32_t>(refused.needed) - 1;
    EXPECT_EQ(run_matmul(model, GetParam(), c).planned.needed, refused.needed);
    ++c.sram.bytes;
    ASSERT_TRUE(wait_until_idle(model));
    const RunResult result = run_matmul(model, GetParam(), c);
    ASSERT_TRUE(result.planned.ok());
    EXPECT_TRUE(result.output == matmul_reference(c));
  }
}

// The driver finds no fault, with windows that end where the matrices end.
TEST_P(RandomMatmul, TheDriverAcceptsEveryPlan) {
  using detail::DeviceMemory;
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    const MatmulCase c = random_matmul(seed, GetParam(), {.side = 60, .depth = 200});
    SCOPED_TRACE(describe(c));
    const PlannedMatmul planned = plan_matmul(GetParam(), c);
    if (!planned.outcome.ok()) continue;
    std::vector<npu::Window> windows(DeviceMemory::kAreas);
    const auto open = [&windows](std::uint32_t area, std::uint32_t skew, std::size_t bytes, npu::Access access) {
      windows[area] = {.base = 0, .size = static_cast<std::uint32_t>(skew + bytes), .access = access};
    };
    open(DeviceMemory::kInput, c.a_skew, c.a.extent(), npu::Access::kRead);
    open(DeviceMemory::kSecondInput, c.b_skew, c.b.extent(), npu::Access::kRead);
    open(DeviceMemory::kWeights, c.constants_skew, planned.constants.size(), npu::Access::kRead);
    open(DeviceMemory::kOutput, c.out_skew, c.out.extent(), npu::Access::kWrite);
    const npu::StreamReport report = driver_check(planned.stream, GetParam(), windows);
    EXPECT_TRUE(report.ok()) << to_string(report.status) << " at " << report.offset << ", word " << int{report.word};
  }
}

TEST_P(RandomMatmul, EqualReference) {
  std::unique_ptr<sim::FunctionalModel> model;
  const auto fresh_model = [&](std::uint64_t seed) -> sim::Target& {
    model = std::make_unique<sim::FunctionalModel>(sim::FunctionalModelOptions{.config = GetParam(), .seed = seed});
    return *model;
  };
  run_matmul_seeds(fresh_model, GetParam(), {}, 1, 150);
}

// As deep and as wide as a transformer's layers, with the widest sums.
TEST_P(RandomMatmul, DeepAndWide) {
  sim::FunctionalModel model({.config = GetParam(), .seed = 1});
  for (const bool transposed : {false, true}) {
    Random random(transposed ? 1 : 2);
    MatmulCase c;
    c.op.rows = 3;
    c.op.depth = 4100;
    c.op.columns = 70;
    c.op.b_transposed = transposed;
    c.op.a_zp = c.op.b_zp = -128;
    set_shapes(c);
    c.a.bytes = random.bytes(c.a.extent());
    c.b.bytes = random.bytes(c.b.extent());
    c.op.scale = random_scale(random, largest_sum(c));
    ASSERT_TRUE(wait_until_idle(model));
    const RunResult result = run_matmul(model, GetParam(), c);
    ASSERT_TRUE(result.planned.ok()) << to_string(result.planned.status) << ' ' << result.planned.needed;
    ASSERT_TRUE(result.job.done);
    EXPECT_TRUE(result.output == matmul_reference(c));
  }
}

INSTANTIATE_TEST_SUITE_P(Configurations, RandomMatmul, testing::ValuesIn(spec::kConfigurations),
                         [](const auto& instance) { return std::string(instance.param.name); });

}  // namespace
}  // namespace auklet::test
