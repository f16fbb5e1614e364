// RESHAPE: the same elements under another shape.
#pragma once

#include <auklet/kernels/status.hpp>
#include <auklet/kernels/tensor.hpp>
#include <cstddef>
#include <span>

namespace auklet::kernels {

/// Says whether the arguments of reshape belong together; kOk or the first error found. Touches no data.
[[nodiscard]] Status check_reshape(std::size_t element_bytes, Tensor<const std::byte> input, Tensor<std::byte> output);

namespace reference {

/// Copies `input` to `output`, elements of `element_bytes` (1 to 8) of any type. Both shapes count elements, both spans
/// bytes. Buffers may overlap in any way; equal ones are left alone. Thread- and interrupt-safe; no allocation.
/// Errors (nothing written): kBadShape, kSizeOverflow (also for element_bytes out of range), kNullPointer, kBufferSize,
/// kShapeMismatch (different element counts).
[[nodiscard]] Status reshape(std::size_t element_bytes, Tensor<const std::byte> input, Tensor<std::byte> output);

}  // namespace reference
}  // namespace auklet::kernels
