#include "sram_use.hpp"

#include <algorithm>

namespace auklet::sim::estimator {

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

void SramUse::add(const PerRegion& where, double rate, bool both_banks, bool is_fetch) {
  for (std::size_t i = 0; i < where.size(); ++i) {
    const double share = where[i] * std::min(rate, 1.0) * (both_banks ? 1.0 : 0.5);
    taken[i] = std::min(1.0, taken[i] + share);
    if (is_fetch) fetch[i] = std::min(1.0, fetch[i] + share);
  }
}

}  // namespace auklet::sim::estimator
