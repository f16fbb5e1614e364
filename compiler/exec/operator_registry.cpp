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
    Entry{OpCode::kAveragePool2d, prepare_average_pool2d},
    Entry{OpCode::kConv2d, prepare_conv2d},
    Entry{OpCode::kDepthwiseConv2d, prepare_depthwise_conv2d},
    Entry{OpCode::kDequantize, prepare_dequantize},
    Entry{OpCode::kElu, prepare_elu},
    Entry{OpCode::kFullyConnected, prepare_fully_connected},
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
    Entry{OpCode::kPrelu, prepare_prelu},
    Entry{OpCode::kQuantize, prepare_quantize},
    Entry{OpCode::kReduceMax, prepare_reduce_max},
    Entry{OpCode::kReduceMin, prepare_reduce_min},
    Entry{OpCode::kRelu, prepare_relu},
    Entry{OpCode::kRelu6, prepare_relu6},
    Entry{OpCode::kReluN1To1, prepare_relu_n1_to_1},
    Entry{OpCode::kReshape, prepare_reshape},
    Entry{OpCode::kRsqrt, prepare_rsqrt},
    Entry{OpCode::kSoftmax, prepare_softmax},
    Entry{OpCode::kSquaredDifference, prepare_squared_difference},
    Entry{OpCode::kSub, prepare_sub},
    Entry{OpCode::kSum, prepare_sum},
    Entry{OpCode::kTanh, prepare_tanh},
};

}  // namespace

Prepare find_prepare(OpCode code) {
  for (const Entry& entry : kEntries) {
    if (entry.code == code) return entry.prepare;
  }
  return nullptr;
}

}  // namespace auklet::compiler::exec
