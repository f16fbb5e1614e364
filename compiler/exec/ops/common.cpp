#include "common.hpp"

#include <algorithm>

namespace auklet::compiler::exec {

Result<kernels::Shape> shape_of(const Tensor& tensor, const std::string& whose) {
  if (tensor.shape.size() > static_cast<std::size_t>(kernels::kMaxRank)) {
    return fail(ErrorCode::kUnsupported, "has " + whose + " of " + std::to_string(tensor.shape.size()) +
                                             " dimensions; the kernels know " + std::to_string(kernels::kMaxRank));
  }
  kernels::Shape shape;
  shape.rank = static_cast<std::int32_t>(tensor.shape.size());
  std::ranges::copy(tensor.shape, shape.dims.begin());
  return shape;
}

Outcome require_type(const Tensor& tensor, const std::string& whose, std::initializer_list<TensorType> types) {
  if (std::ranges::find(types, tensor.type) != types.end()) return {};
  std::string known;
  for (const TensorType type : types) known += (known.empty() ? "" : " or ") + std::string(name(type));
  return fail(ErrorCode::kUnsupported,
              "has " + whose + " of type " + name(tensor.type) + "; only " + known + " is implemented");
}

Result<kernels::AffineParams> quantization_of(const Tensor& tensor, const std::string& whose) {
  const Quantization& q = tensor.quantization;
  if (!q.present()) return fail(ErrorCode::kUnsupported, "has " + whose + " without a scale");
  if (q.per_axis()) return fail(ErrorCode::kUnsupported, "has " + whose + " with a scale a slice");
  return kernels::AffineParams{q.scale(), static_cast<std::int32_t>(q.zero_point())};
}

Result<kernels::FusedActivation> fused(Activation activation) {
  switch (activation) {
    case Activation::kNone:
      return kernels::FusedActivation::kNone;
    case Activation::kRelu:
      return kernels::FusedActivation::kRelu;
    case Activation::kReluN1To1:
      return kernels::FusedActivation::kReluN1To1;
    case Activation::kRelu6:
      return kernels::FusedActivation::kRelu6;
    case Activation::kTanh:
    case Activation::kSignBit:
      break;
  }
  return fail(ErrorCode::kUnsupported, "has a fused activation other than RELU, RELU_N1_TO_1 and RELU6");
}

Result<kernels::ActivationRange> clamp_of(Activation activation, kernels::AffineParams output) {
  const auto function = fused(activation);
  if (!function) return tl::unexpected(function.error());
  kernels::ActivationRange range;
  if (Outcome ok = derived(kernels::activation_range(*function, output, range), "the clamp of its activation"); !ok) {
    return tl::unexpected(ok.error());
  }
  return range;
}

Result<std::vector<kernels::QuantizedMultiplier>> filter_multipliers(const Context& context, float input_scale,
                                                                     float output_scale) {
  const Quantization& filter = context.in(1).quantization;
  if (!filter.present()) return fail(ErrorCode::kUnsupported, "has " + context.in_name(1) + " without a scale");
  std::vector<kernels::QuantizedMultiplier> multipliers(filter.scales.size());
  for (std::size_t i = 0; i < multipliers.size(); ++i) {
    if (filter.zero_points[i] != 0) {
      return fail(ErrorCode::kUnsupported, "has " + context.in_name(1) + " with a zero point other than 0");
    }
    if (Outcome ok = derived(kernels::conv_multiplier(input_scale, filter.scales[i], output_scale, multipliers[i]),
                             "multiplier of output channel " + std::to_string(i));
        !ok) {
      return tl::unexpected(ok.error());
    }
  }
  return multipliers;
}

bool has_constant_filter(const Context& context) {
  return context.in(1).is_constant && (!context.has(2) || context.in(2).is_constant);
}

kernels::Padding padding_of(Padding padding) {
  return padding == Padding::kSame ? kernels::Padding::kSame : kernels::Padding::kValid;
}

Outcome derived(kernels::Status status, const std::string& what) {
  if (status == kernels::Status::kOk) return {};
  return fail(ErrorCode::kInvalid, "has no usable " + what + ": " + kernels::describe(status));
}

}  // namespace auklet::compiler::exec
