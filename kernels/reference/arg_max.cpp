#include <auklet/kernels/arg_max.hpp>

#include "../common/checks.hpp"

namespace auklet::kernels::reference {
namespace {

// The dimensions as [outer, axis, inner].
struct Extents {
  std::size_t outer = 1;
  std::size_t axis = 1;
  std::size_t inner = 1;
};

Extents extents_of(const Shape& shape, std::int32_t axis) {
  Extents e;
  for (std::int32_t i = 0; i < shape.rank; ++i) {
    const auto extent = static_cast<std::size_t>(shape.dims[static_cast<std::size_t>(i)]);
    (i < axis ? e.outer : (i == axis ? e.axis : e.inner)) *= extent;
  }
  return e;
}

template <class In, class Out>
Status check(std::int32_t axis, Tensor<const In> input, std::span<Out> output) {
  const Status tensor = detail::check_tensor(input);
  if (tensor != Status::kOk) return tensor;
  if (axis < 0 || axis >= input.shape.rank) return Status::kBadAxis;
  const Extents e = extents_of(input.shape, axis);
  return detail::first_error(detail::check_buffer(output, static_cast<std::int64_t>(e.outer * e.inner)),
                             detail::require(!detail::overlap(output, input.data), Status::kOverlap));
}

}  // namespace

template <class In, class Out>
Status arg_extreme(Extreme extreme, std::int32_t axis, Tensor<const In> input, std::span<Out> output) {
  const Status status = check(axis, input, output);
  if (status != Status::kOk) return status;
  const Extents e = extents_of(input.shape, axis);
  for (std::size_t outer = 0; outer < e.outer; ++outer) {
    for (std::size_t inner = 0; inner < e.inner; ++inner) {
      const auto at = [&](std::size_t position) { return input.data[(outer * e.axis + position) * e.inner + inner]; };
      std::size_t best = 0;
      for (std::size_t i = 1; i < e.axis; ++i) {
        const bool better = extreme == Extreme::kMaximum ? at(i) > at(best) : at(i) < at(best);
        if (better) best = i;
      }
      output[outer * e.inner + inner] = static_cast<Out>(best);
    }
  }
  return Status::kOk;
}

template Status arg_extreme(Extreme, std::int32_t, Tensor<const std::int8_t>, std::span<std::int32_t>);
template Status arg_extreme(Extreme, std::int32_t, Tensor<const std::int8_t>, std::span<std::int64_t>);
template Status arg_extreme(Extreme, std::int32_t, Tensor<const std::uint8_t>, std::span<std::int32_t>);
template Status arg_extreme(Extreme, std::int32_t, Tensor<const std::uint8_t>, std::span<std::int64_t>);
template Status arg_extreme(Extreme, std::int32_t, Tensor<const std::int32_t>, std::span<std::int32_t>);
template Status arg_extreme(Extreme, std::int32_t, Tensor<const std::int32_t>, std::span<std::int64_t>);
template Status arg_extreme(Extreme, std::int32_t, Tensor<const float>, std::span<std::int32_t>);
template Status arg_extreme(Extreme, std::int32_t, Tensor<const float>, std::span<std::int64_t>);

}  // namespace auklet::kernels::reference
