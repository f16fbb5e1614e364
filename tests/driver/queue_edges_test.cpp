// Edges of the queue by polling that mutants of it found open.
#include "queue_fixture.hpp"

namespace auklet::test {
namespace {

using npu::Completion;
using npu::JobTag;
using npu::Status;
using QueueEdges = QueueFixture;

/// A state that the specification does not have.
TEST_F(QueueEdges, ADeviceInAnUnknownStateIsResetFirst) {
  open(Completion::kPolling);
  script_windows();
  bus.reads<reg::Status>(status(static_cast<spec::State>(7)));
  const JobTag tag = submit();
  script_reset();
  script_start(tag);
  EXPECT_EQ(queue.poll(tag, result), Status::kPending);
  EXPECT_EQ(queue.poll(tag + 1, result), Status::kUnknownTag);
}

TEST_F(QueueEdges, OpenRefusesADeviceThatWasNotProbed) {
  EXPECT_EQ(queue.open({Completion::kPolling, kResetTimeout}), Status::kNotProbed);
}

/// A queue that holds the power already asks for the probe all the same.
TEST_F(QueueEdges, OpenRefusesADeviceThatIsNotThereAnyMore) {
  open(Completion::kPolling);
  bus.reads<reg::Id>(0);
  npu::Configuration found;
  EXPECT_EQ(device.probe(found), Status::kNoDevice);
  EXPECT_EQ(queue.open({Completion::kPolling, kResetTimeout}), Status::kNotProbed);
}

/// What a refused job would have had opened stays closed for the next one in its slot.
TEST_F(QueueEdges, ARefusedJobLeavesNoWindowBehind) {
  open(Completion::kPolling);
  JobTag tag = 0;
  const std::byte elsewhere{};
  const npu::Buffer more[] = {buffers[0], buffers[1], buffers[0], {&elsewhere, 1, npu::Access::kRead}};
  EXPECT_EQ(queue.submit({stream, more}, tag), Status::kBufferUnreachable);
  script_windows();  // Those of job() alone.
  script_start(kLastTag + 1);
  tag = submit();
  bus.finished();
  script_success(tag);
  script_acknowledge(kDone);
  EXPECT_EQ(queue.poll(tag, result), Status::kOk);
  EXPECT_EQ(port.cleaned.size(), 3U) << "the stream, and two buffers";
}

/// A window's size has 32 bits.
TEST_F(QueueEdges, TheLargestBufferIsOfAByteLessThan4GiB) {
  if constexpr (sizeof(std::size_t) > 4) {
    open(Completion::kPolling);
    JobTag tag = 0;
    const std::byte elsewhere{};
    std::array<npu::Buffer, 1> large{npu::Buffer{&elsewhere, 0xffff'ffff, npu::Access::kRead}};
    EXPECT_EQ(queue.submit({stream, large}, tag), Status::kBufferUnreachable);
    large[0].size += 1;
    EXPECT_EQ(queue.submit({stream, large}, tag), Status::kWindowRange);
  }
}

TEST_F(QueueEdges, ResetIsRefusedBeforeOpen) {
  EXPECT_EQ(queue.reset(), Status::kNotProbed);
  probe();
  EXPECT_EQ(queue.reset(), Status::kNotProbed);
}

/// A failed open() leaves a closed queue, also when it was open before, and the device needs its reset still.
TEST_F(QueueEdges, AnOpenQueueThatFailsToOpenAnewIsClosed) {
  open(Completion::kPolling);
  bus.writes<reg::IrqMask>(0);
  script_failing_reset(spec::State::kDraining, false);
  EXPECT_EQ(queue.open({Completion::kPolling, kResetTimeout}), Status::kResetTimeout);
  JobTag tag = 0;
  EXPECT_EQ(queue.submit(job(), tag), Status::kNotProbed);
}

TEST_F(QueueEdges, OpeningAnewCountsFromZero) {
  const JobTag tag = run_one(Completion::kPolling);
  script_success(tag);
  script_acknowledge(kDone);
  EXPECT_EQ(queue.poll(tag, result), Status::kOk);
  EXPECT_EQ(queue.statistics().jobs_started, 1U);
  script_open(Completion::kPolling, tag);
  ASSERT_EQ(queue.open({Completion::kPolling, kResetTimeout}), Status::kOk);
  EXPECT_EQ(queue.statistics().jobs_started, 0U);
  EXPECT_EQ(queue.statistics().resets, 1U);
}

TEST_F(QueueEdges, WaitForAJobThatIsNotThere) {
  open(Completion::kPolling);
  EXPECT_EQ(queue.wait(kLastTag + 1, 10, result), Status::kUnknownTag);
  EXPECT_EQ(port.relaxed, 0);
}

/// recovery is about the job's own stop: nothing of an earlier failure, and nothing where the job did not run.
TEST_F(QueueEdges, RecoveryIsOfTheJobsOwnReset) {
  const JobTag first = run_one(Completion::kPolling);
  bus.reads<reg::DoneTag>(kLastTag);
  const JobTag second = submit();
  EXPECT_EQ(queue.cancel(second), Status::kOk);
  bus.reads<reg::DoneTag>(kLastTag);
  EXPECT_EQ(queue.poll(second, result), Status::kOk);
  EXPECT_EQ(result.status, Status::kCancelled);
  EXPECT_EQ(result.recovery, Status::kOk);
  bus.finished();
  bus.reads<reg::DoneTag>(kLastTag);
  const JobTag third = submit();
  bus.reads<reg::DoneTag>(kLastTag);
  script_progress();
  script_failing_reset(spec::State::kDraining, false);
  EXPECT_EQ(queue.wait(first, 0, result), Status::kOk);
  EXPECT_EQ(result.recovery, Status::kResetTimeout);
  bus.finished();
  // It never ran: what came of the reset is its status, not a recovery of its own.
  script_failing_reset(spec::State::kDraining, false);
  EXPECT_EQ(queue.poll(third, result), Status::kOk);
  EXPECT_EQ(result.status, Status::kResetTimeout);
  EXPECT_FALSE(result.started);
  EXPECT_EQ(result.recovery, Status::kOk);
}

TEST_F(QueueEdges, ASuccessThatIsTakenAfterAFailedResetHasNothingToRecover) {
  const JobTag first = run_one(Completion::kPolling);
  bus.reads<reg::DoneTag>(kLastTag);
  const JobTag second = submit();
  // The first one ends well; the second one runs, and has to be stopped.
  script_success(first);
  script_acknowledge(kDone);
  script_start(second);
  EXPECT_EQ(queue.poll(second, result), Status::kPending);
  bus.finished();
  bus.reads<reg::DoneTag>(first);
  script_progress();
  script_failing_reset(spec::State::kDraining, false);
  EXPECT_EQ(queue.wait(second, 0, result), Status::kOk);
  EXPECT_EQ(result.recovery, Status::kResetTimeout);
  bus.finished();
  script_failing_reset(spec::State::kDraining, false);
  EXPECT_EQ(queue.poll(first, result), Status::kOk);
  EXPECT_EQ(result.status, Status::kOk);
  EXPECT_EQ(result.recovery, Status::kOk);
}

/// A slot that is used again has nothing of the job before.
TEST_F(QueueEdges, WindowsOfAnEarlierJobAreClosed) {
  const JobTag first = run_one(Completion::kPolling);
  script_success(first);
  script_acknowledge(kDone);
  EXPECT_EQ(queue.poll(first, result), Status::kOk);
  bus.finished();
  stream = StreamBuilder().add(load()).end().seal();
  port.addresses[stream.data()] = kStreamAddress;
  bus.reads<reg::Status>(status(spec::State::kIdle));
  bus.writes<reg::WindowSize>(0, 1);
  script_start(first + 1);
  JobTag tag = 0;
  EXPECT_EQ(queue.submit({stream, std::span(buffers).first(1)}, tag), Status::kOk);
}

TEST_F(QueueEdges, AllWindowsMayBeUsed) {
  open(Completion::kPolling);
  std::vector<npu::Buffer> many(spec::kWindowCount);
  many[0] = buffers[0];
  many[1] = buffers[1];
  script_windows();
  script_start(kLastTag + 1);
  JobTag tag = 0;
  EXPECT_EQ(queue.submit({stream, many}, tag), Status::kOk);
  many.emplace_back();
  EXPECT_EQ(queue.submit({stream, many}, tag), Status::kTooManyWindows);
}

/// What is only read may share its cache lines with anything.
TEST_F(QueueEdges, ReadBuffersMayShareTheirCacheLines) {
  open(Completion::kPolling);
  port.cache_line = 64;
  port.addresses[input.data() + 8] = kInputAddress;
  buffers[0] = {input.data() + 8, 40, npu::Access::kRead};
  stream = StreamBuilder().add(load(32)).end().seal();
  port.addresses[stream.data()] = kStreamAddress;
  bus.on_access = nullptr;
  JobTag tag = 0;
  for (std::uint32_t i = 0; i < spec::kWindowCount; ++i) {
    bus.reads<reg::Status>(status(spec::State::kIdle));
    bus.writes<reg::WindowSize>(0, i);
    if (i != 0) continue;
    bus.writes<reg::WindowBaseLo>(static_cast<std::uint32_t>(kInputAddress), 0);
    bus.writes<reg::WindowBaseHi>(0, 0);
    bus.writes<reg::WindowAttr>(1, 0);
    bus.writes<reg::WindowSize>(40, 0);
  }
  script_start(kLastTag + 1);
  EXPECT_EQ(queue.submit({stream, std::span(buffers).first(1)}, tag), Status::kOk);
}

/// Outputs are read behind a barrier, before the cache's stale lines go.
TEST_F(QueueEdges, TheResultIsTakenBehindABarrier) {
  const JobTag tag = run_one(Completion::kPolling);
  script_success(tag);
  script_acknowledge(kDone);
  const int before = port.barriers;
  EXPECT_EQ(queue.poll(tag, result), Status::kOk);
  EXPECT_EQ(port.barriers, before + 1);
}

}  // namespace
}  // namespace auklet::test
