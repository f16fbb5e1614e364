// What each operator refuses, and why: the one place that every implementation of an operator asks first.
#include <auklet/kernels/add.hpp>
#include <auklet/kernels/conv2d.hpp>
#include <auklet/kernels/depthwise_conv2d.hpp>
#include <auklet/kernels/fully_connected.hpp>
#include <auklet/kernels/pool2d.hpp>
#include <auklet/kernels/reshape.hpp>
#include <auklet/kernels/softmax.hpp>

#include "broadcast.hpp"
#include "checks.hpp"

namespace auklet::kernels {
namespace {

using detail::first_error;
using detail::require;

// What dense and depthwise convolutions have in common.
Status check_filter_operator(const Conv2dParams& params, Tensor4<const std::int8_t> input,
                             Tensor4<const std::int8_t> filter, std::span<const std::int32_t> bias,
                             Tensor4<std::int8_t> output) {
  const Status tensors =
      first_error(detail::check_tensor(input), detail::check_tensor(filter), detail::check_tensor(output));
  if (tensors != Status::kOk) return tensors;
  return first_error(
      require(input.shape.batch == output.shape.batch, Status::kShapeMismatch),
      detail::check_bias(bias, output.shape.channels),
      detail::check_multipliers(params.multipliers, output.shape.channels),
      detail::check_window(params.window, filter.shape, output.shape),
      detail::check_zero_point(params.input_zero_point), detail::check_zero_point(params.output_zero_point),
      detail::check_activation(params.activation),
      require(!detail::overlap(output.data, input.data) && !detail::overlap(output.data, filter.data) &&
                  !detail::overlap(output.data, bias) && !detail::overlap(output.data, params.multipliers),
              Status::kOverlap));
}

// One dimension of a pool: the first and the last window (so every one between) must meet the input.
Status check_pool_extent(std::int32_t input, std::int32_t output, std::int32_t filter, std::int32_t stride,
                         std::int32_t pad) {
  if (filter < 1) return Status::kBadWindow;
  const Status window = detail::check_window_extent(output, filter, stride, 1, pad);
  if (window != Status::kOk) return window;
  return require(pad < filter && std::int64_t{output - 1} * stride - pad < input, Status::kBadWindow);
}

template <class Out>
Status check_softmax_any(const SoftmaxParams& params, Tensor<const std::int8_t> input, Tensor<Out> output) {
  const Status tensors = first_error(detail::check_tensor(input), detail::check_tensor(output));
  if (tensors != Status::kOk) return tensors;
  const QuantizedMultiplier m = params.difference_multiplier;
  return first_error(require(detail::same_shape(input.shape, output.shape), Status::kShapeMismatch),
                     require(m.value >= 0 && m.shift >= 0 && m.shift <= 31, Status::kBadMultiplier),
                     require(params.difference_min <= 0, Status::kBadShift),
                     require(!detail::overlap_unless_same(output.data, input.data), Status::kOverlap));
}

}  // namespace

Status check_conv2d(const Conv2dParams& params, Tensor4<const std::int8_t> input, Tensor4<const std::int8_t> filter,
                    std::span<const std::int32_t> bias, Tensor4<std::int8_t> output) {
  const Status common = check_filter_operator(params, input, filter, bias, output);
  if (common != Status::kOk) return common;
  if (filter.shape.batch != output.shape.channels) return Status::kShapeMismatch;
  if (input.shape.channels % filter.shape.channels != 0) return Status::kBadGroups;
  const std::int32_t groups = input.shape.channels / filter.shape.channels;
  return require(output.shape.channels % groups == 0, Status::kBadGroups);
}

Status check_depthwise_conv2d(const DepthwiseConv2dParams& params, Tensor4<const std::int8_t> input,
                              Tensor4<const std::int8_t> filter, std::span<const std::int32_t> bias,
                              Tensor4<std::int8_t> output) {
  const Status common = check_filter_operator(params, input, filter, bias, output);
  if (common != Status::kOk) return common;
  if (filter.shape.batch != 1 || filter.shape.channels != output.shape.channels) return Status::kShapeMismatch;
  return require(output.shape.channels % input.shape.channels == 0, Status::kBadDepthMultiplier);
}

Status check_fully_connected(const FullyConnectedParams& params, Matrix<const std::int8_t> input,
                             Matrix<const std::int8_t> filter, std::span<const std::int32_t> bias,
                             Matrix<std::int8_t> output) {
  const Status matrices =
      first_error(detail::check_matrix(input), detail::check_matrix(filter), detail::check_matrix(output));
  if (matrices != Status::kOk) return matrices;
  return first_error(
      require(input.columns == filter.columns && input.rows == output.rows && filter.rows == output.columns,
              Status::kShapeMismatch),
      detail::check_bias(bias, output.columns), detail::check_multipliers(params.multipliers, output.columns),
      detail::check_zero_point(params.input_zero_point), detail::check_zero_point(params.filter_zero_point),
      detail::check_zero_point(params.output_zero_point), detail::check_activation(params.activation),
      require(!detail::overlap(output.data, input.data) && !detail::overlap(output.data, filter.data) &&
                  !detail::overlap(output.data, bias) && !detail::overlap(output.data, params.multipliers),
              Status::kOverlap));
}

Status check_add(const AddParams& params, Tensor<const std::int8_t> a, Tensor<const std::int8_t> b,
                 Tensor<std::int8_t> output) {
  const Status tensors = first_error(detail::check_tensor(a), detail::check_tensor(b), detail::check_tensor(output));
  if (tensors != Status::kOk) return tensors;
  return first_error(
      require(detail::broadcasts_to(a.shape, b.shape, output.shape), Status::kBadBroadcast),
      require(params.left_shift >= 0 && params.left_shift <= kAddLeftShift, Status::kBadShift),
      detail::check_multiplier(params.a_multiplier), detail::check_multiplier(params.b_multiplier),
      detail::check_multiplier(params.output_multiplier), detail::check_zero_point(params.a_zero_point),
      detail::check_zero_point(params.b_zero_point), detail::check_zero_point(params.output_zero_point),
      detail::check_activation(params.activation),
      require(!detail::overlap_unless_same(output.data, a.data) && !detail::overlap_unless_same(output.data, b.data),
              Status::kOverlap));
}

Status check_pool2d(const Pool2dParams& params, Tensor4<const std::int8_t> input, Tensor4<std::int8_t> output) {
  const Status tensors = first_error(detail::check_tensor(input), detail::check_tensor(output));
  if (tensors != Status::kOk) return tensors;
  return first_error(
      require(input.shape.batch == output.shape.batch && input.shape.channels == output.shape.channels,
              Status::kShapeMismatch),
      check_pool_extent(input.shape.height, output.shape.height, params.filter_height, params.stride_height,
                        params.pad_top),
      check_pool_extent(input.shape.width, output.shape.width, params.filter_width, params.stride_width,
                        params.pad_left),
      require(std::int64_t{params.filter_height} * params.filter_width <= kMaxPoolTaps, Status::kSizeOverflow),
      detail::check_activation(params.activation),
      require(!detail::overlap(output.data, input.data), Status::kOverlap));
}

Status check_softmax(const SoftmaxParams& params, Tensor<const std::int8_t> input, Tensor<std::int8_t> output) {
  return check_softmax_any(params, input, output);
}

Status check_softmax(const SoftmaxParams& params, Tensor<const std::int8_t> input, Tensor<std::int16_t> output) {
  return check_softmax_any(params, input, output);
}

Status check_reshape(std::size_t element_bytes, Tensor<const std::byte> input, Tensor<std::byte> output) {
  const Status first = detail::check_bytes(element_bytes, input);
  if (first != Status::kOk) return first;
  const Status shape = detail::check_shape(output.shape);
  if (shape != Status::kOk) return shape;
  if (element_count(input.shape) != element_count(output.shape)) return Status::kShapeMismatch;
  return detail::check_bytes(element_bytes, output);
}

}  // namespace auklet::kernels
