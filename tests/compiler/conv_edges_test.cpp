// Convolutions that the compiler writes in another form than the model has them: compiled they give the same results.
#include "edge_model.hpp"

namespace auklet::compiler::test {
namespace {

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

}  // namespace
}  // namespace auklet::compiler::test
