// How operands of other shapes cover a result.
#pragma once

#include <array>
#include <auklet/plan/operators.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace auklet::compiler::passes {

/// How the two operands of an elementwise operator cover its result, cut into rows of `length` elements.
struct Covers {
  std::array<std::optional<plan::Cover>, 2> of;  ///< Nothing: no row length makes it one of the covers.
  std::uint32_t length = 0;                      ///< 0: any that divides the result.
};

/// The covers of operands of shapes that broadcast to `out`.
[[nodiscard]] Covers covers_of(const std::vector<std::int32_t>& a, const std::vector<std::int32_t>& b,
                               const std::vector<std::int32_t>& out);

/// A result of more elements is not mapped: a file of some hundred bytes can describe one of gigabytes.
inline constexpr std::size_t kMostPlaces = std::size_t{1} << 22U;
/// Why not.
[[nodiscard]] inline std::string too_many_places(std::size_t places) {
  return "spreads an operand over " + std::to_string(places) + " places; up to " + std::to_string(kMostPlaces) +
         " are mapped";
}

/// By element of a result of shape `out`: the element of an operand of `shape`, which broadcasts to it.
[[nodiscard]] std::vector<std::uint32_t> broadcast_map(const std::vector<std::int32_t>& shape,
                                                       const std::vector<std::int32_t>& out);

}  // namespace auklet::compiler::passes
