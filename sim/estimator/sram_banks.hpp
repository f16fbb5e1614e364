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

/// What the compute engine asks for in a cycle.
struct ComputeAsks {
  Banks reads = 0;    ///< Activations.
  Banks weights = 0;  ///< Weights, parameters, tables, operands.
  Banks results = 0;  ///< Always granted.
};

}  // namespace auklet::sim::estimator
