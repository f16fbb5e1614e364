// Requantisation of int32 accumulators in vectors; requantize.hpp has the formula. Included once a target.
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "requantize.hpp"
#include "simd_inl.hpp"

#if defined(AUKLET_KERNELS_REQUANTIZE_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef AUKLET_KERNELS_REQUANTIZE_INL
#undef AUKLET_KERNELS_REQUANTIZE_INL
#else
#define AUKLET_KERNELS_REQUANTIZE_INL
#endif

AUKLET_BEFORE_NAMESPACE();
namespace auklet::kernels::optimized::HWY_NAMESPACE {

/// The constants of one vector's lanes in registers.
template <class D32>
struct Requantizer {
  using D64 = hn::Repartition<std::int64_t, D32>;
  hn::Vec<D32> left_shift;
  hn::Vec<D64> multiplier_even, multiplier_odd, rounding_even, rounding_odd, shift_even, shift_odd;
  hn::Vec<D64> negative_even, negative_odd;  // Added where the product is negative.

  /// From `lane` on; a multiple of 4.
  template <std::size_t kVectors>
  HWY_INLINE Requantizer(D32 d, const RequantizeLanes<kVectors>& lanes, std::size_t lane) {
    const D64 d64;
    const auto multiplier = hn::BitCast(d64, hn::LoadU(d, lanes.multiplier + lane));
    multiplier_even = multiplier;
    multiplier_odd = hn::ShiftRight<32>(multiplier);
    left_shift = hn::LoadU(d, lanes.left_shift + lane);
    rounding_even = hn::LoadU(d64, lanes.rounding_even + lane / 2);
    rounding_odd = hn::LoadU(d64, lanes.rounding_odd + lane / 2);
    shift_even = hn::LoadU(d64, lanes.shift_even + lane / 2);
    shift_odd = hn::LoadU(d64, lanes.shift_odd + lane / 2);
    const auto once = hn::Set(d64, std::int64_t{1} << 30);  // The rounding where nothing is shifted right.
    const auto less = hn::Set(d64, -(std::int64_t{1} << 31));
    negative_even = hn::IfThenZeroElse(hn::Eq(rounding_even, once), less);
    negative_odd = hn::IfThenZeroElse(hn::Eq(rounding_odd, once), less);
  }

  /// multiply_by_quantized_multiplier of every lane, exact to the bit, but for the left shift: that is the caller's,
  /// who knows whether there is any.
  HWY_INLINE hn::Vec<D32> operator()(D32 d, hn::Vec<D32> x) const {
    const auto odd = hn::BitCast(d, hn::ShiftRight<32>(hn::BitCast(D64(), x)));
    const auto even_product = hn::MulEven(x, hn::BitCast(d, multiplier_even));
    const auto odd_product = hn::MulEven(odd, hn::BitCast(d, multiplier_odd));
    return merge(d, round(even_product, rounding_even, negative_even, shift_even),
                 round(odd_product, rounding_odd, negative_odd, shift_odd));
  }

 private:
  template <class V>
  static HWY_INLINE V round(V product, V rounding, V negative, V shift) {
    const V rounded = hn::Add(product, rounding);
#if HWY_CAP_GE512
    if constexpr (hn::MaxLanes(D64()) == 8) {
      const __mmask8 below_zero = _mm512_movepi64_mask(product.raw);
      return hn::Shr(V{_mm512_mask_add_epi64(rounded.raw, below_zero, rounded.raw, negative.raw)}, shift);
    }
#endif
    return hn::Shr(hn::Add(rounded, hn::And(hn::BroadcastSignBit(product), negative)), shift);
  }

  // The lower halves of both.
  template <class V>
  static HWY_INLINE hn::Vec<D32> merge(D32 d, V even, V odd) {
#if HWY_CAP_GE512
    if constexpr (hn::MaxLanes(d) == 16) {
      return hn::Vec<D32>{_mm512_mask_shuffle_epi32(even.raw, 0xAAAA, odd.raw, _MM_PERM_CCAA)};
    }
#endif
    return hn::OddEven(hn::BitCast(d, hn::ShiftLeft<32>(odd)), hn::BitCast(d, even));
  }
};

/// Zero point and clamp of the output, for int16 lanes that a saturating demotion made of scaled accumulators. Exact,
/// as saturation keeps the order and every bound lies within int8.
template <class D16>
HWY_INLINE hn::Vec<D16> to_output_range(D16 d, hn::Vec<D16> scaled, const OutputRange& range) {
  const auto shifted = hn::SaturatedAdd(scaled, hn::Set(d, static_cast<std::int16_t>(range.zero_point)));
  return hn::Min(hn::Max(shifted, hn::Set(d, static_cast<std::int16_t>(range.activation.min))),
                 hn::Set(d, static_cast<std::int16_t>(range.activation.max)));
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
  if (HWY_LIKELY(count >= hn::Lanes(d))) return hn::StoreU(bytes, d, to);
#if HWY_CAP_GE512
  hn::BlendedStore(bytes, hn::FirstN(d, count), d, to);  // AVX-512 does not even read what it leaves.
#else
  std::int8_t whole[hn::MaxLanes(d)];
  hn::StoreU(bytes, d, whole);
  std::memcpy(to, whole, count);
#endif
}

/// Four vectors of scaled accumulators to the output's int8, the first `count` of them: in each block of 16 bytes those
/// of the first vector's block, of the second's and so on.
template <class D32>
HWY_INLINE void store_blocks(D32 d, const hn::Vec<D32> (&scaled)[4], const OutputRange& range, std::int8_t* to,
                             std::size_t count) {
  (void)d;
  const hn::Repartition<std::int16_t, D32> d16;
  const hn::Repartition<std::int8_t, D32> d8;
  const auto low = to_output_range(d16, hn::ReorderDemote2To(d16, scaled[0], scaled[1]), range);
  const auto high = to_output_range(d16, hn::ReorderDemote2To(d16, scaled[2], scaled[3]), range);
  store_first(d8, demote_blocks(d8, low, high), to, count);
}

}  // namespace auklet::kernels::optimized::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // AUKLET_KERNELS_REQUANTIZE_INL
