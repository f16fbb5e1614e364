// Valid but unusual models, and models that the CPU refuses: compiled they give the same results, or are refused alike.
#include "edge_model.hpp"

namespace auklet::compiler::test {
namespace {

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

// A file of some hundred bytes can describe activations of gigabytes, of which the compiler must keep no map.
TEST(Movements, OfHugeTensorsAreTheCpus) {
  for (const std::int32_t rows : {1 << 11, 1 << 20}) {
    Edge e;
    e.graph().outputs = {e.add(OpCode::kSqueeze, {e.input({1, rows, 1024})}, e.tensor({rows, 1024}), SqueezeOptions{})};
    const auto compiled = compile(e.model());
    ASSERT_TRUE(compiled) << compiled.error().message;
    EXPECT_EQ(compiled->report.operators[0].place, Place::kCpu);
    const bool refused = compiled->report.operators[0].reason.starts_with("moves ");
    EXPECT_EQ(refused, rows > 1 << 11) << compiled->report.operators[0].reason;
  }
}

// The second operand is as long as the result in dimensions that do not lie side by side.
TEST(Spreads, OverHugeResultsAreTheCpus) {
  for (const OpCode code : {OpCode::kMul, OpCode::kPrelu}) {
    for (const std::int32_t rows : {19'418, 19'419}) {  // Up to 2^22 places.
      Edge e;
      const std::int32_t image = e.input({3, rows, 9, 8});
      const std::int32_t other = e.input({3, 1, 9, 1});
      const Options options = code == OpCode::kMul ? Options{MulOptions{}} : Options{NoOptions{}};
      e.graph().outputs = {e.add(code, {image, other}, e.tensor({3, rows, 9, 8}), options)};
      const auto compiled = compile(e.model());
      ASSERT_TRUE(compiled) << compiled.error().message;
      const OperatorReport& report = compiled->report.operators[0];
      EXPECT_EQ(report.place, rows == 19'418 ? Place::kNpu : Place::kCpu) << report.reason;
      EXPECT_EQ(report.reason.starts_with("spreads "), rows == 19'419) << report.reason;
    }
  }
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

// Dimensions that broadcast unevenly: a copy for each product.
TEST(BatchMatmul, OfManyMatricesOutOfOrderIsTheCpus) {
  for (const std::int32_t many : {256, 257}) {
    Edge e;
    const std::int32_t a = e.input({2, 1, 2, 3, 16});
    const std::int32_t b = e.input({2, many, 2, 16, 4});
    e.graph().outputs = {e.add(OpCode::kBatchMatmul, {a, b}, e.tensor({2, many, 2, 3, 4}), BatchMatMulOptions{})};
    const auto compiled = compile(e.model());
    ASSERT_TRUE(compiled) << compiled.error().message;
    const OperatorReport& report = compiled->report.operators[0];
    EXPECT_EQ(report.place, many == 256 ? Place::kNpu : Place::kCpu) << report.reason;
    EXPECT_EQ(report.reason, many == 256 ? "" : "takes its matrices too irregularly for the NPU");
  }
}

// The operands fit, but not all the matrices that the products take, one after the other.
TEST(BatchMatmul, OfMatricesBeyondOffsetsIsTheCpus) {
  Edge e;
  const std::int32_t a = e.input({32, 1, 64, 32768});
  const std::int32_t b = e.input({1, 32, 32768, 1});
  e.graph().outputs = {e.add(OpCode::kBatchMatmul, {a, b}, e.tensor({32, 32, 64, 1}), BatchMatMulOptions{})};
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

// The same, of the ones that the NPU multiplies with for a sum.
TEST(Sums, OfHugeRowsAreTheCpus) {
  for (const std::int32_t count : {1 << 16, (1 << 20) + 1, 1 << 30}) {
    Edge e;
    e.graph().outputs = {
        e.add(OpCode::kSum, {e.input({1, count}), e.integers({1}, {1})}, e.tensor({1}), ReducerOptions{})};
    const auto compiled = compile(e.model());
    ASSERT_TRUE(compiled) << compiled.error().message;
    const std::string& reason = compiled->report.operators[0].reason;
    EXPECT_EQ(reason == "sums more than 1048576 values into one", count > 1 << 20) << reason;
  }
}

// The same, of where each element of a spread operand goes.
TEST(Broadcasting, OverHugeResultsIsTheCpus) {
  for (const std::int32_t side : {8, 256}) {
    Edge e;
    const std::int32_t a = e.input({side, 1, side});
    const std::int32_t b = e.input({1, side, 1});
    const std::int32_t left = e.input({side * side, side, 1, 1});
    const std::int32_t right = e.input({side * side, 1, 1, 1});
    e.graph().outputs = {
        e.add(OpCode::kAdd, {a, b}, e.tensor({side, side, side}), AddOptions{}),
        e.add(OpCode::kBatchMatmul, {left, right}, e.tensor({side * side, side, 1, 1}), BatchMatMulOptions{}),
    };
    const auto compiled = compile(e.model());
    ASSERT_TRUE(compiled) << compiled.error().message;
    for (const auto& one : compiled->report.operators) {
      EXPECT_EQ(one.reason.starts_with("spreads an operand"), side > 8) << one.reason;
    }
  }
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
