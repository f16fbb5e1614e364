// SRAM accesses of a cycle, as the banks that they take (rtl/core/auklet_sram.sv).
#pragma once

#include <auklet/spec/spec.hpp>
#include <bit>
#include <cstdint>

namespace auklet::sim::estimator {

/// A bit a bank: 2 * region, and 1 more for that of the odd words.
using Banks = std::uint8_t;

/// Which banks an access takes. Addresses are of bytes, and wrap at the size of the SRAM.
class BankMap {
 public:
  explicit BankMap(std::uint32_t sram_bytes)
      : mask_(sram_bytes / spec::kLanes - 1), shift_(static_cast<unsigned>(std::countr_zero(sram_bytes)) - 2) {
    static_assert(spec::kSramRegions == 4);
  }
  /// The word that `address` is in.
  [[nodiscard]] Banks word(std::uint32_t address) const {
    const std::uint32_t word = address / spec::kLanes & mask_;
    return static_cast<Banks>(1U << (region_bits(word) | (word & 1U)));
  }
  /// Both words of its pair.
  [[nodiscard]] Banks pair(std::uint32_t address) const {
    return static_cast<Banks>(3U << region_bits(address / spec::kLanes & mask_));
  }
  /// A word's bytes from `address` on.
  [[nodiscard]] Banks bytes(std::uint32_t address) const {
    const Banks first = word(address);
    return address % spec::kLanes == 0 ? first : static_cast<Banks>(first | word(address + spec::kLanes));
  }
  /// All banks of the regions that words with bytes of [begin, begin + bytes) are in.
  [[nodiscard]] Banks regions(std::uint64_t begin, std::uint64_t bytes) const {
    const std::uint64_t first = begin & ((std::uint64_t{mask_} + 1) * spec::kLanes - 1);
    const std::uint64_t crossed =
        ((first & ((std::uint64_t{1} << shift_) - 1)) + bytes - (bytes != 0 ? 1 : 0)) >> shift_;
    if (crossed >= spec::kSramRegions - 1) return static_cast<Banks>(~0U);
    unsigned banks = 0;
    for (std::uint64_t i = 0; i <= crossed; ++i) banks |= 3U << ((first >> shift_) + i) % spec::kSramRegions * 2;
    return static_cast<Banks>(banks);
  }

 private:
  [[nodiscard]] std::uint32_t region_bits(std::uint32_t word) const { return (word * spec::kLanes >> shift_) * 2; }

  std::uint32_t mask_;
  unsigned shift_;  ///< Of the region in an address.
};

/// Those of even and of odd words.
inline constexpr Banks kEvenBanks = 0x55;
inline constexpr Banks kOddBanks = 0xaa;

/// All banks of the regions that `banks` are in.
constexpr unsigned whole_regions(unsigned banks) {
  const unsigned regions = (banks | banks >> 1U) & kEvenBanks;
  return regions | regions << 1U;
}

/// Whether they are in one region at most.
constexpr bool one_region(unsigned banks) {
  const unsigned regions = (banks | banks >> 1U) & kEvenBanks;
  return (regions & (regions - 1)) == 0;
}

/// Accesses of the next 64 cycles, a bit each: to even and to odd words.
struct BankUse {
  std::uint64_t even = 0;
  std::uint64_t odd = 0;

  [[nodiscard]] std::uint64_t any() const { return even | odd; }
  void add(const BankUse& other) {
    even |= other.even;
    odd |= other.odd;
  }
};

/// Bits `from`, `from` + `period`, ...
constexpr std::uint64_t comb(std::uint64_t period, std::uint64_t from) {
  constexpr unsigned kBits = 64;
  if (from >= kBits) return 0;
  std::uint64_t bits = 1;
  for (std::uint64_t step = period; step < kBits; step *= 2) bits |= bits << step;
  return bits << from;
}

/// Those of words at `address`, `address + pitch`, ..., one in each of `cycles`; `pitch` is a multiple of a word.
constexpr BankUse bank_use(std::uint32_t address, std::uint32_t pitch, std::uint64_t cycles) {
  std::uint64_t same = cycles;  // Those whose bank is the first one's.
  if (pitch / spec::kLanes % 2 != 0) {
    std::uint64_t counted = cycles;  // Bit i: whether the number of them up to i is odd.
    for (unsigned shift = 1; shift < 64; shift *= 2) counted ^= counted << shift;
    same &= counted;
  }
  const bool odd = address / spec::kLanes % 2 != 0;
  return odd ? BankUse{cycles & ~same, same} : BankUse{same, cycles & ~same};
}

/// Those of 16 bytes at `address`, `address + pitch`, ..., one every `period` cycles from `from` on: of both banks but
/// where they begin at a word.
constexpr BankUse read_use(std::uint32_t address, std::uint32_t pitch, std::uint64_t period, std::uint64_t from) {
  constexpr std::uint32_t kPair = 2 * spec::kLanes;
  const std::uint64_t cycles = comb(period, from);
  BankUse use{cycles, cycles};
  const std::uint64_t again =
      kPair >> static_cast<unsigned>(std::countr_zero(pitch | kPair));  // Reads to the same place.
  for (std::uint64_t i = 0; i < again; ++i, address += pitch) {
    if (address % spec::kLanes != 0) continue;
    const std::uint64_t these = comb(again * period, from + i * period);
    (address % kPair == 0 ? use.odd : use.even) &= ~these;
  }
  return use;
}

/// What the compute engine asks for in a cycle.
struct ComputeAsks {
  Banks reads = 0;    ///< Activations.
  Banks weights = 0;  ///< Weights, parameters, tables, operands.
  Banks results = 0;  ///< Always granted.
};

}  // namespace auklet::sim::estimator
