#include "write_options.hpp"

namespace auklet::compiler::emit {
namespace {

using Builder = flatbuffers::FlatBufferBuilder;
using Written = WrittenOptions;

std::int8_t number(Activation activation) { return static_cast<std::int8_t>(activation); }
std::int8_t number(Padding padding) { return static_cast<std::int8_t>(padding); }
std::int8_t number(TensorType type) { return static_cast<std::int8_t>(type); }

template <typename Table>
Written written(flatbuffers::Offset<Table> table) {
  return {schema::BuiltinOptionsTraits<Table>::enum_value, table.Union()};
}

// One call operator an alternative of Options; the compiler finds the one that is missing.
struct Writer {
  Builder& b;

  Result<Written> operator()(const NoOptions&) const { return Written{}; }
  Result<Written> operator()(const EmptyOptions& o) const {
    return Written{static_cast<schema::BuiltinOptions>(o.table), flatbuffers::Offset<void>(b.EndTable(b.StartTable()))};
  }
  Result<Written> operator()(const UnmodelledOptions&) const {
    return fail(ErrorCode::kUnsupported, "has options that cannot be written");
  }
  Result<Written> operator()(const Conv2dOptions& o) const {
    return written(schema::CreateConv2DOptions(b, number(o.padding), o.stride_w, o.stride_h, number(o.activation),
                                               o.dilation_w, o.dilation_h));
  }
  Result<Written> operator()(const DepthwiseConv2dOptions& o) const {
    return written(schema::CreateDepthwiseConv2DOptions(b, number(o.padding), o.stride_w, o.stride_h,
                                                        o.depth_multiplier, number(o.activation), o.dilation_w,
                                                        o.dilation_h));
  }
  Result<Written> operator()(const Pool2dOptions& o) const {
    return written(schema::CreatePool2DOptions(b, number(o.padding), o.stride_w, o.stride_h, o.filter_w, o.filter_h,
                                               number(o.activation)));
  }
  Result<Written> operator()(const TransposeConvOptions& o) const {
    return written(
        schema::CreateTransposeConvOptions(b, number(o.padding), o.stride_w, o.stride_h, number(o.activation)));
  }
  Result<Written> operator()(const FullyConnectedOptions& o) const {
    return written(schema::CreateFullyConnectedOptions(b, number(o.activation), o.weights_format, o.keep_num_dims,
                                                       o.asymmetric_quantize_inputs));
  }
  Result<Written> operator()(const BatchMatMulOptions& o) const {
    return written(schema::CreateBatchMatMulOptions(b, o.adj_x, o.adj_y, o.asymmetric_quantize_inputs));
  }
  Result<Written> operator()(const AddOptions& o) const {
    return written(schema::CreateAddOptions(b, number(o.activation), o.pot_scale_int16));
  }
  Result<Written> operator()(const SubOptions& o) const {
    return written(schema::CreateSubOptions(b, number(o.activation), o.pot_scale_int16));
  }
  Result<Written> operator()(const MulOptions& o) const {
    return written(schema::CreateMulOptions(b, number(o.activation)));
  }
  Result<Written> operator()(const DivOptions& o) const {
    return written(schema::CreateDivOptions(b, number(o.activation)));
  }
  Result<Written> operator()(const L2NormOptions& o) const {
    return written(schema::CreateL2NormOptions(b, number(o.activation)));
  }
  Result<Written> operator()(const ConcatenationOptions& o) const {
    return written(schema::CreateConcatenationOptions(b, o.axis, number(o.activation)));
  }
  Result<Written> operator()(const SoftmaxOptions& o) const { return written(schema::CreateSoftmaxOptions(b, o.beta)); }
  Result<Written> operator()(const LeakyReluOptions& o) const {
    return written(schema::CreateLeakyReluOptions(b, o.alpha));
  }
  Result<Written> operator()(const GeluOptions& o) const {
    return written(schema::CreateGeluOptions(b, o.approximate));
  }
  Result<Written> operator()(const ReshapeOptions& o) const {
    return written(schema::CreateReshapeOptions(b, b.CreateVector(o.new_shape)));
  }
  Result<Written> operator()(const SqueezeOptions& o) const {
    return written(schema::CreateSqueezeOptions(b, b.CreateVector(o.squeeze_dims)));
  }
  Result<Written> operator()(const ReducerOptions& o) const {
    return written(schema::CreateReducerOptions(b, o.keep_dims));
  }
  Result<Written> operator()(const StridedSliceOptions& o) const {
    return written(schema::CreateStridedSliceOptions(b, o.begin_mask, o.end_mask, o.ellipsis_mask, o.new_axis_mask,
                                                     o.shrink_axis_mask, o.offset));
  }
  Result<Written> operator()(const ShapeOptions& o) const {
    return written(schema::CreateShapeOptions(b, number(o.out_type)));
  }
  Result<Written> operator()(const PackOptions& o) const {
    return written(schema::CreatePackOptions(b, o.values_count, o.axis));
  }
  Result<Written> operator()(const UnpackOptions& o) const {
    return written(schema::CreateUnpackOptions(b, o.num, o.axis));
  }
  Result<Written> operator()(const SplitOptions& o) const {
    return written(schema::CreateSplitOptions(b, o.num_splits));
  }
  Result<Written> operator()(const SplitVOptions& o) const {
    return written(schema::CreateSplitVOptions(b, o.num_splits));
  }
  Result<Written> operator()(const GatherOptions& o) const {
    return written(schema::CreateGatherOptions(b, o.axis, o.batch_dims));
  }
  Result<Written> operator()(const ArgMaxOptions& o) const {
    return written(schema::CreateArgMaxOptions(b, number(o.output_type)));
  }
  Result<Written> operator()(const ArgMinOptions& o) const {
    return written(schema::CreateArgMinOptions(b, number(o.output_type)));
  }
  Result<Written> operator()(const CastOptions& o) const {
    return written(schema::CreateCastOptions(b, number(o.in_type), number(o.out_type)));
  }
  Result<Written> operator()(const DepthToSpaceOptions& o) const {
    return written(schema::CreateDepthToSpaceOptions(b, o.block_size));
  }
  Result<Written> operator()(const SpaceToDepthOptions& o) const {
    return written(schema::CreateSpaceToDepthOptions(b, o.block_size));
  }
  Result<Written> operator()(const ResizeBilinearOptions& o) const {
    return written(schema::CreateResizeBilinearOptions(b, o.align_corners, o.half_pixel_centers));
  }
  Result<Written> operator()(const ResizeNearestNeighborOptions& o) const {
    return written(schema::CreateResizeNearestNeighborOptions(b, o.align_corners, o.half_pixel_centers));
  }
  Result<Written> operator()(const MirrorPadOptions& o) const {
    return written(schema::CreateMirrorPadOptions(b, o.mode));
  }
  Result<Written> operator()(const SvdfOptions& o) const {
    return written(schema::CreateSVDFOptions(b, o.rank, number(o.activation), o.asymmetric_quantize_inputs));
  }
  Result<Written> operator()(const UnidirectionalSequenceLstmOptions& o) const {
    return written(schema::CreateUnidirectionalSequenceLSTMOptions(b, number(o.activation), o.cell_clip, o.proj_clip,
                                                                   o.time_major, o.asymmetric_quantize_inputs,
                                                                   o.diagonal_recurrent_tensors));
  }
  Result<Written> operator()(const CallOnceOptions& o) const {
    return written(schema::CreateCallOnceOptions(b, o.init_subgraph));
  }
  Result<Written> operator()(const VarHandleOptions& o) const {
    const auto container = b.CreateString(o.container);
    return written(schema::CreateVarHandleOptions(b, container, b.CreateString(o.shared_name)));
  }
};

}  // namespace

Result<WrittenOptions> write_options(flatbuffers::FlatBufferBuilder& builder, const Options& options) {
  return std::visit(Writer{builder}, options);
}

}  // namespace auklet::compiler::emit
