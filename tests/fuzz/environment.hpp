// Which seeds a test takes: AUKLET_SEED=n is seed n alone, AUKLET_CASES=n the first n.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <ranges>

namespace auklet::test {

/// The variable's value, or `otherwise` when it is not set.
inline std::uint64_t environment(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text != nullptr ? std::strtoull(text, nullptr, 0) : otherwise;
}

/// The seeds to take, 1 to `count` unless the environment says otherwise.
inline auto seeds(std::uint64_t count) {
  const std::uint64_t only = environment("AUKLET_SEED", 0);
  const std::uint64_t last = only != 0 ? only : environment("AUKLET_CASES", count);
  return std::views::iota(only != 0 ? only : 1, last + 1);
}

}  // namespace auklet::test
