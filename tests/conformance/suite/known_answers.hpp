// Compute commands with their inputs and what has to come out. The outputs are of three implementations that were
// written independently of each other and agree: the RTL, the functional model, and the loops of
// tests/sim_model/naive.cpp (softmax: the first two).
#pragma once

#include <auklet/spec/spec.hpp>
#include <cstddef>
#include <cstdint>
#include <span>

namespace auklet::conformance {

/// Bytes that every known answer's job loads to SRAM address 0.
inline constexpr std::uint32_t kBlobBytes = 0x2000;
inline constexpr std::uint32_t kWeightsAt = 0x0800;     ///< Of the SRAM: any bytes are weights.
inline constexpr std::uint32_t kDepthwiseAt = 0x1600;   ///< Two weight blocks of DWCONV.
inline constexpr std::uint32_t kParametersAt = 0x1800;  ///< Four parameter blocks.
inline constexpr std::uint32_t kExponentsAt = 0x1c00;   ///< A softmax's table.
inline constexpr std::uint32_t kResultAt = 0x4000;

/// Byte `index` of them: activations and weights at random, parameter blocks, a table.
[[nodiscard]] std::int8_t blob_byte(std::uint32_t index) noexcept;

/// A command that reads the blob, and the words that it writes from kResultAt on.
template <typename Command>
struct KnownAnswer {
  const char* name;
  Command command;
  std::span<const std::int8_t> result;
};

[[nodiscard]] std::span<const KnownAnswer<spec::GeomCommand>> convolution_answers() noexcept;
[[nodiscard]] std::span<const KnownAnswer<spec::GeomCommand>> depthwise_answers() noexcept;
[[nodiscard]] std::span<const KnownAnswer<spec::GeomCommand>> pool_answers() noexcept;
[[nodiscard]] std::span<const KnownAnswer<spec::EltwiseCommand>> elementwise_answers() noexcept;
/// Bytes of each row beyond the command's `n` may be anything.
[[nodiscard]] std::span<const KnownAnswer<spec::SoftmaxCommand>> softmax_answers() noexcept;

}  // namespace auklet::conformance
