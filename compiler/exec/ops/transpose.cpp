#include <auklet/kernels/transpose.hpp>

#include "movement.hpp"

namespace auklet::compiler::exec {

Result<Evaluate> prepare_transpose(const Context& context) {
  const auto movement = movement_of(context, 0);
  if (!movement) return tl::unexpected(movement.error());
  const Extents extents = extents_of(context.in(0));
  const auto order = constant_integers(context, 1, extents.size());
  if (!order) return tl::unexpected(order.error());
  kernels::Permutation permutation{};
  Extents expected;
  std::vector<bool> named(extents.size());
  for (std::size_t i = 0; i < extents.size(); ++i) {
    const auto from = resolve_axis(order->at(i), extents.size());
    if (!from) return tl::unexpected(from.error());
    const auto dimension = static_cast<std::size_t>(*from);
    if (named[dimension]) return fail(ErrorCode::kInvalid, "has " + text_of(*order) + ", which is no permutation");
    named[dimension] = true;
    permutation[i] = *from;
    expected.push_back(extents[dimension]);
  }
  if (Outcome ok = require_shape(context.out(), context.out_name(), expected); !ok) return tl::unexpected(ok.error());
  const auto transposed = shape_from(expected);
  if (!transposed) return tl::unexpected(transposed.error());
  return call(AUKLET_KERNEL(transpose, transpose), permutation, movement->element_bytes,
              input<kernels::Tensor<const std::byte>>(0, movement->input),
              output<kernels::Tensor<std::byte>>(0, *transposed));
}

}  // namespace auklet::compiler::exec
