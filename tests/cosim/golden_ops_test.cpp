// Every single-operator model of the reference vectors through compiler, driver and backend: the
// outputs have to be the reference's, byte for byte, wherever each operator ends up. Prints where that was, and why.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <auklet/app/run.hpp>
#include <auklet/app/session.hpp>
#include <map>
#include <set>

#include "compiled_check.hpp"
#include "golden.hpp"

namespace auklet::app {
namespace {

namespace fs = std::filesystem;
using compiler::Bytes;
namespace golden = compiler::test;

struct Family {
  const char* op;
  const char* prefix;
};

constexpr Family kFamilies[] = {
    {"ABS", "abs"},
    {"ADD", "add"},
    {"ARG_MAX", "arg_max"},
    {"AVERAGE_POOL_2D", "avgpool"},
    {"BATCH_MATMUL", "batch_matmul"},
    {"CONCATENATION", "concat"},
    {"CONV_2D", "conv2d"},
    {"DEPTHWISE_CONV_2D", "dwconv"},
    {"DEPTH_TO_SPACE", "depth_to_space"},
    {"DEQUANTIZE", "dequantize"},
    {"ELU", "elu"},
    {"FULLY_CONNECTED", "fc"},
    {"GATHER", "gather"},
    {"HARD_SWISH", "hard_swish"},
    {"L2_NORMALIZATION", "l2_norm"},
    {"LEAKY_RELU", "leaky_relu"},
    {"LOGISTIC", "logistic"},
    {"LOG_SOFTMAX", "log_softmax"},
    {"MAXIMUM", "maximum"},
    {"MAX_POOL_2D", "maxpool"},
    {"MEAN", "mean"},
    {"MINIMUM", "minimum"},
    {"MUL", "mul"},
    {"PACK", "pack"},
    {"PAD", "pad"},
    {"PADV2", "padv2"},
    {"PRELU", "prelu"},
    {"QUANTIZE", "quantize"},
    {"REDUCE_MAX", "reducemax"},
    {"RELU", "relu"},
    {"RELU6", "relu6"},
    {"RESHAPE", "reshape"},
    {"RESIZE_BILINEAR", "resize_bilinear"},
    {"RESIZE_NEAREST_NEIGHBOR", "resize_nn"},
    {"RSQRT", "rsqrt"},
    {"SLICE", "slice"},
    {"SOFTMAX", "softmax"},
    {"SPACE_TO_DEPTH", "space_to_depth"},
    {"SPLIT", "split"},
    {"SPLIT_V", "split_v"},
    {"SQUARED_DIFFERENCE", "sqdiff"},
    {"STRIDED_SLICE", "strided_slice"},
    {"SUB", "sub"},
    {"SUM", "sum"},
    {"TANH", "tanh"},
    {"TRANSPOSE", "transpose"},
    {"TRANSPOSE_CONV", "transpose_conv"},
    {"UNPACK", "unpack"},
};

// What became of a family's models.
struct Count {
  std::size_t models_on_npu = 0;
  std::size_t cases_on_npu = 0;
  std::size_t cases_on_cpu = 0;
  std::size_t models_on_cpu = 0;
  std::map<std::string, std::vector<std::string>> reasons;  ///< Why on the CPU: which models.
};

// At the end, what ran where on the RTL, over all tests of this process.
class Summary : public testing::Environment {
 public:
  static Count& of(Backend backend, const std::string& op) { return counts()[backend][op]; }

  void TearDown() override {
    const std::map<std::string, Count>& on_rtl = counts()[Backend::kRtl];
    if (on_rtl.empty()) return;
    Count all;
    fmt::print("\n{:26}{:>12}{:>12}{:>12}{:>12}\n", "on the RTL, all sizes", "NPU models", "NPU cases", "CPU models",
               "CPU cases");
    for (const auto& [op, count] : on_rtl) {
      print(op, count);
      for (const auto& [reason, names] : count.reasons) fmt::print("    {} times: {}\n", names.size(), reason);
      all.models_on_npu += count.models_on_npu;
      all.models_on_cpu += count.models_on_cpu;
      all.cases_on_npu += count.cases_on_npu;
      all.cases_on_cpu += count.cases_on_cpu;
    }
    print("all", all);
  }

 private:
  static void print(const std::string& op, const Count& c) {
    fmt::print("{:26}{:12}{:12}{:12}{:12}\n", op, c.models_on_npu, c.cases_on_npu, c.models_on_cpu, c.cases_on_cpu);
  }

  static std::map<Backend, std::map<std::string, Count>>& counts() {
    static std::map<Backend, std::map<std::string, Count>> all;
    return all;
  }
};

[[maybe_unused]] const testing::Environment* const kSummary = testing::AddGlobalTestEnvironment(new Summary);

class GoldenOps : public testing::TestWithParam<std::tuple<Family, Backend, const char*>> {
 protected:
  void run_model(const fs::path& folder, Count& count) {
    const auto& [family, backend, config] = GetParam();
    auto model = load_model(folder / "model.tflite");
    ASSERT_TRUE(model) << model.error().message;
    auto session = Session::open(folder.filename().string(), *model, {.backend = backend, .config = config});
    ASSERT_TRUE(session) << session.error().message;
    const bool on_npu = note_places(*session, folder.filename().string(), family.op, count);
    for (const fs::path& sample : golden::folders_of(folder)) {
      const std::vector<Bytes> expected = golden::read_numbered(sample, "out");
      const auto report = session->run(golden::read_numbered(sample, "in"));
      ASSERT_TRUE(report) << sample << ": " << report.error().message;
      ASSERT_EQ(report->outputs.size(), expected.size()) << sample;
      for (std::size_t i = 0; i < expected.size(); ++i) {
        const auto difference =
            compare(report->outputs[i], expected[i], session->graph().tensor(session->graph().outputs[i]), i, "");
        EXPECT_FALSE(difference) << sample << ": output " << i << ", element " << difference->element << ": expected "
                                 << difference->expected << ", got " << difference->got;
      }
      EXPECT_TRUE(!on_npu || report->cycles > 0) << sample;
      ++(on_npu ? count.cases_on_npu : count.cases_on_cpu);
    }
  }

  // Whether the model's operator of interest runs on the NPU.
  static bool note_places(const Session& session, const std::string& name, const std::string& op, Count& count) {
    for (const LayerRow& row : session.layers()) {
      if (row.op != op) continue;
      if (row.place == compiler::Place::kNpu) {
        ++count.models_on_npu;
        return true;
      }
      ++count.models_on_cpu;
      count.reasons[golden::without_names(row.reason)].push_back(name);
      return false;
    }
    ADD_FAILURE() << name << " has no " << op;
    return false;
  }
};

TEST_P(GoldenOps, AllCasesAreBitExact) {
  const auto zoo = golden::golden_zoo();
  if (!zoo) GTEST_SKIP() << "the reference vectors are not here";
  const auto& [family, backend, config] = GetParam();
  if (!is_available(backend)) GTEST_SKIP() << "this build has no backend " << describe(backend).name;
  Count& count = Summary::of(backend, family.op);
  const std::string prefix = std::string(family.prefix) + "_";
  std::size_t models = 0;
  for (const fs::path& folder : golden::folders_of(*zoo / "ops")) {
    const std::string name = folder.filename().string();
    const bool member =
        name.starts_with(prefix) && name.find_first_not_of("0123456789", prefix.size()) == std::string::npos;
    if (!member) continue;
    ++models;
    ASSERT_NO_FATAL_FAILURE(run_model(folder, count));
  }
  EXPECT_GT(models, 0U) << "no models of this operator";
}

// Families that the list above lacks would go unnoticed.
TEST(Families, AreAllThereAre) {
  const auto zoo = golden::golden_zoo();
  if (!zoo) GTEST_SKIP() << "the reference vectors are not here";
  std::set<std::string> listed;
  for (const Family& family : kFamilies) listed.insert(family.prefix);
  std::set<std::string> found;
  for (const fs::path& folder : golden::folders_of(*zoo / "ops")) {
    const std::string name = folder.filename().string();
    found.insert(name.substr(0, name.find_last_of('_')));
  }
  EXPECT_EQ(listed, found);
}

std::string name_of(const testing::TestParamInfo<GoldenOps::ParamType>& info) {
  const auto& [family, backend, config] = info.param;
  return fmt::format("{}_{}_{}", family.op, describe(backend).name, config);
}

INSTANTIATE_TEST_SUITE_P(Cpu, GoldenOps,
                         testing::Combine(testing::ValuesIn(kFamilies), testing::Values(Backend::kCpu),
                                          testing::Values("npu256")),
                         name_of);
INSTANTIATE_TEST_SUITE_P(Rtl, GoldenOps,
                         testing::Combine(testing::ValuesIn(kFamilies), testing::Values(Backend::kRtl),
                                          testing::Values("npu64", "npu256", "npu1024")),
                         name_of);

}  // namespace
}  // namespace auklet::app
