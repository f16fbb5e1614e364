// Valid but unusual models, and models that the CPU refuses: compiled they give the same results, or are refused alike.
#include <auklet/compiler/compile.hpp>
#include <auklet/compiler/frontend.hpp>
#include <auklet/sim/functional_model.hpp>

#include <gtest/gtest.h>

#include "random/random.hpp"
#include "random_network.hpp"
#include "sample_model.hpp"
#include "segment_runner.hpp"

namespace auklet::compiler::test {
namespace {

using Shape = std::vector<std::int32_t>;

Quantization quantized(float scale, std::int64_t zero_point) { return {{scale}, {zero_point}, 0}; }

// A model of INT8 tensors in the making. All activations have one quantisation unless a test changes it.
class Edge {
 public:
  Edge() { model_.graphs.emplace_back(); }

  [[nodiscard]] Graph& graph() { return model_.main(); }
  [[nodiscard]] const Model& model() const { return model_; }

  std::int32_t tensor(Shape shape) {
    return add_tensor(graph(), "t" + std::to_string(graph().tensors.size()), TensorType::kInt8, std::move(shape),
                      quantized(0.25F, -7));
  }
  std::int32_t input(Shape shape) {
    graph().inputs.push_back(tensor(std::move(shape)));
    return graph().inputs.back();
  }
  std::int32_t constant(Shape shape, Quantization quantization) {
    std::size_t elements = 1;
    for (const std::int32_t d : shape) elements *= static_cast<std::size_t>(d);
    const std::int32_t index =
        model_.add_constant(graph(), "c" + std::to_string(graph().tensors.size()), TensorType::kInt8, std::move(shape),
                            bytes_of(random_.int8s(elements)));
    graph().tensor(index).quantization = std::move(quantization);
    return index;
  }
  std::int32_t integers(Shape shape, const std::vector<std::int32_t>& values) {
    return model_.add_constant(graph(), "i" + std::to_string(graph().tensors.size()), TensorType::kInt32,
                               std::move(shape), bytes_of(values));
  }
  std::int32_t add(OpCode code, std::vector<std::int32_t> inputs, std::int32_t output, Options options = NoOptions{}) {
    add(code, std::move(inputs), std::vector{output}, std::move(options));
    return output;
  }
  void add(OpCode code, std::vector<std::int32_t> inputs, std::vector<std::int32_t> outputs, Options options) {
    Operator op;
    op.code = code;
    op.inputs = std::move(inputs);
    op.outputs = std::move(outputs);
    op.options = std::move(options);
    graph().operators.push_back(std::move(op));
  }
  // PAD of an image by `border` on all four sides.
  std::int32_t pad(std::int32_t image, std::int32_t border) {
    Shape shape = graph().tensor(image).shape;
    shape[1] += 2 * border;
    shape[2] += 2 * border;
    const std::int32_t list = integers({4, 2}, {0, 0, border, border, border, border, 0, 0});
    return add(OpCode::kPad, {image, list}, tensor(shape));
  }
  // A CONV_2D without padding of its own.
  std::int32_t conv(std::int32_t image, std::int32_t kernel, std::int32_t channels, std::int32_t stride = 1) {
    const Shape in = graph().tensor(image).shape;
    const std::int32_t filter = constant({channels, kernel, kernel, in[3]}, quantized(0.01F, 0));
    Conv2dOptions o;
    o.padding = Padding::kValid;
    o.stride_h = o.stride_w = stride;
    const std::int32_t out = tensor({in[0], (in[1] - kernel) / stride + 1, (in[2] - kernel) / stride + 1, channels});
    return add(OpCode::kConv2d, {image, filter}, out, o);
  }

 private:
  Model model_;
  Random random_{7};
};

// What of the operators runs on the NPU, of the whole SRAM: a letter each.
std::string places(const Model& model) {
  const auto compiled = compile(model);
  if (!compiled) return compiled.error().message;
  std::string text;
  for (const OperatorReport& op : compiled->report.operators) {
    text += op.place == Place::kNpu ? 'N' : 'c';
    if (op.place == Place::kCpu) std::cout << op.op << ": " << op.reason << '\n';
  }
  return text;
}

// Runs the model on every hardware with much and with little SRAM.
void expect_equal(const Model& model) {
  ASSERT_TRUE(validate(model)) << validate(model).error().message;
  const std::vector<Bytes> inputs = random_inputs(model, 5);
  const auto expected = run_cpu(model, inputs);
  ASSERT_TRUE(expected) << expected.error().message;
  for (const spec::HardwareConfig& config : spec::kConfigurations) {
    for (const std::uint32_t limit : {0U, 65536U, 6144U, 2048U}) {
      SCOPED_TRACE(std::string(config.name) + ", SRAM " + std::to_string(limit));
      const auto compiled = compile(model, {.config = config, .sram_limit = limit});
      ASSERT_TRUE(compiled) << compiled.error().message;
      sim::FunctionalModel device({.config = config, .seed = limit + 1});
      SegmentRunner runner(device);
      const auto outputs = run_compiled(compiled->model, inputs, runner);
      ASSERT_TRUE(outputs) << outputs.error().message;
      EXPECT_EQ(*outputs, *expected);
    }
  }
}

// The border of a 1x1 convolution's input is more than a convolution pads with.
TEST(FoldedPads, StayWhereTheConvolutionCannotTakeThemOver) {
  Edge e;
  const std::int32_t padded = e.pad(e.input({2, 5, 6, 8}), 1);
  e.graph().outputs = {e.conv(padded, 1, 5), e.conv(padded, 3, 4)};
  EXPECT_EQ(places(e.model()), "NNN");
  expect_equal(e.model());
}

TEST(FoldedPads, StayForAConvolutionOnTheCpu) {
  Edge e;
  const std::int32_t padded = e.pad(e.input({1, 5, 6, 8}), 2);
  e.graph().outputs = {e.conv(padded, 3, 5), e.conv(padded, 3, 4, 256)};  // Beyond a command's strides.
  EXPECT_EQ(places(e.model()), "NNc");
  expect_equal(e.model());
  e.graph().outputs.push_back(padded);
  expect_equal(e.model());
}

TEST(FoldedPads, OfPadsThatTheCpuRefusesAreNone) {
  Edge e;
  const std::int32_t image = e.input({1, 5, 6, 8});
  e.graph().outputs = {e.conv(e.pad(image, 1), 3, 4)};
  const std::int32_t list = e.graph().operators[0].inputs[1];
  EXPECT_EQ(places(e.model()), "NN");
  e.graph().operators[0].inputs[1] = e.integers({4, 2}, {0, 0, 1, 1, 1, 0, 0, 0});  // Leads to another shape.
  EXPECT_EQ(places(e.model()), "cN");
  e.graph().operators[0].inputs[1] = list;
  e.graph().tensor(image).shape = {30, 8};  // Not of four dimensions.
  EXPECT_EQ(places(e.model()), "cN");
}

TEST(BatchMatmul, OfVectorsIsRefusedAlike) {
  Edge e;
  const std::int32_t x = e.input({8});
  e.graph().outputs = {e.add(OpCode::kBatchMatmul, {x, x}, e.tensor({1}), BatchMatMulOptions{})};
  const auto compiled = compile(e.model());
  ASSERT_TRUE(compiled) << compiled.error().message;
  EXPECT_EQ(compiled->report.operators[0].place, Place::kCpu);
  EXPECT_EQ(compiled->report.operators[0].macs, 0U);
}

// The operands fit, but not all the matrices that the products take, one after the other.
TEST(BatchMatmul, OfMatricesBeyondOffsetsIsTheCpus) {
  Edge e;
  const std::int32_t a = e.input({64, 1, 64, 16384});
  const std::int32_t b = e.input({1, 64, 16384, 1});
  e.graph().outputs = {e.add(OpCode::kBatchMatmul, {a, b}, e.tensor({64, 64, 64, 1}), BatchMatMulOptions{})};
  const auto compiled = compile(e.model());
  ASSERT_TRUE(compiled) << compiled.error().message;
  EXPECT_EQ(compiled->report.operators[0].reason, "needs an intermediate result of 2 GiB or more");
}

// Strides whose product exceeds 32 bits; only as many phases are there as the output has pixels.
TEST(TransposeConv, OfHugeStridesStampsOnce) {
  Edge e;
  const std::int32_t image = e.input({1, 1, 1, 5});
  const std::int32_t filter = e.constant({3, 4, 5, 5}, quantized(0.01F, 0));
  TransposeConvOptions o;
  o.padding = Padding::kValid;
  o.stride_h = o.stride_w = 1 << 16;
  e.graph().outputs = {
      e.add(OpCode::kTransposeConv, {e.integers({4}, {1, 4, 5, 3}), filter, image}, e.tensor({1, 4, 5, 3}), o)};
  EXPECT_EQ(places(e.model()), "N");
  expect_equal(e.model());
}

TEST(TransposeConv, OfTooManyPhasesIsTheCpus) {
  Edge e;
  const std::int32_t image = e.input({1, 1, 1, 5});
  const std::int32_t filter = e.constant({3, 20, 20, 5}, quantized(0.01F, 0));
  TransposeConvOptions o;
  o.padding = Padding::kValid;
  o.stride_h = o.stride_w = 1 << 16;
  e.graph().outputs = {
      e.add(OpCode::kTransposeConv, {e.integers({4}, {1, 20, 20, 3}), filter, image}, e.tensor({1, 20, 20, 3}), o)};
  EXPECT_EQ(places(e.model()), "c");
  expect_equal(e.model());
}

TEST(Operands, MayBeTheSameTensorTwice) {
  Edge e;
  const std::int32_t x = e.input({2, 5, 5, 12});
  const std::int32_t sum = e.add(OpCode::kAdd, {x, x}, e.tensor({2, 5, 5, 12}), AddOptions{});
  const std::int32_t square = e.add(OpCode::kMul, {sum, sum}, e.tensor({2, 5, 5, 12}), MulOptions{});
  const std::int32_t both = e.add(OpCode::kConcatenation, {square, sum, square}, e.tensor({2, 5, 5, 36}),
                                  ConcatenationOptions{3, Activation::kNone});
  BatchMatMulOptions transposed;
  transposed.adj_y = true;
  const std::int32_t product = e.add(OpCode::kBatchMatmul, {both, both}, e.tensor({2, 5, 5, 5}), transposed);
  e.graph().outputs = {product, sum, product};
  EXPECT_EQ(places(e.model()), "NNNN");
  expect_equal(e.model());
}

// A tall kernel on few channels: packed rows, before, between and behind other layers.
TEST(ShallowConvolutions, ArePackedWithoutATrace) {
  struct Case {
    Shape image;
    std::int32_t kernel_h, kernel_w, stride, dilation;
    Padding padding;
  };
  const std::vector<Case> cases = {
      {{1, 49, 10, 1}, 10, 4, 2, 1, Padding::kSame}, {{2, 23, 17, 1}, 7, 5, 3, 1, Padding::kSame},
      {{1, 30, 7, 1}, 5, 2, 1, 3, Padding::kValid},  {{3, 16, 16, 2}, 8, 3, 1, 1, Padding::kValid},
      {{1, 40, 33, 1}, 9, 3, 4, 1, Padding::kSame},  {{1, 64, 1, 1}, 16, 1, 1, 2, Padding::kSame}};
  for (const Case& k : cases) {
    SCOPED_TRACE(k.image[1]);
    Edge e;
    const std::int32_t image = e.input(k.image);
    const std::int32_t sum = e.add(OpCode::kAdd, {image, image}, e.tensor(k.image), AddOptions{});
    Conv2dOptions o;
    o.padding = k.padding;
    o.stride_h = o.stride_w = k.stride;
    o.dilation_h = o.dilation_w = k.dilation;
    const auto extent = [&](std::int32_t in, std::int32_t kernel) {
      return k.padding == Padding::kSame ? (in + k.stride - 1) / k.stride
                                         : (in - (kernel - 1) * k.dilation - 1) / k.stride + 1;
    };
    for (const std::int32_t in : {image, sum}) {
      const std::int32_t filter = e.constant({20, k.kernel_h, k.kernel_w, k.image[3]}, quantized(0.01F, 0));
      const std::int32_t out =
          e.tensor({k.image[0], extent(k.image[1], k.kernel_h), extent(k.image[2], k.kernel_w), 20});
      e.add(OpCode::kConv2d, {in, filter}, out, o);
      e.graph().outputs.push_back(e.conv(out, 1, 3));
    }
    EXPECT_EQ(places(e.model()), "NNNNN");
    expect_equal(e.model());
  }
}

// Output columns that share the lanes: read by whoever takes compact pixels, and by others from memory.
TEST(NarrowConvolutions, ShareLanesWithoutATrace) {
  for (const std::int32_t channels : {1, 2, 4, 8, 16, 24}) {
    SCOPED_TRACE(channels);
    Edge e;
    const std::int32_t image = e.input({2, 19, 35, 3});
    const std::int32_t narrow = e.conv(image, 3, channels, 2);  // 9x17: odd, left as it is.
    const std::int32_t even = e.conv(image, 4, channels, 1);    // 16x32.
    const Shape shape = e.graph().tensor(even).shape;
    DepthwiseConv2dOptions o;
    o.padding = Padding::kSame;
    o.depth_multiplier = 1;
    const std::int32_t filter = e.constant({1, 3, 3, channels}, quantized(0.02F, 0));
    const std::int32_t depthwise = e.add(OpCode::kDepthwiseConv2d, {even, filter}, e.tensor(shape), o);
    FullyConnectedOptions flat;
    const std::int32_t row = e.add(OpCode::kReshape, {even}, e.tensor({2, 16 * 32 * channels}));
    const std::int32_t dense = e.constant({5, 16 * 32 * channels}, quantized(0.01F, 0));
    e.graph().outputs = {narrow, depthwise, e.conv(even, 3, 7),
                         e.add(OpCode::kFullyConnected, {row, dense}, e.tensor({2, 5}), flat)};
    EXPECT_EQ(places(e.model()), "NNNNNN");
    expect_equal(e.model());
    // Now somebody wants whole words, and the result itself is an output.
    e.graph().outputs.push_back(e.add(OpCode::kRelu, {even}, e.tensor(shape)));
    e.graph().outputs.push_back(even);
    expect_equal(e.model());
  }
}

// The same bytes under several names, all of them read outside.
TEST(Names, OfInputsAndOutputsAreCopied) {
  Edge e;
  const std::int32_t x = e.input({1, 5, 5, 12});
  const std::int32_t flat = e.add(OpCode::kReshape, {x}, e.tensor({1, 300}));
  const std::int32_t sum = e.add(OpCode::kAdd, {x, x}, e.tensor({1, 5, 5, 12}), AddOptions{});
  const std::int32_t rows = e.add(OpCode::kReshape, {sum}, e.tensor({25, 12}));
  const std::int32_t again = e.add(OpCode::kReshape, {rows}, e.tensor({5, 60}));
  const std::int32_t turned = e.tensor({12, 25});
  e.add(OpCode::kTranspose, {rows, e.integers({2}, {1, 0})}, turned);
  const std::int32_t other = e.add(OpCode::kReshape, {turned}, e.tensor({300}));
  const std::int32_t end = e.add(OpCode::kAdd, {other, other}, e.tensor({300}), AddOptions{});
  e.graph().outputs = {x, flat, sum, rows, again, turned, other, end, end};
  EXPECT_EQ(places(e.model()), "NNNNNNN");
  expect_equal(e.model());
}

TEST(Outputs, MayBeReadByNobody) {
  Edge e;
  const std::int32_t x = e.input({1, 6, 5, 12});
  const std::vector parts = {e.tensor({1, 2, 5, 12}), e.tensor({1, 2, 5, 12}), e.tensor({1, 2, 5, 12})};
  e.add(OpCode::kSplit, {e.integers({}, {1}), x}, parts, SplitOptions{3});
  e.add(OpCode::kAdd, {parts[0], parts[0]}, e.tensor({1, 2, 5, 12}), AddOptions{});
  e.pad(parts[1], 1);
  e.add(OpCode::kReshape, {parts[1]}, e.tensor({10, 12}));
  e.graph().outputs = {e.add(OpCode::kRelu, {parts[2]}, e.tensor({1, 2, 5, 12}))};
  expect_equal(e.model());
}

TEST(Scalars, AreOnePixel) {
  Edge e;
  const std::int32_t x = e.input({});
  const std::int32_t sum = e.add(OpCode::kAdd, {x, e.constant({}, quantized(0.5F, 3))}, e.tensor({}), AddOptions{});
  const std::int32_t one = e.add(OpCode::kReshape, {sum}, e.tensor({1, 1}));
  const std::int32_t wide = e.add(OpCode::kMul, {e.input({3, 7}), sum}, e.tensor({3, 7}), MulOptions{});
  const std::int32_t mean = e.add(OpCode::kMean, {wide, e.integers({2}, {0, -1})}, e.tensor({}), ReducerOptions{});
  const std::int32_t most = e.add(OpCode::kReduceMax, {wide, e.integers({2}, {0, 1})}, e.tensor({}), ReducerOptions{});
  const std::int32_t same = e.add(OpCode::kMean, {mean, e.integers({1}, {0})}, e.tensor({}), ReducerOptions{});
  e.graph().outputs = {one, mean, most, same, e.add(OpCode::kTanh, {x}, e.tensor({}))};
  e.graph().tensor(e.graph().outputs.back()).quantization = quantized(1.0F / 128.0F, 0);
  EXPECT_EQ(places(e.model()), "NNNNNNN");
  expect_equal(e.model());
}

// Neither operand covers the result by rows or by columns.
TEST(Broadcasting, MaySpreadBothOperands) {
  Edge e;
  const std::int32_t a = e.input({2, 1, 3, 1, 5});
  const std::int32_t b = e.input({1, 4, 1, 6, 1});
  const std::int32_t out = e.add(OpCode::kSub, {a, b}, e.tensor({2, 4, 3, 6, 5}), SubOptions{});
  const std::int32_t c = e.constant({2, 1, 3, 1, 1}, quantized(0.1F, 9));
  e.graph().outputs = {
      e.add(OpCode::kMaximum, {e.constant({2, 1, 3, 1, 5}, quantized(0.25F, -7)), out}, e.tensor({2, 4, 3, 6, 5})),
      e.add(OpCode::kPrelu, {out, c}, e.tensor({2, 4, 3, 6, 5}))};
  EXPECT_EQ(places(e.model()), "NNN");
  expect_equal(e.model());
}

TEST(Reductions, OfSixAlternatingDimensionsAreGathered) {
  Edge e;
  const std::int32_t x = e.input({2, 3, 4, 3, 2, 5});
  e.graph().outputs = {
      e.add(OpCode::kMean, {x, e.integers({3}, {0, 2, 4})}, e.tensor({3, 3, 5}), ReducerOptions{}),
      e.add(OpCode::kSum, {x, e.integers({3}, {1, 3, 5})}, e.tensor({2, 4, 2}), ReducerOptions{}),
      e.add(OpCode::kReduceMax, {x, e.integers({3}, {-1, 1, 3})}, e.tensor({2, 4, 2}), ReducerOptions{})};
  EXPECT_EQ(places(e.model()), "NNN");
  expect_equal(e.model());
}

// Sums of whole words of channels: few and many of them, more than a kernel has rows, a prime number too many, a batch.
TEST(Reductions, OfWholeWordsKeepTheirLanes) {
  for (const Shape& shape :
       {Shape{1, 7, 7, 32}, {2, 5, 3, 16}, {1, 20, 16, 128}, {3, 1, 65, 16}, {2, 257, 1, 128}, {1, 16, 16, 144}}) {
    SCOPED_TRACE(testing::PrintToString(shape));
    Edge e;
    const std::int32_t x = e.input(shape);
    const std::int32_t sum = e.add(OpCode::kAdd, {x, x}, e.tensor(shape), AddOptions{});
    const std::int32_t axes = e.integers({2}, {1, 2});
    const Shape pixel = {shape[0], 1, 1, shape[3]};
    const std::int32_t mean = e.add(OpCode::kMean, {sum, axes}, e.tensor(pixel), ReducerOptions{true});
    const std::int32_t total = e.add(OpCode::kSum, {x, axes}, e.tensor(pixel), ReducerOptions{true});
    e.graph().tensor(total).quantization = quantized(16.0F, 3);
    e.graph().outputs = {e.conv(mean, 1, 5), mean, total};
    EXPECT_EQ(places(e.model()), "NNNN");
    expect_equal(e.model());
  }
}

TEST(Reductions, OfWholeWordsStayOnChip) {
  const auto spilled = [](std::int32_t channels) {
    Edge e;
    const Shape shape = {1, 7, 7, channels};
    const std::int32_t x = e.input(shape);
    const std::int32_t sum = e.add(OpCode::kAdd, {x, x}, e.tensor(shape), AddOptions{});
    const std::int32_t mean =
        e.add(OpCode::kMean, {sum, e.integers({2}, {1, 2})}, e.tensor({1, channels}), ReducerOptions{});
    e.graph().outputs = {e.add(OpCode::kRelu, {mean}, e.tensor({1, channels}))};
    const auto compiled = compile(e.model());
    return compiled ? compiled->report.segments.at(0).scratch_live : ~0U;
  };
  EXPECT_EQ(spilled(96), 0U);
  EXPECT_GT(spilled(90), 0U);  // A product of matrices in memory.
}

TEST(Bytes, OfOtherTypesPassByOrStayBehind) {
  Edge e;
  const std::int32_t x = e.input({1, 4, 4, 3});
  e.graph().tensor(x).type = TensorType::kUint8;
  e.graph().tensor(x).quantization = quantized(0.25F, 121);
  const std::int32_t padded = e.tensor({1, 6, 6, 3});
  e.graph().tensor(padded).type = TensorType::kUint8;
  e.graph().tensor(padded).quantization = quantized(0.25F, 121);
  e.add(OpCode::kPad, {x, e.integers({4, 2}, {0, 0, 1, 1, 1, 1, 0, 0})}, padded);
  const std::int32_t signed_one = e.add(OpCode::kQuantize, {padded}, e.tensor({1, 6, 6, 3}));
  const std::int32_t back = e.add(OpCode::kQuantize, {e.conv(signed_one, 3, 4)}, e.tensor({1, 4, 4, 4}));
  e.graph().tensor(back).type = TensorType::kUint8;
  e.graph().tensor(back).quantization = quantized(0.5F, 3);
  e.graph().outputs = {back};
  EXPECT_EQ(places(e.model()), "cNNN");
  expect_equal(e.model());
}

// All coordinates, up and down, with a batch; what is too irregular stays on the CPU.
TEST(ResizeBilinear, GathersSamplesSideBySide) {
  const std::vector<std::pair<Shape, Shape>> sides = {{{5, 7}, {10, 14}}, {{4, 6}, {16, 6}}, {{8, 8}, {4, 4}},
                                                      {{3, 9}, {5, 17}},  {{1, 1}, {4, 3}},  {{6, 6}, {6, 6}},
                                                      {{8, 6}, {2, 3}},   {{2, 3}, {16, 24}}};
  std::size_t on_npu = 0;
  for (const auto& [in, out] : sides) {
    for (int mode = 0; mode < 3; ++mode) {
      SCOPED_TRACE(std::to_string(in[0]) + " to " + std::to_string(out[0]) + ", mode " + std::to_string(mode));
      Edge e;
      const std::int32_t image = e.input({2, in[0], in[1], 5});
      ResizeBilinearOptions o;
      o.align_corners = mode == 1;
      o.half_pixel_centers = mode == 2;
      e.graph().outputs = {
          e.add(OpCode::kResizeBilinear, {image, e.integers({2}, out)}, e.tensor({2, out[0], out[1], 5}), o)};
      if (places(e.model()) == "N") ++on_npu;
      expect_equal(e.model());
    }
  }
  EXPECT_EQ(on_npu, 17U);
}

// Nothing grows with the number of bytes but the work.
TEST(ResizeBilinear, OfALargeImageTakesFewCommands) {
  Edge e;
  const std::int32_t image = e.input({1, 256, 256, 16});
  ResizeBilinearOptions o;
  o.half_pixel_centers = true;
  e.graph().outputs = {
      e.add(OpCode::kResizeBilinear, {image, e.integers({2}, {512, 512})}, e.tensor({1, 512, 512, 16}), o)};
  EXPECT_EQ(places(e.model()), "N");
}

}  // namespace
}  // namespace auklet::compiler::test
