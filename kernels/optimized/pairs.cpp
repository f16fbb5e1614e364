#include "pairs.hpp"

#include <algorithm>
#include <array>
#include <auklet/kernels/add.hpp>
#include <auklet/kernels/minimum_maximum.hpp>
#include <auklet/kernels/mul.hpp>
#include <auklet/kernels/squared_difference.hpp>
#include <auklet/kernels/sub.hpp>
#include <type_traits>

#include "split.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "optimized/pairs.cpp"  // Found from kernels/, see CMakeLists.txt.
#include <hwy/foreach_target.h>
// foreach_target.h comes first.
#include "quads_inl.hpp"

AUKLET_BEFORE_NAMESPACE();
namespace auklet::kernels::optimized::HWY_NAMESPACE {
namespace {

using Bytes = Tag<std::int8_t>;
using Words = hn::Repartition<std::int32_t, Bytes>;
using V = hn::Vec<Words>;

// output = function(a, b) for every vector of a run; `function` takes and returns vectors of bytes.
template <class Function>
HWY_INLINE void for_run(const PairRun& run, const Function& function) {
  const Bytes d;
  const std::size_t lanes = hn::Lanes(d);
  const auto a_all = hn::Set(d, *run.a);
  const auto b_all = hn::Set(d, *run.b);
  std::size_t i = 0;
  for (; i + lanes <= run.count; i += lanes) {
    const auto a = run.a_step == 0 ? a_all : hn::LoadU(d, run.a + i);
    const auto b = run.b_step == 0 ? b_all : hn::LoadU(d, run.b + i);
    hn::StoreU(function(a, b), d, run.output + i);
  }
  if (const std::size_t rest = run.count - i; rest != 0) {
    const auto a = run.a_step == 0 ? a_all : load_first(d, run.a + i, rest);
    const auto b = run.b_step == 0 ? b_all : load_first(d, run.b + i, rest);
    store_part(d, function(a, b), run.output + i, rest);
  }
}

// Accumulators to the output's scale. kUsual: a multiplier that all_usual() accepts.
template <bool kUsual>
struct OutputScale {
  std::conditional_t<kUsual, UsualRequantizer<Words>, AnyRequantizer<Words>> requantize;
  HWY_INLINE explicit OutputScale(QuantizedMultiplier multiplier) : requantize(Words(), multiplier) {}
  HWY_INLINE V operator()(V x) const {
    const Words d;
    if constexpr (kUsual) {
      return hn::ShiftRight<1>(hn::Add(requantize(d, x), hn::Set(d, 1)));  // The last bit is still to be rounded.
    } else {
      return requantize.scaled(d, x);
    }
  }
};

// As for_run, but `function` takes int32 lanes and returns accumulators, which multiplier and range make bytes.
template <bool kUsual, class Function>
HWY_INLINE void requantize_run_as(const PairRun& run, QuantizedMultiplier multiplier, const OutputRange& range,
                                  const Function& function) {
  const OutputScale<kUsual> scale(multiplier);
  const OutputClamp<Words> clamp(Words(), range);
  for_run(run, [&](hn::Vec<Bytes> a, hn::Vec<Bytes> b) AUKLET_ATTR {
    return for_bytes(Bytes(), a, b, [&](V x, V y) AUKLET_ATTR { return clamp(scale(function(x, y))); });
  });
}

template <class Function>
HWY_INLINE void requantize_run(const PairRun& run, QuantizedMultiplier multiplier, const OutputRange& range,
                               const Function& function) {
  if (all_usual({&multiplier, 1})) {
    requantize_run_as<true>(run, multiplier, range, function);
  } else {
    requantize_run_as<false>(run, multiplier, range, function);
  }
}

// An operand of a sum, on the sum's scale: x = element - zero_point, shifted left, then requantised.
struct AnyOperand {
  AnyRequantizer<Words> requantize;
  V zero_point;
  int left_shift;
  HWY_INLINE AnyOperand(QuantizedMultiplier multiplier, std::int32_t zero, std::int32_t shift)
      : requantize(Words(), multiplier), zero_point(hn::Set(Words(), zero)), left_shift(shift) {}
  HWY_INLINE V operator()(V x) const {
    return requantize.scaled(Words(), hn::ShiftLeftSame(hn::Sub(x, zero_point), left_shift));
  }
};

// The same in 32 bits, where the left shift is 20 and the multiplier m * 2^-s / 2^31 has 0 <= s <= 4. The 20 bits are
// zeros on both sides of requantize.hpp's formula, so that it is, with |x| < 2^8 and m = high * 2^16 + low,
//   (x * m + rounding) >> (11 + s) = x * (high << (5 - s)) + ((x * low + rounding) >> (11 + s)),
//   rounding = 2^10, and if s > 0: + 2^(10 + s), and - 2^11 where x * m < 0.
// Every term stays below 2^29. A negative m changes places with x's sign.
struct ShortOperand {
  V zero_point, sign, high, low, rounding, correction;
  int shift;
  HWY_INLINE ShortOperand(QuantizedMultiplier multiplier, std::int32_t zero, std::int32_t /*shift*/) {
    const Words d;
    const std::int32_t s = -multiplier.shift;
    const std::int32_t m = multiplier.value < 0 ? -multiplier.value : multiplier.value;
    shift = 11 + s;
    zero_point = hn::Set(d, zero);
    sign = hn::Set(d, multiplier.value < 0 ? -1 : 0);
    high = hn::Set(d, (m >> 16) << (5 - s));
    low = hn::Set(d, m & 0xffff);
    rounding = hn::Set(d, (1 << 10) + (s > 0 ? 1 << (10 + s) : 0));
    correction = hn::Set(d, s > 0 ? -(1 << 11) : 0);
  }
  HWY_INLINE V operator()(V element) const {
    const V x = hn::Sub(hn::Xor(hn::Sub(element, zero_point), sign), sign);
    const V rounded = hn::Add(hn::Add(hn::Mul(x, low), rounding), hn::And(hn::BroadcastSignBit(x), correction));
    return hn::Add(hn::Mul(x, high), hn::ShiftRightSame(rounded, shift));
  }
  static bool takes(std::int32_t left_shift, QuantizedMultiplier m) {
    return left_shift == kAddLeftShift && m.shift <= 0 && m.shift >= -4;
  }
};

template <class Operand>
HWY_NOINLINE void add_run_as(const AddParams& p, const PairRun& run) {
  const Operand scale_a(p.a_multiplier, p.a_zero_point, p.left_shift);
  const Operand scale_b(p.b_multiplier, p.b_zero_point, p.left_shift);
  requantize_run(run, p.output_multiplier, {p.output_zero_point, p.activation},
                 [&](V x, V y) AUKLET_ATTR { return hn::Add(scale_a(x), scale_b(y)); });
}

void add_run(const AddParams& p, const PairRun& run) {
  const bool short_operands =
      ShortOperand::takes(p.left_shift, p.a_multiplier) && ShortOperand::takes(p.left_shift, p.b_multiplier);
  short_operands ? add_run_as<ShortOperand>(p, run) : add_run_as<AnyOperand>(p, run);
}

void mul_run(const MulParams& p, const PairRun& run) {
  const V a_zero = hn::Set(Words(), p.a_zero_point);
  const V b_zero = hn::Set(Words(), p.b_zero_point);
  requantize_run(run, p.multiplier, {p.output_zero_point, p.activation},
                 [&](V x, V y) AUKLET_ATTR { return hn::Mul(hn::Sub(x, a_zero), hn::Sub(y, b_zero)); });
}

void squared_difference_run(const SquaredDifferenceParams& p, const PairRun& run) {
  const AnyOperand scale_a(p.a_multiplier, p.a_zero_point, kSquaredDifferenceLeftShift);
  const AnyOperand scale_b(p.b_multiplier, p.b_zero_point, kSquaredDifferenceLeftShift);
  requantize_run(run, p.output_multiplier, {p.output_zero_point, {}}, [&](V x, V y) AUKLET_ATTR {
    const V difference = hn::Sub(scale_a(x), scale_b(y));
    return hn::Mul(difference, difference);
  });
}

void minimum_run(const PairRun& run) {
  for_run(run, [](hn::Vec<Bytes> a, hn::Vec<Bytes> b) AUKLET_ATTR { return hn::Min(a, b); });
}

void maximum_run(const PairRun& run) {
  for_run(run, [](hn::Vec<Bytes> a, hn::Vec<Bytes> b) AUKLET_ATTR { return hn::Max(a, b); });
}

}  // namespace
}  // namespace auklet::kernels::optimized::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace auklet::kernels::optimized {
namespace {

HWY_EXPORT(add_run);
HWY_EXPORT(mul_run);
HWY_EXPORT(squared_difference_run);
HWY_EXPORT(minimum_run);
HWY_EXPORT(maximum_run);

// Calls function(run) for all of the output. False, and nothing is done, where the broadcasting is of another kind.
template <class Function>
bool for_runs(Tensor<const std::int8_t> a, Tensor<const std::int8_t> b, Tensor<std::int8_t> output,
              const ParallelFor& parallel, const Function& function) {
  Pairs pairs = pairs_of(a, b, output);
  if (!pairs.simple()) return false;
  std::array<std::int8_t, 512> vector{};  // Only one operand is one.
  lengthen(pairs.a, pairs.a_period, pairs.count, vector);
  lengthen(pairs.b, pairs.b_period, pairs.count, vector);
  const std::size_t longest = pairs.run_length();
  split(parallel, pairs.count, kElementsPerTask, [&](std::size_t begin, std::size_t end) {
    while (begin < end) {
      const std::size_t length = std::min(end - begin, longest - begin % longest);
      function(pairs.run(begin, length));
      begin += length;
    }
  });
  return true;
}

}  // namespace

Status add(const AddParams& params, Tensor<const std::int8_t> a, Tensor<const std::int8_t> b,
           Tensor<std::int8_t> output, const Resources& resources) {
  const Status status = check_add(params, a, b, output);
  if (status != Status::kOk) return status;
  const auto run = [&](const PairRun& r) { HWY_DYNAMIC_DISPATCH(add_run)(params, r); };
  return for_runs(a, b, output, resources.parallel, run) ? Status::kOk : reference::add(params, a, b, output);
}

Status sub(const SubParams& params, Tensor<const std::int8_t> a, Tensor<const std::int8_t> b,
           Tensor<std::int8_t> output, const Resources& resources) {
  const Status status = check_sub(params, a, b, output);
  if (status != Status::kOk) return status;
  AddParams negated = params;
  negated.b_multiplier.value = -params.b_multiplier.value;
  const auto run = [&](const PairRun& r) { HWY_DYNAMIC_DISPATCH(add_run)(negated, r); };
  return for_runs(a, b, output, resources.parallel, run) ? Status::kOk : reference::sub(params, a, b, output);
}

Status mul(const MulParams& params, Tensor<const std::int8_t> a, Tensor<const std::int8_t> b,
           Tensor<std::int8_t> output, const Resources& resources) {
  const Status status = check_mul(params, a, b, output);
  if (status != Status::kOk) return status;
  const auto run = [&](const PairRun& r) { HWY_DYNAMIC_DISPATCH(mul_run)(params, r); };
  return for_runs(a, b, output, resources.parallel, run) ? Status::kOk : reference::mul(params, a, b, output);
}

Status squared_difference(const SquaredDifferenceParams& params, Tensor<const std::int8_t> a,
                          Tensor<const std::int8_t> b, Tensor<std::int8_t> output, const Resources& resources) {
  const Status status = check_squared_difference(params, a, b, output);
  if (status != Status::kOk) return status;
  const auto run = [&](const PairRun& r) { HWY_DYNAMIC_DISPATCH(squared_difference_run)(params, r); };
  return for_runs(a, b, output, resources.parallel, run) ? Status::kOk
                                                         : reference::squared_difference(params, a, b, output);
}

Status minimum(Tensor<const std::int8_t> a, Tensor<const std::int8_t> b, Tensor<std::int8_t> output,
               const Resources& resources) {
  const Status status = check_minimum_maximum(a, b, output);
  if (status != Status::kOk) return status;
  const auto run = [](const PairRun& r) { HWY_DYNAMIC_DISPATCH(minimum_run)(r); };
  return for_runs(a, b, output, resources.parallel, run) ? Status::kOk : reference::minimum(a, b, output);
}

Status maximum(Tensor<const std::int8_t> a, Tensor<const std::int8_t> b, Tensor<std::int8_t> output,
               const Resources& resources) {
  const Status status = check_minimum_maximum(a, b, output);
  if (status != Status::kOk) return status;
  const auto run = [](const PairRun& r) { HWY_DYNAMIC_DISPATCH(maximum_run)(r); };
  return for_runs(a, b, output, resources.parallel, run) ? Status::kOk : reference::maximum(a, b, output);
}

}  // namespace auklet::kernels::optimized
#endif  // HWY_ONCE
