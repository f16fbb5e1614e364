// From a model's float scales to the integers that the elementwise kernels take: what quantization.hpp is for ADD,
// convolutions and pools. For compilers, tests and hosted runtimes: it needs the C library's <cmath>.
//
// All functions are thread-safe. Where there is an error, the result argument is left as it was. Source of the
// formulas: TensorFlow Lite's preparation of its int8 kernels. Scales are float; where a quotient is said to be float,
// its last bits are not those of a quotient in double, and the outputs may differ by one.
#pragma once

#include <auklet/kernels/hard_swish.hpp>
#include <auklet/kernels/lookup.hpp>
#include <auklet/kernels/mul.hpp>
#include <auklet/kernels/quantization.hpp>
#include <auklet/kernels/relu.hpp>
#include <auklet/kernels/squared_difference.hpp>
#include <auklet/kernels/sub.hpp>
#include <cstdint>
#include <span>

namespace auklet::kernels {

/// SUB: as make_add_params. Errors: as there.
[[nodiscard]] Status make_sub_params(AffineParams a, AffineParams b, AffineParams output, FusedActivation activation,
                                     SubParams& result);

/// MUL: multiplier a.scale * b.scale / output.scale in float. Errors: kBadScale, kBadZeroPoint.
[[nodiscard]] Status make_mul_params(AffineParams a, AffineParams b, AffineParams output, FusedActivation activation,
                                     MulParams& result);

/// SQUARED_DIFFERENCE, with twice = 2 * max(a.scale, b.scale), in double: multipliers a.scale / twice, b.scale / twice
/// and twice^2 / (2^14 * output.scale). Errors: kBadScale (also when the output's multiplier reaches 1), kBadZeroPoint.
[[nodiscard]] Status make_squared_difference_params(AffineParams a, AffineParams b, AffineParams output,
                                                    SquaredDifferenceParams& result);

/// RELU, RELU6, RELU_N1_TO_1: multiplier input.scale / output.scale in float, and the clamp of `function`.
/// Errors: kBadScale, kBadZeroPoint.
[[nodiscard]] Status make_relu_params(FusedActivation function, AffineParams input, AffineParams output,
                                      ReluParams& result);

/// LEAKY_RELU: multipliers input.scale / output.scale and input.scale * slope / output.scale, in float; a negative
/// slope's multiplier is that of its absolute value, negated. Errors: kBadScale (also a slope that is not finite),
/// kBadZeroPoint.
[[nodiscard]] Status make_leaky_relu_params(float slope, AffineParams input, AffineParams output,
                                            LeakyReluParams& result);

/// PRELU: multipliers input.scale / output.scale and input.scale * slopes.scale / output.scale, in float.
/// Errors: kBadScale, kBadZeroPoint.
[[nodiscard]] Status make_prelu_params(AffineParams input, AffineParams slopes, AffineParams output,
                                       PreluParams& result);

/// HARD_SWISH: the two quotients of HardSwishParams in float, quantised as any multiplier and rounded to 16 bits.
/// Errors: kBadScale (also when an exponent is out of range), kBadZeroPoint.
[[nodiscard]] Status make_hard_swish_params(AffineParams input, AffineParams output, HardSwishParams& result);

/// ABS: multiplier input.scale / output.scale in float. Errors: kBadScale, kBadZeroPoint.
[[nodiscard]] Status make_abs_params(AffineParams input, AffineParams output, RequantizeParams& result);

/// RSQRT: multiplier 1 / (sqrt(input.scale) * output.scale), root and product in float, reciprocal in double.
/// Errors: kBadScale (also when the shift is below kMinShift + kRsqrtLeftShift), kBadZeroPoint.
[[nodiscard]] Status make_rsqrt_params(AffineParams input, AffineParams output, RequantizeParams& result);

/// The functions that int8 operators look up.
enum class TableFunction : std::uint8_t {
  kLogistic,  ///< 1 / (1 + exp(-x))
  kTanh,      ///< tanh(x)
  kElu,       ///< x < 0 ? exp(x) - 1 : x
};

/// Entry of q: clamp(round(function(input.scale * (q - input.zero_point)) * (1 / output.scale)) + output.zero_point),
/// all in float. Depends on the rounding of the C library's expf, tanhf and expm1f, which differ between libraries in
/// the last bit and so, very rarely, by one in an entry. Errors: kBadScale, kBadZeroPoint.
[[nodiscard]] Status make_table(TableFunction function, AffineParams input, AffineParams output,
                                std::span<std::int8_t, kTableSize> result);

}  // namespace auklet::kernels
