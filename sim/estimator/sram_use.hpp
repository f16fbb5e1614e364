// Which SRAM regions a command works in, and how much of their banks' time it takes: what decides how much compute
// engine and transfers hold each other up (rtl/core/auklet_sram.sv).
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

/// What a running command takes of the SRAM.
struct SramUse {
  PerRegion taken{};  ///< How likely a bank of the region is in use in a cycle.
  PerRegion fetch{};  ///< The part of it that is activation reads: only they hold the command up when they are refused.

  /// Adds a port's accesses: `rate` of them a cycle, each of one bank or of both of a region. Activation reads when
  /// `is_fetch`.
  void add(const PerRegion& where, double rate, bool both_banks, bool is_fetch = false);
};

}  // namespace auklet::sim::estimator
