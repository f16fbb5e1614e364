#include <algorithm>
#include <cmath>
#include <utility>

#include "families.hpp"

namespace auklet::compiler::test {
namespace {

std::size_t product(std::int32_t a, std::int32_t b, std::int32_t c) { return elements_of({a, b, c}); }

// A window that fits `extent` elements, dilation included.
struct Side {
  std::int32_t kernel = 1;
  std::int32_t stride = 1;
  std::int32_t dilation = 1;

  [[nodiscard]] std::int32_t reach() const { return (kernel - 1) * dilation + 1; }
};

Side random_side(Builder& b, std::int32_t extent, std::int32_t longest, Padding padding) {
  Side side;
  side.kernel = b.random.in(1, longest);
  side.stride = b.random.one_in(2) ? 1 : b.random.in(1, 4);
  if (b.random.one_in(5)) side.dilation = b.random.in(2, 3);
  if (side.dilation > 1) side.stride = 1;  // TensorFlow allows one of the two.
  while (padding == Padding::kValid && side.reach() > extent) side.dilation > 1 ? --side.dilation : --side.kernel;
  return side;
}

std::int32_t positions(Padding padding, std::int32_t extent, const Side& side) {
  return padding == Padding::kSame ? (extent + side.stride - 1) / side.stride
                                   : (extent - side.reach()) / side.stride + 1;
}

Padding random_padding(Builder& b) { return b.random.one_in(2) ? Padding::kSame : Padding::kValid; }

template <typename O>
void set_sides(O& o, const Side& rows, const Side& columns) {
  o.stride_h = rows.stride;
  o.stride_w = columns.stride;
  o.dilation_h = rows.dilation;
  o.dilation_w = columns.dilation;
}

std::int32_t add_conv2d_of(Builder& b, std::int32_t in, std::int32_t longest, std::int32_t tallest,
                           std::int32_t out_channels) {
  const Shape s = b.shape(in);
  Conv2dOptions o;
  o.padding = random_padding(b);
  o.activation = b.activation();
  const Side rows = random_side(b, s[1], tallest, o.padding);
  const Side columns = random_side(b, s[2], longest, o.padding);
  set_sides(o, rows, columns);
  std::int32_t groups = 1;
  if (b.random.one_in(6)) {
    for (const std::int32_t n : {2, 3, 4}) groups = s[3] % n == 0 && b.random.one_in(2) ? n : groups;
  }
  const std::int32_t out_c = groups == 1 ? out_channels : groups * b.random.in(1, 12);
  const std::int32_t out =
      b.result({s[0], positions(o.padding, s[1], rows), positions(o.padding, s[2], columns), out_c});
  const std::size_t taps = product(rows.kernel, columns.kernel, s[3] / groups);
  const std::int32_t filter = b.weights({out_c, rows.kernel, columns.kernel, s[3] / groups}, 0, taps, in, out);
  b.add(OpCode::kConv2d, {in, filter, b.bias(out_c, taps)}, out, o);
  return out;
}

void add_conv2d_of(Builder& b, std::int32_t in) {
  const std::int32_t longest = b.random.one_in(2) ? 1 : b.random.one_in(8) ? 9 : 4;
  add_conv2d_of(b, in, longest, longest, b.channels());
}

void add_conv2d(Builder& b) { add_conv2d_of(b, b.image()); }

// Few channels and tall kernels, as spectrograms have them: the compiler puts rows side by side. Within a network the
// image is what another convolution leaves of one.
void add_shallow_conv2d(Builder& b) {
  const std::int32_t channels = b.random.one_in(2) ? 1 : b.random.in(2, 5);
  Shape shape = b.image_shape(kMostElements / 4);
  shape[3] = channels;
  const std::int32_t in =
      b.single() ? b.input(shape, b.any_quantization()) : add_conv2d_of(b, b.image(), 1, 1, channels);
  add_conv2d_of(b, in, 5, 12, b.channels());
}

void add_depthwise_of(Builder& b, std::int32_t in) {
  const Shape s = b.shape(in);
  DepthwiseConv2dOptions o;
  o.padding = random_padding(b);
  o.activation = b.activation();
  o.depth_multiplier = b.random.one_in(5) ? b.random.in(2, 9) : 1;
  const std::int32_t longest = b.random.one_in(6) ? 8 : 5;
  const Side rows = random_side(b, s[1], longest, o.padding);
  const Side columns = random_side(b, s[2], longest, o.padding);
  set_sides(o, rows, columns);
  const std::int32_t out_c = s[3] * o.depth_multiplier;
  const std::int32_t out =
      b.result({s[0], positions(o.padding, s[1], rows), positions(o.padding, s[2], columns), out_c});
  const std::size_t taps = product(rows.kernel, columns.kernel, 1);
  const std::int32_t filter = b.weights({1, rows.kernel, columns.kernel, out_c}, 3, taps, in, out);
  b.add(OpCode::kDepthwiseConv2d, {in, filter, b.bias(out_c, taps)}, out, o);
}

void add_depthwise(Builder& b) { add_depthwise_of(b, b.image()); }

// A border around an image, which one convolution reads, or two, or something else as well; of PADV2 sometimes not of
// the value that stands for zero.
void add_padded(Builder& b) {
  const std::int32_t in = b.image(8000);
  Shape shape = b.shape(in);
  std::vector<std::int32_t> borders = {0, 0, b.random.in(0, 3), b.random.in(0, 3), b.random.in(0, 3), b.random.in(0, 3),
                                       0, 0};
  shape[1] += borders[2] + borders[3];
  shape[2] += borders[4] + borders[5];
  const std::int32_t list = b.integers(borders);
  b.graph().tensor(list).shape = {4, 2};
  // PAD moves numbers as they are, whatever its output's scale is said to be.
  const std::int32_t padded = b.random.one_in(6) ? b.result(shape) : b.result(shape, b.quantization(in));
  if (b.random.one_in(3)) {
    const auto zero = static_cast<std::int8_t>(b.quantization(in).zero_point());
    b.add(OpCode::kPadv2, {in, list, b.constant_of(b.random.one_in(2) ? zero : b.random.int8s(1)[0], in)}, padded,
          NoOptions{});
  } else {
    b.add(OpCode::kPad, {in, list}, padded, NoOptions{});
  }
  b.random.one_in(2) ? add_conv2d_of(b, padded) : add_depthwise_of(b, padded);
  if (b.random.one_in(4)) add_conv2d_of(b, padded);
}

// As the converter writes it: the output's size is any that the matching convolution would turn into the input's.
void add_transpose_conv(Builder& b) {
  const std::int32_t in = b.image(3000);
  const Shape s = b.shape(in);
  TransposeConvOptions o;
  o.padding = random_padding(b);
  o.stride_h = b.random.in(1, 3);
  o.stride_w = b.random.one_in(3) ? b.random.in(1, 3) : o.stride_h;
  o.activation = b.random.one_in(2) ? Activation::kNone : b.activation();
  const std::int32_t kh = b.random.in(1, 5);
  const std::int32_t kw = b.random.one_in(2) ? kh : b.random.in(1, 5);
  const bool same = o.padding == Padding::kSame;
  const auto extent = [&](std::int32_t n, std::int32_t stride, std::int32_t kernel) {
    if (same) return n * stride - b.random.in(0, stride - 1);
    return (n - 1) * stride + kernel + b.random.in(0, stride - 1);
  };
  const std::int32_t out_c = std::min(b.channels(), 24);
  const Shape shape = {s[0], extent(s[1], o.stride_h, kh), extent(s[2], o.stride_w, kw), out_c};
  const std::int32_t out = b.result(shape);
  const std::size_t taps = product(kh, kw, s[3]);
  const std::int32_t filter = b.weights({out_c, kh, kw, s[3]}, 0, taps, in, out);
  std::vector<std::int32_t> inputs = {b.integers(shape), filter, in};
  if (b.random.one_in(2)) inputs.push_back(b.bias(out_c, taps));
  b.add(OpCode::kTransposeConv, std::move(inputs), out, o);
}

void add_fully_connected(Builder& b) {
  const std::int32_t in = b.operand();
  const Shape s = b.shape(in);
  const bool flat = s.size() == 1 || (elements_of(s) < 2000 && b.random.one_in(2));
  FullyConnectedOptions o;
  o.activation = b.activation();
  o.keep_num_dims = !flat;
  const std::int32_t batch = b.single() && flat ? 1 : s[0];
  const std::int32_t depth = flat ? static_cast<std::int32_t>(elements_of(s)) / batch : s.back();
  const std::int32_t outputs = b.channels();
  Shape shape = flat ? Shape{batch, outputs} : s;
  if (flat && !b.single()) shape = {batch, 1, 1, outputs};
  shape.back() = outputs;
  const std::int32_t out = b.result(shape);
  const auto taps = static_cast<std::size_t>(depth);
  const std::int32_t filter = b.weights({outputs, depth}, 0, taps, in, out);
  Quantization& q = b.graph().tensor(filter).quantization;
  if (b.single() && !q.per_axis() && b.random.one_in(4)) q.zero_points[0] = b.random.in(-128, 127);
  b.add(OpCode::kFullyConnected, {in, filter, b.bias(outputs, taps)}, out, o);
}

// The last two dimensions of two images, as attention has them.
void add_products_of_images(Builder& b) {
  const std::int32_t x = b.image(4000);
  const std::int32_t y = b.another(b.shape(x), x);
  Shape shape = b.shape(x);
  const bool rows = b.random.one_in(2);
  shape[3] = shape[2];
  if (!rows) shape[2] = shape[3] = b.shape(x)[3];
  const auto depth = static_cast<float>(b.shape(x)[rows ? 3 : 2]);
  Quantization q = b.any_quantization();
  q.scales[0] = b.quantization(x).scale() * b.quantization(y).scale() * std::sqrt(depth) * 100.0F;
  b.add(OpCode::kBatchMatmul, {x, y}, b.result(shape, q), BatchMatMulOptions{!rows, rows});
}

// Both computed, or one of them constant; leading dimensions broadcast in a single operator.
void add_batch_matmul(Builder& b) {
  BatchMatMulOptions o;
  o.adj_x = b.random.one_in(3);
  o.adj_y = b.random.one_in(2);
  const std::int32_t rows = b.random.in(1, 40);
  const std::int32_t depth = b.random.one_in(3) ? 16 * b.random.in(1, 4) : b.random.in(1, 70);
  const std::int32_t columns = b.random.in(1, 40);
  Shape lead(b.random.size_in(0, 3));
  for (std::int32_t& d : lead) d = b.random.in(1, 4);
  const auto matrix = [&](Shape dims, std::int32_t r, std::int32_t c) {
    dims.push_back(r);
    dims.push_back(c);
    return dims;
  };
  Shape lead_a = lead;
  Shape lead_b = lead;
  for (std::size_t i = 0; i < lead.size(); ++i) {
    if (b.random.one_in(6)) (b.random.one_in(2) ? lead_a : lead_b)[i] = 1;
  }
  if (b.random.one_in(6)) lead_b.clear();
  Shape expected(lead.size());
  for (std::size_t i = 0; i < lead.size(); ++i) {
    const std::size_t missing = lead.size() - lead_b.size();
    expected[i] = std::max(lead_a[i], i < missing ? 1 : lead_b[i - missing]);
  }
  const std::int32_t x =
      b.input(o.adj_x ? matrix(lead_a, depth, rows) : matrix(lead_a, rows, depth), b.any_quantization());
  const Shape shape_y = o.adj_y ? matrix(lead_b, columns, depth) : matrix(lead_b, depth, columns);
  const std::int32_t y =
      b.random.one_in(6) ? b.constant(shape_y, b.any_quantization()) : b.input(shape_y, b.any_quantization());
  Quantization q = b.any_quantization();
  if (!b.random.one_in(8)) {
    q.scales[0] = b.quantization(x).scale() * b.quantization(y).scale() * static_cast<float>(depth) * 100.0F *
                  (0.2F + b.random.share());
  }
  b.add(OpCode::kBatchMatmul, {x, y}, b.result(matrix(expected, rows, columns), q), o);
}

constexpr Family kFamilies[] = {
    {OpCode::kConv2d, 8, 12, add_conv2d},
    {OpCode::kConv2d, 4, 2, add_shallow_conv2d},
    {OpCode::kDepthwiseConv2d, 6, 8, add_depthwise},
    {OpCode::kTransposeConv, 3, 1, add_transpose_conv},
    {OpCode::kFullyConnected, 4, 4, add_fully_connected},
    {OpCode::kBatchMatmul, 4, 0, add_batch_matmul},
    {OpCode::kBatchMatmul, 0, 1, add_products_of_images},
    {OpCode::kPad, 0, 4, add_padded},
};

}  // namespace

std::span<const Family> convolutions() { return kFamilies; }

}  // namespace auklet::compiler::test
