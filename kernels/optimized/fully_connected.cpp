#include <auklet/kernels/fully_connected.hpp>
#include <cstring>

#include "../common/checks.hpp"
#include "gemm.hpp"
#include "workspace.hpp"

namespace auklet::kernels::optimized {
namespace {

WeightSource source_of(const FullyConnectedParams& params, Matrix<const std::int8_t> filter,
                       std::span<const std::int32_t> bias) {
  WeightSource source;
  source.data = filter.data;
  source.channels = filter.rows;
  source.length = filter.columns;
  source.channel_stride = static_cast<std::size_t>(filter.columns);
  source.zero_point = params.filter_zero_point;
  source.input_zero_point = params.input_zero_point;
  source.bias = bias;
  source.multipliers = params.multipliers;
  return source;
}

// Rows whose length is no multiple of 4 are copied: whole quads are read of each.
std::size_t copy_bytes(std::int32_t rows, std::int32_t columns) {
  if (columns % kQuad == 0) return 0;
  return static_cast<std::size_t>(rows) * quads_of(columns) * static_cast<std::size_t>(kQuad);
}

std::size_t row_start_bytes(std::int32_t rows, std::int32_t filter_zero_point) {
  return filter_zero_point == 0 ? 0 : static_cast<std::size_t>(rows) * sizeof(std::int32_t);
}

}  // namespace

std::size_t fully_connected_packed_size(std::int32_t outputs, std::int32_t inputs) {
  return panels_size(outputs, 1, inputs);
}

std::size_t fully_connected_workspace(const FullyConnectedParams& params, std::int32_t rows, std::int32_t outputs,
                                      std::int32_t inputs, bool packed) {
  return reserve(packed ? 0 : fully_connected_packed_size(outputs, inputs)) + reserve(copy_bytes(rows, inputs)) +
         reserve(row_start_bytes(rows, params.filter_zero_point));
}

Status pack_fully_connected(const FullyConnectedParams& params, Matrix<const std::int8_t> filter,
                            std::span<const std::int32_t> bias, std::span<std::byte> packed) {
  const Status status = kernels::detail::first_error(
      kernels::detail::check_matrix(filter), kernels::detail::check_bias(bias, filter.rows),
      kernels::detail::check_multipliers(params.multipliers, filter.rows),
      kernels::detail::check_zero_point(params.input_zero_point),
      kernels::detail::check_zero_point(params.filter_zero_point));
  if (status != Status::kOk) return status;
  if (packed.size() != fully_connected_packed_size(filter.rows, filter.columns)) return Status::kPackedSize;
  pack_panels(source_of(params, filter, bias), packed);
  return Status::kOk;
}

Status fully_connected(const FullyConnectedParams& params, Matrix<const std::int8_t> input,
                       Matrix<const std::int8_t> filter, std::span<const std::int32_t> bias, Matrix<std::int8_t> output,
                       const Resources& resources) {
  const Status status = check_fully_connected(params, input, filter, bias, output);
  if (status != Status::kOk) return status;
  const bool packed = !resources.packed.empty();
  const std::size_t packed_size = fully_connected_packed_size(filter.rows, filter.columns);
  if (packed && resources.packed.size() != packed_size) return Status::kPackedSize;
  if (resources.workspace.size() < fully_connected_workspace(params, input.rows, filter.rows, filter.columns, packed)) {
    return Status::kWorkspaceSize;
  }

  Workspace workspace(resources.workspace);
  std::span<const std::byte> panels = resources.packed;
  if (!packed) {
    const std::span<std::byte> own = workspace.take(packed_size);
    pack_panels(source_of(params, filter, bias), own);
    panels = own;
  }
  const auto rows = static_cast<std::size_t>(input.rows);
  const auto length = static_cast<std::size_t>(input.columns);
  Gemm product;
  product.rows = input.data.data();
  product.row_step = input.columns;
  if (const std::size_t bytes = copy_bytes(input.rows, input.columns); bytes != 0) {
    const std::span<std::byte> copy = workspace.take(bytes);
    const std::size_t step = bytes / rows;
    for (std::size_t r = 0; r < rows; ++r) {
      std::memcpy(&copy[r * step], &input.data[r * length], length);
      std::memset(&copy[r * step + length], 0, step - length);
    }
    product.rows = reinterpret_cast<const std::int8_t*>(copy.data());
    product.row_step = static_cast<std::ptrdiff_t>(step);
  }
  if (const std::size_t bytes = row_start_bytes(input.rows, params.filter_zero_point); bytes != 0) {
    const std::span<std::byte> starts = workspace.take(bytes);
    auto* const row_starts = reinterpret_cast<std::int32_t*>(starts.data());
    for (std::size_t r = 0; r < rows; ++r) {
      std::uint32_t sum = 0;
      for (const std::int8_t a : input.data.subspan(r * length, length))
        sum += static_cast<std::uint32_t>(std::int32_t{a});
      row_starts[r] = static_cast<std::int32_t>(sum * static_cast<std::uint32_t>(-params.filter_zero_point));
    }
    product.row_starts = row_starts;
  }
  product.row_count = product.rows_per_line = input.rows;
  product.quads = static_cast<std::int32_t>(quads_of(input.columns));
  product.panels = panels.data();
  product.channels = output.columns;
  product.output = output.data.data();
  product.output_step = output.columns;
  product.range = {params.output_zero_point, params.activation};
  product.usual = all_usual(params.multipliers);
  gemm(product, resources.parallel);
  return Status::kOk;
}

}  // namespace auklet::kernels::optimized
