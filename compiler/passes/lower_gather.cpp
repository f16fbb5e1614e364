// GATHER by computed indices: an embedding lookup.
#include <functional>
#include <limits>
#include <numeric>

#include "../exec/ops/movement.hpp"
#include "lowering.hpp"

namespace auklet::compiler::passes {
namespace {

using exec::Context;
using u32 = std::uint32_t;

u32 product(std::span<const std::int32_t> dimensions) {
  return unsigned_of(std::accumulate(dimensions.begin(), dimensions.end(), 1, std::multiplies<>()));
}

}  // namespace

Outcome lower_gather(Lowering& to) {
  const Context& c = to.c;
  const Tensor& table = c.in(0);
  const Tensor& indices = c.in(1);
  if (Outcome ok = exec::require_type(table, c.in_name(0), {TensorType::kInt8}); !ok) return ok;
  if (Outcome ok = exec::require_type(indices, c.in_name(1), {TensorType::kInt32}); !ok) return ok;
  if (table.is_variable || indices.is_variable) return unsupported("reads a variable");
  if (c.out().is_variable) return unsupported("writes a variable");
  if (indices.bytes() > static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max())) {
    return unsupported("has a tensor of 2 GiB or more");
  }
  const std::span<const std::int32_t> shape(table.shape);
  const auto given = exec::resolve_axis(std::get<GatherOptions>(c.op.options).axis, shape.size());
  if (!given) return tl::unexpected(given.error());
  const auto axis = static_cast<std::size_t>(*given);
  // What lies before the axis would be as many lookups, batch dimensions with indices of their own.
  if (product(shape.first(axis)) != 1) return unsupported("chooses by computed indices along an inner axis");
  GatherWork work;
  work.op.rows = unsigned_of(shape[axis]);
  work.op.row_bytes = product(shape.subspan(axis + 1));
  work.op.count = static_cast<u32>(indices.elements());
  if (Outcome ok = accepted(plan::check(work.op)); !ok) return ok;
  to.add(work,
         {input_operand(c, 0, {work.op.rows, work.op.row_bytes}, false),
          operand_of(c.op.inputs[1], {1, static_cast<u32>(indices.bytes())}, false)},
         to.output(), image_view(c.out()));
  return {};
}

}  // namespace auklet::compiler::passes
