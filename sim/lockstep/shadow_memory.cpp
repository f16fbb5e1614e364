#include "shadow_memory.hpp"

#include <algorithm>

namespace auklet::sim {

std::span<std::byte> ShadowMemory::add(std::uint64_t base, std::span<std::byte> bytes) {
  Region& region = regions_.emplace_back(Region{base, bytes, {bytes.begin(), bytes.end()}});
  return region.copy;
}

void ShadowMemory::remove(std::uint64_t base) {
  std::erase_if(regions_, [base](const Region& region) { return region.base == base; });
}

void ShadowMemory::refresh() {
  for (Region& region : regions_) std::ranges::copy(region.bytes, region.copy.begin());
}

std::span<const std::byte> ShadowMemory::copy(std::uint64_t address, std::uint64_t bytes) const {
  const Region* region = find(address, bytes);
  if (region == nullptr) return {};
  return std::span(region->copy).subspan(address - region->base, bytes);
}

std::span<const std::byte> ShadowMemory::device(std::uint64_t address, std::uint64_t bytes) const {
  const Region* region = find(address, bytes);
  if (region == nullptr) return {};
  return region->bytes.subspan(address - region->base, bytes);
}

std::optional<ShadowMemory::Byte> ShadowMemory::first_difference() const {
  std::optional<Byte> first;
  for (const Region& region : regions_) {
    const auto [device, copy] = std::ranges::mismatch(region.bytes, region.copy);
    if (device == region.bytes.end()) continue;
    const std::uint64_t address = region.base + static_cast<std::uint64_t>(device - region.bytes.begin());
    if (!first || address < first->address) first = Byte{address, *device, *copy};
  }
  return first;
}

const ShadowMemory::Region* ShadowMemory::find(std::uint64_t address, std::uint64_t bytes) const {
  for (const Region& region : regions_) {
    if (address < region.base || address - region.base > region.bytes.size()) continue;
    if (bytes <= region.bytes.size() - (address - region.base)) return &region;
  }
  return nullptr;
}

}  // namespace auklet::sim
