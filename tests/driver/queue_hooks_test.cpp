// The hooks around a job: their order, power, begin and end. FakePort checks in every test who calls them.
#include <gmock/gmock.h>

#include "queue_fixture.hpp"

namespace auklet::test {
namespace {

using npu::Completion;
using npu::JobTag;
using npu::Status;
using testing::ElementsAre;

constexpr JobTag kFirst = 42;  // QueueFixture::kLastTag + 1.
constexpr std::uint32_t kBothCauses = 3;

class HooksTest : public QueueFixture {
 protected:
  /// Opens so that the device is powered only while it has work.
  void open_saving_power(Completion completion) {
    probe();
    script_open(completion, kLastTag);
    if (completion == Completion::kInterrupt) bus.writes<reg::IrqMask>(0);
    const npu::QueueOptions options{
        .completion = completion, .reset_timeout = kResetTimeout, .power_off_when_idle = true};
    ASSERT_EQ(queue.open(options), Status::kOk);
    bus.finished();
    EXPECT_FALSE(port.powered);
    port.log.clear();
  }
  /// A polling queue finds the end of job `tag`.
  void script_end(JobTag tag) {
    script_success(tag);
    script_acknowledge(kDone);
  }
};

// ---- Order ----

TEST_F(HooksTest, OfOneJobInTheirOrder) {
  open_saving_power(Completion::kPolling);
  bus.on_access = [this] {
    if (port.log.back() != "registers") port.log.emplace_back("registers");
  };
  script_windows();
  script_start(kFirst);
  script_end(kFirst);
  EXPECT_EQ(queue.run(job(), 100, result), Status::kOk);
  EXPECT_EQ(result.status, Status::kOk);
  EXPECT_THAT(port.log,
              ElementsAre("lock", "power_on", "clean", "clean", "clean", "begin 42", "registers", "unlock", "lock",
                          "registers", "end 42: ok", "registers", "invalidate", "power_off", "unlock"));
}

TEST_F(HooksTest, TheLockIsReleasedOnEveryWayOut) {
  JobTag tag = 0;
  EXPECT_EQ(queue.open({}), Status::kNotProbed);
  EXPECT_EQ(queue.submit(job(), tag), Status::kNotProbed);
  EXPECT_EQ(queue.reset(), Status::kNotProbed);
  EXPECT_EQ(queue.close(), Status::kOk);
  EXPECT_EQ(queue.hold_power(), Status::kNotProbed);
  EXPECT_EQ(queue.run(job(), 1, result), Status::kNotProbed);
  open(Completion::kPolling);
  EXPECT_EQ(queue.poll(kFirst, result), Status::kUnknownTag);
  EXPECT_EQ(queue.wait(kFirst, 1, result), Status::kUnknownTag);
  EXPECT_EQ(queue.cancel(kFirst), Status::kUnknownTag);
  stream.front() ^= 1;
  EXPECT_EQ(queue.run(job(), 1, result), Status::kStreamMagic);
  EXPECT_EQ(std::ranges::count(port.log, "lock"), std::ranges::count(port.log, "unlock"));
}

// ---- Power ----

TEST_F(HooksTest, PowerIsOnFromOpenToClose) {
  const JobTag tag = run_one(Completion::kPolling);
  script_end(tag);
  EXPECT_EQ(queue.wait(tag, 10, result), Status::kOk);
  EXPECT_TRUE(port.powered) << "nothing runs, but the options do not ask to save power";
  bus.writes<reg::IrqMask>(0);
  EXPECT_EQ(queue.close(), Status::kOk);
  EXPECT_FALSE(port.powered);
}

TEST_F(HooksTest, PowerGoesWhenTheOnlyJobTimesOutBeforeItStarts) {
  open_saving_power(Completion::kPolling);
  // The SRAM is being cleared, and does not get done.
  script_windows();
  bus.reads<reg::Status>(status(spec::State::kClearing));
  const JobTag tag = submit();
  EXPECT_TRUE(port.powered);
  for (int turn = 0; turn < 4; ++turn) bus.reads<reg::Status>(status(spec::State::kClearing));
  EXPECT_EQ(queue.wait(tag, 3, result), Status::kOk);
  EXPECT_EQ(result.status, Status::kTimeout);
  EXPECT_FALSE(result.started);
  EXPECT_FALSE(port.powered);
}

TEST_F(HooksTest, ProbePowersTheDeviceForItself) {
  probe();
  EXPECT_THAT(port.log, ElementsAre("power_on", "power_off"));
  port.refuses_power = true;
  npu::Configuration found;
  EXPECT_EQ(device.probe(found), Status::kPowerRefused);
  EXPECT_FALSE(device.probed());
}

TEST_F(HooksTest, WithoutPowerNothingHappens) {
  probe();
  port.refuses_power = true;
  EXPECT_EQ(queue.open({}), Status::kPowerRefused);
  port.refuses_power = false;
  open_saving_power(Completion::kPolling);
  port.refuses_power = true;
  JobTag tag = 0;
  EXPECT_EQ(queue.submit(job(), tag), Status::kPowerRefused);
  EXPECT_EQ(queue.run(job(), 10, result), Status::kPowerRefused);
  EXPECT_EQ(queue.reset(), Status::kPowerRefused);
  EXPECT_EQ(queue.hold_power(), Status::kPowerRefused);
  EXPECT_EQ(queue.close(), Status::kPowerRefused);
  EXPECT_EQ(queue.size(), 0U);
  EXPECT_TRUE(port.cleaned.empty());
  // The next one is as good as ever.
  port.refuses_power = false;
  script_windows();
  script_start(kFirst);
  script_end(kFirst);
  EXPECT_EQ(queue.run(job(), 10, result), Status::kOk);
  EXPECT_EQ(result.status, Status::kOk);
}

TEST_F(HooksTest, WhatOnlyTheClockLostIsNotWrittenAgain) {
  open_saving_power(Completion::kPolling);
  script_windows();
  for (const JobTag tag : {kFirst, kFirst + 1}) {
    script_start(tag);
    script_end(tag);
    EXPECT_EQ(queue.run(job(), 10, result), Status::kOk);
    EXPECT_FALSE(port.powered);
    bus.finished();
  }
}

TEST_F(HooksTest, WhatPowerLostIsWrittenAgain) {
  open_saving_power(Completion::kInterrupt);
  port.registers_survive = false;
  bus.reads<reg::Status>(status(spec::State::kClearing));  // As after any hard reset.
  bus.reads<reg::Status>(status(spec::State::kIdle));
  bus.writes<reg::IrqMask>(kBothCauses);
  ASSERT_EQ(queue.hold_power(), Status::kOk);
  bus.reads<reg::Status>(status(spec::State::kIdle));
  bus.writes<reg::Watchdog>(5000);
  ASSERT_EQ(device.set_watchdog(5000), Status::kOk);
  bus.reads<reg::Status>(status(spec::State::kIdle));
  const std::uint32_t attributes =
      reg::AxiAttr::kProt.make(1) | reg::AxiAttr::kCache.make(2) | reg::AxiAttr::kMaxOutstanding.make(4);
  bus.writes<reg::AxiAttr>(attributes);
  bus.reads<reg::Status>(status(spec::State::kClearing));
  bus.reads<reg::Status>(status(spec::State::kIdle));
  ASSERT_EQ(device.set_axi_attributes({1, 2, 4}, 100), Status::kOk);
  bus.writes<reg::IrqMask>(0);
  queue.release_power();
  EXPECT_FALSE(port.powered);
  for (const JobTag tag : {kFirst, kFirst + 1}) {
    bus.writes<reg::AxiAttr>(attributes);  // Before it is waited for: the switch clears the SRAM.
    bus.reads<reg::Status>(status(spec::State::kIdle));
    bus.writes<reg::Watchdog>(5000);
    bus.writes<reg::IrqMask>(kBothCauses);
    script_windows();  // All of them: none is known.
    script_start(tag);
    JobTag submitted = 0;
    EXPECT_EQ(queue.submit(job(), submitted), Status::kOk);
    bus.finished();
    script_acknowledge(kDone);
    script_success(tag);
    EXPECT_TRUE(queue.on_interrupt());
    EXPECT_TRUE(port.powered) << "the handler does not switch power";
    bus.writes<reg::IrqMask>(0);
    EXPECT_EQ(queue.poll(tag, result), Status::kOk);
    EXPECT_FALSE(port.powered);
    bus.finished();
  }
}

TEST_F(HooksTest, ADeviceThatDoesNotComeUpIsPoweredOffAgain) {
  open_saving_power(Completion::kPolling);
  port.registers_survive = false;
  for (npu::Ticks i = 0; i <= kResetTimeout; ++i) bus.reads<reg::Status>(status(spec::State::kClearing));
  JobTag tag = 0;
  EXPECT_EQ(queue.submit(job(), tag), Status::kResetTimeout);
  EXPECT_FALSE(port.powered);
  EXPECT_EQ(queue.size(), 0U);
}

TEST_F(HooksTest, WithoutPowerAnInterruptIsNotOurs) {
  open_saving_power(Completion::kInterrupt);
  EXPECT_FALSE(queue.on_interrupt());  // Another device's on a shared line; no register is touched.
  EXPECT_EQ(queue.statistics().spurious_interrupts, 1U);
}

TEST_F(HooksTest, PowerThatIsHeldStaysOn) {
  open_saving_power(Completion::kPolling);
  ASSERT_EQ(queue.hold_power(), Status::kOk);
  ASSERT_EQ(queue.hold_power(), Status::kOk);
  script_windows();
  script_start(kFirst);
  script_end(kFirst);
  EXPECT_EQ(queue.run(job(), 10, result), Status::kOk);
  bus.reads<reg::PmuCyclesLo>(1000);
  bus.reads<reg::PmuCyclesHi>(0);
  EXPECT_EQ(device.cycles(), 1000U);
  queue.release_power();
  EXPECT_TRUE(port.powered);
  queue.release_power();
  EXPECT_FALSE(port.powered);
  queue.release_power();  // One too many: no effect.
}

TEST_F(HooksTest, PowerStaysWhileAResetIsDue) {
  open_saving_power(Completion::kPolling);
  script_windows();
  script_start(kFirst);
  bus.reads<reg::DoneTag>(kLastTag);
  script_progress();
  script_failing_reset(spec::State::kDraining, true);
  EXPECT_EQ(queue.run(job(), 0, result), Status::kOk);
  EXPECT_EQ(result.status, Status::kTimeout);
  EXPECT_EQ(result.recovery, Status::kPortIsolated);
  EXPECT_TRUE(port.powered) << "memory still owes responses";
  script_failing_reset(spec::State::kDraining, true);
  bus.writes<reg::IrqMask>(0);
  EXPECT_EQ(queue.close(), Status::kPortIsolated);
  EXPECT_TRUE(port.powered);
  script_open(Completion::kPolling, kFirst);
  ASSERT_EQ(queue.open({.completion = Completion::kPolling, .reset_timeout = kResetTimeout}), Status::kOk);
  bus.writes<reg::IrqMask>(0);
  EXPECT_EQ(queue.close(), Status::kOk);
  EXPECT_FALSE(port.powered);
}

TEST_F(HooksTest, ACancelledQueueComesToRest) {
  open_saving_power(Completion::kPolling);
  script_windows();
  script_start(kFirst);
  const JobTag first = submit();
  bus.reads<reg::DoneTag>(kLastTag);
  const JobTag second = submit();
  script_progress();
  script_reset();
  EXPECT_EQ(queue.reset(), Status::kOk);
  EXPECT_FALSE(port.powered);
  for (const JobTag tag : {first, second}) EXPECT_EQ(queue.poll(tag, result), Status::kOk);
}

// ---- Begin and end ----

TEST_F(HooksTest, EveryBeginHasItsEnd) {
  const JobTag first = run_one(Completion::kPolling);
  bus.reads<reg::DoneTag>(kLastTag);
  const JobTag second = submit();
  EXPECT_THAT(port.begun, ElementsAre(first));
  EXPECT_EQ(queue.cancel(second), Status::kOk);  // It had not begun.
  script_fault(first, spec::Fault::kWatchdog);
  script_acknowledge(kFault);
  script_reset();
  EXPECT_EQ(queue.poll(first, result), Status::kOk);
  EXPECT_EQ(queue.poll(second, result), Status::kOk);
  script_start(second + 1);
  const JobTag third = submit();
  script_progress();
  script_reset();
  bus.writes<reg::IrqMask>(0);
  EXPECT_EQ(queue.close(), Status::kOk);
  std::erase_if(port.log,
                [](const std::string& hook) { return !hook.starts_with("begin") && !hook.starts_with("end"); });
  EXPECT_THAT(port.log, ElementsAre("begin 42", "end 42: the job made no progress", "begin " + std::to_string(third),
                                    "end " + std::to_string(third) + ": the job was cancelled"));
}

TEST_F(HooksTest, AJobThatHasToWaitForTheSramBeginsOnce) {
  open(Completion::kPolling);
  script_windows();
  bus.reads<reg::Status>(status(spec::State::kClearing));
  const JobTag tag = submit();
  bus.reads<reg::Status>(status(spec::State::kClearing));
  EXPECT_EQ(queue.poll(tag, result), Status::kPending);
  EXPECT_EQ(std::ranges::count(port.log, "begin 42"), 1);
  bus.reads<reg::Status>(status(spec::State::kClearing));
  EXPECT_EQ(queue.wait(tag, 0, result), Status::kOk);
  EXPECT_EQ(result.status, Status::kTimeout);
  EXPECT_TRUE(port.begun.empty());
}

TEST_F(HooksTest, OpeningAnewEndsWhatRan) {
  (void)run_one(Completion::kPolling);
  script_open(Completion::kPolling, kFirst);
  ASSERT_EQ(queue.open({.completion = Completion::kPolling, .reset_timeout = kResetTimeout}), Status::kOk);
  EXPECT_TRUE(port.begun.empty());
}

// ---- Tags ----

TEST_F(HooksTest, NoTagIsZero) {
  for (const JobTag last : {0xffff'fffeU, 0xffff'ffffU}) {
    probe();
    script_open(Completion::kPolling, last);
    ASSERT_EQ(queue.open({.completion = Completion::kPolling, .reset_timeout = kResetTimeout}), Status::kOk);
    JobTag expected = last == 0xffff'ffff ? 1 : last + 1;
    script_windows();
    for (int i = 0; i < 3; ++i) {
      script_start(expected);
      const JobTag tag = submit();
      EXPECT_EQ(tag, expected);
      script_end(tag);
      EXPECT_EQ(queue.wait(tag, 10, result), Status::kOk);
      EXPECT_EQ(result.status, Status::kOk);
      expected = tag == 0xffff'ffff ? 1 : tag + 1;
    }
  }
}

}  // namespace
}  // namespace auklet::test
