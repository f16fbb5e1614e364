#include <auklet/kernels/batch_matmul.hpp>

#include "../common/broadcast.hpp"

namespace auklet::kernels::reference {
namespace {

// Steps within and between the matrices of an operand, in elements; 0 where a batch dimension repeats.
struct Operand {
  detail::Dims batch{};
  std::int32_t row = 0;
  std::int32_t column = 0;
};

Operand operand(const Shape& shape, bool transposed) {
  Operand result{detail::broadcast_strides(shape), 0, 0};
  const std::int32_t last = shape.dims[static_cast<std::size_t>(shape.rank - 1)];
  result.row = transposed ? 1 : last;
  result.column = transposed ? last : 1;
  result.batch[detail::kRank - 1] = result.batch[detail::kRank - 2] = 0;
  return result;
}

}  // namespace

Status batch_matmul(const BatchMatMulParams& params, Tensor<const std::int8_t> a, Tensor<const std::int8_t> b,
                    Tensor<std::int8_t> output) {
  const Status status = check_batch_matmul(params, a, b, output);
  if (status != Status::kOk) return status;

  const Operand left = operand(a.shape, params.transpose_a);
  const Operand right = operand(b.shape, params.transpose_b);
  const auto a_rank = static_cast<std::size_t>(a.shape.rank);
  const std::int32_t depth = a.shape.dims[params.transpose_a ? a_rank - 2 : a_rank - 1];
  const detail::Dims dims = detail::extend(output.shape);
  detail::Dims index{};
  for (std::int8_t& element : output.data) {
    const std::int32_t m = index[detail::kRank - 2];
    const std::int32_t n = index[detail::kRank - 1];
    const std::size_t a_row = detail::dot(index, left.batch) + static_cast<std::size_t>(m * left.row);
    const std::size_t b_column = detail::dot(index, right.batch) + static_cast<std::size_t>(n * right.column);
    std::uint32_t sum = 0;
    for (std::int32_t k = 0; k < depth; ++k) {
      const std::int32_t x = a.data[a_row + static_cast<std::size_t>(k * left.column)] - params.a_zero_point;
      const std::int32_t y = b.data[b_column + static_cast<std::size_t>(k * right.row)] - params.b_zero_point;
      sum += static_cast<std::uint32_t>(x * y);
    }
    element = requantize_to_int8(static_cast<std::int32_t>(sum), params.multiplier, params.output_zero_point,
                                 params.activation);
    detail::advance(index, dims);
  }
  return Status::kOk;
}

}  // namespace auklet::kernels::reference
