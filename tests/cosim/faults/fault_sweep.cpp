#include "fault_sweep.hpp"

#include <algorithm>

#include "stream_facts.hpp"

namespace auklet::test {
namespace {

namespace reg = spec::reg;
using sim::AxiChannel;
using sim::AxiResponse;

// The same for a whole sweep.
struct Sweep {
  SweepBench& bench;
  PlacedJob placed;
  AxiRecorder sound;         ///< The job's traffic without a fault.
  std::uint64_t cycles = 0;  ///< And its length.
  SweepResult result;

  Sweep(SweepBench& bench_of, const ShortJob& job) : bench(bench_of), placed(bench.npu(), job, SweepBench::kTiming) {
    bench.set_up(placed);
    Finding finding;
    bench.run_good(placed, cycles, finding);
    sound = bench.traffic();
    finding.expect_none(wrong_traffic(job, sound, bench.data_bytes()));
    result.finding = finding.text();
  }

  // Tries a place, unless something was found or it is not in the slice.
  template <class Try>
  void at(Slice& slice, const std::string& name, Try attempt) {
    ++result.places;
    if (!slice.take() || !result.finding.empty()) return;
    ++result.tried;
    Finding finding;
    attempt(finding);
    if (!finding.empty()) result.finding = placed.job().name + ", " + name + ": " + finding.text();
  }
};

void expect_fault(const SweepBench::Ending& ending, spec::Fault fault, spec::Channel channel, std::uint64_t address,
                  Finding& finding) {
  const JobOutcome& outcome = ending.outcome;
  finding.expect(outcome.interrupted, "no interrupt");
  finding.expect(outcome.faulted && !outcome.done, outcome.done ? "the job is done" : "IRQ_RAW has no fault");
  finding.expect(outcome.fault == fault, std::string("the fault is ") + spec::to_string(outcome.fault));
  finding.expect(outcome.channel == channel, std::string("the channel is ") + spec::to_string(outcome.channel) +
                                                 ", not " + spec::to_string(channel));
  finding.expect(outcome.fault_address == address, "the address is another");
  finding.expect(outcome.code == spec::CommandError::kNone, "there is a code");
}

// The device stays as it is, whatever time passes: one interrupt, until it is acknowledged.
void expect_quiet(SweepBench& bench, std::uint64_t cycles, bool isolated, Finding& finding) {
  sim::VerilatedNpu& npu = bench.npu();
  const std::uint32_t cause = npu.read32(reg::FaultCause::kOffset);
  finding.expect(npu.irq(), "the interrupt falls by itself");
  bench.acknowledge();
  finding.expect(!npu.irq(), "the interrupt stays");
  npu.step(cycles);
  const std::uint32_t status = npu.read32(reg::Status::kOffset);
  finding.expect(reg::Status::kState.extract(status) == spec::State::kFault, "the state is not FAULT");
  finding.expect(reg::Status::kIsolated.extract(status) == (isolated ? 1U : 0U), "STATUS.isolated is wrong");
  finding.expect(bench.traffic().interrupts.size() == 1, "there are several interrupts");
  finding.expect(npu.read32(reg::IrqRaw::kOffset) == 0, "a cause comes after the first");
  finding.expect(npu.read32(reg::FaultCause::kOffset) == cause, "FAULT_CAUSE changes");
}

void recover(Sweep& sweep, Finding& finding) {
  finding.expect_none(sweep.placed.strayed());
  sweep.bench.soft_reset(finding);
  if (finding.empty()) sweep.bench.run_good(sweep.placed, sweep.cycles, finding);
}

void try_error(Sweep& sweep, bool read, std::size_t index, AxiResponse response, Finding& finding) {
  SweepBench& bench = sweep.bench;
  const AxiRecorder::Beat expected = (read ? sweep.sound.read_beats : sweep.sound.responses)[index];
  const AxiRecorder::Burst& burst = (read ? sweep.sound.reads : sweep.sound.writes)[expected.burst];
  const sim::ResponseFault fault{.response = response, .index = index};
  bench.npu().inject(read ? sim::FaultPlan{.read = fault} : sim::FaultPlan{.write = fault});
  bench.start(sweep.placed);
  const SweepBench::Ending ending = bench.finish(sweep.cycles + SweepBench::kWatchdog + spec::kDrainCycles);
  bench.npu().inject({});

  const AxiRecorder& traffic = bench.traffic();
  const std::vector<AxiRecorder::Beat>& beats = read ? traffic.read_beats : traffic.responses;
  if (index >= beats.size() || beats[index].response != response) return finding.expect(false, "the error never came");
  expect_fault(ending, response == AxiResponse::kSlaveError ? spec::Fault::kAxiSlverr : spec::Fault::kAxiDecerr,
               static_cast<spec::Channel>(burst.address.id), burst.address.address, finding);
  // In the cycle after the error a burst may still appear, that was granted with it.
  const std::uint64_t met = beats[index].cycle;
  finding.expect(traffic.asked_after(met + 1) == 0, "a burst is asked for after the fault");
  finding.expect(traffic.owed() == 0, "the interrupt comes before the port has drained");
  const std::uint64_t drain = ending.interrupt - met;
  sweep.result.longest = std::max(sweep.result.longest, drain);
  finding.expect(drain <= bench.drain_bound(traffic.beats_after(met)), "draining takes too long");
  expect_quiet(bench, 2 * SweepBench::kTiming.latency_cycles, false, finding);
  recover(sweep, finding);
}

void try_stall(Sweep& sweep, AxiChannel channel, std::uint64_t after, Finding& finding) {
  SweepBench& bench = sweep.bench;
  const sim::ChannelHang hang{.channel = channel, .after_handshakes = after};
  bench.npu().inject({.hang = hang});
  bench.start(sweep.placed);
  const std::uint64_t patience = SweepBench::kWatchdog + spec::kDrainCycles + SweepBench::kSlack;
  const SweepBench::Ending ending = bench.finish(2 * sweep.cycles + patience);

  const AxiRecorder& traffic = bench.traffic();
  finding.expect(traffic.handshakes_of(channel) == after, "the stall is in another place");
  expect_fault(ending, spec::Fault::kWatchdog,
               expected_culprit(sweep.placed.job(), sweep.sound, hang, bench.data_bytes()), 0, finding);
  finding.expect(reg::Status::kIsolated.extract(ending.status) == 1, "the port is not isolated");
  // Computation may go on after the last beat, but takes no longer than in the whole job.
  const std::uint64_t quiet = ending.interrupt - std::max(traffic.last_beat, ending.interrupt - ending.cycles);
  sweep.result.longest = std::max(sweep.result.longest, quiet);
  finding.expect(quiet >= SweepBench::kWatchdog + spec::kDrainCycles, "it gives up early");
  finding.expect(quiet <= sweep.cycles + patience, "it gives up late");
  finding.expect(traffic.asked_after(ending.interrupt - spec::kDrainCycles) == 0,
                 "a burst is asked for after the fault");

  const std::uint64_t owed = traffic.owed();
  bench.npu().release_hang();
  bench.npu().inject({});
  expect_quiet(bench, bench.drain_bound(owed), true, finding);
  finding.expect(traffic.owed() == 0, "late answers are not taken");
  finding.expect(traffic.asked_after(ending.interrupt) == 0, "an isolated port asks for a burst");
  recover(sweep, finding);
}

}  // namespace

SweepResult sweep_error_responses(SweepBench& bench, const ShortJob& job, Slice slice) {
  Sweep sweep(bench, job);
  for (const bool read : {true, false}) {
    const std::size_t count = (read ? sweep.sound.read_beats : sweep.sound.responses).size();
    for (std::size_t index = 0; index < count; ++index) {
      for (const AxiResponse response : {AxiResponse::kSlaveError, AxiResponse::kDecodeError}) {
        const std::string name = std::string(response == AxiResponse::kSlaveError ? "SLVERR" : "DECERR") + " at " +
                                 (read ? "R beat " : "B response ") + std::to_string(index);
        sweep.at(slice, name, [&](Finding& finding) { try_error(sweep, read, index, response, finding); });
      }
    }
  }
  return sweep.result;
}

SweepResult sweep_stalls(SweepBench& bench, const ShortJob& job, Slice slice) {
  constexpr std::array kNames{"AR", "R", "AW", "W", "B"};
  Sweep sweep(bench, job);
  for (std::size_t i = 0; i < sim::kAxiChannels; ++i) {
    for (std::uint64_t after = 0; after < sweep.sound.handshakes[i]; ++after) {
      const std::string name = std::string(kNames.at(i)) + " stalls after " + std::to_string(after) + " handshakes";
      sweep.at(slice, name, [&](Finding& finding) { try_stall(sweep, static_cast<AxiChannel>(i), after, finding); });
    }
  }
  return sweep.result;
}

}  // namespace auklet::test
