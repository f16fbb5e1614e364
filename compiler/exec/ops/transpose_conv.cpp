// TRANSPOSE_CONV. Inputs: the output's shape, the filter, the image, and perhaps a bias.
#include <auklet/kernels/transpose_conv2d.hpp>

#include <utility>

#include "movement.hpp"

namespace auklet::compiler::exec {
namespace {

constexpr std::size_t kSize = 0;
constexpr std::size_t kFilter = 1;
constexpr std::size_t kImage = 2;
constexpr std::size_t kBias = 3;

Outcome check_tensors(const Context& context) {
  for (const std::size_t i : {kFilter, kImage}) {
    if (Outcome ok = require_type(context.in(i), context.in_name(i), {TensorType::kInt8}); !ok) return ok;
  }
  if (context.has(kBias)) {
    if (Outcome ok = require_type(context.in(kBias), context.in_name(kBias), {TensorType::kInt32}); !ok) return ok;
  }
  if (Outcome ok = require_type(context.out(), context.out_name(), {TensorType::kInt8}); !ok) return ok;
  const Quantization& filter = context.in(kFilter).quantization;
  if (filter.per_axis() && filter.axis != 0) {
    return fail(ErrorCode::kInvalid, "has filter " + context.in_name(kFilter) + " quantised along dimension " +
                                         std::to_string(filter.axis) + ", not 0");
  }
  Extents expected = extents_of(context.out());
  expected[0] = context.in(kImage).shape[0];
  return require_shape(context.out(), context.out_name(), expected);
}

// The window is that of the convolution that would turn the output into the image.
Result<kernels::Window2d> derive_window(const Context& context) {
  const auto& options = std::get<TransposeConvOptions>(context.op.options);
  const std::vector<std::int32_t>& output = context.out().shape;
  const std::vector<std::int32_t>& filter = context.in(kFilter).shape;
  if (options.padding != Padding::kSame && options.padding != Padding::kValid) {
    return fail(ErrorCode::kInvalid, "has padding scheme " + std::to_string(static_cast<int>(options.padding)));
  }
  const kernels::Padding padding = padding_of(options.padding);
  kernels::PaddedExtent rows;
  kernels::PaddedExtent columns;
  kernels::Status status = kernels::resolve_padding(padding, output[1], filter[1], options.stride_h, 1, rows);
  if (status == kernels::Status::kOk) {
    status = kernels::resolve_padding(padding, output[2], filter[2], options.stride_w, 1, columns);
  }
  if (Outcome ok = derived(status, "padding"); !ok) return tl::unexpected(ok.error());
  return kernels::Window2d{options.stride_h, options.stride_w, 1, 1, rows.pad_before, columns.pad_before};
}

}  // namespace

Result<Evaluate> prepare_transpose_conv(const Context& context) {
  if (Outcome ok = check_tensors(context); !ok) return tl::unexpected(ok.error());
  const auto from = quantization_of(context.in(kImage), context.in_name(kImage));
  if (!from) return tl::unexpected(from.error());
  const auto to = quantization_of(context.out(), context.out_name());
  if (!to) return tl::unexpected(to.error());
  auto multipliers = filter_multipliers(context, from->scale, to->scale);
  if (!multipliers) return tl::unexpected(multipliers.error());
  const auto window = derive_window(context);
  if (!window) return tl::unexpected(window.error());
  const auto clamp = clamp_of(std::get<TransposeConvOptions>(context.op.options).activation, *to);
  if (!clamp) return tl::unexpected(clamp.error());
  const auto size = ExpectedIntegers::create(context, kSize, extents_of(context.out()));
  if (!size) return tl::unexpected(size.error());

  kernels::TransposeConv2dParams params;
  params.window = *window;
  params.input_zero_point = from->zero_point;
  params.output_zero_point = to->zero_point;
  params.activation = *clamp;
  const Owning owning{params, std::move(*multipliers), &kernels::TransposeConv2dParams::multipliers};
  return size->checked(call(AUKLET_KERNEL(transpose_conv2d, transpose_conv2d), owning,
                            input<kernels::Tensor4<const std::int8_t>>(kImage, shape4(context.in(kImage))),
                            input<kernels::Tensor4<const std::int8_t>>(kFilter, shape4(context.in(kFilter))),
                            input<std::span<const std::int32_t>>(kBias),
                            output<kernels::Tensor4<std::int8_t>>(0, shape4(context.out()))));
}

}  // namespace auklet::compiler::exec
