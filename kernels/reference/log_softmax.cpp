#include <auklet/kernels/fixed_point_math.hpp>
#include <auklet/kernels/log_softmax.hpp>
#include <auklet/kernels/softmax.hpp>
#include <limits>

#include "../common/rows.hpp"

namespace auklet::kernels::reference {
namespace {

constexpr std::int32_t kLowest = std::numeric_limits<std::int8_t>::min();
constexpr std::int32_t kHighest = std::numeric_limits<std::int8_t>::max();
constexpr std::int32_t kOutputIntegerBits = 4;

std::int32_t maximum(std::span<const std::int8_t> row) {
  std::int32_t highest = kLowest;
  for (const std::int8_t x : row) highest = x > highest ? x : highest;
  return highest;
}

// log of the sum of the row's exponentials, Q5.26. The sum, Q12.19, is at least 1: the maximum's own term.
std::int32_t log_of_sum(const LogSoftmaxParams& params, std::span<const std::int8_t> row, std::int32_t highest) {
  std::int64_t sum = 0;  // Fewer than 2^31 terms of at most 2^19.
  for (const std::int8_t x : row) {
    const std::int32_t difference = x - highest;
    if (difference < params.difference_min) continue;
    const std::int32_t scaled = multiply_by_quantized_multiplier(difference, params.difference_multiplier);
    sum += rounding_divide_by_pot(exp_on_negative_values(scaled), kSoftmaxSumBits);
  }
  return natural_log(static_cast<std::int32_t>(limit(sum, 1, std::numeric_limits<std::int32_t>::max())));
}

// `in` and `out` may be the same row: element i of `in` is not read after element i of `out` is written.
void log_softmax_row(const LogSoftmaxParams& params, std::span<const std::int8_t> in, std::span<std::int8_t> out) {
  const std::int32_t highest = maximum(in);
  const std::int32_t log_sum = log_of_sum(params, in, highest);
  // The difference whose scaled value, less log_sum, is the lowest that Q5.26 has.
  const std::int32_t representable = multiply_by_quantized_multiplier(
      wrapping_add(log_sum, std::numeric_limits<std::int32_t>::min()), params.reverse_multiplier);
  const std::int32_t below = params.difference_min - 1;
  const std::int32_t bound = representable > below ? representable : below;
  for (std::size_t i = 0; i < in.size(); ++i) {
    const std::int32_t difference = in[i] - highest;
    std::int64_t value = kLowest;
    if (difference > bound) {
      const std::int32_t scaled = multiply_by_quantized_multiplier(difference, params.difference_multiplier);
      value = std::int64_t{rounding_divide_by_pot(wrapping_add(scaled, -log_sum),
                                                  31 - kSoftmaxDifferenceBits - kOutputIntegerBits)} +
              kLogSoftmaxOutputZeroPoint;
    }
    out[i] = static_cast<std::int8_t>(limit(value, kLowest, kHighest));
  }
}

}  // namespace

Status log_softmax(const LogSoftmaxParams& params, Tensor<const std::int8_t> input, Tensor<std::int8_t> output) {
  const Status status = check_log_softmax(params, input, output);
  if (status != Status::kOk) return status;
  detail::for_each_row(input, output, [&](auto in, auto out) { log_softmax_row(params, in, out); });
  return Status::kOk;
}

}  // namespace auklet::kernels::reference
