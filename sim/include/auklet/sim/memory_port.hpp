// Memory that is somebody else's: what a target asks where no region is mapped.
#pragma once

#include <auklet/sim/axi_response.hpp>
#include <cstddef>
#include <cstdint>
#include <span>

namespace auklet::sim {

/// The way from a simulated NPU to a model of the memory system around it. Called by the target while time advances,
/// a burst at a time: at most spec::kBurstBytes bytes, not across a 4 KiB boundary. Must not access the target.
class MemoryPort {
 public:
  virtual ~MemoryPort() = default;

  /// Fills `bytes` from `address` on. They may hold anything when the response is not kOkay.
  virtual AxiResponse read(std::uint64_t address, std::span<std::byte> bytes) = 0;
  /// Writes `bytes` from `address` on.
  virtual AxiResponse write(std::uint64_t address, std::span<const std::byte> bytes) = 0;
};

}  // namespace auklet::sim
