// The driver, unchanged, under a system with real threads: several share a queue, the interrupt comes from another,
// jobs are waited for, polled for, cancelled and reset by whomever. To be run under ThreadSanitizer (preset `tsan`),
// too.
#include <gtest/gtest.h>

#include <array>
#include <auklet/npu/queue.hpp>
#include <random>
#include <thread>
#include <vector>

#include "rtos_system.hpp"

namespace auklet::test {
namespace {

using npu::Completion;
using npu::JobResult;
using npu::JobTag;
using npu::Status;
using System = RtosSystem<RtosPort>;

/// Runs jobs one after the other, each with other data.
void run_jobs(System& system, Workplace& place, std::uint32_t seed, int jobs) {
  for (int i = 0; i < jobs; ++i) {
    place.fill(seed++);
    JobResult result;
    ASSERT_EQ(system.queue.run(place.job(), kLong, result), Status::kOk);
    ASSERT_EQ(result.status, Status::kOk) << npu::to_string(result.status);
    ASSERT_EQ(place.input, place.output);
  }
}

class RtosTest : public testing::TestWithParam<Completion> {
 protected:
  System system{{.completion = GetParam(), .reset_timeout = kLong}};
};

TEST_P(RtosTest, ThreadsShareAQueue) {
  in_threads(4,
             [&](std::size_t i) { run_jobs(system, system.places.at(i), static_cast<std::uint32_t>(1000 * i), 60); });
  EXPECT_EQ(system.queue.statistics().jobs_started, 240U);
  EXPECT_EQ(system.queue.statistics().lost_interrupts, 0U);
  EXPECT_EQ(system.queue.size(), 0U);
}

TEST_P(RtosTest, MoreJobsThanSlotsInAnyOrder) {
  // Each thread has two jobs on the way and takes the later result first.
  in_threads(4, [&](std::size_t i) {
    Workplace& first = system.places.at(2 * i);
    Workplace& second = system.places.at(2 * i + 1);
    for (std::uint32_t round = 0; round < 30; ++round) {
      first.fill(round);
      second.fill(round + 77);
      // One queue of four slots and four threads that want two each: who cannot have the second gives the first back.
      const JobTag first_tag = system.submit(first);
      JobTag second_tag = 0;
      JobResult result;
      const Status status = system.queue.submit(second.job(), second_tag);
      if (status == Status::kOk) {
        ASSERT_EQ(system.queue.wait(second_tag, kLong, result), Status::kOk);
        ASSERT_EQ(result.status, Status::kOk);
        ASSERT_EQ(second.input, second.output);
      } else {
        ASSERT_EQ(status, Status::kQueueFull);
      }
      ASSERT_EQ(system.queue.wait(first_tag, kLong, result), Status::kOk);
      ASSERT_EQ(result.status, Status::kOk);
      ASSERT_EQ(first.input, first.output);
    }
  });
}

TEST_P(RtosTest, CancelledAndResetByOthers) {
  std::array<std::atomic<JobTag>, 3> tags{};
  std::atomic<int> at_work{3};
  std::atomic<int> good{0};
  std::thread manager([&] {
    std::mt19937 random(static_cast<std::uint32_t>(GetParam()) + 5);
    while (at_work != 0) {
      if (random() % 8 == 0) {
        EXPECT_EQ(system.queue.reset(), Status::kOk);
      } else {
        const Status status = system.queue.cancel(tags.at(random() % tags.size()));
        EXPECT_TRUE(status == Status::kOk || status == Status::kUnknownTag);
      }
      std::this_thread::sleep_for(std::chrono::microseconds(300));
    }
  });
  in_threads(3, [&](std::size_t i) {
    Workplace& place = system.places.at(i);
    for (std::uint32_t round = 0; round < 60; ++round) {
      place.fill(round);
      const JobTag tag = system.submit(place);
      tags.at(i) = tag;
      JobResult result;
      ASSERT_EQ(system.queue.wait(tag, kLong, result), Status::kOk);
      ASSERT_TRUE(result.status == Status::kOk || result.status == Status::kCancelled) << npu::to_string(result.status);
      ASSERT_EQ(result.recovery, Status::kOk);
      ASSERT_EQ(result.outputs_valid, result.status == Status::kOk);
      if (!result.outputs_valid) continue;
      ++good;
      ASSERT_EQ(place.input, place.output);
    }
    --at_work;
  });
  manager.join();
  EXPECT_GT(good, 0);
  run_jobs(system, system.places[0], 9, 3);
}

TEST_P(RtosTest, OneJobAndManyWhoWaitForIt) {
  for (std::uint32_t round = 0; round < 20; ++round) {
    system.places[0].fill(round);
    const JobTag tag = system.submit(system.places[0]);
    std::atomic<int> taken{0};
    in_threads(4, [&](std::size_t) {
      JobResult result;
      const Status status = system.queue.wait(tag, kLong, result);
      EXPECT_TRUE(status == Status::kOk || status == Status::kUnknownTag);
      if (status == Status::kOk) ++taken;
    });
    EXPECT_EQ(taken, 1) << "a result is taken once";
  }
}

TEST_P(RtosTest, AHungJobHoldsTheOthersUpUntilItsDeadline) {
  constexpr npu::Ticks kDeadline = 50'000;
  system.hardware.next_job_hangs = true;
  const npu::Ticks begin = system.port.now();
  const JobTag hung = system.submit(system.places[0]);
  in_threads(3, [&](std::size_t i) {
    if (i != 0) {
      run_jobs(system, system.places.at(i), static_cast<std::uint32_t>(i), 5);
      return;
    }
    JobResult result;
    ASSERT_EQ(system.queue.wait(hung, kDeadline, result), Status::kOk);
    EXPECT_EQ(result.status, Status::kTimeout);
    EXPECT_EQ(result.recovery, Status::kOk);
    EXPECT_GE(system.port.now() - begin, kDeadline);
  });
  EXPECT_EQ(system.queue.statistics().resets, 2U) << "open() and the hung job";
}

TEST_P(RtosTest, AFaultOfOneThreadsJobIsNoneOfTheOthers) {
  const npu::BusAddress bad =
      RtosPort::kBase +
      static_cast<npu::BusAddress>(reinterpret_cast<std::byte*>(system.places[0].input.data()) - system.memory.data());
  system.hardware.with_model(
      [&](sim::FunctionalModel& model) { model.inject_error(bad, 64, sim::AxiResponse::kSlaveError); });
  in_threads(3, [&](std::size_t i) {
    if (i != 0) {
      run_jobs(system, system.places.at(i), static_cast<std::uint32_t>(i), 40);
      return;
    }
    for (int round = 0; round < 20; ++round) {
      JobResult result;
      ASSERT_EQ(system.queue.run(system.places[0].job(), kLong, result), Status::kOk);
      ASSERT_EQ(result.status, Status::kFaultAxiSlverr) << npu::to_string(result.status);
      ASSERT_EQ(result.recovery, Status::kOk);
    }
  });
}

TEST_P(RtosTest, ResultsNobodyWaitsForKeepTheQueueGoing) {
  // Submitted and polled by one thread, while the others only ever wait for their own.
  in_threads(3, [&](std::size_t i) {
    if (i != 0) {
      run_jobs(system, system.places.at(i), static_cast<std::uint32_t>(i), 40);
      return;
    }
    for (std::uint32_t round = 0; round < 40; ++round) {
      system.places[0].fill(round);
      const JobTag tag = system.submit(system.places[0]);
      JobResult result;
      while (system.queue.poll(tag, result) == Status::kPending) std::this_thread::yield();
      ASSERT_EQ(result.status, Status::kOk);
      ASSERT_EQ(system.places[0].input, system.places[0].output);
    }
  });
}

INSTANTIATE_TEST_SUITE_P(Completions, RtosTest, testing::Values(Completion::kPolling, Completion::kInterrupt),
                         [](const auto& instance) {
                           return instance.param == Completion::kPolling ? "Polling" : "Interrupt";
                         });

TEST(RtosInterruptTest, ALostInterruptIsFoundAtTheDeadline) {
  System system({.completion = Completion::kInterrupt, .reset_timeout = kLong});
  system.hardware.interrupts_lost = true;
  system.places[0].fill(3);
  JobResult result;
  ASSERT_EQ(system.queue.run(system.places[0].job(), 200'000, result), Status::kOk);
  EXPECT_EQ(result.status, Status::kOk);
  EXPECT_EQ(system.places[0].input, system.places[0].output);
  EXPECT_EQ(system.queue.statistics().lost_interrupts, 1U);
  system.hardware.interrupts_lost = false;
  run_jobs(system, system.places[0], 4, 3);
}

TEST(RtosPowerTest, PoweredOnlyWhileThereIsWork) {
  System system({.completion = Completion::kInterrupt, .reset_timeout = kLong, .power_off_when_idle = true});
  EXPECT_FALSE(system.port.powered());
  in_threads(3, [&](std::size_t i) { run_jobs(system, system.places.at(i), static_cast<std::uint32_t>(i), 30); });
  EXPECT_FALSE(system.port.powered());
}

TEST(RtosDevicesTest, TwoDevicesAtOnce) {
  System one({.completion = Completion::kInterrupt, .reset_timeout = kLong});
  System two({.completion = Completion::kPolling, .reset_timeout = kLong});
  in_threads(4, [&](std::size_t i) {
    for (std::uint32_t round = 0; round < 20; ++round) {
      run_jobs(i % 2 == 0 ? one : two, (i % 2 == 0 ? one : two).places.at(i), round, 1);
      run_jobs(i % 2 == 0 ? two : one, (i % 2 == 0 ? two : one).places.at(i), round, 1);
    }
  });
  EXPECT_EQ(one.queue.statistics().jobs_started, 80U);
  EXPECT_EQ(two.queue.statistics().jobs_started, 80U);
}

}  // namespace
}  // namespace auklet::test
