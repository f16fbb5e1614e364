// Any function of one int8 value as a table: what LOGISTIC, TANH and ELU are.
#pragma once

#include <auklet/kernels/resources.hpp>
#include <auklet/kernels/status.hpp>
#include <cstddef>
#include <cstdint>
#include <span>

namespace auklet::kernels {

/// Entries of a table: one an int8 value.
inline constexpr std::size_t kTableSize = 256;

/// Entry of the value `x`: entries go from -128 up.
[[nodiscard]] constexpr std::size_t table_index(std::int8_t x) { return static_cast<std::size_t>(x + 128); }

namespace reference {

/// output = table[table_index(input)]; see make_table (elementwise_quantization.hpp).
/// Spans of equal length; the output may be the input's memory exactly. Thread- and interrupt-safe; no allocation.
/// Errors (nothing written): kShapeMismatch (lengths differ), kNullPointer, kOverlap (also with the table).
[[nodiscard]] Status lookup(std::span<const std::int8_t, kTableSize> table, std::span<const std::int8_t> input,
                            std::span<std::int8_t> output);

}  // namespace reference

namespace optimized {

/// As reference::lookup, in vectors. Of the resources only `parallel` is used.
[[nodiscard]] Status lookup(std::span<const std::int8_t, kTableSize> table, std::span<const std::int8_t> input,
                            std::span<std::int8_t> output, const Resources& resources);

}  // namespace optimized
}  // namespace auklet::kernels
