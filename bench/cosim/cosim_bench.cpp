// Cycles, utilisation and simulation speed of networks and single layers on the RTL, for each configuration and memory
// profile: a benchmark is called SUBJECT/CONFIGURATION/PROFILE. Runs are those of `auklet run`: compiler, driver, RTL,
// and the outputs must be the CPU kernels', else the benchmark is an error and so is the program's exit code.
//
// Cycles are those of a first run on a device that comes out of its reset, from submission to interrupt. They do not
// depend on the machine; seconds do.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <algorithm>
#include <auklet/app/npu_runner.hpp>
#include <auklet/app/session.hpp>
#include <auklet/sim/memory_profile.hpp>
#include <auklet/sim/verilated_npu.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "subjects.hpp"

namespace auklet::bench {
namespace {

using compiler::Bytes;

// What a benchmark runs again and again.
struct Prepared {
  std::string name;
  app::Session session;
  std::vector<Bytes> inputs;
  app::RunReport first;
};

// State of the program: Google Benchmark calls a benchmark several times, and preparing takes longer than running.
struct Bench {
  std::unique_ptr<Prepared> prepared;  ///< Of the newest benchmark.
  bool failed = false;
};

struct Setting {
  std::string configuration;
  std::string profile;
  bool single_layers;  ///< Whether single layers are measured as well.
};

// Where RunReport::events holds an event; it does not compile when the event is not counted.
consteval std::size_t place_of(spec::Event event) {
  const auto* const found = std::ranges::find(app::kCountedEvents, event);
  if (found == app::kCountedEvents.end()) throw "not counted";
  return static_cast<std::size_t>(found - app::kCountedEvents.begin());
}
constexpr std::size_t kReadBeats = place_of(spec::Event::kAxiReadBeats);
constexpr std::size_t kWriteBeats = place_of(spec::Event::kAxiWriteBeats);

// A sentence about where the outputs of the first run are wrong; empty when they are right.
std::string wrong(const compiler::Model& model, const Prepared& prepared) {
  const auto expected = app::run_reference(prepared.name, model, prepared.inputs);
  if (!expected) return expected.error().message;
  for (std::size_t i = 0; i < expected->size(); ++i) {
    const auto difference = app::compare(prepared.first.outputs[i], (*expected)[i],
                                         model.main().tensor(model.main().outputs[i]), i, "the CPU kernels");
    if (!difference) continue;
    return fmt::format("output {} differs from the CPU kernels' in {} of {} elements, first in element {}", i,
                       difference->differing, difference->elements, difference->element);
  }
  return "";
}

// Loads, compiles, runs once and compares.
app::Result<std::unique_ptr<Prepared>> prepare(const std::string& name, const Subject& subject,
                                               const Setting& setting) {
  auto model = subject.load();
  if (!model) return tl::unexpected(model.error());
  auto inputs = subject.inputs(*model);
  if (!inputs) return tl::unexpected(inputs.error());
  auto session = app::Session::open(name, *model, {.config = setting.configuration, .profile = setting.profile});
  if (!session) return tl::unexpected(session.error());
  auto report = session->run(*inputs);
  if (!report) return tl::unexpected(report.error());
  auto prepared =
      std::make_unique<Prepared>(Prepared{name, std::move(*session), std::move(*inputs), std::move(*report)});
  if (std::string sentence = wrong(*model, *prepared); !sentence.empty()) {
    return app::fail(app::ExitCode::kMismatch, std::move(sentence));
  }
  return prepared;
}

void set_counters(benchmark::State& state, const app::RunReport& report) {
  const double beat = report.config.axi_data_bits / 8.0;
  state.counters["cycles"] = static_cast<double>(report.cycles);
  state.counters["macs"] = static_cast<double>(report.npu_macs);
  state.counters["utilisation"] = app::utilisation(report.npu_macs, report.cycles, report.config);
  state.counters["bytes_read"] = static_cast<double>(report.events[kReadBeats]) * beat;
  state.counters["bytes_written"] = static_cast<double>(report.events[kWriteBeats]) * beat;
  // Of the processor's seconds, which other work on the machine does not lengthen as it does those of the clock.
  state.counters["simulated_cycles_per_second"] =
      benchmark::Counter(static_cast<double>(report.cycles), benchmark::Counter::kIsIterationInvariantRate);
}

void run(benchmark::State& state, Bench& bench, const std::string& name, const Subject& subject,
         const Setting& setting) {
  const auto give_up = [&](const std::string& sentence) {
    bench.failed = true;
    state.SkipWithError(sentence.c_str());
  };
  if (!bench.prepared || bench.prepared->name != name) {
    auto prepared = prepare(name, subject, setting);
    if (!prepared) {
      give_up(prepared.error().message);
      return;
    }
    bench.prepared = std::move(*prepared);
  }
  Prepared& prepared = *bench.prepared;
  for ([[maybe_unused]] auto iteration : state) {
    const auto report = prepared.session.run(prepared.inputs);
    if (!report || report->outputs != prepared.first.outputs) {
      give_up(report ? "a second run gives other outputs than the first" : report.error().message);
      return;
    }
  }
  set_counters(state, prepared.first);
}

// Configurations that this build holds, at their own bus width, with each profile. Published figures of single layers
// are for memory of profile `sram`.
std::vector<Setting> settings() {
  std::vector<Setting> all;
  for (const sim::MemoryProfile& profile : sim::kMemoryProfiles) {
    for (const sim::VerilatedConfiguration& built : sim::verilated_configurations()) {
      const auto same = [&](const Setting& s) { return s.configuration == built.name && s.profile == profile.name; };
      if (std::ranges::none_of(all, same)) {
        all.push_back({std::string(built.name), std::string(profile.name), &profile == sim::kMemoryProfiles.data()});
      }
    }
  }
  return all;
}

void register_all(Bench& bench) {
  for (const Subject& subject : all_subjects()) {
    for (const Setting& setting : settings()) {
      if (subject.name.starts_with("layer/") && !setting.single_layers) continue;
      const std::string name = fmt::format("{}/{}/{}", subject.name, setting.configuration, setting.profile);
      benchmark::RegisterBenchmark(name.c_str(), [&bench, name, subject, setting](benchmark::State& state) {
        run(state, bench, name, subject, setting);
      })->Unit(benchmark::kMillisecond);
    }
  }
}

}  // namespace
}  // namespace auklet::bench

int main(int argc, char** argv) {
  auklet::bench::Bench bench;
  auklet::bench::register_all(bench);
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return bench.failed ? 1 : 0;
}
