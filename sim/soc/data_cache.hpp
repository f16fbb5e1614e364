// A write-back data cache that the NPU knows nothing of: what makes cache maintenance necessary.
#pragma once

#include <auklet/spec/soc.h>
#include <array>
#include <auklet/sim/soc/cpu.hpp>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace auklet::sim::soc {

/// Set-associative, write-back, allocates on reads and writes, replaces the way that was used longest ago. Accesses do
/// not cross a line. It holds bytes of its own: what it has not written back memory does not see, and what memory got
/// behind its back it does not see.
class DataCache {
 public:
  static constexpr std::uint32_t kLine = AUKLET_SOC_CACHE_LINE;
  static constexpr std::uint32_t kWays = AUKLET_SOC_CACHE_WAYS;
  static constexpr std::uint32_t kSets = AUKLET_SOC_CACHE_BYTES / kLine / kWays;

  DataCache();

  /// Fills `bytes` from `offset` on in `memory`, which the CPU sees at `base`.
  void read(std::span<const std::byte> memory, std::uint32_t base, std::uint32_t offset, std::span<std::byte> bytes);
  /// Writes `bytes` to `offset` in `memory`: to its line alone, for now.
  void write(std::span<std::byte> memory, std::uint32_t base, std::uint32_t offset, std::span<const std::byte> bytes);
  /// Maintains the line that holds `address`, if it is here.
  void maintain(CacheOperation operation, std::uint32_t address);

  /// Lines written back, by eviction or maintenance.
  [[nodiscard]] std::uint64_t write_backs() const { return write_backs_; }
  /// Accesses that found no line.
  [[nodiscard]] std::uint64_t misses() const { return misses_; }

 private:
  struct Line {
    bool valid = false;
    bool dirty = false;
    std::uint32_t address = 0;   ///< Of its first byte, as the CPU sees it.
    std::uint64_t last_use = 0;  ///< Larger is more recent.
    std::span<std::byte> home;   ///< Where it is written back to; empty for what cannot be written.
    std::array<std::byte, kLine> bytes{};
  };

  [[nodiscard]] Line* find(std::uint32_t address);
  Line& fetch(std::span<const std::byte> memory, std::uint32_t base, std::uint32_t offset);
  void write_back(Line& line);

  std::vector<Line> lines_;
  std::uint64_t uses_ = 0;
  std::uint64_t misses_ = 0;
  std::uint64_t write_backs_ = 0;
};

}  // namespace auklet::sim::soc
