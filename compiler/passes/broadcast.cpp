#include "broadcast.hpp"

#include <algorithm>
#include <cstddef>

namespace auklet::compiler::passes {
namespace {

using u32 = std::uint32_t;

// The dimension of an operand that meets dimension `d` of a result; leading ones are left out of shapes.
std::int32_t extent_at(const std::vector<std::int32_t>& shape, std::size_t d, std::size_t out_rank) {
  const std::size_t missing = out_rank - shape.size();
  return d < missing ? 1 : shape[d - missing];
}

// A cover, and the length of the rows that it asks for (0: any).
struct Candidate {
  std::optional<plan::Cover> cover;
  u32 length = 0;
};

Candidate candidate_of(const std::vector<std::int32_t>& shape, const std::vector<std::int32_t>& out) {
  // Dimensions of one element say nothing. Of the others: is the operand as long as the result, outermost first?
  std::vector<bool> full;
  std::vector<u32> extents;
  for (std::size_t d = 0; d < out.size(); ++d) {
    if (out[d] == 1) continue;
    full.push_back(extent_at(shape, d, out.size()) != 1);
    extents.push_back(static_cast<u32>(out[d]));
  }
  if (std::ranges::count(full, false) == 0) return {plan::Cover::kAll, 0};
  if (std::ranges::count(full, true) == 0) return {plan::Cover::kOne, 0};
  const auto changes = std::ranges::adjacent_find(full, std::not_equal_to<>());
  if (std::adjacent_find(changes + 1, full.end(), std::not_equal_to<>()) != full.end()) return {};
  u32 length = 1;
  for (auto i = static_cast<std::size_t>(changes - full.begin()) + 1; i < extents.size(); ++i) length *= extents[i];
  return {full.front() ? plan::Cover::kColumn : plan::Cover::kRow, length};
}

}  // namespace

Covers covers_of(const std::vector<std::int32_t>& a, const std::vector<std::int32_t>& b,
                 const std::vector<std::int32_t>& out) {
  const Candidate ca = candidate_of(a, out);
  const Candidate cb = candidate_of(b, out);
  Covers covers{{ca.cover, cb.cover}, ca.length != 0 ? ca.length : cb.length};
  // Rows of two lengths cannot be: the second operand is spread over the result.
  if (ca.length != 0 && cb.length != 0 && ca.length != cb.length) covers.of[1].reset();
  return covers;
}

std::vector<u32> broadcast_map(const std::vector<std::int32_t>& shape, const std::vector<std::int32_t>& out) {
  std::size_t elements = 1;
  for (const std::int32_t d : out) elements *= static_cast<std::size_t>(d);
  std::vector<u32> map(elements);
  for (std::size_t i = 0; i < elements; ++i) {
    std::size_t rest = i;
    std::size_t from = 0;
    std::size_t step = 1;
    for (std::size_t d = out.size(); d-- > 0;) {
      const auto own = static_cast<std::size_t>(extent_at(shape, d, out.size()));
      if (own != 1) from += rest % static_cast<std::size_t>(out[d]) * step;
      rest /= static_cast<std::size_t>(out[d]);
      step *= own;
    }
    map[i] = static_cast<u32>(from);
  }
  return map;
}

}  // namespace auklet::compiler::passes
