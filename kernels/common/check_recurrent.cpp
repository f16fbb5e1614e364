// What the operators with a state refuse, and why; with check.cpp, the one place that every implementation asks first.
#include <auklet/kernels/lstm.hpp>
#include <auklet/kernels/svdf.hpp>

#include "checks.hpp"

namespace auklet::kernels {
namespace {

using detail::first_error;
using detail::require;

template <class T>
Status check_svdf_any(const SvdfParams& params, Matrix<const std::int8_t> input, Matrix<const std::int8_t> feature,
                      Matrix<const T> time, std::span<const std::int32_t> bias, std::span<T> state,
                      Matrix<std::int8_t> output) {
  const Status matrices = first_error(detail::check_matrix(input), detail::check_matrix(feature),
                                      detail::check_matrix(time), detail::check_matrix(output));
  if (matrices != Status::kOk) return matrices;
  if (params.rank < 1 || feature.rows % params.rank != 0) return Status::kBadGroups;
  const std::int64_t states = multiply_count(multiply_count(input.rows, feature.rows), time.columns);
  if (states < 0) return Status::kSizeOverflow;
  const auto apart = [&](auto written) {
    return !detail::overlap(written, input.data) && !detail::overlap(written, feature.data) &&
           !detail::overlap(written, time.data) && !detail::overlap(written, bias);
  };
  return first_error(
      require(input.columns == feature.columns && time.rows == feature.rows && output.rows == input.rows &&
                  output.columns == feature.rows / params.rank,
              Status::kShapeMismatch),
      detail::check_buffer(state, states), detail::check_bias(bias, output.columns),
      detail::check_multiplier(params.feature_multiplier), detail::check_multiplier(params.time_multiplier),
      detail::check_zero_point(params.input_zero_point), detail::check_zero_point<T>(params.state_zero_point),
      detail::check_zero_point(params.output_zero_point),
      require(apart(output.data) && apart(state) && !detail::overlap(output.data, state), Status::kOverlap));
}

Status check_gate(const LstmGate& gate, std::int32_t inputs, std::int32_t cells) {
  const Status matrices =
      first_error(detail::check_matrix(gate.input_weights), detail::check_matrix(gate.recurrent_weights));
  if (matrices != Status::kOk) return matrices;
  return first_error(require(gate.input_weights.rows == cells && gate.input_weights.columns == inputs &&
                                 gate.recurrent_weights.rows == cells && gate.recurrent_weights.columns == cells,
                             Status::kShapeMismatch),
                     detail::check_bias(gate.bias, cells), detail::check_multiplier(gate.input_multiplier),
                     detail::check_multiplier(gate.recurrent_multiplier));
}

template <class T>
Status check_sequence(const Sequence<T>& s) {
  if (s.batch < 1 || s.steps < 1 || s.depth < 1) return Status::kBadShape;
  const std::int64_t count = multiply_count(multiply_count(s.batch, s.steps), s.depth);
  return count < 0 ? Status::kSizeOverflow : detail::check_buffer(s.data, count);
}

// Whether a buffer that is written shares nothing with what a gate reads.
template <class T>
bool apart(std::span<T> written, const LstmGate& gate) {
  return !detail::overlap(written, gate.input_weights.data) && !detail::overlap(written, gate.recurrent_weights.data) &&
         !detail::overlap(written, gate.bias);
}

}  // namespace

Status check_svdf(const SvdfParams& params, Matrix<const std::int8_t> input, Matrix<const std::int8_t> feature,
                  Matrix<const std::int8_t> time, std::span<const std::int32_t> bias, std::span<std::int8_t> state,
                  Matrix<std::int8_t> output) {
  return check_svdf_any(params, input, feature, time, bias, state, output);
}

Status check_svdf(const SvdfParams& params, Matrix<const std::int8_t> input, Matrix<const std::int8_t> feature,
                  Matrix<const std::int16_t> time, std::span<const std::int32_t> bias, std::span<std::int16_t> state,
                  Matrix<std::int8_t> output) {
  return check_svdf_any(params, input, feature, time, bias, state, output);
}

Status check_lstm(const LstmParams& params, Sequence<const std::int8_t> input, std::span<std::int8_t> hidden_state,
                  std::span<std::int16_t> cell_state, Sequence<std::int8_t> output) {
  const Status sequences = first_error(check_sequence(input), check_sequence(output));
  if (sequences != Status::kOk) return sequences;
  const std::int64_t states = std::int64_t{output.batch} * output.depth;  // At most the output's own count.
  bool separate = !detail::overlap(output.data, input.data) && !detail::overlap(hidden_state, input.data) &&
                  !detail::overlap(cell_state, input.data) && !detail::overlap(output.data, hidden_state) &&
                  !detail::overlap(output.data, cell_state) && !detail::overlap(hidden_state, cell_state);
  for (const LstmGate* gate : {&params.input_gate, &params.forget_gate, &params.cell_gate, &params.output_gate}) {
    const Status status = check_gate(*gate, input.depth, output.depth);
    if (status != Status::kOk) return status;
    separate = separate && apart(output.data, *gate) && apart(hidden_state, *gate) && apart(cell_state, *gate);
  }
  return first_error(
      require(input.batch == output.batch && input.steps == output.steps, Status::kShapeMismatch),
      detail::check_buffer(hidden_state, states), detail::check_buffer(cell_state, states),
      detail::check_multiplier(params.hidden_multiplier), detail::check_zero_point(params.input_zero_point),
      detail::check_zero_point(params.hidden_zero_point), detail::check_zero_point(params.output_zero_point),
      require(params.cell_integer_bits >= 0 && params.cell_integer_bits <= kMaxCellIntegerBits, Status::kBadShift),
      require(params.cell_clip >= 0 && params.cell_clip <= std::numeric_limits<std::int16_t>::max(),
              Status::kBadActivationRange),
      require(separate, Status::kOverlap));
}

}  // namespace auklet::kernels
