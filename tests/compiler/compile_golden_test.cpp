// Compiled models against the reference vectors: every network and every single operator whose remaining operators the
// CPU executor covers, on the functional model of each hardware configuration.
#include <auklet/compiler/compile.hpp>
#include <auklet/compiler/frontend.hpp>
#include <auklet/sim/functional_model.hpp>

#include <gtest/gtest.h>

#include <iostream>
#include <map>

#include "golden.hpp"
#include "segment_runner.hpp"

namespace auklet::compiler::test {
namespace {

namespace fs = std::filesystem;

// Whether a case is one inference: streaming models feed many frames to one interpreter.
bool one_inference(const Model& model, const std::vector<Bytes>& inputs) {
  const std::vector<std::int32_t>& expected = model.main().inputs;
  if (inputs.size() != expected.size()) return false;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (inputs[i].size() != model.main().tensor(expected[i]).bytes()) return false;
  }
  return true;
}

struct Settings {
  spec::HardwareConfig config;
  std::uint32_t sram_limit = 0;
  std::uint64_t seed = 1;
  std::size_t max_cases = 1;
};

// Compiles and runs the cases of a model; returns how many ran.
std::size_t check_model(const fs::path& folder, const Settings& settings) {
  SCOPED_TRACE(folder.string() + " on " + settings.config.name + ", SRAM " + std::to_string(settings.sram_limit) +
               ", seed " + std::to_string(settings.seed));
  const Model model = load_golden(folder);
  const auto compiled = compile(model, {.config = settings.config, .sram_limit = settings.sram_limit});
  if (!compiled) {
    ADD_FAILURE() << compiled.error().message;
    return 0;
  }
  sim::FunctionalModel device({.config = settings.config, .seed = settings.seed, .job_cycle_limit = UINT64_MAX});
  SegmentRunner runner(device);
  std::size_t cases = 0;
  for (const fs::path& path : folders_of(folder)) {
    const std::vector<Bytes> inputs = read_numbered(path, "in");
    if (cases == settings.max_cases || !one_inference(model, inputs)) break;
    const auto outputs = run_compiled(compiled->model, inputs, runner);
    if (!outputs) {
      ADD_FAILURE() << outputs.error().message;
      return cases;
    }
    EXPECT_EQ(*outputs, read_numbered(path, "out")) << path;
    ++cases;
  }
  EXPECT_EQ(runner.runs().size(), cases * compiled->report.segments.size());
  return cases;
}

class EachConfiguration : public testing::TestWithParam<spec::HardwareConfig> {};

TEST_P(EachConfiguration, RunsEveryNetworkOfTheZooBitExactly) {
  const auto zoo = golden_zoo();
  if (!zoo) GTEST_SKIP() << "the reference vectors are not there";
  std::size_t models = 0;
  for (const fs::path& folder : folders_of(*zoo)) {
    if (!fs::exists(folder / "model.tflite") || !find_refusals(load_golden(folder)).empty()) continue;
    models += check_model(folder, {.config = GetParam()}) > 0 ? 1U : 0U;
  }
  EXPECT_GE(models, 10U) << "networks that the executor covers";
}

// Of each operator, some cases run on the CPU, each for a reason that is none of the compiler's making.
TEST_P(EachConfiguration, RunsSingleOperatorsBitExactly) {
  const auto zoo = golden_zoo();
  if (!zoo) GTEST_SKIP() << "the reference vectors are not there";
  std::map<std::string, std::size_t> on_npu;
  std::map<std::string, std::size_t> on_cpu;
  for (const fs::path& folder : folders_of(*zoo / "ops")) {
    const Model model = load_golden(folder);
    if (model.main().operators.size() != 1 || !find_refusals(model).empty()) continue;
    const auto compiled = compile(model, {.config = GetParam()});
    ASSERT_TRUE(compiled) << folder << ": " << compiled.error().message;
    const OperatorReport& report = compiled->report.operators[0];
    if (report.place == Place::kCpu) {
      ++on_cpu[report.op];
      EXPECT_NE(report.reason, "");
      RecordProperty(folder.filename().string(), report.reason);
      continue;
    }
    ++on_npu[report.op];
    EXPECT_GT(check_model(folder, {.config = GetParam(), .seed = on_npu[report.op]}), 0U) << folder;
  }
  for (const char* op : {"CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED", "ADD", "AVERAGE_POOL_2D", "MAX_POOL_2D"}) {
    std::cout << GetParam().name << ": " << op << ": " << on_npu[op] << " on the NPU, " << on_cpu[op]
              << " on the CPU\n";
  }
  for (const char* op : {"CONV_2D", "DEPTHWISE_CONV_2D", "AVERAGE_POOL_2D", "MAX_POOL_2D"}) {
    EXPECT_GE(on_npu[op], 5U) << op;
    EXPECT_EQ(on_cpu[op], 0U) << op;
  }
  EXPECT_LE(on_cpu["FULLY_CONNECTED"], 1U) << "weights with a zero point";
  EXPECT_GE(on_npu["ADD"], 6U) << "equal shapes, and rows that repeat";
}

INSTANTIATE_TEST_SUITE_P(, EachConfiguration, testing::ValuesIn(spec::kConfigurations),
                         [](const auto& configuration) { return std::string(configuration.param.name); });

// Too little SRAM for much of the network: tiles, spills and reloads, and still the same numbers whatever order the
// scheduler picks.
TEST(LittleSram, ChangesNoResult) {
  const auto zoo = golden_zoo();
  if (!zoo) GTEST_SKIP() << "the reference vectors are not there";
  for (const char* name : {"tiny_kws_dscnn", "tiny_resnet8", "tiny_vww96"}) {
    for (const std::uint32_t kib : {24U, 48U, 96U}) {
      for (std::uint64_t seed = 1; seed <= 3; ++seed) {
        check_model(*zoo / name, {.config = spec::kDefaultConfiguration, .sram_limit = kib * 1024, .seed = seed});
      }
    }
  }
}

// The network is bound by its multiplications: its weights must come while the array works. Of the model's estimate a
// tenth and the first layer's own loads may be something else.
TEST(KeywordNetwork, LoadsItsWeightsBehindTheMultiplications) {
  const auto zoo = golden_zoo();
  if (!zoo) GTEST_SKIP() << "the reference vectors are not there";
  const auto compiled = compile(load_golden(*zoo / "tiny_kws_dscnn"));
  ASSERT_TRUE(compiled) << compiled.error().message;
  std::uint64_t compute = 0;
  for (const SegmentLayer& layer : compiled->report.segments.at(0).segment.layers) compute += layer.compute_cycles;
  sim::FunctionalModel device;
  SegmentRunner runner(device);
  ASSERT_TRUE(run_compiled(compiled->model, read_numbered(*zoo / "tiny_kws_dscnn" / "case0", "in"), runner));
  EXPECT_LT(runner.runs().at(0).cycles, compute * 11 / 10 + 1000);
}

TEST(KeywordNetwork, IsOneSegmentWithoutAStoreInBetween) {
  const auto zoo = golden_zoo();
  if (!zoo) GTEST_SKIP() << "the reference vectors are not there";
  const auto compiled = compile(load_golden(*zoo / "tiny_kws_dscnn"));
  ASSERT_TRUE(compiled) << compiled.error().message;
  ASSERT_EQ(compiled->report.segments.size(), 1U);
  const SegmentReport& segment = compiled->report.segments[0];
  EXPECT_EQ(segment.streamed_operators, 0U);
  EXPECT_EQ(segment.segment.scratch_bytes(), 0U);
  std::uint64_t stored = 0;
  for (const SegmentLayer& layer : segment.segment.layers) stored += layer.stored_bytes;
  EXPECT_EQ(stored, 12U) << "the twelve scores";
  for (const OperatorReport& op : compiled->report.operators) {
    EXPECT_EQ(op.place, Place::kNpu) << op.name << ": " << op.reason;
  }
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    check_model(*zoo / "tiny_kws_dscnn", {.config = spec::kDefaultConfiguration, .seed = seed, .max_cases = 2});
  }
}

}  // namespace
}  // namespace auklet::compiler::test
