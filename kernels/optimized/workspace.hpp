// Dividing a workspace into buffers.
#pragma once

#include <auklet/kernels/resources.hpp>
#include <cstddef>
#include <cstdint>
#include <span>

namespace auklet::kernels::optimized {

/// Bytes that take() needs for `bytes` at any alignment of the workspace's start; 0 for none.
[[nodiscard]] constexpr std::size_t reserve(std::size_t bytes) {
  return bytes == 0 ? 0 : (bytes + kFastAlignment - 1) / kFastAlignment * kFastAlignment + kFastAlignment;
}

/// Hands out parts of a workspace one after the other, each at kFastAlignment.
class Workspace {
 public:
  explicit Workspace(std::span<std::byte> bytes) : left_(bytes) {}

  /// The next `bytes`. Precondition: reserve(bytes) of the workspace are left.
  [[nodiscard]] std::span<std::byte> take(std::size_t bytes) {
    if (bytes == 0) return {};
    const std::size_t skip = -reinterpret_cast<std::uintptr_t>(left_.data()) % kFastAlignment;
    const std::span<std::byte> result = left_.subspan(skip, bytes);
    left_ = left_.subspan(reserve(bytes));
    return result;
  }

 private:
  std::span<std::byte> left_;
};

}  // namespace auklet::kernels::optimized
