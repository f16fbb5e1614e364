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

Evaluate fill_with(const Padded& padded, std::vector<std::byte> value) {
  const Owning params{padded.params, std::move(value), &kernels::PadParams::value};
  return call(AUKLET_KERNEL(pad, pad), params, padded.movement.element_bytes,
              input<kernels::Tensor<const std::byte>>(0, padded.movement.input),
              output<kernels::Tensor<std::byte>>(0, padded.output));
}

// The value is only known when the operator runs.
Evaluate fill_with_computed(const Padded& padded) {
  return [padded](const Values& v) {
    kernels::PadParams params = padded.params;
    params.value = v.inputs[2];
    return kernels::reference::pad(params, padded.movement.element_bytes, {padded.movement.input, v.inputs[0]},
                                   {padded.output, v.outputs[0]});
  };
}

}  // namespace

Result<Evaluate> prepare_pad(const Context& context) {
  const auto padded = check_padding(context);
  if (!padded) return tl::unexpected(padded.error());
  auto zero = zero_element(context.out(), context.out_name());
  if (!zero) return tl::unexpected(zero.error());
  return fill_with(*padded, std::move(*zero));
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
  if (!context.in(2).is_constant) return fill_with_computed(*padded);
  const std::span<const std::byte> value = context.in(2).data;
  return fill_with(*padded, {value.begin(), value.end()});
}

}  // namespace auklet::compiler::exec
