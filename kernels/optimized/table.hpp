// A table of 256 bytes looked up for many elements.
#pragma once

#include <auklet/kernels/lookup.hpp>
#include <auklet/kernels/resources.hpp>
#include <cstddef>
#include <cstdint>
#include <span>

namespace auklet::kernels::optimized {

/// output = table[table_index(input)]. Precondition: spans of equal length; the output is the input's memory or
/// overlaps neither input nor table.
void apply_table(std::span<const std::int8_t, kTableSize> table, std::span<const std::int8_t> input,
                 std::span<std::int8_t> output, const ParallelFor& parallel);

}  // namespace auklet::kernels::optimized
