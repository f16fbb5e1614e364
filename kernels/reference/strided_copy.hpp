// The loop that the reference operators which only move data share. Not part of the public interface.
#pragma once

#include <array>
#include <auklet/kernels/tensor.hpp>
#include <cstddef>
#include <cstdint>
#include <span>

#include "../common/broadcast.hpp"

namespace auklet::kernels::reference {

/// Copies `count` bytes. Precondition: the buffers do not overlap.
inline void copy_bytes(const std::byte* from, std::byte* to, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) to[i] = from[i];
}

/// Writes `count` copies of an element.
inline void fill_elements(std::span<const std::byte> element, std::byte* to, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) copy_bytes(element.data(), to + i * element.size(), element.size());
}

/// Elements from one index to the next in each dimension of `dims`.
using Strides = std::array<std::int64_t, detail::kRank>;

[[nodiscard]] constexpr Strides row_major_strides(const detail::Dims& dims) {
  Strides strides{};
  std::int64_t stride = 1;
  for (std::size_t i = detail::kRank; i-- > 0;) {
    strides[i] = stride;
    stride *= dims[i];
  }
  return strides;
}

/// Where a box of elements lies in a buffer: its first element and how to get from one to the next.
struct Box {
  std::int64_t offset = 0;
  Strides strides{};
};

/// Copies a box of `dims` elements. Precondition: every element of both boxes lies in its buffer.
inline void strided_copy(const detail::Dims& dims, std::size_t element_bytes, const Box& from, const std::byte* source,
                         const Box& to, std::byte* target) {
  constexpr std::size_t kLast = detail::kRank - 1;
  const bool contiguous = from.strides[kLast] == 1 && to.strides[kLast] == 1;
  const std::int32_t runs = contiguous ? 1 : dims[kLast];  // Copies a row takes.
  const std::size_t run_bytes = element_bytes * static_cast<std::size_t>(contiguous ? dims[kLast] : 1);
  detail::Dims index{};
  for (;;) {
    std::int64_t at_source = from.offset;
    std::int64_t at_target = to.offset;
    for (std::size_t i = 0; i < kLast; ++i) {
      at_source += index[i] * from.strides[i];
      at_target += index[i] * to.strides[i];
    }
    for (std::int32_t i = 0; i < runs; ++i) {
      copy_bytes(source + static_cast<std::size_t>(at_source) * element_bytes,
                 target + static_cast<std::size_t>(at_target) * element_bytes, run_bytes);
      at_source += from.strides[kLast];
      at_target += to.strides[kLast];
    }
    std::size_t dimension = kLast;
    while (dimension > 0 && ++index[dimension - 1] == dims[dimension - 1]) index[--dimension] = 0;
    if (dimension == 0) return;
  }
}

}  // namespace auklet::kernels::reference
