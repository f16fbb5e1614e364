#include <auklet/kernels/conv2d.hpp>

#include "../common/checks.hpp"
#include "gemm.hpp"
#include "padded_image.hpp"
#include "workspace.hpp"

namespace auklet::kernels::optimized {
namespace {

// A convolution as products of matrices: one an image and group, whose rows are windows.
struct Layout {
  std::int32_t groups = 1;
  std::int32_t group_channels = 0;  // Of the output.
  std::int32_t inner_segments = 1;  // A filter row's contiguous parts.
  std::int32_t length = 0;          // Of a segment.
  std::size_t panels_bytes = 0;     // Of one group.
};

// A dense filter row is one segment, as its pixels are neighbours in the input: shallow inputs waste little of a quad.
Layout layout_of(const Shape4& filter, std::int32_t groups, std::int32_t dilation_width) {
  Layout layout;
  layout.groups = groups;
  layout.group_channels = filter.batch / groups;
  const bool one = groups == 1 && (dilation_width == 1 || filter.width == 1);
  layout.inner_segments = one ? 1 : filter.width;
  layout.length = one ? filter.width * filter.channels : filter.channels;
  layout.panels_bytes = panels_size(layout.group_channels, filter.height * layout.inner_segments, layout.length);
  return layout;
}

// Bytes of the image's padded copy; 0 where windows are read where they are.
std::size_t copy_bytes(const Layout& layout, const Reach& reach, const Shape4& input) {
  return reach.leaves_image || layout.length % kQuad != 0 ? padded_bytes(reach, input.channels) : 0;
}

void pack_groups(const Conv2dParams& params, Tensor4<const std::int8_t> filter, std::span<const std::int32_t> bias,
                 const Layout& layout, std::span<std::byte> to) {
  const auto channels = static_cast<std::size_t>(layout.group_channels);
  WeightSource source;
  source.channels = layout.group_channels;
  source.segments = filter.shape.height * layout.inner_segments;
  source.length = layout.length;
  source.segment_stride = static_cast<std::size_t>(layout.length);
  source.channel_stride = static_cast<std::size_t>(source.segments) * source.segment_stride;
  source.input_zero_point = params.input_zero_point;
  for (std::size_t g = 0; g < static_cast<std::size_t>(layout.groups); ++g) {
    source.data = filter.data.subspan(g * channels * source.channel_stride);
    source.bias = bias.empty() ? bias : bias.subspan(g * channels, channels);
    source.multipliers =
        params.multipliers.size() == 1 ? params.multipliers : params.multipliers.subspan(g * channels, channels);
    pack_panels(source, to.subspan(g * layout.panels_bytes, layout.panels_bytes));
  }
}

}  // namespace

std::size_t conv2d_packed_size(const Conv2dParams& params, Shape4 filter, std::int32_t groups) {
  return static_cast<std::size_t>(groups) * layout_of(filter, groups, params.window.dilation_width).panels_bytes;
}

std::size_t conv2d_workspace(const Conv2dParams& params, Shape4 input, Shape4 filter, Shape4 output, bool packed) {
  const Layout layout = layout_of(filter, input.channels / filter.channels, params.window.dilation_width);
  return reserve_with_image(packed ? 0 : static_cast<std::size_t>(layout.groups) * layout.panels_bytes,
                            copy_bytes(layout, reach_of(params.window, input, filter, output), input));
}

Status pack_conv2d(const Conv2dParams& params, Tensor4<const std::int8_t> filter, std::int32_t groups,
                   std::span<const std::int32_t> bias, std::span<std::byte> packed) {
  const Status status = kernels::detail::first_error(
      kernels::detail::check_tensor(filter), kernels::detail::check_bias(bias, filter.shape.batch),
      kernels::detail::check_multipliers(params.multipliers, filter.shape.batch),
      kernels::detail::check_zero_point(params.input_zero_point));
  if (status != Status::kOk) return status;
  if (params.window.dilation_width < 1) return Status::kBadDilation;
  if (groups < 1 || filter.shape.batch % groups != 0) return Status::kBadGroups;
  if (packed.size() != conv2d_packed_size(params, filter.shape, groups)) return Status::kPackedSize;
  pack_groups(params, filter, bias, layout_of(filter.shape, groups, params.window.dilation_width), packed);
  return Status::kOk;
}

Status conv2d(const Conv2dParams& params, Tensor4<const std::int8_t> input, Tensor4<const std::int8_t> filter,
              std::span<const std::int32_t> bias, Tensor4<std::int8_t> output, const Resources& resources) {
  const Status status = check_conv2d(params, input, filter, bias, output);
  if (status != Status::kOk) return status;
  const Window2d& window = params.window;
  const Layout layout = layout_of(filter.shape, input.shape.channels / filter.shape.channels, window.dilation_width);
  const Reach reach = reach_of(window, input.shape, filter.shape, output.shape);
  const std::size_t copied = copy_bytes(layout, reach, input.shape);
  const std::size_t packed_size = static_cast<std::size_t>(layout.groups) * layout.panels_bytes;
  const bool packed = !resources.packed.empty();
  if (packed && resources.packed.size() != packed_size) return Status::kPackedSize;
  if (resources.workspace.size() < reserve_with_image(packed ? 0 : packed_size, copied)) return Status::kWorkspaceSize;

  Workspace workspace(resources.workspace);
  std::span<const std::byte> panels = resources.packed;
  if (!packed) {
    const std::span<std::byte> own = workspace.take(packed_size);
    pack_groups(params, filter, bias, layout, own);
    panels = own;
  }
  const std::span<std::byte> copy = workspace.take(copied);

  Gemm product;
  const std::ptrdiff_t pixel = input.shape.channels;
  const std::ptrdiff_t line = (copied != 0 ? static_cast<std::ptrdiff_t>(reach.width) : input.shape.width) * pixel;
  product.row_count = output.shape.height * output.shape.width;
  product.rows_per_line = output.shape.width;
  product.line_step = window.stride_height * line;
  product.row_step = window.stride_width * pixel;
  product.outer_segments = filter.shape.height;
  product.inner_segments = layout.inner_segments;
  product.outer_step = window.dilation_height * line;
  product.inner_step = window.dilation_width * pixel;
  product.quads = static_cast<std::int32_t>(quads_of(layout.length));
  product.channels = layout.group_channels;
  product.output_step = output.shape.channels;
  product.range = {params.output_zero_point, params.activation};
  product.usual = all_usual(params.multipliers);

  const std::size_t image_bytes = input.data.size() / static_cast<std::size_t>(input.shape.batch);
  const std::size_t output_bytes = output.data.size() / static_cast<std::size_t>(output.shape.batch);
  for (std::size_t n = 0; n < static_cast<std::size_t>(input.shape.batch); ++n) {
    const std::int8_t* image = &input.data[n * image_bytes];
    if (copied != 0) {
      auto* const to = reinterpret_cast<std::int8_t*>(copy.data());
      PadImage job;
      job.image = image;
      job.shape = input.shape;
      job.reach = reach;
      job.pad_top = window.pad_top;
      job.pad_left = window.pad_left;
      job.zero_point = static_cast<std::int8_t>(params.input_zero_point);
      job.pixel = input.shape.channels;
      job.to = to;
      pad_image(job, resources.parallel);
      image = to;
    }
    for (std::size_t g = 0; g < static_cast<std::size_t>(layout.groups); ++g) {
      product.rows = image + g * static_cast<std::size_t>(filter.shape.channels);
      product.panels = &panels[g * layout.panels_bytes];
      product.output = &output.data[n * output_bytes + g * static_cast<std::size_t>(layout.group_channels)];
      gemm(product, resources.parallel);
    }
  }
  return Status::kOk;
}

}  // namespace auklet::kernels::optimized
