// Layers of well-known networks, and random data for them.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <auklet/kernels/conv2d.hpp>
#include <auklet/kernels/fully_connected.hpp>

namespace auklet::bench {

enum class Kind : std::uint8_t { kConv, kPointwise, kDepthwise, kFullyConnected };

[[nodiscard]] const char* name(Kind kind);

/// SAME padding; the batch is 1. A fully connected layer is an image of one pixel.
struct Layer {
  std::string network;
  Kind kind = Kind::kConv;
  kernels::Shape4 input;
  std::int32_t outputs = 1;
  std::int32_t filter_height = 1;
  std::int32_t filter_width = 1;
  std::int32_t stride = 1;

  [[nodiscard]] std::string title() const;
};

[[nodiscard]] std::span<const Layer> layers();

/// A layer with data. Activations are int8 with zero point -128 at both ends, as behind a ReLU, so that whoever wants
/// uint8 has zero point 0: the fastest case of the peers that treat zero points apart.
struct Problem {
  explicit Problem(const Layer& shape);
  Problem(const Problem&) = delete;
  Problem& operator=(const Problem&) = delete;

  static constexpr std::int32_t kZeroPoint = -128;

  Layer layer;
  kernels::Shape4 input_shape, filter_shape, output_shape;  ///< As kernels::conv2d or depthwise_conv2d have them.
  std::int32_t pad_bottom = 0, pad_right = 0;               ///< The others are in `params`.
  std::vector<std::int8_t> input, filter;
  std::vector<std::int32_t> bias;
  std::vector<float> scales;  ///< One for each output channel, alike when fully connected; the output's step is 1.
  std::vector<kernels::QuantizedMultiplier> multipliers;
  kernels::Conv2dParams params;

  [[nodiscard]] kernels::FullyConnectedParams fully_connected() const;
  [[nodiscard]] std::int64_t macs() const;
};

}  // namespace auklet::bench
