// Asks the CPU's kernels what an operator does, instead of writing it down a second time.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "../exec/operator_registry.hpp"

namespace auklet::compiler::passes {

/// A function of one byte in the order of the NPU's TABLE: of 0 .. 127, then of -128 .. -1 (or 0 .. 255).
using ByteTable = std::array<std::byte, 256>;

/// What an operator that treats every byte of input 0 alike makes of each. kUnsupported when the CPU cannot run it, or
/// refuses some byte (the root of a negative number): a table could not.
[[nodiscard]] Result<ByteTable> table_of(const exec::Context& context);

/// Where the elements of one output come from.
struct ByteMap {
  static constexpr std::uint32_t kFill = std::numeric_limits<std::uint32_t>::max();
  /// By element: an index into all bytes of the moved inputs, one after the other, or kFill.
  std::vector<std::uint32_t> from;
  /// By element: its value where `from` is kFill.
  std::vector<std::byte> fill;
};

/// The maps of all outputs of an operator that moves bytes: of its inputs `moved`, in this order, unchanged. The others
/// must be constant. kUnsupported when the CPU cannot run it, an input is computed that must not be, bytes change, or
/// there are more than 4 MiB of them, inputs and outputs together.
[[nodiscard]] Result<std::vector<ByteMap>> byte_maps_of(const exec::Context& context,
                                                        std::span<const std::size_t> moved);

}  // namespace auklet::compiler::passes
