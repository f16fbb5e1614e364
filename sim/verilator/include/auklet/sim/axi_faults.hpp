// What can be made to go wrong on the memory side of the AXI port, and how reluctant it is.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include <auklet/sim/axi_pins.hpp>

namespace auklet::sim {

/// Random refusal. In each cycle a channel refuses with its probability: AR, AW and W hold READY low, R and B put off
/// the next VALID (one that is already high stays). The choice depends on seed, channel and cycle alone, so that equal
/// seeds give equal runs.
struct BackPressure {
  std::array<double, kAxiChannels> probability{};  ///< Indexed by AxiChannel, 0 (never) to 1 (always).
  std::uint64_t seed = 1;

  /// The same probability on every channel.
  [[nodiscard]] static BackPressure uniform(double probability, std::uint64_t seed) {
    BackPressure result;
    result.probability.fill(probability);
    result.seed = seed;
    return result;
  }
};

/// One wrong response instead of OKAY.
struct ResponseFault {
  AxiResponse response = AxiResponse::kSlaveError;
  std::uint64_t index = 0;                        ///< Which one, from 0, counted from when the plan was injected.
  std::optional<std::uint8_t> id = std::nullopt;  ///< Counts only responses with this ID; every ID when empty.
};

/// A channel that stops: AR, AW and W hold READY low, R and B raise no further VALID.
struct ChannelHang {
  AxiChannel channel = AxiChannel::kAr;
  std::uint64_t after_handshakes = 0;      ///< Handshakes that still succeed, counted from when the plan was injected.
  std::uint64_t release_after_cycles = 0;  ///< Resumes after so many cycles by itself; 0: only by release_hang().
};

/// Faults to inject. A later plan replaces an earlier one entirely; the default plan is no fault.
struct FaultPlan {
  std::optional<ResponseFault> read = std::nullopt;   ///< On the index-th R beat; its data is not the memory's.
  std::optional<ResponseFault> write = std::nullopt;  ///< On the index-th B response; that burst does not reach memory.
  std::optional<ChannelHang> hang = std::nullopt;
};

}  // namespace auklet::sim
