#include <auklet/kernels/depthwise_conv2d.hpp>
#include <cstring>

#include "../common/checks.hpp"
#include "depthwise.hpp"
#include "gemm.hpp"
#include "padded_image.hpp"
#include "workspace.hpp"

namespace auklet::kernels::optimized {
namespace {

// Packs the group that begins at channel `first`; folded, channels repeat.
template <std::int32_t kBlocks>
void pack_group(const DepthwiseConv2dParams& params, Tensor4<const std::int8_t> filter,
                std::span<const std::int32_t> bias, std::int32_t first, std::byte* to) {
  constexpr auto kLanes = std::size_t{kBlocks} * std::size_t{kBlock};
  PanelHeader<static_cast<std::size_t>(kBlocks)> header{};
  const Shape4& shape = filter.shape;
  const bool folded = pixels_folded(params.window, shape) > 1;
  const auto row_quads = static_cast<std::int32_t>(quads_of(shape.height));
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    constexpr auto kStep = std::size_t{4} * std::size_t{kBlocks};
    const std::size_t in_group = lane % kStep / 4 * kBlock + lane / kStep * 4 + lane % 4;
    std::int32_t channel = first + static_cast<std::int32_t>(in_group);
    if (folded) channel %= shape.channels;
    const bool used = channel < shape.channels;
    std::uint32_t sum = 0;
    std::byte* out = to + sizeof(header) + lane * 4;
    for (std::int32_t kx = 0; kx < shape.width; ++kx) {
      for (std::int32_t ky = 0; ky < row_quads * 4; ky += 4, out += kLanes * 4) {
        std::int8_t quad[4] = {};
        for (std::int32_t i = 0; i < 4 && used && ky + i < shape.height; ++i) {
          quad[i] = filter.data[element_index(shape, 0, ky + i, kx, channel)];
          sum += static_cast<std::uint32_t>(std::int32_t{quad[i]});
        }
        std::memcpy(out, quad, sizeof(quad));
      }
    }
    if (!used) continue;
    const auto index = static_cast<std::size_t>(channel);
    const std::uint32_t start = (bias.empty() ? 0 : static_cast<std::uint32_t>(bias[index])) -
                                static_cast<std::uint32_t>(params.input_zero_point) * sum;
    header.start[lane] = static_cast<std::int32_t>(start);
    header.start_biased[lane] = static_cast<std::int32_t>(start - 128U * sum);
    header.requantize.set(lane, params.multipliers[params.multipliers.size() == 1 ? 0 : index]);
  }
  std::memcpy(to, &header, sizeof(header));
}

void pack(const DepthwiseConv2dParams& params, Tensor4<const std::int8_t> filter, std::span<const std::int32_t> bias,
          std::byte* to) {
  const Shape4& shape = filter.shape;
  const std::size_t channel_bytes = bytes_per_channel(static_cast<std::size_t>(shape.width) * quads_of(shape.height));
  const std::int32_t channels = shape.channels * pixels_folded(params.window, shape);
  for (std::int32_t done = 0; done < channels;) {
    const ChannelGroup group = channel_group(channels, done);
    if (group.blocks == 4) pack_group<4>(params, filter, bias, group.first, to);
    if (group.blocks == 2) pack_group<2>(params, filter, bias, group.first, to);
    if (group.blocks == 1) pack_group<1>(params, filter, bias, group.first, to);
    done = group.first + group.blocks * kBlock;
    to += static_cast<std::size_t>(group.blocks * kBlock) * channel_bytes;
  }
}

// Bytes of a pixel of the padded copy, 0 without one. Channels are repeated there, padded to the 16 that vectors read,
// or folded.
std::int32_t copied_pixel(const Window2d& window, const Shape4& input, const Shape4& filter) {
  if (pixels_folded(window, filter) > 1) return filter.channels;
  if (filter.channels == input.channels && filter.channels >= kBlock) return 0;
  return filter.channels < kBlock ? kBlock : filter.channels;
}

// Bytes of the copy, and a vector behind it.
std::size_t copy_bytes(const Window2d& window, const Shape4& input, const Shape4& filter, const Shape4& output) {
  const std::int32_t pixel = copied_pixel(window, input, filter);
  if (pixel == 0) return 0;
  const std::size_t bytes = padded_bytes(reach_of(window, input, filter, output), pixel);
  return bytes == std::numeric_limits<std::size_t>::max() ? bytes : bytes + kFastAlignment;
}

std::size_t packed_bytes(const Window2d& window, const Shape4& filter) {
  return depthwise_packed_bytes(filter.channels * pixels_folded(window, filter), filter.height, filter.width);
}

std::size_t workspace_bytes(const DepthwiseConv2dParams& params, const Shape4& input, const Shape4& filter,
                            const Shape4& output, bool packed) {
  return reserve_with_image(packed ? 0 : packed_bytes(params.window, filter),
                            copy_bytes(params.window, input, filter, output));
}

// The output rows of one image, divided into tasks.
struct Rows {
  const Depthwise* work = nullptr;
  std::int32_t count = 0;
  std::int32_t tasks = 1;
};

void run_rows(void* argument, std::int32_t index) {
  const Rows& rows = *static_cast<const Rows*>(argument);
  const auto begin = static_cast<std::int32_t>(std::int64_t{rows.count} * index / rows.tasks);
  const auto end = static_cast<std::int32_t>(std::int64_t{rows.count} * (index + 1) / rows.tasks);
  if (begin < end) depthwise_rows(*rows.work, begin, end);
}

}  // namespace

std::size_t depthwise_conv2d_packed_size(const DepthwiseConv2dParams& params, Shape4 filter) {
  return packed_bytes(params.window, filter);
}

std::size_t depthwise_conv2d_workspace(const DepthwiseConv2dParams& params, Shape4 input, Shape4 filter, Shape4 output,
                                       bool packed) {
  return workspace_bytes(params, input, filter, output, packed);
}

Status pack_depthwise_conv2d(const DepthwiseConv2dParams& params, Tensor4<const std::int8_t> filter,
                             std::span<const std::int32_t> bias, std::span<std::byte> packed) {
  const Status status = kernels::detail::first_error(
      kernels::detail::check_tensor(filter), kernels::detail::check_bias(bias, filter.shape.channels),
      kernels::detail::check_multipliers(params.multipliers, filter.shape.channels),
      kernels::detail::check_zero_point(params.input_zero_point));
  if (status != Status::kOk) return status;
  if (filter.shape.batch != 1) return Status::kShapeMismatch;
  if (packed.size() != depthwise_conv2d_packed_size(params, filter.shape)) return Status::kPackedSize;
  pack(params, filter, bias, packed.data());
  return Status::kOk;
}

Status depthwise_conv2d(const DepthwiseConv2dParams& params, Tensor4<const std::int8_t> input,
                        Tensor4<const std::int8_t> filter, std::span<const std::int32_t> bias,
                        Tensor4<std::int8_t> output, const Resources& resources) {
  const Status status = check_depthwise_conv2d(params, input, filter, bias, output);
  if (status != Status::kOk) return status;
  const std::size_t packed_size = depthwise_conv2d_packed_size(params, filter.shape);
  const bool packed = !resources.packed.empty();
  if (packed && resources.packed.size() != packed_size) return Status::kPackedSize;
  if (resources.workspace.size() < workspace_bytes(params, input.shape, filter.shape, output.shape, packed)) {
    return Status::kWorkspaceSize;
  }

  Workspace workspace(resources.workspace);
  std::span<const std::byte> weights = resources.packed;
  if (!packed) {
    const std::span<std::byte> own = workspace.take(packed_size);
    pack(params, filter, bias, own.data());
    weights = own;
  }
  const std::span<std::byte> copy = workspace.take(copy_bytes(params.window, input.shape, filter.shape, output.shape));

  Depthwise work;
  work.height = input.shape.height;
  work.width = input.shape.width;
  work.pixel = input.shape.channels;
  work.window = params.window;
  work.filter_height = filter.shape.height;
  work.filter_width = filter.shape.width;
  work.zero_point = static_cast<std::int8_t>(params.input_zero_point);
  work.packed = weights.data();
  work.output_width = output.shape.width;
  work.channels = output.shape.channels;
  work.folded = pixels_folded(params.window, filter.shape);
  work.range = {params.output_zero_point, params.activation};
  work.usual = all_usual(params.multipliers);

  const std::int32_t threads = resources.parallel.threads;
  Rows rows{&work, output.shape.height, threads < 1 ? 1 : threads};
  const std::size_t image_bytes = input.data.size() / static_cast<std::size_t>(input.shape.batch);
  const std::size_t output_bytes = output.data.size() / static_cast<std::size_t>(output.shape.batch);
  for (std::size_t n = 0; n < static_cast<std::size_t>(input.shape.batch); ++n) {
    work.image = &input.data[n * image_bytes];
    work.output = &output.data[n * output_bytes];
    if (!copy.empty()) {
      PadImage job;
      job.image = work.image;
      job.shape = input.shape;
      job.reach = reach_of(params.window, input.shape, filter.shape, output.shape);
      job.pad_top = params.window.pad_top;
      job.pad_left = params.window.pad_left;
      job.zero_point = work.zero_point;
      job.repeat = output.shape.channels / input.shape.channels;
      job.pixel = copied_pixel(params.window, input.shape, filter.shape);
      job.to = reinterpret_cast<std::int8_t*>(copy.data());
      pad_image(job, resources.parallel);
      work.image = job.to;
      work.height = static_cast<std::int32_t>(job.reach.height);
      work.width = static_cast<std::int32_t>(job.reach.width);
      work.pixel = job.pixel;
      work.window.pad_top = work.window.pad_left = 0;
    }
    resources.parallel(run_rows, &rows, rows.tasks);
  }
  return Status::kOk;
}

}  // namespace auklet::kernels::optimized
