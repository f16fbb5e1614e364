// What a command stream lets the hardware do, counted without running it: the activities that an estimate of energy is
// made of (docs/energy.md). Multiply-accumulates are not among them: those of an operator's definition are the
// compiler's to know.
#pragma once

#include <array>
#include <auklet/spec/spec.hpp>
#include <cstdint>
#include <span>
#include <vector>

namespace auklet::sim {

/// Sums over the commands of a layer. Nothing depends on time: what a port has to repeat because it lost arbitration is
/// counted once.
struct OperationCounts {
  /// Reads and writes of the accumulator memory, 16 int32 each: CONV and DWROWS read and write a position's sums once a
  /// step (DWCONV adds up all taps before).
  std::uint64_t accumulator_accesses = 0;
  std::uint64_t requantised = 0;   ///< Bytes through the requantiser: REQUANT_ACTIVE counts them in vectors of 16.
  std::uint64_t rescaled = 0;      ///< Operand bytes that ADD and SQDIFF rescale before they add.
  std::uint64_t vector_bytes = 0;  ///< Bytes that pool, elementwise, table and softmax commands look at.
  std::uint64_t sram_reads = 0;    ///< Words of 16 bytes. Activations that begin within a word take two.
  std::uint64_t sram_writes = 0;   ///< Words of 16 bytes.
  /// Bytes between memory and SRAM, by address window.
  std::array<std::uint64_t, spec::kWindowCount> window_bytes{};

  OperationCounts& operator+=(const OperationCounts& other);
  bool operator==(const OperationCounts&) const = default;
};

/// Counts the commands of `stream` (header to END, little-endian words) by layer number modulo LOG_ENTRIES, which is
/// the size of the result. Precondition: the stream is well-formed, as docs/command-stream.md says; what stands behind
/// a command that is not is left out. Reentrant.
[[nodiscard]] std::vector<OperationCounts> count_operations(std::span<const std::uint32_t> stream,
                                                            const spec::HardwareConfig& config);

}  // namespace auklet::sim
