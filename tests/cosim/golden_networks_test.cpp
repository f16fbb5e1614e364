// Every network of the reference vectors through compiler, driver and verilated RTL, all cases and all steps of each:
// the outputs, and every tensor on the way, must be the reference's. Prints where the operators ran.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <auklet/app/backend.hpp>
#include <auklet/app/npu_runner.hpp>
#include <auklet/compiler/compile.hpp>
#include <auklet/compiler/executor.hpp>
#include <auklet/compiler/sha256.hpp>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "golden.hpp"

namespace auklet::app {
namespace {

namespace fs = std::filesystem;
using compiler::Bytes;
using compiler::Graph;
using compiler::Model;
using compiler::Place;
namespace golden = compiler::test;

bool alike(const compiler::Tensor& a, const compiler::Tensor& b) {
  return a.name == b.name && a.type == b.type && a.shape == b.shape && a.quantization == b.quantization;
}

// The recorded digests of what a model's operators write, by tensor of the compiled model: its operators are the
// source's that stay on the CPU, in order, and one for each segment, whose outputs the segment's operators write.
class Digests {
 public:
  Digests(const Graph& source, const compiler::CompiledModel& compiled, const nlohmann::json& records)
      : source_(source), compiled_(compiled), tensors_(records.at("tensors")) {
    for (const compiler::Operator& op : source.operators) {
      for (const std::int32_t index : op.outputs) written_ += digest_of(index).empty() ? 0U : 1U;
    }
    std::map<std::size_t, std::size_t> segments;
    for (const compiler::SegmentReport& segment : compiled.report.segments) {
      segments.emplace(segment.operator_index, segments.size());
    }
    std::vector<std::vector<std::int32_t>> candidates(segments.size());
    std::vector<std::vector<std::int32_t>> on_cpu;
    for (const compiler::OperatorReport& op : compiled.report.operators) {
      const std::vector<std::int32_t>& outputs = source.operators[op.source_operator].outputs;
      if (op.place == Place::kCpu) on_cpu.push_back(outputs);
      if (op.place == Place::kNpu)
        candidates.at(op.segment).insert(candidates[op.segment].end(), outputs.begin(), outputs.end());
    }
    std::size_t next = 0;
    for (std::size_t i = 0; i < compiled.model.main().operators.size(); ++i) {
      const auto segment = segments.find(i);
      assign(compiled.model.main().operators[i],
             segment != segments.end() ? candidates[segment->second] : on_cpu.at(next++));
    }
  }

  void compare(std::int32_t tensor, std::span<const std::byte> value) {
    const auto expected = by_tensor_.find(tensor);
    if (expected == by_tensor_.end()) return;
    EXPECT_EQ(compiler::sha256(value), expected->second) << compiled_.model.main().describe_tensor(tensor);
    ++compared_;
  }

  [[nodiscard]] std::size_t written() const { return written_; }
  [[nodiscard]] std::size_t compared() const { return compared_; }

 private:
  // Empty for the handle of a variable, which is whatever number an interpreter gives it.
  [[nodiscard]] std::string digest_of(std::int32_t index) const {
    const nlohmann::json& record = tensors_.at(static_cast<std::size_t>(index));
    if (!record.contains("sha256") || source_.tensor(index).type == compiler::TensorType::kResource) return {};
    return record.at("sha256").get<std::string>();
  }

  // Tensors without names are told apart by shape and quantisation, then by their order.
  void assign(const compiler::Operator& op, std::vector<std::int32_t> candidates) {
    for (const std::int32_t output : op.outputs) {
      const auto found = std::ranges::find_if(candidates, [&](std::int32_t index) {
        return alike(source_.tensor(index), compiled_.model.main().tensor(output));
      });
      ASSERT_NE(found, candidates.end()) << compiled_.model.main().describe_tensor(output);
      if (const std::string digest = digest_of(*found); !digest.empty()) by_tensor_[output] = digest;
      candidates.erase(found);
    }
  }

  const Graph& source_;
  const compiler::CompiledModel& compiled_;
  const nlohmann::json& tensors_;
  std::map<std::int32_t, std::string> by_tensor_;
  std::size_t written_ = 0;
  std::size_t compared_ = 0;
};

nlohmann::json records_of(const fs::path& folder) {
  std::ifstream stream(folder / "tensors.json");
  return nlohmann::json::parse(stream).at("subgraphs").at(0);
}

// `100.0 % of the MACs on the NPU; on the CPU: SOFTMAX 1`, the MACs as they are recorded.
std::string describe_places(const compiler::CompileReport& report, const nlohmann::json& records) {
  std::map<std::string, int> on_cpu;
  double all = 0;
  double npu = 0;
  for (const compiler::OperatorReport& op : report.operators) {
    const double macs = records.at("ops").at(op.source_operator).at("macs").get<double>();
    all += macs;
    if (op.place == Place::kNpu) npu += macs;
    if (op.place == Place::kCpu) ++on_cpu[op.op];
  }
  std::string text =
      fmt::format("{:.1f} % of {:.2f} M MACs on the NPU; on the CPU:", all == 0 ? 0 : 100 * npu / all, all / 1e6);
  for (const auto& [op, times] : on_cpu) text += fmt::format(" {} {}", op, times);
  return text + (on_cpu.empty() ? " nothing" : "");
}

class Network : public testing::TestWithParam<std::tuple<const char*, const char*>> {
 protected:
  void SetUp() override {
    const auto zoo = golden::golden_zoo();
    if (!zoo) GTEST_SKIP() << "the reference vectors are not here";
    folder = *zoo / std::get<0>(GetParam());
    source = golden::load_golden(folder);
    records = records_of(folder);
    config = compiler::find_config(std::get<1>(GetParam())).value();
    auto made = make_simulated_npu(Backend::kRtl, config);
    ASSERT_TRUE(made) << made.error().message;
    npu = std::move(*made);
    auto opened = NpuRunner::create(npu->target(), {});
    ASSERT_TRUE(opened) << opened.error().message;
    runner = std::move(*opened);
  }

  void compile_source() {
    auto result = compiler::compile(source, {.config = config});
    ASSERT_TRUE(result) << result.error().message;
    compiled = std::move(*result);
    auto created = compiler::Executor::create(compiled.model, {.custom_codes = {compiler::kNpuCustomCode}});
    ASSERT_TRUE(created) << created.error().message;
    executor.emplace(std::move(*created));
  }

  compiler::ExecutorHooks hooks() {
    compiler::ExecutorHooks hooks;
    hooks.run_custom = [this](const compiler::CustomCall& call) -> compiler::Outcome {
      const auto run = runner->run(call);
      if (!run) return compiler::fail(compiler::ErrorCode::kExecution, run.error().message);
      cycles += run->cycles;
      return {};
    };
    return hooks;
  }

  // Runs a case and compares its outputs, and with `digests` every tensor of its last step.
  void run_case(const fs::path& path, Digests* digests) {
    const std::vector<Bytes> inputs = golden::read_numbered(path, "in");
    const std::vector<Bytes> expected = golden::read_numbered(path, "out");
    const std::size_t steps = golden::steps_of(source, inputs);
    std::vector<Bytes> outputs(expected.size());
    executor->reset();
    for (std::size_t step = 0; step < steps; ++step) {
      compiler::ExecutorHooks with = hooks();
      if (digests != nullptr && step + 1 == steps) {
        with.on_tensor = [digests](const Graph&, std::int32_t index, std::span<const std::byte> value) {
          digests->compare(index, value);
        };
      }
      const auto result = executor->run(golden::frame_of(inputs, steps, step), with);
      ASSERT_TRUE(result) << path << ": " << result.error().message;
      ASSERT_GE(result->size(), expected.size()) << path;
      for (std::size_t i = 0; i < outputs.size(); ++i) {
        outputs[i].insert(outputs[i].end(), (*result)[i].begin(), (*result)[i].end());
      }
    }
    for (std::size_t i = 0; i < outputs.size(); ++i) EXPECT_TRUE(outputs[i] == expected[i]) << path << ": output " << i;
  }

  fs::path folder;
  Model source;
  nlohmann::json records;
  spec::HardwareConfig config = spec::kDefaultConfiguration;
  compiler::CompiledModel compiled;
  std::unique_ptr<SimulatedNpu> npu;
  std::unique_ptr<NpuRunner> runner;
  std::optional<compiler::Executor> executor;
  std::uint64_t cycles = 0;
};

TEST_P(Network, IsBitExactOnTheRtl) {
  ASSERT_NO_FATAL_FAILURE(compile_source());
  Digests digests(source.main(), compiled, records);
  std::size_t cases = 0;
  for (const fs::path& path : golden::folders_of(folder)) {
    ASSERT_NO_FATAL_FAILURE(run_case(path, cases == 0 ? &digests : nullptr));
    ++cases;
  }
  EXPECT_GT(cases, 0U);
  EXPECT_GT(digests.compared(), 0U);
  EXPECT_GT(cycles, 0U);
  const std::vector<std::string> violations = npu->protocol_violations();
  EXPECT_TRUE(violations.empty()) << violations.front();
  fmt::print("{} on rtl, {}: {} cases {}, {} cycles, {} segments; {}; tensors: {} compared, {} inside segments\n",
             folder.filename().string(), config.name, cases, HasFailure() ? "DIFFER" : "bit-exact", cycles,
             compiled.report.segments.size(), describe_places(compiled.report, records), digests.compared(),
             digests.written() - digests.compared());
}

// What stays inside segments above, and what is fused away, has to be stored when it is asked for.
TEST_P(Network, HasTheRecordedTensorsWhenAllAreOutputs) {
  std::vector<std::int32_t>& outputs = source.main().outputs;
  for (const compiler::Operator& op : source.main().operators) {
    for (const std::int32_t tensor : op.outputs) {
      const bool resource = source.main().tensor(tensor).type == compiler::TensorType::kResource;
      if (!resource && std::ranges::find(outputs, tensor) == outputs.end()) outputs.push_back(tensor);
    }
  }
  ASSERT_NO_FATAL_FAILURE(compile_source());
  Digests digests(source.main(), compiled, records);
  ASSERT_NO_FATAL_FAILURE(run_case(golden::folders_of(folder).at(0), &digests));
  EXPECT_GT(cycles, 0U);
  EXPECT_EQ(digests.compared(), digests.written());
  fmt::print("{} on rtl, {}: all {} tensors compared\n", folder.filename().string(), config.name, digests.compared());
}

std::string name_of(const testing::TestParamInfo<Network::ParamType>& info) {
  return fmt::format("{}_{}", std::get<0>(info.param), std::get<1>(info.param));
}

INSTANTIATE_TEST_SUITE_P(Golden, Network,
                         testing::Combine(testing::ValuesIn(golden::kGoldenNetworks), testing::Values("npu256")),
                         name_of);
// Left to the campaign (CMakeLists.txt).
INSTANTIATE_TEST_SUITE_P(Campaign, Network,
                         testing::Combine(testing::ValuesIn(golden::kGoldenNetworks),
                                          testing::Values("npu64", "npu1024")),
                         name_of);

}  // namespace
}  // namespace auklet::app
