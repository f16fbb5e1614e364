// The options of the builtin operators, as the file gives them. Heights come before widths, as in shapes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace auklet::compiler {

/// Element type of a tensor; the values are those of the file format.
enum class TensorType : std::int8_t {
  kFloat32 = 0,
  kFloat16 = 1,
  kInt32 = 2,
  kUint8 = 3,
  kInt64 = 4,
  kString = 5,
  kBool = 6,
  kInt16 = 7,
  kComplex64 = 8,
  kInt8 = 9,
  kFloat64 = 10,
  kComplex128 = 11,
  kUint64 = 12,
  kResource = 13,
  kVariant = 14,
  kUint32 = 15,
  kUint16 = 16,
  kInt4 = 17,
};

/// Name of a tensor type as TensorFlow Lite spells it: `INT8`.
[[nodiscard]] const char* name(TensorType type);
/// Bytes of one element; 0 for types without a fixed byte size (STRING, RESOURCE, VARIANT, INT4).
[[nodiscard]] std::size_t element_size(TensorType type);

/// Padding scheme. kSame: ceil(input / stride) outputs, the odd padding element after. kValid: none.
enum class Padding : std::int8_t { kSame = 0, kValid = 1 };

/// Activation fused into an operator's output.
enum class Activation : std::int8_t { kNone = 0, kRelu = 1, kReluN1To1 = 2, kRelu6 = 3, kTanh = 4, kSignBit = 5 };

/// No options table at all.
struct NoOptions {
  bool operator==(const NoOptions&) const = default;
};
/// An options table that defines no fields (PadOptions, QuantizeOptions, …); `table` is its number in the options
/// union.
struct EmptyOptions {
  std::uint8_t table = 0;
  bool operator==(const EmptyOptions&) const = default;
};
/// An options table whose fields are not modelled; an operator with it can be inspected but neither run nor written.
struct UnmodelledOptions {
  std::uint8_t table = 0;
  bool operator==(const UnmodelledOptions&) const = default;
};
/// CONV_2D
struct Conv2dOptions {
  Padding padding = Padding::kSame;
  std::int32_t stride_h = 1;
  std::int32_t stride_w = 1;
  std::int32_t dilation_h = 1;
  std::int32_t dilation_w = 1;
  Activation activation = Activation::kNone;
  bool operator==(const Conv2dOptions&) const = default;
};
/// DEPTHWISE_CONV_2D. The multiplier is redundant: output channels / input channels counts.
struct DepthwiseConv2dOptions {
  Padding padding = Padding::kSame;
  std::int32_t stride_h = 1;
  std::int32_t stride_w = 1;
  std::int32_t dilation_h = 1;
  std::int32_t dilation_w = 1;
  std::int32_t depth_multiplier = 1;
  Activation activation = Activation::kNone;
  bool operator==(const DepthwiseConv2dOptions&) const = default;
};
/// AVERAGE_POOL_2D, MAX_POOL_2D, L2_POOL_2D
struct Pool2dOptions {
  Padding padding = Padding::kSame;
  std::int32_t stride_h = 1;
  std::int32_t stride_w = 1;
  std::int32_t filter_h = 1;
  std::int32_t filter_w = 1;
  Activation activation = Activation::kNone;
  bool operator==(const Pool2dOptions&) const = default;
};
/// TRANSPOSE_CONV
struct TransposeConvOptions {
  Padding padding = Padding::kSame;
  std::int32_t stride_h = 1;
  std::int32_t stride_w = 1;
  Activation activation = Activation::kNone;
  bool operator==(const TransposeConvOptions&) const = default;
};
/// FULLY_CONNECTED. `weights_format` 0 is row-major; 1, a shuffled layout, is refused.
struct FullyConnectedOptions {
  Activation activation = Activation::kNone;
  std::int8_t weights_format = 0;
  bool keep_num_dims = false;
  bool asymmetric_quantize_inputs = false;
  bool operator==(const FullyConnectedOptions&) const = default;
};
/// BATCH_MATMUL: transpose the last two dimensions of x, of y
struct BatchMatMulOptions {
  bool adj_x = false;
  bool adj_y = false;
  bool asymmetric_quantize_inputs = false;
  bool operator==(const BatchMatMulOptions&) const = default;
};
/// ADD
struct AddOptions {
  Activation activation = Activation::kNone;
  bool pot_scale_int16 = true;
  bool operator==(const AddOptions&) const = default;
};
/// SUB
struct SubOptions {
  Activation activation = Activation::kNone;
  bool pot_scale_int16 = true;
  bool operator==(const SubOptions&) const = default;
};
/// MUL
struct MulOptions {
  Activation activation = Activation::kNone;
  bool operator==(const MulOptions&) const = default;
};
/// DIV
struct DivOptions {
  Activation activation = Activation::kNone;
  bool operator==(const DivOptions&) const = default;
};
/// L2_NORMALIZATION
struct L2NormOptions {
  Activation activation = Activation::kNone;
  bool operator==(const L2NormOptions&) const = default;
};
/// CONCATENATION; a negative axis counts from the last
struct ConcatenationOptions {
  std::int32_t axis = 0;
  Activation activation = Activation::kNone;
  bool operator==(const ConcatenationOptions&) const = default;
};
/// SOFTMAX
struct SoftmaxOptions {
  float beta = 1.0F;
  bool operator==(const SoftmaxOptions&) const = default;
};
/// LEAKY_RELU
struct LeakyReluOptions {
  float alpha = 0.0F;
  bool operator==(const LeakyReluOptions&) const = default;
};
/// GELU
struct GeluOptions {
  bool approximate = false;
  bool operator==(const GeluOptions&) const = default;
};
/// RESHAPE: used when there is no shape tensor
struct ReshapeOptions {
  std::vector<std::int32_t> new_shape;
  bool operator==(const ReshapeOptions&) const = default;
};
/// SQUEEZE
struct SqueezeOptions {
  std::vector<std::int32_t> squeeze_dims;
  bool operator==(const SqueezeOptions&) const = default;
};
/// MEAN, SUM, REDUCE_MAX, …
struct ReducerOptions {
  bool keep_dims = false;
  bool operator==(const ReducerOptions&) const = default;
};
/// STRIDED_SLICE
struct StridedSliceOptions {
  std::int32_t begin_mask = 0;
  std::int32_t end_mask = 0;
  std::int32_t ellipsis_mask = 0;
  std::int32_t new_axis_mask = 0;
  std::int32_t shrink_axis_mask = 0;
  bool offset = false;
  bool operator==(const StridedSliceOptions&) const = default;
};
/// SHAPE
struct ShapeOptions {
  TensorType out_type = TensorType::kFloat32;
  bool operator==(const ShapeOptions&) const = default;
};
/// PACK
struct PackOptions {
  std::int32_t values_count = 0;
  std::int32_t axis = 0;
  bool operator==(const PackOptions&) const = default;
};
/// UNPACK
struct UnpackOptions {
  std::int32_t num = 0;
  std::int32_t axis = 0;
  bool operator==(const UnpackOptions&) const = default;
};
/// SPLIT
struct SplitOptions {
  std::int32_t num_splits = 0;
  bool operator==(const SplitOptions&) const = default;
};
/// SPLIT_V
struct SplitVOptions {
  std::int32_t num_splits = 0;
  bool operator==(const SplitVOptions&) const = default;
};
/// GATHER
struct GatherOptions {
  std::int32_t axis = 0;
  std::int32_t batch_dims = 0;
  bool operator==(const GatherOptions&) const = default;
};
/// ARG_MAX
struct ArgMaxOptions {
  TensorType output_type = TensorType::kFloat32;
  bool operator==(const ArgMaxOptions&) const = default;
};
/// ARG_MIN
struct ArgMinOptions {
  TensorType output_type = TensorType::kFloat32;
  bool operator==(const ArgMinOptions&) const = default;
};
/// CAST
struct CastOptions {
  TensorType in_type = TensorType::kFloat32;
  TensorType out_type = TensorType::kFloat32;
  bool operator==(const CastOptions&) const = default;
};
/// DEPTH_TO_SPACE
struct DepthToSpaceOptions {
  std::int32_t block_size = 0;
  bool operator==(const DepthToSpaceOptions&) const = default;
};
/// SPACE_TO_DEPTH
struct SpaceToDepthOptions {
  std::int32_t block_size = 0;
  bool operator==(const SpaceToDepthOptions&) const = default;
};
/// RESIZE_BILINEAR
struct ResizeBilinearOptions {
  bool align_corners = false;
  bool half_pixel_centers = false;
  bool operator==(const ResizeBilinearOptions&) const = default;
};
/// RESIZE_NEAREST_NEIGHBOR
struct ResizeNearestNeighborOptions {
  bool align_corners = false;
  bool half_pixel_centers = false;
  bool operator==(const ResizeNearestNeighborOptions&) const = default;
};
/// MIRROR_PAD: 0 reflects without the border, 1 with it
struct MirrorPadOptions {
  std::int8_t mode = 0;
  bool operator==(const MirrorPadOptions&) const = default;
};
/// SVDF
struct SvdfOptions {
  std::int32_t rank = 0;
  Activation activation = Activation::kNone;
  bool asymmetric_quantize_inputs = false;
  bool operator==(const SvdfOptions&) const = default;
};
/// UNIDIRECTIONAL_SEQUENCE_LSTM; a clip of 0 means none
struct UnidirectionalSequenceLstmOptions {
  Activation activation = Activation::kNone;
  float cell_clip = 0.0F;
  float proj_clip = 0.0F;
  bool time_major = false;
  bool asymmetric_quantize_inputs = false;
  bool diagonal_recurrent_tensors = false;
  bool operator==(const UnidirectionalSequenceLstmOptions&) const = default;
};
/// CALL_ONCE: the subgraph that runs before the first inference
struct CallOnceOptions {
  std::int32_t init_subgraph = 0;
  bool operator==(const CallOnceOptions&) const = default;
};
/// VAR_HANDLE: a variable's name
struct VarHandleOptions {
  std::string container;
  std::string shared_name;
  bool operator==(const VarHandleOptions&) const = default;
};

/// Any operator's options.
using Options =
    std::variant<NoOptions, EmptyOptions, UnmodelledOptions, Conv2dOptions, DepthwiseConv2dOptions, Pool2dOptions,
                 TransposeConvOptions, FullyConnectedOptions, BatchMatMulOptions, AddOptions, SubOptions, MulOptions,
                 DivOptions, L2NormOptions, ConcatenationOptions, SoftmaxOptions, LeakyReluOptions, GeluOptions,
                 ReshapeOptions, SqueezeOptions, ReducerOptions, StridedSliceOptions, ShapeOptions, PackOptions,
                 UnpackOptions, SplitOptions, SplitVOptions, GatherOptions, ArgMaxOptions, ArgMinOptions, CastOptions,
                 DepthToSpaceOptions, SpaceToDepthOptions, ResizeBilinearOptions, ResizeNearestNeighborOptions,
                 MirrorPadOptions, SvdfOptions, UnidirectionalSequenceLstmOptions, CallOnceOptions, VarHandleOptions>;

}  // namespace auklet::compiler
