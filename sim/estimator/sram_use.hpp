// Which SRAM regions a command works in, and how its ports take their banks' time: what decides how much the compute
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

/// Reads of 16 bytes at `base`, `base + pitch`, `base + 2 * pitch`, ..., one every `phases` cycles, and the words of
/// the region that they take: a read at an odd byte takes both banks.
struct Reads {
  std::uint64_t base = 0;
  std::uint64_t pitch = 0;
  std::uint64_t phases = 1;

  /// Of all reads, those of both banks.
  [[nodiscard]] double both_banks() const;
  /// Whether reads of one bank stay in it.
  [[nodiscard]] bool same_bank() const { return pitch % (std::uint64_t{2} * spec::kLanes) == 0; }
};

/// A port of the compute engine while a command runs.
struct PortUse {
  PerRegion where{};
  double active = 0;  ///< Share of the time in which it is in use.
};

/// What a running command takes of the SRAM.
struct SramUse {
  PortUse fetch;
  Reads reads;  ///< Of `fetch`.
  PortUse weights;
  std::uint64_t load = 1;  ///< Cycles at a stretch in which `weights` takes both banks,
  std::uint64_t step = 1;  ///< of so many.
  double harm = 0;         ///< Of the turns that it loses, those that cost the command a cycle.
  PortUse results;         ///< Goes before all others.
  double same_bank = 0;    ///< Results that stay in one bank at a stretch; 0 where they go from bank to bank.
  bool pauses = false;     ///< Behind such a stretch; else the next one follows in the other bank.
};

/// How a transfer and a command that runs beside it slow each other down.
struct Interference {
  double transfer = 1;  ///< What the transfer gets done in a cycle, relative to what it would alone.
  double lost = 0;      ///< Cycles that the command loses in a cycle.
};

/// A transfer's SRAM accesses.
struct TransferUse {
  PerRegion where{};
  double rate = 0;       ///< A cycle, when nothing refuses them.
  bool buffered = true;  ///< The next word's bytes come while one waits: but for UNPACK.
};

/// A transfer beside a command.
[[nodiscard]] Interference interfere(const SramUse& use, const TransferUse& transfer);

}  // namespace auklet::sim::estimator
