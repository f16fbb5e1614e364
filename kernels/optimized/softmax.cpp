// A row's outputs depend on the difference to its maximum alone, of which there are 256: what exp makes of each is
// computed once a call, in vectors, and rows that are long get their outputs from a table, too.
#include <algorithm>
#include <array>
#include <auklet/kernels/fixed_point_math.hpp>
#include <auklet/kernels/softmax.hpp>
#include <limits>

#include "../common/rows.hpp"
#include "split.hpp"
#include "table.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "optimized/softmax.cpp"  // Found from kernels/, see CMakeLists.txt.
#include <hwy/foreach_target.h>
// foreach_target.h comes first.
#include "quads_inl.hpp"

#ifndef AUKLET_KERNELS_SOFTMAX_TABLES
#define AUKLET_KERNELS_SOFTMAX_TABLES
namespace auklet::kernels::optimized {

/// Entry 255 - d is that of an element d below its row's maximum: in the order of the elements, as tables are.
struct Exponentials {
  static constexpr std::size_t kMaximum = kSoftmaxDifferences - 1;
  static constexpr std::size_t kVector = 16;                        ///< Lanes that are read behind the last entry.
  std::array<std::int32_t, kSoftmaxDifferences + kVector> value{};  ///< Q0.31; of those below difference_min zero.
  std::array<std::int32_t, kSoftmaxDifferences> term;               ///< What it adds to the sum, Q12.19.
};

}  // namespace auklet::kernels::optimized
#endif  // AUKLET_KERNELS_SOFTMAX_TABLES

AUKLET_BEFORE_NAMESPACE();
namespace auklet::kernels::optimized::HWY_NAMESPACE {
namespace {

using Words = Tag<std::int32_t>;
using V = hn::Vec<Words>;

HWY_INLINE V all(std::int32_t value) { return hn::Set(Words(), value); }

// saturating_rounding_doubling_high_mul but for its one overflow, -2^31 times itself, which no factor here reaches.
HWY_INLINE V high_mul(V a, V b) {
  const hn::Repartition<std::int64_t, Words> d64;
  const auto half = hn::Set(d64, std::int64_t{1} << 30);
  const auto upper = [&](V x) AUKLET_ATTR { return hn::BitCast(Words(), hn::ShiftRight<32>(hn::BitCast(d64, x))); };
  const auto even = hn::Add(hn::MulEven(a, b), half);
  const auto odd = hn::Add(hn::MulEven(upper(a), upper(b)), half);
  // Bits 31 to 62 of each, in its own half of 64 bits.
  return hn::OddEven(hn::BitCast(Words(), hn::ShiftLeft<1>(odd)), hn::BitCast(Words(), hn::ShiftRight<31>(even)));
}

// rounding_divide_by_pot. Precondition: -2^31 < x < 2^31 - 1, or kExponent > 1 and -2^31 < x.
template <int kExponent>
HWY_INLINE V divide_by_pot(V x) {
  const V lowered = hn::Add(x, hn::BroadcastSignBit(x));
  return hn::ShiftRight<1>(hn::Add(hn::ShiftRight<kExponent - 1>(lowered), all(1)));
}

// exp_on_negative_values.
HWY_INLINE V exponential(V a) {
  constexpr std::int32_t kQuarter = 1 << 24;  // Q5.26
  constexpr std::int32_t kFactors[] = {1672461947, 1302514674, 790015084, 290630308, 39332535, 720401, 242};
  const V fraction = hn::Sub(hn::And(a, all(kQuarter - 1)), all(kQuarter));
  const V x = hn::Add(hn::ShiftLeft<5>(fraction), all(1 << 28));  // Around -1/8, Q0.31.
  const V x2 = high_mul(x, x);
  const V x3 = high_mul(x2, x);
  const V x4_over_4 = divide_by_pot<2>(high_mul(x2, x2));
  const V tail = divide_by_pot<1>(hn::Add(high_mul(hn::Add(x4_over_4, x3), all(715827883)), x2));
  const V exp_minus_eighth = all(1895147668);
  V result = hn::Add(exp_minus_eighth, high_mul(exp_minus_eighth, hn::Add(x, tail)));
  const V remainder = hn::Sub(fraction, a);
  V bit = all(kQuarter);
  for (const std::int32_t factor : kFactors) {
    result = hn::IfThenElse(hn::TestBit(remainder, bit), high_mul(result, all(factor)), result);
    bit = hn::Add(bit, bit);
  }
  return hn::IfThenElse(hn::Eq(a, hn::Zero(Words())), all(kOneQ0), result);
}

void make_exponentials(const SoftmaxParams& params, Exponentials& result) {
  const Words d;
  const AnyRequantizer<Words> requantize(d, params.difference_multiplier);
  for (std::size_t i = 0; i < kSoftmaxDifferences; i += hn::Lanes(d)) {
    const V difference = hn::Iota(d, static_cast<std::int32_t>(i) - static_cast<std::int32_t>(Exponentials::kMaximum));
    const V value = hn::IfThenZeroElse(hn::Lt(difference, all(params.difference_min)),
                                       exponential(requantize.scaled(d, difference)));
    hn::StoreU(value, d, result.value.data() + i);
    hn::StoreU(divide_by_pot<kSoftmaxSumBits>(value), d, result.term.data() + i);
  }
}

// The table of a row's outputs, up to its maximum `highest`. `shift` is at most 32: beyond that every output is the
// lowest, as it is at 32.
void make_outputs(const Exponentials& exponentials, std::int32_t scale, std::int32_t shift, std::int32_t highest,
                  std::int8_t* table) {
  const Words d;
  const AnyRequantizer<Words> requantize(d, QuantizedMultiplier{scale, -shift});
  const OutputClamp<Words> clamp(d, {-128, {}});
  const hn::Half<hn::Half<hn::Repartition<std::int8_t, Words>>> d8;
  const std::int32_t* const values = exponentials.value.data() + (127 - highest);
  const std::size_t last = table_index(static_cast<std::int8_t>(highest));
  for (std::size_t i = 0; i <= last; i += hn::Lanes(d)) {
    const V output = clamp(requantize.scaled(d, hn::LoadU(d, values + i)));
    hn::StoreU(hn::DemoteTo(d8, output), d8, table + i);
  }
}

std::int8_t greatest(const std::int8_t* row, std::size_t count) {
  const Tag<std::int8_t> d;
  auto most = hn::Set(d, std::int8_t{-128});
  std::size_t i = 0;
  for (; i + hn::Lanes(d) <= count; i += hn::Lanes(d)) most = hn::Max(most, hn::LoadU(d, row + i));
  std::int8_t lanes[hn::MaxLanes(d)];
  hn::StoreU(most, d, lanes);
  std::int8_t result = -128;
  if (i != 0) result = *std::max_element(lanes, lanes + hn::Lanes(d));
  for (; i < count; ++i) result = std::max(result, row[i]);
  return result;
}

}  // namespace
}  // namespace auklet::kernels::optimized::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace auklet::kernels::optimized {
namespace {

HWY_EXPORT(make_exponentials);
HWY_EXPORT(make_outputs);
HWY_EXPORT(greatest);

// Elements from which on a call's exponentials, and a row's table of outputs, are worth their making.
constexpr std::size_t kWorthExponentials = 48;
constexpr std::size_t kLongRow = 64;

std::size_t entry_of(std::int8_t x, std::int32_t highest) {
  return Exponentials::kMaximum - static_cast<std::size_t>(highest - x);
}

std::uint32_t sum_of(const Exponentials& exponentials, std::span<const std::int8_t> row, std::int32_t highest) {
  std::uint64_t sum = 0;  // Fewer than 2^31 terms of at most 2^19.
  for (const std::int8_t x : row) {
    sum += static_cast<std::uint32_t>(exponentials.term[entry_of(x, highest)]);
  }
  constexpr std::uint64_t kLimit = std::numeric_limits<std::uint32_t>::max();
  return static_cast<std::uint32_t>(std::min(sum, kLimit));
}

void softmax_row(const Exponentials& exponentials, std::span<const std::int8_t> in, std::span<std::int8_t> out) {
  constexpr std::int32_t kOutputBits = 8;
  constexpr std::int32_t kMostShift = 32;
  const std::int32_t highest = HWY_DYNAMIC_DISPATCH(greatest)(in.data(), in.size());
  const Reciprocal scale = reciprocal(sum_of(exponentials, in, highest), kSoftmaxSumBits);
  const std::int32_t shift = std::min(31 - kOutputBits + scale.exponent, kMostShift);
  if (in.size() < kLongRow) {
    for (std::size_t i = 0; i < in.size(); ++i) {
      const std::int32_t e = exponentials.value[entry_of(in[i], highest)];
      out[i] = requantize_to_int8(e, {scale.value, -shift}, -128, {});
    }
    return;
  }
  std::array<std::int8_t, kTableSize> table{};  // What lies above the maximum is not looked up.
  HWY_DYNAMIC_DISPATCH(make_outputs)(exponentials, scale.value, shift, highest, table.data());
  apply_table(table, in, out, {});
}

}  // namespace

Status softmax(const SoftmaxParams& params, Tensor<const std::int8_t> input, Tensor<std::int8_t> output,
               const Resources& resources) {
  const Status status = check_softmax(params, input, output);
  if (status != Status::kOk) return status;
  if (input.data.size() < kWorthExponentials) return reference::softmax(params, input, output);
  Exponentials exponentials;
  HWY_DYNAMIC_DISPATCH(make_exponentials)(params, exponentials);
  const auto depth = static_cast<std::size_t>(kernels::detail::row_length(input.shape));
  split(resources.parallel, input.data.size() / depth, kElementsPerTask / depth,
        [&](std::size_t begin, std::size_t end) {
          for (std::size_t start = begin * depth; start < end * depth; start += depth) {
            softmax_row(exponentials, input.data.subspan(start, depth), output.data.subspan(start, depth));
          }
        });
  return Status::kOk;
}

}  // namespace auklet::kernels::optimized
#endif  // HWY_ONCE
