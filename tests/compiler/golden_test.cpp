// The executor against the reference vectors: single operators, whole networks, and every intermediate tensor.
#include <auklet/compiler/executor.hpp>

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include <auklet/compiler/emit.hpp>
#include <auklet/compiler/frontend.hpp>
#include <auklet/compiler/sha256.hpp>

#include "golden.hpp"

namespace auklet::compiler::test {
namespace {

namespace fs = std::filesystem;

// Runs all cases of a model and compares every byte; returns how many there were.
std::size_t check_cases(const fs::path& folder, const Model& model, Executor& executor) {
  std::size_t cases = 0;
  for (const fs::path& path : folders_of(folder)) {
    SCOPED_TRACE(path.string());
    const std::vector<Bytes> inputs = read_numbered(path, "in");
    const std::vector<Bytes> expected = read_numbered(path, "out");
    EXPECT_EQ(expected.size(), model.main().outputs.size());
    const std::size_t steps = steps_of(model, inputs);
    std::vector<Bytes> outputs(expected.size());
    executor.reset();
    for (std::size_t step = 0; step < steps; ++step) {
      const auto result = executor.run(frame_of(inputs, steps, step));
      if (!result) {
        ADD_FAILURE() << result.error().message;
        return cases;
      }
      for (std::size_t i = 0; i < outputs.size(); ++i) {
        outputs[i].insert(outputs[i].end(), result->at(i).begin(), result->at(i).end());
      }
    }
    for (std::size_t i = 0; i < outputs.size(); ++i) EXPECT_TRUE(outputs[i] == expected[i]) << "output " << i;
    ++cases;
  }
  return cases;
}

void check_model(const fs::path& folder) {
  const Model model = load_golden(folder);
  for (const CpuKernels kernels : {CpuKernels::kReference, CpuKernels::kOptimized}) {
    SCOPED_TRACE(kernels == CpuKernels::kReference ? "reference kernels" : "optimised kernels");
    auto executor = Executor::create(model, {.kernels = kernels});
    ASSERT_TRUE(executor) << folder << ": " << executor.error().message;
    EXPECT_GT(check_cases(folder, model, *executor), 0U) << folder;
  }
}

class OperatorFamily : public testing::TestWithParam<const char*> {};

TEST_P(OperatorFamily, EveryCaseIsBitExact) {
  const auto zoo = golden_zoo();
  if (!zoo) GTEST_SKIP() << "the reference vectors are not there";
  const std::string prefix = std::string(GetParam()) + "_";
  int models = 0;
  for (const fs::path& folder : folders_of(*zoo / "ops")) {
    const std::string name = folder.filename().string();
    const bool in_family =
        name.starts_with(prefix) && name.find_first_not_of("0123456789", prefix.size()) == std::string::npos;
    if (!in_family) continue;
    check_model(folder);
    ++models;
  }
  EXPECT_GT(models, 0);
}

INSTANTIATE_TEST_SUITE_P(Golden, OperatorFamily,
                         testing::Values("abs", "add", "arg_max", "avgpool", "batch_matmul", "concat", "conv2d",
                                         "depth_to_space", "dequantize", "dwconv", "elu", "fc", "gather", "hard_swish",
                                         "l2_norm", "leaky_relu", "log_softmax", "logistic", "maximum", "maxpool",
                                         "mean", "minimum", "mul", "pack", "pad", "padv2", "prelu", "quantize",
                                         "reducemax", "relu", "relu6", "reshape", "resize_bilinear", "resize_nn",
                                         "rsqrt", "slice", "softmax", "space_to_depth", "split", "split_v", "sqdiff",
                                         "strided_slice", "sub", "sum", "tanh", "transpose", "transpose_conv",
                                         "unpack"),
                         [](const auto& member) { return std::string(member.param); });

class Network : public testing::TestWithParam<const char*> {};

TEST_P(Network, EveryCaseIsBitExact) {
  const auto zoo = golden_zoo();
  if (!zoo) GTEST_SKIP() << "the reference vectors are not there";
  check_model(*zoo / GetParam());
}

INSTANTIATE_TEST_SUITE_P(Golden, Network, testing::ValuesIn(kGoldenNetworks),
                         [](const auto& member) { return std::string(member.param); });

// Families that no list above names are compared too.
TEST(Zoo, EverySingleOperatorIsBitExact) {
  const auto zoo = golden_zoo();
  if (!zoo) GTEST_SKIP() << "the reference vectors are not there";
  std::size_t models = 0;
  for (const fs::path& folder : folders_of(*zoo / "ops")) {
    check_model(folder);
    ++models;
  }
  EXPECT_GT(models, 100U);
}

TEST(Zoo, EveryModelIsWrittenAndReadBackEqual) {
  const auto zoo = golden_zoo();
  if (!zoo) GTEST_SKIP() << "the reference vectors are not there";
  std::size_t models = 0;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(*zoo)) {
    if (entry.path().filename() != "model.tflite") continue;
    SCOPED_TRACE(entry.path().string());
    const Model model = load_golden(entry.path().parent_path());
    const auto bytes = write_tflite(model);
    ASSERT_TRUE(bytes) << bytes.error().message;
    const auto again = read_tflite(*bytes);
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_TRUE(equal(model, *again));
    const auto twice = write_tflite(*again);
    ASSERT_TRUE(twice);
    EXPECT_EQ(*bytes, *twice) << "the bytes depend on nothing but the model";
    ++models;
  }
  EXPECT_GT(models, 200U);
}

// What the reader saw is what an independent reader recorded: operators, tensors, quantisation.
TEST(Zoo, TheReaderAgreesWithTheRecords) {
  const auto zoo = golden_zoo();
  if (!zoo) GTEST_SKIP() << "the reference vectors are not there";
  for (const char* name : {"tiny_kws_dscnn", "esphome_v2_vad", "tflm_mnist_lstm_int8", "synth_tinybert_ln_s16h32"}) {
    SCOPED_TRACE(name);
    const Model model = load_golden(*zoo / name);
    std::ifstream stream(*zoo / name / "tensors.json");
    const nlohmann::json records = nlohmann::json::parse(stream);
    const nlohmann::json& graphs = records.at("subgraphs");
    ASSERT_EQ(model.graphs.size(), graphs.size());
    for (std::size_t g = 0; g < graphs.size(); ++g) {
      const Graph& graph = model.graphs[g];
      EXPECT_EQ(nlohmann::json(graph.inputs), graphs[g].at("inputs"));
      EXPECT_EQ(nlohmann::json(graph.outputs), graphs[g].at("outputs"));
      ASSERT_EQ(graph.operators.size(), graphs[g].at("ops").size());
      for (std::size_t i = 0; i < graph.operators.size(); ++i) {
        const nlohmann::json& record = graphs[g].at("ops")[i];
        EXPECT_EQ(graph.operators[i].name(), record.at("opcode").get<std::string>());
        EXPECT_EQ(graph.operators[i].version, record.at("version"));
        EXPECT_EQ(nlohmann::json(graph.operators[i].inputs), record.at("inputs"));
        EXPECT_EQ(nlohmann::json(graph.operators[i].outputs), record.at("outputs"));
      }
      ASSERT_EQ(graph.tensors.size(), graphs[g].at("tensors").size());
      for (std::size_t i = 0; i < graph.tensors.size(); ++i) {
        const Tensor& tensor = graph.tensors[i];
        const nlohmann::json& record = graphs[g].at("tensors")[i];
        EXPECT_EQ(tensor.name, record.at("name").get<std::string>());
        EXPECT_EQ(compiler::name(tensor.type), record.at("type").get<std::string>());
        EXPECT_EQ(nlohmann::json(tensor.shape), record.at("shape"));
        if (record.contains("scale") && !tensor.quantization.per_axis()) {
          EXPECT_FLOAT_EQ(tensor.quantization.scale(), record.at("scale")[0].get<float>());
          EXPECT_EQ(tensor.quantization.zero_point(), record.at("zero_point")[0].get<std::int64_t>());
        }
      }
    }
  }
}

// Runs a case frame by frame; `hooks` see the last one.
void run_case(const Model& model, const std::vector<Bytes>& inputs, const ExecutorHooks& hooks) {
  auto executor = Executor::create(model);
  ASSERT_TRUE(executor) << executor.error().message;
  const std::size_t steps = steps_of(model, inputs);
  for (std::size_t step = 0; step < steps; ++step) {
    const auto outputs = executor->run(frame_of(inputs, steps, step), step + 1 == steps ? hooks : ExecutorHooks{});
    ASSERT_TRUE(outputs) << outputs.error().message;
  }
}

// Every tensor on the way, not only the outputs.
TEST_P(Network, EveryIntermediateTensorHasTheRecordedDigest) {
  const auto zoo = golden_zoo();
  if (!zoo) GTEST_SKIP() << "the reference vectors are not there";
  const fs::path folder = *zoo / GetParam();
  const Model model = load_golden(folder);
  std::ifstream stream(folder / "tensors.json");
  const nlohmann::json records = nlohmann::json::parse(stream);
  const nlohmann::json& tensors = records.at("subgraphs")[0].at("tensors");
  std::size_t compared = 0;
  std::size_t handles = 0;
  ExecutorHooks hooks;
  hooks.on_tensor = [&](const Graph& graph, std::int32_t index, std::span<const std::byte> value) {
    const nlohmann::json& record = tensors[static_cast<std::size_t>(index)];
    // The handle of a variable is whatever number an interpreter gives it.
    if (graph.tensor(index).type == TensorType::kResource) {
      ++handles;
      return;
    }
    EXPECT_EQ(sha256(value), record.at("sha256").get<std::string>()) << graph.describe_tensor(index);
    ++compared;
  };
  run_case(model, read_numbered(folder / "case0", "in"), hooks);
  std::size_t outputs = 0;
  for (const Operator& op : model.main().operators) outputs += op.outputs.size();
  EXPECT_EQ(compared + handles, outputs);
  EXPECT_GT(compared, 0U);
}

}  // namespace
}  // namespace auklet::compiler::test
