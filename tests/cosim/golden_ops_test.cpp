// Every single-operator model of the reference vectors that the NPU may run, through compiler, driver and backend: the
// outputs have to be the reference's, byte for byte, wherever each operator ends up. Prints where that was, and why.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <auklet/app/run.hpp>
#include <auklet/app/session.hpp>
#include <map>

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
    {"CONV_2D", "conv2d_"}, {"DEPTHWISE_CONV_2D", "dwconv_"}, {"FULLY_CONNECTED", "fc_"},
    {"ADD", "add_"},        {"AVERAGE_POOL_2D", "avgpool_"},  {"MAX_POOL_2D", "maxpool_"},
};

// What became of a family's models.
struct Count {
  std::size_t models_on_npu = 0;
  std::size_t cases_on_npu = 0;
  std::size_t cases_on_cpu = 0;
  std::map<std::string, std::vector<std::string>> reasons;  ///< Why on the CPU: which models.
};

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
      EXPECT_EQ(report->cycles != 0, on_npu) << sample;
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
      count.reasons[row.reason].push_back(name);
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
  Count count;
  std::size_t models = 0;
  for (const fs::path& folder : golden::folders_of(*zoo / "ops")) {
    if (!folder.filename().string().starts_with(family.prefix)) continue;
    ++models;
    run_model(folder, count);
    if (HasFatalFailure()) return;
  }
  EXPECT_GT(models, 0U) << "no models of this operator";
  fmt::print("{} on {}, {}: {} of {} models on the NPU; cases: {} NPU, {} CPU\n", family.op, describe(backend).name,
             config, count.models_on_npu, models, count.cases_on_npu, count.cases_on_cpu);
  for (const auto& [reason, names] : count.reasons) {
    fmt::print("  on the CPU: {} ({}): {}\n", names.front(), names.size(), reason);
  }
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
