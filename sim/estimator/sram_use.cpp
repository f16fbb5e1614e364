#include "sram_use.hpp"

#include <algorithm>
#include <numeric>

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

double Reads::both_banks() const {
  const std::uint64_t period = spec::kLanes / std::gcd<std::uint64_t>(pitch % spec::kLanes, spec::kLanes);
  std::uint64_t both = 0;
  for (std::uint64_t i = 0; i < period; ++i) both += (base + i * pitch) % spec::kLanes != 0 ? 1U : 0U;
  return static_cast<double>(both) / static_cast<double>(period);
}

std::uint8_t regions_of(const PerRegion& shares) {
  unsigned regions = 0;
  for (std::size_t i = 0; i < shares.size(); ++i) regions |= (shares[i] > 0 ? 1U : 0U) << i;
  return static_cast<std::uint8_t>(regions);
}

std::uint8_t PortSpans::regions() const {
  return static_cast<std::uint8_t>(regions_of(in) | regions_of(weights) | regions_of(params) | regions_of(out));
}

bool PortSpans::meet() const {
  const unsigned reads = regions_of(in), results = regions_of(out);
  const unsigned loads = regions_of(weights) | regions_of(params);
  return (reads & results) != 0 || (loads & (reads | results)) != 0;
}

}  // namespace auklet::sim::estimator
