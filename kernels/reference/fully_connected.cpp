#include <auklet/kernels/fully_connected.hpp>

#include "window_taps.hpp"

namespace auklet::kernels::reference {

Status fully_connected(const FullyConnectedParams& params, Matrix<const std::int8_t> input,
                       Matrix<const std::int8_t> filter, std::span<const std::int32_t> bias,
                       Matrix<std::int8_t> output) {
  const Status status = check_fully_connected(params, input, filter, bias, output);
  if (status != Status::kOk) return status;

  const auto depth = static_cast<std::size_t>(input.columns);
  std::size_t element = 0;
  for (std::int32_t b = 0; b < output.rows; ++b) {
    const auto in = input.data.subspan(static_cast<std::size_t>(b) * depth, depth);
    for (std::int32_t o = 0; o < output.columns; ++o) {
      const auto weights = filter.data.subspan(static_cast<std::size_t>(o) * depth, depth);
      std::uint32_t sum = 0;
      for (std::size_t i = 0; i < depth; ++i) {
        sum += static_cast<std::uint32_t>((in[i] - params.input_zero_point) * (weights[i] - params.filter_zero_point));
      }
      output.data[element++] = finish(sum, o, bias, params.multipliers, params.output_zero_point, params.activation);
    }
  }
  return Status::kOk;
}

}  // namespace auklet::kernels::reference
