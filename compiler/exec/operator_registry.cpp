#include "operator_registry.hpp"

#include <array>

namespace auklet::compiler::exec {
namespace {

struct Entry {
  OpCode code;
  Prepare prepare;
};

constexpr std::array kEntries = {
    Entry{OpCode::kAbs, prepare_abs},
    Entry{OpCode::kAdd, prepare_add},
    Entry{OpCode::kArgMax, prepare_arg_max},
    Entry{OpCode::kArgMin, prepare_arg_min},
    Entry{OpCode::kAssignVariable, prepare_assign_variable},
    Entry{OpCode::kAveragePool2d, prepare_average_pool2d},
    Entry{OpCode::kBatchMatmul, prepare_batch_matmul},
    Entry{OpCode::kBatchToSpaceNd, prepare_batch_to_space_nd},
    Entry{OpCode::kConcatenation, prepare_concatenation},
    Entry{OpCode::kConv2d, prepare_conv2d},
    Entry{OpCode::kDepthToSpace, prepare_depth_to_space},
    Entry{OpCode::kDepthwiseConv2d, prepare_depthwise_conv2d},
    Entry{OpCode::kDequantize, prepare_dequantize},
    Entry{OpCode::kElu, prepare_elu},
    Entry{OpCode::kExpandDims, prepare_reshape},
    Entry{OpCode::kFullyConnected, prepare_fully_connected},
    Entry{OpCode::kGather, prepare_gather},
    Entry{OpCode::kHardSwish, prepare_hard_swish},
    Entry{OpCode::kL2Normalization, prepare_l2_normalization},
    Entry{OpCode::kLeakyRelu, prepare_leaky_relu},
    Entry{OpCode::kLogSoftmax, prepare_log_softmax},
    Entry{OpCode::kLogistic, prepare_logistic},
    Entry{OpCode::kMaxPool2d, prepare_max_pool2d},
    Entry{OpCode::kMaximum, prepare_maximum},
    Entry{OpCode::kMean, prepare_mean},
    Entry{OpCode::kMinimum, prepare_minimum},
    Entry{OpCode::kMul, prepare_mul},
    Entry{OpCode::kPack, prepare_pack},
    Entry{OpCode::kPad, prepare_pad},
    Entry{OpCode::kPadv2, prepare_padv2},
    Entry{OpCode::kPrelu, prepare_prelu},
    Entry{OpCode::kQuantize, prepare_quantize},
    Entry{OpCode::kReadVariable, prepare_read_variable},
    Entry{OpCode::kReduceMax, prepare_reduce_max},
    Entry{OpCode::kReduceMin, prepare_reduce_min},
    Entry{OpCode::kRelu, prepare_relu},
    Entry{OpCode::kRelu6, prepare_relu6},
    Entry{OpCode::kReluN1To1, prepare_relu_n1_to_1},
    Entry{OpCode::kReshape, prepare_reshape},
    Entry{OpCode::kResizeBilinear, prepare_resize_bilinear},
    Entry{OpCode::kResizeNearestNeighbor, prepare_resize_nearest_neighbor},
    Entry{OpCode::kRsqrt, prepare_rsqrt},
    Entry{OpCode::kShape, prepare_shape},
    Entry{OpCode::kSlice, prepare_slice},
    Entry{OpCode::kSoftmax, prepare_softmax},
    Entry{OpCode::kSpaceToBatchNd, prepare_space_to_batch_nd},
    Entry{OpCode::kSpaceToDepth, prepare_space_to_depth},
    Entry{OpCode::kSplit, prepare_split},
    Entry{OpCode::kSplitV, prepare_split_v},
    Entry{OpCode::kSquaredDifference, prepare_squared_difference},
    Entry{OpCode::kSqueeze, prepare_reshape},
    Entry{OpCode::kStridedSlice, prepare_strided_slice},
    Entry{OpCode::kSub, prepare_sub},
    Entry{OpCode::kSum, prepare_sum},
    Entry{OpCode::kSvdf, prepare_svdf},
    Entry{OpCode::kTanh, prepare_tanh},
    Entry{OpCode::kTranspose, prepare_transpose},
    Entry{OpCode::kTransposeConv, prepare_transpose_conv},
    Entry{OpCode::kUnidirectionalSequenceLstm, prepare_unidirectional_sequence_lstm},
    Entry{OpCode::kUnpack, prepare_unpack},
    Entry{OpCode::kVarHandle, prepare_var_handle},
};

}  // namespace

Prepare find_prepare(OpCode code) {
  for (const Entry& entry : kEntries) {
    if (entry.code == code) return entry.prepare;
  }
  return nullptr;
}

}  // namespace auklet::compiler::exec
