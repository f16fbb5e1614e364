#include <auklet/kernels/quantize.hpp>
#include <limits>

#include "../common/checks.hpp"
#include "split.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "optimized/quantize.cpp"  // Found from kernels/, see CMakeLists.txt.
#include <hwy/foreach_target.h>
// foreach_target.h comes first.
#include "quads_inl.hpp"

AUKLET_BEFORE_NAMESPACE();
namespace auklet::kernels::optimized::HWY_NAMESPACE {
namespace {

using Floats = Tag<float>;
using Words = Tag<std::int32_t>;

// The reference's steps, one by one; none of them can be fused, so every float is the same.
HWY_INLINE hn::Vec<Words> quantize_lanes(hn::Vec<Floats> x, hn::Vec<Floats> scale, const OutputClamp<Words>& clamp) {
  const Floats d;
  const Words d32;
  const auto real = hn::Div(x, scale);
  const auto most = hn::Set(d, 1024.0F);
  const auto limited = hn::Min(hn::Max(real, hn::Neg(most)), most);
  const auto bounded = hn::IfThenZeroElse(hn::IsNaN(real), limited);
  const auto whole = hn::ConvertTo(d32, bounded);  // Truncated.
  const auto fraction = hn::Sub(bounded, hn::ConvertTo(d, whole));
  const auto half = hn::Set(d, 0.5F);
  const auto one = hn::Set(d32, 1);
  const auto up = hn::IfThenElseZero(hn::RebindMask(d32, hn::Ge(fraction, half)), one);
  const auto down = hn::IfThenElseZero(hn::RebindMask(d32, hn::Le(fraction, hn::Neg(half))), one);
  return clamp(hn::Sub(hn::Add(whole, up), down));
}

void quantize_floats(const AffineParams& params, const float* input, std::int8_t* output, std::size_t count) {
  const Floats d;
  const hn::Half<hn::Half<hn::Repartition<std::int8_t, Words>>> d8;
  const auto scale = hn::Set(d, params.scale);
  const OutputClamp<Words> clamp(Words(), {params.zero_point, {}});
  std::size_t i = 0;
  for (; i + hn::Lanes(d) <= count; i += hn::Lanes(d)) {
    hn::StoreU(hn::DemoteTo(d8, quantize_lanes(hn::LoadU(d, input + i), scale, clamp)), d8, output + i);
  }
  if (const std::size_t rest = count - i; rest != 0) {
    float last[hn::MaxLanes(d)] = {};
    std::int8_t bytes[hn::MaxLanes(d)];
    std::memcpy(last, input + i, rest * sizeof(float));
    hn::StoreU(hn::DemoteTo(d8, quantize_lanes(hn::LoadU(d, last), scale, clamp)), d8, bytes);
    std::memcpy(output + i, bytes, rest);
  }
}

void dequantize_bytes(const AffineParams& params, const std::int8_t* input, float* output, std::size_t count) {
  const Floats d;
  const Words d32;
  const hn::Half<hn::Half<hn::Repartition<std::int8_t, Words>>> d8;
  const auto scale = hn::Set(d, params.scale);
  const auto zero_point = hn::Set(d32, params.zero_point);
  std::size_t i = 0;
  for (; i + hn::Lanes(d) <= count; i += hn::Lanes(d)) {
    const auto difference = hn::Sub(hn::PromoteTo(d32, hn::LoadU(d8, input + i)), zero_point);
    hn::StoreU(hn::Mul(scale, hn::ConvertTo(d, difference)), d, output + i);
  }
  for (; i < count; ++i) output[i] = params.scale * static_cast<float>(input[i] - params.zero_point);
}

}  // namespace
}  // namespace auklet::kernels::optimized::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace auklet::kernels::optimized {
namespace {

HWY_EXPORT(quantize_floats);
HWY_EXPORT(dequantize_bytes);

}  // namespace

Status quantize(const AffineParams& params, std::span<const float> input, std::span<std::int8_t> output,
                const Resources& resources) {
  // Nothing of it is written where the arguments do not fit, which the reference finds out on no elements at all.
  if (const Status status = reference::quantize(params, {}, std::span<std::int8_t>()); status != Status::kOk) {
    return status;
  }
  if (input.size() != output.size() || input.data() == nullptr || output.data() == nullptr ||
      kernels::detail::overlap(input, output)) {
    return reference::quantize(params, input, output);
  }
  split(resources.parallel, input.size(), kElementsPerTask, [&](std::size_t begin, std::size_t end) {
    HWY_DYNAMIC_DISPATCH(quantize_floats)(params, input.data() + begin, output.data() + begin, end - begin);
  });
  return Status::kOk;
}

Status dequantize(const AffineParams& params, std::span<const std::int8_t> input, std::span<float> output,
                  const Resources& resources) {
  if (const Status status = reference::dequantize(params, std::span<const std::int8_t>(), {}); status != Status::kOk) {
    return status;
  }
  if (input.size() != output.size() || input.data() == nullptr || output.data() == nullptr ||
      kernels::detail::overlap(input, output)) {
    return reference::dequantize(params, input, output);
  }
  split(resources.parallel, input.size(), kElementsPerTask, [&](std::size_t begin, std::size_t end) {
    HWY_DYNAMIC_DISPATCH(dequantize_bytes)(params, input.data() + begin, output.data() + begin, end - begin);
  });
  return Status::kOk;
}

}  // namespace auklet::kernels::optimized
#endif  // HWY_ONCE
