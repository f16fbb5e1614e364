// Placing blocks in a range of addresses, each for a span of time. Time is counted in operators of a segment.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <span>
#include <vector>

namespace auklet::compiler::passes {

/// Where a block is, and during which operators, both ends included.
struct Block {
  std::uint32_t address = 0;
  std::uint32_t bytes = 0;
  std::uint32_t first = 0;
  std::uint32_t last = 0;
  bool elastic = false;  ///< It took what there was (place_largest), not what it needs.

  [[nodiscard]] std::uint32_t end() const { return address + bytes; }
  [[nodiscard]] bool lives_with(const Block& other) const { return first <= other.last && other.first <= last; }
};

/// Blocks that never overlap in both address and time.
class Space {
 public:
  using Id = std::size_t;
  /// What placing a block somewhere costs; the cheapest place wins, the lowest address among equals.
  using Price = std::function<std::uint64_t(const Block&)>;

  /// Addresses [0, bytes). Blocks begin at multiples of `align`, a power of two; so they also do at those of
  /// `preferred`, addresses that are worth a try.
  Space(std::uint32_t bytes, std::uint32_t align, std::vector<std::uint32_t> preferred = {});

  /// Places a block, or returns nothing when there is no room. `packed`: at an end of a free range, so that the rest of
  /// it stays whole.
  std::optional<Id> place(std::uint32_t bytes, std::uint32_t first, std::uint32_t last, const Price& price = {},
                          bool packed = false);
  /// Moves a block to the cheapest place that is free while it lives, which may be where it is.
  void settle(Id id, const Price& price);
  /// Takes the longest free range during operator `time`; its length may be 0.
  Id place_largest(std::uint32_t time);
  /// Frees a block; its Id is not used again.
  void remove(Id id);
  /// Puts a removed block back where it was. Precondition: the place is still free.
  void restore(Id id, const Block& block) { blocks_[id] = block; }

  [[nodiscard]] const Block& operator[](Id id) const { return blocks_[id]; }
  /// Highest address in use at any time.
  [[nodiscard]] std::uint32_t peak() const;
  /// Most bytes in use at one time, elastic blocks aside: a lower bound of peak() for any placement.
  [[nodiscard]] std::uint32_t live_peak() const;

 private:
  struct Gap {
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
  };
  /// Free ranges throughout [first, last], ascending; they begin aligned.
  [[nodiscard]] std::vector<Gap> gaps(std::uint32_t first, std::uint32_t last) const;

  std::uint32_t bytes_;
  std::uint32_t align_;
  std::vector<std::uint32_t> preferred_;
  std::vector<Block> blocks_;  // Removed ones are empty.
};

}  // namespace auklet::compiler::passes
