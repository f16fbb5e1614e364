// One seeded random operator on a target, through the planner, against the reference kernels.
//
// AUKLET_SEED=n runs seed n alone; AUKLET_CASES=n changes how many seeds a test takes.
#pragma once

#include <algorithm>
#include <auklet/sim/target.hpp>
#include <auklet/spec/spec.hpp>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "run_operator.hpp"

namespace auklet::test {

inline std::uint64_t environment(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text != nullptr ? std::strtoull(text, nullptr, 0) : otherwise;
}

/// How seed `seed` is laid out: alignments, and how much SRAM it may take.
inline RunOptions random_options(std::uint64_t seed, PlanLevel level, const spec::HardwareConfig& config,
                                 const OperatorCase& c) {
  Random random(seed ^ 0x5eedU);
  RunOptions options;
  options.level = level;
  for (std::uint32_t* skew : {&options.input_skew, &options.second_input_skew, &options.output_skew}) {
    *skew = random.in(0, 40);
  }
  options.weights_skew = random.one_in(2) ? 0 : random.in(0, 40);
  if (level == PlanLevel::kResident && random.one_in(3)) options.extra_pitch_words = random.in(1, 3);
  if (level == PlanLevel::kStreamed && !random.one_in(3)) {
    // Mostly far too little for everything at once, somewhere in the SRAM.
    options.sram.bytes = random.in(1, random.one_in(2) ? 32 : 512) * 1024;
    // Few words are enough for a vector operator.
    const bool window = std::holds_alternative<ConvCase>(c) || std::holds_alternative<PoolCase>(c);
    if (!window && random.one_in(4)) options.sram.bytes = random.in(96, 4000);
    options.sram.base = random.in(0, (config.sram_bytes - options.sram.bytes) / 32) * 32;
  }
  return options;
}

struct Tally {
  std::uint32_t ran = 0, refused = 0, tiled = 0, varied = 0;
};

/// Makes the operator of a seed.
using OperatorOf = OperatorCase (*)(std::uint64_t seed);
inline OperatorCase any_operator(std::uint64_t seed) { return random_operator(seed); }

/// Runs one seed; a failure is a GoogleTest failure that names the seed.
inline void run_seed(sim::Target& target, const spec::HardwareConfig& config, PlanLevel level, std::uint64_t seed,
                     Tally& tally, OperatorOf operator_of = any_operator) {
  const OperatorCase c = operator_of(seed);
  SCOPED_TRACE("AUKLET_SEED=" + std::to_string(seed) + " on " + config.name + ": " + describe(c));
  const RunOptions options = random_options(seed, level, config, c);
  ASSERT_TRUE(wait_until_idle(target));
  ASSERT_TRUE(pollute_sram(target, config, seed).done);
  const RunResult result = run_operator(target, config, c, options);
  if (!result.planned.ok()) {
    ASSERT_EQ(result.planned.status, plan::Status::kSramTooSmall) << to_string(result.planned.status);
    EXPECT_GT(result.planned.needed, result.planned.available);
    ++tally.refused;
    return;
  }
  ASSERT_TRUE(result.job.done) << to_string(result.job.fault) << ' ' << to_string(result.job.code) << " at "
                               << result.job.fault_offset;
  EXPECT_FALSE(result.strayed);
  const std::vector<std::int8_t> expected = reference_output(c);
  const auto wrong = std::ranges::mismatch(result.output, expected);
  if (wrong.in2 != expected.end()) {
    FAIL() << "first difference at byte " << (wrong.in2 - expected.begin()) << " of " << expected.size() << ": got "
           << int{*wrong.in1} << ", want " << int{*wrong.in2};
  }
  ++tally.ran;
  if (result.cost.tiles > 1) ++tally.tiled;
  if (std::set(expected.begin(), expected.end()).size() > 8) ++tally.varied;
}

/// Makes the target of one seed, or hands out one that serves them all.
using TargetOf = std::function<sim::Target&(std::uint64_t seed)>;

/// Runs `count` seeds from `first` on, until one fails.
inline void run_seeds(const TargetOf& target_of, const spec::HardwareConfig& config, PlanLevel level,
                      std::uint64_t first, std::uint64_t count, OperatorOf operator_of = any_operator) {
  Tally tally;
  const std::uint64_t only = environment("AUKLET_SEED", 0);
  if (only != 0) {
    run_seed(target_of(only), config, level, only, tally, operator_of);
    return;
  }
  count = environment("AUKLET_CASES", count);
  for (std::uint64_t seed = first; seed < first + count && !testing::Test::HasFailure(); ++seed) {
    run_seed(target_of(seed), config, level, seed, tally, operator_of);
  }
  std::printf("%s: %u ran (%u in several tiles, %u with varied outputs), %u did not fit\n", config.name, tally.ran,
              tally.tiled, tally.varied, tally.refused);
  if (testing::Test::HasFailure() || count < 50) return;
  // Else the test would not be about what it says.
  EXPECT_GT(tally.ran, count * 3 / 4);
  EXPECT_GT(tally.varied, tally.ran / 2);
  if (level == PlanLevel::kStreamed) {
    EXPECT_GT(tally.tiled, tally.ran / 4);
  }
}

}  // namespace auklet::test
