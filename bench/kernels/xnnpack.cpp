// XNNPACK: qc8 convolutions (one scale a channel) and qs8 fully connected layers, weights packed by it beforehand. It
// requantises in float, rounding once.
#include <limits>
#include <stdexcept>

#include <xnnpack.h>

#include "runner.hpp"

namespace auklet::bench {
namespace {

void require(xnn_status status) {
  if (status != xnn_status_success) throw std::runtime_error("XNNPACK refused a layer");
}

class Xnnpack : public Runner {
 public:
  explicit Xnnpack(const Problem& p)
      : input_(p.input), output_(static_cast<std::size_t>(element_count(p.output_shape)) + XNN_EXTRA_BYTES) {
    require(xnn_initialize(nullptr));
    const auto u32 = [](std::int32_t value) { return static_cast<std::uint32_t>(value); };
    const auto size = [](std::int32_t value) { return static_cast<std::size_t>(value); };
    constexpr auto kZeroPoint = static_cast<std::int8_t>(Problem::kZeroPoint);
    const std::int8_t output_min = std::numeric_limits<std::int8_t>::min();
    const std::int8_t output_max = std::numeric_limits<std::int8_t>::max();
    input_.resize(p.input.size() + XNN_EXTRA_BYTES);
    size_ = static_cast<std::size_t>(element_count(p.output_shape));
    const std::size_t inputs = size(p.input_shape.channels);
    const std::size_t outputs = size(p.layer.outputs);
    if (p.layer.kind == Kind::kFullyConnected) {
      require(xnn_create_fully_connected_nc_qs8(inputs, outputs, inputs, outputs, kZeroPoint, 1.0F, p.scales[0],
                                                p.filter.data(), p.bias.data(), kZeroPoint, 1.0F, output_min,
                                                output_max, 0, &operator_));
      require(xnn_setup_fully_connected_nc_qs8(operator_, 1, input_.data(), output_.data(), nullptr));
      return;
    }
    const bool depthwise = p.layer.kind == Kind::kDepthwise;
    const auto& w = p.params.window;
    require(xnn_create_convolution2d_nhwc_qc8(
        u32(w.pad_top), u32(p.pad_right), u32(p.pad_bottom), u32(w.pad_left), u32(p.layer.filter_height),
        u32(p.layer.filter_width), u32(w.stride_height), u32(w.stride_width), 1, 1,
        depthwise ? u32(p.layer.outputs) : 1, depthwise ? 1 : inputs, depthwise ? 1 : outputs, inputs, outputs,
        kZeroPoint, 1.0F, p.scales.data(), p.filter.data(), p.bias.data(), kZeroPoint, 1.0F, output_min, output_max,
        depthwise ? XNN_FLAG_DEPTHWISE_CONVOLUTION : 0, &operator_));
    require(xnn_setup_convolution2d_nhwc_qc8(operator_, 1, size(p.input_shape.height), size(p.input_shape.width),
                                             input_.data(), output_.data(), nullptr));
  }
  ~Xnnpack() override { xnn_delete_operator(operator_); }

  void run() override { require(xnn_run_operator(operator_, nullptr)); }
  std::vector<std::int8_t> output() override {
    return {output_.begin(), output_.begin() + static_cast<std::ptrdiff_t>(size_)};
  }

 private:
  std::vector<std::int8_t> input_, output_;
  std::size_t size_ = 0;
  xnn_operator_t operator_ = nullptr;
};

}  // namespace

std::unique_ptr<Runner> make_xnnpack(const Problem& problem) { return std::make_unique<Xnnpack>(problem); }

}  // namespace auklet::bench
