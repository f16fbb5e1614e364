#include "sram_use.hpp"

#include <algorithm>
#include <numeric>

namespace auklet::sim::estimator {
namespace {

/// Refusals that a transfer's access puts up with (rtl/core/auklet_sram.sv): then it goes before all but results.
constexpr std::uint64_t kPatience = 2;

}  // namespace

PerRegion spread(std::uint64_t begin, std::uint64_t bytes, std::uint32_t sram_bytes) {
  const std::uint64_t region_bytes = sram_bytes / spec::kSramRegions;
  PerRegion shares{};
  const std::uint64_t all = std::clamp<std::uint64_t>(bytes, 1, sram_bytes);
  std::uint64_t at = begin % sram_bytes;
  for (std::uint64_t left = all; left != 0;) {
    const std::uint64_t region = at / region_bytes;
    const std::uint64_t here = std::min(left, (region + 1) * region_bytes - at);
    shares[region] += static_cast<double>(here) / static_cast<double>(all);
    left -= here;
    at = (at + here) % sram_bytes;
  }
  return shares;
}

double meeting(const PerRegion& a, const PerRegion& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

double Reads::both_banks() const {
  const std::uint64_t period = spec::kLanes / std::gcd<std::uint64_t>(pitch % spec::kLanes, spec::kLanes);
  std::uint64_t both = 0;
  for (std::uint64_t i = 0; i < period; ++i) both += (base + i * pitch) % spec::kLanes != 0 ? 1U : 0U;
  return static_cast<double>(both) / static_cast<double>(period);
}

PortUse fetch_port(const PerRegion& where, const Reads& reads, double active) {
  constexpr std::uint64_t kPair = 2 * spec::kLanes;
  const std::uint64_t period = reads.phases * (kPair / std::gcd<std::uint64_t>(reads.pitch % kPair, kPair));
  const auto takes = [&](std::uint64_t cycle, std::uint64_t bank) {
    if (cycle % reads.phases != 0) return false;
    const std::uint64_t address = reads.base + cycle / reads.phases * reads.pitch;
    return address % spec::kLanes != 0 || address / spec::kLanes % 2 == bank;
  };
  std::uint64_t refusals = 0;
  std::uint64_t hits = 0;
  for (std::uint64_t at = 0; at < period; ++at) {
    for (std::uint64_t bank = 0; bank < 2; ++bank) {
      std::uint64_t refused = 0;
      while (refused < kPatience && takes(at + refused, bank)) ++refused;
      refusals += refused;
      hits += refused == kPatience && takes(at + refused, bank) ? 1U : 0U;
    }
  }
  const auto all = static_cast<double>(2 * period);
  return {where, std::min(active, 1.0), static_cast<double>(refusals) / all, static_cast<double>(hits) / all, 1};
}

PortUse weight_port(const PerRegion& where, double active, double harm) {
  return {where, std::min(active, 1.0), static_cast<double>(kPatience), 1, harm};
}

Interference interfere(const SramUse& use, const PerRegion& where, double rate) {
  Interference result;
  for (const PortUse* port : {&use.fetch, &use.weights}) {
    const double together = meeting(port->where, where) * port->active;
    const double possible = std::min(rate, 1 / (1 + port->wait));  // Accesses a cycle while the port reads.
    result.transfer -= together * (1 - possible / std::max(rate, 1e-9));
    result.lost += together * possible * port->hit * port->harm;
  }
  result.transfer = std::max(result.transfer, 0.1);
  return result;
}

}  // namespace auklet::sim::estimator
