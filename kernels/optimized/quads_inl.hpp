// Arithmetic on int8 elements that takes 32 bits each, in vectors: bytes 0 to 3 of the int32 lanes as four vectors, and
// back, so that no element ever leaves its lane. Included once a target.
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "requantize_inl.hpp"
#include "simd_inl.hpp"

#if defined(AUKLET_KERNELS_QUADS_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef AUKLET_KERNELS_QUADS_INL
#undef AUKLET_KERNELS_QUADS_INL
#else
#define AUKLET_KERNELS_QUADS_INL
#endif

AUKLET_BEFORE_NAMESPACE();
namespace auklet::kernels::optimized::HWY_NAMESPACE {

/// Byte kByte of every lane, sign-extended.
template <int kByte, class D32>
HWY_INLINE hn::Vec<D32> byte_of(D32 /*d*/, hn::Vec<D32> quads) {
  return hn::ShiftRight<24>(hn::ShiftLeft<24 - 8 * kByte>(quads));
}

/// The low bytes of four vectors, as bytes 0 to 3 of one. Precondition: all lanes within int8.
template <class D32>
HWY_INLINE hn::Vec<D32> join_bytes(D32 d, hn::Vec<D32> b0, hn::Vec<D32> b1, hn::Vec<D32> b2, hn::Vec<D32> b3) {
  const auto low = hn::Set(d, 0xff);
  const auto lower = hn::Or(hn::And(b0, low), hn::ShiftLeft<8>(hn::And(b1, low)));
  const auto upper = hn::Or(hn::ShiftLeft<16>(hn::And(b2, low)), hn::ShiftLeft<24>(b3));
  return hn::Or(lower, upper);
}

/// function(a, b) of every byte of two vectors; `function` maps int32 lanes within int8 to such within int8.
template <class D8, class Function>
HWY_INLINE hn::Vec<D8> for_bytes(D8 d8, hn::Vec<D8> a, hn::Vec<D8> b, const Function& function) {
  const hn::Repartition<std::int32_t, D8> d;
  const auto qa = hn::BitCast(d, a);
  const auto qb = hn::BitCast(d, b);
  return hn::BitCast(
      d8, join_bytes(d, function(byte_of<0>(d, qa), byte_of<0>(d, qb)), function(byte_of<1>(d, qa), byte_of<1>(d, qb)),
                     function(byte_of<2>(d, qa), byte_of<2>(d, qb)), function(byte_of<3>(d, qa), byte_of<3>(d, qb))));
}

/// Zero point and clamp of the output for scaled accumulators of any size: clamped first, so that nothing overflows.
template <class D32>
struct OutputClamp {
  hn::Vec<D32> low, high, zero_point;
  HWY_INLINE OutputClamp(D32 d, const OutputRange& range)
      : low(hn::Set(d, range.activation.min - range.zero_point)),
        high(hn::Set(d, range.activation.max - range.zero_point)),
        zero_point(hn::Set(d, range.zero_point)) {}
  HWY_INLINE hn::Vec<D32> operator()(hn::Vec<D32> scaled) const {
    return hn::Add(hn::Min(hn::Max(scaled, low), high), zero_point);
  }
};

/// The first `count` bytes at `from`, zeros behind them. Precondition: count at most the lanes of D8.
template <class D8>
HWY_INLINE hn::Vec<D8> load_first(D8 d, const std::int8_t* from, std::size_t count) {
  std::int8_t whole[hn::MaxLanes(D8())] = {};
  std::memcpy(whole, from, count);
  return hn::LoadU(d, whole);
}

/// Stores the first `count` bytes.
template <class D8>
HWY_INLINE void store_part(D8 d, hn::Vec<D8> bytes, std::int8_t* to, std::size_t count) {
  std::int8_t whole[hn::MaxLanes(D8())];
  hn::StoreU(bytes, d, whole);
  std::memcpy(to, whole, count);
}

}  // namespace auklet::kernels::optimized::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // AUKLET_KERNELS_QUADS_INL
