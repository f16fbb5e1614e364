// Reading the layer log of a device, register by register.
#pragma once

#include <array>
#include <auklet/sim/target.hpp>
#include <auklet/spec/spec.hpp>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <vector>

namespace auklet::test {

/// Cycles of one layer by cause.
struct LayerCauses {
  std::array<std::uint64_t, spec::kCauses> cycles{};

  [[nodiscard]] std::uint64_t operator[](spec::Cause cause) const {
    return cycles[static_cast<std::size_t>(cause) - 1];
  }
  [[nodiscard]] std::uint64_t total() const { return std::accumulate(cycles.begin(), cycles.end(), std::uint64_t{0}); }
};

inline std::uint32_t read_log(sim::Target& target, std::uint32_t entry, std::uint32_t item) {
  using Index = spec::reg::PmuLogIndex;
  target.write32(Index::kOffset, Index::kValue.make(entry) | (item << Index::kItem.lsb));
  return target.read32(spec::reg::PmuLogData::kOffset);
}

inline LayerCauses read_causes(sim::Target& target, std::uint32_t entry) {
  LayerCauses causes;
  for (std::uint32_t i = 0; i < causes.cycles.size(); ++i) causes.cycles[i] = read_log(target, entry, i + 1);
  return causes;
}

/// Every entry.
inline std::vector<LayerCauses> read_all_causes(sim::Target& target) {
  std::vector<LayerCauses> entries;
  for (std::uint32_t i = 0; i < spec::kLogEntries; ++i) entries.push_back(read_causes(target, i));
  return entries;
}

inline LayerCauses sum_of(const std::vector<LayerCauses>& entries) {
  LayerCauses sum;
  for (const LayerCauses& entry : entries) {
    for (std::size_t i = 0; i < sum.cycles.size(); ++i) sum.cycles[i] += entry.cycles[i];
  }
  return sum;
}

inline std::uint64_t read_cycles(sim::Target& target) {
  const std::uint64_t low = target.read32(spec::reg::PmuCyclesLo::kOffset);
  return (std::uint64_t{target.read32(spec::reg::PmuCyclesHi::kOffset)} << 32) | low;
}

inline void control_counters(sim::Target& target, bool enable, bool clear) {
  using Control = spec::reg::PmuCtrl;
  target.write32(Control::kOffset, Control::kEnable.make(enable ? 1 : 0) | Control::kClear.make(clear ? 1 : 0));
}

}  // namespace auklet::test
