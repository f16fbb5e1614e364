// The checks that operators of one and of two int8 tensors share.
#pragma once

#include <array>

#include "common.hpp"

namespace auklet::compiler::exec {

/// Input 0 and output 0 of an int8 operator of one tensor.
struct UnaryOperands {
  kernels::AffineParams input;
  kernels::AffineParams output;
};

/// kUnsupported unless both are int8 with one scale.
[[nodiscard]] Result<UnaryOperands> unary_operands(const Context& context);

/// Inputs 0 and 1 and output 0 of an int8 operator of two tensors, in this order.
struct BinaryOperands {
  std::array<kernels::AffineParams, 3> quantizations;
  std::array<kernels::Shape, 3> shapes;
};

/// kUnsupported unless all are int8 with one scale and have at most kernels::kMaxRank dimensions.
[[nodiscard]] Result<BinaryOperands> binary_operands(const Context& context);

/// The kernels' views of a binary operator's values.
struct BinaryTensors {
  kernels::Tensor<const std::int8_t> a;
  kernels::Tensor<const std::int8_t> b;
  kernels::Tensor<std::int8_t> output;

  BinaryTensors(const std::array<kernels::Shape, 3>& shapes, const Values& v)
      : a{shapes[0], elements<std::int8_t>(v.inputs[0])},
        b{shapes[1], elements<std::int8_t>(v.inputs[1])},
        output{shapes[2], elements<std::int8_t>(v.outputs[0])} {}
};

}  // namespace auklet::compiler::exec
