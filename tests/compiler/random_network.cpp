#include "random_network.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <utility>

#include "sample_model.hpp"

namespace auklet::compiler::test {
namespace {

class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed * 2 + 1) {}
  std::uint32_t bits() {
    state_ = state_ * 6364136223846793005U + 1442695040888963407U;
    return static_cast<std::uint32_t>(state_ >> 33);
  }
  std::int32_t in(std::int32_t low, std::int32_t high) {
    return low + static_cast<std::int32_t>(bits() % static_cast<std::uint32_t>(high - low + 1));
  }
  bool one_in(std::int32_t n) { return in(1, n) == 1; }
  template <typename T, std::size_t N>
  T pick(const std::array<T, N>& choices) {
    return choices[bits() % N];
  }
  std::vector<std::int8_t> int8s(std::size_t count) {
    std::vector<std::int8_t> values(count);
    for (std::int8_t& value : values) value = static_cast<std::int8_t>(in(-127, 127));
    return values;
  }

 private:
  std::uint64_t state_;
};

constexpr std::array<std::int32_t, 8> kChannels = {1, 3, 8, 12, 16, 20, 32, 48};
constexpr std::array kActivations = {Activation::kNone, Activation::kRelu, Activation::kRelu6};

class Generator {
 public:
  explicit Generator(std::uint64_t seed) : random_(seed) { model_.graphs.emplace_back(); }

  Model make(std::size_t most_operators) {
    const std::int32_t inputs = random_.in(1, 2);
    for (std::int32_t i = 0; i < inputs; ++i) {
      const std::int32_t tensor =
          activation({random_.one_in(6) ? 2 : 1, random_.in(3, 14), random_.in(3, 14), random_.pick(kChannels)});
      graph().inputs.push_back(tensor);
      images_.push_back(tensor);
    }
    const auto count = static_cast<std::size_t>(random_.in(1, static_cast<std::int32_t>(most_operators)));
    while (graph().operators.size() < count) add_operator();
    choose_outputs();
    return std::move(model_);
  }

 private:
  Graph& graph() { return model_.main(); }
  const std::vector<std::int32_t>& shape(std::int32_t tensor) { return graph().tensor(tensor).shape; }

  std::int32_t activation(std::vector<std::int32_t> shape) {
    const Quantization q{{0.01F + 0.0005F * static_cast<float>(random_.in(0, 60))}, {random_.in(-128, 127)}, 0};
    return add_tensor(graph(), "t" + std::to_string(graph().tensors.size()), TensorType::kInt8, std::move(shape), q);
  }

  // Scales that leave the result a spread of values, whatever the number of products.
  std::int32_t weights(std::vector<std::int32_t> shape, std::int32_t axis) {
    std::size_t elements = 1;
    for (const std::int32_t d : shape) elements *= static_cast<std::size_t>(d);
    const auto outputs = static_cast<std::size_t>(shape[static_cast<std::size_t>(axis)]);
    const bool per_tensor = random_.one_in(4);
    const std::size_t scales = per_tensor ? 1 : outputs;
    const std::int32_t tensor =
        model_.add_constant(graph(), "w", TensorType::kInt8, std::move(shape), bytes_of(random_.int8s(elements)));
    Quantization& q = graph().tensor(tensor).quantization;
    q.axis = per_tensor ? 0 : axis;
    const float typical = 0.02F / static_cast<float>(1 + elements / outputs / 8);
    for (std::size_t i = 0; i < scales; ++i) {
      q.scales.push_back(typical * (0.5F + 0.01F * static_cast<float>(random_.in(0, 100))));
      q.zero_points.push_back(0);
    }
    return tensor;
  }

  std::int32_t bias(std::int32_t outputs) {
    if (random_.one_in(5)) return kAbsent;
    std::vector<std::int32_t> values(static_cast<std::size_t>(outputs));
    for (std::int32_t& value : values) value = random_.in(-5000, 5000);
    return model_.add_constant(graph(), "b", TensorType::kInt32, {outputs}, bytes_of(values));
  }

  void add(OpCode code, std::vector<std::int32_t> inputs, std::int32_t output, Options options) {
    Operator op;
    op.code = code;
    op.inputs = std::move(inputs);
    op.outputs = {output};
    op.options = std::move(options);
    graph().operators.push_back(std::move(op));
  }

  // Mostly the newest image, sometimes any earlier one, which makes branches.
  std::int32_t some_image() {
    if (!random_.one_in(3)) return images_.back();
    return images_[random_.bits() % images_.size()];
  }

  void add_operator() {
    switch (random_.in(0, 9)) {
      case 0:
      case 1:
      case 2:
        return add_conv();
      case 3:
      case 4:
        return add_depthwise();
      case 5:
        return add_pool();
      case 6:
        return add_sum();
      case 7:
        return add_reshape();
      case 8:
        return add_fully_connected();
      default:
        return add_softmax();
    }
  }

  static std::int32_t outputs_of(Padding padding, std::int32_t in, std::int32_t kernel, std::int32_t stride) {
    return padding == Padding::kSame ? (in + stride - 1) / stride : (in - kernel + stride) / stride;
  }

  void add_conv() {
    const std::int32_t in = some_image();
    const std::vector<std::int32_t> s = shape(in);
    Conv2dOptions o;
    o.padding = random_.one_in(2) ? Padding::kSame : Padding::kValid;
    o.stride_h = random_.in(1, 2);
    o.stride_w = random_.in(1, 2);
    o.activation = random_.pick(kActivations);
    const bool pointwise = random_.one_in(2);
    const std::int32_t kh = pointwise ? 1 : std::min(s[1], random_.in(1, 4));
    const std::int32_t kw = pointwise ? 1 : std::min(s[2], random_.in(1, 4));
    const std::int32_t groups = s[3] % 4 == 0 && random_.one_in(4) ? 4 : 1;
    const std::int32_t out_c = groups == 4 ? 4 * random_.in(1, 8) : random_.pick(kChannels);
    const std::int32_t out = activation(
        {s[0], outputs_of(o.padding, s[1], kh, o.stride_h), outputs_of(o.padding, s[2], kw, o.stride_w), out_c});
    const std::int32_t filter = weights({out_c, kh, kw, s[3] / groups}, 0);
    add(OpCode::kConv2d, {in, filter, bias(out_c)}, out, o);
    images_.push_back(out);
  }

  void add_depthwise() {
    const std::int32_t in = some_image();
    const std::vector<std::int32_t> s = shape(in);
    DepthwiseConv2dOptions o;
    o.padding = random_.one_in(2) ? Padding::kSame : Padding::kValid;
    o.stride_h = o.stride_w = random_.in(1, 2);
    o.activation = random_.pick(kActivations);
    o.depth_multiplier = random_.one_in(4) ? 2 : 1;
    const std::int32_t kh = std::min(s[1], random_.in(1, 4));
    const std::int32_t kw = std::min(s[2], random_.in(1, 5));
    const std::int32_t out_c = s[3] * o.depth_multiplier;
    const std::int32_t out = activation(
        {s[0], outputs_of(o.padding, s[1], kh, o.stride_h), outputs_of(o.padding, s[2], kw, o.stride_w), out_c});
    const std::int32_t filter = weights({1, kh, kw, out_c}, 3);
    add(OpCode::kDepthwiseConv2d, {in, filter, bias(out_c)}, out, o);
    images_.push_back(out);
  }

  void add_pool() {
    const std::int32_t in = some_image();
    const std::vector<std::int32_t> s = shape(in);
    Pool2dOptions o;
    o.padding = random_.one_in(2) ? Padding::kSame : Padding::kValid;
    o.filter_h = std::min(s[1], random_.in(1, 3));
    o.filter_w = std::min(s[2], random_.in(1, 3));
    o.stride_h = o.stride_w = random_.in(1, 2);
    const std::int32_t out = activation({s[0], outputs_of(o.padding, s[1], o.filter_h, o.stride_h),
                                         outputs_of(o.padding, s[2], o.filter_w, o.stride_w), s[3]});
    graph().tensor(out).quantization = graph().tensor(in).quantization;
    add(random_.one_in(2) ? OpCode::kMaxPool2d : OpCode::kAveragePool2d, {in}, out, o);
    images_.push_back(out);
  }

  void add_sum() {
    const std::int32_t a = some_image();
    const std::vector<std::int32_t> s = shape(a);
    // Another image of the same shape where there is one; else itself, a row, or a constant.
    std::int32_t b = a;
    for (const std::int32_t image : images_) {
      if (image != a && shape(image) == s) b = image;
    }
    if (b == a && random_.one_in(2)) {
      const std::vector<std::int32_t> row = random_.one_in(2) ? std::vector{s[3]} : std::vector{1, s[1], 1, 1};
      std::size_t elements = 1;
      for (const std::int32_t d : row) elements *= static_cast<std::size_t>(d);
      b = model_.add_constant(graph(), "c", TensorType::kInt8, row, bytes_of(random_.int8s(elements)));
      graph().tensor(b).quantization = {{0.03F}, {-7}, 0};
    }
    const std::int32_t out = activation(s);
    graph().tensor(out).quantization.scales[0] += 0.02F;
    AddOptions o;
    o.activation = random_.pick(kActivations);
    if (random_.one_in(2)) {
      add(OpCode::kAdd, {a, b}, out, o);
    } else {
      add(OpCode::kAdd, {b, a}, out, o);
    }
    images_.push_back(out);
  }

  void add_reshape() {
    const std::int32_t in = some_image();
    const std::vector<std::int32_t> s = shape(in);
    // Rows to columns, or channels to columns.
    std::vector<std::int32_t> to = {s[0], s[2], s[1], s[3]};
    if (random_.one_in(3)) to = {s[0], s[1], s[2] * s[3], 1};
    if (random_.one_in(3)) to = {s[0], 1, 1, s[1] * s[2] * s[3]};
    const std::int32_t out = activation(to);
    graph().tensor(out).quantization = graph().tensor(in).quantization;
    add(OpCode::kReshape, {in}, out, ReshapeOptions{to});
    images_.push_back(out);
  }

  void add_fully_connected() {
    const std::int32_t in = some_image();
    const std::vector<std::int32_t> s = shape(in);
    const bool flat = random_.one_in(2);
    const std::int32_t depth = flat ? s[1] * s[2] * s[3] : s[3];
    const std::int32_t outputs = random_.pick(kChannels);
    const std::int32_t out =
        activation(flat ? std::vector{s[0], 1, 1, outputs} : std::vector{s[0], s[1], s[2], outputs});
    FullyConnectedOptions o;
    o.activation = random_.pick(kActivations);
    const std::int32_t filter = weights({outputs, depth}, 0);
    add(OpCode::kFullyConnected, {in, filter, bias(outputs)}, out, o);
    images_.push_back(out);
  }

  // Not on the NPU: ends one segment and begins another.
  void add_softmax() {
    const std::int32_t in = some_image();
    const std::int32_t out = activation(shape(in));
    graph().tensor(out).quantization = {{1.0F / 256.0F}, {-128}, 0};
    add(OpCode::kSoftmax, {in}, out, SoftmaxOptions{1.0F});
    images_.push_back(out);
  }

  // What nobody reads, and now and then something that is read, too.
  void choose_outputs() {
    std::set<std::int32_t> read;
    for (const Operator& op : graph().operators) read.insert(op.inputs.begin(), op.inputs.end());
    for (const Operator& op : graph().operators) {
      const std::int32_t tensor = op.outputs[0];
      if (!read.contains(tensor) || random_.one_in(8)) graph().outputs.push_back(tensor);
    }
  }

  Random random_;
  Model model_;
  std::vector<std::int32_t> images_;  // Tensors of four dimensions.
};

}  // namespace

Model random_network(std::uint64_t seed, std::size_t most_operators) { return Generator(seed).make(most_operators); }

std::vector<Bytes> random_inputs(const Model& model, std::uint64_t seed) {
  Random random(seed ^ 0x1234567U);
  std::vector<Bytes> inputs;
  for (const std::int32_t index : model.main().inputs) {
    inputs.push_back(bytes_of(random.int8s(model.main().tensor(index).bytes())));
  }
  return inputs;
}

}  // namespace auklet::compiler::test
