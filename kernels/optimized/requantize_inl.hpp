// Requantisation of int32 accumulators in vectors; requantize.hpp has the formulas. Included once a target.
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "panels.hpp"
#include "simd_inl.hpp"

#if defined(AUKLET_KERNELS_REQUANTIZE_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef AUKLET_KERNELS_REQUANTIZE_INL
#undef AUKLET_KERNELS_REQUANTIZE_INL
#else
#define AUKLET_KERNELS_REQUANTIZE_INL
#endif

AUKLET_BEFORE_NAMESPACE();
namespace auklet::kernels::optimized::HWY_NAMESPACE {

/// Both ways yield t of the formula: twice the scaled accumulator, its last bit still to be rounded.
///
/// The constants of one vector's lanes for usual multipliers.
template <class D32>
struct UsualRequantizer {
  using D64 = hn::Repartition<std::int64_t, D32>;
  hn::Vec<D32> shift;
  hn::Vec<D32> multiplier_even, multiplier_odd;

  /// From `lane` on; a multiple of 4.
  template <std::size_t kVectors>
  HWY_INLINE UsualRequantizer(D32 d, const HeaderView<kVectors>& header, std::size_t lane)
      : shift(hn::LoadU(d, header.usual_shift(lane))),
        multiplier_even(hn::LoadU(d, header.usual_multiplier(lane))),
        multiplier_odd(upper(d, multiplier_even)) {}

  /// One multiplier in all lanes.
  HWY_INLINE UsualRequantizer(D32 d, QuantizedMultiplier m)
      : shift(hn::Set(d, -m.shift - 1)),
        multiplier_even(hn::Set(d, wrapping_add(m.value, m.value))),
        multiplier_odd(multiplier_even) {}

  HWY_INLINE hn::Vec<D32> operator()(D32 d, hn::Vec<D32> x) const {
    const auto half = hn::Set(D64(), std::int64_t{1} << 31);
    const auto even = hn::BitCast(d, hn::Add(hn::MulEven(x, multiplier_even), half));
    const auto odd = hn::BitCast(d, hn::Add(hn::MulEven(upper(d, x), multiplier_odd), half));
    const auto less = hn::Add(x, hn::BroadcastSignBit(x));
    return hn::Shr(hn::Add(merge_upper(d, even, odd), less), shift);
  }

 private:
  // The upper halves of 64-bit lanes, moved down.
  static HWY_INLINE hn::Vec<D32> upper(D32 d, hn::Vec<D32> v) {
    return hn::BitCast(d, hn::ShiftRight<32>(hn::BitCast(hn::Repartition<std::uint64_t, D32>(), v)));
  }
  static HWY_INLINE hn::Vec<D32> merge_upper(D32 d, hn::Vec<D32> even, hn::Vec<D32> odd) {
#if HWY_CAP_GE512
    if constexpr (hn::MaxLanes(d) == 16) {
      return hn::Vec<D32>{_mm512_mask_shuffle_epi32(odd.raw, 0x5555, even.raw, _MM_PERM_DDBB)};
    }
#endif
    return hn::OddEven(odd, upper(d, even));
  }
};

/// The constants of one vector's lanes for any multipliers.
template <class D32>
struct AnyRequantizer {
  using D64 = hn::Repartition<std::int64_t, D32>;
  hn::Vec<D32> left_shift;
  hn::Vec<D64> multiplier_even, multiplier_odd, rounding_even, rounding_odd, shift_even, shift_odd;

  /// From `lane` on; a multiple of 4.
  template <std::size_t kVectors>
  HWY_INLINE AnyRequantizer(D32 d, const HeaderView<kVectors>& header, std::size_t lane) {
    const D64 d64;
    const auto multiplier = hn::BitCast(d64, hn::LoadU(d, header.multiplier(lane)));
    multiplier_even = multiplier;
    multiplier_odd = hn::ShiftRight<32>(multiplier);
    left_shift = hn::LoadU(d, header.left_shift(lane));
    rounding_even = hn::LoadU(d64, header.rounding_even(lane));
    rounding_odd = hn::LoadU(d64, header.rounding_odd(lane));
    shift_even = hn::LoadU(d64, header.shift_even(lane));
    shift_odd = hn::LoadU(d64, header.shift_odd(lane));
  }

  /// One multiplier in all lanes.
  HWY_INLINE AnyRequantizer(D32 d, QuantizedMultiplier m) {
    const D64 d64;
    const std::int64_t right = m.shift > 0 ? 0 : -m.shift;
    const std::int64_t once = std::int64_t{1} << 30;
    left_shift = hn::Set(d, m.shift > 0 ? m.shift : 0);
    multiplier_even = multiplier_odd = hn::Set(d64, std::int64_t{m.value});
    rounding_even = rounding_odd = hn::Set(d64, once + (right > 0 ? once << right : 0));
    shift_even = shift_odd = hn::Set(d64, 31 + right);
  }

  /// multiply_by_quantized_multiplier of every lane, exact to the bit.
  HWY_INLINE hn::Vec<D32> scaled(D32 d, hn::Vec<D32> x) const {
    x = hn::Shl(x, left_shift);
    const auto odd = hn::BitCast(d, hn::ShiftRight<32>(hn::BitCast(D64(), x)));
    const auto even_scaled = round(hn::MulEven(x, hn::BitCast(d, multiplier_even)), rounding_even, shift_even);
    const auto odd_scaled = round(hn::MulEven(odd, hn::BitCast(d, multiplier_odd)), rounding_odd, shift_odd);
    return hn::OddEven(hn::BitCast(d, hn::ShiftLeft<32>(odd_scaled)), hn::BitCast(d, even_scaled));
  }

  HWY_INLINE hn::Vec<D32> operator()(D32 d, hn::Vec<D32> x) const {
    // Beyond int16 it makes no difference; doubled it must not overflow.
    const auto limited = hn::Min(hn::Max(scaled(d, x), hn::Set(d, -(1 << 15))), hn::Set(d, 1 << 15));
    return hn::ShiftLeft<1>(limited);
  }

 private:
  template <class V>
  static HWY_INLINE V round(V product, V rounding, V shift) {
    const D64 d;
    // The rounding says where there is a right shift.
    const V once = hn::Set(d, std::int64_t{1} << 30);
    const V less = hn::IfThenZeroElse(hn::Eq(rounding, once), hn::Set(d, -(std::int64_t{1} << 31)));
    const V correction = hn::And(hn::BroadcastSignBit(product), less);
    return hn::Shr(hn::Add(hn::Add(product, rounding), correction), shift);
  }
};

/// The last rounding and the zero point, for int16 lanes that a saturating demotion made of t. Saturation keeps the
/// order, and every bound of the output lies within int8, so it changes no output.
template <class D16>
HWY_INLINE hn::Vec<D16> add_zero_point(D16 d, hn::Vec<D16> t, const OutputRange& range) {
  return hn::ShiftRight<1>(hn::SaturatedAdd(t, hn::Set(d, static_cast<std::int16_t>(2 * range.zero_point + 1))));
}

/// The clamp of the output.
template <class D8>
HWY_INLINE hn::Vec<D8> clamp(D8 d, hn::Vec<D8> bytes, const OutputRange& range) {
  return hn::Min(hn::Max(bytes, hn::Set(d, static_cast<std::int8_t>(range.activation.min))),
                 hn::Set(d, static_cast<std::int8_t>(range.activation.max)));
}

/// int16 lanes to int8, saturated: in each block of 16 bytes those of `low`, then those of `high`.
template <class D8, class V16>
HWY_INLINE hn::Vec<D8> demote_blocks(D8 d, V16 low, V16 high) {
  if constexpr (hn::MaxLanes(d) <= 16) {
    const hn::Half<D8> half;
    return hn::Combine(d, hn::DemoteTo(half, high), hn::DemoteTo(half, low));
#if HWY_CAP_GE256
  } else if constexpr (hn::MaxLanes(d) == 32) {
    return hn::Vec<D8>{_mm256_packs_epi16(low.raw, high.raw)};
#endif
#if HWY_CAP_GE512
  } else {
    return hn::Vec<D8>{_mm512_packs_epi16(low.raw, high.raw)};
#endif
  }
}

/// Stores the first `count` of the bytes at `to`, or all of them; writes nothing behind.
template <class D8>
HWY_INLINE void store_first(D8 d, hn::Vec<D8> bytes, std::int8_t* to, std::size_t count) {
  if (HWY_LIKELY(count >= hn::Lanes(d))) {
    hn::StoreU(bytes, d, to);
    return;
  }
#if HWY_CAP_GE512
  hn::BlendedStore(bytes, hn::FirstN(d, count), d, to);  // AVX-512 does not even read what it leaves.
#else
  std::int8_t whole[hn::MaxLanes(d)];
  hn::StoreU(bytes, d, whole);
  std::memcpy(to, whole, count);
#endif
}

/// Four vectors of t to the output's int8, the first `count` of them: in each block of 16 bytes those of the first
/// vector's block, of the second's and so on.
template <class D32>
HWY_INLINE void store_blocks(D32 /*d*/, const hn::Vec<D32> (&t)[4], const OutputRange& range, std::int8_t* to,
                             std::size_t count) {
  const hn::Repartition<std::int16_t, D32> d16;
  const hn::Repartition<std::int8_t, D32> d8;
  const auto low = add_zero_point(d16, hn::ReorderDemote2To(d16, t[0], t[1]), range);
  const auto high = add_zero_point(d16, hn::ReorderDemote2To(d16, t[2], t[3]), range);
  store_first(d8, clamp(d8, demote_blocks(d8, low, high), range), to, count);
}

}  // namespace auklet::kernels::optimized::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // AUKLET_KERNELS_REQUANTIZE_INL
