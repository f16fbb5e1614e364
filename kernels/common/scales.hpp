// What the computations of parameters from scales share. Hosted code only; not part of the public interface.
#pragma once

#include <auklet/kernels/quantization.hpp>
#include <limits>

#include "checks.hpp"

namespace auklet::kernels::detail {

/// Finite and positive; NaN fails too.
[[nodiscard]] inline bool usable_scale(float scale) {
  return scale > 0.0F && scale <= std::numeric_limits<float>::max();
}

[[nodiscard]] inline Status check_quantization(AffineParams q) {
  if (!usable_scale(q.scale)) return Status::kBadScale;
  return check_zero_point(q.zero_point);
}

/// quantize_multiplier where TensorFlow Lite wants a real number between 0 and 1.
[[nodiscard]] inline Status quantize_multiplier_below_one(double real, QuantizedMultiplier& result) {
  QuantizedMultiplier m;
  const Status status = quantize_multiplier(real, m);
  if (status != Status::kOk) return status;
  if (real >= 1.0 || m.shift > 0) return Status::kBadScale;
  result = m;
  return Status::kOk;
}

/// quantize_multiplier of a quotient or product that the source computes in float.
[[nodiscard]] inline Status quantize_float_multiplier(float real, QuantizedMultiplier& result) {
  return quantize_multiplier(static_cast<double>(real), result);
}

}  // namespace auklet::kernels::detail
