// The small functions of one int8 value: ABS, RSQRT, and any by table.
#include <auklet/kernels/abs.hpp>
#include <auklet/kernels/fixed_point_math.hpp>
#include <auklet/kernels/lookup.hpp>
#include <auklet/kernels/rsqrt.hpp>
#include <limits>

#include "../common/checks.hpp"

namespace auklet::kernels::reference {
namespace {

Status check_unary(const RequantizeParams& params, std::span<const std::int8_t> input, std::span<std::int8_t> output) {
  return detail::first_error(detail::check_multiplier(params.multiplier),
                             detail::check_zero_point(params.input_zero_point),
                             detail::check_zero_point(params.output_zero_point), detail::check_flat(input, output));
}

// Precondition: x > 0.
std::int8_t rsqrt_element(std::int32_t x, const RequantizeParams& params) {
  QuantizedMultiplier root = inverse_square_root(x);
  root.shift += kRsqrtLeftShift;
  QuantizedMultiplier scale = params.multiplier;
  scale.shift -= kRsqrtLeftShift;
  return requantize_to_int8(multiply_by_quantized_multiplier(1, root), scale, params.output_zero_point, {});
}

}  // namespace

Status abs(const RequantizeParams& params, std::span<const std::int8_t> input, std::span<std::int8_t> output) {
  const Status status = check_unary(params, input, output);
  if (status != Status::kOk) return status;
  for (std::size_t i = 0; i < input.size(); ++i) {
    const std::int32_t x = input[i] - params.input_zero_point;
    output[i] = requantize_to_int8(x < 0 ? -x : x, params.multiplier, params.output_zero_point, {});
  }
  return Status::kOk;
}

Status rsqrt(const RequantizeParams& params, std::span<const std::int8_t> input, std::span<std::int8_t> output) {
  const Status status = detail::first_error(
      check_unary(params, input, output),
      detail::require(params.multiplier.shift >= kMinShift + kRsqrtLeftShift, Status::kBadMultiplier));
  if (status != Status::kOk) return status;
  for (const std::int8_t x : input) {
    if (x < params.input_zero_point) return Status::kOutOfDomain;
  }
  for (std::size_t i = 0; i < input.size(); ++i) {
    const std::int32_t x = input[i] - params.input_zero_point;
    output[i] = x == 0 ? std::numeric_limits<std::int8_t>::max() : rsqrt_element(x, params);
  }
  return Status::kOk;
}

Status lookup(std::span<const std::int8_t, kTableSize> table, std::span<const std::int8_t> input,
              std::span<std::int8_t> output) {
  if (table.data() == nullptr) return Status::kNullPointer;
  const Status status = detail::first_error(
      detail::check_flat(input, output),
      detail::require(!detail::overlap(std::span<const std::int8_t>(table), output), Status::kOverlap));
  if (status != Status::kOk) return status;
  for (std::size_t i = 0; i < input.size(); ++i) output[i] = table[table_index(input[i])];
  return Status::kOk;
}

}  // namespace auklet::kernels::reference
