#include <algorithm>
#include <auklet/kernels/conv2d.hpp>

#include "multiply_rows.hpp"
#include "widen.hpp"
#include "workspace.hpp"

namespace auklet::kernels::optimized {
namespace {

using namespace portable;  // NOLINT(google-build-using-namespace): its parts.

struct Position {
  std::int32_t n = 0;
  std::int32_t y = 0;
  std::int32_t x = 0;
};

constexpr void advance(Position& p, const Shape4& shape) {
  if (++p.x < shape.width) return;
  p.x = 0;
  if (++p.y < shape.height) return;
  p.y = 0;
  ++p.n;
}

// The inputs of one output position: filter taps in order, `channels` from `first_channel` on of each.
void write_patch(const Window2d& w, Tensor4<const std::int8_t> input, const Shape4& filter, std::int32_t first_channel,
                 const Position& p, RowWriter row) {
  const auto channels = static_cast<std::size_t>(filter.channels);
  const auto row_taps = static_cast<std::size_t>(filter.width) * channels;
  const std::int32_t left = p.x * w.stride_width - w.pad_left;
  const Taps taps = taps_inside(left, input.shape.width, filter.width, w.dilation_width);
  // Neighbouring taps are one run of bytes where nothing lies between them.
  const bool dense = w.dilation_width == 1 && filter.channels == input.shape.channels;
  const std::int32_t run = dense ? taps.end - taps.begin : 1;
  for (std::int32_t ky = 0; ky < filter.height; ++ky) {
    const std::int32_t iy = p.y * w.stride_height - w.pad_top + ky * w.dilation_height;
    if (iy < 0 || iy >= input.shape.height || taps.begin == taps.end) {
      row.pad(row_taps);
      continue;
    }
    row.pad(static_cast<std::size_t>(taps.begin) * channels);
    for (std::int32_t kx = taps.begin; kx < taps.end; kx += run) {
      const std::int32_t ix = left + kx * w.dilation_width;
      row.copy(&input.data[element_index(input.shape, p.n, iy, ix, first_channel)],
               static_cast<std::size_t>(run) * channels);
    }
    row.pad(static_cast<std::size_t>(filter.width - taps.end) * channels);
  }
}

std::size_t patch_elements(const Shape4& filter) {
  return static_cast<std::size_t>(filter.height) * static_cast<std::size_t>(filter.width) *
         static_cast<std::size_t>(filter.channels);
}

}  // namespace

std::size_t conv2d_workspace(const Conv2dParams& /*params*/, Shape4 /*input*/, Shape4 filter, Shape4 /*output*/,
                             bool /*packed*/) {
  return workspace_bytes(widened_elements(kTileRows, patch_elements(filter)));
}

Status conv2d(const Conv2dParams& params, Tensor4<const std::int8_t> input, Tensor4<const std::int8_t> filter,
              std::span<const std::int32_t> bias, Tensor4<std::int8_t> output, const Resources& resources) {
  Status status = check_conv2d(params, input, filter, bias, output);
  if (status != Status::kOk) return status;
  const std::size_t depth = patch_elements(filter.shape);
  status = check_resources(resources, workspace_bytes(widened_elements(kTileRows, depth)));
  if (status != Status::kOk) return status;

  std::int16_t* const rows = take_elements(resources.workspace);
  const auto groups = static_cast<std::size_t>(input.shape.channels / filter.shape.channels);
  const auto channels = static_cast<std::size_t>(output.shape.channels);
  const std::size_t group_channels = channels / groups;
  const std::size_t positions = output.data.size() / channels;
  const Requantizer requantize(bias, params.multipliers, params.output_zero_point, params.activation);
  for (std::size_t group = 0; group < groups; ++group) {
    const std::size_t first = group * group_channels;
    const FilterRows weights{&filter.data[first * depth], depth, first, group_channels};
    Position position;
    for (std::size_t done = 0; done < positions;) {
      // A whole tile, or what is left one by one.
      const std::size_t count = positions - done >= kTileRows ? kTileRows : 1;
      for (std::size_t r = 0; r < count; ++r) {
        write_patch(params.window, input, filter.shape, static_cast<std::int32_t>(group) * filter.shape.channels,
                    position, RowWriter(rows + r * kGroup, count, depth, params.input_zero_point));
        advance(position, output.shape);
      }
      const OutputRows out{&output.data[done * channels + first], channels};
      if (count == 1) {
        multiply_rows<1>(rows, weights, {}, requantize, out);
      } else {
        multiply_rows<kTileRows>(rows, weights, {}, requantize, out);
      }
      done += count;
    }
  }
  return Status::kOk;
}

}  // namespace auklet::kernels::optimized
