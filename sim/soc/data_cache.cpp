#include "data_cache.hpp"

#include <algorithm>
#include <cstring>

namespace auklet::sim::soc {
namespace {

constexpr std::uint32_t line_of(std::uint32_t address) { return address - address % DataCache::kLine; }

}  // namespace

DataCache::DataCache() : lines_(std::size_t{kSets} * kWays) {}

DataCache::Line* DataCache::find(std::uint32_t address) {
  const std::uint32_t first = line_of(address) / kLine % kSets * kWays;
  for (Line& line : std::span(lines_).subspan(first, kWays)) {
    if (line.valid && line.address == line_of(address)) return &line;
  }
  return nullptr;
}

void DataCache::write_back(Line& line) {
  if (!line.dirty) return;
  std::memcpy(line.home.data(), line.bytes.data(), kLine);
  line.dirty = false;
  ++write_backs_;
}

DataCache::Line& DataCache::fetch(std::span<const std::byte> memory, std::uint32_t base, std::uint32_t offset) {
  const std::uint32_t address = base + offset;
  Line* line = find(address);
  if (line == nullptr) {
    ++misses_;
    const std::uint32_t first = line_of(address) / kLine % kSets * kWays;
    line = &*std::ranges::min_element(std::span(lines_).subspan(first, kWays), {},
                                      [](const Line& candidate) { return candidate.valid ? candidate.last_use : 0; });
    if (line->valid) write_back(*line);
    *line = Line{};
    line->valid = true;
    line->address = line_of(address);
    std::memcpy(line->bytes.data(), memory.data() + line_of(offset), kLine);
  }
  line->last_use = ++uses_;
  return *line;
}

void DataCache::read(std::span<const std::byte> memory, std::uint32_t base, std::uint32_t offset,
                     std::span<std::byte> bytes) {
  std::memcpy(bytes.data(), fetch(memory, base, offset).bytes.data() + offset % kLine, bytes.size());
}

void DataCache::write(std::span<std::byte> memory, std::uint32_t base, std::uint32_t offset,
                      std::span<const std::byte> bytes) {
  Line& line = fetch(memory, base, offset);
  line.dirty = true;
  line.home = memory.subspan(line_of(offset), kLine);
  std::memcpy(line.bytes.data() + offset % kLine, bytes.data(), bytes.size());
}

void DataCache::maintain(CacheOperation operation, std::uint32_t address) {
  Line* line = find(address);
  if (line == nullptr) return;
  if (operation != CacheOperation::kInvalidate) write_back(*line);
  if (operation != CacheOperation::kClean) line->valid = false;
}

}  // namespace auklet::sim::soc
