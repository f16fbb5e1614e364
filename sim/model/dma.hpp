// LOAD, STORE and GATHER: the window check, and the copy burst by burst.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "commands.hpp"
#include "memory_map.hpp"
#include "sram.hpp"

namespace auklet::sim::model {

/// An address window as its registers describe it.
struct Window {
  std::uint64_t base = 0;
  std::uint32_t size = 0;
  bool read = false;
  bool write = false;
};

/// How a transfer ended.
struct Transfer {
  AxiResponse response = AxiResponse::kOkay;
  std::uint64_t address = 0;  ///< Of the burst that failed; 0 when none did.
};

/// Whether every byte of the transfer lies in the window and below the end of the AXI address space, and the window
/// allows the direction that the opcode has.
[[nodiscard]] bool window_allows(const Window& window, const Dma& dma);

/// The rows that a GATHER may read, as a LOAD would read them all.
[[nodiscard]] Dma table_of(const Gather& gather);

/// First byte after the burst that begins at `address`: bursts end at multiples of BURST_BYTES, and so never cross 4
/// KiB.
[[nodiscard]] constexpr std::uint64_t burst_end(std::uint64_t address) {
  return (address / spec::kBurstBytes + 1) * spec::kBurstBytes;
}

/// LOAD from the window at `base`; stops at the first burst that fails.
[[nodiscard]] Transfer run_load(const MemoryMap& memory, Sram& sram, const Dma& dma, std::uint64_t base);

/// Puts what an UNPACK reads in `bytes`: all of it, or what came before the burst that failed.
[[nodiscard]] Transfer read_packed(const MemoryMap& memory, const Dma& dma, std::uint64_t base,
                                   std::vector<std::int8_t>& bytes);

/// UNPACK from the window at `base`. Writes nothing when a burst fails.
[[nodiscard]] Transfer run_unpack(const MemoryMap& memory, Sram& sram, const Dma& dma, std::uint64_t base);

/// How a GATHER ended.
struct GatherEnd {
  Transfer transfer;                       ///< Of the rows before a wrong index.
  std::optional<std::uint32_t> bad_index;  ///< Place of the first index outside the table, where the command stopped.
};

/// GATHER from the window at `base`; stops at the first index outside the table, burst that fails or lost SRAM word.
[[nodiscard]] GatherEnd run_gather(const MemoryMap& memory, Sram& sram, const Gather& gather, std::uint64_t base);

/// STORE to the window at `base`; stops at the first burst that fails, and writes none from a lost SRAM word on.
[[nodiscard]] Transfer run_store(MemoryMap& memory, const Sram& sram, const Dma& dma, std::uint64_t base);

}  // namespace auklet::sim::model
