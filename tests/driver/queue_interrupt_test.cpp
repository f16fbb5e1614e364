// Jobs by interrupt: lost, spurious, shared and late ones, and interrupts at the worst moment.
#include "queue_fixture.hpp"

namespace auklet::test {
namespace {

using npu::Completion;
using npu::JobTag;
using npu::Status;

class InterruptTest : public QueueFixture {
 protected:
  /// The handler finds a cause and that job `tag` ended well.
  void script_handler_success(JobTag tag) {
    script_acknowledge(kDone);
    script_success(tag);
  }
  /// After so many critical sections the handler finds that job `tag` has ended by a fault. Scripts what it does.
  void fault_after(int leaves, JobTag tag) {
    port.leaves_before_interrupt = leaves;
    port.pending_interrupt = [this] { EXPECT_TRUE(queue.on_interrupt()); };
    script_acknowledge(kFault);
    script_fault(tag, spec::Fault::kAxiSlverr);
  }
  void interrupt_while_asleep() {
    port.on_sleep = [this](npu::Ticks) {
      ++port.ticks;
      port.leaves_before_interrupt = 0;
      port.pending_interrupt = [this] { EXPECT_TRUE(queue.on_interrupt()); };
    };
  }
};

TEST_F(InterruptTest, WaitSleepsUntilTheHandlerHasEndedTheJob) {
  const JobTag tag = run_one(Completion::kInterrupt);
  bus.finished();
  interrupt_while_asleep();
  script_handler_success(tag);
  EXPECT_EQ(queue.wait(tag, 1000, result), Status::kOk);
  EXPECT_EQ(result.status, Status::kOk);
  EXPECT_EQ(port.slept, 1);
  EXPECT_TRUE(port.slept_in_critical_section) << "else an interrupt between check and sleep would be lost";
  EXPECT_EQ(queue.statistics().lost_interrupts, 0U);
}

TEST_F(InterruptTest, AnInterruptBetweenLookAndSleepIsNotSleptOver) {
  for (int leaves = 0; leaves < 3; ++leaves) {  // After either critical section of the service, and after the look.
    const JobTag tag = run_one(Completion::kInterrupt);
    script_handler_success(tag);
    port.leaves_before_interrupt = leaves;
    port.pending_interrupt = [this] { EXPECT_TRUE(queue.on_interrupt()); };
    port.on_sleep = [leaves](npu::Ticks) { FAIL() << "slept although the job had ended, " << leaves; };
    EXPECT_EQ(queue.wait(tag, 1000, result), Status::kOk);
    EXPECT_EQ(result.status, Status::kOk);
    EXPECT_FALSE(port.pending_interrupt);
    bus.finished();
  }
}

TEST_F(InterruptTest, ALostInterruptIsNoticedAtTheDeadline) {
  const JobTag tag = run_one(Completion::kInterrupt);
  bus.finished();
  script_success(tag);
  script_acknowledge(kDone);
  EXPECT_EQ(queue.wait(tag, 50, result), Status::kOk);
  EXPECT_EQ(result.status, Status::kOk);
  EXPECT_TRUE(result.outputs_valid);
  EXPECT_EQ(queue.statistics().lost_interrupts, 1U);
  bus.finished();
  // Should it come after all, it is without a cause.
  bus.reads<reg::IrqRaw>(0);
  EXPECT_FALSE(queue.on_interrupt());
  EXPECT_EQ(queue.statistics().spurious_interrupts, 1U);
}

TEST_F(InterruptTest, AnotherDevicesInterruptOnASharedLineChangesNothing) {
  const JobTag tag = run_one(Completion::kInterrupt);
  bus.finished();
  for (int i = 0; i < 3; ++i) {
    bus.reads<reg::IrqRaw>(0);
    EXPECT_FALSE(queue.on_interrupt());
  }
  EXPECT_EQ(queue.statistics().spurious_interrupts, 3U);
  bus.reads<reg::DoneTag>(kLastTag);
  EXPECT_EQ(queue.poll(tag, result), Status::kPending);
}

TEST_F(InterruptTest, ALateInterruptDoesNotCompleteTheNextJob) {
  const JobTag tag = run_one(Completion::kInterrupt);
  bus.finished();
  script_acknowledge(kDone);
  bus.reads<reg::DoneTag>(kLastTag);
  EXPECT_TRUE(queue.on_interrupt());
  EXPECT_EQ(queue.statistics().late_interrupts, 1U);
  bus.reads<reg::DoneTag>(kLastTag);
  EXPECT_EQ(queue.poll(tag, result), Status::kPending);
  bus.finished();
  // Its own one still does.
  script_handler_success(tag);
  EXPECT_TRUE(queue.on_interrupt());
  bus.finished();
  EXPECT_EQ(queue.poll(tag, result), Status::kOk);
  EXPECT_EQ(result.status, Status::kOk);
}

TEST_F(InterruptTest, AStaleDoneCauseDoesNotHideAFault) {
  const JobTag tag = run_one(Completion::kInterrupt);
  // The cause says done, left over from before; the job has since ended by a fault.
  script_acknowledge(kDone);
  script_fault(tag, spec::Fault::kAxiDecerr);
  EXPECT_TRUE(queue.on_interrupt());
  bus.finished();
  script_reset();
  EXPECT_EQ(queue.wait(tag, 10, result), Status::kOk);
  EXPECT_EQ(result.status, Status::kFaultAxiDecerr);
}

TEST_F(InterruptTest, TheHandlerStartsTheNextJob) {
  const JobTag first = run_one(Completion::kInterrupt);
  const JobTag second = submit();
  bus.finished();
  script_handler_success(first);
  script_start(second);
  EXPECT_TRUE(queue.on_interrupt());
  bus.finished();
  script_handler_success(second);
  EXPECT_TRUE(queue.on_interrupt());
  bus.finished();
  for (const JobTag tag : {first, second}) {
    EXPECT_EQ(queue.poll(tag, result), Status::kOk);
    EXPECT_EQ(result.status, Status::kOk);
  }
}

TEST_F(InterruptTest, AfterAFaultTheHandlerNeitherResetsNorStarts) {
  const JobTag first = run_one(Completion::kInterrupt);
  const JobTag second = submit();
  script_acknowledge(kFault);
  script_fault(first, spec::Fault::kAxiSlverr);
  EXPECT_TRUE(queue.on_interrupt());
  bus.finished();
  // The thread resets, and then the second job runs.
  script_reset();
  script_start(second);
  EXPECT_EQ(queue.poll(first, result), Status::kOk);
  EXPECT_EQ(result.status, Status::kFaultAxiSlverr);
  EXPECT_EQ(result.recovery, Status::kOk);
}

TEST_F(InterruptTest, AFaultInTheMiddleOfASubmissionLosesNeitherJob) {
  for (int leaves = 0; leaves < 6; ++leaves) {  // After each of submit()'s critical sections.
    const JobTag first = run_one(Completion::kInterrupt);
    bus.finished();
    fault_after(leaves, first);
    script_reset();
    script_start(first + 1);
    JobTag second = 0;
    ASSERT_EQ(queue.submit(job(), second), Status::kOk) << leaves;
    ASSERT_EQ(second, first + 1) << leaves;
    ASSERT_FALSE(port.pending_interrupt) << leaves;
    // Where the fault came too late for submit(), the next call resets and starts.
    EXPECT_EQ(queue.wait(first, 10, result), Status::kOk) << leaves;
    EXPECT_EQ(result.status, Status::kFaultAxiSlverr) << leaves;
    EXPECT_EQ(result.recovery, Status::kOk) << leaves;
    bus.finished();
    script_handler_success(second);
    EXPECT_TRUE(queue.on_interrupt());
    EXPECT_EQ(queue.poll(second, result), Status::kOk) << leaves;
    EXPECT_EQ(result.status, Status::kOk) << leaves;
    bus.finished();
  }
}

TEST_F(InterruptTest, AFaultInTheMiddleOfAPollIsReportedWithTheOutcomeOfItsReset) {
  for (int leaves = 0; leaves < 5; ++leaves) {  // After each of poll()'s critical sections.
    const JobTag tag = run_one(Completion::kInterrupt);
    bus.finished();
    if (leaves > 0) bus.reads<reg::DoneTag>(kLastTag);  // Looked at, and had not ended.
    fault_after(leaves, tag);
    script_failing_reset(spec::State::kFault, true);
    Status status = queue.poll(tag, result);
    if (status == Status::kPending) status = queue.poll(tag, result);  // It came too late for the first.
    EXPECT_EQ(status, Status::kOk) << leaves;
    EXPECT_EQ(result.status, Status::kFaultAxiSlverr) << leaves;
    EXPECT_EQ(result.recovery, Status::kPortIsolated) << leaves;
    bus.finished();
  }
}

TEST_F(InterruptTest, AnInterruptDuringResetStartsNothing) {
  const JobTag first = run_one(Completion::kInterrupt);
  const JobTag second = submit();
  bus.finished();
  script_progress();
  bus.writes<reg::Control>(reg::Control::kSoftReset.make(1));
  // The end of the stopped job comes up in the middle of the reset: acknowledged, and that is all.
  bus.then([this] { EXPECT_TRUE(queue.on_interrupt()); });
  script_acknowledge(kDone);
  bus.reads<reg::Status>(status(spec::State::kIdle));
  script_start(second);
  EXPECT_EQ(queue.cancel(first), Status::kOk);
  bus.finished();
  EXPECT_EQ(queue.statistics().late_interrupts, 1U);
  bus.reads<reg::DoneTag>(first);
  EXPECT_EQ(queue.poll(first, result), Status::kOk);
  EXPECT_EQ(result.status, Status::kCancelled);
}

TEST_F(InterruptTest, ACallFromTheHandlerIntoTheMiddleOfAnotherIsRefused) {
  const JobTag tag = run_one(Completion::kInterrupt);
  bus.finished();
  port.lockless = true;
  int refused = 0;
  bool between_calls = false;
  for (int leaves = 0; !between_calls; ++leaves) {  // After each critical section of poll().
    bus.reads<reg::DoneTag>(kLastTag);
    port.leaves_before_interrupt = leaves;
    port.pending_interrupt = [&] {
      between_calls = !port.locked;
      if (between_calls) return;
      JobTag other = 0;
      EXPECT_EQ(queue.reset(), Status::kReentered);
      EXPECT_EQ(queue.submit(job(), other), Status::kReentered);
      EXPECT_EQ(queue.run(job(), 10, result), Status::kReentered);
      EXPECT_EQ(queue.poll(tag, result), Status::kReentered);
      EXPECT_EQ(queue.wait(tag, 10, result), Status::kReentered);
      EXPECT_EQ(queue.cancel(tag), Status::kReentered);
      EXPECT_EQ(queue.hold_power(), Status::kReentered);
      queue.release_power();
      EXPECT_EQ(queue.close(), Status::kReentered);
      EXPECT_EQ(queue.open({}), Status::kReentered);
      ++refused;
    };
    EXPECT_EQ(queue.poll(tag, result), Status::kPending);
    bus.finished();
    ASSERT_FALSE(port.pending_interrupt) << "it never came";
  }
  EXPECT_GE(refused, 3);
  // Nothing came of it.
  script_handler_success(tag);
  EXPECT_TRUE(queue.on_interrupt());
  bus.finished();
  EXPECT_EQ(queue.poll(tag, result), Status::kOk);
  EXPECT_EQ(result.status, Status::kOk);
}

TEST_F(InterruptTest, AHandlerMayResetBetweenCalls) {
  const JobTag tag = run_one(Completion::kInterrupt);
  bus.finished();
  port.on_sleep = [&](npu::Ticks) {  // The thread is in wait(), which holds nothing while it sleeps.
    ++port.ticks;
    port.leaves_before_interrupt = 0;
    port.pending_interrupt = [&] {
      bus.reads<reg::IrqRaw>(0);
      EXPECT_FALSE(queue.on_interrupt());
      script_progress();
      script_reset();
      EXPECT_EQ(queue.reset(), Status::kOk);
    };
  };
  EXPECT_EQ(queue.wait(tag, 1000, result), Status::kOk);
  EXPECT_EQ(result.status, Status::kCancelled);
  EXPECT_EQ(result.recovery, Status::kOk);
  bus.finished();
  script_start(tag + 1);
  EXPECT_EQ(submit(), tag + 1);
  script_handler_success(tag + 1);
  EXPECT_TRUE(queue.on_interrupt());
  EXPECT_EQ(queue.poll(tag + 1, result), Status::kOk);
  EXPECT_EQ(result.status, Status::kOk);
}

}  // namespace
}  // namespace auklet::test
