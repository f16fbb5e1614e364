#include <auklet/kernels/reduce.hpp>
#include <limits>

#include "../common/broadcast.hpp"

namespace auklet::kernels::reference {
namespace {

// The input's dimensions in two groups: those that the output keeps and those that a reduction runs over. In each, the
// other group's dimensions count as 1.
struct Split {
  detail::Dims kept{};
  detail::Dims reduced{};
  detail::Dims strides{};
  std::int32_t count = 1;  // Elements of one reduction.
};

Split split(const Shape& shape, Axes axes) {
  Split s;
  s.kept.fill(1);
  s.reduced.fill(1);
  s.strides = detail::broadcast_strides(shape);
  s.count = reduced_count(shape, axes);
  const auto rank = static_cast<std::size_t>(shape.rank);
  for (std::size_t i = 0; i < rank; ++i) {
    const bool reduce = ((axes >> i) & 1U) != 0;
    (reduce ? s.reduced : s.kept)[detail::kRank - rank + i] = shape.dims[i];
  }
  return s;
}

// For each output element in turn, feeds its input elements to a fresh `Reduction` and stores the result.
template <class Reduction, class Finish>
void reduce(Axes axes, Tensor<const std::int8_t> input, std::span<std::int8_t> output, Finish finish) {
  const Split s = split(input.shape, axes);
  detail::Dims outer{};
  for (std::int8_t& element : output) {
    const std::size_t origin = detail::dot(outer, s.strides);
    Reduction reduction;
    detail::Dims inner{};
    for (std::int32_t i = 0; i < s.count; ++i) {
      reduction.take(input.data[origin + detail::dot(inner, s.strides)]);
      detail::advance(inner, s.reduced);
    }
    element = finish(reduction, s.count);
    detail::advance(outer, s.kept);
  }
}

struct Sum {
  std::uint32_t value = 0;  // Modulo 2^32.
  void take(std::int8_t x) { value += static_cast<std::uint32_t>(x); }
};

struct Maximum {
  std::int8_t value = std::numeric_limits<std::int8_t>::min();
  void take(std::int8_t x) { value = x > value ? x : value; }
};

struct Minimum {
  std::int8_t value = std::numeric_limits<std::int8_t>::max();
  void take(std::int8_t x) { value = x < value ? x : value; }
};

}  // namespace

Status sum(const SumParams& params, Tensor<const std::int8_t> input, std::span<std::int8_t> output) {
  const Status status = check_sum(params, input, output);
  if (status != Status::kOk) return status;
  reduce<Sum>(params.axes, input, output, [&](const Sum& s, std::int32_t count) {
    const std::uint32_t offset =
        static_cast<std::uint32_t>(params.input_zero_point) * static_cast<std::uint32_t>(count);
    return requantize_to_int8(static_cast<std::int32_t>(s.value - offset), params.multiplier, params.output_zero_point,
                              {});
  });
  return Status::kOk;
}

Status reduce_max(Axes axes, Tensor<const std::int8_t> input, std::span<std::int8_t> output) {
  const Status status = check_reduce(axes, input, output);
  if (status != Status::kOk) return status;
  reduce<Maximum>(axes, input, output, [](const Maximum& m, std::int32_t) { return m.value; });
  return Status::kOk;
}

Status reduce_min(Axes axes, Tensor<const std::int8_t> input, std::span<std::int8_t> output) {
  const Status status = check_reduce(axes, input, output);
  if (status != Status::kOk) return status;
  reduce<Minimum>(axes, input, output, [](const Minimum& m, std::int32_t) { return m.value; });
  return Status::kOk;
}

}  // namespace auklet::kernels::reference
