// The random numbers of generated models: equal seeds give equal numbers on every platform.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace auklet::compiler::test {

/// A linear congruential generator (Knuth's multiplier for 64 bits), of which the high half is used.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed * 2 + 1) {}

  std::uint32_t bits() {
    state_ = state_ * 6364136223846793005U + 1442695040888963407U;
    return static_cast<std::uint32_t>(state_ >> 33);
  }
  /// low to high, both included.
  std::int32_t in(std::int32_t low, std::int32_t high) {
    return low + static_cast<std::int32_t>(bits() % static_cast<std::uint32_t>(high - low + 1));
  }
  /// As in(), of sizes.
  std::size_t size_in(std::size_t low, std::size_t high) { return low + bits() % (high - low + 1); }
  bool one_in(std::int32_t n) { return in(1, n) == 1; }
  /// [0, 1)
  float share() { return static_cast<float>(bits() % 65536) / 65536.0F; }
  template <typename T, std::size_t N>
  T pick(const std::array<T, N>& choices) {
    return choices[bits() % N];
  }
  template <typename T>
  T pick(const std::vector<T>& choices) {
    return choices[bits() % choices.size()];
  }
  /// The numbers 0 to count - 1 in some order.
  std::vector<std::int32_t> order(std::size_t count) {
    std::vector<std::int32_t> numbers(count);
    for (std::size_t i = 0; i < count; ++i) numbers[i] = static_cast<std::int32_t>(i);
    for (std::size_t i = count; i > 1; --i) std::swap(numbers[i - 1], numbers[bits() % i]);
    return numbers;
  }
  /// Values of a tensor: mostly all of int8, now and then only its ends, or one value everywhere.
  std::vector<std::int8_t> int8s(std::size_t count);

 private:
  std::uint64_t state_;
};

}  // namespace auklet::compiler::test
