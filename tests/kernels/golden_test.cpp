// Every vector of tests/data/ops through the kernel of its operator: equal to TensorFlow Lite bit for bit.
// AUKLET_KERNEL_VECTORS names another directory, for instance one with the large cases too.
#include <cstdlib>
#include <cstring>
#include <set>
#include <span>
#include <string>

#include <gtest/gtest.h>

#include <auklet/kernels/quantization.hpp>
#include <auklet/kernels/reshape.hpp>

#include "golden_elementwise.hpp"
#include "tested.hpp"
#include "vectors.hpp"

namespace auklet::kernels::test {
namespace {

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

// NHWC of a tensor that has rank 4.
Shape4 shape4(const Vectors& v, const std::string& role) {
  const Shape& s = v.shape(role);
  EXPECT_EQ(s.rank, 4) << role;
  return {s.dims[0], s.dims[1], s.dims[2], s.dims[3]};
}

// One dimension of an operator's padding, checked against the output's stated size.
std::int32_t pad_before(const Vectors& v, std::int32_t input, std::int32_t filter, std::int32_t stride,
                        std::int32_t dilation, std::int32_t output) {
  const Padding padding = v.option("padding") == "SAME" ? Padding::kSame : Padding::kValid;
  PaddedExtent extent;
  EXPECT_EQ(resolve_padding(padding, input, filter, stride, dilation, extent), Status::kOk);
  EXPECT_EQ(extent.output, output);
  return extent.pad_before;
}

std::vector<std::int32_t> bias_of(const Vectors& v, int number) {
  return v.has("input2") ? v.data<std::int32_t>(number, "input2") : std::vector<std::int32_t>{};
}

using FilterKernel = Status(const Conv2dParams&, Tensor4<const std::int8_t>, Tensor4<const std::int8_t>,
                            std::span<const std::int32_t>, Tensor4<std::int8_t>);

void run_filter(const Vectors& v, FilterKernel* kernel) {
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

void run_fully_connected(const Vectors& v) {
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
    ASSERT_EQ(tested::fully_connected(params, {batches, depth, input}, {outputs, depth, weights}, bias,
                                      {batches, outputs, output}),
              Status::kOk);
    EXPECT_EQ(output, expected) << "case " << number;
  }
}

void run_add(const Vectors& v) {
  AddParams params;
  ASSERT_EQ(make_add_params(affine(v, "input0"), affine(v, "input1"), affine(v, "output0"), activation_of(v), params),
            Status::kOk);
  for (int number = 0; number < v.cases(); ++number) {
    const auto a = v.data<std::int8_t>(number, "input0");
    const auto b = v.data<std::int8_t>(number, "input1");
    const auto expected = v.data<std::int8_t>(number, "output0");
    std::vector<std::int8_t> output(expected.size());
    ASSERT_EQ(tested::add(params, {v.shape("input0"), a}, {v.shape("input1"), b}, {v.shape("output0"), output}),
              Status::kOk);
    EXPECT_EQ(output, expected) << "case " << number;
  }
}

using PoolKernel = Status(const Pool2dParams&, Tensor4<const std::int8_t>, Tensor4<std::int8_t>);

void run_pool(const Vectors& v, PoolKernel* kernel) {
  const Shape4 in = shape4(v, "input0");
  const Shape4 out = shape4(v, "output0");
  Pool2dParams params;
  params.filter_height = v.int_option("filter_height");
  params.filter_width = v.int_option("filter_width");
  params.stride_height = v.int_option("stride_h");
  params.stride_width = v.int_option("stride_w");
  params.pad_top = pad_before(v, in.height, params.filter_height, params.stride_height, 1, out.height);
  params.pad_left = pad_before(v, in.width, params.filter_width, params.stride_width, 1, out.width);
  params.activation = range_of(v);
  for (int number = 0; number < v.cases(); ++number) {
    const auto input = v.data<std::int8_t>(number, "input0");
    const auto expected = v.data<std::int8_t>(number, "output0");
    std::vector<std::int8_t> output(expected.size());
    ASSERT_EQ(kernel(params, {in, input}, {out, output}), Status::kOk);
    EXPECT_EQ(output, expected) << "case " << number;
  }
}

void run_softmax(const Vectors& v) {
  SoftmaxParams params;
  ASSERT_EQ(make_softmax_params(std::stof(v.option("beta")), v.scales("input0").at(0), params), Status::kOk);
  EXPECT_EQ(v.scales("output0").at(0), kSoftmaxOutputScale);
  EXPECT_EQ(v.zero_point("output0"), kSoftmaxOutputZeroPoint);
  for (int number = 0; number < v.cases(); ++number) {
    const auto input = v.data<std::int8_t>(number, "input0");
    const auto expected = v.data<std::int8_t>(number, "output0");
    std::vector<std::int8_t> output(expected.size());
    ASSERT_EQ(tested::softmax(params, {v.shape("input0"), input}, {v.shape("output0"), output}), Status::kOk);
    EXPECT_EQ(output, expected) << "case " << number;
  }
}

void run_reshape(const Vectors& v) {
  for (int number = 0; number < v.cases(); ++number) {
    const auto input = v.data<std::int8_t>(number, "input0");
    const auto expected = v.data<std::int8_t>(number, "output0");
    std::vector<std::int8_t> output(expected.size());
    ASSERT_EQ(reference::reshape(1, {v.shape("input0"), std::as_bytes(std::span(input))},
                                 {v.shape("output0"), std::as_writable_bytes(std::span(output))}),
              Status::kOk);
    EXPECT_EQ(output, expected) << "case " << number;
  }
}

template <class In, class Out, class Operation>
void run_elementwise(const Vectors& v, Operation operation) {
  for (int number = 0; number < v.cases(); ++number) {
    const auto input = v.data<In>(number, "input0");
    const auto expected = v.data<Out>(number, "output0");
    std::vector<Out> output(expected.size());
    ASSERT_EQ(operation(std::span<const In>(input), std::span<Out>(output)), Status::kOk);
    // Compared as bits, so that a float's sign and exact value count.
    EXPECT_EQ(std::memcmp(output.data(), expected.data(), expected.size() * sizeof(Out)), 0) << "case " << number;
  }
}

template <class In, class Out>
void run_requantize(const Vectors& v) {
  RequantizeParams params;
  params.input_zero_point = v.zero_point("input0");
  params.output_zero_point = v.zero_point("output0");
  ASSERT_EQ(requantize_multiplier(v.scales("input0").at(0), v.scales("output0").at(0), params.multiplier), Status::kOk);
  run_elementwise<In, Out>(v, [&](auto in, auto out) { return tested::requantize(params, in, out); });
}

void run_quantize(const Vectors& v) {
  const std::string types = v.type("input0") + " to " + v.type("output0");
  if (types == "int8 to int8") return run_requantize<std::int8_t, std::int8_t>(v);
  if (types == "int8 to uint8") return run_requantize<std::int8_t, std::uint8_t>(v);
  if (types == "uint8 to int8") return run_requantize<std::uint8_t, std::int8_t>(v);
  ASSERT_EQ(types, "float32 to int8");
  const AffineParams params = affine(v, "output0");
  run_elementwise<float, std::int8_t>(v, [&](auto in, auto out) { return tested::quantize(params, in, out); });
}

void run_dequantize(const Vectors& v) {
  const AffineParams params = affine(v, "input0");
  const auto operation = [&](auto in, auto out) { return reference::dequantize(params, in, out); };
  if (v.type("input0") == "uint8") return run_elementwise<std::uint8_t, float>(v, operation);
  run_elementwise<std::int8_t, float>(v, operation);
}

// Without vectors there would be no Golden test to fail.
TEST(GoldenVectors, CoverEveryOperator) {
  std::set<std::string> ops;
  for (const auto& path : list_vectors(vector_directory())) ops.insert(Vectors(path).op());
  std::set<std::string> expected = {"ADD",        "AVERAGE_POOL_2D", "CONV_2D",     "DEPTHWISE_CONV_2D",
                                    "DEQUANTIZE", "FULLY_CONNECTED", "MAX_POOL_2D", "QUANTIZE",
                                    "RESHAPE",    "SOFTMAX"};
  for (const std::string& name : elementwise_operators()) expected.insert(name);
  EXPECT_EQ(ops, expected);
}

void run_vectors(const Vectors& v) {
  const std::string& op = v.op();
  if (op == "CONV_2D") return run_filter(v, tested::conv2d);
  if (op == "DEPTHWISE_CONV_2D") return run_filter(v, tested::depthwise_conv2d);
  if (op == "FULLY_CONNECTED") return run_fully_connected(v);
  if (op == "ADD") return run_add(v);
  if (op == "AVERAGE_POOL_2D") return run_pool(v, tested::average_pool2d);
  if (op == "MAX_POOL_2D") return run_pool(v, tested::max_pool2d);
  if (op == "SOFTMAX") return run_softmax(v);
  if (op == "RESHAPE") return run_reshape(v);
  if (op == "QUANTIZE") return run_quantize(v);
  if (op == "DEQUANTIZE") return run_dequantize(v);
  EXPECT_TRUE(run_elementwise_vectors(v)) << "no kernel for " << op;
}

class Golden : public testing::TestWithParam<std::filesystem::path> {};

TEST_P(Golden, IsBitExact) {
  const Vectors v(GetParam());
  ASSERT_GT(v.cases(), 0);
  for (std::int32_t target = 0; target < tested::target_count(); ++target) {
    SCOPED_TRACE("target " + std::to_string(target));
    tested::force_target(target);
    run_vectors(v);
  }
  tested::release_target();
}

INSTANTIATE_TEST_SUITE_P(Ops, Golden, testing::ValuesIn(list_vectors(vector_directory())),
                         [](const auto& vectors) { return vectors.param.stem().string(); });

}  // namespace
}  // namespace auklet::kernels::test
