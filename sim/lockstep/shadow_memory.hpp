// The device's memory and the reference's copy of it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <vector>

namespace auklet::sim {

/// Regions of device memory, each with a copy.
class ShadowMemory {
 public:
  /// A place where memory and copy differ.
  struct Byte {
    std::uint64_t address = 0;
    std::byte device{};
    std::byte copy{};
  };

  /// Adds a region and returns its copy, which stays where it is until remove().
  std::span<std::byte> add(std::uint64_t base, std::span<std::byte> bytes);
  /// Removes the region that begins at `base`; no effect when there is none.
  void remove(std::uint64_t base);
  /// Copies all of the device's memory.
  void refresh();

  /// The copy's bytes at [address, address + bytes); empty when no region holds them all.
  [[nodiscard]] std::span<const std::byte> copy(std::uint64_t address, std::uint64_t bytes) const;
  /// The device's.
  [[nodiscard]] std::span<const std::byte> device(std::uint64_t address, std::uint64_t bytes) const;
  /// The lowest address where the two differ.
  [[nodiscard]] std::optional<Byte> first_difference() const;

 private:
  struct Region {
    std::uint64_t base;
    std::span<std::byte> bytes;
    std::vector<std::byte> copy;
  };

  [[nodiscard]] const Region* find(std::uint64_t address, std::uint64_t bytes) const;

  std::deque<Region> regions_;
};

}  // namespace auklet::sim
