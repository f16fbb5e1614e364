// Random numbers that are equal for equal seeds on every platform.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <random>
#include <vector>

namespace auklet::test {

/// Random numbers by seed, without the standard distributions, whose results differ from library to library.
class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}

  /// Uniform in [low, high].
  template <class T = std::uint32_t>
  T in(std::int64_t low, std::int64_t high) {
    return static_cast<T>(low + static_cast<std::int64_t>(engine_() % static_cast<std::uint64_t>(high - low + 1)));
  }
  bool one_in(std::uint32_t n) { return in(1, n) == 1; }
  template <class T>
  T pick(std::initializer_list<T> values) {
    return *(values.begin() + in<std::ptrdiff_t>(0, static_cast<std::int64_t>(values.size()) - 1));
  }
  std::vector<std::int8_t> bytes(std::size_t n) {
    std::vector<std::int8_t> out(n);
    for (std::int8_t& value : out) value = in<std::int8_t>(-128, 127);
    return out;
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace auklet::test
