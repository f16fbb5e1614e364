// Jobs by polling: what submit() checks, how jobs end, and how the device comes back when one ends badly.
#include "queue_fixture.hpp"

namespace auklet::test {
namespace {

using npu::Access;
using npu::Buffer;
using npu::Completion;
using npu::JobTag;
using npu::Status;
using QueueTest = QueueFixture;

constexpr JobTag kFirst = 42;  // QueueFixture::kLastTag + 1.

// ---- open, submit, wait ----

TEST_F(QueueTest, OneJobFromSubmitToResult) {
  const JobTag tag = run_one(Completion::kPolling);
  EXPECT_EQ(tag, kFirst) << "the first tag differs from the one that the device remembers";
  bus.finished();
  EXPECT_EQ(queue.size(), 1U);
  bus.reads<reg::DoneTag>(kLastTag);
  bus.reads<reg::DoneTag>(kLastTag);
  script_success(tag);
  script_acknowledge(kDone);
  EXPECT_EQ(queue.wait(tag, 100, result), Status::kOk);
  EXPECT_EQ(result.status, Status::kOk);
  EXPECT_TRUE(result.started);
  EXPECT_TRUE(result.outputs_valid);
  EXPECT_EQ(port.relaxed, 2);
  EXPECT_EQ(queue.size(), 0U);
  EXPECT_EQ(queue.statistics().jobs_started, 1U);
  // A result is taken once.
  EXPECT_EQ(queue.wait(tag, 100, result), Status::kUnknownTag);
  EXPECT_EQ(queue.poll(tag, result), Status::kUnknownTag);
  EXPECT_EQ(queue.cancel(tag), Status::kUnknownTag);
}

TEST_F(QueueTest, PollIsPendingUntilTheTagMatches) {
  const JobTag tag = run_one(Completion::kPolling);
  bus.reads<reg::DoneTag>(kLastTag);
  EXPECT_EQ(queue.poll(tag, result), Status::kPending);
  script_success(tag);
  script_acknowledge(kDone);
  EXPECT_EQ(queue.poll(tag, result), Status::kOk);
  EXPECT_EQ(result.status, Status::kOk);
}

TEST_F(QueueTest, NothingIsAcceptedBeforeOpen) {
  JobTag tag = 0;
  EXPECT_EQ(queue.open({}), Status::kNotProbed);
  EXPECT_EQ(queue.submit(job(), tag), Status::kNotProbed);
  EXPECT_EQ(queue.reset(), Status::kNotProbed);
  EXPECT_EQ(queue.close(), Status::kOk);
}

TEST_F(QueueTest, TheNextJobStartsWhenTheFirstEnds) {
  const JobTag first = run_one(Completion::kPolling);
  bus.reads<reg::DoneTag>(kLastTag);
  const JobTag second = submit();
  EXPECT_EQ(second, first + 1);
  bus.finished();
  JobTag third = 0;
  EXPECT_EQ(queue.submit(job(), third), Status::kQueueFull);
  script_success(first);
  script_acknowledge(kDone);
  script_start(second);  // The windows hold the same values already.
  EXPECT_EQ(queue.wait(first, 10, result), Status::kOk);
  bus.finished();
  script_success(second);
  script_acknowledge(kDone);
  EXPECT_EQ(queue.wait(second, 10, result), Status::kOk);
  EXPECT_EQ(result.status, Status::kOk);
}

TEST_F(QueueTest, AJobWaitsWhileTheSramIsCleared) {
  open(Completion::kPolling);
  script_windows();
  bus.reads<reg::Status>(status(spec::State::kClearing));
  const JobTag tag = submit();
  bus.reads<reg::Status>(status(spec::State::kClearing));
  script_start(tag);
  script_success(tag);
  script_acknowledge(kDone);
  EXPECT_EQ(queue.wait(tag, 10, result), Status::kOk);
  EXPECT_EQ(result.status, Status::kOk);
}

TEST_F(QueueTest, ARefusedStartEndsTheJob) {
  open(Completion::kPolling);
  script_windows();
  bus.reads<reg::Status>(status(spec::State::kIdle));
  bus.writes<reg::IrqRaw>(3);
  bus.writes<reg::CmdBaseLo>(static_cast<std::uint32_t>(kStreamAddress));
  bus.writes<reg::CmdBaseHi>(static_cast<std::uint32_t>(kStreamAddress >> 32));
  bus.writes<reg::CmdSize>(static_cast<std::uint32_t>(stream.size() * 4));
  bus.writes<reg::JobTag>(kFirst);
  bus.writes<reg::Control>(reg::Control::kStart.make(1));
  bus.reads<reg::Status>(status(spec::State::kIdle));
  bus.reads<reg::DoneTag>(kLastTag);
  const JobTag tag = submit();
  EXPECT_EQ(queue.poll(tag, result), Status::kOk);
  EXPECT_EQ(result.status, Status::kStartRefused);
  EXPECT_FALSE(result.started);
  EXPECT_FALSE(result.outputs_valid);
}

TEST_F(QueueTest, ADeviceFoundInFaultIsResetFirst) {
  open(Completion::kPolling);
  script_windows();
  bus.reads<reg::Status>(status(spec::State::kFault));
  const JobTag tag = submit();
  script_reset();
  script_start(tag);
  EXPECT_EQ(queue.poll(tag, result), Status::kPending);
  EXPECT_EQ(queue.poll(tag + 1, result), Status::kUnknownTag);
}

// ---- submit's checks: nothing on the bus ----

TEST_F(QueueTest, BadBuffersAreRefusedBeforeTheBusIsTouched) {
  open(Completion::kPolling);
  JobTag tag = 0;
  const auto refused = [&](std::span<const Buffer> bad) { return queue.submit({stream, bad}, tag); };
  const std::array<Buffer, spec::kWindowCount + 1> too_many{};
  EXPECT_EQ(refused(too_many), Status::kTooManyWindows);
  const Buffer no_access[] = {{input.data(), 64, Access::kNone}};
  EXPECT_EQ(refused(no_access), Status::kWindowAccess);
  const std::byte elsewhere{};
  const Buffer unreachable[] = {{&elsewhere, 1, Access::kRead}};
  EXPECT_EQ(refused(unreachable), Status::kBufferUnreachable);
  port.addresses[&elsewhere] = (npu::BusAddress{1} << spec::kAxiAddrBits) - 8;
  const Buffer beyond[] = {{&elsewhere, 16, Access::kRead}};
  EXPECT_EQ(refused(beyond), Status::kWindowRange);
  if constexpr (sizeof(std::size_t) > 4) {
    const Buffer huge[] = {{input.data(), std::size_t{1} << 32, Access::kRead}};
    EXPECT_EQ(refused(huge), Status::kWindowRange);
  }
  EXPECT_EQ(queue.size(), 0U);
  EXPECT_TRUE(port.cleaned.empty());
}

TEST_F(QueueTest, WrittenBuffersOwnTheirCacheLines) {
  open(Completion::kPolling);
  port.cache_line = 32;
  JobTag tag = 0;
  for (const auto& [begin, size] : {std::pair{16, 32}, std::pair{0, 48}}) {
    buffers[1] = {output.data() + begin, static_cast<std::size_t>(size), Access::kWrite};
    EXPECT_EQ(queue.submit(job(), tag), Status::kBufferSharesCacheLine);
  }
}

TEST_F(QueueTest, BuffersAreReadOnceAndWhatWasCheckedIsUsed) {
  open(npu::Completion::kPolling);
  const std::array<npu::Buffer, 2> original = buffers;
  // Somebody else changes the list between check and use.
  port.on_translate = [&](const void* data) {
    if (data == output.data()) buffers.fill({stream.data(), std::size_t{1} << 40U, npu::Access::kReadWrite});
  };
  script_windows();
  script_start(kLastTag + 1);
  (void)submit();
  bus.finished();
  const std::vector<FakePort::Range> cleaned = {
      {stream.data(), stream.size() * 4}, {original[0].data, original[0].size}, {original[1].data, original[1].size}};
  EXPECT_EQ(port.cleaned, cleaned);
}

TEST_F(QueueTest, TheStreamHasToBeReachableAndAligned) {
  open(Completion::kPolling);
  JobTag tag = 0;
  port.addresses[stream.data()] = kStreamAddress + 4;
  EXPECT_EQ(queue.submit(job(), tag), Status::kStreamMisaligned);
  port.addresses[stream.data()] = npu::BusAddress{1} << spec::kAxiAddrBits;
  EXPECT_EQ(queue.submit(job(), tag), Status::kWindowRange);
  port.addresses.erase(stream.data());
  EXPECT_EQ(queue.submit(job(), tag), Status::kBufferUnreachable);
}

TEST_F(QueueTest, ABadStreamIsRefusedWithItsReport) {
  open(Completion::kPolling);
  JobTag tag = 7;
  npu::StreamReport report;
  stream[spec::StreamHeader::kWords] ^= 0x80;
  EXPECT_EQ(queue.submit(job(), tag, &report), Status::kStreamChecksum);
  EXPECT_EQ(report.status, Status::kStreamChecksum);
  EXPECT_EQ(tag, 7U);
  // Streams are checked against the job's own windows.
  stream[spec::StreamHeader::kWords] ^= 0x80;
  buffers[1].access = Access::kRead;
  EXPECT_EQ(queue.submit(job(), tag, &report), Status::kStreamWindowAccess);
  EXPECT_EQ(queue.size(), 0U);
}

// ---- caches ----

TEST_F(QueueTest, CachesAreCleanedBeforeAndInvalidatedAfter) {
  port.cache_line = 64;
  const JobTag tag = run_one(Completion::kPolling);
  const std::vector<FakePort::Range> cleaned{
      {stream.data(), stream.size() * 4}, {input.data(), 64}, {output.data(), 64}};
  EXPECT_EQ(port.cleaned, cleaned);
  EXPECT_TRUE(port.invalidated.empty());
  script_success(tag);
  script_acknowledge(kDone);
  EXPECT_EQ(queue.wait(tag, 10, result), Status::kOk);
  const std::vector<FakePort::Range> invalidated{{output.data(), 64}};
  EXPECT_EQ(port.invalidated, invalidated);
}

// ---- faults, deadlines, cancelling ----

TEST_F(QueueTest, EveryFaultHasItsStatusAndTheDeviceIsReset) {
  open(Completion::kPolling);
  const std::pair<spec::Fault, Status> cases[] = {
      {spec::Fault::kCommand, Status::kFaultCommand},     {spec::Fault::kAddress, Status::kFaultAddress},
      {spec::Fault::kAxiSlverr, Status::kFaultAxiSlverr}, {spec::Fault::kAxiDecerr, Status::kFaultAxiDecerr},
      {spec::Fault::kWatchdog, Status::kFaultWatchdog},   {spec::Fault{15}, Status::kFaultUnknown},
      {spec::Fault::kIndex, Status::kFaultIndex},         {spec::Fault::kIntegrity, Status::kFaultIntegrity},
  };
  JobTag expected = kFirst;
  script_windows();
  for (const auto& [kind, expected_status] : cases) {
    script_start(expected);
    const JobTag tag = submit();
    script_fault(tag, kind);
    script_acknowledge(kFault);
    script_reset();
    EXPECT_EQ(queue.wait(tag, 10, result), Status::kOk);
    EXPECT_EQ(result.status, expected_status);
    EXPECT_EQ(result.recovery, Status::kOk);
    EXPECT_TRUE(result.started);
    EXPECT_FALSE(result.outputs_valid);
    EXPECT_EQ(result.fault.kind, kind);
    EXPECT_EQ(result.fault.channel, spec::Channel::kLoad);
    EXPECT_EQ(result.fault.address, 0x1'0000'0040U);
    EXPECT_EQ(result.fault.stream_offset, 32U);
    EXPECT_EQ(result.progress.stream_offset, 80U);
    EXPECT_EQ(result.progress.loads_completed, 1);
    bus.finished();
    ++expected;
  }
}

TEST_F(QueueTest, ATimeoutStopsTheJobAndTellsWhereItWas) {
  const JobTag tag = run_one(Completion::kPolling);
  for (int i = 0; i < 4; ++i) bus.reads<reg::DoneTag>(kLastTag);  // The fourth after the deadline.
  script_progress();
  script_reset();
  EXPECT_EQ(queue.wait(tag, 3, result), Status::kOk);
  EXPECT_EQ(result.status, Status::kTimeout);
  EXPECT_EQ(result.recovery, Status::kOk);
  EXPECT_EQ(result.progress.stream_offset, 80U);
  EXPECT_FALSE(result.outputs_valid);
  bus.finished();
  // The next job runs, and the end of the old one, should it show, is not taken for its own.
  script_start(tag + 1);
  const JobTag next = submit();
  bus.reads<reg::DoneTag>(tag);
  EXPECT_EQ(queue.poll(next, result), Status::kPending);
}

TEST_F(QueueTest, ATimeoutOfAWaitingJobLeavesTheRunningOneAlone) {
  const JobTag first = run_one(Completion::kPolling);
  bus.reads<reg::DoneTag>(kLastTag);
  const JobTag second = submit();
  bus.reads<reg::DoneTag>(kLastTag);
  EXPECT_EQ(queue.wait(second, 0, result), Status::kOk);
  EXPECT_EQ(result.status, Status::kTimeout);
  EXPECT_FALSE(result.started);
  script_success(first);
  script_acknowledge(kDone);
  EXPECT_EQ(queue.wait(first, 10, result), Status::kOk);
  EXPECT_EQ(result.status, Status::kOk);
}

TEST_F(QueueTest, AHungResetIsReportedAndRetriedByTheNextSubmit) {
  for (const bool isolated : {true, false}) {
    const Status expected = isolated ? Status::kPortIsolated : Status::kResetTimeout;
    const spec::State state = isolated ? spec::State::kIdle : spec::State::kDraining;
    const JobTag first = run_one(Completion::kPolling);
    bus.reads<reg::DoneTag>(kLastTag);
    const JobTag second = submit();
    bus.reads<reg::DoneTag>(kLastTag);
    script_progress();
    script_failing_reset(state, isolated);
    EXPECT_EQ(queue.wait(first, 0, result), Status::kOk);
    EXPECT_EQ(result.status, Status::kTimeout);
    EXPECT_EQ(result.recovery, expected);
    bus.finished();
    // What waited behind it cannot run.
    script_failing_reset(state, isolated);
    EXPECT_EQ(queue.poll(second, result), Status::kOk);
    EXPECT_EQ(result.status, expected);
    EXPECT_FALSE(result.started);
    bus.finished();
    // Nothing is started while the device is not back.
    JobTag tag = 0;
    script_failing_reset(state, isolated);
    EXPECT_EQ(queue.submit(job(), tag), expected);
    bus.finished();
    // Late responses came in: the next attempt succeeds, and so does the job.
    script_reset();
    script_start(kLastTag + 3);
    tag = submit();
    script_success(tag);
    script_acknowledge(kDone);
    EXPECT_EQ(queue.wait(tag, 10, result), Status::kOk);
    EXPECT_EQ(result.status, Status::kOk);
    bus.finished();
  }
}

TEST_F(QueueTest, CancelTakesAWaitingJobAndStopsARunningOne) {
  const JobTag first = run_one(Completion::kPolling);
  bus.reads<reg::DoneTag>(kLastTag);
  const JobTag second = submit();
  EXPECT_EQ(queue.cancel(second), Status::kOk);
  bus.finished();
  script_progress();
  script_reset();
  EXPECT_EQ(queue.cancel(first), Status::kOk);
  bus.finished();
  for (const auto& [tag, started] : {std::pair{first, true}, std::pair{second, false}}) {
    EXPECT_EQ(queue.poll(tag, result), Status::kOk);
    EXPECT_EQ(result.status, Status::kCancelled);
    EXPECT_EQ(result.started, started);
    EXPECT_FALSE(result.outputs_valid);
  }
}

TEST_F(QueueTest, CancellingTheRunningJobStartsTheNext) {
  const JobTag first = run_one(Completion::kPolling);
  bus.reads<reg::DoneTag>(kLastTag);
  const JobTag second = submit();
  script_progress();
  script_reset();
  script_start(second);
  EXPECT_EQ(queue.cancel(first), Status::kOk);
}

TEST_F(QueueTest, CancelAfterTheEndKeepsTheResult) {
  const JobTag first = run_one(Completion::kPolling);
  script_success(first);
  script_acknowledge(kDone);
  script_start(first + 1);
  const JobTag second = submit();
  EXPECT_EQ(queue.cancel(first), Status::kOk);
  bus.reads<reg::DoneTag>(first);
  EXPECT_EQ(queue.poll(first, result), Status::kOk);
  EXPECT_EQ(result.status, Status::kOk);
  EXPECT_EQ(second, first + 1);
}

TEST_F(QueueTest, ResetCancelsEverything) {
  const JobTag first = run_one(Completion::kPolling);
  bus.reads<reg::DoneTag>(kLastTag);
  const JobTag second = submit();
  script_progress();
  script_reset();
  EXPECT_EQ(queue.reset(), Status::kOk);
  bus.finished();
  for (const JobTag tag : {first, second}) {
    EXPECT_EQ(queue.poll(tag, result), Status::kOk);
    EXPECT_EQ(result.status, Status::kCancelled);
  }
  script_failing_reset(spec::State::kClearing, false);
  EXPECT_EQ(queue.reset(), Status::kResetTimeout);
}

TEST_F(QueueTest, CloseStopsTheDeviceAndForgets) {
  const JobTag tag = run_one(Completion::kPolling);
  script_progress();
  script_failing_reset(spec::State::kIdle, true);
  bus.writes<reg::IrqMask>(0);
  EXPECT_EQ(queue.close(), Status::kPortIsolated);
  EXPECT_EQ(queue.poll(tag, result), Status::kUnknownTag);
  JobTag other = 0;
  EXPECT_EQ(queue.submit(job(), other), Status::kNotProbed);
}

TEST_F(QueueTest, OpenFailsWhenTheDeviceDoesNotComeBack) {
  probe();
  bus.writes<reg::IrqMask>(0);
  script_failing_reset(spec::State::kDraining, false);
  EXPECT_EQ(queue.open({Completion::kPolling, kResetTimeout}), Status::kResetTimeout);
  JobTag tag = 0;
  EXPECT_EQ(queue.submit(job(), tag), Status::kNotProbed);
}

}  // namespace
}  // namespace auklet::test
