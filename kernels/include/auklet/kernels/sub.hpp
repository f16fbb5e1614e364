// SUB: elementwise difference of two int8 tensors of different quantisation, with broadcasting.
#pragma once

#include <auklet/kernels/add.hpp>
#include <auklet/kernels/resources.hpp>

namespace auklet::kernels {

/// The same fields as an ADD's; see make_sub_params (elementwise_quantization.hpp).
using SubParams = AddParams;

/// Says whether the arguments of sub belong together; kOk or the first error found. Touches no data.
[[nodiscard]] Status check_sub(const SubParams& params, Tensor<const std::int8_t> a, Tensor<const std::int8_t> b,
                               Tensor<std::int8_t> output);

namespace reference {

/// As add, but operand b is scaled by its multiplier's negative: -b_multiplier, not minus the scaled operand, which
/// rounds ties the other way. Source: TensorFlow Lite's int8 SUB, which is its ADD with that multiplier.
/// Shapes, in-place use, safety and errors as add.
[[nodiscard]] Status sub(const SubParams& params, Tensor<const std::int8_t> a, Tensor<const std::int8_t> b,
                         Tensor<std::int8_t> output);

}  // namespace reference

namespace optimized {

/// As reference::sub, to the bit; fast where optimized::add is. Of the resources only `parallel` is used.
[[nodiscard]] Status sub(const SubParams& params, Tensor<const std::int8_t> a, Tensor<const std::int8_t> b,
                         Tensor<std::int8_t> output, const Resources& resources);

}  // namespace optimized
}  // namespace auklet::kernels
