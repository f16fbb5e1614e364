#include <auklet/kernels/batch_matmul.hpp>

#include "../common/broadcast.hpp"
#include "gemm.hpp"
#include "matrix_rows.hpp"
#include "workspace.hpp"

namespace auklet::kernels::optimized {
namespace {

namespace detail = kernels::detail;

// One operand's matrices: how far the first index moves, how far the second, and how far each batch dimension.
struct Operand {
  std::int32_t rows = 0;
  std::int32_t columns = 0;
  std::int32_t row_stride = 0;
  std::int32_t column_stride = 0;
  detail::Dims batch{};
};

Operand operand_of(const Shape& shape, bool transposed) {
  const auto rank = static_cast<std::size_t>(shape.rank);
  const std::int32_t rows = shape.dims[rank - 2];
  const std::int32_t columns = shape.dims[rank - 1];
  Operand result{rows, columns, columns, 1, detail::broadcast_strides(shape)};
  if (transposed) result = {columns, rows, 1, columns, result.batch};
  result.batch[detail::kRank - 1] = result.batch[detail::kRank - 2] = 0;
  return result;
}

MatrixRows rows_of(const Operand& a, const std::int8_t* data) {
  return {data, a.rows, a.columns, a.row_stride, a.column_stride};
}

}  // namespace

std::size_t batch_matmul_workspace(const BatchMatMulParams& params, const Shape& a, const Shape& b) {
  const MatrixRows rows = rows_of(operand_of(a, params.transpose_a), nullptr);
  return reserve(panels_size(operand_of(b, params.transpose_b).columns, 1, rows.length)) +
         reserve(row_copy_bytes(rows)) + reserve(row_start_bytes(rows, params.b_zero_point));
}

Status batch_matmul(const BatchMatMulParams& params, Tensor<const std::int8_t> a, Tensor<const std::int8_t> b,
                    Tensor<std::int8_t> output, const Resources& resources) {
  const Status status = check_batch_matmul(params, a, b, output);
  if (status != Status::kOk) return status;
  if (!resources.packed.empty()) return Status::kPackedSize;
  if (resources.workspace.size() < batch_matmul_workspace(params, a.shape, b.shape)) return Status::kWorkspaceSize;

  const Operand left = operand_of(a.shape, params.transpose_a);
  const Operand right = operand_of(b.shape, params.transpose_b);
  Workspace workspace(resources.workspace);
  const std::span<std::byte> panels = workspace.take(panels_size(right.columns, 1, right.rows));
  const std::span<std::byte> copy = workspace.take(row_copy_bytes(rows_of(left, nullptr)));
  const std::span<std::byte> starts = workspace.take(row_start_bytes(rows_of(left, nullptr), params.b_zero_point));

  WeightSource weights;
  weights.channels = right.columns;
  weights.length = right.rows;
  weights.channel_stride = static_cast<std::size_t>(right.column_stride);
  weights.element_stride = static_cast<std::size_t>(right.row_stride);
  weights.zero_point = params.b_zero_point;
  weights.input_zero_point = params.a_zero_point;
  weights.multipliers = {&params.multiplier, 1};
  Gemm product;
  product.panels = panels.data();
  product.channels = right.columns;
  product.output_step = right.columns;
  product.range = {params.output_zero_point, params.activation};
  product.usual = all_usual(weights.multipliers);

  detail::Dims dims = detail::extend(output.shape);
  dims[detail::kRank - 1] = dims[detail::kRank - 2] = 1;
  detail::Dims index{};
  const std::size_t size = static_cast<std::size_t>(left.rows) * static_cast<std::size_t>(right.columns);
  const std::int8_t* packed = nullptr;  // The matrix that the panels hold: it may serve a whole dimension.
  for (std::size_t done = 0; done < output.data.size(); done += size) {
    weights.data = b.data.subspan(detail::dot(index, right.batch));
    if (weights.data.data() != packed) pack_panels(weights, panels);
    packed = weights.data.data();
    set_rows(rows_of(left, &a.data[detail::dot(index, left.batch)]), params.b_zero_point, copy, starts, product);
    product.output = &output.data[done];
    gemm(product, resources.parallel);
    detail::advance(index, dims);
  }
  return Status::kOk;
}

}  // namespace auklet::kernels::optimized
