// What sharing a region of the SRAM costs: cycles in which one port of it waits for another.
//
// A region serves its ports in the order results, activations, weights, stores, loads, but for a transfer that has been
// refused a few times. Weights take both of its banks, so that they wait as long as activations are read beside them.
#pragma once

#include <auklet/plan/packing.hpp>
#include <cstdint>
#include <vector>

#include "space.hpp"

namespace auklet::compiler::passes {

/// Time in SRAM, both ends included. A node takes one step, or one for each part of its weights.
struct Steps {
  std::uint32_t first = 0;
  std::uint32_t last = 0;
};

/// What uses a block in some steps: a port, and in how many cycles.
struct Access {
  enum class Port : std::uint8_t { kRead, kWrite, kWeights };

  Steps steps;
  Port port = Port::kRead;
  std::uint64_t cycles = 0;
};

/// Reads of a convolution's input, and of its weights of `tiles` tiles.
[[nodiscard]] std::uint64_t read_cycles(const plan::ConvOp& op, const plan::ConvLayout& layout);
[[nodiscard]] std::uint64_t weight_cycles(const plan::ConvOp& op, const plan::ConvLayout& layout, std::uint32_t tiles);

class RegionPrice {
 public:
  explicit RegionPrice(std::uint32_t region_bytes) : region_(region_bytes) {}

  /// Notes how a block of `sram` is used; `loaded` when a LOAD fills it before its first step.
  void note(Space::Id id, std::vector<Access> accesses, bool loaded);
  /// The noted use of a block.
  [[nodiscard]] const std::vector<Access>& accesses(Space::Id id) const { return uses_[id].accesses; }
  [[nodiscard]] bool loaded(Space::Id id) const { return uses_[id].loaded; }

  /// Cycles that a block at this place would cost beside those of `sram`.
  [[nodiscard]] std::uint64_t operator()(const Space& sram, const Block& block, const std::vector<Access>& accesses,
                                         bool loaded) const;

 private:
  struct Use {
    std::vector<Access> accesses;
    bool loaded = false;
  };
  [[nodiscard]] std::uint64_t shared(const Block& a, const Block& b) const;

  std::uint32_t region_;
  std::vector<Use> uses_;  // By block.
};

}  // namespace auklet::compiler::passes
