#include "memory_map.hpp"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <limits>
#include <stdexcept>

namespace auklet::sim::model {

void MemoryMap::map(std::uint64_t base, std::span<std::byte> bytes, MemoryTiming timing) {
  if (bytes.empty()) return;
  if (bytes.size() - 1 > std::numeric_limits<std::uint64_t>::max() - base) {
    throw std::invalid_argument("the region leaves the address space");
  }
  const std::uint64_t last = base + (bytes.size() - 1);
  const auto above = regions_.upper_bound(last);
  if (above != regions_.begin()) {
    const auto& [other_base, other] = *std::prev(above);
    if (other_base + (other.bytes.size() - 1) >= base) throw std::invalid_argument("the region overlaps another");
  }
  regions_.emplace(base, Region{bytes, timing});
}

void MemoryMap::inject(std::uint64_t base, std::uint64_t bytes, AxiResponse response) {
  injected_.push_back({base, bytes, response});
}

std::span<std::byte> MemoryMap::run_at(std::uint64_t address, std::size_t bytes) const {
  auto at = regions_.upper_bound(address);
  if (at == regions_.begin()) return {};
  const auto& [base, region] = *std::prev(at);
  const std::uint64_t skip = address - base;
  if (skip >= region.bytes.size()) return {};
  const std::size_t n = std::min(bytes, region.bytes.size() - static_cast<std::size_t>(skip));
  return region.bytes.subspan(static_cast<std::size_t>(skip), n);
}

std::optional<AxiResponse> MemoryMap::injected_at(std::uint64_t address, std::size_t bytes) const {
  for (const Injected& range : injected_) {
    const bool begins_before = range.base <= address && address - range.base < range.bytes;
    const bool begins_inside = range.base > address && range.base - address < bytes && range.bytes != 0;
    if (begins_before || begins_inside) return range.response;
  }
  return std::nullopt;
}

bool MemoryMap::is_mapped(std::uint64_t address, std::size_t bytes) const {
  while (bytes != 0) {
    const std::size_t n = run_at(address, bytes).size();
    if (n == 0) return false;
    address += n;
    bytes -= n;
  }
  return true;
}

AxiResponse MemoryMap::read(std::uint64_t address, std::span<std::int8_t> out) const {
  const std::optional<AxiResponse> injected = injected_at(address, out.size());
  if (injected && *injected != AxiResponse::kOkay) return *injected;
  if (!is_mapped(address, out.size())) {
    return port_ != nullptr ? port_->read(address, std::as_writable_bytes(out)) : AxiResponse::kDecodeError;
  }
  while (!out.empty()) {
    const auto run = run_at(address, out.size());
    std::memcpy(out.data(), run.data(), run.size());
    address += run.size();
    out = out.subspan(run.size());
  }
  return AxiResponse::kOkay;
}

AxiResponse MemoryMap::write(std::uint64_t address, std::span<const std::int8_t> in) {
  const std::optional<AxiResponse> injected = injected_at(address, in.size());
  if (injected && *injected != AxiResponse::kOkay) return *injected;
  if (!is_mapped(address, in.size())) {
    return port_ != nullptr ? port_->write(address, std::as_bytes(in)) : AxiResponse::kDecodeError;
  }
  while (!in.empty()) {
    const auto run = run_at(address, in.size());
    std::memcpy(run.data(), in.data(), run.size());
    address += run.size();
    in = in.subspan(run.size());
  }
  return AxiResponse::kOkay;
}

MemoryTiming MemoryMap::timing(std::uint64_t address) const {
  const MemoryTiming elsewhere = port_ != nullptr ? port_timing_ : MemoryTiming{};
  const auto above = regions_.upper_bound(address);
  if (above == regions_.begin()) return elsewhere;
  const auto& [base, region] = *std::prev(above);
  return address - base < region.bytes.size() ? region.timing : elsewhere;
}

}  // namespace auklet::sim::model
