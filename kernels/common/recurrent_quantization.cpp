#include <auklet/kernels/quantization.hpp>
#include <auklet/kernels/recurrent_quantization.hpp>
#include <cmath>
#include <limits>

namespace auklet::kernels {
namespace {

// Finite and positive; NaN fails too.
bool usable_scale(float scale) { return scale > 0.0F && scale <= std::numeric_limits<float>::max(); }

// a * b / c, each step rounded to float.
Status float_multiplier(float a, float b, float c, QuantizedMultiplier& result) {
  if (!usable_scale(a) || !usable_scale(b) || !usable_scale(c)) return Status::kBadScale;
  const float product = a * b;
  const float quotient = product / c;
  return quantize_multiplier(static_cast<double>(quotient), result);
}

}  // namespace

Status make_svdf_multipliers(float input, float feature, float state, float time, float output, SvdfParams& result) {
  QuantizedMultiplier features;
  QuantizedMultiplier times;
  if (float_multiplier(input, feature, state, features) != Status::kOk) return Status::kBadScale;
  if (float_multiplier(state, time, output, times) != Status::kOk) return Status::kBadScale;
  result.feature_multiplier = features;
  result.time_multiplier = times;
  return Status::kOk;
}

Status make_lstm_gate_multipliers(float input, float input_weights, float hidden, float recurrent_weights,
                                  LstmGate& result) {
  constexpr float kGateScale = 1.0F / static_cast<float>(1 << (15 - kLstmGateIntegerBits));
  QuantizedMultiplier inputs;
  QuantizedMultiplier recurrent;
  if (float_multiplier(input_weights, input, kGateScale, inputs) != Status::kOk) return Status::kBadScale;
  if (float_multiplier(recurrent_weights, hidden, kGateScale, recurrent) != Status::kOk) return Status::kBadScale;
  result.input_multiplier = inputs;
  result.recurrent_multiplier = recurrent;
  return Status::kOk;
}

Status make_lstm_scales(float hidden, float cell, float clip, LstmParams& result) {
  if (!usable_scale(hidden) || !usable_scale(cell) || std::isnan(clip)) return Status::kBadScale;
  constexpr double kUnit = 1.0 / 32768.0;
  const auto real = static_cast<float>(kUnit / static_cast<double>(hidden) * kUnit);
  QuantizedMultiplier multiplier;
  if (quantize_multiplier(static_cast<double>(real), multiplier) != Status::kOk) return Status::kBadScale;

  // The source takes a logarithm within 1/1000 of a whole number for whole.
  const float log2 = std::log2(cell);
  const float whole = std::round(log2);
  if (std::fabs(log2 - whole) >= 1e-3F || whole < -15.0F || whole > static_cast<float>(kMaxCellIntegerBits - 15)) {
    return Status::kBadScale;
  }
  constexpr auto kLargest = static_cast<float>(std::numeric_limits<std::int16_t>::max());
  const float steps = clip > 0.0F ? clip / cell : 0.0F;
  result.hidden_multiplier = multiplier;
  result.cell_integer_bits = 15 + static_cast<std::int32_t>(whole);
  result.cell_clip = static_cast<std::int32_t>(steps < kLargest ? steps : kLargest);
  return Status::kOk;
}

}  // namespace auklet::kernels
