#include "abort_sweep.hpp"

#include <algorithm>

namespace auklet::test {
namespace {

namespace reg = spec::reg;

// Cycles behind a job's end in which it is still cut off.
constexpr std::uint64_t kBeyond = 10;
// Of the places that are tried, those in which all of the SRAM is looked at.
constexpr std::uint64_t kAllEvery = 16;

template <class CutOff>
SweepResult sweep(SweepBench& bench, const ShortJob& job, Slice slice, const char* what, CutOff cut_off) {
  PlacedJob placed(bench.npu(), job, SweepBench::kTiming);
  SweepResult result;
  Finding first;
  std::uint64_t cycles = 0;
  bench.set_up(placed);
  bench.run_good(placed, cycles, first);
  result.finding = first.text();
  // Its start is acknowledged some cycles after it.
  bench.start(placed);
  const std::uint64_t begin = bench.npu().cycle();
  const std::uint64_t places = bench.finish(cycles + SweepBench::kSlack).interrupt - begin + kBeyond;
  bench.acknowledge();
  for (std::uint64_t at = 0; at < places && result.finding.empty(); ++at) {
    ++result.places;
    if (!slice.take()) continue;
    const bool all = result.tried++ % kAllEvery == 0;
    Finding finding;
    if (all) {
      bench.fill_sram(finding);
      bench.set_up(placed);
    }
    bench.start(placed);
    bench.npu().step(at);
    cut_off(at, result, finding);
    finding.expect_none(placed.strayed());
    if (finding.empty()) bench.expect_clear_sram(all ? bench.config().sram_bytes : sram_bytes(job), finding);
    bench.set_up(placed);
    if (finding.empty()) bench.run_good(placed, cycles, finding);
    if (!finding.empty()) {
      result.finding = job.name + ", " + what + " " + std::to_string(at) + " cycles on: " + finding.text();
    }
  }
  return result;
}

}  // namespace

SweepResult sweep_soft_resets(SweepBench& bench, const ShortJob& job, Slice slice) {
  return sweep(bench, job, slice, "soft reset", [&](std::uint64_t, SweepResult& result, Finding& finding) {
    bench.soft_reset(finding);
    const std::uint64_t drained = bench.traffic().last_beat;
    const std::uint64_t reset = bench.reset_cycle();
    if (drained > reset) result.longest = std::max(result.longest, drained - reset);
  });
}

SweepResult sweep_hard_resets(SweepBench& bench, const ShortJob& job, Slice slice) {
  return sweep(bench, job, slice, "reset input", [&](std::uint64_t at, SweepResult&, Finding& finding) {
    constexpr std::uint32_t kMostCycles = 8;
    bench.npu().reset_for(static_cast<std::uint32_t>(at % kMostCycles) + 1);
    bench.traffic().clear();
    finding.expect(state_of(bench.npu()) == spec::State::kClearing, "the SRAM is not being cleared");
    finding.expect(!bench.npu().irq(), "an interrupt is left after the reset");
    bench.npu().step(bench.clear_cycles());
    finding.expect(bench.traffic().asked_after(0) == 0, "a burst is asked for after the reset");
    bench.expect_reset(finding);
  });
}

}  // namespace auklet::test
