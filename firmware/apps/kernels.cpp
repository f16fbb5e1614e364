// Instructions that the operators with a filter take on this processor, in the reference and in the portable kernels,
// on layers of real networks; and that both have the same output.
#include <array>
#include <auklet/board/board.hpp>
#include <auklet/board/console.hpp>
#include <auklet/kernels/conv2d.hpp>
#include <auklet/kernels/depthwise_conv2d.hpp>
#include <auklet/kernels/fully_connected.hpp>
#include <cstddef>
#include <cstdint>
#include <span>

namespace {

using namespace auklet;
using namespace auklet::kernels;

constexpr std::size_t kMostInputs = 20'000;
constexpr std::size_t kMostWeights = 164'000;
constexpr std::size_t kMostChannels = 256;

std::array<std::int8_t, kMostInputs> inputs;
std::array<std::int8_t, kMostWeights> weights;
std::array<std::int8_t, kMostInputs> expected;
std::array<std::int8_t, kMostInputs> found;
std::array<std::int32_t, kMostChannels> biases;
std::array<QuantizedMultiplier, kMostChannels> multipliers;
std::array<std::byte, 32'768> workspace;

board::Console console;

enum class Kind : std::uint8_t { kConv2d, kDepthwise, kFullyConnected };

struct Layer {
  const char* name;
  Kind kind;
  Shape4 input;
  Shape4 filter;  ///< As the kernel's; a fully connected layer's is [outputs, 1, 1, inputs].
  std::int32_t stride;
  std::int32_t pad_top;
  std::int32_t pad_left;
  Shape4 output;
};

constexpr Layer kLayers[] = {
    {"KWS first, 10x4x1 to 64, stride 2", Kind::kConv2d, {1, 49, 10, 1}, {64, 10, 4, 1}, 2, 4, 1, {1, 25, 5, 64}},
    {"KWS pointwise, 64 to 64", Kind::kConv2d, {1, 25, 5, 64}, {64, 1, 1, 64}, 1, 0, 0, {1, 25, 5, 64}},
    {"KWS depthwise, 3x3x64", Kind::kDepthwise, {1, 25, 5, 64}, {1, 3, 3, 64}, 1, 1, 1, {1, 25, 5, 64}},
    {"KWS fully connected, 64 to 12", Kind::kFullyConnected, {1, 1, 1, 64}, {12, 1, 1, 64}, 1, 0, 0, {1, 1, 1, 12}},
    {"VWW first, 3x3x3 to 8, stride 2", Kind::kConv2d, {1, 64, 96, 3}, {8, 3, 3, 3}, 2, 0, 0, {1, 32, 48, 8}},
    {"VWW depthwise, 3x3x16, stride 2", Kind::kDepthwise, {1, 32, 32, 16}, {1, 3, 3, 16}, 2, 0, 0, {1, 16, 16, 16}},
    {"VWW pointwise, 128 to 128", Kind::kConv2d, {1, 6, 6, 128}, {128, 1, 1, 128}, 1, 0, 0, {1, 6, 6, 128}},
    {"ResNet 3x3, 32 to 32", Kind::kConv2d, {1, 16, 16, 32}, {32, 3, 3, 32}, 1, 1, 1, {1, 16, 16, 32}},
    {"anomaly detection, 640 to 128", Kind::kFullyConnected, {1, 1, 1, 640}, {128, 1, 1, 640}, 1, 0, 0, {1, 1, 1, 128}},
};

std::uint32_t random() {
  static std::uint32_t state = 1;
  state = state * 1'664'525U + 1'013'904'223U;
  return state >> 8;
}

void fill() {
  for (std::int8_t& value : inputs) value = static_cast<std::int8_t>(random());
  for (std::int8_t& value : weights) value = static_cast<std::int8_t>(random());
  for (std::int32_t& value : biases) value = static_cast<std::int32_t>(random() % 20'000) - 10'000;
  for (QuantizedMultiplier& value : multipliers) {
    value = {static_cast<std::int32_t>((1U << 30) + random() * 16), -9 + static_cast<std::int32_t>(random() % 2)};
  }
}

/// Calls function(reference or portable kernel's arguments).
Status run(const Layer& layer, bool portable, std::span<std::int8_t> out) {
  const auto input = std::span(inputs).first(static_cast<std::size_t>(element_count(layer.input)));
  const auto filter = std::span(weights).first(static_cast<std::size_t>(element_count(layer.filter)));
  const auto channels = static_cast<std::size_t>(layer.output.channels);
  const auto bias = std::span<const std::int32_t>(biases).first(channels);
  const auto scales = std::span<const QuantizedMultiplier>(multipliers).first(channels);
  const Resources resources{.workspace = workspace, .packed = {}, .parallel = {}};
  if (layer.kind == Kind::kFullyConnected) {
    const FullyConnectedParams params{
        .input_zero_point = -5, .output_zero_point = 3, .multipliers = scales, .activation = {}};
    const Matrix<const std::int8_t> a{1, layer.input.channels, input};
    const Matrix<const std::int8_t> b{layer.output.channels, layer.input.channels, filter};
    const Matrix<std::int8_t> c{1, layer.output.channels, out};
    return portable ? optimized::fully_connected(params, a, b, bias, c, resources)
                    : reference::fully_connected(params, a, b, bias, c);
  }
  const Conv2dParams params{.window = {.stride_height = layer.stride,
                                       .stride_width = layer.stride,
                                       .pad_top = layer.pad_top,
                                       .pad_left = layer.pad_left},
                            .input_zero_point = -5,
                            .output_zero_point = 3,
                            .multipliers = scales,
                            .activation = {}};
  const Tensor4<const std::int8_t> a{layer.input, input};
  const Tensor4<const std::int8_t> b{layer.filter, filter};
  const Tensor4<std::int8_t> c{layer.output, out};
  if (layer.kind == Kind::kConv2d) {
    return portable ? optimized::conv2d(params, a, b, bias, c, resources) : reference::conv2d(params, a, b, bias, c);
  }
  return portable ? optimized::depthwise_conv2d(params, a, b, bias, c, resources)
                  : reference::depthwise_conv2d(params, a, b, bias, c);
}

/// Clock cycles, which are instructions where the simulator runs with a cycle an instruction.
std::uint64_t count(const Layer& layer, bool portable, std::span<std::int8_t> out, Status& status) {
  const std::uint64_t start = board::cycles();
  status = run(layer, portable, out);
  return board::cycles() - start;
}

std::uint64_t products(const Layer& layer) {
  const auto outputs = static_cast<std::uint64_t>(element_count(layer.output));
  const std::int32_t taps = layer.filter.height * layer.filter.width;
  return outputs * static_cast<std::uint64_t>(layer.kind == Kind::kDepthwise ? taps : taps * layer.filter.channels);
}

void print_hundredths(std::uint64_t cycles, std::uint64_t macs) {
  const std::uint64_t hundredths = (cycles * 100 + macs / 2) / macs;
  console << hundredths / 100 << '.' << hundredths / 10 % 10 << hundredths % 10;
}

bool compare(const Layer& layer) {
  const auto size = static_cast<std::size_t>(element_count(layer.output));
  std::array<Status, 2> statuses{};
  const std::uint64_t reference = count(layer, false, std::span(expected).first(size), statuses[0]);
  const std::uint64_t portable = count(layer, true, std::span(found).first(size), statuses[1]);
  for (const Status status : statuses) {
    if (status == Status::kOk) continue;
    console << layer.name << ": " << describe(status) << '\n';
    return false;
  }
  for (std::size_t i = 0; i < size; ++i) {
    if (expected[i] == found[i]) continue;
    console << layer.name << ": element " << i << " is " << found[i] << ", not " << expected[i] << '\n';
    return false;
  }
  const std::uint64_t macs = products(layer);
  console << "| " << layer.name << " | " << macs << " | ";
  print_hundredths(reference, macs);
  console << " | ";
  print_hundredths(portable, macs);
  console << " |\n";
  return true;
}

}  // namespace

int main() {
  fill();
  bool good = true;
  for (const Layer& layer : kLayers) good = compare(layer) && good;
  console << (good ? "PASS\n" : "FAIL\n");
  return good ? 0 : 1;
}
