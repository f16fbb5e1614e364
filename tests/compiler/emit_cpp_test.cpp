// Models as C++ code: where tensors lie, what values look like, names, refusals. That the code is right is shown by
// running it (tests/aot).
#include <auklet/compiler/emit_cpp.hpp>

#include <gmock/gmock.h>

#include <algorithm>
#include <auklet/compiler/fold.hpp>
#include <auklet/kernels/arg_max.hpp>
#include <auklet/kernels/conv2d.hpp>
#include <auklet/kernels/softmax.hpp>

#include "edge_model.hpp"
#include "emit/cpp/arena_layout.hpp"
#include "emit/cpp/text.hpp"
#include "exec/write_value.hpp"

namespace auklet::compiler::test {
namespace {

using emit::ArenaBlock;
using emit::ArenaLayout;
using testing::HasSubstr;
using testing::Not;

CppOptions named(const std::string& name) { return {.name = name, .source = "x.tflite", .command = "auklet"}; }

Model compiled(const Model& model) { return compile(model).value().model; }

// ---- The arena. ----

// Two blocks that are needed at one time share no byte; every block owns its units.
void expect_sound(const ArenaLayout& layout) {
  for (const ArenaBlock& a : layout.blocks) {
    EXPECT_EQ(a.offset % emit::kArenaUnit, 0U);
    EXPECT_EQ(a.bytes % emit::kArenaUnit, 0U);
    EXPECT_LE(a.offset + a.bytes, layout.bytes);
    for (const ArenaBlock& b : layout.blocks) {
      const bool apart = a.offset + a.bytes <= b.offset || b.offset + b.bytes <= a.offset;
      EXPECT_TRUE(&a == &b || !a.lives_with(b) || apart) << a.index << " at " << a.offset << ", " << b.index;
    }
  }
}

// The block of a tensor, which is as long as the tensor at least.
const ArenaBlock& block_of(const ArenaLayout& layout, const Graph& graph, std::int32_t tensor) {
  const auto found = std::ranges::find_if(layout.blocks, [&](const ArenaBlock& block) {
    return block.kind == ArenaBlock::Kind::kTensor && block.index == static_cast<std::size_t>(tensor);
  });
  EXPECT_NE(found, layout.blocks.end()) << graph.describe_tensor(tensor);
  EXPECT_GE(found->bytes, graph.tensor(tensor).bytes());
  return *found;
}

TEST(ArenaLayout, KeepsEveryTensorWhileItIsNeeded) {
  std::size_t bytes = 0;
  std::size_t sum = 0;
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    SCOPED_TRACE(seed);
    const Graph graph = random_network(seed, 12).main();
    std::vector<std::size_t> scratch(graph.operators.size());
    scratch[seed % scratch.size()] = 100 * seed;
    const ArenaLayout layout = emit::plan_arena(graph, scratch, {7, 0, 300});
    expect_sound(layout);
    const std::size_t last = graph.operators.size() - 1;
    for (const std::int32_t input : graph.inputs) EXPECT_EQ(block_of(layout, graph, input).first, 0U);
    for (const std::int32_t output : graph.outputs) EXPECT_EQ(block_of(layout, graph, output).last, last);
    for (std::size_t step = 0; step <= last; ++step) {
      const auto expect_alive = [&](std::int32_t tensor) {
        if (tensor == kAbsent || graph.tensor(tensor).is_constant) return;
        const ArenaBlock& block = block_of(layout, graph, tensor);
        EXPECT_LE(block.first, step);
        EXPECT_GE(block.last, step);
      };
      std::ranges::for_each(graph.operators[step].inputs, expect_alive);
      std::ranges::for_each(graph.operators[step].outputs, expect_alive);
    }
    bytes += layout.bytes;
    for (const ArenaBlock& block : layout.blocks) sum += block.bytes;
  }
  EXPECT_LT(bytes, sum) << "nothing shares memory";
}

TEST(ArenaLayout, KeepsVariablesThroughout) {
  Graph graph = sample_model().main();
  graph.tensor(kPooled).is_variable = true;
  const ArenaLayout layout = emit::plan_arena(graph, {}, {64});
  expect_sound(layout);
  EXPECT_EQ(block_of(layout, graph, kPooled).first, 0U);
  EXPECT_EQ(block_of(layout, graph, kPooled).last, graph.operators.size() - 1);
  const std::size_t variable = layout.offset_of(ArenaBlock::Kind::kVariable, 0);
  for (const ArenaBlock& block : layout.blocks) {
    EXPECT_TRUE(block.kind == ArenaBlock::Kind::kVariable || block.offset != variable);
  }
}

// ---- Values. ----

class Writer : public exec::CallWriter {
 public:
  std::string operand(exec::Side /*side*/, std::size_t index, std::string_view type, std::size_t /*size*/) override {
    return std::string(type) + "#" + std::to_string(index);
  }
  std::string array(std::string_view type, std::size_t count, std::string_view elements, std::size_t bytes) override {
    arrays.push_back(std::string(type) + "[" + std::to_string(count) + "] " + std::string(elements) + ", " +
                     std::to_string(bytes) + " bytes");
    return "kArray";
  }
  std::vector<std::string> arrays;
};

TEST(WriteValue, NamesStructuresAndNestsTheirMembers) {
  Writer writer;
  const kernels::SoftmaxParams params{{1'717'986'918, 24}, -248};
  EXPECT_EQ(exec::write_argument(params, writer), "kernels::SoftmaxParams{{1717986918, 24}, -248}");
  EXPECT_EQ(exec::write_argument(kernels::Extreme::kMinimum, writer), "kernels::Extreme{1}");
  EXPECT_EQ(exec::write_argument(std::size_t{4}, writer), "4U");
  EXPECT_EQ(exec::write_argument(std::int32_t{-4}, writer), "-4");
  EXPECT_EQ(exec::write_argument(true, writer), "true");
  EXPECT_EQ(exec::write_argument(0.1F, writer), "0.1F");
  EXPECT_EQ(exec::write_argument(2.0F, writer), "2.0F");
  EXPECT_EQ(exec::write_argument(std::array<std::int32_t, 2>{1, 2}, writer), "{{1, 2}}");
  EXPECT_EQ(exec::write_argument(kernels::make_shape(1, 10), writer), "kernels::make_shape(1, 10)");
  EXPECT_TRUE(writer.arrays.empty());
}

TEST(WriteValue, PutsWhatSpansShowAside) {
  Writer writer;
  const std::vector<kernels::QuantizedMultiplier> multipliers{{1, -2}, {3, -4}};
  kernels::Conv2dParams params;
  EXPECT_THAT(exec::write_argument(params, writer), HasSubstr("{}"));
  params.multipliers = multipliers;
  EXPECT_THAT(exec::write_argument(params, writer), HasSubstr("kArray"));
  EXPECT_THAT(writer.arrays, testing::ElementsAre("kernels::QuantizedMultiplier[2] {1, -2}, {3, -4}, 16 bytes"));
}

TEST(WriteValue, PutsTensorsWhereTheirDataGoes) {
  Writer writer;
  const kernels::Tensor4<const std::int8_t> image{{1, 2, 3, 4}, {}};
  EXPECT_EQ(exec::write_view(image, exec::Side::kInput, 7, writer),
            "kernels::Tensor4<const std::int8_t>{{1, 2, 3, 4}, const std::int8_t#7}");
  EXPECT_EQ(exec::write_view(std::span<float>{}, exec::Side::kOutput, 0, writer), "float#0");
}

TEST(EmitText, FloatsReadBackExactly) {
  for (const float value : {0.1F, 1.0F / 3, 1e-30F, 1e30F, 123456789.0F, -0.0F}) {
    EXPECT_EQ(std::stof(emit::literal(value)), value) << emit::literal(value);
  }
}

TEST(EmitText, LinesAreNoLongerThan120Columns) {
  std::string elements = "0";
  for (int i = 1; i < 1000; ++i) elements += ", " + std::to_string(i * i);
  const std::string text = emit::array_text("std::int32_t", "k", 1000, elements) +
                           emit::word_array("w", std::vector<std::byte>(1001, std::byte{0x5a}));
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 120U) << line;
  EXPECT_THAT(text, HasSubstr("998001,\n"));
  EXPECT_THAT(text, HasSubstr("w[252] = {"));  // Whole 16 bytes.
  EXPECT_THAT(text, HasSubstr("0x0000005a, 0x00000000,\n"));
}

// ---- Names and determinism. ----

TEST(EmitCpp, KnowsNamesOfNamespaces) {
  for (const char* good : {"a", "keyword", "tiny_kws", "Net2", "model_9"}) EXPECT_TRUE(is_cpp_name(good)) << good;
  for (const char* bad : {"", "9a", "_a", "a__b", "a-b", "../a", "class", "std", "auklet", "a b", "\xc3\xa4"}) {
    EXPECT_FALSE(is_cpp_name(bad)) << bad;
  }
  EXPECT_FALSE(is_cpp_name(std::string(65, 'a')));
}

TEST(EmitCpp, MakesNamesFromFiles) {
  EXPECT_EQ(cpp_name("keyword"), "keyword");
  EXPECT_EQ(cpp_name("mobilenet-v2 (1.0)"), "mobilenet_v2_1_0");
  EXPECT_EQ(cpp_name("__x__y__"), "x_y");
  EXPECT_EQ(cpp_name("96x96"), "model_96x96");
  EXPECT_EQ(cpp_name("class"), "model_class");
  for (const std::string& stem : {std::string("\xff\xfe"), std::string(), std::string(300, 'x'), std::string("..")}) {
    EXPECT_TRUE(is_cpp_name(cpp_name(stem))) << cpp_name(stem);
  }
}

TEST(EmitCpp, EqualModelsGiveEqualCode) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const auto one = write_cpp(compiled(random_network(seed, 10)), named("net"));
    const auto two = write_cpp(compiled(random_network(seed, 10)), named("net"));
    ASSERT_TRUE(one) << one.error().message;
    EXPECT_EQ(one->header, two->header);
    EXPECT_EQ(one->source, two->source);
    EXPECT_TRUE(one->header.starts_with(kCppMark) && one->source.starts_with(kCppMark));
  }
}

TEST(EmitCpp, SaysWhatTheModelIs) {
  const auto code = write_cpp(compiled(sample_model()), named("sample"));
  ASSERT_TRUE(code) << code.error().message;
  EXPECT_EQ(code->segments, 1U);
  EXPECT_EQ(code->kernels, 0U);
  EXPECT_FALSE(code->has_state);
  EXPECT_THAT(code->header, HasSubstr("namespace auklet_models::sample {"));
  EXPECT_THAT(code->header, HasSubstr("/// Input 0: `input`, int8 [1, 4, 4, 2], 32 bytes"));
  EXPECT_THAT(code->header, HasSubstr("kScale = 0.5F;"));
  EXPECT_THAT(code->header, HasSubstr("kArenaBytes = " + std::to_string(code->arena_bytes) + ";"));
  EXPECT_THAT(code->header, Not(HasSubstr("reset")));
}

TEST(EmitCpp, NamesFromModelsStayInsideTheirComments) {
  Model model = sample_model();
  model.main().tensor(kInput).name = "a\"; int x; //\\\n#error \"?\?/ */ \xc3\xa4" + std::string(500, 'x');
  const auto code = write_cpp(compiled(model), named("sample"));
  ASSERT_TRUE(code) << code.error().message;
  for (const std::string& text : {code->header, code->source}) {
    EXPECT_THAT(text, Not(HasSubstr("\n#error")));
    EXPECT_THAT(text, Not(HasSubstr("\\")));
    EXPECT_THAT(text, Not(HasSubstr("?\?/")));
    EXPECT_THAT(text, HasSubstr("a_; int x; //__#error"));
  }
}

// ---- Refusals. ----

TEST(EmitCpp, RefusesNamesThatAreNone) {
  const auto code = write_cpp(sample_model(), named("../keyword"));
  ASSERT_FALSE(code);
  EXPECT_EQ(code.error().code, ErrorCode::kArgument);
}

TEST(EmitCpp, RefusesWhatDependsOnValues) {
  Edge edge;
  const std::int32_t image = edge.input({1, 4, 4, 2});
  const std::int32_t size = add_tensor(edge.graph(), "size", TensorType::kInt32, {2});
  edge.graph().inputs.push_back(size);
  const std::int32_t resized = edge.tensor({1, 8, 8, 2});
  edge.graph().outputs = {edge.add(OpCode::kResizeBilinear, {image, size}, resized, ResizeBilinearOptions{})};
  const auto code = write_cpp(compiled(edge.model()), named("net"));
  ASSERT_FALSE(code);
  EXPECT_EQ(code.error().code, ErrorCode::kUnsupported);
  EXPECT_THAT(code.error().message, HasSubstr("operator 0 (RESIZE_BILINEAR), which computes tensor"));
}

TEST(EmitCpp, RefusesInterfacesWithoutAType) {
  Edge edge;
  const std::int32_t input = add_tensor(edge.graph(), "half", TensorType::kFloat16, {4});
  edge.graph().inputs = {input};
  edge.graph().outputs = {edge.add(OpCode::kReshape, {input},
                                   add_tensor(edge.graph(), "flat", TensorType::kFloat16, {2, 2}), ReshapeOptions{})};
  const auto code = write_cpp(edge.model(), named("net"));
  ASSERT_FALSE(code);
  EXPECT_THAT(code.error().message, HasSubstr("input 0, tensor 0 (half), of type FLOAT16"));
}

// ---- Folding. ----

TEST(FoldConstants, ComputesShapesAheadOfTime) {
  Edge edge;
  const std::int32_t image = edge.input({1, 4, 4, 2});
  const std::int32_t shape = add_tensor(edge.graph(), "shape", TensorType::kInt32, {4});
  edge.add(OpCode::kShape, {image}, shape, ShapeOptions{});
  const std::int32_t sides = add_tensor(edge.graph(), "sides", TensorType::kInt32, {2});
  edge.add(OpCode::kSlice, {shape, edge.integers({1}, {1}), edge.integers({1}, {2})}, sides);
  edge.graph().outputs = {
      edge.add(OpCode::kResizeBilinear, {image, sides}, edge.tensor({1, 4, 4, 2}), ResizeBilinearOptions{})};
  Model model = edge.model();
  ASSERT_TRUE(validate(model)) << validate(model).error().message;
  const std::vector<Bytes> inputs = random_inputs(model, 3);
  const auto before = run_cpu(model, inputs);
  EXPECT_EQ(fold_constants(model), 2U);
  ASSERT_TRUE(validate(model)) << validate(model).error().message;
  EXPECT_EQ(model.main().operators.size(), 1U);
  EXPECT_EQ(run_cpu(model, inputs).value(), before.value());
  EXPECT_EQ(std::vector(model.main().tensor(sides).data.begin(), model.main().tensor(sides).data.end()),
            bytes_of(std::vector<std::int32_t>{4, 4}));
  EXPECT_TRUE(write_cpp(compiled(model), named("net")));
}

TEST(FoldConstants, LeavesOutputsOfTheModel) {
  Edge edge;
  const std::int32_t image = edge.input({1, 4, 4, 2});
  const std::int32_t shape = add_tensor(edge.graph(), "shape", TensorType::kInt32, {4});
  edge.graph().outputs = {edge.add(OpCode::kShape, {image}, shape, ShapeOptions{})};
  Model model = edge.model();
  EXPECT_EQ(fold_constants(model), 0U);
  EXPECT_EQ(model.main().operators.size(), 1U);
}

}  // namespace
}  // namespace auklet::compiler::test
