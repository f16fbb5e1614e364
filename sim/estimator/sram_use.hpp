// Which SRAM regions a command works in, and which of their banks its reads take: what decides whether the compute
// engine's ports and transfers hold each other up (rtl/core/auklet_sram.sv).
#pragma once

#include <array>
#include <auklet/spec/spec.hpp>
#include <cstdint>

namespace auklet::sim::estimator {

/// A share for each region, 0 to 1.
using PerRegion = std::array<double, spec::kSramRegions>;

/// How the bytes [begin, begin + bytes) are spread over the regions; addresses wrap at the size of the SRAM. Adds up
/// to 1.
[[nodiscard]] PerRegion spread(std::uint64_t begin, std::uint64_t bytes, std::uint32_t sram_bytes);

/// How likely two accesses that are spread like `a` and `b` meet in a region, 0 to 1.
[[nodiscard]] double meeting(const PerRegion& a, const PerRegion& b);

/// Reads of 16 bytes at `base`, `base + pitch`, `base + 2 * pitch`, ..., and the words of the region that they take: a
/// read at an odd byte takes both banks.
struct Reads {
  std::uint64_t base = 0;
  std::uint64_t pitch = 0;

  /// Of all reads, those of both banks.
  [[nodiscard]] double both_banks() const;
  /// Whether reads of one bank stay in it.
  [[nodiscard]] bool same_bank() const { return pitch % (std::uint64_t{2} * spec::kLanes) == 0; }
};

/// Where the ports of a compute command work.
struct PortSpans {
  PerRegion in{};       ///< Activations, operand A.
  PerRegion weights{};  ///< Operand B.
  PerRegion params{};
  PerRegion out{};

  /// The regions, a bit each.
  [[nodiscard]] std::uint8_t regions() const;
  /// Whether two of them meet: then they refuse each other.
  [[nodiscard]] bool meet() const;
};

/// The regions of `shares`, a bit each.
[[nodiscard]] std::uint8_t regions_of(const PerRegion& shares);

}  // namespace auklet::sim::estimator
