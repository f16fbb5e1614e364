// Rounds of everything that several threads can do with one queue, at once: submit, wait, poll, cancel, reset, close
// and open, while some jobs fault and interrupts get lost and made up, on a clock that runs as fast as the threads do.
// ThreadSanitizer (preset `tsan`) sees in addition whether the NPU touches a buffer that the driver has given back.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <auklet/npu/queue.hpp>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <random>
#include <string>
#include <thread>

#include "rtos_system.hpp"

namespace auklet::test {
namespace {

using npu::Completion;
using npu::JobResult;
using npu::JobTag;
using npu::Status;

/// Time goes on with each look at the clock and each sleep, not with the host's: a deadline comes after the same number
/// of events on a fast machine and on a slow one.
class FakeClockPort : public RtosPort {
 public:
  using RtosPort::RtosPort;

  [[nodiscard]] npu::Ticks now() const { return ticks_.fetch_add(1, std::memory_order_relaxed); }
  void relax() {
    RtosPort::relax();
    ticks_.fetch_add(kSleep, std::memory_order_relaxed);
  }
  [[nodiscard]] bool semaphore_take(std::uint32_t slot, npu::Ticks max) {
    const bool there = RtosPort::semaphore_take(slot, std::min(max, kSleep));
    ticks_.fetch_add(kSleep, std::memory_order_relaxed);
    return there;
  }

 private:
  static constexpr npu::Ticks kSleep = 100;  // Also microseconds of the host's time, at most.
  mutable std::atomic<npu::Ticks> ticks_{0};
};
static_assert(npu::Port<FakeClockPort>);

constexpr npu::Ticks kDeadline = 20'000;  // A queue of four jobs needs a tenth of it.
constexpr npu::Ticks kImpatient = 300;    // Some jobs take longer, most of them not.

struct Conditions {
  const char* name;
  Completion completion;
  bool power_off_when_idle;
};

/// Of one worker's rounds, how many ended how.
struct Tally {
  std::uint32_t good = 0;
  std::uint32_t cancelled = 0;
  std::uint32_t timed_out = 0;
  std::uint32_t faulted = 0;
  std::uint32_t forgotten = 0;  // close() came between.
};

class RtosRounds : public testing::TestWithParam<Conditions> {
 protected:
  static constexpr std::size_t kWorkers = 3;

  // Rounds of all workers together.
  static std::uint32_t rounds() {
    const char* cases = std::getenv("AUKLET_CASES");
    return cases != nullptr ? static_cast<std::uint32_t>(std::stoul(cases)) : 600;
  }

  // Submits until there is room in an open queue. From then on this worker holds a tag.
  JobTag submit(Workplace& place) {
    while (true) {
      JobTag tag = 0;
      ++holding;
      const Status status = system.queue.submit(place.job(), tag);
      if (status == Status::kOk) {
        EXPECT_NE(tag, 0U) << "taken, but there is no such job";
        return tag;
      }
      --holding;
      EXPECT_TRUE(status == Status::kQueueFull || status == Status::kNotProbed) << npu::to_string(status);
      if (testing::Test::HasFailure()) return 0;
      std::this_thread::yield();
    }
  }

  static void add(npu::QueueStatistics& sum, const npu::QueueStatistics& more) {
    sum.jobs_started += more.jobs_started;
    sum.spurious_interrupts += more.spurious_interrupts;
    sum.late_interrupts += more.late_interrupts;
    sum.lost_interrupts += more.lost_interrupts;
    sum.resets += more.resets;
  }

  Status take_result(JobTag tag, std::uint32_t seed, JobResult& result) {
    if (seed % 4 != 0) return system.queue.wait(tag, seed % 4 == 1 ? kImpatient : kDeadline, result);
    for (npu::Ticks turns = 0; turns < kDeadline / 100; ++turns) {
      const Status status = system.queue.poll(tag, result);
      if (status != Status::kPending) return status;
      std::this_thread::sleep_for(std::chrono::microseconds(20));
    }
    return system.queue.wait(tag, kDeadline, result);
  }

  // One job from its submission to its result. Some have an input that the memory does not give.
  void round(std::size_t worker, std::uint32_t seed, Tally& tally) {
    const bool faults = seed % 5 == 0;
    Workplace& place = system.places.at(faults ? worker + kWorkers : worker);
    place.fill(seed);
    const std::uint32_t before = closings;
    const JobTag tag = submit(place);
    if (tag == 0) return;
    tags.at(worker) = tag;
    JobResult result;
    const Status status = take_result(tag, seed, result);
    --holding;
    if (status == Status::kUnknownTag) {
      ASSERT_TRUE(before % 2 != 0 || before != closings) << "nobody else takes this job's result";
      ++tally.forgotten;
      return;
    }
    ASSERT_EQ(status, Status::kOk) << npu::to_string(status);
    ASSERT_EQ(result.recovery, Status::kOk) << npu::to_string(result.recovery);
    ASSERT_EQ(result.outputs_valid, result.status == Status::kOk);
    switch (result.status) {
      case Status::kFaultAxiSlverr:
        ASSERT_TRUE(faults);
        ++tally.faulted;
        break;
      case Status::kOk:
        ASSERT_FALSE(faults);
        ASSERT_EQ(place.input, place.output);
        ++tally.good;
        break;
      case Status::kCancelled:
        ++tally.cancelled;
        break;
      case Status::kTimeout:
        ++tally.timed_out;
        break;
      default:
        FAIL() << npu::to_string(result.status);
    }
    // The buffers are this thread's again: nothing may come into them any more.
    place.output.fill(0x5a);
    std::this_thread::yield();
    ASSERT_TRUE(std::ranges::all_of(place.output, [](std::uint8_t byte) { return byte == 0x5a; }));
  }

  // Cancels, resets, closes and opens, until the workers are done.
  void disturb(npu::QueueStatistics& seen) {
    std::mt19937 random(23);
    for (std::uint32_t n = 0; at_work != 0 && !testing::Test::HasFailure(); ++n) {
      const std::uint32_t action = n == 0 ? 0 : random() % 32;
      if (action == 0) {
        ++closings;
        add(seen, system.queue.statistics());
        EXPECT_EQ(system.queue.close(), Status::kOk);
        // Tags may be given again after open(): nobody may still hold one.
        while (holding != 0 && !testing::Test::HasFailure()) std::this_thread::yield();
        EXPECT_EQ(system.queue.open(options), Status::kOk);
        ++closings;
      } else if (action < 3) {
        EXPECT_EQ(system.queue.reset(), Status::kOk);
      } else {
        const Status status = system.queue.cancel(tags.at(random() % kWorkers));
        EXPECT_TRUE(status == Status::kOk || status == Status::kUnknownTag) << npu::to_string(status);
      }
      // No faster than the workers, however slow the host is.
      const std::uint32_t before = finished;
      do {
        std::this_thread::sleep_for(std::chrono::microseconds(150));
      } while (finished == before && at_work != 0);
    }
  }

  npu::QueueOptions options{.completion = GetParam().completion,
                            .reset_timeout = kLong,
                            .power_off_when_idle = GetParam().power_off_when_idle};
  RtosSystem<FakeClockPort> system{options};
  std::array<std::atomic<JobTag>, kWorkers> tags{};
  std::atomic<std::uint32_t> closings{0};  // Two for each: odd from close() to open().
  std::atomic<std::uint32_t> holding{0};   // Workers that hold a tag, or are about to.
  std::atomic<std::uint32_t> finished{0};  // Rounds.
  std::atomic<std::uint32_t> at_work{kWorkers};
};

TEST_P(RtosRounds, EveryJobEndsAndBuffersStayTheOwners) {
  system.hardware.lost_of_256 = 8;
  system.hardware.spurious_of_256 = 8;
  system.hardware.with_model([&](sim::FunctionalModel& model) {
    for (std::size_t i = 0; i < kWorkers; ++i) {
      const Workplace& place = system.places.at(kWorkers + i);
      npu::BusAddress address = 0;
      ASSERT_TRUE(system.port.translate(place.input.data(), place.input.size(), address));
      model.inject_error(address, place.input.size(), sim::AxiResponse::kSlaveError);
    }
  });
  const std::uint32_t each = rounds() / kWorkers;
  std::array<Tally, kWorkers> tallies{};
  npu::QueueStatistics seen;  // Of all times that the queue was open.
  std::thread disturber([&] { disturb(seen); });
  in_threads(kWorkers, [&](std::size_t i) {
    for (std::uint32_t n = 0; n < each && !HasFailure(); ++n) {
      const auto seed = static_cast<std::uint32_t>(n * kWorkers + i);
      round(i, seed, tallies.at(i));
      ++finished;
    }
    --at_work;
  });
  disturber.join();
  add(seen, system.queue.statistics());

  Tally all;
  for (const Tally& one : tallies) {
    all.good += one.good;
    all.cancelled += one.cancelled;
    all.timed_out += one.timed_out;
    all.faulted += one.faulted;
    all.forgotten += one.forgotten;
  }
  std::cout << all.good << " good, " << all.cancelled << " cancelled, " << all.timed_out << " timed out, "
            << all.faulted << " faulted, " << all.forgotten << " forgotten by close(); " << seen.resets << " resets, "
            << seen.lost_interrupts << " interrupts lost, " << seen.spurious_interrupts << " spurious, "
            << seen.late_interrupts << " late\n";
  EXPECT_EQ(all.good + all.cancelled + all.timed_out + all.faulted + all.forgotten, each * kWorkers);
  EXPECT_GT(all.good, 0U);
  EXPECT_GT(all.cancelled, 0U);
  EXPECT_GT(all.faulted, 0U);
  EXPECT_GT(closings, 0U);
  if (GetParam().completion == Completion::kInterrupt) {
    EXPECT_GT(seen.lost_interrupts, 0U);
    EXPECT_GT(seen.spurious_interrupts, 0U);
  }

  system.hardware.lost_of_256 = 0;
  system.hardware.spurious_of_256 = 0;
  for (std::uint32_t seed = 0; seed < 3; ++seed) {
    system.places[0].fill(seed);
    JobResult result;
    ASSERT_EQ(system.queue.run(system.places[0].job(), kLong, result), Status::kOk);
    ASSERT_EQ(result.status, Status::kOk) << npu::to_string(result.status);
    ASSERT_EQ(system.places[0].input, system.places[0].output);
  }
}

INSTANTIATE_TEST_SUITE_P(Ways, RtosRounds,
                         testing::Values(Conditions{"Polling", Completion::kPolling, false},
                                         Conditions{"Interrupt", Completion::kInterrupt, false},
                                         Conditions{"InterruptPoweredOffWhenIdle", Completion::kInterrupt, true}),
                         [](const auto& instance) { return instance.param.name; });

}  // namespace
}  // namespace auklet::test
