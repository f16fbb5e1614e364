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

/// The call of a kernel of two int8 tensors, with its parameters, if any, in front of them.
template <typename... Functions, typename... Params>
[[nodiscard]] Evaluate call_binary(const Kernel<Functions...>& kernel, const std::array<kernels::Shape, 3>& shapes,
                                   const Params&... params) {
  return call(kernel, params..., input<kernels::Tensor<const std::int8_t>>(0, shapes[0]),
              input<kernels::Tensor<const std::int8_t>>(1, shapes[1]),
              output<kernels::Tensor<std::int8_t>>(0, shapes[2]));
}

}  // namespace auklet::compiler::exec
