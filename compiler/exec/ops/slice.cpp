// SLICE, SPLIT, SPLIT_V and UNPACK: boxes of a tensor, without steps.
#include <auklet/kernels/strided_slice.hpp>

#include <algorithm>
#include <utility>

#include "movement.hpp"

namespace auklet::compiler::exec {
namespace {

// One output: where its box begins and what it spans, in the input's dimensions.
struct Piece {
  kernels::StridedSliceParams params;
  kernels::Shape box;
};

Evaluate copy_pieces(std::size_t from, const Movement& movement, const std::vector<Piece>& pieces) {
  std::vector<Evaluate> copies;
  copies.reserve(pieces.size());
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    copies.push_back(call(AUKLET_KERNEL(strided_slice, strided_slice), pieces[i].params, movement.element_bytes,
                          input<kernels::Tensor<const std::byte>>(from, movement.input),
                          output<kernels::Tensor<std::byte>>(i, pieces[i].box)));
  }
  return sequence(std::move(copies));
}

// The whole input but for dimension `axis`, of which `extent` elements from `begin` on.
Piece piece_along(const kernels::Shape& input, std::int32_t axis, std::int64_t begin, std::int64_t extent) {
  Piece piece;
  piece.params.stride.fill(1);
  piece.params.begin[static_cast<std::size_t>(axis)] = static_cast<std::int32_t>(begin);
  piece.box = input;
  piece.box.dims[static_cast<std::size_t>(axis)] = static_cast<std::int32_t>(extent);
  return piece;
}

// Cuts input `input` along `axis` into pieces of these extents, one an output.
Result<Evaluate> cut(const Context& context, std::size_t input, std::int64_t axis, const Extents& extents) {
  const auto movement = movement_of(context, input);
  if (!movement) return tl::unexpected(movement.error());
  const auto along = resolve_axis(axis, context.in(input).shape.size());
  if (!along) return tl::unexpected(along.error());
  Extents shape = extents_of(context.in(input));
  const std::int64_t available = shape[static_cast<std::size_t>(*along)];
  std::int64_t begin = 0;
  std::vector<Piece> pieces;
  for (std::size_t i = 0; i < extents.size(); ++i) {
    if (extents[i] < 1 || extents[i] > available - begin) {
      return fail(ErrorCode::kInvalid, "splits " + std::to_string(available) + " elements into " + text_of(extents));
    }
    shape[static_cast<std::size_t>(*along)] = extents[i];
    if (Outcome ok = require_shape(context.out(i), context.out_name(i), shape); !ok) return tl::unexpected(ok.error());
    pieces.push_back(piece_along(movement->input, *along, begin, extents[i]));
    begin += extents[i];
  }
  if (begin != available) {
    return fail(ErrorCode::kInvalid, "splits " + std::to_string(available) + " elements into " + text_of(extents));
  }
  return copy_pieces(input, *movement, pieces);
}

}  // namespace

Result<Evaluate> prepare_slice(const Context& context) {
  const auto movement = movement_of(context, 0);
  if (!movement) return tl::unexpected(movement.error());
  const Extents input = extents_of(context.in(0));
  const auto begin = constant_integers(context, 1, input.size());
  if (!begin) return tl::unexpected(begin.error());
  const auto size = constant_integers(context, 2, input.size());
  if (!size) return tl::unexpected(size.error());

  Piece piece;
  piece.params.stride.fill(1);
  Extents expected;
  for (std::size_t i = 0; i < input.size(); ++i) {
    const std::int64_t first = begin->at(i);
    const bool inside = first >= 0 && first < input[i];
    const std::int64_t extent = size->at(i) == -1 && inside ? input[i] - first : size->at(i);  // -1: all that is left.
    if (!inside || extent < 1 || extent > input[i] - first) {
      return fail(ErrorCode::kInvalid,
                  "takes " + text_of(*size) + " from " + text_of(*begin) + " of a tensor of shape " + text_of(input));
    }
    piece.params.begin[i] = static_cast<std::int32_t>(first);
    expected.push_back(extent);
  }
  if (Outcome ok = require_shape(context.out(), context.out_name(), expected); !ok) return tl::unexpected(ok.error());
  const auto box = shape_from(expected);
  if (!box) return tl::unexpected(box.error());
  piece.box = *box;
  return copy_pieces(0, *movement, {piece});
}

// The axis is input 0, the tensor input 1.
Result<Evaluate> prepare_split(const Context& context) {
  const auto axis = constant_integers(context, 0, 1);
  if (!axis) return tl::unexpected(axis.error());
  const std::vector<std::int32_t>& shape = context.in(1).shape;
  const auto along = resolve_axis(axis->at(0), shape.size());
  if (!along) return tl::unexpected(along.error());
  const std::size_t pieces = context.op.outputs.size();
  const std::int64_t extent = shape[static_cast<std::size_t>(*along)];
  if (extent % static_cast<std::int64_t>(pieces) != 0) {
    return fail(ErrorCode::kInvalid,
                "splits " + std::to_string(extent) + " elements into " + std::to_string(pieces) + " equal parts");
  }
  return cut(context, 1, *along, Extents(pieces, extent / static_cast<std::int64_t>(pieces)));
}

// Sizes are input 1, one of which may be -1: all that is left. The axis is input 2.
Result<Evaluate> prepare_split_v(const Context& context) {
  auto sizes = constant_integers(context, 1, context.op.outputs.size());
  if (!sizes) return tl::unexpected(sizes.error());
  const auto axis = constant_integers(context, 2, 1);
  if (!axis) return tl::unexpected(axis.error());
  const std::vector<std::int32_t>& shape = context.in(0).shape;
  const auto along = resolve_axis(axis->at(0), shape.size());
  if (!along) return tl::unexpected(along.error());
  if (const auto rest = std::ranges::find(*sizes, -1); rest != sizes->end()) {
    std::int64_t left = shape[static_cast<std::size_t>(*along)];
    for (const std::int64_t size : *sizes) left -= std::clamp<std::int64_t>(size, 0, left);
    *rest = left;
  }
  return cut(context, 0, *along, *sizes);
}

Result<Evaluate> prepare_unpack(const Context& context) {
  const auto movement = movement_of(context, 0);
  if (!movement) return tl::unexpected(movement.error());
  Extents shape = extents_of(context.in(0));
  const auto axis = resolve_axis(std::get<UnpackOptions>(context.op.options).axis, shape.size());
  if (!axis) return tl::unexpected(axis.error());
  const auto along = static_cast<std::size_t>(*axis);
  const std::size_t outputs = context.op.outputs.size();
  if (shape[along] != static_cast<std::int64_t>(outputs)) {
    return fail(ErrorCode::kInvalid, "has " + std::to_string(outputs) + " outputs for a tensor of shape " +
                                         text_of(shape) + " along dimension " + std::to_string(along));
  }
  shape.erase(shape.begin() + *axis);
  std::vector<Piece> pieces;
  for (std::size_t i = 0; i < outputs; ++i) {
    if (Outcome ok = require_shape(context.out(i), context.out_name(i), shape); !ok) return tl::unexpected(ok.error());
    pieces.push_back(piece_along(movement->input, *axis, static_cast<std::int64_t>(i), 1));
  }
  return copy_pieces(0, *movement, pieces);
}

}  // namespace auklet::compiler::exec
