// What the operators that move data without computing refuse, and why; with check.cpp, the one place that every
// implementation asks first.
#include <auklet/kernels/concatenation.hpp>
#include <auklet/kernels/gather.hpp>
#include <auklet/kernels/pad.hpp>
#include <auklet/kernels/resize.hpp>
#include <auklet/kernels/space_depth.hpp>
#include <auklet/kernels/strided_slice.hpp>
#include <auklet/kernels/transpose.hpp>

#include "checks.hpp"

namespace auklet::kernels {
namespace {

using detail::first_error;
using detail::require;

// Both tensors of an operator with one input.
template <class In, class Out>
Status check_pair(std::size_t element_bytes, const In& input, const Out& output) {
  return first_error(detail::check_bytes(element_bytes, input), detail::check_bytes(element_bytes, output),
                     require(!detail::overlap(output.data, input.data), Status::kOverlap));
}

std::int32_t dimension(const Shape& shape, std::int32_t i) { return shape.dims[static_cast<std::size_t>(i)]; }

// `deep` is [N, H, W, B * B * C], `wide` [N, H * B, W * B, C].
Status check_blocks(std::int32_t block, const Shape4& deep, const Shape4& wide) {
  if (block < 1) return Status::kBadBlock;
  const std::int64_t b = block;
  if (wide.height % b != 0 || wide.width % b != 0) return Status::kBadBlock;
  if (deep.channels % b != 0 || deep.channels / b % b != 0) return Status::kBadBlock;
  return require(wide.batch == deep.batch && wide.height / b == deep.height && wide.width / b == deep.width &&
                     deep.channels / b / b == wide.channels,
                 Status::kShapeMismatch);
}

// `many` is [N * BH * BW, H, W, C]; `image` [N, .., .., C] fits into what its blocks make, behind top and left.
Status check_batch_blocks(const BatchBlocks& blocks, const Shape4& many, const Shape4& image) {
  if (blocks.block_height < 1 || blocks.block_width < 1) return Status::kBadBlock;
  if (blocks.top < 0 || blocks.left < 0) return Status::kBadPadding;
  const std::int64_t block = std::int64_t{blocks.block_height} * blocks.block_width;
  const bool divides = many.batch % block == 0 && many.batch / block == image.batch;
  const std::int64_t height = std::int64_t{many.height} * blocks.block_height;
  const std::int64_t width = std::int64_t{many.width} * blocks.block_width;
  return require(divides && many.channels == image.channels && std::int64_t{blocks.top} + image.height <= height &&
                     std::int64_t{blocks.left} + image.width <= width,
                 Status::kShapeMismatch);
}

// A dimension of a gather's output, from the dimensions of input and indices that it stands for.
std::int32_t gathered_dimension(const GatherParams& params, const Shape& input, const Shape& indices, std::int32_t i) {
  const std::int32_t picks = indices.rank - params.batch_dims;
  if (i < params.axis) return dimension(input, i);
  if (i < params.axis + picks) return dimension(indices, i - params.axis + params.batch_dims);
  return dimension(input, i - picks + 1);
}

template <class Index>
Status check_gather_any(const GatherParams& params, std::size_t element_bytes, Tensor<const std::byte> input,
                        Tensor<const Index> indices, Tensor<std::byte> output) {
  const Status tensors = first_error(check_pair(element_bytes, input, output), detail::check_tensor(indices),
                                     require(!detail::overlap(output.data, indices.data), Status::kOverlap));
  if (tensors != Status::kOk) return tensors;
  const bool axes_fit = params.batch_dims >= 0 && params.batch_dims <= params.axis && params.axis < input.shape.rank &&
                        params.batch_dims <= indices.shape.rank;
  if (!axes_fit) return Status::kBadAxis;
  for (std::int32_t i = 0; i < params.batch_dims; ++i) {
    if (dimension(input.shape, i) != dimension(indices.shape, i)) return Status::kShapeMismatch;
  }
  const std::int32_t rank = input.shape.rank - 1 + indices.shape.rank - params.batch_dims;
  if (output.shape.rank != rank) return Status::kShapeMismatch;
  for (std::int32_t i = 0; i < rank; ++i) {
    if (dimension(output.shape, i) != gathered_dimension(params, input.shape, indices.shape, i)) {
      return Status::kShapeMismatch;
    }
  }
  const std::int32_t extent = dimension(input.shape, params.axis);
  for (const Index index : indices.data) {
    if (index < 0 || index >= extent) return Status::kBadIndex;
  }
  return Status::kOk;
}

}  // namespace

Status check_strided_slice(const StridedSliceParams& params, std::size_t element_bytes, Tensor<const std::byte> input,
                           Tensor<std::byte> output) {
  const Status tensors = check_pair(element_bytes, input, output);
  if (tensors != Status::kOk) return tensors;
  if (input.shape.rank != output.shape.rank) return Status::kShapeMismatch;
  for (std::int32_t i = 0; i < input.shape.rank; ++i) {
    const std::int64_t stride = params.stride[static_cast<std::size_t>(i)];
    if (stride == 0) return Status::kBadStride;
    const std::int64_t first = params.begin[static_cast<std::size_t>(i)];
    const std::int64_t last = first + (dimension(output.shape, i) - 1) * stride;
    const std::int64_t extent = dimension(input.shape, i);
    if (first < 0 || first >= extent || last < 0 || last >= extent) return Status::kBadIndex;
  }
  return Status::kOk;
}

Status check_transpose(const Permutation& permutation, std::size_t element_bytes, Tensor<const std::byte> input,
                       Tensor<std::byte> output) {
  const Status tensors = check_pair(element_bytes, input, output);
  if (tensors != Status::kOk) return tensors;
  if (input.shape.rank != output.shape.rank) return Status::kShapeMismatch;
  std::array<bool, static_cast<std::size_t>(kMaxRank)> named{};
  for (std::int32_t i = 0; i < input.shape.rank; ++i) {
    const std::int32_t from = permutation[static_cast<std::size_t>(i)];
    if (from < 0 || from >= input.shape.rank || named[static_cast<std::size_t>(from)]) return Status::kBadAxis;
    named[static_cast<std::size_t>(from)] = true;
    if (dimension(output.shape, i) != dimension(input.shape, from)) return Status::kShapeMismatch;
  }
  return Status::kOk;
}

Status check_pad(const PadParams& params, std::size_t element_bytes, Tensor<const std::byte> input,
                 Tensor<std::byte> output) {
  const Status tensors = first_error(check_pair(element_bytes, input, output),
                                     detail::check_buffer(params.value, static_cast<std::int64_t>(element_bytes)),
                                     require(!detail::overlap(output.data, params.value), Status::kOverlap));
  if (tensors != Status::kOk) return tensors;
  if (input.shape.rank != output.shape.rank) return Status::kShapeMismatch;
  for (std::int32_t i = 0; i < input.shape.rank; ++i) {
    const std::int64_t before = params.before[static_cast<std::size_t>(i)];
    if (before < 0) return Status::kBadPadding;
    if (before + dimension(input.shape, i) > dimension(output.shape, i)) return Status::kShapeMismatch;
  }
  return Status::kOk;
}

Status check_concatenation(std::int32_t axis, std::size_t element_bytes,
                           std::span<const Tensor<const std::byte>> inputs, Tensor<std::byte> output) {
  const Status whole = detail::check_bytes(element_bytes, output);
  if (whole != Status::kOk) return whole;
  if (axis < 0 || axis >= output.shape.rank) return Status::kBadAxis;
  std::int64_t along = 0;
  for (const Tensor<const std::byte>& input : inputs) {
    const Status status = check_pair(element_bytes, input, output);
    if (status != Status::kOk) return status;
    if (input.shape.rank != output.shape.rank) return Status::kShapeMismatch;
    for (std::int32_t i = 0; i < axis; ++i) {
      if (dimension(input.shape, i) != dimension(output.shape, i)) return Status::kShapeMismatch;
    }
    for (std::int32_t i = axis + 1; i < output.shape.rank; ++i) {
      if (dimension(input.shape, i) != dimension(output.shape, i)) return Status::kShapeMismatch;
    }
    along += dimension(input.shape, axis);
  }
  return require(along == dimension(output.shape, axis), Status::kShapeMismatch);
}

Status check_gather(const GatherParams& params, std::size_t element_bytes, Tensor<const std::byte> input,
                    Tensor<const std::int32_t> indices, Tensor<std::byte> output) {
  return check_gather_any(params, element_bytes, input, indices, output);
}

Status check_gather(const GatherParams& params, std::size_t element_bytes, Tensor<const std::byte> input,
                    Tensor<const std::int64_t> indices, Tensor<std::byte> output) {
  return check_gather_any(params, element_bytes, input, indices, output);
}

Status check_depth_to_space(std::int32_t block, std::size_t element_bytes, Tensor4<const std::byte> input,
                            Tensor4<std::byte> output) {
  const Status tensors = check_pair(element_bytes, input, output);
  return tensors != Status::kOk ? tensors : check_blocks(block, input.shape, output.shape);
}

Status check_space_to_depth(std::int32_t block, std::size_t element_bytes, Tensor4<const std::byte> input,
                            Tensor4<std::byte> output) {
  const Status tensors = check_pair(element_bytes, input, output);
  return tensors != Status::kOk ? tensors : check_blocks(block, output.shape, input.shape);
}

Status check_space_to_batch(const BatchBlocks& blocks, std::span<const std::byte> value, std::size_t element_bytes,
                            Tensor4<const std::byte> input, Tensor4<std::byte> output) {
  const Status tensors = first_error(check_pair(element_bytes, input, output),
                                     detail::check_buffer(value, static_cast<std::int64_t>(element_bytes)),
                                     require(!detail::overlap(output.data, value), Status::kOverlap));
  return tensors != Status::kOk ? tensors : check_batch_blocks(blocks, output.shape, input.shape);
}

Status check_batch_to_space(const BatchBlocks& blocks, std::size_t element_bytes, Tensor4<const std::byte> input,
                            Tensor4<std::byte> output) {
  const Status tensors = check_pair(element_bytes, input, output);
  return tensors != Status::kOk ? tensors : check_batch_blocks(blocks, input.shape, output.shape);
}

Status check_resize_nearest(std::size_t element_bytes, Tensor4<const std::byte> input, Tensor4<std::byte> output) {
  const Status tensors = check_pair(element_bytes, input, output);
  if (tensors != Status::kOk) return tensors;
  return require(input.shape.batch == output.shape.batch && input.shape.channels == output.shape.channels,
                 Status::kShapeMismatch);
}

Status check_resize_bilinear(Tensor4<const std::int8_t> input, Tensor4<std::int8_t> output) {
  const Status tensors = first_error(detail::check_tensor(input), detail::check_tensor(output));
  if (tensors != Status::kOk) return tensors;
  const auto small = [](const Shape4& s) { return s.height <= kMaxResizeSide && s.width <= kMaxResizeSide; };
  return first_error(require(input.shape.batch == output.shape.batch && input.shape.channels == output.shape.channels,
                             Status::kShapeMismatch),
                     require(small(input.shape) && small(output.shape), Status::kSizeOverflow),
                     require(!detail::overlap(output.data, input.data), Status::kOverlap));
}

}  // namespace auklet::kernels
