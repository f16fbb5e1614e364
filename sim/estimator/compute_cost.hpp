// How long the compute engine takes for one command when nobody else uses the SRAM: formulas from the pipeline of
// rtl/core, command by command. Cycle 0 is the one in which the command starts.
#pragma once

#include <array>
#include <auklet/spec/spec.hpp>
#include <cstdint>
#include <span>

#include "sram_use.hpp"

namespace auklet::sim::estimator {

/// Cycles by cause: cause c is at c - 1.
using CauseCycles = std::array<std::uint64_t, spec::kCauses>;

/// A compute command by itself.
struct ComputeCost {
  std::uint64_t cycles = 0;  ///< From its start until the next one may start. The causes add up to it.
  CauseCycles causes{};
  std::uint64_t requant_active = 0;  ///< Vectors that enter the requantiser.
  std::uint64_t fetches = 0;         ///< Of activations; elementwise: words.
  PortSpans spans;
};

/// What a command leaves behind for the next ones of its job.
struct ComputeState {
  std::uint64_t divisor = 0;  ///< Taps whose reciprocal AVGPOOL has; 0: none.
};

/// The cost of the command `words`, which are well-formed (docs/command-stream.md) and of the compute engine. Figures
/// beyond 2^58 are cut off there. Commands of a job come in order.
[[nodiscard]] ComputeCost compute_cost(std::span<const std::uint32_t> words, const spec::HardwareConfig& config,
                                       ComputeState& state);

// ---- the parts, by file ----

[[nodiscard]] ComputeCost conv_cost(const spec::GeomCommand& geom, const spec::HardwareConfig& config);
[[nodiscard]] ComputeCost dwconv_cost(const spec::GeomCommand& geom, const spec::HardwareConfig& config);
[[nodiscard]] ComputeCost dwrows_cost(const spec::GeomCommand& geom, const spec::HardwareConfig& config);
[[nodiscard]] ComputeCost pool_cost(const spec::GeomCommand& geom, const spec::HardwareConfig& config,
                                    ComputeState& state);
[[nodiscard]] ComputeCost eltwise_cost(const spec::EltwiseCommand& command, const spec::HardwareConfig& config);
[[nodiscard]] ComputeCost softmax_cost(const spec::SoftmaxCommand& command);

}  // namespace auklet::sim::estimator
