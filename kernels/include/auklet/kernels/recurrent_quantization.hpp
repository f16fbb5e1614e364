// From a model's float scales to the integers that SVDF and LSTM take. For compilers, tests and hosted runtimes: it
// needs the C library's <cmath>, kernels themselves do not. Safety and results as in quantization.hpp.
#pragma once

#include <auklet/kernels/lstm.hpp>
#include <auklet/kernels/status.hpp>
#include <auklet/kernels/svdf.hpp>
#include <cstdint>

namespace auklet::kernels {

/// feature_multiplier = input * feature / state, time_multiplier = state * time / output, both computed in float as
/// TensorFlow Lite does. Sets these two fields of `result`. Errors: kBadScale.
[[nodiscard]] Status make_svdf_multipliers(float input, float feature, float state, float time, float output,
                                           SvdfParams& result);

/// One gate's multipliers: weights * values / 2^-12 in float, of input and of hidden state. Sets these two fields of
/// `result`. Errors: kBadScale.
[[nodiscard]] Status make_lstm_gate_multipliers(float input, float input_weights, float hidden, float recurrent_weights,
                                                LstmGate& result);

/// What follows from the scales of hidden intermediate and cell state and from the clip (real; 0 or less: none):
///   hidden_multiplier: 2^-15 / hidden * 2^-15 in double, rounded to float
///   cell_integer_bits: 15 + log2(cell), which must be a whole number from 0 to kMaxCellIntegerBits
///   cell_clip: clip / cell in float, at most 32767, truncated
/// Sets these three fields of `result`. Errors: kBadScale (also for a NaN clip).
[[nodiscard]] Status make_lstm_scales(float hidden, float cell, float clip, LstmParams& result);

}  // namespace auklet::kernels
