// A compiled network whose job meets fault INTEGRITY: the step comes once more on the NPU where its inputs are as they
// were, and no step runs after one that failed.
#include <algorithm>
#include <array>
#include <auklet/plan/copy.hpp>
#include <auklet/runtime/network.hpp>
#include <auklet/sim/functional_model.hpp>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include <gtest/gtest.h>

#include "../common/random.hpp"
#include "../common/run_copy.hpp"
#include "platform.hpp"

namespace auklet::test {
namespace {

using runtime::NetworkReport;
using runtime::NetworkStatus;
using Window = runtime::NetworkWindow;
using Place = Window::Place;

// Two steps that move runs of bytes, each to a tensor of its own.
class NetworkRepeat : public testing::Test {
 protected:
  static constexpr std::uint32_t kBytes = 768;  // Of a tensor; they lie one after the other.
  static constexpr std::uint32_t kInput = 0, kMiddle = kBytes, kOutput = 2 * kBytes, kArenaBytes = 3 * kBytes;
  // SRAM of each step: little, so that it takes several tiles.
  static constexpr std::uint32_t kSramBytes = 512;
  static constexpr std::array<std::uint32_t, 2> kSram{0, 0x4000};
  static constexpr std::array<std::uint32_t, 2> kFlips{5, 100};
  static constexpr std::array<Window, 2> kFirst{Window{Place::kArena, npu::Access::kRead, kInput, kBytes},
                                                Window{Place::kArena, npu::Access::kWrite, kMiddle, kBytes}};
  static constexpr std::array<Window, 2> kSecond{Window{Place::kArena, npu::Access::kRead, kMiddle, kBytes},
                                                 Window{Place::kArena, npu::Access::kWrite, kOutput, kBytes}};

  // Swaps the outer two of three axes.
  static plan::CopyOp swap_axes(std::uint32_t rows, std::uint32_t columns) {
    const auto run = static_cast<std::int32_t>(kBytes / (rows * columns));
    plan::CopyOp op;
    op.axes[0] = {rows, static_cast<std::int32_t>(columns) * run, run};
    op.axes[1] = {columns, run, static_cast<std::int32_t>(rows) * run};
    op.axes[2] = {static_cast<std::uint32_t>(run), 1, 1};
    return op;
  }

  void SetUp() override {
    ASSERT_TRUE(platform.open());
    ASSERT_TRUE(platform.device.configuration().sram_ecc);
    plan_step(0, {.window = 0}, {.window = 1});
    plan_step(1, {.window = 0}, {.window = 1});
    const std::vector<std::int8_t> bytes = Random(11).bytes(kBytes);
    std::vector<std::byte> middle(kBytes);
    copy_by_loops(operators[0], std::as_bytes(std::span(bytes)), middle);
    copy_by_loops(operators[1], middle, expected);
    std::memcpy(arena.data(), bytes.data(), kBytes);
    std::ranges::copy(arena, before.begin());
  }

  // Writes the stream of a step, whose tensors are these.
  void plan_step(std::size_t step, const plan::MemoryTensor& from, const plan::MemoryTensor& to) {
    std::vector<std::uint32_t> words(4096);
    plan::StreamWriter writer(words, spec::kDefaultConfiguration);
    plan::Cost cost;
    ASSERT_TRUE(plan_streamed_copy(writer, operators[step], from, to, {kSram[step], kSramBytes}, cost).ok());
    ASSERT_TRUE(writer.finish().ok());
    ASSERT_GT(cost.tiles, 1U);
    words.resize(writer.words());
    const std::span<std::byte> memory = platform.take(words.size() * 4);
    std::memcpy(memory.data(), words.data(), memory.size());
    streams[step] = {reinterpret_cast<std::uint32_t*>(memory.data()), words.size()};
    segments[step].stream = streams[step];
  }

  // In each of the next `jobs` jobs of a step, the first word of its second tile is lost: some output is written by
  // then.
  void strike(std::size_t step, std::uint32_t jobs) { ASSERT_TRUE(model.weaken_sram_word(struck(step), kFlips, jobs)); }
  static constexpr std::uint32_t struck(std::size_t step) { return kSram[step] + kSramBytes / 2; }

  NetworkReport run(std::span<npu::StreamTicket> tickets = {}) {
    return runtime::run(network, platform.queue, arena, Platform::kTimeout, tickets);
  }
  std::uint32_t jobs_started() const { return platform.queue.statistics().jobs_started; }
  [[nodiscard]] bool output_is_right() const { return std::ranges::equal(arena.subspan(kOutput), expected); }
  [[nodiscard]] bool is_untouched(std::uint32_t tensor) const {
    return std::ranges::equal(arena.subspan(tensor, kBytes), std::span(before).subspan(tensor, kBytes));
  }
  void spoil_output() { std::ranges::fill(arena.subspan(kMiddle), Platform::kCanary); }

  static void expect_integrity_fault(const NetworkReport& report, std::size_t step) {
    EXPECT_EQ(report.status, NetworkStatus::kFailed);
    EXPECT_EQ(report.step, step);
    EXPECT_EQ(report.device, npu::Status::kFaultIntegrity);
    EXPECT_EQ(report.job.status, npu::Status::kFaultIntegrity);
    EXPECT_EQ(report.job.fault.kind, spec::Fault::kIntegrity);
    EXPECT_EQ(report.job.fault.address, struck(step));
    EXPECT_STREQ(explain(report), npu::to_string(npu::Status::kFaultIntegrity));
  }

  // The first step runs in these windows, spoils nothing when all is well, and is not run again when it is struck.
  void expect_no_repeat(std::span<const Window> windows) {
    segments[0].windows = windows;
    ASSERT_TRUE(run().ok());
    ASSERT_TRUE(output_is_right());
    spoil_output();
    const std::uint32_t started = jobs_started();
    strike(0, 1);
    const NetworkReport report = run();
    expect_integrity_fault(report, 0);
    EXPECT_EQ(report.repeated, 0U);
    EXPECT_EQ(jobs_started(), started + 1);
    EXPECT_TRUE(is_untouched(kOutput));
  }

  sim::FunctionalModel model{{.sram_ecc = true}};
  Platform platform{model};
  std::span<std::byte> arena = platform.take(kArenaBytes);
  std::vector<std::byte> before = std::vector<std::byte>(kArenaBytes);
  std::vector<std::byte> expected = std::vector<std::byte>(kBytes);
  std::array<plan::CopyOp, 2> operators{swap_axes(8, 6), swap_axes(4, 12)};
  std::array<std::span<std::uint32_t>, 2> streams;
  std::array<runtime::NetworkSegment, 2> segments{
      runtime::NetworkSegment{.stream = {}, .constants = {}, .windows = kFirst},
      runtime::NetworkSegment{.stream = {}, .constants = {}, .windows = kSecond}};
  std::array<runtime::NetworkStep, 2> steps{runtime::NetworkStep{.name = "first", .segment = &segments[0]},
                                            runtime::NetworkStep{.name = "second", .segment = &segments[1]}};
  runtime::Network network{.name = "two copies",
                           .hardware = spec::kDefaultConfiguration.name,
                           .arena_bytes = kArenaBytes,
                           .inputs = {},
                           .outputs = {},
                           .steps = steps};
};

TEST_F(NetworkRepeat, NothingIsRepeatedWithoutAFault) {
  const NetworkReport report = run();
  EXPECT_TRUE(report.ok()) << explain(report);
  EXPECT_EQ(report.repeated, 0U);
  EXPECT_EQ(jobs_started(), 2U);
  EXPECT_TRUE(output_is_right());
}

TEST_F(NetworkRepeat, AStepThatLostAWordIsRunOnceMore) {
  for (std::size_t step = 0; step < steps.size(); ++step) {
    SCOPED_TRACE(step);
    spoil_output();
    const std::uint32_t started = jobs_started();
    strike(step, 1);
    const NetworkReport report = run();
    EXPECT_TRUE(report.ok()) << explain(report);
    EXPECT_EQ(report.step, steps.size());
    EXPECT_EQ(report.repeated, 1U);
    EXPECT_EQ(jobs_started(), started + 3);
    EXPECT_TRUE(output_is_right());
  }
}

TEST_F(NetworkRepeat, OneStepByItselfIsRepeatedToo) {
  strike(0, 1);
  const NetworkReport first = run_step(network, 0, platform.queue, arena, Platform::kTimeout);
  EXPECT_TRUE(first.ok()) << explain(first);
  EXPECT_EQ(first.device, npu::Status::kOk);
  EXPECT_EQ(first.job.status, npu::Status::kOk) << "of the job that ended well";
  EXPECT_EQ(first.repeated, 1U);
  EXPECT_EQ(jobs_started(), 2U);
  EXPECT_TRUE(is_untouched(kOutput)) << "the second step has not run";
  const NetworkReport second = run_step(network, 1, platform.queue, arena, Platform::kTimeout);
  EXPECT_TRUE(second.ok()) << explain(second);
  EXPECT_EQ(second.repeated, 0U);
  EXPECT_TRUE(output_is_right());
}

TEST_F(NetworkRepeat, EveryStepHasARepeatOfItsOwn) {
  strike(0, 1);
  strike(1, 1);
  const NetworkReport report = run();
  EXPECT_TRUE(report.ok()) << explain(report);
  EXPECT_EQ(report.repeated, 2U);
  EXPECT_EQ(jobs_started(), 4U);
  EXPECT_TRUE(output_is_right());
}

TEST_F(NetworkRepeat, TheRepeatTakesTheTicketToo) {
  std::array<npu::StreamTicket, 2> tickets;
  strike(0, 1);
  const NetworkReport first = run(tickets);
  EXPECT_TRUE(first.ok()) << explain(first);
  EXPECT_EQ(first.repeated, 1U);
  EXPECT_TRUE(output_is_right());
  // The caller has promised not to: so it shows whether anybody looks at the stream. The NPU does not, at this word.
  for (const std::span<std::uint32_t> stream : streams) stream[spec::StreamHeaderFields::kCrc32.word] ^= 1;
  EXPECT_EQ(run().device, npu::Status::kStreamChecksum);
  spoil_output();
  strike(0, 1);
  const NetworkReport second = run(tickets);
  EXPECT_TRUE(second.ok()) << explain(second);
  EXPECT_EQ(second.repeated, 1U);
  EXPECT_TRUE(output_is_right());
}

TEST_F(NetworkRepeat, AStepThatLosesAWordTwiceFailsAndNothingRunsAfterIt) {
  std::array<npu::StreamTicket, 2> tickets;
  for (const std::span<npu::StreamTicket> given :
       {std::span(tickets).first(0), std::span<npu::StreamTicket>(tickets)}) {
    spoil_output();
    const std::uint32_t started = jobs_started();
    strike(0, 2);
    const NetworkReport report = run(given);
    expect_integrity_fault(report, 0);
    EXPECT_EQ(report.repeated, 1U);
    EXPECT_EQ(jobs_started(), started + 2) << "the job and its repeat";
    EXPECT_FALSE(is_untouched(kMiddle)) << "the fault came too early to leave half an output";
    EXPECT_TRUE(is_untouched(kOutput));
    // The queue is as good as new.
    const NetworkReport next = run(given);
    EXPECT_TRUE(next.ok()) << explain(next);
    EXPECT_EQ(next.repeated, 0U);
    EXPECT_TRUE(output_is_right());
  }
}

TEST_F(NetworkRepeat, TheLastStepFailsWithTheRunsCount) {
  strike(1, 2);
  const NetworkReport report = run();
  expect_integrity_fault(report, 1);
  EXPECT_EQ(report.repeated, 1U);
  EXPECT_EQ(jobs_started(), 3U);
}

TEST_F(NetworkRepeat, ALostDeviceIsNotGivenTheJobAgain) {
  strike(0, 1);
  platform.bus.hang_on_reset = true;
  const NetworkReport report = run();
  expect_integrity_fault(report, 0);
  EXPECT_EQ(report.job.recovery, npu::Status::kPortIsolated);
  EXPECT_EQ(report.repeated, 0U);
  EXPECT_EQ(jobs_started(), 1U);
}

// The first job's failure stands: it has left half an output.
TEST_F(NetworkRepeat, ARepeatThatIsRefusedIsNoRefusedStep) {
  ASSERT_EQ(platform.queue.open({.reset_timeout = 200'000, .power_off_when_idle = true}), npu::Status::kOk);
  platform.port.power_ons = 1;
  strike(0, 1);
  const NetworkReport report = run();
  expect_integrity_fault(report, 0);
  EXPECT_EQ(report.repeated, 0U);
  EXPECT_EQ(jobs_started(), 1U);
  EXPECT_EQ(platform.port.power_ons, 0U);
  EXPECT_FALSE(is_untouched(kMiddle));
}

TEST_F(NetworkRepeat, AStepThatMayWriteAllOfTheArenaIsNotRepeated) {
  const std::array<Window, 1> whole{Window{Place::kArena, npu::Access::kReadWrite, 0, kArenaBytes}};
  plan_step(0, {.window = 0, .offset = kInput}, {.window = 0, .offset = kMiddle});
  expect_no_repeat(whole);
}

TEST_F(NetworkRepeat, AStepWhoseOutputOverlapsItsInputIsNotRepeated) {
  const std::array<Window, 2> overlapping{Window{Place::kArena, npu::Access::kRead, kInput, kBytes + 1},
                                          Window{Place::kArena, npu::Access::kWrite, kMiddle, kBytes}};
  expect_no_repeat(overlapping);
}

TEST_F(NetworkRepeat, WhatWritesItsInputIsNotRepeatable) {
  const auto repeatable = [](std::initializer_list<Window> windows) {
    return runtime::repeatable({.stream = {}, .constants = {}, .windows = windows});
  };
  const Window constants{Place::kConstants, npu::Access::kRead, 0, 4096};
  const Window input{Place::kArena, npu::Access::kRead, 64, 64};
  EXPECT_TRUE(repeatable({constants, input, {Place::kArena, npu::Access::kWrite, 128, 64}}));
  EXPECT_TRUE(repeatable({constants, input, {Place::kArena, npu::Access::kWrite, 0, 64}}));
  EXPECT_FALSE(repeatable({constants, input, {Place::kArena, npu::Access::kWrite, 127, 64}}));
  EXPECT_FALSE(repeatable({constants, input, {Place::kArena, npu::Access::kWrite, 0, 65}}));
  EXPECT_FALSE(repeatable({{Place::kArena, npu::Access::kReadWrite, 0, 64}}));
  EXPECT_TRUE(repeatable({constants, input, {Place::kArena, npu::Access::kWrite, 64, 0}}));
}

}  // namespace
}  // namespace auklet::test
