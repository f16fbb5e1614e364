#include <auklet/kernels/space_depth.hpp>

#include "strided_copy.hpp"

namespace auklet::kernels::reference {
namespace {

// Byte at which the channels of a pixel begin.
std::size_t pixel(const Shape4& shape, std::size_t element_bytes, std::int32_t n, std::int32_t y, std::int32_t x,
                  std::int32_t c = 0) {
  return element_index(shape, n, y, x, c) * element_bytes;
}

// Calls `visit(n, y, x)` for every pixel.
template <class Visit>
void for_each_pixel(const Shape4& shape, Visit visit) {
  for (std::int32_t n = 0; n < shape.batch; ++n) {
    for (std::int32_t y = 0; y < shape.height; ++y) {
      for (std::int32_t x = 0; x < shape.width; ++x) visit(n, y, x);
    }
  }
}

}  // namespace

Status depth_to_space(std::int32_t block, std::size_t element_bytes, Tensor4<const std::byte> input,
                      Tensor4<std::byte> output) {
  const Status status = check_depth_to_space(block, element_bytes, input, output);
  if (status != Status::kOk) return status;
  const std::int32_t channels = output.shape.channels;
  for_each_pixel(output.shape, [&](std::int32_t n, std::int32_t y, std::int32_t x) {
    const std::int32_t first = (y % block * block + x % block) * channels;
    copy_bytes(input.data.data() + pixel(input.shape, element_bytes, n, y / block, x / block, first),
               output.data.data() + pixel(output.shape, element_bytes, n, y, x),
               static_cast<std::size_t>(channels) * element_bytes);
  });
  return Status::kOk;
}

Status space_to_depth(std::int32_t block, std::size_t element_bytes, Tensor4<const std::byte> input,
                      Tensor4<std::byte> output) {
  const Status status = check_space_to_depth(block, element_bytes, input, output);
  if (status != Status::kOk) return status;
  const std::int32_t channels = input.shape.channels;
  for_each_pixel(input.shape, [&](std::int32_t n, std::int32_t y, std::int32_t x) {
    const std::int32_t first = (y % block * block + x % block) * channels;
    copy_bytes(input.data.data() + pixel(input.shape, element_bytes, n, y, x),
               output.data.data() + pixel(output.shape, element_bytes, n, y / block, x / block, first),
               static_cast<std::size_t>(channels) * element_bytes);
  });
  return Status::kOk;
}

Status space_to_batch(const BatchBlocks& blocks, std::span<const std::byte> value, std::size_t element_bytes,
                      Tensor4<const std::byte> input, Tensor4<std::byte> output) {
  const Status status = check_space_to_batch(blocks, value, element_bytes, input, output);
  if (status != Status::kOk) return status;
  fill_elements(value, output.data.data(), output.data.size() / element_bytes);
  for_each_pixel(input.shape, [&](std::int32_t n, std::int32_t y, std::int32_t x) {
    const std::int32_t py = y + blocks.top;
    const std::int32_t px = x + blocks.left;
    const std::int32_t position = py % blocks.block_height * blocks.block_width + px % blocks.block_width;
    copy_bytes(input.data.data() + pixel(input.shape, element_bytes, n, y, x),
               output.data.data() + pixel(output.shape, element_bytes, position * input.shape.batch + n,
                                          py / blocks.block_height, px / blocks.block_width),
               static_cast<std::size_t>(input.shape.channels) * element_bytes);
  });
  return Status::kOk;
}

Status batch_to_space(const BatchBlocks& blocks, std::size_t element_bytes, Tensor4<const std::byte> input,
                      Tensor4<std::byte> output) {
  const Status status = check_batch_to_space(blocks, element_bytes, input, output);
  if (status != Status::kOk) return status;
  for_each_pixel(output.shape, [&](std::int32_t n, std::int32_t y, std::int32_t x) {
    const std::int32_t py = y + blocks.top;
    const std::int32_t px = x + blocks.left;
    const std::int32_t position = py % blocks.block_height * blocks.block_width + px % blocks.block_width;
    copy_bytes(input.data.data() + pixel(input.shape, element_bytes, position * output.shape.batch + n,
                                         py / blocks.block_height, px / blocks.block_width),
               output.data.data() + pixel(output.shape, element_bytes, n, y, x),
               static_cast<std::size_t>(output.shape.channels) * element_bytes);
  });
  return Status::kOk;
}

}  // namespace auklet::kernels::reference
