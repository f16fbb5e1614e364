#include "layers.hpp"

#include <cmath>
#include <random>
#include <stdexcept>

#include <auklet/kernels/quantization.hpp>

namespace auklet::bench {
namespace {

using kernels::Shape4;

constexpr Kind kConv = Kind::kConv;
constexpr Kind kPoint = Kind::kPointwise;
constexpr Kind kDepth = Kind::kDepthwise;
constexpr Kind kFull = Kind::kFullyConnected;

Layer square(const char* network, Kind kind, std::int32_t side, std::int32_t inputs, std::int32_t outputs,
             std::int32_t stride) {
  const std::int32_t filter = kind == kConv || kind == kDepth ? 3 : 1;
  return {network, kind, {1, side, side, inputs}, outputs, filter, filter, stride};
}

std::vector<Layer> make_layers() {
  std::vector<Layer> all;
  // Keyword spotting, DS-CNN: its first filter is 10x4.
  all.push_back({"KWS", kConv, {1, 49, 10, 1}, 64, 10, 4, 2});
  all.push_back({"KWS", kDepth, {1, 25, 5, 64}, 64, 3, 3, 1});
  all.push_back({"KWS", kPoint, {1, 25, 5, 64}, 64, 1, 1, 1});
  all.push_back(square("KWS", kFull, 1, 64, 12, 1));
  struct Row {
    const char* network;
    Kind kind;
    std::int32_t side, inputs, outputs, stride;
  };
  constexpr Row kRows[] = {
      // Image classification, ResNet8.
      {"ResNet8", kConv, 32, 3, 16, 1},
      {"ResNet8", kConv, 32, 16, 16, 1},
      {"ResNet8", kConv, 32, 16, 32, 2},
      {"ResNet8", kPoint, 32, 16, 32, 2},
      {"ResNet8", kConv, 16, 32, 32, 1},
      {"ResNet8", kConv, 16, 32, 64, 2},
      {"ResNet8", kPoint, 16, 32, 64, 2},
      {"ResNet8", kConv, 8, 64, 64, 1},
      {"ResNet8", kFull, 1, 64, 10, 1},
      // Visual wake words, MobileNetV1 0.25 of 96x96.
      {"VWW", kConv, 96, 3, 8, 2},
      {"VWW", kDepth, 48, 8, 8, 1},
      {"VWW", kPoint, 48, 8, 16, 1},
      {"VWW", kDepth, 48, 16, 16, 2},
      {"VWW", kPoint, 24, 16, 32, 1},
      {"VWW", kDepth, 24, 32, 32, 1},
      {"VWW", kPoint, 24, 32, 32, 1},
      {"VWW", kDepth, 24, 32, 32, 2},
      {"VWW", kPoint, 12, 32, 64, 1},
      {"VWW", kDepth, 12, 64, 64, 1},
      {"VWW", kPoint, 12, 64, 64, 1},
      {"VWW", kDepth, 12, 64, 64, 2},
      {"VWW", kPoint, 6, 64, 128, 1},
      {"VWW", kDepth, 6, 128, 128, 1},
      {"VWW", kPoint, 6, 128, 128, 1},
      {"VWW", kDepth, 6, 128, 128, 2},
      {"VWW", kPoint, 3, 128, 256, 1},
      {"VWW", kDepth, 3, 256, 256, 1},
      {"VWW", kPoint, 3, 256, 256, 1},
      {"VWW", kFull, 1, 256, 2, 1},
      // Anomaly detection, an autoencoder.
      {"AD", kFull, 1, 640, 128, 1},
      {"AD", kFull, 1, 128, 128, 1},
      {"AD", kFull, 1, 128, 8, 1},
      {"AD", kFull, 1, 8, 128, 1},
      {"AD", kFull, 1, 128, 640, 1},
      // MobileNetV2 1.0 of 224x224, each shape once.
      {"MobileNetV2", kConv, 224, 3, 32, 2},
      {"MobileNetV2", kDepth, 112, 32, 32, 1},
      {"MobileNetV2", kPoint, 112, 32, 16, 1},
      {"MobileNetV2", kPoint, 112, 16, 96, 1},
      {"MobileNetV2", kDepth, 112, 96, 96, 2},
      {"MobileNetV2", kPoint, 56, 96, 24, 1},
      {"MobileNetV2", kPoint, 56, 24, 144, 1},
      {"MobileNetV2", kDepth, 56, 144, 144, 1},
      {"MobileNetV2", kPoint, 56, 144, 24, 1},
      {"MobileNetV2", kDepth, 56, 144, 144, 2},
      {"MobileNetV2", kPoint, 28, 144, 32, 1},
      {"MobileNetV2", kPoint, 28, 32, 192, 1},
      {"MobileNetV2", kDepth, 28, 192, 192, 1},
      {"MobileNetV2", kPoint, 28, 192, 32, 1},
      {"MobileNetV2", kDepth, 28, 192, 192, 2},
      {"MobileNetV2", kPoint, 14, 192, 64, 1},
      {"MobileNetV2", kPoint, 14, 64, 384, 1},
      {"MobileNetV2", kDepth, 14, 384, 384, 1},
      {"MobileNetV2", kPoint, 14, 384, 64, 1},
      {"MobileNetV2", kPoint, 14, 384, 96, 1},
      {"MobileNetV2", kPoint, 14, 96, 576, 1},
      {"MobileNetV2", kDepth, 14, 576, 576, 1},
      {"MobileNetV2", kPoint, 14, 576, 96, 1},
      {"MobileNetV2", kDepth, 14, 576, 576, 2},
      {"MobileNetV2", kPoint, 7, 576, 160, 1},
      {"MobileNetV2", kPoint, 7, 160, 960, 1},
      {"MobileNetV2", kDepth, 7, 960, 960, 1},
      {"MobileNetV2", kPoint, 7, 960, 160, 1},
      {"MobileNetV2", kPoint, 7, 960, 320, 1},
      {"MobileNetV2", kPoint, 7, 320, 1280, 1},
      {"MobileNetV2", kFull, 1, 1280, 1000, 1},
  };
  for (const Row& r : kRows) all.push_back(square(r.network, r.kind, r.side, r.inputs, r.outputs, r.stride));
  return all;
}

kernels::PaddedExtent same(std::int32_t input, std::int32_t filter, std::int32_t stride) {
  kernels::PaddedExtent extent;
  if (resolve_padding(kernels::Padding::kSame, input, filter, stride, 1, extent) != kernels::Status::kOk) {
    throw std::logic_error("a layer's padding cannot be resolved");
  }
  return extent;
}

}  // namespace

const char* name(Kind kind) {
  switch (kind) {
    case Kind::kConv:
      return "conv";
    case Kind::kPointwise:
      return "pointwise";
    case Kind::kDepthwise:
      return "depthwise";
    case Kind::kFullyConnected:
      return "fully connected";
  }
  return "";
}

std::string Layer::title() const {
  const auto text = [](std::int32_t number) { return std::to_string(number); };
  if (kind == Kind::kFullyConnected) return text(input.channels) + " to " + text(outputs);
  std::string result = text(input.height) + "x" + text(input.width) + "x" + text(input.channels);
  if (kind != Kind::kDepthwise) result += " to " + text(outputs);
  if (filter_height > 1) result += ", " + text(filter_height) + "x" + text(filter_width);
  return stride == 1 ? result : result + ", stride " + text(stride);
}

std::span<const Layer> layers() {
  static const std::vector<Layer> all = make_layers();
  return all;
}

Problem::Problem(const Layer& shape) : layer(shape), input_shape(shape.input) {
  const kernels::PaddedExtent y = same(shape.input.height, shape.filter_height, shape.stride);
  const kernels::PaddedExtent x = same(shape.input.width, shape.filter_width, shape.stride);
  output_shape = {1, y.output, x.output, shape.outputs};
  pad_bottom = y.pad_after;
  pad_right = x.pad_after;
  const bool depthwise = shape.kind == Kind::kDepthwise;
  filter_shape = {depthwise ? 1 : shape.outputs, shape.filter_height, shape.filter_width, shape.input.channels};

  std::mt19937 random(1);  // NOLINT(cert-msc32-c,cert-msc51-cpp): the same data in every run.
  const auto fill = [&](std::vector<std::int8_t>& values, const Shape4& s) {
    values.resize(static_cast<std::size_t>(element_count(s)));
    std::uniform_int_distribution<int> any(-127, 127);
    for (std::int8_t& v : values) v = static_cast<std::int8_t>(any(random));
  };
  fill(input, input_shape);
  fill(filter, filter_shape);
  // Outputs that spread over int8: a product has a standard deviation of about 148 * 74.
  const double terms = static_cast<double>(macs()) / static_cast<double>(element_count(output_shape));
  const double usual = 60.0 / (std::sqrt(terms) * 148.0 * 74.0);
  std::uniform_real_distribution<double> around(0.7, 1.4);
  std::uniform_int_distribution<std::int32_t> offset(-2000, 2000);
  const bool one_scale = shape.kind == Kind::kFullyConnected;
  for (std::int32_t c = 0; c < shape.outputs; ++c) {
    bias.push_back(offset(random));
    scales.push_back(one_scale && c > 0 ? scales[0] : static_cast<float>(usual * around(random)));
  }
  for (const float scale : scales) {
    if (conv_multiplier(1.0F, scale, 1.0F, multipliers.emplace_back()) != kernels::Status::kOk) {
      throw std::logic_error("a layer's scale is out of range");
    }
  }
  if (one_scale) multipliers.resize(1);
  params.window.stride_height = params.window.stride_width = shape.stride;
  params.window.pad_top = y.pad_before;
  params.window.pad_left = x.pad_before;
  params.input_zero_point = params.output_zero_point = kZeroPoint;
  params.multipliers = multipliers;
}

kernels::FullyConnectedParams Problem::fully_connected() const {
  kernels::FullyConnectedParams result;
  result.input_zero_point = result.output_zero_point = kZeroPoint;
  result.multipliers = multipliers;
  return result;
}

std::int64_t Problem::macs() const {
  const std::int64_t inputs = layer.kind == Kind::kDepthwise ? 1 : input_shape.channels;
  return element_count(output_shape) * layer.filter_height * layer.filter_width * inputs;
}

}  // namespace auklet::bench
