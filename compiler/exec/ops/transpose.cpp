#include <auklet/kernels/transpose.hpp>

#include "movement.hpp"

namespace auklet::compiler::exec {

Result<Evaluate> prepare_transpose(const Context& context) {
  const auto movement = movement_of(context, 0);
  if (!movement) return tl::unexpected(movement.error());
  const Extents input = extents_of(context.in(0));
  const auto order = constant_integers(context, 1, input.size());
  if (!order) return tl::unexpected(order.error());
  kernels::Permutation permutation{};
  Extents expected;
  std::vector<bool> named(input.size());
  for (std::size_t i = 0; i < input.size(); ++i) {
    const auto from = resolve_axis(order->at(i), input.size());
    if (!from) return tl::unexpected(from.error());
    const auto dimension = static_cast<std::size_t>(*from);
    if (named[dimension]) return fail(ErrorCode::kInvalid, "has " + text_of(*order) + ", which is no permutation");
    named[dimension] = true;
    permutation[i] = *from;
    expected.push_back(input[dimension]);
  }
  if (Outcome ok = require_shape(context.out(), context.out_name(), expected); !ok) return tl::unexpected(ok.error());
  const auto output = shape_from(expected);
  if (!output) return tl::unexpected(output.error());
  return [m = *movement, permutation, output = *output](const Values& v) {
    return kernels::reference::transpose(permutation, m.element_bytes, {m.input, v.inputs[0]}, {output, v.outputs[0]});
  };
}

}  // namespace auklet::compiler::exec
