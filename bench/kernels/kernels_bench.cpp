// Optimised kernels beside the reference and other libraries, layer by layer, on one thread. scripts/bench_kernels.py
// makes a table of it.
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <map>
#include <string>

#include <benchmark/benchmark.h>

#include "runner.hpp"

namespace auklet::bench {
namespace {

struct Implementation {
  const char* name;
  MakeRunner* make;
};

constexpr Implementation kImplementations[] = {
    {"auklet", make_optimized},  {"reference", make_reference},
#ifdef AUKLET_BENCH_XNNPACK
    {"XNNPACK", make_xnnpack},
#endif
#ifdef AUKLET_BENCH_ONEDNN
    {"oneDNN", make_onednn},
#endif
#ifdef AUKLET_BENCH_GEMMLOWP
    {"gemmlowp", make_gemmlowp},
#endif
};

// Adds how many elements differ from the reference, and by how much at most.
void compare(const Problem& problem, Runner& runner, benchmark::State& state) {
  const auto reference = make_reference(problem);
  reference->run();
  runner.run();
  const auto expected = reference->output();
  const auto actual = runner.output();
  int different = 0;
  int most = 0;
  for (std::size_t i = 0; i < actual.size(); ++i) {
    const int difference = std::abs(expected[i] - actual[i]);
    different += difference != 0 ? 1 : 0;
    most = std::max(most, difference);
  }
  state.counters["different"] = different;
  state.counters["most"] = most;
  state.counters["elements"] = static_cast<double>(actual.size());
  state.counters["macs"] = static_cast<double>(problem.macs());
}

void run_layer(benchmark::State& state, const Layer& layer, MakeRunner* make) {
  try {
    const Problem problem(layer);
    const auto runner = make(problem);
    compare(problem, *runner, state);
    while (state.KeepRunning()) runner->run();
  } catch (const std::exception& error) {
    state.SkipWithError(error.what());
  }
}

void register_all() {
  for (const Layer& layer : layers()) {
    for (const Implementation& implementation : kImplementations) {
      if (implementation.make(Problem(layer)) == nullptr) continue;
      const std::string title =
          layer.network + "|" + name(layer.kind) + "|" + layer.title() + "|" + implementation.name;
      benchmark::RegisterBenchmark(title.c_str(), [&layer, make = implementation.make](benchmark::State& state) {
        run_layer(state, layer, make);
      });
    }
  }
}

}  // namespace
}  // namespace auklet::bench

int main(int argc, char** argv) {
  // OpenMP, which oneDNN may use, reads this before main.
  if (std::getenv("OMP_NUM_THREADS") == nullptr) {
    setenv("OMP_NUM_THREADS", "1", 1);
    execv("/proc/self/exe", argv);
    std::perror("kernels_bench: cannot start itself again with OMP_NUM_THREADS=1");
    return 1;
  }
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  auklet::bench::register_all();
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}
