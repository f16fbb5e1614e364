// Variables that handles name, CALL_ONCE, and what the handlers of data movement refuse.
#include <auklet/compiler/executor.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "sample_model.hpp"

namespace auklet::compiler::test {
namespace {

Operator make(OpCode code, std::vector<std::int32_t> inputs, std::vector<std::int32_t> outputs, Options options = {}) {
  Operator op;
  op.code = code;
  op.inputs = std::move(inputs);
  op.outputs = std::move(outputs);
  op.options = std::move(options);
  return op;
}

// Adds a VAR_HANDLE; returns the handle.
std::int32_t add_handle(Graph& graph, const std::string& name) {
  const std::int32_t handle = add_tensor(graph, name, TensorType::kResource, {});
  graph.operators.push_back(make(OpCode::kVarHandle, {}, {handle}, VarHandleOptions{"", name}));
  return handle;
}

// A delay line: the output is the input of the run before; the first is what subgraph 1 assigns.
Model delay_model() {
  Model model;
  model.graphs.resize(2);
  Graph& init = model.graphs[1];
  const std::int32_t start = model.add_constant(init, "start", TensorType::kInt8, {2}, bytes_of<std::int8_t>({5, 6}));
  const std::int32_t init_handle = add_handle(init, "line");
  init.operators.push_back(make(OpCode::kAssignVariable, {init_handle, start}, {}));

  Graph& graph = model.graphs[0];
  const std::int32_t in = add_tensor(graph, "in", TensorType::kInt8, {2});
  const std::int32_t out = add_tensor(graph, "out", TensorType::kInt8, {2});
  graph.operators.push_back(make(OpCode::kCallOnce, {}, {}, CallOnceOptions{1}));
  const std::int32_t handle = add_handle(graph, "line");
  graph.operators.push_back(make(OpCode::kReadVariable, {handle}, {out}));
  graph.operators.push_back(make(OpCode::kAssignVariable, {handle, in}, {}));
  graph.inputs = {in};
  graph.outputs = {out};
  return model;
}

std::vector<std::int8_t> run(Executor& executor, const std::vector<std::int8_t>& input) {
  const Bytes bytes = bytes_of(input);
  const std::vector<std::span<const std::byte>> inputs = {bytes};
  const auto outputs = executor.run(inputs);
  if (!outputs) {
    ADD_FAILURE() << outputs.error().message;
    return {};
  }
  const auto* first = reinterpret_cast<const std::int8_t*>(outputs->at(0).data());
  return {first, first + outputs->at(0).size()};
}

TEST(State, AVariableKeepsItsValueAndStartsAgainAfterReset) {
  const Model model = delay_model();
  auto executor = Executor::create(model);
  ASSERT_TRUE(executor) << executor.error().message;
  using Values = std::vector<std::int8_t>;
  EXPECT_EQ(run(*executor, {1, 2}), (Values{5, 6})) << "what CALL_ONCE assigned";
  EXPECT_EQ(run(*executor, {3, 4}), (Values{1, 2})) << "CALL_ONCE does not run again";
  EXPECT_EQ(run(*executor, {0, 0}), (Values{3, 4}));
  executor->reset();
  EXPECT_EQ(run(*executor, {9, 9}), (Values{5, 6}));
  auto other = Executor::create(model);
  ASSERT_TRUE(other);
  EXPECT_EQ(run(*other, {7, 7}), (Values{5, 6})) << "executors share nothing";
}

void expect_refused(const Model& model, ErrorCode code, const std::string& message) {
  const auto executor = Executor::create(model);
  ASSERT_FALSE(executor) << message;
  EXPECT_EQ(executor.error().message, message);
  EXPECT_EQ(executor.error().code, code);
}

TEST(State, RefusesVariablesWithoutAValueOrWithTwoShapes) {
  Model model = delay_model();
  model.graphs[0].operators.erase(model.graphs[0].operators.begin());
  expect_refused(model, ErrorCode::kInvalid,
                 "operator 1 (READ_VARIABLE) reads variable line before anything has assigned it");

  model = delay_model();
  model.graphs[0].tensors[0].shape = {3};
  expect_refused(model, ErrorCode::kUnsupported,
                 "operator 3 (ASSIGN_VARIABLE) uses variable line with another type or shape, that of tensor 0 (in), "
                 "than an operator before it");

  model = delay_model();
  model.graphs[0].operators[3].inputs = {0, 0};
  expect_refused(model, ErrorCode::kUnsupported,
                 "operator 3 (ASSIGN_VARIABLE) uses tensor 0 (in), which no VAR_HANDLE of its graph has made");
}

TEST(State, RefusesCallsThatCouldNotEnd) {
  Model model = delay_model();
  model.graphs[1].operators.push_back(make(OpCode::kCallOnce, {}, {}, CallOnceOptions{1}));
  expect_refused(model, ErrorCode::kUnsupported,
                 "operator 0 (CALL_ONCE) calls subgraph 1, whose operator 2 (CALL_ONCE) is in a graph that is called "
                 "itself");
  model = delay_model();
  model.graphs[1].operators[0] = make(OpCode::kCos, {0}, {1});
  expect_refused(model, ErrorCode::kUnsupported,
                 "operator 0 (CALL_ONCE) calls subgraph 1, whose operator 0 (COS) is not implemented on the CPU");
}

// One operator on an int8 tensor [2, 3, 4] named "in", with constants after it.
class Movement : public testing::Test {
 protected:
  Movement() {
    model.graphs.resize(1);
    in = add_tensor(model.main(), "in", TensorType::kInt8, {2, 3, 4});
    model.main().inputs = {in};
  }

  std::int32_t constant(std::vector<std::int32_t> values) {
    const std::vector<std::int32_t> shape = {static_cast<std::int32_t>(values.size())};
    return model.add_constant(model.main(), "list", TensorType::kInt32, shape, bytes_of(values));
  }

  // Makes the operator the model's only one, its output of this shape.
  void set(OpCode code, std::vector<std::int32_t> inputs, std::vector<std::int32_t> output, Options options = {}) {
    const std::int32_t out = add_tensor(model.main(), "out", TensorType::kInt8, std::move(output));
    model.main().operators = {make(code, std::move(inputs), {out}, std::move(options))};
    model.main().outputs = {out};
  }

  [[nodiscard]] std::string refusal() const {
    const auto executor = Executor::create(model);
    return executor ? "" : executor.error().message;
  }

  // The output for the input 0, 1, 2, ..., 23.
  [[nodiscard]] std::vector<std::int8_t> output() const {
    auto executor = Executor::create(model);
    if (!executor) {
      ADD_FAILURE() << executor.error().message;
      return {};
    }
    std::vector<std::int8_t> values(24);
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<std::int8_t>(i);
    return run(*executor, values);
  }

  void strided(std::vector<std::int32_t> begin, std::vector<std::int32_t> end, std::vector<std::int32_t> stride,
               std::vector<std::int32_t> shape, StridedSliceOptions options = {}) {
    set(OpCode::kStridedSlice, {in, constant(std::move(begin)), constant(std::move(end)), constant(std::move(stride))},
        std::move(shape), options);
  }

  using Values = std::vector<std::int8_t>;

  Model model;
  std::int32_t in = 0;
};

TEST_F(Movement, StridedSliceResolvesItsMasks) {
  strided({0, 0, -1}, {0, 0, 0}, {1, 2, -3}, {2, 2, 2}, {.begin_mask = 3, .end_mask = 7});
  EXPECT_EQ(output(), (Values{3, 0, 11, 8, 15, 12, 23, 20})) << "[:, ::2, -1::-3]";
  strided({1, 0, 2}, {0, 0, 0}, {1, 1, 1}, {3}, {.ellipsis_mask = 2, .shrink_axis_mask = 5});
  EXPECT_EQ(output(), (Values{14, 18, 22})) << "[1, ..., 2]";
  strided({0, -2, 1}, {0, 9, 3}, {1, 1, 1}, {1, 2, 2, 4}, {.new_axis_mask = 1});
  EXPECT_EQ(output(), (Values{4, 5, 6, 7, 8, 9, 10, 11, 16, 17, 18, 19, 20, 21, 22, 23})) << "[newaxis, -2:9, 1:3]";
  strided({1, 1}, {1, 1}, {1, 1}, {1, 1, 4}, {.offset = true});
  EXPECT_EQ(output(), (Values{16, 17, 18, 19})) << "the end counts from the beginning";
}

TEST_F(Movement, StridedSliceRefusesWhatIsEmptyOrOutside) {
  strided({1}, {1}, {1}, {1, 3, 4});
  EXPECT_EQ(refusal(), "operator 0 (STRIDED_SLICE) takes nothing of dimension 0");
  strided({0}, {1}, {0}, {1, 3, 4});
  EXPECT_EQ(refusal(), "operator 0 (STRIDED_SLICE) has stride 0");
  strided({2}, {3}, {1}, {3, 4}, {.shrink_axis_mask = 1});
  EXPECT_EQ(refusal(), "operator 0 (STRIDED_SLICE) picks element 2 with stride 1 of 2");
  strided({0, 0, 0, 0}, {1, 1, 1, 1}, {1, 1, 1, 1}, {1, 1, 1});
  EXPECT_EQ(refusal(), "operator 0 (STRIDED_SLICE) indexes more dimensions than [2, 3, 4] has");
  strided({0, 0}, {1, 1}, {1, 1}, {2, 3, 4}, {.ellipsis_mask = 3});
  EXPECT_EQ(refusal(), "operator 0 (STRIDED_SLICE) has more than one ellipsis");
  constexpr std::int32_t kLow = std::numeric_limits<std::int32_t>::min();
  constexpr std::int32_t kHigh = std::numeric_limits<std::int32_t>::max();
  strided({kLow, kLow, kHigh}, {kHigh, kHigh, kLow}, {kHigh, 1, -1}, {1, 3, 4});
  EXPECT_EQ(output(), (Values{3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8})) << "positions are cut to the dimension";
}

TEST_F(Movement, RefusesAxesPaddingsAndSizesOutside) {
  set(OpCode::kTranspose, {in, constant({0, 2, 2})}, {2, 4, 3});
  EXPECT_EQ(refusal(), "operator 0 (TRANSPOSE) has [0, 2, 2], which is no permutation");
  set(OpCode::kTranspose, {in, constant({0, 1, 3})}, {2, 3, 4});
  EXPECT_EQ(refusal(), "operator 0 (TRANSPOSE) has axis 3 of 3 dimensions");
  set(OpCode::kPad, {in, constant({0, 0, 0, -1, 0, 0})}, {2, 2, 4});
  EXPECT_EQ(refusal(), "operator 0 (PAD) has paddings [0, 0, 0, -1, 0, 0]");
  set(OpCode::kPad, {in, constant({0, 0, 1, 0})}, {2, 4, 4});
  EXPECT_NE(refusal().find("of 4 elements, not 6"), std::string::npos) << refusal();
  set(OpCode::kPad, {in, in}, {2, 3, 4});
  EXPECT_NE(refusal().find("only INT32 or INT64"), std::string::npos) << refusal();
  set(OpCode::kSlice, {in, constant({0, 1, 0}), constant({2, 3, 4})}, {2, 3, 4});
  EXPECT_EQ(refusal(), "operator 0 (SLICE) takes [2, 3, 4] from [0, 1, 0] of a tensor of shape [2, 3, 4]");
  set(OpCode::kSlice, {in, constant({0, 1, 2}), constant({2, -1, 1})}, {2, 2, 1});
  EXPECT_EQ(output(), (Values{6, 10, 18, 22})) << "-1 is all that is left";
  set(OpCode::kSplitV, {in, constant({5}), constant({1})}, {2, 5, 4}, SplitVOptions{1});
  EXPECT_EQ(refusal(), "operator 0 (SPLIT_V) splits 3 elements into [5]");
  set(OpCode::kGather, {in, constant({0})}, {2, 3, 1}, GatherOptions{2, 3});
  EXPECT_NE(refusal(), "");
}

TEST_F(Movement, RefusesComputedIndicesOutsideWhenItRuns) {
  set(OpCode::kGather, {in, constant({1, 2})}, {2, 3, 4}, GatherOptions{0, 0});
  auto executor = Executor::create(model);
  ASSERT_TRUE(executor) << executor.error().message;
  const Bytes input(24);
  const std::vector<std::span<const std::byte>> inputs = {input};
  const auto outputs = executor->run(inputs);
  ASSERT_FALSE(outputs);
  EXPECT_EQ(outputs.error().message,
            "operator 0 (GATHER) was refused by its kernel: A slice or an index reads outside its input.");
}

}  // namespace
}  // namespace auklet::compiler::test
