#include "random_cases.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <iostream>

#include "random/random.hpp"
#include "random_network.hpp"

namespace auklet::compiler::test {
namespace {

std::uint64_t environment(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text != nullptr ? std::strtoull(text, nullptr, 0) : otherwise;
}

// One in three gets little SRAM, so that it works in tiles or not at all.
CompileOptions random_options(std::uint64_t seed, const spec::HardwareConfig& config) {
  Random random(seed ^ 0x5eedU);
  CompileOptions options{.config = config, .sram_limit = 0};
  constexpr std::array<std::uint32_t, 5> kKibibytes = {4, 6, 12, 24, 64};
  if (random.one_in(3)) options.sram_limit = random.pick(kKibibytes) * 1024;
  return options;
}

CompiledCase named(const std::string& kind, Model model, std::uint64_t seed, const spec::HardwareConfig& config) {
  CompiledCase c;
  c.name = kind + std::to_string(seed) + "_" + config.name;
  c.inputs = random_inputs(model, seed);
  c.model = std::move(model);
  c.options = random_options(seed, config);
  return c;
}

}  // namespace

CompiledCase random_operator_case(std::uint64_t seed, const spec::HardwareConfig& config) {
  return named("operator", random_operator_model(seed), seed, config);
}

CompiledCase random_network_case(std::uint64_t seed, const spec::HardwareConfig& config) {
  return named("network", random_network(seed, 12), seed, config);
}

Places run_random(const RandomRun& run, const TargetOfSeed& target_of) {
  const auto start = std::chrono::steady_clock::now();
  const std::uint64_t only = environment("AUKLET_SEED", 0);
  const std::uint64_t first = only != 0 ? only : run.first;
  const std::uint64_t cases = only != 0 ? 1 : environment("AUKLET_CASES", run.cases);
  constexpr int kMostFailures = 5;
  int failures = 0;
  std::uint64_t seed = first;
  Places places;
  for (; seed < first + cases && failures < kMostFailures; ++seed) {
    const std::string failure = check_compiled(run.make(seed, run.config), target_of(seed), run.backend, places);
    if (failure.empty()) continue;
    ADD_FAILURE() << "AUKLET_SEED=" << seed << ' ' << failure;
    ++failures;
  }
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  places.print(std::cout);
  std::cout << run.config.name << " on " << run.backend << ": " << seed - first << " models, " << failures
            << " failures, " << seconds.count() << " s\n";
  return places;
}

}  // namespace auklet::compiler::test
