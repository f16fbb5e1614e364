// How long a command takes, in cycles: each engine's peak throughput and a fixed overhead. An estimate for software
// that waits, not a prediction of the RTL; nothing that is computed depends on it.
#pragma once

#include <auklet/sim/target.hpp>
#include <auklet/spec/spec.hpp>
#include <cstdint>

#include "commands.hpp"

namespace auklet::sim::model {

/// Cycles from a command's start to its completion, and the events that it counts.
struct Cost {
  std::uint64_t cycles = 0;
  std::uint64_t mac_active = 0;  ///< Of a command of the array; else 0.
  std::uint64_t requant_active = 0;
  std::uint64_t vector_active = 0;  ///< Of a command of the vector unit; else 0.
  std::uint64_t axi_beats = 0;
};

/// CONV: a set of up to `groups` tiles, one position and one step of the reduction takes ceil(REDUCE / rows) cycles.
/// DWCONV: a cycle a pixel, and what an output takes longer. DWROWS: a kernel row over an output row takes
/// as long as its pixels, its products or the next weights. Pools: one cycle a tap.
[[nodiscard]] Cost estimate(const Geom& geom, const spec::HardwareConfig& config);
/// A cycle a word; two where B is neither aligned nor one byte in all lanes.
[[nodiscard]] Cost estimate(const Eltwise& command);
[[nodiscard]] Cost estimate(const Softmax& command);
/// LOAD, STORE: each memory row is moved in beats; the latency is paid once.
[[nodiscard]] Cost estimate(const Dma& dma, const spec::HardwareConfig& config, const MemoryTiming& timing);
/// GATHER: as LOAD, or as long as its indices take.
[[nodiscard]] Cost estimate(const Gather& gather, const spec::HardwareConfig& config, const MemoryTiming& timing);

/// Cycles that clearing the SRAM takes: every bank clears a word a cycle.
[[nodiscard]] std::uint64_t clear_cycles(const spec::HardwareConfig& config);

}  // namespace auklet::sim::model
