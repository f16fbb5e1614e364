// One segment through the driver on the functional model: the happy path is everywhere else, here is what goes wrong.
#include <gtest/gtest.h>

#include <algorithm>
#include <auklet/app/npu_runner.hpp>
#include <auklet/app/run.hpp>
#include <auklet/compiler/compile.hpp>
#include <auklet/sim/functional_model.hpp>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "sample_model.hpp"

namespace auklet::app {
namespace {

using compiler::Bytes;

std::filesystem::path keyword_model() {
  const char* root = std::getenv("AUKLET_SOURCE_DIR");
  return std::filesystem::path(root != nullptr ? root : ".") / "models" / "keyword" / "keyword.tflite";
}

// `count` operators in a row that run on the NPU and that nothing merges.
compiler::Model chain_of_sigmoids(std::size_t count) {
  compiler::Model model;
  model.graphs.emplace_back();
  compiler::Graph& graph = model.main();
  const auto add = [&](std::size_t number) {
    return compiler::test::add_tensor(graph, "t" + std::to_string(number), compiler::TensorType::kInt8, {1, 4, 4, 16},
                                      {{1.0F / 256}, {-128}, 0});
  };
  graph.inputs = {add(0)};
  std::int32_t last = graph.inputs[0];
  for (std::size_t i = 0; i < count; ++i) {
    compiler::Operator op;
    op.code = compiler::OpCode::kLogistic;
    op.inputs = {last};
    op.outputs = {last = add(i + 1)};
    graph.operators.push_back(op);
  }
  graph.outputs = {last};
  return model;
}

std::uint64_t sum_of_layers(const SegmentRun& run) {
  std::uint64_t sum = 0;
  for (const npu::CauseCycles& layer : run.layers) sum += layer.total();
  return sum;
}

// A network's first segment, with values for its inputs: the keyword network's unless a test sets another.
class NpuRunnerTest : public testing::Test {
 protected:
  void SetUp() override {
    auto model = load_model(keyword_model());
    ASSERT_TRUE(model) << model.error().message;
    set_model(*model);
  }

  void set_model(const compiler::Model& model) {
    auto compiled = compiler::compile(model);
    ASSERT_TRUE(compiled) << compiled.error().message;
    compiled_ = std::move(*compiled);
    inputs_.clear();
    outputs_.clear();
    ASSERT_FALSE(compiled_.report.segments.empty());
    index_ = compiled_.report.segments[0].operator_index;
    const compiler::Graph& graph = compiled_.model.main();
    for (const std::int32_t tensor : graph.operators[index_].inputs) {
      const compiler::Tensor& input = graph.tensor(tensor);
      inputs_.emplace_back(input.bytes(), std::byte{17});
      if (input.is_constant) std::ranges::copy(input.data, inputs_.back().begin());
    }
    for (const std::int32_t tensor : graph.operators[index_].outputs)
      outputs_.emplace_back(graph.tensor(tensor).bytes());
  }

  Result<SegmentRun> run(NpuRunner& runner) {
    const std::vector<std::span<const std::byte>> inputs(inputs_.begin(), inputs_.end());
    const std::vector<std::span<std::byte>> variables(inputs_.size());
    const std::vector<std::span<std::byte>> outputs(outputs_.begin(), outputs_.end());
    return runner.run({compiled_.model.main(), index_, inputs, variables, outputs});
  }

  std::unique_ptr<NpuRunner> make_runner(sim::Target& target, std::uint64_t deadline = 1'000'000) {
    auto runner = NpuRunner::create(target, {.deadline_cycles = deadline});
    EXPECT_TRUE(runner) << runner.error().message;
    return runner ? std::move(*runner) : nullptr;
  }

  // The failed run left the outputs alone, and the next good one gives what a fresh device gives.
  void expect_recovery(NpuRunner& runner) {
    for (const Bytes& output : outputs_) EXPECT_EQ(output, Bytes(output.size())) << "written by a failed run";
    ASSERT_TRUE(run(runner));
    const std::vector<Bytes> after = outputs_;
    sim::FunctionalModel fresh;
    ASSERT_TRUE(run(*make_runner(fresh)));
    EXPECT_EQ(after, outputs_);
    EXPECT_NE(after[0], Bytes(after[0].size())) << "the output says nothing";
  }

  void expect_failure(const Result<SegmentRun>& run, ExitCode code, const std::vector<std::string>& clauses) {
    ASSERT_FALSE(run);
    EXPECT_EQ(run.error().code, code);
    for (const std::string& clause : clauses) {
      EXPECT_NE(run.error().message.find(clause), std::string::npos) << clause << " is not in: " << run.error().message;
    }
  }

  compiler::CompiledModel compiled_;
  std::size_t index_ = 0;
  std::vector<Bytes> inputs_;
  std::vector<Bytes> outputs_;
  sim::FunctionalModel model_;
};

TEST_F(NpuRunnerTest, LayersAddUpToTheSegment) {
  const auto runner = make_runner(model_);
  for (int repeat = 0; repeat < 3; ++repeat) {
    const auto result = run(*runner);
    ASSERT_TRUE(result) << result.error().message;
    EXPECT_EQ(sum_of_layers(*result), result->job_cycles);
    EXPECT_GE(result->cycles, result->job_cycles);
    const std::vector<compiler::SegmentLayer>& layers = compiled_.report.segments[0].segment.layers;
    ASSERT_EQ(result->layers.size(), layers.size());
    for (std::size_t i = 0; i < layers.size(); ++i) {
      EXPECT_EQ(result->layers[i].total() != 0, layers[i].commands != 0) << layers[i].name;
    }
  }
  EXPECT_GT(runner->cycles_per_second(), 0);
}

TEST_F(NpuRunnerTest, ASegmentHasNoMoreLayersThanTheLog) {
  constexpr std::size_t kLayers = spec::kLogEntries + 30;
  set_model(chain_of_sigmoids(kLayers));
  ASSERT_EQ(compiled_.report.segments.size(), 2U);
  const auto result = run(*make_runner(model_));
  ASSERT_TRUE(result) << result.error().message;
  ASSERT_EQ(result->layers.size(), spec::kLogEntries);
  EXPECT_EQ(sum_of_layers(*result), result->job_cycles);
  for (const npu::CauseCycles& layer : result->layers) {
    EXPECT_EQ(layer[spec::Cause::kVector], result->layers[0][spec::Cause::kVector]);
  }
}

TEST_F(NpuRunnerTest, ADeadlineIsReportedAndSurvived) {
  // Longer than the first layers take, shorter than all of them.
  expect_failure(run(*make_runner(model_, 4'000)), ExitCode::kDeadline,
                 {"within 4000 cycles", "stream offset", "raise --deadline", "is ready"});
  expect_recovery(*make_runner(model_));
}

TEST_F(NpuRunnerTest, MemoryThatAnswersTooLateIsMet) {
  auto slow = NpuRunner::create(model_, {.profile = {"slow",
                                                     {.latency_cycles = 100'000, .bytes_per_cycle = 1},
                                                     {.latency_cycles = 100'000, .bytes_per_cycle = 1}},
                                         .deadline_cycles = 1'000});
  ASSERT_TRUE(slow);
  expect_failure(run(**slow), ExitCode::kDeadline, {"within 1000 cycles", "stream offset 0", "raise --deadline"});
}

TEST_F(NpuRunnerTest, MemoryErrorsNameAddressAndCommand) {
  for (const auto response : {sim::AxiResponse::kSlaveError, sim::AxiResponse::kDecodeError}) {
    sim::FunctionalModel model;
    const auto runner = make_runner(model);
    model.inject_error(0, std::uint64_t{1} << spec::kAxiAddrBits, response);
    const char* name = response == sim::AxiResponse::kSlaveError ? "SLVERR" : "DECERR";
    expect_failure(run(*runner), ExitCode::kNpuFault, {name, "FETCH", "at address 0x80000000", "is ready"});
    model.clear_injected_errors();
    expect_recovery(*runner);
    outputs_.assign(outputs_.size(), Bytes(outputs_[0].size()));
  }
}

TEST_F(NpuRunnerTest, ADamagedStreamNeverReachesTheDevice) {
  compiler::Graph& graph = compiled_.model.main();
  compiler::Tensor& tensor = graph.tensor(graph.operators[index_].inputs[compiler::kSegmentStreamInput]);
  std::vector<std::byte> damaged(tensor.data.begin(), tensor.data.end());
  damaged[damaged.size() / 2] ^= std::byte{1};
  tensor.data = compiled_.model.storage->add(damaged);
  const auto runner = make_runner(model_);
  expect_failure(run(*runner), ExitCode::kNpuFault, {"refuses the command stream", "checksum"});
}

TEST_F(NpuRunnerTest, OtherHardwareIsRefused) {
  sim::FunctionalModel small({.config = *find_configuration("npu64")});
  const auto runner = make_runner(small);
  expect_failure(run(*runner), ExitCode::kModelRefused, {"256 MACs", "has 64"});
}

TEST_F(NpuRunnerTest, ADeadDeviceIsNoDevice) {
  class Dead : public sim::FunctionalModel {
   public:
    std::uint32_t read32(std::uint32_t /*offset*/) override { return 0xffffffff; }
  } dead;
  const auto runner = NpuRunner::create(dead, {});
  ASSERT_FALSE(runner);
  EXPECT_EQ(runner.error().code, ExitCode::kNpuFault);
}

}  // namespace
}  // namespace auklet::app
