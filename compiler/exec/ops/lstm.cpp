// UNIDIRECTIONAL_SEQUENCE_LSTM with int8 weights and a 16-bit cell state.
#include <auklet/kernels/lstm.hpp>
#include <auklet/kernels/recurrent_quantization.hpp>

#include <array>
#include <utility>

#include "movement.hpp"

namespace auklet::compiler::exec {
namespace {

// Positions in the operator's list of inputs; the four gates follow one another: input, forget, cell, output.
constexpr std::size_t kInput = 0;
constexpr std::size_t kInputWeights = 1;
constexpr std::size_t kRecurrentWeights = 5;
constexpr std::size_t kPeephole = 9;  // Three.
constexpr std::size_t kBias = 12;
constexpr std::size_t kProjection = 16;  // Weights and bias.
constexpr std::size_t kHiddenState = 18;
constexpr std::size_t kCellState = 19;
constexpr std::size_t kNormalization = 20;  // Four.
constexpr std::size_t kInputs = 24;
constexpr std::size_t kGates = 4;
// The tensor among the operator's intermediates that carries the quantisation of the output before projection.
constexpr std::size_t kHiddenIntermediate = 4;

bool any(const Context& context, std::size_t first, std::size_t count) {
  for (std::size_t i = first; i < first + count; ++i) {
    if (context.has(i)) return true;
  }
  return false;
}

Outcome check_variant(const Context& context, const UnidirectionalSequenceLstmOptions& options) {
  for (const std::size_t first : {kInputWeights, kRecurrentWeights}) {
    for (std::size_t gate = 1; gate < kGates; ++gate) {
      if (!context.has(first + gate)) return fail(ErrorCode::kInvalid, "lacks input " + std::to_string(first + gate));
    }
  }
  for (const std::size_t state : {kHiddenState, kCellState}) {
    if (!context.has(state)) return fail(ErrorCode::kInvalid, "lacks input " + std::to_string(state));
    if (!context.in(state).is_variable) {
      return fail(ErrorCode::kInvalid, "has " + context.in_name(state) + " as its state, which is no variable");
    }
  }
  const bool coupled = !context.has(kInputWeights) || !context.has(kRecurrentWeights);
  if (coupled) return fail(ErrorCode::kUnsupported, "couples its input and forget gates");
  if (any(context, kPeephole, 3)) return fail(ErrorCode::kUnsupported, "has peephole weights");
  if (any(context, kProjection, 2)) return fail(ErrorCode::kUnsupported, "has a projection");
  if (any(context, kNormalization, kInputs - kNormalization)) {
    return fail(ErrorCode::kUnsupported, "has layer normalisation");
  }
  if (options.activation != Activation::kTanh)
    return fail(ErrorCode::kUnsupported, "has an activation other than TANH");
  if (options.diagonal_recurrent_tensors) return fail(ErrorCode::kUnsupported, "has diagonal recurrent weights");
  return {};
}

Outcome check_types(const Context& context) {
  for (std::size_t i = kInput; i < kRecurrentWeights + kGates; ++i) {
    if (Outcome ok = require_type(context.in(i), context.in_name(i), {TensorType::kInt8}); !ok) return ok;
  }
  for (std::size_t i = kBias; i < kBias + kGates; ++i) {
    if (!context.has(i)) continue;
    if (Outcome ok = require_type(context.in(i), context.in_name(i), {TensorType::kInt32}); !ok) return ok;
  }
  if (Outcome ok = require_type(context.in(kHiddenState), context.in_name(kHiddenState), {TensorType::kInt8}); !ok) {
    return ok;
  }
  if (Outcome ok = require_type(context.in(kCellState), context.in_name(kCellState), {TensorType::kInt16}); !ok) {
    return ok;
  }
  return require_type(context.out(), context.out_name(), {TensorType::kInt8});
}

struct Sizes {
  std::int32_t batch = 0;
  std::int32_t steps = 0;
  std::int32_t inputs = 0;
  std::int32_t cells = 0;
};

Result<Sizes> check_shapes(const Context& context, bool time_major) {
  if (Outcome ok = require_rank(context.in(kInput), context.in_name(kInput), 3); !ok) return tl::unexpected(ok.error());
  const Extents input = extents_of(context.in(kInput));
  if (Outcome ok = require_rank(context.out(), context.out_name(), 3); !ok) return tl::unexpected(ok.error());
  const std::int64_t cells = context.out().shape[2];
  const std::int64_t batch = input[time_major ? 1 : 0];
  const auto shaped = [&](std::size_t i, const Extents& expected) {
    return context.has(i) ? require_shape(context.in(i), context.in_name(i), expected) : Outcome();
  };
  if (Outcome ok = require_shape(context.out(), context.out_name(), {input[0], input[1], cells}); !ok) {
    return tl::unexpected(ok.error());
  }
  for (std::size_t gate = 0; gate < kGates; ++gate) {
    if (Outcome ok = shaped(kInputWeights + gate, {cells, input[2]}); !ok) return tl::unexpected(ok.error());
    if (Outcome ok = shaped(kRecurrentWeights + gate, {cells, cells}); !ok) return tl::unexpected(ok.error());
    if (Outcome ok = shaped(kBias + gate, {cells}); !ok) return tl::unexpected(ok.error());
  }
  for (const std::size_t state : {kHiddenState, kCellState}) {
    if (Outcome ok = shaped(state, {batch, cells}); !ok) return tl::unexpected(ok.error());
  }
  const std::int64_t steps = input[time_major ? 0 : 1];
  return Sizes{static_cast<std::int32_t>(batch), static_cast<std::int32_t>(steps), static_cast<std::int32_t>(input[2]),
               static_cast<std::int32_t>(cells)};
}

// Multipliers and zero points; the weights are put in when it runs.
Result<kernels::LstmParams> derive(const Context& context, const UnidirectionalSequenceLstmOptions& options) {
  const auto input = quantization_of(context.in(kInput), context.in_name(kInput));
  if (!input) return tl::unexpected(input.error());
  const auto hidden = quantization_of(context.in(kHiddenState), context.in_name(kHiddenState));
  if (!hidden) return tl::unexpected(hidden.error());
  const auto cell = quantization_of(context.in(kCellState), context.in_name(kCellState));
  if (!cell) return tl::unexpected(cell.error());
  if (cell->zero_point != 0) return fail(ErrorCode::kUnsupported, "has a cell state with a zero point");
  const std::vector<std::int32_t>& intermediates = context.op.intermediates;
  if (intermediates.size() <= kHiddenIntermediate || intermediates[kHiddenIntermediate] == kAbsent) {
    return fail(ErrorCode::kInvalid, "lacks the intermediate tensor with the quantisation of its hidden output");
  }
  const std::int32_t shown = intermediates[kHiddenIntermediate];
  const auto output = quantization_of(context.graph.tensor(shown), context.graph.describe_tensor(shown));
  if (!output) return tl::unexpected(output.error());

  kernels::LstmParams params;
  params.input_zero_point = input->zero_point;
  params.hidden_zero_point = hidden->zero_point;
  params.output_zero_point = output->zero_point;
  params.time_major = options.time_major;
  if (Outcome ok = derived(kernels::make_lstm_scales(output->scale, cell->scale, options.cell_clip, params),
                           "scale of cell or hidden state, or cell clip");
      !ok) {
    return tl::unexpected(ok.error());
  }
  const std::array<kernels::LstmGate*, kGates> gates = {&params.input_gate, &params.forget_gate, &params.cell_gate,
                                                        &params.output_gate};
  for (std::size_t gate = 0; gate < kGates; ++gate) {
    const auto weights = quantization_of(context.in(kInputWeights + gate), context.in_name(kInputWeights + gate));
    if (!weights) return tl::unexpected(weights.error());
    const auto recurrent =
        quantization_of(context.in(kRecurrentWeights + gate), context.in_name(kRecurrentWeights + gate));
    if (!recurrent) return tl::unexpected(recurrent.error());
    if (weights->zero_point != 0 || recurrent->zero_point != 0) {
      return fail(ErrorCode::kUnsupported, "has weights with a zero point other than 0");
    }
    if (Outcome ok = derived(kernels::make_lstm_gate_multipliers(input->scale, weights->scale, hidden->scale,
                                                                 recurrent->scale, *gates[gate]),
                             "multipliers of gate " + std::to_string(gate));
        !ok) {
      return tl::unexpected(ok.error());
    }
  }
  return params;
}

// Weights and biases by their position in the operator's list of inputs.
template <typename ValueOf>
void put_weights(const Sizes& s, ValueOf value_of, kernels::LstmParams& params) {
  const std::array<kernels::LstmGate*, kGates> gates = {&params.input_gate, &params.forget_gate, &params.cell_gate,
                                                        &params.output_gate};
  for (std::size_t gate = 0; gate < kGates; ++gate) {
    gates[gate]->input_weights = {s.cells, s.inputs, elements<std::int8_t>(value_of(kInputWeights + gate))};
    gates[gate]->recurrent_weights = {s.cells, s.cells, elements<std::int8_t>(value_of(kRecurrentWeights + gate))};
    gates[gate]->bias = elements<std::int32_t>(value_of(kBias + gate));
  }
}

bool has_constant_weights(const Context& context) {
  for (std::size_t gate = 0; gate < kGates; ++gate) {
    for (const std::size_t i : {kInputWeights + gate, kRecurrentWeights + gate, kBias + gate}) {
      if (context.has(i) && !context.in(i).is_constant) return false;
    }
  }
  return true;
}

// Parameters whose weights are only known when the operator runs; they cannot be written as C++.
struct ComputedWeights {
  kernels::LstmParams params;
  Sizes sizes;

  [[nodiscard]] kernels::LstmParams resolve(const Values& v) const {
    kernels::LstmParams result = params;
    put_weights(sizes, [&](std::size_t i) { return v.inputs[i]; }, result);
    return result;
  }
};

}  // namespace

Result<Evaluate> prepare_unidirectional_sequence_lstm(const Context& context) {
  const auto& options = std::get<UnidirectionalSequenceLstmOptions>(context.op.options);
  if (Outcome ok = check_variant(context, options); !ok) return tl::unexpected(ok.error());
  if (Outcome ok = check_types(context); !ok) return tl::unexpected(ok.error());
  const auto sizes = check_shapes(context, options.time_major);
  if (!sizes) return tl::unexpected(sizes.error());
  auto params = derive(context, options);
  if (!params) return tl::unexpected(params.error());
  const auto lstm = [s = *sizes](const auto& with_weights) {
    return call(AUKLET_KERNEL(lstm, lstm), with_weights,
                input<kernels::Sequence<const std::int8_t>>(kInput, s.batch, s.steps, s.inputs),
                variable<std::span<std::int8_t>>(kHiddenState), variable<std::span<std::int16_t>>(kCellState),
                output<kernels::Sequence<std::int8_t>>(0, s.batch, s.steps, s.cells));
  };
  if (!has_constant_weights(context)) return without_text(lstm(ComputedWeights{*params, *sizes}));
  const auto value_of = [&](std::size_t i) {
    return context.has(i) ? context.in(i).data : std::span<const std::byte>();
  };
  put_weights(*sizes, value_of, *params);
  return lstm(*params);
}

}  // namespace auklet::compiler::exec
