#include <auklet/kernels/window.hpp>
#include <limits>

namespace auklet::kernels {

Status resolve_padding(Padding padding, std::int32_t input, std::int32_t filter, std::int32_t stride,
                       std::int32_t dilation, PaddedExtent& result) {
  if (input < 1) return Status::kBadShape;
  if (stride < 1) return Status::kBadStride;
  if (dilation < 1) return Status::kBadDilation;
  if (filter < 1) return Status::kBadWindow;
  const std::int64_t reach = (std::int64_t{filter} - 1) * dilation + 1;
  if (reach > std::numeric_limits<std::int32_t>::max()) return Status::kSizeOverflow;
  if (padding == Padding::kValid && reach > input) return Status::kBadWindow;

  const std::int64_t starts = padding == Padding::kSame ? input : input - reach + 1;
  const std::int64_t output = (starts + stride - 1) / stride;
  const std::int64_t missing = (output - 1) * stride + reach - input;
  const std::int64_t total = missing > 0 ? missing : 0;
  result.output = static_cast<std::int32_t>(output);
  result.pad_before = static_cast<std::int32_t>(total / 2);
  result.pad_after = static_cast<std::int32_t>(total - total / 2);
  return Status::kOk;
}

}  // namespace auklet::kernels
