#include "golden_filter.hpp"

#include <cstdlib>
#include <vector>

#include <gtest/gtest.h>

#include <auklet/kernels/window.hpp>

namespace auklet::kernels::test {
namespace {

std::vector<std::int32_t> bias_of(const Vectors& v, int number) {
  return v.has("input2") ? v.data<std::int32_t>(number, "input2") : std::vector<std::int32_t>{};
}

}  // namespace

std::filesystem::path vector_directory() {
  if (const char* directory = std::getenv("AUKLET_KERNEL_VECTORS")) return directory;
  return AUKLET_KERNEL_VECTORS_DIR;  // From CMake, since tests are listed before their environment is set.
}

FusedActivation activation_of(const Vectors& v) {
  const std::string& name = v.option("fused_activation_function");
  if (name == "RELU") return FusedActivation::kRelu;
  if (name == "RELU6") return FusedActivation::kRelu6;
  if (name == "RELU_N1_TO_1") return FusedActivation::kReluN1To1;
  EXPECT_EQ(name, "NONE");
  return FusedActivation::kNone;
}

AffineParams affine(const Vectors& v, const std::string& role) { return {v.scales(role).at(0), v.zero_point(role)}; }

ActivationRange range_of(const Vectors& v) {
  ActivationRange range;
  EXPECT_EQ(activation_range(activation_of(v), affine(v, "output0"), range), Status::kOk);
  return range;
}

Shape4 shape4(const Vectors& v, const std::string& role) {
  const Shape& s = v.shape(role);
  EXPECT_EQ(s.rank, 4) << role;
  return {s.dims[0], s.dims[1], s.dims[2], s.dims[3]};
}

std::int32_t pad_before(const Vectors& v, std::int32_t input, std::int32_t filter, std::int32_t stride,
                        std::int32_t dilation, std::int32_t output) {
  const Padding padding = v.option("padding") == "SAME" ? Padding::kSame : Padding::kValid;
  PaddedExtent extent;
  EXPECT_EQ(resolve_padding(padding, input, filter, stride, dilation, extent), Status::kOk);
  EXPECT_EQ(extent.output, output);
  return extent.pad_before;
}

void run_filter(const Vectors& v, const FilterKernel& kernel) {
  const Shape4 in = shape4(v, "input0");
  const Shape4 filter = shape4(v, "input1");
  const Shape4 out = shape4(v, "output0");
  std::vector<QuantizedMultiplier> multipliers;
  for (const float scale : v.scales("input1")) {
    ASSERT_EQ(conv_multiplier(v.scales("input0").at(0), scale, v.scales("output0").at(0), multipliers.emplace_back()),
              Status::kOk);
  }
  Conv2dParams params;
  Window2d& w = params.window;
  w.stride_height = v.int_option("stride_h");
  w.stride_width = v.int_option("stride_w");
  w.dilation_height = v.int_option("dilation_h_factor");
  w.dilation_width = v.int_option("dilation_w_factor");
  w.pad_top = pad_before(v, in.height, filter.height, w.stride_height, w.dilation_height, out.height);
  w.pad_left = pad_before(v, in.width, filter.width, w.stride_width, w.dilation_width, out.width);
  params.input_zero_point = v.zero_point("input0");
  params.output_zero_point = v.zero_point("output0");
  params.multipliers = multipliers;
  params.activation = range_of(v);
  for (int number = 0; number < v.cases(); ++number) {
    const auto input = v.data<std::int8_t>(number, "input0");
    const auto weights = v.data<std::int8_t>(number, "input1");
    const auto bias = bias_of(v, number);
    const auto expected = v.data<std::int8_t>(number, "output0");
    std::vector<std::int8_t> output(expected.size());
    ASSERT_EQ(kernel(params, {in, input}, {filter, weights}, bias, {out, output}), Status::kOk);
    EXPECT_EQ(output, expected) << "case " << number;
  }
}

void run_fully_connected(const Vectors& v, const FullyConnectedKernel& kernel) {
  const std::int32_t depth = v.shape("input1").dims[1];
  const std::int32_t outputs = v.shape("input1").dims[0];
  const std::int32_t batches = static_cast<std::int32_t>(element_count(v.shape("input0"))) / depth;
  const auto filter_scales = v.scales("input1");
  auto* const to_multiplier = filter_scales.size() == 1 ? &fully_connected_multiplier : &conv_multiplier;
  std::vector<QuantizedMultiplier> multipliers;
  for (const float scale : filter_scales) {
    ASSERT_EQ(to_multiplier(v.scales("input0").at(0), scale, v.scales("output0").at(0), multipliers.emplace_back()),
              Status::kOk);
  }
  FullyConnectedParams params;
  params.input_zero_point = v.zero_point("input0");
  params.filter_zero_point = v.zero_point("input1");
  params.output_zero_point = v.zero_point("output0");
  params.multipliers = multipliers;
  params.activation = range_of(v);
  for (int number = 0; number < v.cases(); ++number) {
    const auto input = v.data<std::int8_t>(number, "input0");
    const auto weights = v.data<std::int8_t>(number, "input1");
    const auto bias = bias_of(v, number);
    const auto expected = v.data<std::int8_t>(number, "output0");
    std::vector<std::int8_t> output(expected.size());
    ASSERT_EQ(kernel(params, {batches, depth, input}, {outputs, depth, weights}, bias, {batches, outputs, output}),
              Status::kOk);
    EXPECT_EQ(output, expected) << "case " << number;
  }
}

}  // namespace auklet::kernels::test
