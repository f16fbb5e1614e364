// What the operators of the CPU have in common: typed views of values, and the checks that several prepare functions
// make.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <vector>

#include <auklet/kernels/quantization.hpp>
#include <auklet/kernels/tensor.hpp>
#include <auklet/kernels/window.hpp>

#include "../operator_registry.hpp"

namespace auklet::compiler::exec {

/// The kernels' form of a shape of four dimensions.
[[nodiscard]] inline kernels::Shape4 shape4(const Tensor& tensor) {
  return {tensor.shape[0], tensor.shape[1], tensor.shape[2], tensor.shape[3]};
}

/// The kernels' form of a shape. kUnsupported above kernels::kMaxRank dimensions.
[[nodiscard]] Result<kernels::Shape> shape_of(const Tensor& tensor, const std::string& whose);

/// kUnsupported unless the tensor's element type is one of `types`.
[[nodiscard]] Outcome require_type(const Tensor& tensor, const std::string& whose,
                                   std::initializer_list<TensorType> types);

/// The scale and zero point of a tensor that is quantised as a whole. kUnsupported when it has none or several.
[[nodiscard]] Result<kernels::AffineParams> quantization_of(const Tensor& tensor, const std::string& whose);

/// The kernels' form of a fused activation. kUnsupported for those that no int8 operator has.
[[nodiscard]] Result<kernels::FusedActivation> fused(Activation activation);

/// The clamp of a fused activation on an output.
[[nodiscard]] Result<kernels::ActivationRange> clamp_of(Activation activation, kernels::AffineParams output);

/// A convolution's multipliers, one a scale of its filter, input 1: input scale * filter scale / output scale.
/// kUnsupported for a filter without a scale or with a zero point other than 0.
[[nodiscard]] Result<std::vector<kernels::QuantizedMultiplier>> filter_multipliers(const Context& context,
                                                                                   float input_scale,
                                                                                   float output_scale);

/// Whether filter and bias, inputs 1 and 2, never change, so that they may be packed once.
[[nodiscard]] bool has_constant_filter(const Context& context);

/// The kernels' form of a padding scheme.
[[nodiscard]] kernels::Padding padding_of(Padding padding);

/// Success, or kInvalid with the kernels' reason: parameters that cannot be derived from a model's numbers.
[[nodiscard]] Outcome derived(kernels::Status status, const std::string& what);

}  // namespace auklet::compiler::exec
