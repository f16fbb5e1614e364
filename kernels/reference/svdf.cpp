#include <auklet/kernels/svdf.hpp>

#include <limits>

namespace auklet::kernels::reference {
namespace {

std::uint32_t feature_sum(std::span<const std::int8_t> input, std::span<const std::int8_t> weights,
                          std::int32_t zero_point) {
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < input.size(); ++i) {
    sum += static_cast<std::uint32_t>((input[i] - zero_point) * weights[i]);
  }
  return sum;
}

// Drops the oldest element of a filter's memory and appends the newest.
template <class T>
void remember(const SvdfParams& params, std::uint32_t sum, std::span<T> memory) {
  for (std::size_t m = 1; m < memory.size(); ++m) memory[m - 1] = memory[m];
  const std::int32_t scaled =
      multiply_by_quantized_multiplier(static_cast<std::int32_t>(sum), params.feature_multiplier);
  const std::int64_t clamped = limit(scaled, std::numeric_limits<T>::min(), std::numeric_limits<T>::max());
  memory.back() = static_cast<T>(clamped + params.state_zero_point);  // Modulo the width of T.
}

template <class T>
std::uint32_t time_sum(std::span<const T> memory, std::span<const T> weights, std::int32_t zero_point) {
  std::uint32_t sum = 0;
  for (std::size_t m = 0; m < memory.size(); ++m) {
    sum += static_cast<std::uint32_t>(weights[m]) * static_cast<std::uint32_t>(memory[m] - zero_point);
  }
  return sum;
}

template <class T>
Status svdf_any(const SvdfParams& params, Matrix<const std::int8_t> input, Matrix<const std::int8_t> feature,
                Matrix<const T> time, std::span<const std::int32_t> bias, std::span<T> state,
                Matrix<std::int8_t> output) {
  const Status status = check_svdf(params, input, feature, time, bias, state, output);
  if (status != Status::kOk) return status;

  const auto depth = static_cast<std::size_t>(input.columns);
  const auto memory = static_cast<std::size_t>(time.columns);
  const auto filters = static_cast<std::size_t>(feature.rows);
  const auto rank = static_cast<std::size_t>(params.rank);
  for (std::size_t b = 0; b < static_cast<std::size_t>(input.rows); ++b) {
    const std::span<T> states = state.subspan(b * filters * memory, filters * memory);
    for (std::size_t u = 0; u < filters / rank; ++u) {
      std::uint32_t sum = bias.empty() ? 0 : static_cast<std::uint32_t>(bias[u]);
      for (std::size_t f = u * rank; f < (u + 1) * rank; ++f) {
        const std::uint32_t features = feature_sum(input.data.subspan(b * depth, depth),
                                                   feature.data.subspan(f * depth, depth), params.input_zero_point);
        const std::span<T> row = states.subspan(f * memory, memory);
        remember(params, features, row);
        sum += time_sum<T>(row, time.data.subspan(f * memory, memory), params.state_zero_point);
      }
      output.data[b * (filters / rank) + u] =
          requantize_to_int8(static_cast<std::int32_t>(sum), params.time_multiplier, params.output_zero_point, {});
    }
  }
  return Status::kOk;
}

}  // namespace

Status svdf(const SvdfParams& params, Matrix<const std::int8_t> input, Matrix<const std::int8_t> feature,
            Matrix<const std::int8_t> time, std::span<const std::int32_t> bias, std::span<std::int8_t> state,
            Matrix<std::int8_t> output) {
  return svdf_any(params, input, feature, time, bias, state, output);
}

Status svdf(const SvdfParams& params, Matrix<const std::int8_t> input, Matrix<const std::int8_t> feature,
            Matrix<const std::int16_t> time, std::span<const std::int32_t> bias, std::span<std::int16_t> state,
            Matrix<std::int8_t> output) {
  return svdf_any(params, input, feature, time, bias, state, output);
}

}  // namespace auklet::kernels::reference
