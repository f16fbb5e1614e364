#include "sram_use.hpp"

#include <algorithm>
#include <array>
#include <numeric>

namespace auklet::sim::estimator {
namespace {

/// Refusals that a transfer's access puts up with (rtl/core/auklet_sram.sv): then it goes before all but results.
constexpr std::uint64_t kPatience = 2;

}  // namespace

PerRegion spread(std::uint64_t begin, std::uint64_t bytes, std::uint32_t sram_bytes) {
  const std::uint64_t region_bytes = sram_bytes / spec::kSramRegions;
  PerRegion shares{};
  const std::uint64_t all = std::clamp<std::uint64_t>(bytes, 1, sram_bytes);
  std::uint64_t at = begin % sram_bytes;
  for (std::uint64_t left = all; left != 0;) {
    const std::uint64_t region = at / region_bytes;
    const std::uint64_t here = std::min(left, (region + 1) * region_bytes - at);
    shares[region] += static_cast<double>(here) / static_cast<double>(all);
    left -= here;
    at = (at + here) % sram_bytes;
  }
  return shares;
}

double meeting(const PerRegion& a, const PerRegion& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

double Reads::both_banks() const {
  const std::uint64_t period = spec::kLanes / std::gcd<std::uint64_t>(pitch % spec::kLanes, spec::kLanes);
  std::uint64_t both = 0;
  for (std::uint64_t i = 0; i < period; ++i) both += (base + i * pitch) % spec::kLanes != 0 ? 1U : 0U;
  return static_cast<double>(both) / static_cast<double>(period);
}

namespace {

/// A transfer beside a port that takes a bank when `taken(cycle, bank)`.
///
/// A LOAD's or STORE's words come at an even pace, from bank to bank; they and the port's reads shift each other until
/// they fit or until they collide at every turn, which a few words show. Those of an UNPACK come unevenly: at any cycle
/// alike.
template <typename Taken>
Interference beside(const Taken& taken, double period, bool buffered) {
  constexpr std::uint64_t kAfterRoom = 2;  // From a word's write to that of the beat that waited for its room.
  const auto refusals = [&](std::uint64_t cycle, std::uint64_t bank) {
    std::uint64_t refused = 0;
    while (refused < kPatience && taken(cycle + refused, bank)) ++refused;
    return refused;
  };
  constexpr std::uint64_t kWords = 64;
  double due = 0;
  std::array<std::uint64_t, 2> granted{};  // The last one, and the one before.
  std::uint64_t stalls = 0;
  for (std::uint64_t word = 0; word < kWords; ++word) {
    if (word != 0) due = std::max(due + period, static_cast<double>(granted[buffered ? 1 : 0] + kAfterRoom));
    const std::uint64_t at = std::max(static_cast<std::uint64_t>(due), word == 0 ? 0 : granted[0] + 1);
    const std::uint64_t refused = refusals(at - stalls, word % 2);
    granted = {at + refused, granted[0]};
    if (refused == kPatience && taken(granted[0] - stalls, word % 2)) ++stalls;
  }
  const double alone = static_cast<double>(kWords - 1) * period + 1;
  const double together = std::max(alone, static_cast<double>(granted[0] + 1));
  return {alone / together, static_cast<double>(stalls) / together};
}

}  // namespace

Interference interfere(const SramUse& use, const TransferUse& transfer) {
  constexpr double kSlowest = 0.02;
  Interference result;
  if (transfer.rate <= 0) return result;
  const double period = 1 / transfer.rate;
  const auto slow_down = [&](double together, const Interference& both, double harm) {
    result.transfer -= together * (1 - both.transfer);
    result.lost += together * both.lost * harm;
  };
  // Of accesses that are each refused for `wait` cycles.
  const auto waiting = [&](double wait) { return std::min(1.0, period / ((transfer.buffered ? 1 : 2) + wait)); };
  const double beside_reads = meeting(use.fetch.where, transfer.where) * use.fetch.active;
  if (beside_reads > 0) {
    const Reads& reads = use.reads;
    const auto taken = [&](std::uint64_t cycle, std::uint64_t bank) {
      if (cycle % reads.phases != 0) return false;
      const std::uint64_t address = reads.base + cycle / reads.phases * reads.pitch;
      return address % spec::kLanes != 0 || address / spec::kLanes % 2 == bank;
    };
    slow_down(beside_reads, beside(taken, period, transfer.buffered), 1);
  }
  const double beside_weights = meeting(use.weights.where, transfer.where) * use.weights.active;
  if (beside_weights > 0 && transfer.buffered) {
    const auto taken = [&](std::uint64_t cycle, std::uint64_t) { return cycle % use.step < use.load; };
    slow_down(beside_weights, beside(taken, period, true), use.harm);
  } else if (beside_weights > 0) {
    const double reading = static_cast<double>(use.load) / static_cast<double>(use.step);
    const double possible = waiting(static_cast<double>(kPatience));
    slow_down(beside_weights * reading, {possible, transfer.rate * possible}, use.harm);
  }
  // A bank that takes result after result is out of reach until they go on in the other one, or pause. A pause comes
  // soon enough for what is buffered, and for the word that found its bank free before.
  constexpr double kBuffered = 2, kBefore = 1.5;
  double possible = waiting(use.same_bank > 0 ? use.same_bank / 2 : 0.5);
  if (use.same_bank > 0 && use.pauses) {
    possible = std::min(1.0, (kBefore + (transfer.buffered ? kBuffered : 1)) * period / use.same_bank);
  }
  slow_down(meeting(use.results.where, transfer.where) * use.results.active, {possible, 0}, 0);
  result.transfer = std::max(result.transfer, kSlowest);
  return result;
}

}  // namespace auklet::sim::estimator
