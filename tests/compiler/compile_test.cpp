// Compiled models against their sources, with nothing but what is in this folder: equal results for every hardware, any
// amount of SRAM and any order of execution that the stream's waits allow; the report; the bytes.
//
// AUKLET_SEED=n runs network n alone; AUKLET_CASES=n changes how many networks there are.
#include <auklet/compiler/compile.hpp>
#include <auklet/compiler/emit.hpp>
#include <auklet/compiler/frontend.hpp>
#include <auklet/sim/functional_model.hpp>

#include <gtest/gtest.h>

#include <cstdlib>

#include "random_network.hpp"
#include "sample_model.hpp"
#include "segment_runner.hpp"

namespace auklet::compiler::test {
namespace {

std::uint64_t environment(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text != nullptr ? std::strtoull(text, nullptr, 0) : otherwise;
}

struct Tally {
  std::size_t segments = 0, streamed = 0, spilled = 0, on_npu = 0, on_cpu = 0;
};

void check_report(const Model& source, const CompiledModel& compiled) {
  ASSERT_EQ(compiled.report.operators.size(), source.main().operators.size());
  for (std::size_t i = 0; i < compiled.report.operators.size(); ++i) {
    const OperatorReport& op = compiled.report.operators[i];
    EXPECT_EQ(op.source_operator, i);
    EXPECT_EQ(op.reason.empty(), op.place == Place::kNpu) << op.name;
    if (op.place == Place::kCpu) continue;
    const SegmentReport& segment = compiled.report.segments.at(op.segment);
    EXPECT_EQ(segment.segment.layers.at(op.layer).source_operator, i);
  }
  std::vector<std::size_t> indices;
  for (const SegmentReport& segment : compiled.report.segments) indices.push_back(segment.operator_index);
  EXPECT_EQ(indices, find_segments(compiled.model.main()));
}

void check_network(std::uint64_t seed, Tally& tally) {
  const Model model = random_network(seed, 12);
  const std::vector<Bytes> inputs = random_inputs(model, seed);
  const auto expected = run_cpu(model, inputs);
  ASSERT_TRUE(expected) << expected.error().message;
  for (const spec::HardwareConfig& config : spec::kConfigurations) {
    for (const std::uint32_t limit : {0U, 65536U, 16384U, 6144U}) {
      SCOPED_TRACE("AUKLET_SEED=" + std::to_string(seed) + " on " + config.name + ", SRAM " + std::to_string(limit));
      const auto compiled = compile(model, {.config = config, .sram_limit = limit});
      ASSERT_TRUE(compiled) << compiled.error().message;
      check_report(model, *compiled);
      for (std::uint64_t order = 1; order <= 3; ++order) {
        sim::FunctionalModel device({.config = config, .seed = seed * 16 + order});
        SegmentRunner runner(device);
        const auto outputs = run_compiled(compiled->model, inputs, runner);
        ASSERT_TRUE(outputs) << outputs.error().message;
        ASSERT_EQ(*outputs, *expected) << "order " << order;
      }
      for (const SegmentReport& segment : compiled->report.segments) {
        ++tally.segments;
        tally.streamed += segment.streamed_operators;
        tally.spilled += segment.spilled_tensors;
        EXPECT_LE(segment.segment.sram_bytes, limit != 0 ? limit : config.sram_bytes);
      }
      for (const OperatorReport& op : compiled->report.operators) {
        ++(op.place == Place::kNpu ? tally.on_npu : tally.on_cpu);
      }
    }
  }
}

TEST(RandomNetworks, CompiledOrNotGiveTheSameResults) {
  Tally tally;
  const std::uint64_t only = environment("AUKLET_SEED", 0);
  const std::uint64_t cases = environment("AUKLET_CASES", 60);
  for (std::uint64_t seed = only != 0 ? only : 1; seed <= (only != 0 ? only : cases); ++seed) {
    check_network(seed, tally);
    if (HasFatalFailure()) return;
  }
  RecordProperty("segments", std::to_string(tally.segments));
  if (only != 0 || cases < 60) return;
  EXPECT_GT(tally.streamed, 100U) << "too few operators that do not fit the SRAM";
  EXPECT_GT(tally.spilled, 100U) << "too few tensors that go through scratch memory";
  EXPECT_GT(tally.on_npu, tally.on_cpu);
}

TEST(Compile, GivesTheSameBytesEveryTime) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    const Model model = random_network(seed, 12);
    const auto once = write_tflite(compile(model, {.sram_limit = 16384}).value().model);
    const auto again = write_tflite(compile(random_network(seed, 12), {.sram_limit = 16384}).value().model);
    ASSERT_TRUE(once) << once.error().message;
    EXPECT_EQ(*once, *again);
  }
}

TEST(Compile, SurvivesAFile) {
  const CompiledModel compiled = compile(sample_model()).value();
  const auto file = write_tflite(compiled.model);
  ASSERT_TRUE(file) << file.error().message;
  const auto read = read_tflite(*file);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_TRUE(equal(*read, compiled.model));
  sim::FunctionalModel device;
  SegmentRunner runner(device);
  const std::vector<Bytes> inputs = {bytes_of(sample_input())};
  EXPECT_EQ(run_compiled(*read, inputs, runner).value(), run_cpu(sample_model(), inputs).value());
}

TEST(Compile, KeepsSignaturesAndDropsWhatNobodyReads) {
  const Model source = sample_model();
  const CompiledModel compiled = compile(source).value();
  const Graph& graph = compiled.model.main();
  ASSERT_EQ(graph.operators.size(), 1U) << "the segment";
  EXPECT_EQ(graph.tensors.size(), 4U) << "input, stream, constants, probabilities";
  EXPECT_EQ(graph.tensor(compiled.model.signatures[0].inputs[0].tensor).name, "input");
  EXPECT_EQ(graph.tensor(compiled.model.signatures[0].outputs[0].tensor).name, "probabilities");
  EXPECT_TRUE(equal(source, sample_model())) << "the source is as it was";
}

TEST(Compile, SaysWhyAnOperatorStaysBehind) {
  Model model = sample_model();
  model.main().tensor(kPooled).quantization.scales[0] *= 2;
  const auto compiled = compile(model);
  ASSERT_TRUE(compiled) << compiled.error().message;
  const OperatorReport& pool = compiled->report.operators[kPool];
  EXPECT_EQ(pool.place, Place::kCpu);
  EXPECT_EQ(pool.reason, "has input and output of different quantisation");
  EXPECT_EQ(compiled->report.segments.size(), 2U);
  EXPECT_GT(compiled->report.npu_macs, 0U);
  EXPECT_EQ(compiled->report.cpu_macs, 0U) << "a pool multiplies nothing";
}

TEST(Compile, LeavesAModelWithoutWorkForTheNpuAsItIs) {
  Model model = sample_model();
  model.main().operators = {model.main().operators[kReshape]};
  model.main().inputs = {kPooled};
  model.main().outputs = {kFlat};
  model.signatures.clear();
  const auto compiled = compile(model);
  ASSERT_TRUE(compiled) << compiled.error().message;
  EXPECT_TRUE(compiled->report.segments.empty());
  Operator expected = sample_model().main().operators[kReshape];
  expected.inputs = {0, 1};
  expected.outputs = {2};
  EXPECT_EQ(compiled->model.main().operators, std::vector{expected});
}

TEST(Compile, RefusesWhatItCannotMeanToDo) {
  const CompiledModel compiled = compile(sample_model()).value();
  EXPECT_EQ(compile(compiled.model).error().code, ErrorCode::kArgument) << "twice";
  CompileOptions options;
  options.config.macs = 128;
  EXPECT_EQ(compile(sample_model(), options).error().code, ErrorCode::kArgument) << "no such hardware";
  EXPECT_FALSE(find_config("npu65"));
  ASSERT_TRUE(find_config("npu1024"));
  EXPECT_EQ(find_config("npu1024")->macs, 1024U);
}

// SRAM too small for a single tile: everything stays on the CPU, with the reason.
TEST(Compile, NamesTheSramThatAnOperatorLacks) {
  const auto compiled = compile(sample_model(), {.sram_limit = 64});
  ASSERT_TRUE(compiled) << compiled.error().message;
  EXPECT_TRUE(compiled->report.segments.empty());
  EXPECT_NE(compiled->report.operators[kConv].reason.find("bytes of SRAM"), std::string::npos)
      << compiled->report.operators[kConv].reason;
}

}  // namespace
}  // namespace auklet::compiler::test
