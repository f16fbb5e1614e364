#include <utility>

#include "reader.hpp"

namespace auklet::compiler::frontend {
namespace {

Activation activation(std::int8_t value) { return static_cast<Activation>(value); }
Padding padding(std::int8_t value) { return static_cast<Padding>(value); }
TensorType type(std::int8_t value) { return static_cast<TensorType>(value); }

// One overload a table, chosen by the table's type in read_options().
Options convert(const schema::Conv2DOptions& o, Budget&) {
  return Conv2dOptions{padding(o.padding()),  o.stride_h(),          o.stride_w(),
                       o.dilation_h_factor(), o.dilation_w_factor(), activation(o.fused_activation_function())};
}
Options convert(const schema::DepthwiseConv2DOptions& o, Budget&) {
  return DepthwiseConv2dOptions{padding(o.padding()),
                                o.stride_h(),
                                o.stride_w(),
                                o.dilation_h_factor(),
                                o.dilation_w_factor(),
                                o.depth_multiplier(),
                                activation(o.fused_activation_function())};
}
Options convert(const schema::Pool2DOptions& o, Budget&) {
  return Pool2dOptions{padding(o.padding()), o.stride_h(),     o.stride_w(),
                       o.filter_height(),    o.filter_width(), activation(o.fused_activation_function())};
}
Options convert(const schema::TransposeConvOptions& o, Budget&) {
  return TransposeConvOptions{padding(o.padding()), o.stride_h(), o.stride_w(),
                              activation(o.fused_activation_function())};
}
Options convert(const schema::FullyConnectedOptions& o, Budget&) {
  return FullyConnectedOptions{activation(o.fused_activation_function()), o.weights_format(), o.keep_num_dims(),
                               o.asymmetric_quantize_inputs()};
}
Options convert(const schema::BatchMatMulOptions& o, Budget&) {
  return BatchMatMulOptions{o.adj_x(), o.adj_y(), o.asymmetric_quantize_inputs()};
}
Options convert(const schema::AddOptions& o, Budget&) {
  return AddOptions{activation(o.fused_activation_function()), o.pot_scale_int16()};
}
Options convert(const schema::SubOptions& o, Budget&) {
  return SubOptions{activation(o.fused_activation_function()), o.pot_scale_int16()};
}
Options convert(const schema::MulOptions& o, Budget&) { return MulOptions{activation(o.fused_activation_function())}; }
Options convert(const schema::DivOptions& o, Budget&) { return DivOptions{activation(o.fused_activation_function())}; }
Options convert(const schema::L2NormOptions& o, Budget&) {
  return L2NormOptions{activation(o.fused_activation_function())};
}
Options convert(const schema::ConcatenationOptions& o, Budget&) {
  return ConcatenationOptions{o.axis(), activation(o.fused_activation_function())};
}
Options convert(const schema::SoftmaxOptions& o, Budget&) { return SoftmaxOptions{o.beta()}; }
Options convert(const schema::LeakyReluOptions& o, Budget&) { return LeakyReluOptions{o.alpha()}; }
Options convert(const schema::GeluOptions& o, Budget&) { return GeluOptions{o.approximate()}; }
Options convert(const schema::ReshapeOptions& o, Budget& budget) { return ReshapeOptions{copy(o.new_shape(), budget)}; }
Options convert(const schema::SqueezeOptions& o, Budget& budget) {
  return SqueezeOptions{copy(o.squeeze_dims(), budget)};
}
Options convert(const schema::ReducerOptions& o, Budget&) { return ReducerOptions{o.keep_dims()}; }
Options convert(const schema::StridedSliceOptions& o, Budget&) {
  return StridedSliceOptions{o.begin_mask(),    o.end_mask(),         o.ellipsis_mask(),
                             o.new_axis_mask(), o.shrink_axis_mask(), o.offset()};
}
Options convert(const schema::ShapeOptions& o, Budget&) { return ShapeOptions{type(o.out_type())}; }
Options convert(const schema::PackOptions& o, Budget&) { return PackOptions{o.values_count(), o.axis()}; }
Options convert(const schema::UnpackOptions& o, Budget&) { return UnpackOptions{o.num(), o.axis()}; }
Options convert(const schema::SplitOptions& o, Budget&) { return SplitOptions{o.num_splits()}; }
Options convert(const schema::SplitVOptions& o, Budget&) { return SplitVOptions{o.num_splits()}; }
Options convert(const schema::GatherOptions& o, Budget&) { return GatherOptions{o.axis(), o.batch_dims()}; }
Options convert(const schema::ArgMaxOptions& o, Budget&) { return ArgMaxOptions{type(o.output_type())}; }
Options convert(const schema::ArgMinOptions& o, Budget&) { return ArgMinOptions{type(o.output_type())}; }
Options convert(const schema::CastOptions& o, Budget&) {
  return CastOptions{type(o.in_data_type()), type(o.out_data_type())};
}
Options convert(const schema::DepthToSpaceOptions& o, Budget&) { return DepthToSpaceOptions{o.block_size()}; }
Options convert(const schema::SpaceToDepthOptions& o, Budget&) { return SpaceToDepthOptions{o.block_size()}; }
Options convert(const schema::ResizeBilinearOptions& o, Budget&) {
  return ResizeBilinearOptions{o.align_corners(), o.half_pixel_centers()};
}
Options convert(const schema::ResizeNearestNeighborOptions& o, Budget&) {
  return ResizeNearestNeighborOptions{o.align_corners(), o.half_pixel_centers()};
}
Options convert(const schema::MirrorPadOptions& o, Budget&) { return MirrorPadOptions{o.mode()}; }
Options convert(const schema::SVDFOptions& o, Budget&) {
  return SvdfOptions{o.rank(), activation(o.fused_activation_function()), o.asymmetric_quantize_inputs()};
}
Options convert(const schema::UnidirectionalSequenceLSTMOptions& o, Budget&) {
  return UnidirectionalSequenceLstmOptions{activation(o.fused_activation_function()),
                                           o.cell_clip(),
                                           o.proj_clip(),
                                           o.time_major(),
                                           o.asymmetric_quantize_inputs(),
                                           o.diagonal_recurrent_tensors()};
}
Options convert(const schema::CallOnceOptions& o, Budget&) { return CallOnceOptions{o.init_subgraph_index()}; }
Options convert(const schema::VarHandleOptions& o, Budget& budget) {
  return VarHandleOptions{copy(o.container(), budget), copy(o.shared_name(), budget)};
}

// Reads the table that the operator has if it is a `Table`.
template <typename Table>
bool read_as(const schema::Operator& op, Budget& budget, Options& options) {
  if (op.builtin_options_type() != schema::BuiltinOptionsTraits<Table>::enum_value) return false;
  options = convert(*static_cast<const Table*>(op.builtin_options()), budget);
  return true;
}

template <typename... Tables>
bool read_as_any(const schema::Operator& op, Budget& budget, Options& options) {
  return (read_as<Tables>(op, budget, options) || ...);
}

}  // namespace

Options read_options(const schema::Operator& op, Budget& budget) {
  const auto table = static_cast<std::uint8_t>(op.builtin_options_type());
  if (table == 0 || op.builtin_options() == nullptr) return NoOptions{};
  Options options;
  if (read_as_any<schema::Conv2DOptions, schema::DepthwiseConv2DOptions, schema::Pool2DOptions,
                  schema::TransposeConvOptions, schema::FullyConnectedOptions, schema::BatchMatMulOptions,
                  schema::AddOptions, schema::SubOptions, schema::MulOptions, schema::DivOptions, schema::L2NormOptions,
                  schema::ConcatenationOptions, schema::SoftmaxOptions, schema::LeakyReluOptions, schema::GeluOptions,
                  schema::ReshapeOptions, schema::SqueezeOptions, schema::ReducerOptions, schema::StridedSliceOptions,
                  schema::ShapeOptions, schema::PackOptions, schema::UnpackOptions, schema::SplitOptions,
                  schema::SplitVOptions, schema::GatherOptions, schema::ArgMaxOptions, schema::ArgMinOptions,
                  schema::CastOptions, schema::DepthToSpaceOptions, schema::SpaceToDepthOptions,
                  schema::ResizeBilinearOptions, schema::ResizeNearestNeighborOptions, schema::MirrorPadOptions,
                  schema::SVDFOptions, schema::UnidirectionalSequenceLSTMOptions, schema::CallOnceOptions,
                  schema::VarHandleOptions>(op, budget, options)) {
    return options;
  }
  // The union's remaining members are the tables without fields.
  for (const schema::BuiltinOptions known : schema::EnumValuesBuiltinOptions()) {
    if (known == op.builtin_options_type()) return EmptyOptions{table};
  }
  return UnmodelledOptions{table};
}

}  // namespace auklet::compiler::frontend
