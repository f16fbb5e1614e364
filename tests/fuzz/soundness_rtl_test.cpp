// The windows hold on the RTL, whatever the stream: for streams that validate_stream() accepts, and for those that it
// refuses, sent past it. Seen by a memory that knows the windows from the test alone.
//
// AUKLET_SEED=n runs seed n alone; AUKLET_CASES=n changes how many streams are run.
#include <gtest/gtest.h>

#include <array>
#include <auklet/sim/verilated_npu.hpp>
#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "../common/job.hpp"
#include "environment.hpp"
#include "stream_mutator.hpp"
#include "tracing_memory.hpp"

namespace auklet::test {
namespace {

namespace reg = spec::reg;

constexpr std::uint32_t kWatchdog = 2000;
constexpr std::uint64_t kPatience = 30'000;  // Cycles; a stream may legally loop for days.
constexpr std::uint32_t kClear = 4096;       // Cycles of clearing the SRAM: a row of all banks each.

class RtlSoundness : public testing::Test {
 protected:
  RtlSoundness() : npu(sim::make_verilated_npu({.configuration = "npu256", .axi_data_bits = 128})) {
    npu->connect(&memory, {.latency_cycles = 5, .bytes_per_cycle = 16});
    npu->write32(reg::Watchdog::kOffset, kWatchdog);
    // What else the watchdog takes for progress, beside the beats on the bus.
    for (std::uint32_t i = 0; i < kWork.size(); ++i) {
      npu->write32(reg::PmuEvent::offset(i), reg::PmuEvent::kSelect.make(kWork.at(i)));
    }
    npu->write32(reg::PmuCtrl::kOffset, reg::PmuCtrl::kEnable.mask());
  }

  /// Everything that counts up while the job gets on.
  std::uint64_t progress() {
    std::uint64_t sum = 0;
    for (std::uint32_t i = 0; i < kWork.size(); ++i) sum += npu->read32(reg::PmuCount::offset(i));
    for (const sim::AxiChannelStats& channel : npu->stats().channels) sum += channel.handshakes;
    return sum;
  }

  /// Runs the subject as it is and returns how it ended; fails the test where it did what it must not.
  std::string run(const StreamSubject& subject) {
    EXPECT_TRUE(wait_until_idle(*npu));
    memory.begin(subject.grant(*npu), subject.error_at,
                 subject.decode_error ? sim::AxiResponse::kDecodeError : sim::AxiResponse::kSlaveError);
    const JobOutcome job =
        run_job(*npu, kStreamBase, static_cast<std::uint32_t>(subject.words.size() * 4), 1, kPatience);
    std::string end = job.done ? "done" : spec::to_string(job.fault);
    if (!job.interrupted) {
      end = "cut off";
      for (int i = 0; i < 3; ++i) {
        const std::uint64_t before = progress();
        npu->step(kWatchdog + 100);
        EXPECT_TRUE(npu->irq() || progress() != before) << "it hangs, and no watchdog barks";
      }
    } else {
      EXPECT_NE(job.done, job.faulted);
    }
    npu->write32(reg::Control::kOffset, reg::Control::kSoftReset.mask());
    npu->step_until_irq(spec::kDrainCycles + kClear);
    EXPECT_EQ(state_of(*npu), spec::State::kIdle);
    npu->write32(reg::IrqRaw::kOffset, reg::IrqRaw::kDone.mask() | reg::IrqRaw::kFault.mask());
    EXPECT_EQ(memory.violation(), "");
    EXPECT_EQ(npu->protocol_violations(), 0U);
    return end;
  }

  void report(const std::map<std::string, std::uint64_t>& ends) {
    for (const auto& [end, count] : ends) RecordProperty(end, std::to_string(count));
  }

  static constexpr std::array kWork{spec::Event::kMacActive, spec::Event::kVectorActive, spec::Event::kRequantActive,
                                    spec::Event::kStallWindow};
  TracingMemory memory{16};
  std::unique_ptr<sim::VerilatedNpu> npu;
};

TEST_F(RtlSoundness, WhatIsAcceptedStaysInItsWindows) {
  std::map<std::string, std::uint64_t> ends;
  std::uint64_t count = 0;
  for (const std::uint64_t seed : seeds(200)) {
    const StreamSubject subject = accepted_subject(seed);
    const std::string end = run(subject);
    ++ends[end];
    ++count;
    const bool expected = end == "done" || end == "cut off" || end == spec::to_string(spec::Fault::kIndex) ||
                          (subject.error_at != 0 && end.starts_with("AXI_"));
    ASSERT_TRUE(expected && !HasFailure()) << "AUKLET_SEED=" << seed << ": " << end;
  }
  report(ends);
  if (count >= 100) {
    EXPECT_GT(ends["done"], count / 2) << "else most streams show little";
  }
}

TEST_F(RtlSoundness, WhatIsRefusedStaysInItsWindowsToo) {
  std::map<std::string, std::uint64_t> ends;
  std::uint64_t count = 0;
  for (const std::uint64_t seed : seeds(200)) {
    Random random(seed);
    StreamSubject subject = sound_subject(random);
    do {
      mutate_subject(subject, random);
    } while (subject.validate().ok());
    // Once in the middle of a command, too, so that the decoder meets more than headers.
    if (random.one_in(2)) mutate_commands(subject.words, random);
    ++ends[run(subject)];
    ++count;
    ASSERT_FALSE(HasFailure()) << "AUKLET_SEED=" << seed;
  }
  report(ends);
  if (count >= 100) {
    for (const spec::Fault fault : {spec::Fault::kCommand, spec::Fault::kAddress}) {
      EXPECT_GT(ends[spec::to_string(fault)], 0U) << spec::to_string(fault);
    }
  }
}

}  // namespace
}  // namespace auklet::test
