#include "builder.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <string>

namespace auklet::compiler::test {
namespace {

constexpr std::array<std::int32_t, 20> kChannels = {1,  2,  3,  4,  5,  7,  8,  12, 15, 16,
                                                    16, 17, 20, 24, 31, 32, 33, 48, 64, 80};
constexpr std::array kActivations = {Activation::kNone, Activation::kNone, Activation::kRelu, Activation::kRelu6,
                                     Activation::kReluN1To1};
constexpr std::array<std::int32_t, 6> kZeroPoints = {-128, 127, 0, -127, 1, -1};

}  // namespace

std::vector<std::int8_t> Random::int8s(std::size_t count) {
  std::vector<std::int8_t> values(count);
  const std::int32_t kind = in(1, 24);
  const auto same = static_cast<std::int8_t>(in(-128, 127));
  for (std::int8_t& value : values) {
    value = kind == 1 ? same : static_cast<std::int8_t>(kind == 2 ? (one_in(2) ? -128 : 127) : in(-128, 127));
  }
  return values;
}

std::size_t elements_of(const Shape& shape) {
  std::size_t elements = 1;
  for (const std::int32_t d : shape) elements *= static_cast<std::size_t>(d);
  return elements;
}

Builder::Builder(std::uint64_t seed, Kind kind) : random(seed), kind_(kind) {
  model_.graphs.emplace_back();
  model_.main().name = "main";
  if (kind == Kind::kSingleOperator) return;
  const std::int32_t inputs = random.in(1, 2);
  for (std::int32_t i = 0; i < inputs; ++i) {
    // In an order of their own here and below: that of a call's arguments is the compiler's.
    Quantization quantization = any_quantization();
    input({random.one_in(6) ? 2 : 1, random.in(3, 14), random.in(3, 14), std::min(channels(), 48)},
          std::move(quantization));
  }
}

std::int32_t Builder::channels() {
  if (random.one_in(12)) return random.in(1, 100);
  return random.pick(kChannels);
}

Shape Builder::image_shape(std::size_t most) {
  for (;;) {
    const std::int32_t side = random.one_in(4) ? 40 : 18;
    Shape shape = {random.one_in(4) ? random.in(2, 3) : 1, random.in(1, side), random.in(1, side), channels()};
    if (random.one_in(8)) shape[1] = shape[2] = 1;
    if (random.one_in(16)) shape[2] = random.in(20, 200);  // Longer than a line of the depthwise window.
    if (elements_of(shape) <= most) return shape;
  }
}

Quantization Builder::any_quantization() {
  if (!single() || !random.one_in(4)) return {{0.01F + 0.03F * random.share()}, {random.in(-128, 127)}, 0};
  const float scale =
      random.one_in(2) ? std::exp2(static_cast<float>(random.in(-14, 6))) : std::exp2(random.share() * 20.0F - 14.0F);
  return {{scale}, {random.one_in(2) ? random.pick(kZeroPoints) : random.in(-128, 127)}, 0};
}

Activation Builder::activation() { return random.pick(kActivations); }

std::int32_t Builder::input(Shape shape, Quantization quantization) {
  const std::int32_t tensor = result(std::move(shape), std::move(quantization));
  graph().inputs.push_back(tensor);
  computed_.push_back(tensor);
  return tensor;
}

std::int32_t Builder::result(Shape shape, Quantization quantization) {
  return add_tensor(graph(), "t" + std::to_string(graph().tensors.size()), TensorType::kInt8, std::move(shape),
                    std::move(quantization));
}

// Mostly the newest, sometimes any earlier one, which makes branches.
std::int32_t Builder::some(const std::vector<std::int32_t>& among) {
  return random.one_in(3) ? random.pick(among) : among.back();
}

std::int32_t Builder::image(std::size_t most) {
  std::vector<std::int32_t> images;
  for (const std::int32_t tensor : computed_) {
    if (shape(tensor).size() == 4 && elements_of(shape(tensor)) <= most) images.push_back(tensor);
  }
  if (!images.empty() && !single()) return some(images);
  Quantization quantization = any_quantization();
  return input(image_shape(most), std::move(quantization));
}

std::int32_t Builder::operand(std::size_t most) {
  if (!single()) {
    if (!random.one_in(4)) return image(most);
    std::vector<std::int32_t> tensors;
    for (const std::int32_t tensor : computed_) {
      const bool scalar = shape(tensor).empty();  // What UNPACK makes of a row.
      const bool int8 = graph().tensor(tensor).type == TensorType::kInt8;
      if (int8 && !scalar && elements_of(shape(tensor)) <= most) tensors.push_back(tensor);
    }
    return tensors.empty() ? image(most) : some(tensors);
  }
  for (;;) {
    Shape shape(random.size_in(1, 5));
    for (std::int32_t& d : shape) d = random.one_in(5) ? 1 : random.in(1, 12);
    shape.back() = random.one_in(3) ? random.in(1, 300) : channels();
    if (elements_of(shape) <= most) return input(std::move(shape), any_quantization());
  }
}

std::int32_t Builder::another(const Shape& wanted, std::int32_t but) {
  if (single()) return input(wanted, any_quantization());
  std::vector<std::int32_t> others;
  for (const std::int32_t tensor : computed_) {
    if (tensor != but && shape(tensor) == wanted) others.push_back(tensor);
  }
  if (!others.empty()) return random.pick(others);
  return shape(but) == wanted ? but : input(wanted, any_quantization());
}

std::int32_t Builder::constant(Shape shape, Quantization quantization) {
  const std::size_t elements = elements_of(shape);
  const std::int32_t tensor =
      model_.add_constant(graph(), "c", TensorType::kInt8, std::move(shape), bytes_of(random.int8s(elements)));
  graph().tensor(tensor).quantization = std::move(quantization);
  return tensor;
}

std::int32_t Builder::constant_of(std::int8_t value, std::int32_t like) {
  const std::int32_t tensor = model_.add_constant(graph(), "c", TensorType::kInt8, {1}, bytes_of(std::vector{value}));
  graph().tensor(tensor).quantization = quantization(like);
  return tensor;
}

std::int32_t Builder::integers(const std::vector<std::int32_t>& values) {
  return model_.add_constant(graph(), "i", TensorType::kInt32, {static_cast<std::int32_t>(values.size())},
                             bytes_of(values));
}

std::int32_t Builder::scalar(std::int32_t value) {
  return model_.add_constant(graph(), "i", TensorType::kInt32, {}, bytes_of(std::vector{value}));
}

// Products of uniform int8 values have a standard deviation of about 74 * 74; their sum should have one of about 50.
std::int32_t Builder::weights(Shape shape, std::int32_t axis, std::size_t taps, std::int32_t in, std::int32_t out) {
  const auto slices = static_cast<std::size_t>(shape[static_cast<std::size_t>(axis)]);
  const bool per_tensor = random.one_in(4);
  Quantization q;
  q.axis = per_tensor ? 0 : axis;
  float typical = quantization(out).scale() / quantization(in).scale() * 0.01F / std::sqrt(static_cast<float>(taps));
  if (single() && random.one_in(10)) typical *= std::exp2(random.share() * 24.0F - 12.0F);
  for (std::size_t i = 0; i < (per_tensor ? 1 : slices); ++i) {
    q.scales.push_back(typical * (0.5F + random.share()));
    q.zero_points.push_back(0);
  }
  return constant(std::move(shape), std::move(q));
}

std::int32_t Builder::bias(std::int32_t channels, std::size_t taps) {
  if (random.one_in(5)) return kAbsent;
  std::int32_t most = static_cast<std::int32_t>(5000.0F * std::sqrt(static_cast<float>(taps)));
  if (single() && random.one_in(16)) most = std::numeric_limits<std::int32_t>::max() / 2 - 1;
  std::vector<std::int32_t> values(static_cast<std::size_t>(channels));
  for (std::int32_t& value : values) value = random.in(-most, most);
  return model_.add_constant(graph(), "b", TensorType::kInt32, {channels}, bytes_of(values));
}

void Builder::add(OpCode code, std::vector<std::int32_t> inputs, std::vector<std::int32_t> outputs, Options options) {
  Operator op;
  op.code = code;
  op.inputs = std::move(inputs);
  op.outputs = std::move(outputs);
  op.options = std::move(options);
  computed_.insert(computed_.end(), op.outputs.begin(), op.outputs.end());
  graph().operators.push_back(std::move(op));
}

void Builder::choose_outputs() {
  std::set<std::int32_t> read;
  for (const Operator& op : graph().operators) read.insert(op.inputs.begin(), op.inputs.end());
  for (const Operator& op : graph().operators) {
    for (const std::int32_t tensor : op.outputs) {
      if (!read.contains(tensor) || random.one_in(8)) graph().outputs.push_back(tensor);
    }
  }
}

Model Builder::take() {
  choose_outputs();
  return std::move(model_);
}

}  // namespace auklet::compiler::test
