// The vector code's one primitive, sums of four int8 products in every int32 lane, and how it is spelt on each target.
// Included once a target by way of hwy/foreach_target.h.
//
// A "quad" is an int32 lane that holds four consecutive int8 numbers of one operand. `dot` adds the products of two
// quads, lane by lane and modulo 2^32. AVX-512 VNNI multiplies unsigned by signed bytes, so there activations are taken
// as a + 128 (an exclusive or with 0x80) and whoever starts a sum subtracts 128 times the weights' sum:
// kActivationBias. Elsewhere both operands are widened to int16 pairs, whose products int32 holds exactly.
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>
#include <utility>

#include <hwy/highway.h>

#if defined(AUKLET_KERNELS_SIMD_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef AUKLET_KERNELS_SIMD_INL
#undef AUKLET_KERNELS_SIMD_INL
#else
#define AUKLET_KERNELS_SIMD_INL
#endif

// AUKLET_ATTR marks lambdas, which the namespace's attributes do not reach. AUKLET_INLINE marks those of the loops of
// products: inlined, or their arrays of vectors would live in memory. (EMU128 has no registers to gain, and takes
// compilers minutes that way.) Highway's target AVX3_DL requires VNNI of the processor, but its list of compiler
// features leaves it out.
#undef AUKLET_ATTR
#undef AUKLET_BEFORE_NAMESPACE
#undef AUKLET_INLINE
#undef AUKLET_VNNI
#if HWY_TARGET == HWY_AVX3_DL
#define AUKLET_ATTR __attribute__((target(HWY_TARGET_STR ",avx512vnni")))
#define AUKLET_BEFORE_NAMESPACE() HWY_PUSH_ATTRIBUTES(HWY_TARGET_STR ",avx512vnni") static_assert(true, "semicolon")
#define AUKLET_VNNI 1
#else
#define AUKLET_ATTR HWY_ATTR
#define AUKLET_BEFORE_NAMESPACE() HWY_BEFORE_NAMESPACE()
#define AUKLET_VNNI 0
#endif
#if HWY_TARGET == HWY_EMU128
#define AUKLET_INLINE
#else
#define AUKLET_INLINE AUKLET_ATTR __attribute__((always_inline))
#endif

AUKLET_BEFORE_NAMESPACE();
namespace auklet::kernels::optimized::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// Vectors of at most 64 bytes, the unit of the packed layouts.
template <class T>
using Tag = hn::CappedTag<T, 64 / sizeof(T)>;

template <class F, std::size_t... kIndex>
HWY_INLINE void unroll(const F& f, std::index_sequence<kIndex...> /*indices*/) {
  (f(std::integral_constant<std::size_t, kIndex>{}), ...);
}

/// Calls f(0), f(1) ... f(kEnd - 1) with compile-time indices, so that arrays of vectors become registers. No
/// recursion: compilers take minutes to inline one into the other.
template <std::size_t kEnd, class F>
HWY_INLINE void unroll(const F& f) {
  unroll(f, std::make_index_sequence<kEnd>());
}

#if AUKLET_VNNI

/// What `dot` adds to every activation.
inline constexpr std::int32_t kActivationBias = 128;

template <class D32>
using Activations = hn::Vec<D32>;
template <class D32>
using Weights = hn::Vec<D32>;

template <class D32>
HWY_INLINE Activations<D32> activations(D32 d, hn::Vec<D32> quads) {
  return hn::Xor(quads, hn::Set(d, static_cast<std::int32_t>(0x80808080U)));
}
template <class D32>
HWY_INLINE Weights<D32> weights(D32 /*d*/, hn::Vec<D32> quads) {
  return quads;
}
template <class D32>
HWY_INLINE hn::Vec<D32> dot(D32 d, hn::Vec<D32> sum, Activations<D32> a, Weights<D32> w) {
  if constexpr (hn::MaxLanes(d) == 16) {
    return hn::Vec<D32>{_mm512_dpbusd_epi32(sum.raw, a.raw, w.raw)};
  } else {
    // Highway's features name AVX-VNNI, so compilers would encode the shorter vectors' instruction as that; processors
    // with AVX-512 VNNI alone do not know it. Assemblers mean AVX-512 by this.
    asm("vpdpbusd %2, %1, %0" : "+v"(sum.raw) : "v"(a.raw), "vm"(w.raw));
    return sum;
  }
}

#else

inline constexpr std::int32_t kActivationBias = 0;

/// A quad's bytes 0 and 2, and its bytes 1 and 3, as pairs of int16.
template <class D32>
struct Widened {
  hn::Vec<hn::Repartition<std::int16_t, D32>> even, odd;
};
template <class D32>
using Activations = Widened<D32>;
template <class D32>
using Weights = Widened<D32>;

template <class D32>
HWY_INLINE Widened<D32> widen(D32 /*d*/, hn::Vec<D32> quads) {
  const auto pairs = hn::BitCast(hn::Repartition<std::int16_t, D32>(), quads);
  return {hn::ShiftRight<8>(hn::ShiftLeft<8>(pairs)), hn::ShiftRight<8>(pairs)};
}
template <class D32>
HWY_INLINE Activations<D32> activations(D32 d, hn::Vec<D32> quads) {
  return widen(d, quads);
}
template <class D32>
HWY_INLINE Weights<D32> weights(D32 d, hn::Vec<D32> quads) {
  return widen(d, quads);
}
template <class D32>
HWY_INLINE hn::Vec<D32> dot(D32 d, hn::Vec<D32> sum, Activations<D32> a, Weights<D32> w) {
  hn::Vec<D32> upper = hn::Zero(d);
  hn::Vec<D32> lower = hn::ReorderWidenMulAccumulate(d, a.even, w.even, hn::Zero(d), upper);
  lower = hn::ReorderWidenMulAccumulate(d, a.odd, w.odd, lower, upper);
  return hn::Add(sum, hn::RearrangeToOddPlusEven(lower, upper));
}

#endif

/// Ends the live range of a sum at the end of its loop. g++ would otherwise keep the copy that the code behind the loop
/// has no register for in memory, and store it in every round.
template <class V>
HWY_INLINE void settle(V& sum) {
#if HWY_CAP_GE512
  asm("" : "+v"(sum.raw));
#elif HWY_ARCH_X86 && HWY_TARGET != HWY_EMU128
  asm("" : "+x"(sum.raw));
#else
  (void)sum;
#endif
}

/// The quad at `p`, which needs no alignment, in all lanes.
template <class D32>
HWY_INLINE hn::Vec<D32> broadcast_quad(D32 d, const std::int8_t* p) {
  std::int32_t quad = 0;
  std::memcpy(&quad, p, sizeof(quad));
  return hn::Set(d, quad);
}

}  // namespace auklet::kernels::optimized::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // AUKLET_KERNELS_SIMD_INL
