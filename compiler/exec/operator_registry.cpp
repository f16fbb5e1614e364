#include "operator_registry.hpp"

#include <array>

namespace auklet::compiler::exec {
namespace {

struct Entry {
  OpCode code;
  Prepare prepare;
};

constexpr std::array kEntries = {
    Entry{OpCode::kAdd, prepare_add},
    Entry{OpCode::kAveragePool2d, prepare_average_pool2d},
    Entry{OpCode::kConv2d, prepare_conv2d},
    Entry{OpCode::kDepthwiseConv2d, prepare_depthwise_conv2d},
    Entry{OpCode::kDequantize, prepare_dequantize},
    Entry{OpCode::kFullyConnected, prepare_fully_connected},
    Entry{OpCode::kMaxPool2d, prepare_max_pool2d},
    Entry{OpCode::kQuantize, prepare_quantize},
    Entry{OpCode::kReshape, prepare_reshape},
    Entry{OpCode::kSoftmax, prepare_softmax},
};

}  // namespace

Prepare find_prepare(OpCode code) {
  for (const Entry& entry : kEntries) {
    if (entry.code == code) return entry.prepare;
  }
  return nullptr;
}

}  // namespace auklet::compiler::exec
