// The kernels that the golden vectors are run through, with the reference's signatures: the reference itself, or what
// the build has in place of it. AUKLET_TESTED_FILTERS: optimised convolutions and fully connected layers;
// AUKLET_TESTED_ELEMENTS: the optimised operators without a filter.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <auklet/kernels/abs.hpp>
#include <auklet/kernels/add.hpp>
#include <auklet/kernels/conv2d.hpp>
#include <auklet/kernels/depthwise_conv2d.hpp>
#include <auklet/kernels/fully_connected.hpp>
#include <auklet/kernels/hard_swish.hpp>
#include <auklet/kernels/lookup.hpp>
#include <auklet/kernels/minimum_maximum.hpp>
#include <auklet/kernels/mul.hpp>
#include <auklet/kernels/pool2d.hpp>
#include <auklet/kernels/quantize.hpp>
#include <auklet/kernels/relu.hpp>
#include <auklet/kernels/resources.hpp>
#include <auklet/kernels/softmax.hpp>
#include <auklet/kernels/squared_difference.hpp>
#include <auklet/kernels/sub.hpp>

#if defined(AUKLET_TESTED_FILTERS)
#include <kernels/optimized/targets.hpp>
#endif

namespace auklet::kernels::test::tested {

#if defined(AUKLET_TESTED_FILTERS)

inline std::int32_t target_count() { return optimized::target_count(); }
inline void force_target(std::int32_t index) { optimized::force_target(index); }
inline void release_target() { optimized::release_target(); }

inline Status conv2d(const Conv2dParams& params, Tensor4<const std::int8_t> input, Tensor4<const std::int8_t> filter,
                     std::span<const std::int32_t> bias, Tensor4<std::int8_t> output) {
  std::vector<std::byte> workspace(optimized::conv2d_workspace(params, input.shape, filter.shape, output.shape, false));
  return optimized::conv2d(params, input, filter, bias, output, {workspace, {}, {}});
}

inline Status depthwise_conv2d(const DepthwiseConv2dParams& params, Tensor4<const std::int8_t> input,
                               Tensor4<const std::int8_t> filter, std::span<const std::int32_t> bias,
                               Tensor4<std::int8_t> output) {
  std::vector<std::byte> workspace(
      optimized::depthwise_conv2d_workspace(params, input.shape, filter.shape, output.shape, false));
  return optimized::depthwise_conv2d(params, input, filter, bias, output, {workspace, {}, {}});
}

inline Status fully_connected(const FullyConnectedParams& params, Matrix<const std::int8_t> input,
                              Matrix<const std::int8_t> filter, std::span<const std::int32_t> bias,
                              Matrix<std::int8_t> output) {
  std::vector<std::byte> workspace(
      optimized::fully_connected_workspace(params, input.rows, output.columns, input.columns, false));
  return optimized::fully_connected(params, input, filter, bias, output, {workspace, {}, {}});
}

#else

inline std::int32_t target_count() { return 1; }
inline void force_target(std::int32_t /*index*/) {}
inline void release_target() {}
using reference::conv2d;
using reference::depthwise_conv2d;
using reference::fully_connected;

#endif

#if defined(AUKLET_TESTED_ELEMENTS)

/// An optimised operator without a workspace, called as the reference is.
#define AUKLET_TESTED(name) \
  inline constexpr auto name = [](const auto&... arguments) { return optimized::name(arguments..., Resources{}); }
AUKLET_TESTED(abs);
AUKLET_TESTED(hard_swish);
AUKLET_TESTED(leaky_relu);
AUKLET_TESTED(lookup);
AUKLET_TESTED(maximum);
AUKLET_TESTED(minimum);
AUKLET_TESTED(mul);
AUKLET_TESTED(quantize);
AUKLET_TESTED(relu);
AUKLET_TESTED(requantize);
AUKLET_TESTED(squared_difference);
AUKLET_TESTED(sub);
#undef AUKLET_TESTED

inline Status add(const AddParams& params, Tensor<const std::int8_t> a, Tensor<const std::int8_t> b,
                  Tensor<std::int8_t> output) {
  return optimized::add(params, a, b, output, {});
}
inline Status average_pool2d(const Pool2dParams& params, Tensor4<const std::int8_t> input,
                             Tensor4<std::int8_t> output) {
  return optimized::average_pool2d(params, input, output, {});
}
inline Status max_pool2d(const Pool2dParams& params, Tensor4<const std::int8_t> input, Tensor4<std::int8_t> output) {
  return optimized::max_pool2d(params, input, output, {});
}
inline Status softmax(const SoftmaxParams& params, Tensor<const std::int8_t> input, Tensor<std::int8_t> output) {
  return optimized::softmax(params, input, output, {});
}

#else

using reference::abs;
using reference::add;
using reference::average_pool2d;
using reference::hard_swish;
using reference::leaky_relu;
using reference::lookup;
using reference::max_pool2d;
using reference::maximum;
using reference::minimum;
using reference::mul;
using reference::quantize;
using reference::relu;
using reference::requantize;
using reference::softmax;
using reference::squared_difference;
using reference::sub;

#endif

}  // namespace auklet::kernels::test::tested
