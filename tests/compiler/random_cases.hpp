// The random single operators and networks that a configuration is tested with.
#pragma once

#include <auklet/compiler/compile.hpp>
#include <auklet/spec/spec.hpp>
#include <cstdint>
#include <functional>

#include "compiled_check.hpp"

namespace auklet::compiler::test {

/// A single operator, or a network of up to 12, with inputs; every third is compiled for little SRAM. Equal arguments
/// give equal cases.
[[nodiscard]] CompiledCase random_operator_case(std::uint64_t seed, const spec::HardwareConfig& config);
[[nodiscard]] CompiledCase random_network_case(std::uint64_t seed, const spec::HardwareConfig& config);

using MakeCase = CompiledCase (*)(std::uint64_t seed, const spec::HardwareConfig& config);
/// The device that runs a seed.
using TargetOfSeed = std::function<sim::Target&(std::uint64_t seed)>;

struct RandomRun {
  MakeCase make = random_operator_case;
  spec::HardwareConfig config = spec::kDefaultConfiguration;
  std::string backend;      ///< As `auklet run` calls it.
  std::uint64_t first = 1;  ///< Seed.
  std::uint64_t cases = 1;  ///< Unless $AUKLET_CASES says otherwise; $AUKLET_SEED runs that seed alone.
};

/// Runs the seeds, prints what ran where and how long it took. Each failure is a GoogleTest failure with its seed and
/// the command that runs it again; ends after the fifth.
Places run_random(const RandomRun& run, const TargetOfSeed& target_of);

}  // namespace auklet::compiler::test
