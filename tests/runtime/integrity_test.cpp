// Flipped bits in the NPU's SRAM: corrected and counted; or the job comes once more on the NPU, then on the CPU.
#include <array>
#include <auklet/sim/functional_model.hpp>

#include <gtest/gtest.h>

#include "platform.hpp"
#include "small_conv.hpp"

namespace auklet::test {
namespace {

using runtime::OnFault;
using runtime::Policy;
using runtime::Reason;
using runtime::Report;
using runtime::Status;
using runtime::Where;

class IntegrityTest : public testing::Test {
 protected:
  static constexpr std::array<std::uint32_t, 1> kOne{5};
  static constexpr std::array<std::uint32_t, 2> kTwo{5, 100};

  void SetUp() override {
    ASSERT_TRUE(platform.open());
    ASSERT_TRUE(platform.device.configuration().sram_ecc);
    workspace = conv.workspace(reporting);
    conv.spoil_output();
  }

  // In each of the next `jobs` jobs, the word at the SRAM's beginning, which every job loads, gets these flips.
  void strike(std::span<const std::uint32_t> bits, std::uint32_t jobs) {
    ASSERT_TRUE(model.weaken_sram_word(0, bits, jobs));
  }

  sim::FunctionalModel model{{.sram_ecc = true}};
  Platform platform{model};
  SmallConv conv{platform};
  TestContext reporting{platform.device, platform.queue};
  TestContext retrying{platform.device, platform.queue, {.on_fault = OnFault::kRetryOnCpu}};
  std::span<std::byte> workspace;
};

TEST_F(IntegrityTest, AFlipIsCorrectedAndCounted) {
  strike(kOne, 1);
  const Report report = reporting.run(conv.op(), {workspace, Platform::kTimeout});
  EXPECT_EQ(report.where, Where::kNpu) << explain(report);
  EXPECT_FALSE(report.repeated);
  EXPECT_GE(report.corrected, 1U);
  EXPECT_TRUE(conv.output_is_right());
  EXPECT_EQ(reporting.tally().corrected, report.corrected);
  EXPECT_EQ(platform.device.integrity().corrected, report.corrected);
  EXPECT_EQ(platform.device.integrity().address, 0U);
  EXPECT_EQ(reporting.run(conv.op(), {workspace, Platform::kTimeout}).corrected, 0U) << "written anew";
}

TEST_F(IntegrityTest, ALostWordIsRepeatedOnTheNpu) {
  strike(kTwo, 1);
  const Report report = reporting.run(conv.op(), {workspace, Platform::kTimeout});
  EXPECT_EQ(report.status, Status::kOk) << explain(report);
  EXPECT_EQ(report.where, Where::kNpu);
  EXPECT_EQ(report.reason, Reason::kNone);
  EXPECT_EQ(report.device, npu::Status::kOk);
  EXPECT_TRUE(report.repeated);
  EXPECT_EQ(report.fault.kind, spec::Fault::kIntegrity);
  EXPECT_EQ(report.fault.channel, spec::Channel::kCompute);
  EXPECT_EQ(report.fault.address, 0U);
  EXPECT_TRUE(conv.output_is_right());
  EXPECT_EQ(reporting.tally().repeated, 1U);
  EXPECT_EQ(reporting.tally().on_npu, 1U);
  EXPECT_EQ(reporting.tally().retried, 0U);
}

TEST_F(IntegrityTest, AWordLostTwiceGoesToTheCpu) {
  strike(kTwo, 2);
  const Report report = retrying.run(conv.op(), {workspace, Platform::kTimeout});
  EXPECT_EQ(report.status, Status::kOk) << explain(report);
  EXPECT_EQ(report.where, Where::kCpu);
  EXPECT_EQ(report.reason, Reason::kNpuFault);
  EXPECT_EQ(report.device, npu::Status::kFaultIntegrity);
  EXPECT_TRUE(report.repeated);
  EXPECT_TRUE(conv.output_is_right());
  EXPECT_EQ(retrying.tally().repeated, 1U);
  EXPECT_EQ(retrying.tally().retried, 1U);
  EXPECT_EQ(retrying.tally().on_cpu, 1U);
  conv.spoil_output();
  EXPECT_EQ(retrying.run(conv.op(), {workspace, Platform::kTimeout}).where, Where::kNpu);
  EXPECT_TRUE(conv.output_is_right());
}

TEST_F(IntegrityTest, AWordLostTwiceIsReportedWhereNothingElseIsAllowed) {
  TestContext npu_only{platform.device, platform.queue, {Policy::kNpuOnly, OnFault::kRetryOnCpu}};
  for (TestContext* context : {&reporting, &npu_only}) {
    strike(kTwo, 2);
    const Report report = context->run(conv.op(), {workspace, Platform::kTimeout});
    EXPECT_EQ(report.status, Status::kFailed);
    EXPECT_EQ(report.reason, Reason::kNpuFault);
    EXPECT_TRUE(report.repeated);
    EXPECT_STREQ(explain(report), npu::to_string(npu::Status::kFaultIntegrity));
    EXPECT_EQ(context->tally().failed, 1U);
  }
}

TEST_F(IntegrityTest, ASumInPlaceIsNotRepeatedOnSpoiltInput) {
  kernels::AddParams params;
  params.a_multiplier = params.b_multiplier = {1 << 30, 0};
  params.output_multiplier = {1 << 30, -18};
  const kernels::Shape shape = kernels::make_shape(2, 50);
  const std::span<std::int8_t> a = platform.copy(Random(1).bytes(100));
  const std::span<std::int8_t> b = platform.copy(Random(2).bytes(100));
  const runtime::Add op{params, {shape, a}, {shape, b}, {shape, a}};
  const std::span<std::byte> space = platform.take(retrying.workspace_bytes(op));
  // Wherever its operands are.
  for (std::uint32_t word = 0; word < spec::kDefaultConfiguration.sram_bytes; word += spec::kLanes) {
    ASSERT_TRUE(model.weaken_sram_word(word, kTwo, 1));
  }
  const Report report = retrying.run(op, {space, Platform::kTimeout});
  EXPECT_EQ(report.status, Status::kFailed);
  EXPECT_EQ(report.device, npu::Status::kFaultIntegrity);
  EXPECT_FALSE(report.repeated);
}

TEST_F(IntegrityTest, ALostDeviceIsNotGivenTheJobAgain) {
  strike(kTwo, 1);
  platform.bus.hang_on_reset = true;
  const Report report = retrying.run(conv.op(), {workspace, Platform::kTimeout});
  EXPECT_EQ(report.status, Status::kFailed);
  EXPECT_EQ(report.device, npu::Status::kFaultIntegrity);
  EXPECT_EQ(report.recovery, npu::Status::kPortIsolated);
  EXPECT_FALSE(report.repeated);
}

}  // namespace
}  // namespace auklet::test
