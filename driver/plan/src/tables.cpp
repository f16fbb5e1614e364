#include <auklet/plan/tables.hpp>

namespace auklet::plan {

void pack_table(std::span<const std::int8_t, kTableEntries> by_value,
                std::span<std::uint8_t, kTableBytes> out) noexcept {
  // Entry i is that of the int8 value with the bits of i, which lies half the table further on, modulo its size.
  for (std::size_t i = 0; i < kTableEntries; ++i) {
    out[i] = static_cast<std::uint8_t>(by_value[(i + kTableEntries / 2) % kTableEntries]);
  }
}

void pack_softmax_table(std::span<const std::int32_t, kTableEntries> exponentials,
                        std::span<std::uint8_t, kSoftmaxTableBytes> out) noexcept {
  std::size_t next = 0;
  for (const std::int32_t exponential : exponentials) {
    for (std::uint32_t bit = 0; bit < 32; bit += 8) {
      out[next++] = static_cast<std::uint8_t>(static_cast<std::uint32_t>(exponential) >> bit);
    }
  }
}

}  // namespace auklet::plan
