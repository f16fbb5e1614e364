// From a model's float scales to the integers that kernels take. For compilers, tests and hosted runtimes: it needs the
// C library's <cmath>, kernels themselves do not.
//
// All functions are thread-safe. Where there is an error, the result argument is left as it was. Source of the
// formulas: TensorFlow Lite's preparation of its int8 reference kernels; scales are float, products and quotients
// double except where said.
#pragma once

#include <auklet/kernels/add.hpp>
#include <auklet/kernels/fixed_point.hpp>
#include <auklet/kernels/quantize.hpp>
#include <auklet/kernels/softmax.hpp>
#include <auklet/kernels/status.hpp>
#include <cstdint>

namespace auklet::kernels {

/// The fused activations of int8 operators.
enum class FusedActivation : std::uint8_t { kNone, kRelu, kReluN1To1, kRelu6 };

/// real = q * 2^shift with q in [1/2, 1); value = round(q * 2^31), halves away from zero; a value of 2^31 becomes 2^30
/// with one more shift. 0, and what is below 2^-32, becomes {0, 0}. Error: kBadScale when `real` is negative, not
/// finite, or needs a shift above kMaxShift.
[[nodiscard]] Status quantize_multiplier(double real, QuantizedMultiplier& result);

/// Multiplier of a convolution's output channel, and of a fully connected layer with per-channel scales:
/// input * filter / output in double. Errors: kBadScale.
[[nodiscard]] Status conv_multiplier(float input_scale, float filter_scale, float output_scale,
                                     QuantizedMultiplier& result);

/// Multiplier of a fully connected layer with one filter scale: as conv_multiplier, but input * filter is rounded to
/// float first, as TensorFlow Lite does there and only there. Errors: kBadScale.
[[nodiscard]] Status fully_connected_multiplier(float input_scale, float filter_scale, float output_scale,
                                                QuantizedMultiplier& result);

/// Multiplier of QUANTIZE from int8 to int8: input / output. Errors: kBadScale.
[[nodiscard]] Status requantize_multiplier(float input_scale, float output_scale, QuantizedMultiplier& result);

/// ADD, with twice = 2 * max(a.scale, b.scale): multipliers a.scale / twice, b.scale / twice and
/// twice / (2^20 * output.scale). Errors: kBadScale (also when the output's multiplier reaches 1); kBadZeroPoint.
[[nodiscard]] Status make_add_params(AffineParams a, AffineParams b, AffineParams output, FusedActivation activation,
                                     AddParams& result);

/// SOFTMAX: difference_multiplier = min(beta * input_scale * 2^26, 2^31 - 1), which must exceed 1;
/// difference_min = -floor(31 * 2^26 / 2^shift). Errors: kBadScale.
[[nodiscard]] Status make_softmax_params(float beta, float input_scale, SoftmaxParams& result);

/// The clamp of a fused activation: int8's range, cut to zero_point + round(bound / scale), in float, for the bounds 0
/// (RELU), 0 and 6 (RELU6), -1 and 1 (RELU_N1_TO_1). Errors: kBadScale, kBadZeroPoint.
[[nodiscard]] Status activation_range(FusedActivation activation, AffineParams output, ActivationRange& result);

}  // namespace auklet::kernels
