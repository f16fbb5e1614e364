// What the elementwise operators refuse, and why.
#include <auklet/kernels/hard_swish.hpp>
#include <auklet/kernels/minimum_maximum.hpp>
#include <auklet/kernels/mul.hpp>
#include <auklet/kernels/relu.hpp>
#include <auklet/kernels/squared_difference.hpp>
#include <auklet/kernels/sub.hpp>

#include "broadcast.hpp"
#include "checks.hpp"

namespace auklet::kernels {
namespace {

using detail::check_multiplier;
using detail::check_zero_point;
using detail::first_error;
using detail::require;

// What all operators of two tensors have in common.
Status check_pair(Tensor<const std::int8_t> a, Tensor<const std::int8_t> b, Tensor<std::int8_t> output) {
  const Status tensors = first_error(detail::check_tensor(a), detail::check_tensor(b), detail::check_tensor(output));
  if (tensors != Status::kOk) return tensors;
  return first_error(
      require(detail::broadcasts_to(a.shape, b.shape, output.shape), Status::kBadBroadcast),
      require(!detail::overlap_unless_same(output.data, a.data) && !detail::overlap_unless_same(output.data, b.data),
              Status::kOverlap));
}

// A multiplier that may be negative; its absolute value is one.
Status check_signed_multiplier(QuantizedMultiplier m) {
  if (m.value == std::numeric_limits<std::int32_t>::min()) return Status::kBadMultiplier;
  return check_multiplier({m.value < 0 ? -m.value : m.value, m.shift});
}

Status check_short_multiplier(ShortMultiplier m, std::int32_t max_exponent) {
  return first_error(require(m.value >= 0, Status::kBadMultiplier),
                     require(m.exponent >= kMinHardSwishExponent && m.exponent <= max_exponent, Status::kBadShift));
}

}  // namespace

Status check_sub(const SubParams& params, Tensor<const std::int8_t> a, Tensor<const std::int8_t> b,
                 Tensor<std::int8_t> output) {
  return check_add(params, a, b, output);
}

Status check_mul(const MulParams& params, Tensor<const std::int8_t> a, Tensor<const std::int8_t> b,
                 Tensor<std::int8_t> output) {
  return first_error(check_pair(a, b, output), check_multiplier(params.multiplier),
                     check_zero_point(params.a_zero_point), check_zero_point(params.b_zero_point),
                     check_zero_point(params.output_zero_point), detail::check_activation(params.activation));
}

Status check_squared_difference(const SquaredDifferenceParams& params, Tensor<const std::int8_t> a,
                                Tensor<const std::int8_t> b, Tensor<std::int8_t> output) {
  return first_error(check_pair(a, b, output), check_multiplier(params.a_multiplier),
                     check_multiplier(params.b_multiplier), check_multiplier(params.output_multiplier),
                     check_zero_point(params.a_zero_point), check_zero_point(params.b_zero_point),
                     check_zero_point(params.output_zero_point));
}

Status check_minimum_maximum(Tensor<const std::int8_t> a, Tensor<const std::int8_t> b, Tensor<std::int8_t> output) {
  return check_pair(a, b, output);
}

Status check_relu(const ReluParams& params, std::span<const std::int8_t> input, std::span<std::int8_t> output) {
  return first_error(detail::check_flat(input, output), check_multiplier(params.multiplier),
                     check_zero_point(params.input_zero_point), check_zero_point(params.output_zero_point),
                     detail::check_activation(params.activation));
}

Status check_leaky_relu(const LeakyReluParams& params, std::span<const std::int8_t> input,
                        std::span<std::int8_t> output) {
  return first_error(detail::check_flat(input, output), check_multiplier(params.identity),
                     check_signed_multiplier(params.slope), check_zero_point(params.input_zero_point),
                     check_zero_point(params.output_zero_point));
}

Status check_prelu(const PreluParams& params, Tensor<const std::int8_t> input, Tensor<const std::int8_t> slopes,
                   Tensor<std::int8_t> output) {
  const Status pair = check_pair(input, slopes, output);
  if (pair != Status::kOk) return pair;
  return first_error(require(detail::same_shape(input.shape, output.shape), Status::kShapeMismatch),
                     check_multiplier(params.identity), check_multiplier(params.product),
                     check_zero_point(params.input_zero_point), check_zero_point(params.slope_zero_point),
                     check_zero_point(params.output_zero_point));
}

Status check_hard_swish(const HardSwishParams& params, std::span<const std::int8_t> input,
                        std::span<std::int8_t> output) {
  return first_error(detail::check_flat(input, output), check_short_multiplier(params.output, 0),
                     check_short_multiplier(params.gate, kMaxHardSwishExponent),
                     check_zero_point(params.input_zero_point), check_zero_point(params.output_zero_point));
}

}  // namespace auklet::kernels
