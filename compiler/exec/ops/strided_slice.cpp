// STRIDED_SLICE: its masks, and positions that count from the end, are resolved to a box with steps.
#include <auklet/kernels/strided_slice.hpp>

#include <algorithm>
#include <limits>
#include <utility>

#include "movement.hpp"

namespace auklet::compiler::exec {
namespace {

// What the operator's tensors and options say, an entry a position of its index expression.
struct Expression {
  Extents begin;
  Extents end;
  Extents stride;
  StridedSliceOptions options;

  [[nodiscard]] static bool marked(std::int32_t mask, std::size_t i) {
    return ((static_cast<std::uint32_t>(mask) >> i) & 1U) != 0;
  }
  [[nodiscard]] bool ellipsis(std::size_t i) const { return marked(options.ellipsis_mask, i); }
  [[nodiscard]] bool new_axis(std::size_t i) const { return marked(options.new_axis_mask, i) && !ellipsis(i); }
  [[nodiscard]] bool drops(std::size_t i) const { return marked(options.shrink_axis_mask, i); }
  // Dimensions of the input that positions from `first` on speak of.
  [[nodiscard]] std::size_t dimensions_from(std::size_t first) const {
    std::size_t count = 0;
    for (std::size_t i = first; i < begin.size(); ++i) count += ellipsis(i) || new_axis(i) ? 0U : 1U;
    return count;
  }
};

// The box that is read and the shape that the output must have, which lacks dropped and has new dimensions.
struct Resolved {
  kernels::StridedSliceParams params;
  Extents box;
  Extents output;

  void take(std::int64_t begin, std::int64_t stride, std::int64_t count) {
    params.begin[box.size()] = static_cast<std::int32_t>(begin);
    params.stride[box.size()] = static_cast<std::int32_t>(stride);
    box.push_back(count);
  }
};

// One dimension of `extent` elements, as position `i` has it. Positions outside the dimension are cut to it.
Outcome resolve_dimension(const Expression& e, std::size_t i, std::int64_t extent, Resolved& result) {
  // Far beyond every position and small enough to add to.
  constexpr std::int64_t kFar = std::int64_t{1} << 40;
  constexpr std::int64_t kLongestStride = std::numeric_limits<std::int32_t>::max();
  const std::int64_t stride = e.stride[i];
  if (stride == 0 || stride < -kLongestStride || stride > kLongestStride) {
    return fail(ErrorCode::kInvalid, "has stride " + std::to_string(stride));
  }
  const bool forward = stride > 0;
  const std::int64_t lowest = forward ? 0 : -1;
  const std::int64_t highest = forward ? extent : extent - 1;
  const auto place = [&](std::int64_t position) {
    const std::int64_t bounded = std::clamp(position, -kFar, kFar);
    return std::clamp(bounded < 0 ? bounded + extent : bounded, lowest, highest);
  };
  const bool from_edge = Expression::marked(e.options.begin_mask, i);
  const std::int64_t begin = from_edge ? (forward ? 0 : extent - 1) : place(e.begin[i]);
  if (e.drops(i)) {
    if (!forward || begin >= extent) {
      return fail(ErrorCode::kInvalid, "picks element " + std::to_string(e.begin[i]) + " with stride " +
                                           std::to_string(stride) + " of " + std::to_string(extent));
    }
    result.take(begin, 1, 1);
    return {};
  }
  const bool to_edge = Expression::marked(e.options.end_mask, i);
  const std::int64_t stated = std::clamp(e.end[i], -kFar, kFar) + (e.options.offset ? begin : 0);
  const std::int64_t end = to_edge ? (forward ? extent : -1) : place(stated);
  const std::int64_t span = forward ? end - begin : begin - end;
  const std::int64_t step = forward ? stride : -stride;
  if (span < 1) return fail(ErrorCode::kInvalid, "takes nothing of dimension " + std::to_string(result.box.size()));
  result.take(begin, stride, (span + step - 1) / step);
  result.output.push_back(result.box.back());
  return {};
}

// Dimensions that no position speaks of, up to the one before `end`: taken whole.
void take_whole(const Extents& input, std::size_t end, Resolved& result) {
  while (result.box.size() < end) {
    result.output.push_back(input[result.box.size()]);
    result.take(0, 1, input[result.box.size()]);
  }
}

Result<Resolved> resolve(const Expression& e, const Extents& input) {
  if (e.dimensions_from(0) > input.size()) {
    return fail(ErrorCode::kInvalid, "indexes more dimensions than " + text_of(input) + " has");
  }
  Resolved result;
  bool ellipsis_seen = false;
  for (std::size_t i = 0; i < e.begin.size(); ++i) {
    if (e.ellipsis(i)) {
      if (ellipsis_seen) return fail(ErrorCode::kInvalid, "has more than one ellipsis");
      ellipsis_seen = true;
      take_whole(input, input.size() - e.dimensions_from(i), result);
    } else if (e.new_axis(i)) {
      result.output.push_back(1);
    } else if (Outcome ok = resolve_dimension(e, i, input[result.box.size()], result); !ok) {
      return tl::unexpected(ok.error());
    }
  }
  take_whole(input, input.size(), result);
  return result;
}

}  // namespace

Result<Evaluate> prepare_strided_slice(const Context& context) {
  const auto movement = movement_of(context, 0);
  if (!movement) return tl::unexpected(movement.error());
  auto begin = constant_integers(context, 1);
  if (!begin) return tl::unexpected(begin.error());
  constexpr std::size_t kMaskBits = 32;
  if (begin->size() > kMaskBits) {
    return fail(ErrorCode::kInvalid,
                "has " + context.in_name(1) + " of " + std::to_string(begin->size()) + " elements");
  }
  auto end = constant_integers(context, 2, begin->size());
  if (!end) return tl::unexpected(end.error());
  auto stride = constant_integers(context, 3, begin->size());
  if (!stride) return tl::unexpected(stride.error());
  const Expression expression{std::move(*begin), std::move(*end), std::move(*stride),
                              std::get<StridedSliceOptions>(context.op.options)};
  const auto resolved = resolve(expression, extents_of(context.in(0)));
  if (!resolved) return tl::unexpected(resolved.error());
  if (Outcome ok = require_shape(context.out(), context.out_name(), resolved->output); !ok) {
    return tl::unexpected(ok.error());
  }
  const auto box = shape_from(resolved->box);
  if (!box) return tl::unexpected(box.error());
  return call(AUKLET_KERNEL(strided_slice, strided_slice), resolved->params, movement->element_bytes,
              input<kernels::Tensor<const std::byte>>(0, movement->input), output<kernels::Tensor<std::byte>>(0, *box));
}

}  // namespace auklet::compiler::exec
