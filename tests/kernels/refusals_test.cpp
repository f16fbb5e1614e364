// Every kernel refuses each bad argument with its own code, and writes nothing.
#include <array>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <auklet/kernels/add.hpp>
#include <auklet/kernels/conv2d.hpp>
#include <auklet/kernels/depthwise_conv2d.hpp>
#include <auklet/kernels/fully_connected.hpp>
#include <auklet/kernels/pool2d.hpp>
#include <auklet/kernels/quantize.hpp>
#include <auklet/kernels/reshape.hpp>
#include <auklet/kernels/softmax.hpp>

namespace auklet::kernels::test {
namespace {

constexpr std::int32_t kHuge = std::numeric_limits<std::int32_t>::max();
constexpr std::int8_t kUntouched = 0x5a;

// Arguments of a good call of each operator, kept together so that a test can spoil one of them.
struct Filter {
  std::array<std::int8_t, 2 * 4 * 4 * 6> input{};
  std::array<std::int8_t, 4 * 3 * 3 * 3> weights{};
  std::array<std::int32_t, 8> bias{};
  std::array<QuantizedMultiplier, 8> multipliers{};
  std::array<std::int8_t, 2 * 4 * 4 * 4> output{};
  Conv2dParams params;
  Tensor4<const std::int8_t> in{{2, 4, 4, 6}, input};
  Tensor4<const std::int8_t> filter{{4, 3, 3, 3}, weights};  // Two groups.
  std::span<const std::int32_t> bias_view = std::span(bias).first(4);
  Tensor4<std::int8_t> out{{2, 4, 4, 4}, output};

  Filter() {
    params.window.pad_top = params.window.pad_left = 1;
    params.multipliers = std::span(multipliers).first(4);
    output.fill(kUntouched);
  }
  Filter(const Filter&) = delete;
  Filter& operator=(const Filter&) = delete;
};

template <class Operands, class Call, class Spoil>
void expect_refused(Call call, Status expected, Spoil spoil) {
  Operands o;
  spoil(o);
  EXPECT_EQ(call(o), expected) << describe(expected);
  for (const std::int8_t byte : o.output) ASSERT_EQ(byte, kUntouched) << "written despite: " << describe(expected);
}

Status run_conv(Filter& o) { return reference::conv2d(o.params, o.in, o.filter, o.bias_view, o.out); }

void conv_refuses(Status expected, void (*spoil)(Filter&)) { expect_refused<Filter>(run_conv, expected, spoil); }

TEST(Refusals, TheGoodConvolutionIsGood) {
  Filter o;
  EXPECT_EQ(run_conv(o), Status::kOk);
  o.bias_view = {};
  o.params.multipliers = o.params.multipliers.first(1);
  EXPECT_EQ(run_conv(o), Status::kOk);
}

TEST(Refusals, ConvolutionBuffers) {
  conv_refuses(Status::kBadShape, [](Filter& o) { o.in.shape.height = 0; });
  conv_refuses(Status::kBadShape, [](Filter& o) { o.filter.shape.width = -3; });
  conv_refuses(Status::kBadShape, [](Filter& o) { o.out.shape.batch = 0; });
  conv_refuses(Status::kSizeOverflow, [](Filter& o) { o.in.shape = {65536, 65536, 1, 6}; });
  conv_refuses(Status::kSizeOverflow, [](Filter& o) { o.out.shape = {kHuge, kHuge, kHuge, kHuge}; });
  conv_refuses(Status::kBufferSize, [](Filter& o) { o.in.data = o.in.data.first(191); });
  conv_refuses(Status::kBufferSize, [](Filter& o) { o.out.data = o.out.data.first(127); });
  conv_refuses(Status::kNullPointer,
               [](Filter& o) { o.filter.data = {static_cast<const std::int8_t*>(nullptr), o.filter.data.size()}; });
  conv_refuses(Status::kNullPointer, [](Filter& o) { o.bias_view = {static_cast<const std::int32_t*>(nullptr), 4}; });
  conv_refuses(Status::kBiasSize, [](Filter& o) { o.bias_view = std::span(o.bias).first(3); });
  conv_refuses(Status::kOverlap, [](Filter& o) {
    o.in.data = std::span<const std::int8_t>(o.output), o.in.shape = {2, 4, 4, 4}, o.filter.shape = {4, 3, 3, 2},
    o.filter.data = o.filter.data.first(72);
  });
}

TEST(Refusals, ConvolutionParameters) {
  conv_refuses(Status::kShapeMismatch, [](Filter& o) { o.in.shape = {1, 8, 4, 6}; });
  conv_refuses(Status::kShapeMismatch, [](Filter& o) { o.filter.shape = {2, 3, 3, 6}; });
  conv_refuses(Status::kBadGroups,
               [](Filter& o) { o.filter.shape = {4, 1, 1, 4}, o.filter.data = o.filter.data.first(16); });
  conv_refuses(Status::kBadGroups,
               [](Filter& o) { o.filter.shape = {4, 3, 3, 2}, o.filter.data = o.filter.data.first(72); });
  conv_refuses(Status::kMultiplierCount, [](Filter& o) { o.params.multipliers = {}; });
  conv_refuses(Status::kMultiplierCount, [](Filter& o) { o.params.multipliers = o.multipliers; });
  conv_refuses(Status::kBadMultiplier, [](Filter& o) { o.multipliers[3].shift = 31; });
  conv_refuses(Status::kBadMultiplier, [](Filter& o) { o.multipliers[0].shift = -32; });
  conv_refuses(Status::kBadMultiplier, [](Filter& o) { o.multipliers[2].value = -1; });
  conv_refuses(Status::kBadStride, [](Filter& o) { o.params.window.stride_height = 0; });
  conv_refuses(Status::kBadStride, [](Filter& o) { o.params.window.stride_width = -1; });
  conv_refuses(Status::kBadDilation, [](Filter& o) { o.params.window.dilation_width = 0; });
  conv_refuses(Status::kBadPadding, [](Filter& o) { o.params.window.pad_left = -1; });
  conv_refuses(Status::kSizeOverflow, [](Filter& o) { o.params.window.stride_height = kHuge; });
  conv_refuses(Status::kSizeOverflow, [](Filter& o) { o.params.window.dilation_width = kHuge; });
  conv_refuses(Status::kBadZeroPoint, [](Filter& o) { o.params.input_zero_point = 128; });
  conv_refuses(Status::kBadZeroPoint, [](Filter& o) { o.params.output_zero_point = -129; });
  conv_refuses(Status::kBadActivationRange, [](Filter& o) { o.params.activation = {3, 2}; });
  conv_refuses(Status::kBadActivationRange, [](Filter& o) { o.params.activation = {-129, 2}; });
}

struct Depthwise : Filter {
  Depthwise() {
    in = {{2, 4, 4, 2}, in.data.first(64)};
    filter = {{1, 3, 3, 4}, filter.data.first(36)};
  }
};

TEST(Refusals, DepthwiseConvolution) {
  const auto call = [](Depthwise& o) {
    return reference::depthwise_conv2d(o.params, o.in, o.filter, o.bias_view, o.out);
  };
  const auto refuses = [&](Status expected, auto spoil) { expect_refused<Depthwise>(call, expected, spoil); };
  Depthwise good;
  EXPECT_EQ(call(good), Status::kOk);
  refuses(Status::kBadDepthMultiplier, [](Depthwise& o) { o.in = {{2, 4, 2, 3}, o.in.data.first(48)}; });
  refuses(Status::kShapeMismatch, [](Depthwise& o) { o.filter.shape = {4, 3, 3, 1}; });
  refuses(Status::kShapeMismatch, [](Depthwise& o) { o.filter = {{1, 3, 3, 2}, o.filter.data.first(18)}; });
  refuses(Status::kBadStride, [](Depthwise& o) { o.params.window.stride_width = 0; });
}

struct Fully {
  std::array<std::int8_t, 12> input{};
  std::array<std::int8_t, 20> weights{};
  std::array<std::int32_t, 5> bias{};
  std::array<QuantizedMultiplier, 1> multipliers{};
  std::array<std::int8_t, 15> output{};
  FullyConnectedParams params;
  Matrix<const std::int8_t> in{3, 4, input};
  Matrix<const std::int8_t> filter{5, 4, weights};
  std::span<const std::int32_t> bias_view = bias;
  Matrix<std::int8_t> out{3, 5, output};
  Fully() {
    params.multipliers = multipliers;
    output.fill(kUntouched);
  }
  Fully(const Fully&) = delete;
  Fully& operator=(const Fully&) = delete;
};

TEST(Refusals, FullyConnected) {
  const auto call = [](Fully& o) { return reference::fully_connected(o.params, o.in, o.filter, o.bias_view, o.out); };
  const auto refuses = [&](Status expected, auto spoil) { expect_refused<Fully>(call, expected, spoil); };
  Fully good;
  EXPECT_EQ(call(good), Status::kOk);
  refuses(Status::kBadShape, [](Fully& o) { o.in.rows = 0; });
  refuses(Status::kSizeOverflow, [](Fully& o) { o.in.rows = o.in.columns = 1 << 16; });
  refuses(Status::kBufferSize, [](Fully& o) { o.filter.rows = 6; });
  refuses(Status::kShapeMismatch, [](Fully& o) { o.in = {4, 3, o.input}; });
  refuses(Status::kShapeMismatch, [](Fully& o) { o.out = {5, 3, o.output}; });
  refuses(Status::kBiasSize, [](Fully& o) { o.bias_view = o.bias_view.first(1); });
  refuses(Status::kMultiplierCount, [](Fully& o) { o.params.multipliers = {}; });
  refuses(Status::kBadZeroPoint, [](Fully& o) { o.params.filter_zero_point = 200; });
  refuses(Status::kOverlap, [](Fully& o) { o.in.data = std::span<const std::int8_t>(o.output).first(12); });
}

struct Sum {
  std::array<std::int8_t, 6> a{};
  std::array<std::int8_t, 3> b{};
  std::array<std::int8_t, 6> output{};
  AddParams params;
  Tensor<const std::int8_t> a_view{make_shape(2, 3), a};
  Tensor<const std::int8_t> b_view{make_shape(3), b};
  Tensor<std::int8_t> out{make_shape(2, 3), output};
  Sum() { output.fill(kUntouched); }
  Sum(const Sum&) = delete;
  Sum& operator=(const Sum&) = delete;
};

TEST(Refusals, Add) {
  const auto call = [](Sum& o) { return reference::add(o.params, o.a_view, o.b_view, o.out); };
  const auto refuses = [&](Status expected, auto spoil) { expect_refused<Sum>(call, expected, spoil); };
  Sum good;
  EXPECT_EQ(call(good), Status::kOk);
  refuses(Status::kBadShape, [](Sum& o) { o.a_view.shape.rank = kMaxRank + 1; });
  refuses(Status::kBadShape, [](Sum& o) { o.b_view.shape.rank = -1; });
  refuses(Status::kBadBroadcast, [](Sum& o) { o.a_view.shape = make_shape(3, 2); });
  refuses(Status::kBadBroadcast, [](Sum& o) { o.out.shape = make_shape(6); });
  refuses(Status::kBadBroadcast, [](Sum& o) { o.out.shape = make_shape(2, 1, 3); });
  refuses(Status::kBadShift, [](Sum& o) { o.params.left_shift = 21; });
  refuses(Status::kBadShift, [](Sum& o) { o.params.left_shift = -1; });
  refuses(Status::kBadMultiplier, [](Sum& o) { o.params.b_multiplier.shift = 99; });
  refuses(Status::kBadZeroPoint, [](Sum& o) { o.params.b_zero_point = -500; });
  refuses(Status::kBadActivationRange, [](Sum& o) { o.params.activation.max = 128; });
  refuses(Status::kOverlap, [](Sum& o) { o.b_view.data = std::span<const std::int8_t>(o.output).last(3); });
}

struct Pool {
  std::array<std::int8_t, 16> input{};
  std::array<std::int8_t, 16> output{};
  Pool2dParams params;
  Tensor4<const std::int8_t> in{{1, 4, 4, 1}, input};
  Tensor4<std::int8_t> out{{1, 4, 4, 1}, output};
  Pool() {
    params.filter_height = params.filter_width = 2;
    output.fill(kUntouched);
  }
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;
};

TEST(Refusals, Pools) {
  for (const auto kernel : {reference::average_pool2d, reference::max_pool2d}) {
    const auto call = [kernel](Pool& o) { return kernel(o.params, o.in, o.out); };
    const auto refuses = [&](Status expected, auto spoil) { expect_refused<Pool>(call, expected, spoil); };
    Pool good;
    EXPECT_EQ(call(good), Status::kOk);
    refuses(Status::kShapeMismatch, [](Pool& o) { o.in.shape = {1, 4, 2, 2}; });
    refuses(Status::kBadStride, [](Pool& o) { o.params.stride_height = 0; });
    refuses(Status::kBadPadding, [](Pool& o) { o.params.pad_left = -1; });
    refuses(Status::kBadWindow, [](Pool& o) { o.params.filter_width = 0; });
    refuses(Status::kBadWindow, [](Pool& o) { o.params.pad_top = 2; });       // The first window is all padding.
    refuses(Status::kBadWindow, [](Pool& o) { o.params.stride_width = 2; });  // The last one lies beyond the input.
    refuses(Status::kSizeOverflow, [](Pool& o) { o.params.filter_height = o.params.filter_width = 1 << 16; });
    refuses(Status::kBadActivationRange, [](Pool& o) { o.params.activation.min = 128; });
    refuses(Status::kOverlap, [](Pool& o) { o.in.data = o.output; });
  }
}

struct Row {
  std::array<std::int8_t, 6> input{};
  std::array<std::int8_t, 6> output{};
  SoftmaxParams params{{1 << 30, 20}, -10};
  Tensor<const std::int8_t> in{make_shape(2, 3), input};
  Tensor<std::int8_t> out{make_shape(2, 3), output};
  Row() { output.fill(kUntouched); }
  Row(const Row&) = delete;
  Row& operator=(const Row&) = delete;
};

TEST(Refusals, Softmax) {
  const auto call = [](Row& o) { return reference::softmax(o.params, o.in, o.out); };
  const auto refuses = [&](Status expected, auto spoil) { expect_refused<Row>(call, expected, spoil); };
  Row good;
  EXPECT_EQ(call(good), Status::kOk);
  refuses(Status::kShapeMismatch, [](Row& o) { o.in.shape = make_shape(3, 2); });
  refuses(Status::kShapeMismatch, [](Row& o) { o.in.shape = make_shape(1, 2, 3); });
  refuses(Status::kBadMultiplier, [](Row& o) { o.params.difference_multiplier.shift = 32; });
  refuses(Status::kBadMultiplier, [](Row& o) { o.params.difference_multiplier.shift = -1; });
  refuses(Status::kBadShift, [](Row& o) { o.params.difference_min = 1; });
  refuses(Status::kBufferSize, [](Row& o) { o.out.data = o.out.data.first(5); });
}

TEST(Refusals, Reshape) {
  std::array<std::byte, 24> from{};
  std::array<std::byte, 24> to{};
  to.fill(std::byte{0x5a});
  const auto untouched = to;
  const Shape six = make_shape(6);
  EXPECT_EQ(reference::reshape(0, {six, from}, {six, to}), Status::kSizeOverflow);
  EXPECT_EQ(reference::reshape(9, {six, from}, {six, to}), Status::kSizeOverflow);
  EXPECT_EQ(reference::reshape(4, {six, from}, {make_shape(2, 4), to}), Status::kShapeMismatch);
  EXPECT_EQ(reference::reshape(2, {six, from}, {six, to}), Status::kBufferSize);
  EXPECT_EQ(reference::reshape(4, {make_shape(-6), from}, {six, to}), Status::kBadShape);
  EXPECT_EQ(to, untouched);
}

TEST(Refusals, QuantizeFamily) {
  const std::array<float, 2> real{};
  const std::array<std::int8_t, 2> q{};
  std::array<std::int8_t, 2> out = {kUntouched, kUntouched};
  std::array<std::uint8_t, 2> unsigned_out{};
  std::array<float, 2> real_out{};
  constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
  for (const float bad : {0.0F, -1.0F, kNan, std::numeric_limits<float>::infinity()}) {
    EXPECT_EQ(reference::quantize({bad, 0}, real, out), Status::kBadScale);
    EXPECT_EQ(reference::dequantize({bad, 0}, q, real_out), Status::kBadScale);
  }
  EXPECT_EQ(reference::quantize({1.0F, 128}, real, out), Status::kBadZeroPoint);
  EXPECT_EQ(reference::quantize({1.0F, -1}, real, unsigned_out), Status::kBadZeroPoint);
  EXPECT_EQ(reference::quantize({1.0F, 0}, real, std::span(out).first(1)), Status::kShapeMismatch);
  EXPECT_EQ(reference::dequantize({1.0F, 0}, std::span(q).first(1), real_out), Status::kShapeMismatch);
  EXPECT_EQ(reference::requantize({{1, 40}, 0, 0}, q, out), Status::kBadMultiplier);
  EXPECT_EQ(reference::requantize({{1, 0}, 0, 128}, q, out), Status::kBadZeroPoint);
  EXPECT_EQ(reference::requantize({{1, 0}, 0, 0}, q, std::span<std::int8_t>(static_cast<std::int8_t*>(nullptr), 2)),
            Status::kNullPointer);
  std::array<std::int8_t, 3> shared{};
  EXPECT_EQ(
      reference::requantize({{1, 0}, 0, 0}, std::span<const std::int8_t>(shared).first(2), std::span(shared).last(2)),
      Status::kOverlap);
  EXPECT_EQ(out[0], kUntouched);
  EXPECT_EQ(out[1], kUntouched);
}

TEST(Status, EveryCodeHasItsOwnSentence) {
  std::vector<std::string> sentences;
  for (int code = 0; code <= static_cast<int>(Status::kOverlap); ++code) {
    const std::string sentence = describe(static_cast<Status>(code));
    EXPECT_NE(sentence, "Unknown status.");
    for (const std::string& other : sentences) EXPECT_NE(sentence, other);
    sentences.push_back(sentence);
  }
}

}  // namespace
}  // namespace auklet::kernels::test
