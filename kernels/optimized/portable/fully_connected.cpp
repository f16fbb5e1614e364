#include <auklet/kernels/fully_connected.hpp>

#include "multiply_rows.hpp"
#include "widen.hpp"
#include "workspace.hpp"

namespace auklet::kernels::optimized {
namespace {

using namespace portable;  // NOLINT(google-build-using-namespace): its parts.

// What a weight's zero point takes from every sum of a row: filter_zero_point * sum of (input - input_zero_point).
std::uint32_t correction(const FullyConnectedParams& params, std::span<const std::int8_t> row) {
  if (params.filter_zero_point == 0) return 0;
  std::uint32_t sum = 0;
  for (const std::int8_t value : row) sum += static_cast<std::uint32_t>(value - params.input_zero_point);
  return sum * static_cast<std::uint32_t>(params.filter_zero_point);
}

}  // namespace

std::size_t fully_connected_workspace(const FullyConnectedParams& /*params*/, std::int32_t rows,
                                      std::int32_t /*outputs*/, std::int32_t inputs, bool /*packed*/) {
  const bool whole_tile = static_cast<std::size_t>(rows) >= kTileRows;
  return workspace_bytes(widened_elements(whole_tile ? kTileRows : 1, static_cast<std::size_t>(inputs)));
}

Status fully_connected(const FullyConnectedParams& params, Matrix<const std::int8_t> input,
                       Matrix<const std::int8_t> filter, std::span<const std::int32_t> bias, Matrix<std::int8_t> output,
                       const Resources& resources) {
  Status status = check_fully_connected(params, input, filter, bias, output);
  if (status != Status::kOk) return status;
  status =
      check_resources(resources, fully_connected_workspace(params, input.rows, output.columns, input.columns, false));
  if (status != Status::kOk) return status;

  const auto depth = static_cast<std::size_t>(input.columns);
  const auto rows = static_cast<std::size_t>(input.rows);
  const auto columns = static_cast<std::size_t>(output.columns);
  std::int16_t* const widened = take_elements(resources.workspace);
  const FilterRows weights{filter.data.data(), depth, 0, columns};
  const Requantizer requantize(bias, params.multipliers, params.output_zero_point, params.activation);
  std::array<std::uint32_t, kTileRows> corrections{};
  for (std::size_t done = 0; done < rows;) {
    const std::size_t count = rows - done >= kTileRows ? kTileRows : 1;
    for (std::size_t r = 0; r < count; ++r) {
      const auto row = input.data.subspan((done + r) * depth, depth);
      RowWriter(widened + r * kGroup, count, depth, params.input_zero_point).copy(row.data(), depth);
      corrections[r] = correction(params, row);
    }
    const OutputRows out{&output.data[done * columns], columns};
    if (count == 1) {
      multiply_rows<1>(widened, weights, corrections, requantize, out);
    } else {
      multiply_rows<kTileRows>(widened, weights, corrections, requantize, out);
    }
    done += count;
  }
  return Status::kOk;
}

}  // namespace auklet::kernels::optimized
