// Which nodes become a cascade where a node does not fit into SRAM.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "cascade.hpp"
#include "memory_plan.hpp"

namespace auklet::compiler::passes {

class CascadeSearch {
 public:
  CascadeSearch(const Program& program, const Hardware& hardware) : program_(program), hardware_(hardware) {}

  /// Looks for the cheapest run of nodes that holds `node`, none of them streamed or in a cascade of `plan`, and that
  /// fits beside what `plan`, an attempt that failed, keeps in SRAM meanwhile. Cheapest: the fewest cycles for rows
  /// that are computed twice and for commands. Nothing when there is none, or none that saves more than it costs.
  [[nodiscard]] std::optional<Cascade> find(const MemoryPlan& plan, std::uint32_t node) const;

  /// The same run in more and smaller stripes, or nothing when that does not pay. Such a run is never found again.
  [[nodiscard]] std::optional<Cascade> tighten(const MemoryPlan& plan, const Cascade& cascade);

 private:
  struct Priced {
    Cascade cascade;
    std::int64_t cycles = 0;  ///< What it costs, less the transfers that it hides.
  };

  [[nodiscard]] std::optional<Priced> smallest_that_fits(const MemoryPlan& plan, std::uint32_t first,
                                                         std::uint32_t last) const;
  [[nodiscard]] std::optional<std::uint64_t> whole_bytes(const MemoryPlan& plan, const Cascade& cascade) const;
  [[nodiscard]] std::uint64_t stripe_bytes(const MemoryPlan& plan, const Cascade& cascade) const;
  [[nodiscard]] std::uint64_t row_cycles(const MemoryPlan& plan, const Cascade& cascade, std::uint32_t node) const;
  [[nodiscard]] std::uint64_t price(const MemoryPlan& plan, const Cascade& cascade, std::uint64_t ends) const;
  [[nodiscard]] std::uint64_t hidden_cycles(const MemoryPlan& plan, const Cascade& cascade) const;
  [[nodiscard]] std::uint64_t saved_cycles(const MemoryPlan& plan, const Cascade& cascade) const;

  const Program& program_;
  const Hardware& hardware_;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> refused_;  // First and last node.
};

}  // namespace auklet::compiler::passes
