// Several threads and one queue, step by step in one thread: what the others do happens while this one is blocked on a
// semaphore. rtos_test.cpp does the same with real threads.
#include <gmock/gmock.h>

#include "queue_fixture.hpp"

namespace auklet::test {
namespace {

using npu::Completion;
using npu::JobTag;
using npu::Status;

constexpr std::uint32_t kFirstSlot = 0;   // Of tag 42, in a queue of two.
constexpr std::uint32_t kSecondSlot = 1;  // Of tag 43.

class ThreadsTest : public QueueFixture {
 protected:
  ThreadsTest() { port.has_semaphores = true; }

  /// While the thread is blocked for the first time, this happens; it is not blocked a second time.
  void while_blocked(std::function<void()> action) {
    port.on_take = [this, action = std::move(action)](std::uint32_t slot, npu::Ticks) {
      ASSERT_EQ(blocked_++, 0) << "blocked again, on " << slot;
      action();
      EXPECT_TRUE(port.given.at(slot)) << "nobody wakes the thread";
    };
  }
  void handler_ends(JobTag tag) {
    script_acknowledge(kDone);
    script_success(tag);
    EXPECT_TRUE(queue.on_interrupt());
  }

  npu::JobResult other_result;

 private:
  int blocked_ = 0;
};

TEST_F(ThreadsTest, WaitBlocksOnTheSemaphoreOfItsJob) {
  const JobTag tag = run_one(Completion::kInterrupt);
  npu::Ticks blocked_for = 0;
  port.on_take = [&](std::uint32_t slot, npu::Ticks max) {
    EXPECT_EQ(slot, kFirstSlot);
    blocked_for = max;
    handler_ends(tag);
  };
  EXPECT_EQ(queue.wait(tag, 1000, result), Status::kOk);
  EXPECT_EQ(result.status, Status::kOk);
  EXPECT_EQ(blocked_for, 1000U);
  EXPECT_EQ(port.slept, 0) << "a processor with other threads to run does not sleep";
}

TEST_F(ThreadsTest, NobodyIsWokenWhoDoesNotWait) {
  const JobTag tag = run_one(Completion::kInterrupt);
  handler_ends(tag);
  EXPECT_EQ(queue.wait(tag, 1000, result), Status::kOk);
  EXPECT_FALSE(port.given.at(kFirstSlot));
  EXPECT_EQ(std::ranges::count(port.log, "take 0"), 0);
}

TEST_F(ThreadsTest, AGiveThatWasLeftOverDoesNoHarm) {
  const JobTag tag = run_one(Completion::kInterrupt);
  port.given.at(kFirstSlot) = true;
  while_blocked([&] { handler_ends(tag); });
  EXPECT_EQ(queue.wait(tag, 1000, result), Status::kOk);
  EXPECT_EQ(result.status, Status::kOk);
}

TEST_F(ThreadsTest, ASemaphoreThatIsNeverGivenEndsAtTheDeadline) {
  const JobTag tag = run_one(Completion::kInterrupt);
  bus.reads<reg::DoneTag>(kLastTag);
  script_progress();
  script_reset();
  EXPECT_EQ(queue.wait(tag, 50, result), Status::kOk);
  EXPECT_EQ(result.status, Status::kTimeout);
  EXPECT_EQ(port.ticks, 50U);
}

TEST_F(ThreadsTest, CancellingWakesTheThreadThatWaits) {
  const JobTag tag = run_one(Completion::kInterrupt);
  while_blocked([&] {
    script_progress();
    script_reset();
    EXPECT_EQ(queue.cancel(tag), Status::kOk);
  });
  EXPECT_EQ(queue.wait(tag, 1000, result), Status::kOk);
  EXPECT_EQ(result.status, Status::kCancelled);
}

TEST_F(ThreadsTest, WhoeverComesFirstTakesTheResult) {
  const JobTag tag = run_one(Completion::kInterrupt);
  while_blocked([&] {
    handler_ends(tag);
    bus.finished();
    EXPECT_EQ(queue.poll(tag, other_result), Status::kOk);
  });
  EXPECT_EQ(queue.wait(tag, 1000, result), Status::kUnknownTag);
}

TEST_F(ThreadsTest, ClosingWakesTheThreadThatWaits) {
  const JobTag tag = run_one(Completion::kInterrupt);
  while_blocked([&] {
    script_progress();
    script_reset();
    bus.writes<reg::IrqMask>(0);
    EXPECT_EQ(queue.close(), Status::kOk);
  });
  EXPECT_EQ(queue.wait(tag, 1000, result), Status::kUnknownTag);
}

TEST_F(ThreadsTest, OpeningWakesTheThreadThatWaits) {
  const JobTag tag = run_one(Completion::kInterrupt);
  while_blocked([&] {
    script_open(Completion::kInterrupt, tag);
    EXPECT_EQ(queue.open({.completion = Completion::kInterrupt, .reset_timeout = kResetTimeout}), Status::kOk);
  });
  EXPECT_EQ(queue.wait(tag, 1000, result), Status::kUnknownTag);
}

TEST_F(ThreadsTest, AFaultWakesWhoWaitsForALaterJob) {
  // Nobody waits for the first job, and no interrupt will come: the second one's thread has to reset the device.
  const JobTag first = run_one(Completion::kInterrupt);
  const JobTag second = submit();
  int blocked = 0;
  port.on_take = [&](std::uint32_t slot, npu::Ticks) {
    EXPECT_EQ(slot, kSecondSlot);
    if (blocked++ == 0) {
      script_acknowledge(kFault);
      script_fault(first, spec::Fault::kAxiSlverr);
      EXPECT_TRUE(queue.on_interrupt());
      EXPECT_TRUE(port.given.at(kSecondSlot));
      script_reset();
      script_start(second);
    } else {
      handler_ends(second);
    }
  };
  EXPECT_EQ(queue.wait(second, 1000, result), Status::kOk);
  EXPECT_EQ(result.status, Status::kOk);
  EXPECT_EQ(blocked, 2);
  EXPECT_EQ(queue.poll(first, result), Status::kOk);
  EXPECT_EQ(result.status, Status::kFaultAxiSlverr);
}

TEST_F(ThreadsTest, OfTwoThreadsThatWaitForOneJobNoneStaysBlocked) {
  const JobTag tag = run_one(Completion::kInterrupt);
  int blocked = 0;
  port.on_take = [&](std::uint32_t slot, npu::Ticks) {
    if (blocked++ == 0) {
      // The other thread begins to wait, blocks, and is the one that the handler wakes.
      EXPECT_EQ(queue.wait(tag, 1000, other_result), Status::kOk);
      EXPECT_EQ(other_result.status, Status::kOk);
      EXPECT_TRUE(port.given.at(slot)) << "the first one would sleep until its deadline";
    } else {
      handler_ends(tag);
    }
  };
  EXPECT_EQ(queue.wait(tag, 1000, result), Status::kUnknownTag);
  EXPECT_EQ(blocked, 2);
}

TEST_F(ThreadsTest, WhilePollingNobodyIsBlocked) {
  const JobTag tag = run_one(Completion::kPolling);
  bus.reads<reg::DoneTag>(kLastTag);
  script_success(tag);
  script_acknowledge(kDone);
  EXPECT_EQ(queue.wait(tag, 100, result), Status::kOk);
  EXPECT_EQ(port.relaxed, 1);
  for (const std::string& hook : port.log) EXPECT_FALSE(hook.starts_with("take") || hook.starts_with("give")) << hook;
}

}  // namespace
}  // namespace auklet::test
