// The memory timings of every published number, by name.
#pragma once

#include <array>
#include <string_view>

#include <auklet/sim/target.hpp>

namespace auklet::sim {

/// Timing of the regions that a job uses.
struct MemoryProfile {
  std::string_view name;
  MemoryTiming data;     ///< Activations, scratch and command streams.
  MemoryTiming weights;  ///< Read-only weights and parameters.
};

/// `sram`: everything in on-chip SRAM. `flash`: the same, with the weights in flash.
inline constexpr std::array<MemoryProfile, 2> kMemoryProfiles{{
    {"sram", {.latency_cycles = 32, .bytes_per_cycle = 8}, {.latency_cycles = 32, .bytes_per_cycle = 8}},
    {"flash", {.latency_cycles = 32, .bytes_per_cycle = 8}, {.latency_cycles = 64, .bytes_per_cycle = 1}},
}};

/// The profile called `name`, or nullptr.
[[nodiscard]] constexpr const MemoryProfile* find_memory_profile(std::string_view name) {
  for (const MemoryProfile& profile : kMemoryProfiles) {
    if (profile.name == name) return &profile;
  }
  return nullptr;
}

}  // namespace auklet::sim
