#include <auklet/kernels/resize.hpp>

#include "strided_copy.hpp"

namespace auklet::kernels::reference {
namespace {

// The input coordinate nearest to output coordinate `o`; float, as the source has it.
std::int32_t nearest(ResizeCoordinates coordinates, std::int32_t o, std::int32_t input, std::int32_t output) {
  const bool corners = coordinates == ResizeCoordinates::kAlignCorners;
  const float scale = corners && output > 1 ? static_cast<float>(input - 1) / static_cast<float>(output - 1)
                                            : static_cast<float>(input) / static_cast<float>(output);
  const float offset = coordinates == ResizeCoordinates::kHalfPixel ? 0.5F : 0.0F;
  const float at = (static_cast<float>(o) + offset) * scale;  // Not negative, so that truncation is floor.
  // At most about 2^31, which int32 does not hold; comparing first keeps the conversion defined.
  if (at >= static_cast<float>(input)) return input - 1;
  const auto floor = static_cast<std::int32_t>(at);
  const bool up = corners && at - static_cast<float>(floor) >= 0.5F;
  const std::int32_t picked = up ? floor + 1 : floor;
  return picked < input ? picked : input - 1;
}

}  // namespace

Status resize_nearest(ResizeCoordinates coordinates, std::size_t element_bytes, Tensor4<const std::byte> input,
                      Tensor4<std::byte> output) {
  const Status status = check_resize_nearest(element_bytes, input, output);
  if (status != Status::kOk) return status;

  const std::size_t pixel_bytes = static_cast<std::size_t>(output.shape.channels) * element_bytes;
  std::byte* to = output.data.data();
  for (std::int32_t n = 0; n < output.shape.batch; ++n) {
    for (std::int32_t y = 0; y < output.shape.height; ++y) {
      const std::int32_t iy = nearest(coordinates, y, input.shape.height, output.shape.height);
      for (std::int32_t x = 0; x < output.shape.width; ++x) {
        const std::int32_t ix = nearest(coordinates, x, input.shape.width, output.shape.width);
        copy_bytes(input.data.data() + element_index(input.shape, n, iy, ix, 0) * element_bytes, to, pixel_bytes);
        to += pixel_bytes;
      }
    }
  }
  return Status::kOk;
}

Status resize_bilinear(ResizeCoordinates coordinates, Tensor4<const std::int8_t> input, Tensor4<std::int8_t> output) {
  const Status status = check_resize_bilinear(input, output);
  if (status != Status::kOk) return status;

  const auto at = [&](std::int32_t n, std::int32_t y, std::int32_t x, std::int32_t c) {
    return std::int64_t{input.data[element_index(input.shape, n, y, x, c)]};
  };
  std::size_t element = 0;
  for (std::int32_t n = 0; n < output.shape.batch; ++n) {
    for (std::int32_t y = 0; y < output.shape.height; ++y) {
      const ResizeNeighbours rows = resize_neighbours(coordinates, y, input.shape.height, output.shape.height);
      for (std::int32_t x = 0; x < output.shape.width; ++x) {
        const ResizeNeighbours columns = resize_neighbours(coordinates, x, input.shape.width, output.shape.width);
        for (std::int32_t c = 0; c < output.shape.channels; ++c) {
          const std::int64_t top = at(n, rows.first, columns.first, c) * (kResizeUnit - columns.weight) +
                                   at(n, rows.first, columns.second, c) * columns.weight;
          const std::int64_t bottom = at(n, rows.second, columns.first, c) * (kResizeUnit - columns.weight) +
                                      at(n, rows.second, columns.second, c) * columns.weight;
          const std::int64_t sum = top * (kResizeUnit - rows.weight) + bottom * rows.weight;
          constexpr std::int64_t kOne = std::int64_t{kResizeUnit} * kResizeUnit;
          output.data[element++] = static_cast<std::int8_t>((sum + (sum > 0 ? kOne / 2 : -kOne / 2)) / kOne);
        }
      }
    }
  }
  return Status::kOk;
}

}  // namespace auklet::kernels::reference
