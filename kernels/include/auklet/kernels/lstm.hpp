// UNIDIRECTIONAL_SEQUENCE_LSTM: int8 input, output and weights, 16-bit cell state and gates.
#pragma once

#include <auklet/kernels/fixed_point.hpp>
#include <auklet/kernels/status.hpp>
#include <auklet/kernels/tensor.hpp>
#include <cstdint>
#include <span>

namespace auklet::kernels {

/// Largest LstmParams::cell_integer_bits.
inline constexpr std::int32_t kMaxCellIntegerBits = 6;
/// The gates are Q3.12 before their activation: the scale that TensorFlow Lite gives them without layer normalisation.
inline constexpr std::int32_t kLstmGateIntegerBits = 3;

/// One of the four gates. Symmetric weights.
struct LstmGate {
  Matrix<const std::int8_t> input_weights;      ///< [C, I]
  Matrix<const std::int8_t> recurrent_weights;  ///< [C, C]
  std::span<const std::int32_t> bias;           ///< [C] or empty; scale input * input weights.
  QuantizedMultiplier input_multiplier;         ///< Input scale * weight scale * 2^12.
  QuantizedMultiplier recurrent_multiplier;     ///< Hidden state scale * weight scale * 2^12.
};

/// See make_lstm_scales (recurrent_quantization.hpp) for the multipliers' formulas.
struct LstmParams {
  LstmGate input_gate;
  LstmGate forget_gate;
  LstmGate cell_gate;
  LstmGate output_gate;
  std::int32_t input_zero_point = 0;      ///< -128 to 127.
  std::int32_t hidden_zero_point = 0;     ///< Of the hidden state as it is read, -128 to 127.
  std::int32_t output_zero_point = 0;     ///< Of the operator's hidden intermediate tensor, -128 to 127.
  QuantizedMultiplier hidden_multiplier;  ///< 2^-30 / scale of that tensor.
  std::int32_t cell_integer_bits = 4;     ///< The cell state is Q(n).(15 - n): scale 2^(n - 15). 0 to 6.
  std::int32_t cell_clip = 0;             ///< The cell state stays within +-cell_clip; 0: no clip. 0 to 32767.
  bool time_major = false;                ///< Input and output are [T, B, .] instead of [B, T, .].
};

/// A sequence of vectors, [B, T, depth] or, where it is time-major, [T, B, depth].
template <class T>
struct Sequence {
  std::int32_t batch = 1;
  std::int32_t steps = 1;
  std::int32_t depth = 1;
  std::span<T> data;
};

/// Says whether the arguments of lstm belong together; kOk or the first error found. Touches no data.
[[nodiscard]] Status check_lstm(const LstmParams& params, Sequence<const std::int8_t> input,
                                std::span<std::int8_t> hidden_state, std::span<std::int16_t> cell_state,
                                Sequence<std::int8_t> output);

namespace reference {

/// For each batch element, step by step; h is the hidden state before the step, c the cell state, q16 saturation to 16
/// bits, m multiply_by_quantized_multiplier, products of Q numbers with rounding_divide_by_pot:
///   gate(g) = q16(q16(m(bias_g + W_g (x - input_zero_point), input_multiplier_g))
///                 + m(R_g (h - hidden_zero_point), recurrent_multiplier_g))           Q3.12, sums modulo 2^32
///   i, f, o = logistic(gate), g = tanh(gate(cell_gate))                               Q0.15
///   c' = q16(f * c + i * g), clipped to +-cell_clip
///   h' = clamp(m(o * tanh(c'), hidden_multiplier) + output_zero_point, int8)
/// h' is the step's output and the next hidden state. logistic and tanh are those of fixed_point_math16.hpp.
/// Source: TensorFlow Lite's integer reference LSTM (8x8_16) without peephole, projection, layer normalisation and
/// coupled gates.
///
/// Shapes: input [B, T, I], output [B, T, C], hidden_state and cell_state [B, C], both kept for the
/// next call. Nothing that is written may overlap anything. Safe on several threads with different states, not
/// interrupt-safe for one; no allocation. Errors (nothing written): kBadShape, kSizeOverflow, kNullPointer,
/// kBufferSize, kShapeMismatch, kBiasSize, kBadMultiplier, kBadZeroPoint, kBadShift (cell_integer_bits),
/// kBadActivationRange (cell_clip), kOverlap.
[[nodiscard]] Status lstm(const LstmParams& params, Sequence<const std::int8_t> input,
                          std::span<std::int8_t> hidden_state, std::span<std::int16_t> cell_state,
                          Sequence<std::int8_t> output);

}  // namespace reference
}  // namespace auklet::kernels
