#include <auklet/kernels/fixed_point_math16.hpp>
#include <auklet/kernels/lstm.hpp>

namespace auklet::kernels::reference {
namespace {

using Vector = std::span<const std::int8_t>;

std::uint32_t dot(Matrix<const std::int8_t> weights, std::size_t row, Vector values, std::int32_t zero_point) {
  const Vector w = weights.data.subspan(row * values.size(), values.size());
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < values.size(); ++i) sum += static_cast<std::uint32_t>(w[i] * (values[i] - zero_point));
  return sum;
}

// The input and the hidden state that a step starts from.
struct Step {
  Vector input;
  Vector hidden;
};

// One cell's gate before its activation, Q3.12.
std::int32_t gate_value(const LstmParams& params, const LstmGate& gate, std::size_t cell, const Step& step) {
  const std::uint32_t bias = gate.bias.empty() ? 0 : static_cast<std::uint32_t>(gate.bias[cell]);
  const std::uint32_t from_input = bias + dot(gate.input_weights, cell, step.input, params.input_zero_point);
  const std::uint32_t from_hidden = dot(gate.recurrent_weights, cell, step.hidden, params.hidden_zero_point);
  const std::int32_t first =
      saturate16(multiply_by_quantized_multiplier(static_cast<std::int32_t>(from_input), gate.input_multiplier));
  const std::int32_t second =
      multiply_by_quantized_multiplier(static_cast<std::int32_t>(from_hidden), gate.recurrent_multiplier);
  return saturate16(std::int64_t{first} + second);
}

std::int32_t next_cell_state(const LstmParams& params, std::int32_t state, std::int32_t forget, std::int32_t input,
                             std::int32_t candidate) {
  const std::int32_t kept = rounding_divide_by_pot(forget * state, 15);
  const std::int32_t added = rounding_divide_by_pot(input * candidate, 15 + params.cell_integer_bits);
  const std::int32_t sum = saturate16(std::int64_t{kept} + added);
  if (params.cell_clip == 0) return sum;
  return static_cast<std::int32_t>(limit(sum, -params.cell_clip, params.cell_clip));
}

void run_step(const LstmParams& params, const Step& step, std::span<std::int16_t> cell_state,
              std::span<std::int8_t> output) {
  for (std::size_t c = 0; c < cell_state.size(); ++c) {
    const auto sigmoid = [&](const LstmGate& gate) {
      return logistic16(gate_value(params, gate, c, step), kLstmGateIntegerBits);
    };
    const std::int32_t candidate = tanh16(gate_value(params, params.cell_gate, c, step), kLstmGateIntegerBits);
    const std::int32_t cell =
        next_cell_state(params, cell_state[c], sigmoid(params.forget_gate), sigmoid(params.input_gate), candidate);
    cell_state[c] = static_cast<std::int16_t>(cell);
    const std::int32_t shown = sigmoid(params.output_gate) * tanh16(cell, params.cell_integer_bits);
    output[c] = requantize_to_int8(shown, params.hidden_multiplier, params.output_zero_point, {});
  }
}

}  // namespace

Status lstm(const LstmParams& params, Sequence<const std::int8_t> input, std::span<std::int8_t> hidden_state,
            std::span<std::int16_t> cell_state, Sequence<std::int8_t> output) {
  const Status status = check_lstm(params, input, hidden_state, cell_state, output);
  if (status != Status::kOk) return status;

  const auto batch = static_cast<std::size_t>(input.batch);
  const auto steps = static_cast<std::size_t>(input.steps);
  const auto inputs = static_cast<std::size_t>(input.depth);
  const auto cells = static_cast<std::size_t>(output.depth);
  for (std::size_t b = 0; b < batch; ++b) {
    const std::span<std::int8_t> hidden = hidden_state.subspan(b * cells, cells);
    for (std::size_t t = 0; t < steps; ++t) {
      const std::size_t row = params.time_major ? t * batch + b : b * steps + t;
      const std::span<std::int8_t> out = output.data.subspan(row * cells, cells);
      run_step(params, {input.data.subspan(row * inputs, inputs), hidden}, cell_state.subspan(b * cells, cells), out);
      for (std::size_t c = 0; c < cells; ++c) hidden[c] = out[c];  // Only now: every cell's gates read the old state.
    }
  }
  return Status::kOk;
}

}  // namespace auklet::kernels::reference
