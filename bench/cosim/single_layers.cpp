#include "single_layers.hpp"

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace auklet::bench {
namespace {

using compiler::Graph;
using compiler::Model;
using compiler::OpCode;
using compiler::Operator;
using compiler::Options;
using compiler::Quantization;
using compiler::TensorType;
using Shape = std::vector<std::int32_t>;

constexpr std::uint32_t kSeed = 2024;
constexpr float kInputScale = 0.02F;
constexpr float kWeightScale = 0.005F;

template <typename T>
std::vector<std::byte> bytes_of(const std::vector<T>& values) {
  const std::span<const std::byte> bytes = std::as_bytes(std::span<const T>(values));
  return {bytes.begin(), bytes.end()};
}

// Builds a graph of one operator, tensor by tensor.
class Maker {
 public:
  Maker() {
    model_.graphs.emplace_back();
    graph().name = "main";
  }

  // An input of the network. Its zero point is not 0, so that padding is not either.
  std::int32_t input(Shape shape, float scale = kInputScale) {
    const std::int32_t tensor =
        add("input" + std::to_string(graph().inputs.size()), std::move(shape), {{scale}, {-3}, 0});
    graph().inputs.push_back(tensor);
    return tensor;
  }

  // Weights with a scale for each of `channels` slices along `axis`.
  std::int32_t weights(Shape shape, std::int32_t channels, std::int32_t axis) {
    std::size_t count = 1;
    for (const std::int32_t d : shape) count *= static_cast<std::size_t>(d);
    std::vector<std::int8_t> values(count);
    // Symmetric: -128 is no weight.
    for (std::int8_t& value : values)
      value = static_cast<std::int8_t>(static_cast<std::int32_t>(engine_() % 255) - 127);
    const std::int32_t tensor =
        model_.add_constant(graph(), "weights", TensorType::kInt8, std::move(shape), bytes_of(values));
    Quantization quantization{{}, {}, axis};
    for (std::int32_t c = 0; c < channels; ++c) {
      quantization.scales.push_back(kWeightScale * (1.0F + 0.1F * static_cast<float>(c % 7)));
      quantization.zero_points.push_back(0);
    }
    graph().tensor(tensor).quantization = std::move(quantization);
    return tensor;
  }

  std::int32_t bias(std::int32_t channels) {
    std::vector<std::int32_t> values(static_cast<std::size_t>(channels));
    for (std::int32_t& value : values) value = static_cast<std::int32_t>(engine_() % 20001) - 10000;
    return model_.add_constant(graph(), "bias", TensorType::kInt32, {channels}, bytes_of(values));
  }

  // The network's output, of sums of `taps` products of operands with these scales: it uses the range of int8, and so
  // shows any wrong sum, if all operands are random.
  std::int32_t sums(Shape shape, std::int32_t taps, float scale) {
    constexpr float kDeviation = 74.0F;  // Of random int8.
    constexpr float kWanted = 40.0F;     // The same of outputs; few are clamped.
    return output(std::move(shape), scale * kDeviation * kDeviation * std::sqrt(static_cast<float>(taps)) / kWanted);
  }

  std::int32_t output(Shape shape, float scale) {
    const std::int32_t tensor = add("output", std::move(shape), {{scale}, {5}, 0});
    graph().outputs.push_back(tensor);
    return tensor;
  }

  Model finish(OpCode code, Shape inputs, Options options) {
    Operator op;
    op.code = code;
    op.inputs = std::move(inputs);
    op.outputs = graph().outputs;
    op.options = std::move(options);
    graph().operators.push_back(std::move(op));
    return std::move(model_);
  }

 private:
  Graph& graph() { return model_.main(); }

  std::int32_t add(std::string name, Shape shape, Quantization quantization) {
    compiler::Tensor tensor;
    tensor.name = std::move(name);
    tensor.shape = std::move(shape);
    tensor.quantization = std::move(quantization);
    graph().tensors.push_back(std::move(tensor));
    return static_cast<std::int32_t>(graph().tensors.size() - 1);
  }

  Model model_;
  std::mt19937 engine_{kSeed};  // NOLINT(*-msc51-cpp,*-msc32-c): predictable is what it has to be.
};

// A convolution with padding SAME and stride 1.
template <std::int32_t kKernel, std::int32_t kSide, std::int32_t kIn, std::int32_t kOut>
Model convolution() {
  Maker maker;
  const std::int32_t in = maker.input({1, kSide, kSide, kIn});
  const std::int32_t filter = maker.weights({kOut, kKernel, kKernel, kIn}, kOut, 0);
  const std::int32_t bias = maker.bias(kOut);
  maker.sums({1, kSide, kSide, kOut}, kKernel * kKernel * kIn, kInputScale * kWeightScale);
  return maker.finish(OpCode::kConv2d, {in, filter, bias}, compiler::Conv2dOptions{});
}

template <std::int32_t kHeight, std::int32_t kWidth, std::int32_t kChannels>
Model depthwise() {
  Maker maker;
  const std::int32_t in = maker.input({1, kHeight, kWidth, kChannels});
  const std::int32_t filter = maker.weights({1, 3, 3, kChannels}, kChannels, 3);
  const std::int32_t bias = maker.bias(kChannels);
  maker.sums({1, kHeight, kWidth, kChannels}, 9, kInputScale * kWeightScale);
  return maker.finish(OpCode::kDepthwiseConv2d, {in, filter, bias}, compiler::DepthwiseConv2dOptions{});
}

// [rows, depth] times constant weights.
template <std::int32_t kRows, std::int32_t kDepth, std::int32_t kColumns>
Model fully_connected() {
  Maker maker;
  const std::int32_t in = maker.input({kRows, kDepth});
  const std::int32_t filter = maker.weights({kColumns, kDepth}, 1, 0);
  const std::int32_t bias = maker.bias(kColumns);
  maker.sums({kRows, kColumns}, kDepth, kInputScale * kWeightScale);
  return maker.finish(OpCode::kFullyConnected, {in, filter, bias}, compiler::FullyConnectedOptions{});
}

// [rows, depth] times [depth, columns], both of them inputs.
template <std::int32_t kRows, std::int32_t kDepth, std::int32_t kColumns>
Model product() {
  Maker maker;
  const std::int32_t a = maker.input({1, kRows, kDepth});
  const std::int32_t b = maker.input({1, kDepth, kColumns});
  maker.sums({1, kRows, kColumns}, kDepth, kInputScale * kInputScale);
  return maker.finish(OpCode::kBatchMatmul, {a, b}, compiler::BatchMatMulOptions{});
}

template <std::int32_t kSide, std::int32_t kChannels>
Model addition() {
  Maker maker;
  const std::int32_t a = maker.input({1, kSide, kSide, kChannels});
  const std::int32_t b = maker.input({1, kSide, kSide, kChannels}, 1.5F * kInputScale);
  maker.output({1, kSide, kSide, kChannels}, 2.0F * kInputScale);
  return maker.finish(OpCode::kAdd, {a, b}, compiler::AddOptions{});
}

constexpr std::array<SingleLayer, 9> kLayers{{
    {"conv3x3_16x16x64_64", convolution<3, 16, 64, 64>},
    {"conv3x3_32x32x16_16", convolution<3, 32, 16, 16>},
    {"conv1x1_16x16x64_64", convolution<1, 16, 64, 64>},
    {"matmul_256x256x256", fully_connected<256, 256, 256>},
    {"matmul_128x312x312", fully_connected<128, 312, 312>},
    {"batch_matmul_256x256x256", product<256, 256, 256>},
    {"depthwise3x3_25x5x64", depthwise<25, 5, 64>},
    {"fully_connected_256_256", fully_connected<1, 256, 256>},
    {"add_16x16x64", addition<16, 64>},
}};

}  // namespace

std::span<const SingleLayer> single_layers() { return kLayers; }

}  // namespace auklet::bench
