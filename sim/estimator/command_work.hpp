// A command as the timeline sees it: which engine, what it waits for, how long it takes by itself.
#pragma once

#include <auklet/sim/target.hpp>
#include <auklet/spec/spec.hpp>
#include <cstdint>
#include <optional>
#include <span>

#include "compute_cost.hpp"
#include "compute_ports.hpp"
#include "load_port.hpp"
#include "sram_use.hpp"
#include "stream_fetch.hpp"
#include "transfer_cost.hpp"
#include "transfer_ports.hpp"

namespace auklet::sim::estimator {

struct CommandWork {
  spec::CommandHeader header;
  spec::Engine engine = spec::Engine::kNone;  ///< kNone: END.
  std::uint32_t stream_words = 0;             ///< Of 32 bits.
  std::uint64_t cycles = 0;                   ///< From its start until the engine's next one may start.
  CauseCycles causes{};                       ///< Compute: they add up to `cycles`.
  std::optional<PortCommand> ports;           ///< Compute, as far as it is followed cycle by cycle.
  TransferShape shape;                        ///< Transfers.
  std::uint8_t regions = 0;                   ///< SRAM regions that it works in, a bit each.
  LoadShape load;                             ///< LOAD, UNPACK, GATHER.
  LongTransfer bursts;                        ///< LOAD, UNPACK: from the start on; no bursts when they are short.
  bool beats_matter = false;                  ///< Beats of the command stream can take turns from it.
  std::uint64_t requant_active = 0;
  std::uint64_t axi_beats = 0;
};

/// Finds the work of a job's commands, which come in the order of the stream.
class CommandWorks {
 public:
  explicit CommandWorks(const spec::HardwareConfig& config) : config_(config) {}

  /// `words` is a well-formed command. For those of the load and store engines, `address` is that of the first byte
  /// (GATHER: of table row 0), in memory of that timing. `packed` are the bytes that an UNPACK reads, empty if not
  /// known.
  [[nodiscard]] CommandWork next(std::span<const std::uint32_t> words, std::uint64_t address,
                                 const MemoryTiming& timing, std::span<const std::byte> packed = {});

 private:
  spec::HardwareConfig config_;
  ComputeState state_;
};

}  // namespace auklet::sim::estimator
