// What batch matmul and transposed convolution refuse, and why; with check.cpp, the one place that every implementation
// asks first.
#include <auklet/kernels/batch_matmul.hpp>
#include <auklet/kernels/transpose_conv2d.hpp>

#include "broadcast.hpp"
#include "checks.hpp"

namespace auklet::kernels {
namespace {

using detail::first_error;
using detail::require;

// The shape of the batch: all dimensions but those of the matrices. Precondition: rank of at least 2.
Shape batch_of(const Shape& shape) { return {shape.dims, shape.rank - 2}; }

std::int32_t rows_of(const Shape& shape) { return shape.dims[static_cast<std::size_t>(shape.rank - 2)]; }
std::int32_t columns_of(const Shape& shape) { return shape.dims[static_cast<std::size_t>(shape.rank - 1)]; }

}  // namespace

Status check_batch_matmul(const BatchMatMulParams& params, Tensor<const std::int8_t> a, Tensor<const std::int8_t> b,
                          Tensor<std::int8_t> output) {
  const Status tensors = first_error(detail::check_tensor(a), detail::check_tensor(b), detail::check_tensor(output));
  if (tensors != Status::kOk) return tensors;
  if (a.shape.rank < 2 || b.shape.rank < 2 || output.shape.rank < 2) return Status::kBadShape;
  const bool ta = params.transpose_a;
  const bool tb = params.transpose_b;
  const bool matrices_fit =
      (ta ? rows_of(a.shape) : columns_of(a.shape)) == (tb ? columns_of(b.shape) : rows_of(b.shape)) &&
      (ta ? columns_of(a.shape) : rows_of(a.shape)) == rows_of(output.shape) &&
      (tb ? rows_of(b.shape) : columns_of(b.shape)) == columns_of(output.shape);
  return first_error(
      require(matrices_fit, Status::kShapeMismatch),
      require(detail::broadcasts_to(batch_of(a.shape), batch_of(b.shape), batch_of(output.shape)),
              Status::kBadBroadcast),
      detail::check_multiplier(params.multiplier), detail::check_zero_point(params.a_zero_point),
      detail::check_zero_point(params.b_zero_point), detail::check_zero_point(params.output_zero_point),
      detail::check_activation(params.activation),
      require(!detail::overlap(output.data, a.data) && !detail::overlap(output.data, b.data), Status::kOverlap));
}

Status check_transpose_conv2d(const TransposeConv2dParams& params, Tensor4<const std::int8_t> input,
                              Tensor4<const std::int8_t> filter, std::span<const std::int32_t> bias,
                              Tensor4<std::int8_t> output) {
  const Status tensors =
      first_error(detail::check_tensor(input), detail::check_tensor(filter), detail::check_tensor(output));
  if (tensors != Status::kOk) return tensors;
  return first_error(
      require(input.shape.batch == output.shape.batch && filter.shape.batch == output.shape.channels &&
                  filter.shape.channels == input.shape.channels,
              Status::kShapeMismatch),
      detail::check_bias(bias, output.shape.channels),
      detail::check_multipliers(params.multipliers, output.shape.channels),
      // The window moves over the output, one position an input pixel.
      detail::check_window(params.window, filter.shape, input.shape), detail::check_zero_point(params.input_zero_point),
      detail::check_zero_point(params.output_zero_point), detail::check_activation(params.activation),
      require(!detail::overlap(output.data, input.data) && !detail::overlap(output.data, filter.data) &&
                  !detail::overlap(output.data, bias) && !detail::overlap(output.data, params.multipliers),
              Status::kOverlap));
}

}  // namespace auklet::kernels
