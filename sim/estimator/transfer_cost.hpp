// How long LOAD, UNPACK, GATHER and STORE take by themselves: from the engines in rtl/dma, burst by burst.
#pragma once

#include <auklet/sim/target.hpp>
#include <auklet/spec/spec.hpp>
#include <cstddef>
#include <cstdint>
#include <span>

#include "load_port.hpp"
#include "sram_use.hpp"
#include "transfer_ports.hpp"

namespace auklet::sim::estimator {

/// A transfer by itself.
struct TransferCost {
  std::uint64_t cycles = 0;     ///< From its start until the next one may start.
  std::uint64_t axi_beats = 0;  ///< Data beats.
  std::uint64_t words = 0;      ///< SRAM accesses.
  PerRegion sram{};             ///< Where they go.
  LoadShape load;               ///< LOAD, UNPACK, GATHER: as the load engine has it beside others.
  TransferShape shape;          ///< As the SRAM sees it.
};

/// The cost of the command `words`, well-formed and of the load or store engine, whose first byte (GATHER: of table row
/// 0) is at `address` in memory of that timing. The rows of a GATHER are taken to be consecutive ones. `packed` are the
/// bytes that an UNPACK reads, whose widths decide how even its words come; where they are not known (empty), all words
/// are taken to be of one width.
[[nodiscard]] TransferCost transfer_cost(std::span<const std::uint32_t> words, std::uint64_t address,
                                         const MemoryTiming& timing, const spec::HardwareConfig& config,
                                         std::span<const std::byte> packed = {});

}  // namespace auklet::sim::estimator
