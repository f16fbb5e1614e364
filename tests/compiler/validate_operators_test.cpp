// Options and shapes that do not belong together, operator by operator.
#include <auklet/compiler/ir.hpp>

#include <gtest/gtest.h>

#include <functional>
#include <limits>

#include "sample_model.hpp"

namespace auklet::compiler::test {
namespace {

struct Case {
  const char* what;
  std::function<void(Model&)> change;
  const char* message;  // Part of the message.
};

void expect_refusals(const std::vector<Case>& cases) {
  for (const Case& c : cases) {
    Model model = sample_model();
    c.change(model);
    const Outcome outcome = validate(model);
    ASSERT_FALSE(outcome) << c.what << " was accepted";
    EXPECT_EQ(outcome.error().code, ErrorCode::kInvalid) << c.what;
    EXPECT_NE(outcome.error().message.find(c.message), std::string::npos) << c.what << ": " << outcome.error().message;
  }
}

Tensor& tensor(Model& model, SampleTensor index) { return model.main().tensor(index); }
Operator& op(Model& model, SampleOperator index) { return model.main().operators[index]; }
Conv2dOptions& conv(Model& model) { return std::get<Conv2dOptions>(op(model, kConv).options); }
Pool2dOptions& pool(Model& model) { return std::get<Pool2dOptions>(op(model, kPool).options); }

// A model of one operator, given its inputs' and its output's shapes.
Model single(OpCode code, Options options, const std::vector<std::vector<std::int32_t>>& inputs,
             const std::vector<std::int32_t>& output) {
  Model model;
  model.graphs.emplace_back();
  Operator op;
  op.code = code;
  op.options = std::move(options);
  for (const auto& shape : inputs) {
    op.inputs.push_back(add_tensor(model.main(), "in", TensorType::kInt8, shape, {{1.0F}, {0}, 0}));
  }
  op.outputs = {add_tensor(model.main(), "out", TensorType::kInt8, output, {{1.0F}, {0}, 0})};
  model.main().inputs = op.inputs;
  model.main().outputs = op.outputs;
  model.main().operators = {op};
  return model;
}

std::string verdict(const Model& model) {
  const Outcome outcome = validate(model);
  return outcome ? "accepted" : outcome.error().message;
}

TEST(ValidateOperators, CountsAndOptions) {
  expect_refusals({
      {"too few inputs", [](Model& m) { op(m, kConv).inputs.resize(1); },
       "operator 0 (CONV_2D) has 1 inputs, not 2 to 3"},
      {"too many inputs", [](Model& m) { op(m, kPool).inputs.push_back(kBias); }, "has 2 inputs, not 1"},
      {"no outputs", [](Model& m) { op(m, kPool).outputs.clear(); }, "has 0 outputs, not 1"},
      {"no inputs", [](Model& m) { op(m, kSoftmax).inputs.clear(); }, "has 0 inputs, not 1"},
      {"required input absent", [](Model& m) { op(m, kConv).inputs[1] = kAbsent; }, "lacks input 1"},
      {"no options", [](Model& m) { op(m, kConv).options = NoOptions{}; }, "lacks its options"},
      {"others' options", [](Model& m) { op(m, kConv).options = Pool2dOptions{}; }, "has another operator's"},
  });
}

TEST(ValidateOperators, Convolution) {
  constexpr std::int32_t kHuge = std::numeric_limits<std::int32_t>::max();
  expect_refusals({
      {"stride 0", [](Model& m) { conv(m).stride_h = 0; }, "operator 0 (CONV_2D) has stride height 0"},
      {"negative stride", [](Model& m) { conv(m).stride_w = -1; }, "has stride width -1"},
      {"huge stride", [=](Model& m) { conv(m).stride_w = kHuge; }, "has stride width 2147483647"},
      {"dilation 0", [](Model& m) { conv(m).dilation_h = 0; }, "has dilation height 0"},
      {"huge dilation", [=](Model& m) { conv(m).dilation_w = kHuge; }, "has dilation width 2147483647"},
      {"padding scheme", [](Model& m) { conv(m).padding = static_cast<Padding>(7); }, "has padding scheme 7"},
      {"activation", [](Model& m) { conv(m).activation = static_cast<Activation>(-1); }, "fused activation -1"},
      {"output for another stride", [](Model& m) { conv(m).stride_h = 2; },
       "has tensor 3 (convolved) of shape [1, 4, 4, 3]; it should be [1, 2, 4, 3]"},
      {"filter larger than input",
       [](Model& m) {
         conv(m).padding = Padding::kValid;
         conv(m).dilation_h = 2;
       },
       "has a filter larger than its input tensor 0 (input)"},
      {"rank of the input", [](Model& m) { tensor(m, kInput).shape = {16, 2}; }, "not of 4 dimensions"},
      {"rank of the filter", [](Model& m) { tensor(m, kFilter).shape = {3, 18}; },
       "has tensor 1 (filter) of shape [3, 18], not of 4 dimensions"},
      {"channels", [](Model& m) { tensor(m, kInput).shape = {1, 4, 4, 3}; }, "does not divide 3 input channels"},
      {"groups", [](Model& m) { tensor(m, kInput).shape = {1, 4, 4, 4}; }, "does not divide 4 input channels"},
      {"bias", [](Model& m) { op(m, kConv).inputs[2] = kFcBias; },
       "has bias tensor 8 (fc_bias) of 4 elements for 3 output channels"},
      {"scales along the wrong dimension", [](Model& m) { tensor(m, kFilter).quantization.axis = 1; },
       "quantised along dimension 1, not 0"},
  });
  Model without_bias = sample_model();
  op(without_bias, kConv).inputs[2] = kAbsent;
  EXPECT_EQ(verdict(without_bias), "accepted");
}

TEST(ValidateOperators, DepthwiseConvolution) {
  DepthwiseConv2dOptions options;
  const std::vector<std::int32_t> image = {1, 5, 5, 3};
  const auto with = [&](std::vector<std::int32_t> filter, std::vector<std::int32_t> output) {
    return verdict(single(OpCode::kDepthwiseConv2d, options, {image, std::move(filter)}, output));
  };
  EXPECT_EQ(with({1, 3, 3, 6}, {1, 5, 5, 6}), "accepted");
  EXPECT_NE(with({1, 3, 3, 4}, {1, 5, 5, 4}).find("for 3 input channels"), std::string::npos);
  EXPECT_NE(with({2, 3, 3, 3}, {1, 5, 5, 3}).find("for 3 input channels"), std::string::npos);
  EXPECT_NE(with({1, 3, 3, 3}, {1, 5, 5, 6}).find("it should be [1, 5, 5, 3]"), std::string::npos);
  options.stride_h = 0;
  EXPECT_NE(with({1, 3, 3, 3}, {1, 5, 5, 3}).find("has stride height 0"), std::string::npos);
}

TEST(ValidateOperators, PoolsReshapeFullyConnectedSoftmax) {
  expect_refusals({
      {"pool filter 0", [](Model& m) { pool(m).filter_h = 0; }, "operator 1 (MAX_POOL_2D) has filter height 0"},
      {"pool stride 0", [](Model& m) { pool(m).stride_w = 0; }, "has stride width 0"},
      {"pool larger than its input", [](Model& m) { pool(m).filter_w = 5; }, "larger than its input"},
      {"pool's output", [](Model& m) { tensor(m, kPooled).shape = {1, 2, 2, 6}; }, "it should be [1, 2, 2, 3]"},
      {"reshape's size", [](Model& m) { tensor(m, kFlat).shape = {1, 24}; }, "operator 2 (RESHAPE) has input"},
      {"reshape's type", [](Model& m) { tensor(m, kFlat).type = TensorType::kUint8; }, "changes the element type"},
      {"weights' columns", [](Model& m) { tensor(m, kWeights).shape = {6, 8}; },
       "operator 3 (FULLY_CONNECTED) has input tensor 6 (flat) of 12 elements, no multiple of the 8 columns"},
      {"fully connected output", [](Model& m) { tensor(m, kLogits).shape = {1, 5}; }, "it should have 4"},
      {"fully connected bias", [](Model& m) { op(m, kFullyConnected).inputs[2] = kBias; }, "has bias tensor 2 (bias)"},
      {"softmax's shape", [](Model& m) { tensor(m, kProbabilities).shape = {4, 1}; }, "it should be [1, 4]"},
      {"softmax's beta", [](Model& m) { op(m, kSoftmax).options = SoftmaxOptions{-1.0F}; }, "has beta -1"},
  });
  Model shuffled = sample_model();
  FullyConnectedOptions options;
  options.weights_format = 1;
  op(shuffled, kFullyConnected).options = options;
  ASSERT_FALSE(validate(shuffled));
  EXPECT_EQ(validate(shuffled).error().code, ErrorCode::kUnsupported);
}

TEST(ValidateOperators, Broadcast) {
  const auto add = [](std::vector<std::int32_t> a, std::vector<std::int32_t> b, std::vector<std::int32_t> out) {
    return verdict(single(OpCode::kAdd, AddOptions{}, {std::move(a), std::move(b)}, out));
  };
  EXPECT_EQ(add({2, 3, 4}, {2, 3, 4}, {2, 3, 4}), "accepted");
  EXPECT_EQ(add({2, 1, 4}, {3, 1}, {2, 3, 4}), "accepted");
  EXPECT_EQ(add({}, {5}, {5}), "accepted");
  EXPECT_NE(add({2, 3}, {2, 4}, {2, 4}).find("do not broadcast"), std::string::npos);
  EXPECT_NE(add({2, 1}, {1, 4}, {2, 5}).find("it should be [2, 4]"), std::string::npos);
}

TEST(ValidateOperators, AxesAndCounts) {
  const auto concat = [](std::int32_t axis, std::vector<std::int32_t> out) {
    return verdict(
        single(OpCode::kConcatenation, ConcatenationOptions{axis, Activation::kNone}, {{2, 3}, {2, 4}}, out));
  };
  EXPECT_EQ(concat(1, {2, 7}), "accepted");
  EXPECT_EQ(concat(-1, {2, 7}), "accepted");
  EXPECT_NE(concat(2, {2, 7}).find("has axis 2 of 2 dimensions"), std::string::npos);
  EXPECT_NE(concat(-3, {2, 7}).find("has axis -3"), std::string::npos);
  EXPECT_NE(concat(std::numeric_limits<std::int32_t>::min(), {2, 7}).find("has axis"), std::string::npos);
  EXPECT_NE(concat(1, {2, 8}).find("dimension 1 should be 7"), std::string::npos);
  EXPECT_NE(concat(0, {4, 3}).find("it should be"), std::string::npos);

  const auto depth_to_space = [](std::int32_t block) {
    return verdict(single(OpCode::kDepthToSpace, DepthToSpaceOptions{block}, {{1, 2, 2, 4}}, {1, 4, 4, 1}));
  };
  EXPECT_EQ(depth_to_space(2), "accepted");
  EXPECT_NE(depth_to_space(0).find("has block size 0"), std::string::npos);
  EXPECT_NE(depth_to_space(-2).find("has block size -2"), std::string::npos);

  EXPECT_NE(verdict(single(OpCode::kPack, PackOptions{3, 0}, {{2}, {2}}, {2, 2})).find("packs 3 values"),
            std::string::npos);
  EXPECT_NE(verdict(single(OpCode::kUnpack, UnpackOptions{2, 0}, {{2, 2}}, {2})).find("unpacks 2 values"),
            std::string::npos);
  EXPECT_NE(verdict(single(OpCode::kGather, GatherOptions{5, 0}, {{2, 2}, {1}}, {1, 2})).find("has axis 5"),
            std::string::npos);
  EXPECT_NE(verdict(single(OpCode::kSvdf, SvdfOptions{0, {}, false}, {{1}, {1}, {1}, {1}}, {1})).find("has rank 0"),
            std::string::npos);
}

TEST(ValidateOperators, TransposeConvolution) {
  TransposeConvOptions options;
  const auto with = [&] {
    return verdict(single(OpCode::kTransposeConv, options, {{4}, {8, 3, 3, 5}, {1, 4, 4, 5}}, {1, 8, 8, 8}));
  };
  options.stride_h = options.stride_w = 2;
  EXPECT_EQ(with(), "accepted");
  options.stride_w = 0;
  EXPECT_NE(with().find("has stride width 0"), std::string::npos);
}

TEST(ValidateOperators, CallOnceNamesAnotherGraph) {
  for (const std::int32_t target : {-1, 0, 2}) {
    Model model = sample_model();
    model.graphs.emplace_back();
    Operator call;
    call.code = OpCode::kCallOnce;
    call.options = CallOnceOptions{target};
    model.main().operators.insert(model.main().operators.begin(), call);
    EXPECT_NE(verdict(model).find("calls subgraph " + std::to_string(target) + " of 2"), std::string::npos);
  }
}

}  // namespace
}  // namespace auklet::compiler::test
