// The part that convolutions and pools share: which input pixels an output pixel looks at.
#pragma once

#include <algorithm>
#include <auklet/plan/operators.hpp>
#include <cstdint>

namespace auklet::plan::detail {

/// One direction of a window operator, rows or columns.
struct Axis {
  std::uint32_t in = 1;
  std::uint32_t out = 1;
  std::uint32_t kernel = 1;
  std::uint32_t stride = 1;
  std::uint32_t dilation = 1;
  std::uint32_t pad = 0;  ///< Before the first input pixel.

  /// Input pixels from a window's first tap to its last.
  [[nodiscard]] constexpr std::uint32_t extent() const noexcept { return (kernel - 1) * dilation + 1; }
};

/// The part of an axis that outputs [begin, begin + count) need: an axis of its own, and where it starts.
struct AxisSlice {
  Axis axis;
  std::uint32_t first_in = 0;
};

/// Precondition: every window meets the input, as check() makes sure; so a slice has a pixel and its pad is not
/// negative.
[[nodiscard]] constexpr AxisSlice slice(const Axis& axis, std::uint32_t begin, std::uint32_t count) noexcept {
  const std::int64_t start = std::int64_t{begin} * axis.stride - axis.pad;
  const std::int64_t end = start + std::int64_t{count - 1} * axis.stride + axis.extent();
  const std::int64_t first = std::max<std::int64_t>(start, 0);
  const std::int64_t last = std::min<std::int64_t>(end, axis.in);
  AxisSlice result{.axis = axis, .first_in = static_cast<std::uint32_t>(first)};
  result.axis.in = static_cast<std::uint32_t>(last - first);
  result.axis.out = count;
  result.axis.pad = static_cast<std::uint32_t>(first - start);
  return result;
}

/// Most input pixels that any `count` neighbouring outputs need.
[[nodiscard]] constexpr std::uint32_t input_span(const Axis& axis, std::uint32_t count) noexcept {
  const std::uint64_t span = std::uint64_t{count - 1} * axis.stride + axis.extent();
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(span, axis.in));
}

/// Cycles of a kernel row over an output row of a depthwise convolution by rows: its pixels, its products, or the
/// loading of the next row's weights, whichever takes longest.
[[nodiscard]] constexpr std::uint64_t depthwise_row_cycles(const Axis& x, std::uint32_t cycles_per_step) noexcept {
  constexpr std::uint64_t kWeightLoadCycles = 8;
  const std::uint64_t pixels = std::uint64_t{x.out - 1} * x.stride + x.kernel - x.pad;
  return std::max({pixels, std::uint64_t{x.out} * cycles_per_step, kWeightLoadCycles});
}

/// Whether images are one pixel wide: a depthwise convolution by rows then takes them for one row.
[[nodiscard]] constexpr bool is_column(const ConvOp& op) noexcept {
  return op.in_w == 1 && op.out_w == 1 && op.kernel_w == 1;
}

struct Window {
  std::uint32_t batch = 1;
  Axis y;
  Axis x;

  /// Whether every output pixel sees exactly the input pixel in its place, so that rows and images may be joined.
  [[nodiscard]] constexpr bool pointwise() const noexcept { return pointwise(y) && pointwise(x); }

 private:
  [[nodiscard]] static constexpr bool pointwise(const Axis& axis) noexcept {
    return axis.kernel == 1 && axis.stride == 1 && axis.pad == 0 && axis.in == axis.out;
  }
};

[[nodiscard]] constexpr Window window_of(const ConvOp& op) noexcept {
  return {.batch = op.batch,
          .y = {op.in_h, op.out_h, op.kernel_h, op.stride_h, op.dilation_h, op.pad_top},
          .x = {op.in_w, op.out_w, op.kernel_w, op.stride_w, op.dilation_w, op.pad_left}};
}

[[nodiscard]] constexpr Window window_of(const PoolOp& op) noexcept {
  return {.batch = op.batch,
          .y = {op.in_h, op.out_h, op.kernel_h, op.stride_h, 1, op.pad_top},
          .x = {op.in_w, op.out_w, op.kernel_w, op.stride_w, 1, op.pad_left}};
}

}  // namespace auklet::plan::detail
