// The recorded networks on all four back-ends, through compiler and driver: equal outputs, which are the recorded ones.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <auklet/app/npu_runner.hpp>
#include <auklet/compiler/compile.hpp>
#include <auklet/compiler/executor.hpp>
#include <string>
#include <vector>

#include "four_backends.hpp"
#include "golden.hpp"

namespace auklet::app {
namespace {

namespace golden = compiler::test;
using compiler::Bytes;

/// What a network did on one back-end.
struct NetworkRun {
  std::vector<Bytes> outputs;  ///< Of all steps, one after the other.
  std::size_t jobs = 0;
  std::string error;
};

NetworkRun run_case(const compiler::Model& source, const compiler::CompiledModel& compiled,
                    const std::vector<Bytes>& inputs, sim::Target& target) {
  NetworkRun run;
  auto runner = NpuRunner::create(target, {});
  auto executor = compiler::Executor::create(compiled.model, {.custom_codes = {compiler::kNpuCustomCode}});
  if (!runner || !executor) {
    run.error = !runner ? runner.error().message : executor.error().message;
    return run;
  }
  compiler::ExecutorHooks hooks;
  hooks.run_custom = [&](const compiler::CustomCall& call) -> compiler::Outcome {
    const auto done = (*runner)->run(call);
    if (!done) return compiler::fail(compiler::ErrorCode::kExecution, done.error().message);
    ++run.jobs;
    return {};
  };
  const std::size_t steps = golden::steps_of(source, inputs);
  for (std::size_t step = 0; step < steps && run.error.empty(); ++step) {
    const auto outputs = executor->run(golden::frame_of(inputs, steps, step), hooks);
    if (!outputs) {
      run.error = outputs.error().message;
      break;
    }
    run.outputs.resize(outputs->size());
    for (std::size_t i = 0; i < outputs->size(); ++i) {
      run.outputs[i].insert(run.outputs[i].end(), (*outputs)[i].begin(), (*outputs)[i].end());
    }
  }
  return run;
}

class Zoo : public testing::TestWithParam<const char*> {};

TEST_P(Zoo, IsEqualOnAllBackends) {
  const auto zoo = golden::golden_zoo();
  if (!zoo) GTEST_SKIP() << "the reference vectors are not here";
  const auto folder = *zoo / GetParam();
  const compiler::Model source = golden::load_golden(folder);
  const auto compiled = compiler::compile(source, {});
  ASSERT_TRUE(compiled) << compiled.error().message;
  const auto path = golden::folders_of(folder).at(0);
  const std::vector<Bytes> inputs = golden::read_numbered(path, "in");
  const std::vector<Bytes> expected = golden::read_numbered(path, "out");

  std::string backends;
  std::size_t jobs = 0;
  for (const char* backend : test::kFourBackends) {
    NetworkRun run;
    if (!test::with_backend(backend, [&](sim::Target& target) { run = run_case(source, *compiled, inputs, target); })) {
      continue;
    }
    EXPECT_EQ(run.error, "") << backend;
    EXPECT_GT(run.jobs, 0U) << backend;
    if (jobs != 0) {
      EXPECT_EQ(run.jobs, jobs) << backend;
    }
    jobs = run.jobs;
    ASSERT_GE(run.outputs.size(), expected.size()) << backend;
    for (std::size_t i = 0; i < expected.size(); ++i) {
      EXPECT_TRUE(run.outputs[i] == expected[i]) << backend << ": output " << i;
    }
    backends += std::string(" ") + backend;
  }
  fmt::print("{}: {} jobs {} on{}\n", GetParam(), jobs, HasFailure() ? "DIFFER" : "bit-exact", backends);
}

/// Those that take seconds; the campaign (CMakeLists.txt) runs the others.
constexpr std::array kSmall{"cfu_magic_wand",      "secda_simple_model", "synth_mbv3_hswish_64",
                            "synth_unet_tconv_32", "tflm_hello_world",   "tflm_micro_speech",
                            "tiny_ad01",           "tiny_kws_dscnn"};

std::vector<const char*> others() {
  std::vector<const char*> names;
  for (const char* name : golden::kGoldenNetworks) {
    if (std::ranges::none_of(kSmall, [&](const char* small) { return std::string_view(small) == name; })) {
      names.push_back(name);
    }
  }
  return names;
}

const auto kNameOf = [](const testing::TestParamInfo<const char*>& info) { return std::string(info.param); };
INSTANTIATE_TEST_SUITE_P(Small, Zoo, testing::ValuesIn(kSmall), kNameOf);
INSTANTIATE_TEST_SUITE_P(Campaign, Zoo, testing::ValuesIn(others()), kNameOf);

}  // namespace
}  // namespace auklet::app
