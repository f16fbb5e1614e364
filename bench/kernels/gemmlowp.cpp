// gemmlowp: products of uint8 matrices with its fixed-point output pipeline. It packs its operands at every call; an
// image whose windows are not its pixels is unrolled first, which counts. It has no depthwise convolution. Its output
// stage with a scale a channel does not compile for x86, so it gets the first channel's for all; that output compares
// with nothing.
#include <cstring>
#include <tuple>

#include <public/gemmlowp.h>

#include "runner.hpp"

namespace auklet::bench {
namespace {

class Gemmlowp : public Runner {
 public:
  explicit Gemmlowp(const Problem& p) : problem_(p), output_(static_cast<std::size_t>(element_count(p.output_shape))) {
    for (const std::int8_t v : p.input) input_.push_back(static_cast<std::uint8_t>(v + 128));
    for (const std::int8_t v : p.filter) filter_.push_back(static_cast<std::uint8_t>(v + 128));
    depth_ = p.filter_shape.height * p.filter_shape.width * p.filter_shape.channels;
    rows_ = p.output_shape.height * p.output_shape.width;
    direct_ = depth_ == p.input_shape.channels && p.layer.stride == 1;
    if (!direct_) windows_.resize(static_cast<std::size_t>(depth_) * static_cast<std::size_t>(rows_));
    context_.set_max_num_threads(1);
  }

  void run() override {
    using Column = gemmlowp::VectorMap<const std::int32_t, gemmlowp::VectorShape::Col>;
    if (!direct_) unroll();
    const int channels = problem_.layer.outputs;
    gemmlowp::OutputStageBiasAddition<Column> bias;
    bias.bias_vector = Column(problem_.bias.data(), channels);
    gemmlowp::OutputStageScaleInt32ByFixedPointAndExponent scale;
    scale.result_fixedpoint_multiplier = problem_.multipliers[0].value;
    scale.result_exponent = problem_.multipliers[0].shift;
    scale.result_offset_after_shift = 0;
    const auto pipeline = std::make_tuple(bias, scale, gemmlowp::OutputStageSaturatingCastToUint8());
    const gemmlowp::MatrixMap<const std::uint8_t, gemmlowp::MapOrder::RowMajor> lhs(filter_.data(), channels, depth_);
    const gemmlowp::MatrixMap<const std::uint8_t, gemmlowp::MapOrder::ColMajor> rhs(
        direct_ ? input_.data() : windows_.data(), depth_, rows_);
    gemmlowp::MatrixMap<std::uint8_t, gemmlowp::MapOrder::ColMajor> result(output_.data(), channels, rows_);
    gemmlowp::GemmWithOutputPipeline<std::uint8_t, std::uint8_t, gemmlowp::DefaultL8R8BitDepthParams>(
        &context_, lhs, rhs, &result, -128, 0, pipeline);
  }

  std::vector<std::int8_t> output() override {
    std::vector<std::int8_t> result;
    if (problem_.multipliers.size() > 1) return result;
    result.reserve(output_.size());
    for (const std::uint8_t b : output_) result.push_back(static_cast<std::int8_t>(b - 128));
    return result;
  }

 private:
  void unroll() {
    const auto& p = problem_;
    const auto& w = p.params.window;
    const auto pixel = static_cast<std::size_t>(p.input_shape.channels);
    std::uint8_t* to = windows_.data();
    for (std::int32_t oy = 0; oy < p.output_shape.height; ++oy) {
      for (std::int32_t ox = 0; ox < p.output_shape.width; ++ox) {
        for (std::int32_t ky = 0; ky < p.filter_shape.height; ++ky) {
          for (std::int32_t kx = 0; kx < p.filter_shape.width; ++kx, to += pixel) {
            const std::int32_t y = oy * w.stride_height - w.pad_top + ky;
            const std::int32_t x = ox * w.stride_width - w.pad_left + kx;
            if (y < 0 || y >= p.input_shape.height || x < 0 || x >= p.input_shape.width) {
              std::memset(to, 0, pixel);
            } else {
              std::memcpy(to, &input_[element_index(p.input_shape, 0, y, x, 0)], pixel);
            }
          }
        }
      }
    }
  }

  const Problem& problem_;
  std::vector<std::uint8_t> input_, filter_, windows_, output_;
  int depth_ = 0, rows_ = 0;
  bool direct_ = false;
  gemmlowp::GemmContext context_;
};

}  // namespace

std::unique_ptr<Runner> make_gemmlowp(const Problem& problem) {
  if (problem.layer.kind == Kind::kDepthwise) return nullptr;
  return std::make_unique<Gemmlowp>(problem);
}

}  // namespace auklet::bench
