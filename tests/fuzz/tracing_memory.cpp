#include "tracing_memory.hpp"

#include <algorithm>
#include <cstring>
#include <sstream>
#include <utility>

namespace auklet::test {
namespace {

constexpr std::uint64_t scramble(std::uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9U;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebU;
  return x ^ (x >> 31);
}

/// The eight bytes at offset 8 * `group` of a grant without content.
constexpr std::uint64_t numbers(const Grant& grant, std::uint64_t group) {
  const std::uint64_t noise = scramble(grant.base + group);
  return grant.small_numbers ? noise & 0x0000'0003'0000'0003U : noise;
}

/// Fills `bytes` with those at `offset` of the grant.
void fill(const Grant& grant, std::uint64_t offset, std::span<std::byte> bytes) {
  if (!grant.content.empty()) {
    std::memcpy(bytes.data(), grant.content.data() + offset, bytes.size());
    return;
  }
  while (!bytes.empty()) {
    const std::uint64_t group = numbers(grant, offset / 8);
    const std::size_t skip = offset % 8, count = std::min(bytes.size(), std::size_t{8} - skip);
    std::memcpy(bytes.data(), reinterpret_cast<const std::byte*>(&group) + skip, count);
    bytes = bytes.subspan(count);
    offset += count;
  }
}

}  // namespace

void TracingMemory::begin(std::vector<Grant> grants, std::uint32_t error_at, sim::AxiResponse error) {
  grants_ = std::move(grants);
  error_at_ = error_at;
  error_ = error;
  bursts_ = 0;
  digest_ = 0;
  violation_.clear();
}

void TracingMemory::mix(std::uint64_t value) { digest_ = scramble(digest_ * 31 + value); }

const Grant* TracingMemory::admit(std::uint64_t address, std::size_t bytes, bool write) {
  ++bursts_;
  mix(address);
  mix(bytes * 2 + (write ? 1 : 0));
  constexpr std::uint64_t kBurst = 256, kPage = 4096;
  const bool shape = bytes != 0 && bytes <= kBurst && address % kPage + bytes <= kPage;
  const std::uint64_t beat = write ? 1 : beat_bytes_;
  for (const Grant& grant : grants_) {
    if (grant.size == 0) continue;
    const std::uint64_t begin = grant.base / beat * beat;
    const std::uint64_t size = (grant.base + grant.size + beat - 1) / beat * beat - begin;
    const bool inside = address >= begin && bytes <= size && address - begin <= size - bytes;
    if (shape && inside && (write ? grant.write : grant.read)) return &grant;
  }
  if (violation_.empty()) {
    std::ostringstream text;
    text << (write ? "write" : "read") << " of " << bytes << " bytes at 0x" << std::hex << address
         << (shape ? " was not granted" : " is no burst");
    violation_ = text.str();
  }
  return nullptr;
}

sim::AxiResponse TracingMemory::read(std::uint64_t address, std::span<std::byte> bytes) {
  const Grant* grant = admit(address, bytes.size(), false);
  if (error_at_ != 0 && bursts_ >= error_at_) return error_;
  if (grant == nullptr) return sim::AxiResponse::kOkay;
  // Whole, but for the beats at a grant's ends.
  const std::uint64_t begin = std::max(address, grant->base);
  const std::uint64_t end = std::min(address + bytes.size(), grant->base + grant->size);
  if (end - begin != bytes.size()) std::ranges::fill(bytes, std::byte{0xa5});
  fill(*grant, begin - grant->base, bytes.subspan(begin - address, end - begin));
  return sim::AxiResponse::kOkay;
}

sim::AxiResponse TracingMemory::write(std::uint64_t address, std::span<const std::byte> bytes) {
  (void)admit(address, bytes.size(), true);
  for (std::size_t at = 0; at < bytes.size(); at += sizeof(std::uint64_t)) {
    std::uint64_t group = 0;
    std::memcpy(&group, bytes.data() + at, std::min(sizeof group, bytes.size() - at));
    mix(group);
  }
  return error_at_ != 0 && bursts_ >= error_at_ ? error_ : sim::AxiResponse::kOkay;
}

}  // namespace auklet::test
