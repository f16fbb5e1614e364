// Geometry of operators that slide a window over an image, and the padding that TensorFlow names SAME and VALID.
#pragma once

#include <auklet/kernels/status.hpp>
#include <cstdint>

namespace auklet::kernels {

/// How a window moves. Output row `oy` and filter row `ky` meet input row `oy * stride_height - pad_top + ky *
/// dilation_height`; columns likewise. Taps outside the image count as the input's zero point, which adds nothing.
struct Window2d {
  std::int32_t stride_height = 1;    ///< At least 1.
  std::int32_t stride_width = 1;     ///< At least 1.
  std::int32_t dilation_height = 1;  ///< At least 1; 1 is a dense filter.
  std::int32_t dilation_width = 1;   ///< At least 1.
  std::int32_t pad_top = 0;   ///< Rows before the image; at least 0. Rows after it follow from the output's height.
  std::int32_t pad_left = 0;  ///< Columns before the image; at least 0.
};

enum class Padding : std::uint8_t {
  kSame,   ///< Output is ceil(input / stride); the padding is what that needs, the odd element after the image.
  kValid,  ///< No padding: the window stays inside the image.
};

/// One dimension of a padded, strided window.
struct PaddedExtent {
  std::int32_t output = 0;      ///< Output positions.
  std::int32_t pad_before = 0;  ///< Becomes Window2d::pad_top or pad_left.
  std::int32_t pad_after = 0;   ///< Implied by the output; for planners that materialise padding.
};

/// Resolves one dimension. With reach = (filter - 1) * dilation + 1:
///   SAME: output = ceil(input / stride); VALID: output = ceil((input - reach + 1) / stride);
///   padding = max(0, (output - 1) * stride + reach - input), half of it (rounded down) before.
/// Source: TensorFlow's definition of tf.nn.convolution paddings, explicit form as in TensorFlow Lite.
/// Errors, leaving `result` as it was: kBadShape (input < 1), kBadStride, kBadDilation, kBadWindow (filter < 1, or
/// VALID with a reach above the input), kSizeOverflow.
[[nodiscard]] Status resolve_padding(Padding padding, std::int32_t input, std::int32_t filter, std::int32_t stride,
                                     std::int32_t dilation, PaddedExtent& result);

}  // namespace auklet::kernels
