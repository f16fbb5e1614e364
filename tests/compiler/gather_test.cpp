// GATHER by computed indices: embedding lookups on the NPU, against the CPU's kernel.
#include <auklet/compiler/compile.hpp>
#include <auklet/sim/functional_model.hpp>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "random/random.hpp"
#include "sample_model.hpp"
#include "segment_runner.hpp"

namespace auklet::compiler::test {
namespace {

using Shape = std::vector<std::int32_t>;

const Quantization kScale{{0.25F}, {3}, 0};

std::vector<std::int8_t> noise(std::size_t count, std::uint64_t seed) {
  Random random(seed);
  std::vector<std::int8_t> values(count);
  for (std::int8_t& value : values) value = static_cast<std::int8_t>(random.in(-128, 127));
  return values;
}

struct Lookup {
  const char* name;
  Shape table;
  Shape indices;
  Shape result;
  std::int32_t axis = 0, batch_dims = 0;
  bool computed_table = false;
};

// Indices (input 0) choose rows of a table (a constant, or input 1), whose negative values a RELU drops.
Model lookup_model(const Lookup& c, TensorType index_type = TensorType::kInt32) {
  Model model;
  model.graphs.emplace_back();
  Graph& graph = model.main();
  const std::int32_t indices = add_tensor(graph, "indices", index_type, c.indices, {});
  std::size_t size = 1;
  for (const std::int32_t d : c.table) size *= static_cast<std::size_t>(d);
  std::int32_t table = 0;
  if (c.computed_table) {
    table = add_tensor(graph, "table", TensorType::kInt8, c.table, kScale);
  } else {
    table = model.add_constant(graph, "table", TensorType::kInt8, c.table, bytes_of(noise(size, 5)));
    graph.tensor(table).quantization = kScale;
  }
  const std::int32_t rows = add_tensor(graph, "rows", TensorType::kInt8, c.result, kScale);
  const std::int32_t positive = add_tensor(graph, "positive", TensorType::kInt8, c.result, kScale);
  graph.inputs = {indices};
  if (c.computed_table) graph.inputs.push_back(table);
  graph.outputs = {positive};
  Operator gather;
  gather.code = OpCode::kGather;
  gather.inputs = {table, indices};
  gather.outputs = {rows};
  gather.options = GatherOptions{c.axis, c.batch_dims};
  Operator relu;
  relu.code = OpCode::kRelu;
  relu.inputs = {rows};
  relu.outputs = {positive};
  graph.operators = {gather, relu};
  return model;
}

// The kernel's axis after batch dimensions and negative ones resolved.
std::int32_t rows_of(const Lookup& c) {
  return c.table[static_cast<std::size_t>(c.axis < 0 ? c.axis + static_cast<std::int32_t>(c.table.size()) : c.axis)];
}

std::vector<Bytes> lookup_inputs(const Lookup& c, std::uint64_t seed) {
  Random random(seed);
  std::size_t count = 1, size = 1;
  for (const std::int32_t d : c.indices) count *= static_cast<std::size_t>(d);
  for (const std::int32_t d : c.table) size *= static_cast<std::size_t>(d);
  std::vector<std::int32_t> indices(count);
  for (std::int32_t& index : indices) index = static_cast<std::int32_t>(random.in(0, rows_of(c) - 1));
  std::vector<Bytes> inputs = {bytes_of(indices)};
  if (c.computed_table) inputs.push_back(bytes_of(noise(size, seed)));
  return inputs;
}

class Lookups : public testing::TestWithParam<Lookup> {};

TEST_P(Lookups, RunOnTheNpu) {
  const Model model = lookup_model(GetParam());
  for (const std::uint32_t limit : {0U, 4096U, 1024U}) {
    const auto compiled = compile(model, {.sram_limit = limit});
    ASSERT_TRUE(compiled) << compiled.error().message;
    for (const OperatorReport& op : compiled->report.operators) EXPECT_EQ(op.place, Place::kNpu) << op.reason;
    EXPECT_EQ(compiled->report.segments.size(), 1U);
    for (std::uint64_t seed = 1; seed <= 3; ++seed) {
      const std::vector<Bytes> inputs = lookup_inputs(GetParam(), seed);
      const auto expected = run_cpu(model, inputs);
      ASSERT_TRUE(expected) << expected.error().message;
      sim::FunctionalModel device({.seed = seed});
      SegmentRunner runner(device);
      const auto outputs = run_compiled(compiled->model, inputs, runner);
      ASSERT_TRUE(outputs) << outputs.error().message;
      EXPECT_EQ(*outputs, *expected);
    }
  }
}

// What the CPU's kernel refuses is a fault on the NPU.
TEST_P(Lookups, AnIndexOutsideTheTableEndsTheJob) {
  const Model model = lookup_model(GetParam());
  const CompiledModel compiled = compile(model).value();
  for (const std::int32_t bad : {-1, rows_of(GetParam())}) {
    std::vector<Bytes> inputs = lookup_inputs(GetParam(), 1);
    std::memcpy(inputs[0].data() + inputs[0].size() - 4, &bad, 4);
    EXPECT_FALSE(run_cpu(model, inputs));
    sim::FunctionalModel device;
    SegmentRunner runner(device);
    const auto outputs = run_compiled(compiled.model, inputs, runner);
    ASSERT_FALSE(outputs);
    EXPECT_NE(outputs.error().message.find("INDEX"), std::string::npos) << outputs.error().message;
  }
}

INSTANTIATE_TEST_SUITE_P(, Lookups,
                         testing::Values(Lookup{"Embedding", {50, 24}, {2, 7}, {2, 7, 24}},
                                         Lookup{"OneIndex", {50, 24}, {1}, {1, 24}},
                                         Lookup{"ScalarIndex", {50, 24}, {}, {24}},
                                         Lookup{"LongRows", {9, 5, 600}, {3}, {3, 5, 600}},
                                         Lookup{"Bytes", {300}, {129}, {129}},
                                         Lookup{"SecondAxisOfOne", {1, 40, 17}, {1, 6}, {1, 1, 6, 17}, 1},
                                         Lookup{"NegativeAxis", {40, 17}, {6}, {6, 17}, -2},
                                         Lookup{"OneBatch", {1, 40, 17}, {1, 6}, {1, 6, 17}, 1, 1},
                                         Lookup{"ComputedTable", {60, 33}, {80}, {80, 33}, 0, 0, true}),
                         [](const auto& lookup) { return std::string(lookup.param.name); });

TEST(Gather, WhatTheNpuDoesNotLookUp) {
  const auto reason = [](const Lookup& c, TensorType type = TensorType::kInt32) {
    const auto compiled = compile(lookup_model(c, type));
    return compiled ? compiled->report.operators[0].reason : compiled.error().message;
  };
  EXPECT_EQ(reason({"", {4, 40, 17}, {6}, {4, 6, 17}, 1}), "chooses by computed indices along an inner axis");
  EXPECT_EQ(reason({"", {4, 40, 17}, {4, 6}, {4, 6, 17}, 1, 1}), "chooses by computed indices along an inner axis");
  EXPECT_NE(reason({"", {50, 24}, {7}, {7, 24}}, TensorType::kInt64).find("INT64"), std::string::npos);
  EXPECT_NE(reason({"", {65'536, 1}, {7}, {7, 1}}).find("larger than commands can name"), std::string::npos);
  EXPECT_EQ(reason({"", {65'535, 1}, {7}, {7, 1}}), "");
}

}  // namespace
}  // namespace auklet::compiler::test
