// Every operator on the verilated RTL, and a memory that never answers.
#include <auklet/sim/verilated_npu.hpp>

#include <gtest/gtest.h>

#include "random_case.hpp"
#include "small_conv.hpp"

namespace auklet::test {
namespace {

std::unique_ptr<sim::VerilatedNpu> make_npu() {
  sim::VerilatedOptions options;
  options.configuration = "npu256";
  return sim::make_verilated_npu(options);
}

TEST(RuntimeRtl, EveryOperatorEqualsReference) {
  const auto npu = make_npu();
  Platform platform(*npu);
  ASSERT_TRUE(platform.open());
  RuntimeTally tally;
  for (std::uint64_t seed = 1; seed <= 60 && !HasFailure(); ++seed) run_random_case(platform, seed, tally);
  EXPECT_GT(tally.on_npu, 50U);
  EXPECT_EQ(tally.kinds.size(), std::variant_size_v<AnyOperator>) << "an operator never ran on the NPU";
  EXPECT_EQ(npu->protocol_violations(), 0U) << testing::PrintToString(npu->protocol_report());
}

TEST(RuntimeRtl, BytesAreThoseOnTheBus) {
  const auto npu = make_npu();
  Platform platform(*npu);
  ASSERT_TRUE(platform.open());
  SmallConv conv(platform);
  TestContext context(platform.device, platform.queue);
  npu->reset_stats();
  const runtime::Report report = context.run(conv.op(), {conv.workspace(context), Platform::kTimeout});
  ASSERT_EQ(report.where, runtime::Where::kNpu) << explain(report);
  EXPECT_EQ(report.bytes_written, npu->stats().write_bytes);
  // Whole beats are read: at most one is partly unused in each row of a transfer.
  EXPECT_LE(report.bytes_read, npu->stats().read_bytes);
  EXPECT_NEAR(static_cast<double>(report.bytes_read), static_cast<double>(npu->stats().read_bytes),
              0.02 * static_cast<double>(report.bytes_read));
}

TEST(RuntimeRtl, AMemoryThatNeverAnswersIsReportedThenTheNextCallIsRight) {
  const auto npu = make_npu();
  Platform platform(*npu);
  ASSERT_TRUE(platform.open());
  SmallConv conv(platform);
  TestContext context(platform.device, platform.queue, {.on_fault = runtime::OnFault::kRetryOnCpu});
  const auto prepared = context.prepare(conv.op(), conv.workspace(context));

  npu->inject({.hang = sim::ChannelHang{.channel = sim::AxiChannel::kR, .after_handshakes = 40}});
  const runtime::Report hung = context.run(prepared, 20'000);
  EXPECT_EQ(hung.status, runtime::Status::kFailed);
  EXPECT_EQ(hung.device, npu::Status::kTimeout);
  EXPECT_EQ(hung.recovery, npu::Status::kPortIsolated);
  // The same output again: not while the device still owes transfers.
  EXPECT_EQ(context.run(prepared, 20'000).status, runtime::Status::kFailed);

  npu->inject({});
  npu->release_hang();
  conv.spoil_output();
  const runtime::Report next = context.run(prepared, Platform::kTimeout);
  EXPECT_EQ(next.where, runtime::Where::kNpu) << explain(next);
  EXPECT_TRUE(conv.output_is_right());
  EXPECT_EQ(npu->protocol_violations(), 0U) << testing::PrintToString(npu->protocol_report());
}

}  // namespace
}  // namespace auklet::test
