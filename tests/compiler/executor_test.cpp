#include <auklet/compiler/executor.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "sample_model.hpp"

namespace auklet::compiler::test {
namespace {

Bytes input_bytes() { return bytes_of(sample_input()); }

std::vector<std::int8_t> as_int8(std::span<const std::byte> bytes) {
  std::vector<std::int8_t> values;
  for (const std::byte byte : bytes) values.push_back(static_cast<std::int8_t>(byte));
  return values;
}

// Every tensor that a run produces, by index.
std::map<std::int32_t, std::vector<std::int8_t>> run_and_watch(const Model& model) {
  std::map<std::int32_t, std::vector<std::int8_t>> values;
  ExecutorHooks hooks;
  hooks.on_tensor = [&](const Graph&, std::int32_t index, std::span<const std::byte> value) {
    values[index] = as_int8(value);
  };
  const auto outputs = run_cpu(model, std::vector<Bytes>{input_bytes()}, hooks);
  EXPECT_TRUE(outputs) << outputs.error().message;
  EXPECT_TRUE(outputs && as_int8(outputs->at(0)) == values[kProbabilities]);
  return values;
}

std::int8_t clamp_int8(long value, long low) { return static_cast<std::int8_t>(std::clamp(value, low, 127L)); }

// The sample's convolution as its definition says it, in wide arithmetic: its multipliers are exactly 1, 1/2 and 1/4,
// so that rounding is the only thing left, halves upwards for the positive values that survive the RELU.
TEST(Executor, ConvolutionIsItsDefinition) {
  const Model model = sample_model();
  const auto values = run_and_watch(model);
  const std::vector<std::int8_t> input = sample_input();
  const std::vector<std::int8_t> filter = as_int8(model.main().tensor(kFilter).data);
  const std::vector<long> bias = {40, -3, 2000};
  const std::vector<long> divisor = {1, 2, 4};
  for (std::size_t y = 0; y < 4; ++y) {
    for (std::size_t x = 0; x < 4; ++x) {
      for (std::size_t o = 0; o < 3; ++o) {
        long sum = bias[o];
        for (std::size_t ky = 0; ky < 3; ++ky) {
          for (std::size_t kx = 0; kx < 3; ++kx) {
            if (y + ky < 1 || y + ky > 4 || x + kx < 1 || x + kx > 4) continue;
            for (std::size_t c = 0; c < 2; ++c) {
              const long a = input[((y + ky - 1) * 4 + x + kx - 1) * 2 + c] + 5L;
              sum += a * filter[((o * 3 + ky) * 3 + kx) * 2 + c];
            }
          }
        }
        const auto scaled =
            static_cast<long>(std::floor(static_cast<double>(sum) / static_cast<double>(divisor[o]) + 0.5));
        EXPECT_EQ(values.at(kConvolved)[(y * 4 + x) * 3 + o], clamp_int8(scaled + 3, 3)) << y << " " << x << " " << o;
      }
    }
  }
}

TEST(Executor, PoolAndReshapeMoveValues) {
  const auto values = run_and_watch(sample_model());
  const std::vector<std::int8_t>& image = values.at(kConvolved);
  for (std::size_t y = 0; y < 2; ++y) {
    for (std::size_t x = 0; x < 2; ++x) {
      for (std::size_t c = 0; c < 3; ++c) {
        const std::size_t at = (2 * y * 4 + 2 * x) * 3 + c;
        const std::int8_t expected = std::max({image[at], image[at + 3], image[at + 12], image[at + 15]});
        EXPECT_EQ(values.at(kPooled)[(y * 2 + x) * 3 + c], expected);
      }
    }
  }
  EXPECT_EQ(values.at(kFlat), values.at(kPooled));
}

TEST(Executor, SoftmaxAddsUpToOne) {
  const auto values = run_and_watch(sample_model());
  long sum = 0;
  for (const std::int8_t p : values.at(kProbabilities)) sum += p + 128;
  EXPECT_NEAR(static_cast<double>(sum), 256.0, 4.0);
}

TEST(Executor, HooksComeInOrder) {
  std::vector<std::string> events;
  ExecutorHooks hooks;
  hooks.before_operator = [&](const Graph& g, std::size_t i) { events.push_back("before " + g.operators[i].name()); };
  hooks.after_operator = [&](const Graph& g, std::size_t i) { events.push_back("after " + g.operators[i].name()); };
  hooks.on_tensor = [&](const Graph& g, std::int32_t t, std::span<const std::byte> value) {
    EXPECT_EQ(value.size(), g.tensor(t).bytes());
    events.push_back(g.tensor(t).name);
  };
  ASSERT_TRUE(run_cpu(sample_model(), std::vector<Bytes>{input_bytes()}, hooks));
  const std::vector<std::string> first = {"before CONV_2D", "convolved", "after CONV_2D", "before MAX_POOL_2D"};
  ASSERT_EQ(events.size(), 15U);
  EXPECT_TRUE(std::equal(first.begin(), first.end(), events.begin()));
}

TEST(Executor, RunsAgainAndAfterBeingMoved) {
  const Model model = sample_model();
  auto executor = Executor::create(model);
  ASSERT_TRUE(executor);
  const Bytes input = input_bytes();
  const std::vector<std::span<const std::byte>> inputs = {input};
  const auto first = executor->run(inputs);
  Executor moved = std::move(*executor);
  const auto second = moved.run(inputs);
  ASSERT_TRUE(first && second);
  EXPECT_EQ(*first, *second);
}

TEST(Executor, CustomOperatorsGoToTheHook) {
  const std::vector<std::byte> payload = {std::byte{1}, std::byte{2}};
  const Model model = sample_with_custom_operator(payload);
  const auto expected = run_and_watch(sample_model());
  int calls = 0;
  ExecutorHooks hooks;
  hooks.run_custom = [&](const CustomCall& call) -> Outcome {
    ++calls;
    EXPECT_EQ(call.op().custom_options, payload);
    EXPECT_EQ(call.operator_index, static_cast<std::size_t>(kPool));
    EXPECT_EQ(call.inputs.size(), 3U);
    EXPECT_EQ(call.inputs[0].size(), 48U);
    EXPECT_TRUE(call.inputs[1].empty()) << "absent";
    EXPECT_EQ(call.inputs[2].size(), 8U) << "a constant";
    EXPECT_EQ(as_int8(call.inputs[0]), expected.at(kConvolved));
    std::ranges::copy(bytes_of(expected.at(kPooled)), call.outputs[0].begin());
    return {};
  };
  ExecutorOptions options;
  options.custom_codes = {kNpuCustomCode};
  const auto outputs = run_cpu(model, std::vector<Bytes>{input_bytes()}, hooks, options);
  ASSERT_TRUE(outputs) << outputs.error().message;
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(as_int8(outputs->at(0)), expected.at(kProbabilities));

  hooks.run_custom = [](const CustomCall&) -> Outcome { return fail(ErrorCode::kExecution, "device on fire"); };
  const auto failed = run_cpu(model, std::vector<Bytes>{input_bytes()}, hooks, options);
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, ErrorCode::kExecution);
  EXPECT_EQ(failed.error().message, "device on fire");

  const auto no_hook = run_cpu(model, std::vector<Bytes>{input_bytes()}, {}, options);
  ASSERT_FALSE(no_hook);
  EXPECT_EQ(no_hook.error().code, ErrorCode::kArgument);

  const auto unknown = run_cpu(model, std::vector<Bytes>{input_bytes()}, hooks);
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().message, "operator 1 (auklet-npu) is not implemented on the CPU");
}

TEST(Executor, RefusesOperatorsByName) {
  Model model = sample_model();
  model.main().operators[kReshape].code = OpCode::kCos;
  model.main().operators[kReshape].inputs.resize(1);
  model.main().operators[kReshape].options = NoOptions{};
  model.main().tensor(kLogits).quantization = {};
  const auto executor = Executor::create(model);
  ASSERT_FALSE(executor);
  EXPECT_EQ(executor.error().code, ErrorCode::kUnsupported);
  EXPECT_EQ(executor.error().message, "operator 2 (COS) is not implemented on the CPU");

  const std::vector<Refusal> refusals = find_refusals(model);
  ASSERT_EQ(refusals.size(), 3U);
  EXPECT_EQ(refusals[1].operator_index, 3U);
  EXPECT_EQ(refusals[1].error.message, "operator 3 (FULLY_CONNECTED) has tensor 9 (logits) without a scale");
  EXPECT_EQ(refusals[2].operator_index, 4U);
  EXPECT_TRUE(find_refusals(sample_model()).empty());
}

TEST(Executor, RefusesTypesByName) {
  Model model = sample_model();
  Tensor& weights = model.main().tensor(kWeights);
  weights.type = TensorType::kUint8;
  const auto executor = Executor::create(model);
  ASSERT_FALSE(executor);
  EXPECT_EQ(executor.error().message,
            "operator 3 (FULLY_CONNECTED) has tensor 7 (weights) of type UINT8; only INT8 is implemented");
}

TEST(Executor, RefusesPoolsThatWouldRescale) {
  Model model = sample_model();
  model.main().tensor(kPooled).quantization.scales[0] = 0.75F;
  const auto executor = Executor::create(model);
  ASSERT_FALSE(executor);
  EXPECT_EQ(executor.error().message, "operator 1 (MAX_POOL_2D) has input and output of different quantisation");
}

TEST(Executor, RefusesWrongInputsBeforeRunning) {
  const Model model = sample_model();
  int operators = 0;
  ExecutorHooks hooks;
  hooks.before_operator = [&](const Graph&, std::size_t) { ++operators; };
  const auto none = run_cpu(model, {}, hooks);
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, ErrorCode::kArgument);
  EXPECT_EQ(none.error().message, "the model has 1 inputs, not 0");
  const auto short_input = run_cpu(model, std::vector<Bytes>{Bytes(31)}, hooks);
  ASSERT_FALSE(short_input);
  EXPECT_EQ(short_input.error().message, "input 0, tensor 0 (input), has 32 bytes, not 31");
  EXPECT_EQ(operators, 0);
}

TEST(Executor, SaysHowMuchMemoryIsNeeded) {
  ExecutorOptions options;
  options.max_activation_bytes = 100;
  const auto executor = Executor::create(sample_model(), options);
  ASSERT_FALSE(executor);
  EXPECT_EQ(executor.error().code, ErrorCode::kResource);
  EXPECT_EQ(executor.error().message, "the model's tensors need 112 bytes, 100 are allowed");
}

// A convolution with one channel a group packs hundreds of bytes for each weight. Two of them: none fits, one, both.
TEST(Executor, PackedWeightsStayWithinTheLimit) {
  if (!has_optimized_kernels()) GTEST_SKIP() << "built without Google Highway: nothing is packed";
  constexpr std::int32_t kChannels = 4096;
  Model model;
  Graph& graph = model.graphs.emplace_back();
  const std::vector<std::int32_t> image = {1, 1, 1, kChannels};
  graph.inputs = graph.outputs = {add_tensor(graph, "image", TensorType::kInt8, image, {{0.5F}, {-7}, 0})};
  for (int i = 0; i < 2; ++i) {
    const Bytes weights(kChannels, std::byte{90});
    const auto filter = model.add_constant(graph, "filter", TensorType::kInt8, {kChannels, 1, 1, 1}, weights);
    graph.tensor(filter).quantization = {{0.01F}, {0}, 0};
    Operator conv;
    conv.code = OpCode::kConv2d;
    conv.options = Conv2dOptions{};
    conv.inputs = {graph.outputs[0], filter};
    conv.outputs = {add_tensor(graph, "convolved", TensorType::kInt8, image, {{0.5F}, {-7}, 0})};
    graph.outputs = conv.outputs;
    graph.operators.push_back(conv);
  }
  const Bytes input(kChannels, std::byte{100});
  const auto expected = run_cpu(model, std::vector<Bytes>{input});
  ASSERT_TRUE(expected) << expected.error().message;

  const auto held = [&](std::size_t most) {
    const ExecutorOptions options{.kernels = CpuKernels::kOptimized, .max_activation_bytes = most};
    auto executor = Executor::create(model, options);
    EXPECT_TRUE(executor) << executor.error().message;
    const auto outputs = executor->run(std::vector<std::span<const std::byte>>{input});
    EXPECT_TRUE(outputs && *outputs == *expected);
    return executor->kernel_bytes();
  };
  const std::size_t both = held(std::size_t{1} << 30);
  EXPECT_GT(both, 2U * 100 * kChannels) << "this test wants packed weights that are large";
  EXPECT_EQ(held(both), both);
  const std::size_t one = held(both - 1);
  EXPECT_GT(one, 0U);
  EXPECT_LT(one, both);
  EXPECT_EQ(held(one), one);
  EXPECT_EQ(held(one - 1), 0U);
}

// A variable is read before it is written within a run, and what is written stays for the next run.
TEST(Executor, VariablesKeepTheirValueUntilReset) {
  Model model;
  model.graphs.emplace_back();
  Graph& graph = model.main();
  const Quantization q = {{1.0F}, {-7}, 0};
  const std::int32_t in = add_tensor(graph, "in", TensorType::kInt8, {2}, q);
  const std::int32_t state = add_tensor(graph, "state", TensorType::kInt8, {2}, q);
  const std::int32_t out = add_tensor(graph, "out", TensorType::kInt8, {2}, q);
  graph.tensor(state).is_variable = true;
  Operator custom;
  custom.code = OpCode::kCustom;
  custom.custom_code = "delay";
  custom.inputs = {in, state};
  custom.outputs = {out};
  graph.operators = {custom};
  graph.inputs = {in};
  graph.outputs = {out};

  ExecutorHooks hooks;
  hooks.run_custom = [](const CustomCall& call) -> Outcome {
    EXPECT_TRUE(call.variables[0].empty()) << "an ordinary input is not to be changed";
    std::ranges::copy(call.inputs[1], call.outputs[0].begin());
    std::ranges::copy(call.inputs[0], call.variables[1].begin());
    return {};
  };
  ExecutorOptions options;
  options.custom_codes = {"delay"};
  auto executor = Executor::create(model, options);
  ASSERT_TRUE(executor) << executor.error().message;
  const Bytes input = {std::byte{1}, std::byte{2}};
  const std::vector<std::span<const std::byte>> inputs = {input};
  const std::vector<std::int8_t> start = {-7, -7};
  const auto next_output = [&] { return as_int8(executor->run(inputs, hooks).value().at(0)); };
  EXPECT_EQ(next_output(), start) << "the zero point";
  EXPECT_EQ(next_output(), (std::vector<std::int8_t>{1, 2})) << "the frame before";
  executor->reset();
  EXPECT_EQ(next_output(), start);
}

}  // namespace
}  // namespace auklet::compiler::test
