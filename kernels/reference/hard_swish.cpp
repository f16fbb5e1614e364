#include <auklet/kernels/fixed_point.hpp>
#include <auklet/kernels/hard_swish.hpp>
#include <limits>

namespace auklet::kernels::reference {
namespace {

// All values below are 16-bit numbers held in 32 bits.
constexpr std::int32_t kLowest = std::numeric_limits<std::int16_t>::min();
constexpr std::int32_t kHighest = std::numeric_limits<std::int16_t>::max();
// The largest power of two that keeps int8 - int8 in 16 bits.
constexpr std::int32_t kInputLeftShift = 7;

// round(a * b / 2^15), halves towards plus infinity. No overflow: multipliers are not negative.
std::int32_t rounding_doubling_high_mul(std::int32_t a, std::int32_t b) { return (a * b + (1 << 14)) >> 15; }

std::int32_t saturating_shift_left(std::int32_t x, std::int32_t shift) {
  return static_cast<std::int32_t>(limit(std::int64_t{x} * (std::int64_t{1} << shift), kLowest, kHighest));
}

// min(max(x / 3, -1), 1) in Q0.15, mapped to 0 .. 1.
std::int32_t gate_of(std::int32_t x, ShortMultiplier gate) {
  std::int32_t value = gate.exponent > 0 ? saturating_shift_left(x, gate.exponent - 1) : x;
  value = rounding_doubling_high_mul(value, gate.value);
  if (gate.exponent > 0) value = saturating_shift_left(value, 1);
  if (gate.exponent < 0) value = rounding_divide_by_pot(value, -gate.exponent);
  return (value - kLowest) >> 1;
}

}  // namespace

Status hard_swish(const HardSwishParams& params, std::span<const std::int8_t> input, std::span<std::int8_t> output) {
  const Status status = check_hard_swish(params, input, output);
  if (status != Status::kOk) return status;
  constexpr ActivationRange kInt8{};
  for (std::size_t i = 0; i < input.size(); ++i) {
    const std::int32_t x = (input[i] - params.input_zero_point) * (1 << kInputLeftShift);
    const std::int32_t value = rounding_doubling_high_mul(x, params.output.value);
    const std::int32_t product = gate_of(x, params.gate) * value / (1 << 15);  // Truncated.
    const std::int32_t scaled = rounding_divide_by_pot(product, -params.output.exponent);
    output[i] = static_cast<std::int8_t>(limit(scaled + params.output_zero_point, kInt8.min, kInt8.max));
  }
  return Status::kOk;
}

}  // namespace auklet::kernels::reference
