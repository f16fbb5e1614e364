// What the commands of the array have in common: the SRAM that they read and write, and the pipeline behind the last
// fetch.
#pragma once

#include <algorithm>
#include <auklet/spec/spec.hpp>
#include <cstdint>

#include "compute_cost.hpp"
#include "sram_use.hpp"

namespace auklet::sim::estimator {

[[nodiscard]] constexpr std::uint64_t divide_up(std::uint64_t a, std::uint64_t b) { return (a + b - 1) / b; }

/// No estimate is longer: sums of a few of them stay within 64 bits.
inline constexpr std::uint64_t kMostCycles = std::uint64_t{1} << 58;

/// a * b, at most kMostCycles: products of fields can leave 64 bits.
[[nodiscard]] constexpr std::uint64_t multiply(std::uint64_t a, std::uint64_t b) {
  return b != 0 && a > kMostCycles / b ? kMostCycles : a * b;
}

/// Cycle in which the units see a command for the first time: LAUNCH is between.
inline constexpr std::uint64_t kFirstCycle = 2;
/// Cycles from a set's first weight pair to the last: 32 bytes each.
inline constexpr std::uint64_t kBlockCycles = spec::kWeightBlock / 32;
/// The same for a block of parameters.
inline constexpr std::uint64_t kParamCycles = spec::kParamBlock / 32;
/// From a parameter block's use to that of the next one at the earliest: its pairs, their arrival, the look at it.
inline constexpr std::uint64_t kNextParams = kParamCycles + 2;
/// A vector's way through the requantiser, until the next command may start.
inline constexpr std::uint64_t kRequantTail = 6;

struct GeomSpans : PortSpans {
  Reads reads;        ///< Of the input, along a row.
  double inside = 1;  ///< Of the kernel rows under all output rows, those that exist: padding is not read.
  /// Of all results written, the part that takes an activation read's place: they meet in a region, and there in a
  /// bank.
  double collisions = 0;
};

/// From the input's base to the end of the last row that is read,
[[nodiscard]] std::uint64_t input_bytes(const spec::GeomCommand& geom);
/// and from that of the results to the end of the last one.
[[nodiscard]] std::uint64_t output_bytes(const spec::GeomCommand& geom);

/// Where `geom` reads and writes.
[[nodiscard]] GeomSpans spans_of(const spec::GeomCommand& geom, const spec::HardwareConfig& config);

/// Of the results that are written into the region that is read, the part that costs a read its turn. Each costs one
/// where reads take both banks. Where they stay in one bank, half of the results are in it. Where reads and results
/// both move from bank to bank, one collision sets them apart until the gap has gone through the pipeline, some
/// `pipeline` results later.
[[nodiscard]] double collision_share(const Reads& reads, std::uint64_t pipeline);

[[nodiscard]] inline std::uint64_t& cause(CauseCycles& causes, spec::Cause which) {
  return causes[static_cast<std::size_t>(which) - 1];
}

/// FILL is what is left of `cost.cycles`.
void fill_up(ComputeCost& cost);

/// What the array waits for, in the order in which it counts.
struct ArrayWaits {
  std::uint64_t weights = 0;
  std::uint64_t drain = 0;
  std::uint64_t window = 0;
};

/// A command of the array of so many products, which takes cost.cycles when reads never lose their turn to results:
/// that comes on top, and each cycle gets its cause.
void run_array(ComputeCost& cost, const GeomSpans& spans, std::uint64_t products, std::uint64_t phases,
               const ArrayWaits& waits);

}  // namespace auklet::sim::estimator
