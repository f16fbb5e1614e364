// What happens when the NPU faults, hangs or misses its deadline: reported in full, reset, retried only by policy, and
// the next call is right.
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

class Faults : public testing::TestWithParam<npu::Completion> {
 protected:
  void SetUp() override {
    ASSERT_TRUE(platform.open(GetParam()));
    workspace = conv.workspace(reporting);
    conv.spoil_output();
  }

  void expect_good_call() {
    model.clear_injected_errors();
    conv.spoil_output();
    const Report report = reporting.run(conv.op(), {workspace, Platform::kTimeout});
    EXPECT_EQ(report.where, Where::kNpu) << explain(report);
    EXPECT_EQ(report.device, npu::Status::kOk);
    EXPECT_TRUE(conv.output_is_right());
  }

  sim::FunctionalModel model;
  Platform platform{model};
  SmallConv conv{platform};
  TestContext reporting{platform.device, platform.queue};
  TestContext retrying{platform.device, platform.queue, {.on_fault = OnFault::kRetryOnCpu}};
  TestContext npu_only{platform.device, platform.queue, {Policy::kNpuOnly, OnFault::kRetryOnCpu}};
  std::span<std::byte> workspace;
};

TEST_P(Faults, BusErrorsOnEveryBuffer) {
  const auto prepared = reporting.prepare(conv.op(), workspace);
  const struct {
    const void* buffer;
    spec::Channel channel;
  } places[] = {{prepared.program().stream.data(), spec::Channel::kFetch},
                {prepared.program().constants.data(), spec::Channel::kLoad},
                {conv.input().data(), spec::Channel::kLoad},
                {conv.output().data(), spec::Channel::kStore}};
  for (const auto& place : places) {
    for (const auto response : {sim::AxiResponse::kSlaveError, sim::AxiResponse::kDecodeError}) {
      const npu::Status expected =
          response == sim::AxiResponse::kSlaveError ? npu::Status::kFaultAxiSlverr : npu::Status::kFaultAxiDecerr;
      for (TestContext* context : {&reporting, &npu_only}) {
        model.inject_error(platform.address(place.buffer), 1, response);
        const Report report = context->run(prepared, Platform::kTimeout);
        EXPECT_EQ(report.status, Status::kFailed);
        EXPECT_EQ(report.where, Where::kNowhere);
        EXPECT_EQ(report.reason, Reason::kNpuFault);
        EXPECT_EQ(report.device, expected);
        EXPECT_EQ(report.fault.channel, place.channel);
        EXPECT_EQ(report.recovery, npu::Status::kOk);
        EXPECT_STREQ(explain(report), npu::to_string(expected));
        expect_good_call();
      }

      model.inject_error(platform.address(place.buffer), 1, response);
      conv.spoil_output();
      const Report retried = retrying.run(prepared, Platform::kTimeout);
      EXPECT_EQ(retried.status, Status::kOk);
      EXPECT_EQ(retried.where, Where::kCpu);
      EXPECT_EQ(retried.reason, Reason::kNpuFault);
      EXPECT_EQ(retried.device, expected);
      EXPECT_EQ(retried.cycles, 0U);
      EXPECT_TRUE(conv.output_is_right());
      expect_good_call();
    }
  }
  EXPECT_EQ(retrying.tally().retried, 8U);
  EXPECT_EQ(retrying.tally().on_cpu, 8U);
  EXPECT_EQ(reporting.tally().failed, 8U);
}

TEST_P(Faults, DeadlineMissed) {
  for (const npu::Ticks timeout : {0U, 1U, 50U}) {
    const Report report = reporting.run(conv.op(), {workspace, timeout});
    EXPECT_EQ(report.status, Status::kFailed);
    EXPECT_EQ(report.device, npu::Status::kTimeout);
    EXPECT_EQ(report.recovery, npu::Status::kOk);
    expect_good_call();
    conv.spoil_output();
    const Report retried = retrying.run(conv.op(), {workspace, timeout});
    EXPECT_EQ(retried.where, Where::kCpu);
    EXPECT_EQ(retried.device, npu::Status::kTimeout);
    EXPECT_TRUE(conv.output_is_right());
  }
}

TEST_P(Faults, ASumInPlaceIsNotRetriedOnSpoiltInput) {
  kernels::AddParams params;
  params.a_multiplier = params.b_multiplier = {1 << 30, 0};
  params.output_multiplier = {1 << 30, -18};
  const kernels::Shape shape = kernels::make_shape(2, 50);
  const std::span<std::int8_t> a = platform.copy(Random(1).bytes(100));
  const std::span<std::int8_t> b = platform.copy(Random(2).bytes(100));
  const runtime::Add op{params, {shape, a}, {shape, b}, {shape, a}};
  const std::span<std::byte> space = platform.take(retrying.workspace_bytes(op));
  model.inject_error(platform.address(a.data()) + 64, 1, sim::AxiResponse::kSlaveError);
  const Report report = retrying.run(op, {space, Platform::kTimeout});
  EXPECT_EQ(report.status, Status::kFailed);
  EXPECT_EQ(report.reason, Reason::kNpuFault);
  expect_good_call();
}

TEST_P(Faults, ALostDeviceIsReportedAndItsBuffersAreLeftAlone) {
  const auto prepared = retrying.prepare(conv.op(), workspace);
  auto elsewhere = prepared;
  const std::span<std::int8_t> other_output = platform.take_int8(conv.output().size());
  elsewhere.bind(conv.input(), other_output);

  model.inject_error(platform.address(conv.input().data()), 1, sim::AxiResponse::kSlaveError);
  ASSERT_EQ(platform.queue.size(), 0U);
  // The fault is real; the reset that follows never ends.
  platform.bus.hang_on_reset = true;
  const Report lost = retrying.run(prepared, Platform::kTimeout);
  EXPECT_EQ(lost.status, Status::kFailed) << "the NPU may still write what a retry would compute";
  EXPECT_EQ(lost.recovery, npu::Status::kPortIsolated);

  const Report same = retrying.run(prepared, Platform::kTimeout);
  EXPECT_EQ(same.status, Status::kFailed);
  EXPECT_EQ(same.reason, Reason::kDeviceLost);
  const Report other = retrying.run(elsewhere, Platform::kTimeout);
  EXPECT_EQ(other.where, Where::kCpu);
  EXPECT_EQ(other.reason, Reason::kDeviceLost);
  EXPECT_TRUE(conv.is_right(conv.input(), other_output));

  platform.bus.revive();
  expect_good_call();
}

TEST_P(Faults, AResetDeviceEndsTheRiskForTheCpuToo) {
  platform.bus.hang_on_reset = true;
  model.inject_error(platform.address(conv.input().data()), 1, sim::AxiResponse::kSlaveError);
  EXPECT_EQ(reporting.run(conv.op(), {workspace, Platform::kTimeout}).status, Status::kFailed);
  EXPECT_EQ(reporting.run(conv.op(), {{}, Platform::kTimeout}).status, Status::kFailed);
  platform.bus.revive();
  ASSERT_EQ(platform.queue.reset(), npu::Status::kOk);
  const Report report = reporting.run(conv.op(), {{}, Platform::kTimeout});
  EXPECT_EQ(report.where, Where::kCpu);
  EXPECT_TRUE(conv.output_is_right());
}

INSTANTIATE_TEST_SUITE_P(Both, Faults, testing::Values(npu::Completion::kPolling, npu::Completion::kInterrupt),
                         [](const auto& made) {
                           return made.param == npu::Completion::kPolling ? "Polling" : "Interrupt";
                         });

}  // namespace
}  // namespace auklet::test
