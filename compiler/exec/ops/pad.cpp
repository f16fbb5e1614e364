// PAD and PADV2.
#include <auklet/kernels/pad.hpp>

#include <limits>
#include <utility>

#include "movement.hpp"

namespace auklet::compiler::exec {
namespace {

struct Padded {
  Movement movement;
  kernels::PadParams params;  // Without its value.
  kernels::Shape output;
};

Result<Padded> check_padding(const Context& context) {
  const auto movement = movement_of(context, 0);
  if (!movement) return tl::unexpected(movement.error());
  Extents expected = extents_of(context.in(0));
  const auto paddings = constant_integers(context, 1, 2 * expected.size());
  if (!paddings) return tl::unexpected(paddings.error());
  Padded result{*movement, {}, {}};
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const std::int64_t before = paddings->at(2 * i);
    const std::int64_t after = paddings->at(2 * i + 1);
    constexpr std::int64_t kMost = std::numeric_limits<std::int32_t>::max();
    if (before < 0 || after < 0 || before > kMost || after > kMost) {
      return fail(ErrorCode::kInvalid, "has paddings " + text_of(*paddings));
    }
    result.params.before[i] = static_cast<std::int32_t>(before);
    expected[i] += before + after;
  }
  if (Outcome ok = require_shape(context.out(), context.out_name(), expected); !ok) return tl::unexpected(ok.error());
  const auto output = shape_from(expected);
  if (!output) return tl::unexpected(output.error());
  result.output = *output;
  return result;
}

kernels::Status run(const Padded& padded, std::span<const std::byte> value, const Values& v) {
  kernels::PadParams params = padded.params;
  params.value = value;
  return kernels::reference::pad(params, padded.movement.element_bytes, {padded.movement.input, v.inputs[0]},
                                 {padded.output, v.outputs[0]});
}

}  // namespace

Result<Evaluate> prepare_pad(const Context& context) {
  const auto padded = check_padding(context);
  if (!padded) return tl::unexpected(padded.error());
  auto zero = zero_element(context.out(), context.out_name());
  if (!zero) return tl::unexpected(zero.error());
  return [p = *padded, value = std::move(*zero)](const Values& v) { return run(p, value, v); };
}

// The value, one element of the tensor's type and quantisation, is input 2.
Result<Evaluate> prepare_padv2(const Context& context) {
  const auto padded = check_padding(context);
  if (!padded) return tl::unexpected(padded.error());
  if (Outcome ok = require_same_type(context.in(2), context.in_name(2), context.out(), context.out_name()); !ok) {
    return tl::unexpected(ok.error());
  }
  if (context.in(2).elements() != 1) {
    return fail(ErrorCode::kInvalid, "has " + context.in_name(2) + " of more than one element");
  }
  return [p = *padded](const Values& v) { return run(p, v.inputs[2], v); };
}

}  // namespace auklet::compiler::exec
