#include <auklet/kernels/fixed_point_math.hpp>
#include <auklet/kernels/softmax.hpp>
#include <limits>
#include <type_traits>

namespace auklet::kernels {
namespace {

// exp of a difference to the row's maximum, Q0.31.
std::int32_t exponential(const SoftmaxParams& params, std::int32_t difference) {
  return exp_on_negative_values(multiply_by_quantized_multiplier(difference, params.difference_multiplier));
}

}  // namespace

void softmax_exponentials(const SoftmaxParams& params, std::span<std::int32_t, kSoftmaxDifferences> result) {
  for (std::size_t i = 0; i < result.size(); ++i) {
    const auto difference = -static_cast<std::int32_t>(i);
    result[i] = difference < params.difference_min ? 0 : exponential(params, difference);
  }
}

namespace reference {
namespace {

std::int32_t maximum(std::span<const std::int8_t> row) {
  std::int32_t highest = std::numeric_limits<std::int8_t>::min();
  for (const std::int8_t x : row) highest = x > highest ? x : highest;
  return highest;
}

// Sum of the row's exponentials, Q12.19 with the sign bit as one more integer bit; saturating. Not zero: the maximum
// itself adds one.
std::uint32_t sum_of_exponentials(const SoftmaxParams& params, std::span<const std::int8_t> row, std::int32_t highest) {
  std::uint64_t sum = 0;  // Fewer than 2^31 terms of at most 2^19.
  for (const std::int8_t x : row) {
    const std::int32_t difference = x - highest;
    if (difference < params.difference_min) continue;
    sum += static_cast<std::uint32_t>(rounding_divide_by_pot(exponential(params, difference), kSoftmaxSumBits));
  }
  constexpr std::uint64_t kLimit = std::numeric_limits<std::uint32_t>::max();
  return static_cast<std::uint32_t>(sum < kLimit ? sum : kLimit);
}

// `in` and `out` may be the same row: element i of `in` is not read after element i of `out` is written.
template <class Out>
void softmax_row(const SoftmaxParams& params, std::span<const std::int8_t> in, std::span<Out> out) {
  constexpr std::int32_t kLowest = std::numeric_limits<Out>::min();
  constexpr std::int32_t kOutputBits = std::numeric_limits<std::make_unsigned_t<Out>>::digits;
  const std::int32_t highest = maximum(in);
  const Reciprocal scale = reciprocal(sum_of_exponentials(params, in, highest), kSoftmaxSumBits);
  for (std::size_t i = 0; i < in.size(); ++i) {
    const std::int32_t difference = in[i] - highest;
    std::int64_t value = kLowest;
    if (difference >= params.difference_min) {
      const std::int32_t product = saturating_rounding_doubling_high_mul(scale.value, exponential(params, difference));
      value += rounding_divide_by_pot(product, 31 - kOutputBits + scale.exponent);
    }
    out[i] = static_cast<Out>(limit(value, kLowest, std::numeric_limits<Out>::max()));
  }
}

template <class Out>
Status softmax_any(const SoftmaxParams& params, Tensor<const std::int8_t> input, Tensor<Out> output) {
  const Status status = check_softmax(params, input, output);
  if (status != Status::kOk) return status;

  const std::int32_t rank = input.shape.rank;
  const auto depth = static_cast<std::size_t>(rank == 0 ? 1 : input.shape.dims[static_cast<std::size_t>(rank - 1)]);
  for (std::size_t start = 0; start < input.data.size(); start += depth) {
    softmax_row<Out>(params, input.data.subspan(start, depth), output.data.subspan(start, depth));
  }
  return Status::kOk;
}

}  // namespace

Status softmax(const SoftmaxParams& params, Tensor<const std::int8_t> input, Tensor<std::int8_t> output) {
  return softmax_any(params, input, output);
}

Status softmax(const SoftmaxParams& params, Tensor<const std::int8_t> input, Tensor<std::int16_t> output) {
  return softmax_any(params, input, output);
}

}  // namespace reference
}  // namespace auklet::kernels
