// Channel by channel: a channel's image is widened into a plane of its own, with its padding, so that taps and
// neighbouring outputs lie at constant distances and no loop asks where the image ends.
#include <algorithm>
#include <auklet/kernels/depthwise_conv2d.hpp>
#include <type_traits>

#include "dsp.hpp"
#include "requantize.hpp"
#include "unroll.hpp"
#include "workspace.hpp"

namespace auklet::kernels::optimized {
namespace {

using namespace portable;  // NOLINT(google-build-using-namespace): its parts.

/// Neighbouring outputs that share the loaded weights.
constexpr std::size_t kOutputs = 4;

/// Elements that a plane has at most, where its rows are not longer: what a band of output rows reads.
constexpr std::uint64_t kPlaneElements = 4096;

/// Whether taps are multiplied in pairs, which have to be neighbours.
constexpr bool in_pairs(const Window2d& w) { return kDsp && w.dilation_width == 1; }

constexpr std::uint64_t round_up(std::uint64_t value, std::uint64_t step) { return (value + step - 1) / step * step; }

/// The plane of one channel, and the taps that one output channel has on it. In 64 bits, so that no size wraps; those
/// of a call that goes on fit its workspace.
struct Geometry {
  std::uint64_t width;         ///< int16 elements of a plane's row.
  std::uint64_t rows;          ///< Of a plane.
  std::uint64_t band;          ///< Output rows that read it.
  std::uint64_t filter_width;  ///< Widened taps of a row; even where pairs are multiplied, the last one zero then.
  std::uint64_t taps;          ///< All widened taps.

  [[nodiscard]] constexpr std::uint64_t elements() const { return taps + width * rows; }
};

// Rows of a plane for `outputs` rows of output.
constexpr std::uint64_t plane_rows(const Window2d& w, const Shape4& filter, std::uint64_t outputs) {
  return (outputs - 1) * static_cast<std::uint64_t>(w.stride_height) +
         static_cast<std::uint64_t>(filter.height - 1) * static_cast<std::uint64_t>(w.dilation_height) + 1;
}

constexpr Geometry geometry_of(const Window2d& w, const Shape4& filter, const Shape4& output) {
  const auto columns = static_cast<std::uint64_t>(filter.width);
  Geometry g{};
  g.filter_width = in_pairs(w) ? round_up(columns, 2) : columns;
  g.taps = round_up(g.filter_width * static_cast<std::uint64_t>(filter.height), 2);
  g.width = static_cast<std::uint64_t>(output.width - 1) * static_cast<std::uint64_t>(w.stride_width) +
            (g.filter_width - 1) * static_cast<std::uint64_t>(w.dilation_width) + 1;
  const std::uint64_t least = plane_rows(w, filter, 1);
  const std::uint64_t most = std::max(least, kPlaneElements / g.width);
  g.band = std::min(static_cast<std::uint64_t>(output.height),
                    1 + (most - least) / static_cast<std::uint64_t>(w.stride_height));
  g.rows = plane_rows(w, filter, g.band);
  return g;
}

struct Layer {
  const DepthwiseConv2dParams& params;
  Tensor4<const std::int8_t> input;
  Tensor4<const std::int8_t> filter;
  Tensor4<std::int8_t> output;
  std::size_t width;         ///< Of the plane.
  std::size_t filter_width;  ///< As Geometry's.
  std::int16_t* weights;
  std::int16_t* plane;
};

/// Where the image lies on a plane for the output rows of a band.
struct Inside {
  std::size_t first_row;
  std::size_t rows;
  std::size_t left;
  std::size_t columns;
  std::int32_t image_row;  ///< Of first_row.
};

// Clears the plane for output rows [first, first + outputs) of every channel: what the image leaves of it is padding.
Inside clear_plane(const Layer& layer, std::int32_t first, std::int32_t outputs) {
  const Window2d& w = layer.params.window;
  const auto rows = static_cast<std::size_t>(plane_rows(w, layer.filter.shape, static_cast<std::uint64_t>(outputs)));
  std::fill(layer.plane, layer.plane + rows * layer.width, std::int16_t{0});
  const Taps down =
      taps_inside(first * w.stride_height - w.pad_top, layer.input.shape.height, static_cast<std::int32_t>(rows), 1);
  const Taps across = taps_inside(-w.pad_left, layer.input.shape.width, static_cast<std::int32_t>(layer.width), 1);
  return {static_cast<std::size_t>(down.begin), static_cast<std::size_t>(down.end - down.begin),
          static_cast<std::size_t>(across.begin), static_cast<std::size_t>(across.end - across.begin),
          first * w.stride_height - w.pad_top + down.begin};
}

// Puts one channel of image `n` onto the plane.
void fill_plane(const Layer& layer, const Inside& inside, std::int32_t n, std::int32_t channel) {
  const Shape4& shape = layer.input.shape;
  const auto channels = static_cast<std::size_t>(shape.channels);
  std::int16_t* row = layer.plane + inside.first_row * layer.width + inside.left;
  for (std::size_t y = 0; y < inside.rows; ++y, row += layer.width) {
    const std::int8_t* in =
        &layer.input.data[element_index(shape, n, inside.image_row + static_cast<std::int32_t>(y), 0, channel)];
    for (std::size_t x = 0; x < inside.columns; ++x, in += channels) {
      row[x] = static_cast<std::int16_t>(*in - layer.params.input_zero_point);
    }
  }
}

void widen_weights(const Layer& layer, std::int32_t channel) {
  const Shape4& filter = layer.filter.shape;
  std::int16_t* taps = layer.weights;
  std::fill(taps, layer.plane, std::int16_t{0});
  for (std::int32_t ky = 0; ky < filter.height; ++ky, taps += layer.filter_width) {
    for (std::int32_t kx = 0; kx < filter.width; ++kx) {
      taps[kx] = layer.filter.data[element_index(filter, 0, ky, kx, channel)];
    }
  }
}

/// What a row of taps needs of the window, as the compiler knows it (kWidth, kStride) or not (0).
struct Steps {
  std::size_t filter_height;
  std::size_t filter_width;
  std::size_t row_step;  ///< From a tap to the one below it on the plane.
  std::size_t tap_step;  ///< From a tap to the next.
  std::size_t stride;    ///< From an output to the next.
};

/// Sums of kCount neighbouring outputs. kWidth: taps of a row, 0 for any; kStride likewise.
template <std::size_t kCount, std::size_t kWidth, std::size_t kStride, bool kPairs>
[[gnu::always_inline]] inline std::array<std::uint32_t, kCount> sum_outputs(const std::int16_t* in,
                                                                            const std::int16_t* weights,
                                                                            const Steps& steps) {
  std::array<std::uint32_t, kCount> sums{};
  const std::size_t stride = kStride == 0 ? steps.stride : kStride;
  for (std::size_t ky = 0; ky < steps.filter_height; ++ky, in += steps.row_step) {
    const auto add_tap = [&](const std::int16_t* at) {
      if constexpr (kPairs) {
        const std::uint32_t pair = load_pair(weights);
        unroll<kCount>([&](auto i) { sums[i] = multiply_pairs(load_unaligned_pair(at + i * stride), pair, sums[i]); });
        weights += 2;
      } else {
        const std::int32_t weight = *weights++;
        unroll<kCount>([&](auto i) { sums[i] += static_cast<std::uint32_t>(at[i * stride] * weight); });
      }
    };
    constexpr std::size_t kStep = kPairs ? 2 : 1;
    if constexpr (kWidth != 0) {
      unroll<kWidth / kStep>([&](auto kx) { add_tap(in + kx * kStep); });
    } else {
      const std::int16_t* at = in;
      for (std::size_t kx = 0; kx < steps.filter_width; kx += kStep, at += kStep * steps.tap_step) add_tap(at);
    }
  }
  return sums;
}

/// What of the output is computed from a plane at a time.
struct Part {
  std::int32_t image;
  std::int32_t channel;
  std::int32_t first_row;
  std::int32_t rows;
};

template <std::size_t kWidth, std::size_t kStride, bool kPairs>
[[gnu::flatten, gnu::noinline]] void filter_plane(const Layer& layer, const Requantizer& requantize, const Part& part) {
  const Window2d& w = layer.params.window;
  const Shape4& shape = layer.output.shape;
  const auto channels = static_cast<std::size_t>(shape.channels);
  const auto width = static_cast<std::size_t>(shape.width);
  const Steps steps{static_cast<std::size_t>(layer.filter.shape.height), layer.filter_width,
                    static_cast<std::size_t>(w.dilation_height) * layer.width,
                    static_cast<std::size_t>(w.dilation_width), static_cast<std::size_t>(w.stride_width)};
  const Requantizer::Channel finish = requantize.channel(static_cast<std::size_t>(part.channel));
  const std::int16_t* plane_row = layer.plane;
  std::int8_t* out = &layer.output.data[element_index(shape, part.image, part.first_row, 0, part.channel)];
  for (std::int32_t row = 0; row < part.rows; ++row) {
    const std::int16_t* in = plane_row;
    std::size_t x = 0;
    for (; x + kOutputs <= width; x += kOutputs, in += kOutputs * steps.stride, out += kOutputs * channels) {
      const auto sums = sum_outputs<kOutputs, kWidth, kStride, kPairs>(in, layer.weights, steps);
      unroll<kOutputs>([&](auto i) { out[i * channels] = finish(sums[i]); });
    }
    for (; x < width; ++x, in += steps.stride, out += channels) {
      *out = finish(sum_outputs<1, kWidth, kStride, kPairs>(in, layer.weights, steps)[0]);
    }
    plane_row += static_cast<std::size_t>(w.stride_height) * layer.width;
  }
}

// With the loops that fit the window best. Three taps a row at stride 1 and 2 are what networks have.
void filter_channel(const Layer& layer, const Requantizer& requantize, const Part& part) {
  constexpr std::size_t kThree = kDsp ? 4 : 3;
  const Window2d& w = layer.params.window;
  const bool three = w.dilation_width == 1 && layer.filter.shape.width == 3;
  if (three && w.stride_width == 1) {
    filter_plane<kThree, 1, kDsp>(layer, requantize, part);
  } else if (three && w.stride_width == 2) {
    filter_plane<kThree, 2, kDsp>(layer, requantize, part);
  } else if (in_pairs(w)) {
    filter_plane<0, 0, kDsp>(layer, requantize, part);
  } else {
    filter_plane<0, 0, false>(layer, requantize, part);
  }
}

}  // namespace

std::size_t depthwise_conv2d_workspace(const DepthwiseConv2dParams& params, Shape4 /*input*/, Shape4 filter,
                                       Shape4 output, bool /*packed*/) {
  return workspace_bytes(geometry_of(params.window, filter, output).elements());
}

Status depthwise_conv2d(const DepthwiseConv2dParams& params, Tensor4<const std::int8_t> input,
                        Tensor4<const std::int8_t> filter, std::span<const std::int32_t> bias,
                        Tensor4<std::int8_t> output, const Resources& resources) {
  Status status = check_depthwise_conv2d(params, input, filter, bias, output);
  if (status != Status::kOk) return status;
  const Geometry geometry = geometry_of(params.window, filter.shape, output.shape);
  status = check_resources(resources, workspace_bytes(geometry.elements()));
  if (status != Status::kOk) return status;

  std::int16_t* const weights = take_elements(resources.workspace);
  const Layer layer{params,
                    input,
                    filter,
                    output,
                    static_cast<std::size_t>(geometry.width),
                    static_cast<std::size_t>(geometry.filter_width),
                    weights,
                    weights + geometry.taps};
  const Requantizer requantize(bias, params.multipliers, params.output_zero_point, params.activation);
  const Shape4& shape = output.shape;
  const auto band = static_cast<std::int32_t>(geometry.band);
  const std::int32_t multiplier = shape.channels / input.shape.channels;
  for (std::int32_t n = 0; n < shape.batch; ++n) {
    for (std::int32_t y = 0, rows = 0; y < shape.height; y += rows) {
      rows = std::min(band, shape.height - y);
      const Inside inside = clear_plane(layer, y, rows);
      for (std::int32_t channel = 0; channel < shape.channels; ++channel) {
        if (channel % multiplier == 0) fill_plane(layer, inside, n, channel / multiplier);
        widen_weights(layer, channel);
        filter_channel(layer, requantize, {n, channel, y, rows});
      }
    }
  }
  return Status::kOk;
}

}  // namespace auklet::kernels::optimized
