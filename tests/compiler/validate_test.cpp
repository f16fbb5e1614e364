// Models that are well-formed files and contradict themselves. Each case changes one thing in a valid model.
#include <auklet/compiler/ir.hpp>

#include <gtest/gtest.h>

#include <cmath>
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
  ASSERT_TRUE(validate(sample_model())) << validate(sample_model()).error().message;
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

TEST(Validate, Indices) {
  constexpr std::int32_t kLowest = std::numeric_limits<std::int32_t>::min();
  expect_refusals({
      {"input past the end", [](Model& m) { op(m, kConv).inputs[0] = 11; },
       "operator 0 (CONV_2D)'s input is tensor 11 of 11"},
      {"input -2", [](Model& m) { op(m, kConv).inputs[0] = -2; }, "operator 0 (CONV_2D)'s input is tensor -2 of 11"},
      {"lowest input", [=](Model& m) { op(m, kPool).inputs[0] = kLowest; }, "operator 1 (MAX_POOL_2D)'s input"},
      {"absent output", [](Model& m) { op(m, kPool).outputs[0] = kAbsent; }, "operator 1 (MAX_POOL_2D)'s output"},
      {"intermediate", [](Model& m) { op(m, kPool).intermediates = {77}; }, "intermediate is tensor 77 of 11"},
      {"graph input", [](Model& m) { m.main().inputs = {500}; }, "the graph's input is tensor 500 of 11"},
      {"graph output", [](Model& m) { m.main().outputs = {-1}; }, "the graph's output is tensor -1 of 11"},
      {"no outputs", [](Model& m) { m.main().outputs.clear(); }, "the model has no outputs"},
      {"no graphs", [](Model& m) { m.graphs.clear(); }, "the model has no subgraph"},
      {"signature's graph", [](Model& m) { m.signatures[0].graph = 1; }, "signature serving_default is of subgraph 1"},
      {"signature's tensor", [](Model& m) { m.signatures[0].outputs[0].tensor = 11; },
       "signature serving_default names tensor 11 of 11"},
      {"negative code", [](Model& m) { op(m, kConv).code = static_cast<OpCode>(-3); }, "negative operator code"},
      {"custom operator without a name", [](Model& m) { op(m, kConv).code = OpCode::kCustom; }, "without a name"},
      {"marks of mutated inputs", [](Model& m) { op(m, kConv).mutating_inputs = {true}; }, "3 inputs and 1 marks"},
  });
}

TEST(Validate, OrderOfExecution) {
  expect_refusals({
      {"operators exchanged", [](Model& m) { std::swap(op(m, kConv), op(m, kPool)); },
       "operator 0 (MAX_POOL_2D) reads tensor 3 (convolved) before anything has computed it"},
      {"own output as input", [](Model& m) { op(m, kPool).inputs = {kPooled}; }, "before anything has computed it"},
      {"constant as output", [](Model& m) { op(m, kPool).outputs = {kFilter}; }, "writes tensor 1 (filter)"},
      {"input as output", [](Model& m) { op(m, kSoftmax).outputs = {kInput}; }, "writes tensor 0 (input)"},
      {"two writers", [](Model& m) { op(m, kPool).outputs = {kConvolved}; }, "writes tensor 3 (convolved)"},
      {"output that nothing computes", [](Model& m) { m.main().operators.pop_back(); },
       "tensor 10 (probabilities) is an output of the graph that nothing computes"},
      {"constant graph input", [](Model& m) { m.main().inputs.push_back(kBias); }, "tensor 2 (bias) is an input"},
      {"one graph input twice", [](Model& m) { m.main().inputs.push_back(kInput); }, "tensor 0 (input) is an input"},
  });
}

TEST(Validate, Tensors) {
  constexpr std::int32_t kHuge = std::numeric_limits<std::int32_t>::max();
  expect_refusals({
      {"zero dimension", [](Model& m) { tensor(m, kInput).shape[1] = 0; }, "tensor 0 (input) has dimension 1 of 0"},
      {"negative dimension", [](Model& m) { tensor(m, kInput).shape[2] = -4; }, "has dimension 2 of -4"},
      {"product overflows 64 bits", [=](Model& m) { tensor(m, kInput).shape = {kHuge, kHuge, kHuge, kHuge}; },
       "tensor 0 (input) is larger than 2^31 - 1 bytes"},
      {"product wraps to 0", [](Model& m) { tensor(m, kInput).shape = {1 << 16, 1 << 16, 1 << 16, 1 << 16}; },
       "is larger than 2^31 - 1 bytes"},
      {"too large in bytes only", [](Model& m) { add_tensor(m.main(), "w", TensorType::kFloat32, {1 << 29}); },
       "tensor 11 (w) is larger than 2^31 - 1 bytes"},
      {"rank", [](Model& m) { tensor(m, kInput).shape.assign(9, 1); }, "has 9 dimensions"},
      {"element type", [](Model& m) { tensor(m, kInput).type = static_cast<TensorType>(99); }, "element type 99"},
      {"short data", [](Model& m) { tensor(m, kFilter).data = tensor(m, kFilter).data.first(53); },
       "tensor 1 (filter) has 53 bytes of data, its shape needs 54"},
      {"long data",
       [](Model& m) {
         tensor(m, kBias).shape = {2};
         tensor(m, kBias).quantization = {};
       },
       "tensor 2 (bias) has 12 bytes of data, its shape needs 8"},
      {"constant variable", [](Model& m) { tensor(m, kBias).is_variable = true; }, "is a variable and a constant"},
      {"data of no constant", [](Model& m) { tensor(m, kBias).is_constant = false; }, "has data but is not constant"},
      {"shape signature", [](Model& m) { tensor(m, kInput).shape_signature = {-1}; }, "shape signature"},
      {"empty list that is no list",
       [](Model& m) {
         tensor(m, kNewShape).shape = {0, 2};
         tensor(m, kNewShape).data = {};
       },
       "has dimension 0 of 0"},
  });
}

TEST(Validate, Quantisation) {
  const auto with_scale = [](float scale) {
    return [scale](Model& m) { tensor(m, kLogits).quantization.scales[0] = scale; };
  };
  const auto with_zero_point = [](std::int64_t zero_point) {
    return [zero_point](Model& m) { tensor(m, kLogits).quantization.zero_points[0] = zero_point; };
  };
  const char* scale = "not a positive normal number";
  expect_refusals({
      {"NaN", with_scale(std::nanf("")), scale},
      {"infinity", with_scale(std::numeric_limits<float>::infinity()), scale},
      {"zero", with_scale(0.0F), scale},
      {"minus zero", with_scale(-0.0F), scale},
      {"negative", with_scale(-0.5F), scale},
      {"denormal", with_scale(std::numeric_limits<float>::denorm_min()), scale},
      {"largest denormal", with_scale(std::nextafter(std::numeric_limits<float>::min(), 0.0F)), scale},
      {"above int8", with_zero_point(128), "tensor 9 (logits) has zero point 128"},
      {"below int8", with_zero_point(-129), "tensor 9 (logits) has zero point -129"},
      {"far out", with_zero_point(std::numeric_limits<std::int64_t>::min()), "tensor 9 (logits) has zero point"},
      {"no zero point", [](Model& m) { tensor(m, kLogits).quantization.zero_points.clear(); },
       "has 1 scales and 0 zero points"},
      {"scales and slices", [](Model& m) { tensor(m, kFilter).quantization = {{1, 1}, {0, 0}, 0}; },
       "tensor 1 (filter) has 2 scales for 3 slices"},
      {"axis past the end", [](Model& m) { tensor(m, kFilter).quantization.axis = 4; },
       "is quantised along dimension 4 of 4"},
      {"negative axis", [](Model& m) { tensor(m, kFilter).quantization.axis = -1; }, "along dimension -1 of 4"},
  });
}

TEST(Validate, WhatRealModelsHaveIsAccepted) {
  Model model = sample_model();
  // An LSTM's intermediates are empty and only carry scales; an older converter marks a bias with its filter's axis.
  const std::int32_t placeholder = add_tensor(model.main(), "intermediate", TensorType::kFloat32, {0});
  op(model, kPool).intermediates = {placeholder, kAbsent};
  tensor(model, kBias).quantization = {{1, 1, 1}, {0, 0, 0}, 3};
  const Outcome outcome = validate(model);
  EXPECT_TRUE(outcome) << outcome.error().message;
}

TEST(Validate, OtherGraphsAreCheckedToo) {
  Model model = sample_model();
  model.graphs.push_back(sample_model().main());
  model.graphs[1].operators[kPool].inputs = {99};
  const Outcome outcome = validate(model);
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().message, "subgraph 1, operator 1 (MAX_POOL_2D)'s input is tensor 99 of 11");
}

}  // namespace
}  // namespace auklet::compiler::test
