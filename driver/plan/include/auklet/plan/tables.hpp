// The vector unit's tables, in the order in which its commands read them (docs/command-stream.md, TABLE and SOFTMAX).
#pragma once

#include <auklet/plan/operators.hpp>
#include <cstddef>
#include <cstdint>
#include <span>

namespace auklet::plan {

/// Values of one byte, and differences of two.
inline constexpr std::size_t kTableEntries = 256;

/// A TableOp's table. `by_value` has the results of -128 to 127 in this order, as TensorFlow Lite's tables and
/// auklet::kernels::lookup's.
void pack_table(std::span<const std::int8_t, kTableEntries> by_value,
                std::span<std::uint8_t, kTableBytes> out) noexcept;

/// A SoftmaxOp's table. Entry d of `exponentials` is exp(-d * beta * input scale) in Q0.31, not negative, and 0 where
/// that is below the smallest difference that counts: auklet::kernels::softmax_exponentials().
void pack_softmax_table(std::span<const std::int32_t, kTableEntries> exponentials,
                        std::span<std::uint8_t, kSoftmaxTableBytes> out) noexcept;

}  // namespace auklet::plan
