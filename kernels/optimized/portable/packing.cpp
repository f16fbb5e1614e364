// The portable kernels read weights as they are: what is packed beforehand is nothing.
#include <auklet/kernels/conv2d.hpp>
#include <auklet/kernels/depthwise_conv2d.hpp>
#include <auklet/kernels/fully_connected.hpp>

#include "../../common/checks.hpp"

namespace auklet::kernels::optimized {
namespace {

using kernels::detail::check_bias;
using kernels::detail::check_multipliers;
using kernels::detail::check_zero_point;
using kernels::detail::first_error;
using kernels::detail::require;

}  // namespace

std::size_t conv2d_packed_size(const Conv2dParams& /*params*/, Shape4 /*filter*/, std::int32_t /*groups*/) { return 0; }

std::size_t depthwise_conv2d_packed_size(const DepthwiseConv2dParams& /*params*/, Shape4 /*filter*/) { return 0; }

std::size_t fully_connected_packed_size(std::int32_t /*outputs*/, std::int32_t /*inputs*/) { return 0; }

Status pack_conv2d(const Conv2dParams& params, Tensor4<const std::int8_t> filter, std::int32_t groups,
                   std::span<const std::int32_t> bias, std::span<std::byte> packed) {
  const std::int32_t channels = filter.shape.batch;
  return first_error(kernels::detail::check_tensor(filter), check_bias(bias, channels),
                     check_multipliers(params.multipliers, channels), check_zero_point(params.input_zero_point),
                     require(params.window.dilation_width >= 1, Status::kBadDilation),
                     require(groups >= 1 && channels % groups == 0, Status::kBadGroups),
                     require(packed.empty(), Status::kPackedSize));
}

Status pack_depthwise_conv2d(const DepthwiseConv2dParams& params, Tensor4<const std::int8_t> filter,
                             std::span<const std::int32_t> bias, std::span<std::byte> packed) {
  const std::int32_t channels = filter.shape.channels;
  return first_error(kernels::detail::check_tensor(filter), require(filter.shape.batch == 1, Status::kShapeMismatch),
                     check_bias(bias, channels), check_multipliers(params.multipliers, channels),
                     check_zero_point(params.input_zero_point), require(packed.empty(), Status::kPackedSize));
}

Status pack_fully_connected(const FullyConnectedParams& params, Matrix<const std::int8_t> filter,
                            std::span<const std::int32_t> bias, std::span<std::byte> packed) {
  return first_error(kernels::detail::check_matrix(filter), check_bias(bias, filter.rows),
                     check_multipliers(params.multipliers, filter.rows), check_zero_point(params.input_zero_point),
                     check_zero_point(params.filter_zero_point), require(packed.empty(), Status::kPackedSize));
}

}  // namespace auklet::kernels::optimized
