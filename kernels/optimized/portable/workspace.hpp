// Memory of the caller's, and what padding leaves of a window. Not part of the public interface.
#pragma once

#include <algorithm>
#include <auklet/kernels/resources.hpp>
#include <auklet/kernels/status.hpp>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

namespace auklet::kernels::portable {

/// Pairs of int16 are read as words.
inline constexpr std::size_t kWorkspaceAlignment = 4;

/// Bytes in which take_elements finds `elements`, wherever they begin; the largest size_t where they are too many.
[[nodiscard]] constexpr std::size_t workspace_bytes(std::uint64_t elements) {
  const std::uint64_t bytes = elements * sizeof(std::int16_t) + kWorkspaceAlignment - 1;
  constexpr std::size_t kMost = std::numeric_limits<std::size_t>::max();
  return bytes < kMost ? static_cast<std::size_t>(bytes) : kMost;
}

/// The first aligned element of a workspace.
[[nodiscard]] inline std::int16_t* take_elements(std::span<std::byte> workspace) {
  const auto address = reinterpret_cast<std::uintptr_t>(workspace.data());
  return reinterpret_cast<std::int16_t*>(workspace.data() + (0 - address) % kWorkspaceAlignment);
}

/// What is wrong with the buffers of a call that needs `bytes` of workspace. No weights are ever packed.
[[nodiscard]] constexpr Status check_resources(const Resources& resources, std::size_t bytes) {
  if (!resources.packed.empty()) return Status::kPackedSize;
  return resources.workspace.size() < bytes ? Status::kWorkspaceSize : Status::kOk;
}

/// Taps [begin, end) of a window in one dimension.
struct Taps {
  std::int32_t begin;
  std::int32_t end;
};

/// The taps of `filter` that meet [0, extent), when the first lies at `start`. Where none does, begin == end.
[[nodiscard]] constexpr Taps taps_inside(std::int32_t start, std::int32_t extent, std::int32_t filter,
                                         std::int32_t dilation) {
  // In 32 bits without sign: neither -start nor extent - start reaches 2^32.
  const auto step = static_cast<std::uint32_t>(dilation);
  const auto all = static_cast<std::uint32_t>(filter);
  const std::uint32_t before = start < 0 ? 0U - static_cast<std::uint32_t>(start) : 0;
  const std::uint32_t begin = before == 0 ? 0 : 1 + (before - 1) / step;
  const std::uint32_t room =
      start >= extent ? 0 : static_cast<std::uint32_t>(extent) - static_cast<std::uint32_t>(start);
  const std::uint32_t end = room == 0 ? 0 : 1 + (room - 1) / step;
  Taps taps{static_cast<std::int32_t>(begin < all ? begin : all), static_cast<std::int32_t>(end < all ? end : all)};
  taps.end = std::max(taps.end, taps.begin);
  return taps;
}

}  // namespace auklet::kernels::portable
