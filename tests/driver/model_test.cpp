// The whole driver on the functional model: real streams from the planner, real registers, injected trouble.
#include <gtest/gtest.h>

#include <array>
#include <auklet/npu/queue.hpp>
#include <auklet/plan/stream_writer.hpp>
#include <auklet/sim/bus.hpp>
#include <auklet/sim/functional_model.hpp>
#include <random>
#include <vector>

#include "stream_builder.hpp"

namespace auklet::test {
namespace {

using npu::Access;
using npu::Completion;
using npu::JobResult;
using npu::JobTag;
using npu::Status;

static_assert(npu::Bus<sim::TargetBus> && npu::Port<sim::TargetPort>);

class ModelTest : public testing::TestWithParam<Completion> {
 protected:
  static constexpr std::uint64_t kTimeout = 1'000'000;
  static constexpr std::uint64_t kInput = 0x10000;
  static constexpr std::uint64_t kOutput = 0x20000;

  ModelTest() {
    for (std::size_t i = 0; i < input.size(); ++i) input[i] = static_cast<std::uint8_t>(7 * i + 5);
    port.map(0x1000, std::as_writable_bytes(std::span(stream)));
    port.map(kInput, std::as_writable_bytes(std::span(input)));
    port.map(kOutput, std::as_writable_bytes(std::span(output)));
    if (GetParam() == Completion::kInterrupt) port.set_interrupt_handler([this] { queue.on_interrupt(); });
  }

  void SetUp() override {
    npu::Configuration found;
    ASSERT_EQ(device.probe(found), Status::kOk);
    ASSERT_EQ(queue.open({GetParam(), kTimeout}), Status::kOk);
  }

  /// Copies input to output through the NPU's SRAM, written by the planner's own writer.
  static std::vector<std::uint32_t> copy_stream() {
    std::vector<std::uint32_t> words(64);
    plan::StreamWriter writer(words, spec::kDefaultConfiguration);
    EXPECT_TRUE(writer.emit(load(), {}).ok());
    EXPECT_TRUE(writer.emit(store(), {.load = 1}).ok());
    EXPECT_TRUE(writer.finish().ok());
    words.resize(writer.words());
    return words;
  }

  JobResult run(std::uint64_t timeout = kTimeout) {
    JobResult result;
    JobTag tag = 0;
    npu::StreamReport report;
    const Status status = queue.submit({stream, buffers}, tag, &report);
    EXPECT_EQ(status, Status::kOk) << npu::to_string(status) << " at " << report.offset;
    if (status == Status::kOk) {
      EXPECT_EQ(queue.wait(tag, timeout, result), Status::kOk);
    }
    return result;
  }

  /// The next job on this device is right, to the last bit.
  void expect_good_job() {
    output.fill(0);
    const JobResult result = run();
    EXPECT_EQ(result.status, Status::kOk) << npu::to_string(result.status);
    EXPECT_TRUE(result.outputs_valid);
    EXPECT_EQ(input, output);
    EXPECT_EQ(model.bus_errors(), 0U);
  }

  std::vector<std::uint32_t> stream = copy_stream();
  std::array<std::uint8_t, 64> input{};
  std::array<std::uint8_t, 64> output{};
  std::array<npu::Buffer, 2> buffers{npu::Buffer{input.data(), 64, Access::kRead},
                                     npu::Buffer{output.data(), 64, Access::kWrite}};
  sim::FunctionalModel model;
  sim::TargetBus bus{model};
  sim::TargetPort port{model};
  npu::Device<sim::TargetBus, sim::TargetPort> device{bus, port};
  npu::Queue<sim::TargetBus, sim::TargetPort> queue{device, port};
};

TEST_P(ModelTest, JobsRunOneAfterTheOther) {
  for (int i = 0; i < 10; ++i) {
    input[0] = static_cast<std::uint8_t>(i);
    expect_good_job();
  }
  EXPECT_EQ(queue.statistics().lost_interrupts, 0U);
}

TEST_P(ModelTest, AFullQueueDrainsInOrder) {
  std::array<JobTag, 4> tags{};
  JobTag extra = 0;
  for (JobTag& tag : tags) ASSERT_EQ(queue.submit({stream, buffers}, tag), Status::kOk);
  EXPECT_EQ(queue.submit({stream, buffers}, extra), Status::kQueueFull);
  for (const JobTag tag : tags) {
    JobResult result;
    EXPECT_EQ(queue.wait(tag, kTimeout, result), Status::kOk);
    EXPECT_EQ(result.status, Status::kOk);
  }
  EXPECT_EQ(queue.size(), 0U);
}

TEST_P(ModelTest, AxiErrorsOnEveryChannelThenAGoodJob) {
  const struct {
    std::uint64_t base;
    spec::Channel channel;
  } places[] = {{0x1000, spec::Channel::kFetch}, {kInput, spec::Channel::kLoad}, {kOutput, spec::Channel::kStore}};
  for (const auto& place : places) {
    for (const sim::AxiResponse response : {sim::AxiResponse::kSlaveError, sim::AxiResponse::kDecodeError}) {
      model.inject_error(place.base, 64, response);
      const JobResult result = run();
      EXPECT_EQ(result.status,
                response == sim::AxiResponse::kSlaveError ? Status::kFaultAxiSlverr : Status::kFaultAxiDecerr);
      EXPECT_EQ(result.fault.channel, place.channel);
      EXPECT_EQ(result.fault.address, place.base);
      EXPECT_EQ(result.recovery, Status::kOk);
      EXPECT_FALSE(result.outputs_valid);
      model.clear_injected_errors();
      expect_good_job();
    }
  }
}

TEST_P(ModelTest, AStreamChangedAfterValidationIsStoppedByTheHardware) {
  // The handler of an interrupt, or another core, spoils the stream between check and fetch.
  JobTag tag = 0;
  JobResult result;
  ASSERT_EQ(queue.submit({stream, buffers}, tag), Status::kOk);
  const std::uint32_t good = stream[spec::StreamHeader::kWords + spec::DmaFields::kAxLen.word];
  stream[spec::StreamHeader::kWords + spec::DmaFields::kAxLen.word] = 65;  // One byte past the window.
  ASSERT_EQ(queue.wait(tag, kTimeout, result), Status::kOk);
  EXPECT_EQ(result.status, Status::kFaultAddress);
  EXPECT_EQ(result.fault.stream_offset, spec::StreamHeader::kWords * 4);
  stream[spec::StreamHeader::kWords + spec::DmaFields::kAxLen.word] = good;
  expect_good_job();
}

TEST_P(ModelTest, AHungJobMeetsTheWatchdogOrTheDeadline) {
  // A wait that is never met; the driver would refuse it, so it is made after the check.
  const std::size_t word = spec::StreamHeader::kWords + 1;
  for (const std::uint32_t watchdog : {2000U, 0U}) {
    ASSERT_EQ(device.set_watchdog(watchdog), Status::kOk);
    JobTag tag = 0;
    JobResult result;
    ASSERT_EQ(queue.submit({stream, buffers}, tag), Status::kOk);
    stream[word] = 5;
    ASSERT_EQ(queue.wait(tag, 20000, result), Status::kOk);
    EXPECT_EQ(result.status, watchdog != 0 ? Status::kFaultWatchdog : Status::kTimeout);
    EXPECT_EQ(result.recovery, Status::kOk);
    EXPECT_EQ(result.progress.loads_completed, 0);
    stream[word] = 0;
    expect_good_job();
  }
}

TEST_P(ModelTest, CancelAndResetLeaveAWorkingDevice) {
  JobTag tag = 0;
  JobResult result;
  ASSERT_EQ(queue.submit({stream, buffers}, tag), Status::kOk);
  EXPECT_EQ(queue.cancel(tag), Status::kOk);
  EXPECT_EQ(queue.wait(tag, 1, result), Status::kOk);
  EXPECT_EQ(result.status, Status::kCancelled);
  expect_good_job();
  EXPECT_EQ(queue.reset(), Status::kOk);
  EXPECT_EQ(queue.reset(), Status::kOk);
  expect_good_job();
}

TEST_P(ModelTest, ProbeAndOpenAfterAHardReset) {
  expect_good_job();
  model.hard_reset();
  npu::Configuration found;
  ASSERT_EQ(device.probe(found), Status::kOk);
  ASSERT_EQ(queue.open({GetParam(), kTimeout}), Status::kOk);
  expect_good_job();
}

/// Damages good streams behind a right checksum. What the driver then lets pass has to run to its end without a fault:
/// the driver's idea of a good stream is no wider than the hardware's. (ModelTest's stream copies; these compute, too.)
TEST_P(ModelTest, WhatTheDriverLetsPassTheHardwareRuns) {
  std::mt19937 random(static_cast<std::uint32_t>(GetParam()) + 11);
  StreamBuilder good;
  good.add(load()).add(conv()).add(depthwise()).add(pool(spec::Opcode::kMaxpool));
  good.add(pool(spec::Opcode::kAvgpool)).add(add()).add(store()).end();
  int ran = 0;
  int refused = 0;
  for (int round = 0; round < 400; ++round) {
    StreamBuilder builder = good;
    const std::size_t words = builder.words().size() - spec::StreamHeader::kWords;
    builder.words()[spec::StreamHeader::kWords + random() % words] ^= 1U << (random() % 32);
    std::vector<std::uint32_t>& damaged = builder.seal();
    port.map(0x4000, std::as_writable_bytes(std::span(damaged)));
    JobTag tag = 0;
    JobResult result;
    if (queue.submit({damaged, buffers}, tag) != Status::kOk) {
      ++refused;
      port.unmap(0x4000);
      continue;
    }
    ASSERT_EQ(queue.wait(tag, 100 * kTimeout, result), Status::kOk);
    ASSERT_EQ(result.status, Status::kOk) << npu::to_string(result.status) << " in round " << round;
    ++ran;
    port.unmap(0x4000);
  }
  EXPECT_GT(ran, 50);
  EXPECT_GT(refused, 50);
  EXPECT_EQ(model.bus_errors(), 0U);
  expect_good_job();
}

INSTANTIATE_TEST_SUITE_P(Completions, ModelTest, testing::Values(Completion::kPolling, Completion::kInterrupt),
                         [](const auto& instance) {
                           return instance.param == Completion::kPolling ? "Polling" : "Interrupt";
                         });

}  // namespace
}  // namespace auklet::test
