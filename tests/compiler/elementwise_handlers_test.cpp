// What the CPU's handlers of elementwise operators and reductions check beyond the validator, on models of one
// operator.
#include <auklet/compiler/executor.hpp>

#include <gtest/gtest.h>

#include "sample_model.hpp"

namespace auklet::compiler::test {
namespace {

Quantization quantized(float scale, std::int64_t zero_point) { return {{scale}, {zero_point}, 0}; }

// One operator with input 0 (int8 [2, 3]) and an output; what a test adds comes between.
struct OneOperator {
  Model model;
  std::int32_t input = 0;
  std::int32_t output = 0;

  OneOperator(OpCode code, Options options, std::vector<std::int32_t> output_shape, Quantization quantization) {
    model.graphs.emplace_back();
    Graph& graph = model.main();
    input = add_tensor(graph, "input", TensorType::kInt8, {2, 3}, quantized(0.5F, 3));
    output = add_tensor(graph, "output", TensorType::kInt8, std::move(output_shape), std::move(quantization));
    Operator op;
    op.code = code;
    op.inputs = {input};
    op.outputs = {output};
    op.options = std::move(options);
    graph.operators.push_back(op);
    graph.inputs = {input};
    graph.outputs = {output};
  }

  Operator& op() { return model.main().operators[0]; }
  Tensor& out() { return model.main().tensor(output); }

  void add_axes(const std::vector<std::int32_t>& axes) {
    op().inputs.push_back(model.add_constant(model.main(), "axes", TensorType::kInt32,
                                             {static_cast<std::int32_t>(axes.size())}, bytes_of(axes)));
  }

  [[nodiscard]] Error error() const {
    const auto executor = Executor::create(model);
    EXPECT_FALSE(executor) << "accepted";
    return executor ? Error{} : executor.error();
  }

  // The output's elements for the inputs 0 to 5.
  template <typename T>
  [[nodiscard]] std::vector<T> run() const {
    const auto outputs = run_cpu(model, std::vector<Bytes>{bytes_of(std::vector<std::int8_t>{0, 1, 2, 3, 4, 5})});
    EXPECT_TRUE(outputs) << outputs.error().message;
    if (!outputs) return {};
    std::vector<T> values(outputs->at(0).size() / sizeof(T));
    std::memcpy(values.data(), outputs->at(0).data(), outputs->at(0).size());
    return values;
  }
};

void expect_error(const OneOperator& model, ErrorCode code, const std::string& words) {
  const Error error = model.error();
  EXPECT_EQ(error.code, code) << error.message;
  EXPECT_NE(error.message.find(words), std::string::npos) << error.message;
}

OneOperator sum(bool keep_dims, std::vector<std::int32_t> shape, const std::vector<std::int32_t>& axes) {
  OneOperator model(OpCode::kSum, ReducerOptions{keep_dims}, std::move(shape), quantized(0.5F, 3));
  model.add_axes(axes);
  return model;
}

TEST(ReduceHandler, TakesNegativeAndRepeatedAxes) {
  using Values = std::vector<std::int8_t>;
  EXPECT_EQ(sum(false, {2}, {-1}).run<std::int8_t>(), (Values{-3, 6}));  // 3 + sum of (x - 3)
  EXPECT_EQ(sum(true, {2, 1}, {1, -1, 1}).run<std::int8_t>(), (Values{-3, 6}));
  EXPECT_EQ(sum(true, {1, 3}, {0}).run<std::int8_t>(), (Values{0, 2, 4}));
  EXPECT_EQ(sum(false, {}, {0, 1}).run<std::int8_t>(), (Values{0}));
}

TEST(ReduceHandler, RefusesAxesAndShapesThatDoNotFit) {
  expect_error(sum(false, {2}, {2}), ErrorCode::kInvalid, "axis 2 of 2 dimensions");
  expect_error(sum(false, {2}, {-3}), ErrorCode::kInvalid, "axis -3 of 2 dimensions");
  expect_error(sum(false, {3}, {1}), ErrorCode::kInvalid, "output");
  expect_error(sum(true, {2}, {1}), ErrorCode::kInvalid, "output");
  OneOperator computed(OpCode::kMean, ReducerOptions{}, {2}, quantized(0.5F, 3));
  const std::int32_t axes = add_tensor(computed.model.main(), "axes", TensorType::kInt32, {1});
  computed.op().inputs.push_back(axes);
  computed.model.main().inputs.push_back(axes);
  expect_error(computed, ErrorCode::kUnsupported, "computed");
}

TEST(ReduceHandler, ExtremesKeepTheQuantisation) {
  OneOperator model(OpCode::kReduceMin, ReducerOptions{}, {2}, quantized(0.5F, 3));
  model.add_axes({1});
  EXPECT_EQ(model.run<std::int8_t>(), (std::vector<std::int8_t>{0, 3}));
  model.out().quantization = quantized(0.25F, 3);
  expect_error(model, ErrorCode::kUnsupported, "different quantisation");
}

TEST(ArgMaxHandler, WritesIndicesAndRefusesOtherAxes) {
  OneOperator model(OpCode::kArgMax, ArgMaxOptions{TensorType::kInt64}, {2}, {});
  model.out().type = TensorType::kInt64;
  model.add_axes({-1});
  EXPECT_EQ(model.run<std::int64_t>(), (std::vector<std::int64_t>{2, 2}));
  OneOperator outside(OpCode::kArgMax, ArgMaxOptions{TensorType::kInt32}, {2}, {});
  outside.out().type = TensorType::kInt32;
  outside.add_axes({5});
  expect_error(outside, ErrorCode::kInvalid, "axis 5 of 2 dimensions");
}

TEST(NormalizationHandlers, KnowOneOutputQuantisation) {
  const OneOperator l2(OpCode::kL2Normalization, L2NormOptions{}, {2, 3}, quantized(1.0F / 64.0F, 0));
  expect_error(l2, ErrorCode::kUnsupported, "scale 1/128");
  const OneOperator log_softmax(OpCode::kLogSoftmax, NoOptions{}, {2, 3}, quantized(1.0F / 16.0F, 0));
  expect_error(log_softmax, ErrorCode::kUnsupported, "zero point 127");
}

TEST(ActivationHandlers, NameWhatTheyCannotUse) {
  OneOperator wide(OpCode::kTanh, NoOptions{}, {2, 3}, quantized(1.0F / 128.0F, 0));
  wide.out().type = TensorType::kInt16;
  expect_error(wide, ErrorCode::kUnsupported, "INT16");
  const OneOperator far(OpCode::kHardSwish, NoOptions{}, {2, 3}, quantized(1000.0F, 0));
  expect_error(far, ErrorCode::kInvalid, "multipliers");
  const OneOperator plain(OpCode::kRelu, NoOptions{}, {2, 3}, {});
  expect_error(plain, ErrorCode::kUnsupported, "without a scale");
}

// RSQRT's domain is the one thing that only the values can tell.
TEST(ActivationHandlers, RsqrtOfANegativeNumberFailsByName) {
  const OneOperator model(OpCode::kRsqrt, NoOptions{}, {2, 3}, quantized(0.1F, 0));
  const auto outputs = run_cpu(model.model, std::vector<Bytes>{bytes_of(std::vector<std::int8_t>{3, 4, 5, 6, 7, 2})});
  ASSERT_FALSE(outputs);
  EXPECT_NE(outputs.error().message.find("RSQRT"), std::string::npos) << outputs.error().message;
  EXPECT_NE(outputs.error().message.find("not defined"), std::string::npos) << outputs.error().message;
}

}  // namespace
}  // namespace auklet::compiler::test
