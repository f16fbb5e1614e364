// Every vector of tests/data/ops through the optimised kernel of its operator, on every target: equal to TensorFlow
// Lite bit for bit.
#include <auklet/kernels/conv2d.hpp>
#include <auklet/kernels/depthwise_conv2d.hpp>
#include <auklet/kernels/fully_connected.hpp>

#include "golden_filter.hpp"
#include "optimized_support.hpp"

namespace auklet::kernels::test {
namespace {

class OptimizedGolden : public OptimizedTest {};

Status run_conv2d(const Conv2dParams& params, Tensor4<const std::int8_t> input, Tensor4<const std::int8_t> filter,
                  std::span<const std::int32_t> bias, Tensor4<std::int8_t> output) {
  std::vector<std::byte> workspace(optimized::conv2d_workspace(params, input.shape, filter.shape, output.shape, false));
  return optimized::conv2d(params, input, filter, bias, output, {workspace, {}, {}});
}

Status run_depthwise(const Conv2dParams& params, Tensor4<const std::int8_t> input, Tensor4<const std::int8_t> filter,
                     std::span<const std::int32_t> bias, Tensor4<std::int8_t> output) {
  std::vector<std::byte> workspace(
      optimized::depthwise_conv2d_workspace(params, input.shape, filter.shape, output.shape, false));
  return optimized::depthwise_conv2d(params, input, filter, bias, output, {workspace, {}, {}});
}

Status run_matrix(const FullyConnectedParams& params, Matrix<const std::int8_t> input, Matrix<const std::int8_t> filter,
                  std::span<const std::int32_t> bias, Matrix<std::int8_t> output) {
  std::vector<std::byte> workspace(
      optimized::fully_connected_workspace(params, input.rows, filter.rows, filter.columns, false));
  return optimized::fully_connected(params, input, filter, bias, output, {workspace, {}, {}});
}

TEST_P(OptimizedGolden, IsBitExact) {
  int convolutions = 0, depthwise = 0, fully_connected = 0;
  for (const auto& path : list_vectors(vector_directory())) {
    SCOPED_TRACE(path.string());
    const Vectors v(path);
    if (v.op() == "CONV_2D" && ++convolutions > 0) run_filter(v, run_conv2d);
    if (v.op() == "DEPTHWISE_CONV_2D" && ++depthwise > 0) run_filter(v, run_depthwise);
    if (v.op() == "FULLY_CONNECTED" && ++fully_connected > 0) run_fully_connected(v, run_matrix);
  }
  EXPECT_GT(convolutions, 0);
  EXPECT_GT(depthwise, 0);
  EXPECT_GT(fully_connected, 0);
}

INSTANTIATE_TEST_SUITE_P(Targets, OptimizedGolden, every_target(), name_of_target);

}  // namespace
}  // namespace auklet::kernels::test
