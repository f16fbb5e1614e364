#include <auklet/kernels/fully_connected.hpp>

#include "../common/checks.hpp"
#include "gemm.hpp"
#include "matrix_rows.hpp"
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

MatrixRows rows_of(std::int32_t count, std::int32_t length, const std::int8_t* data) {
  return {data, count, length, length, 1};
}

}  // namespace

std::size_t fully_connected_packed_size(std::int32_t outputs, std::int32_t inputs) {
  return panels_size(outputs, 1, inputs);
}

std::size_t fully_connected_workspace(const FullyConnectedParams& params, std::int32_t rows, std::int32_t outputs,
                                      std::int32_t inputs, bool packed) {
  const MatrixRows input = rows_of(rows, inputs, nullptr);
  return reserve(packed ? 0 : fully_connected_packed_size(outputs, inputs)) + reserve(row_copy_bytes(input)) +
         reserve(row_start_bytes(input, params.filter_zero_point));
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
  const MatrixRows rows = rows_of(input.rows, input.columns, input.data.data());
  const std::span<std::byte> copy = workspace.take(row_copy_bytes(rows));
  Gemm product;
  set_rows(rows, params.filter_zero_point, copy, workspace.take(row_start_bytes(rows, params.filter_zero_point)),
           product);
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
