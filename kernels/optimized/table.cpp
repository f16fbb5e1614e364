#include "table.hpp"

#include "split.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "optimized/table.cpp"  // Found from kernels/, see CMakeLists.txt.
#include <hwy/foreach_target.h>
// foreach_target.h comes first.
#include "quads_inl.hpp"

AUKLET_BEFORE_NAMESPACE();
namespace auklet::kernels::optimized::HWY_NAMESPACE {
namespace {

#if HWY_TARGET == HWY_AVX3_DL
// One instruction takes 7 bits of index: the upper and the lower half of the table, then the choice.
#define AUKLET_VECTOR_TABLE 1
class VectorTable {
 public:
  using D = hn::CappedTag<std::uint8_t, 64>;
  HWY_INLINE explicit VectorTable(const std::int8_t* table) {
    for (int i = 0; i < 4; ++i) parts_[i] = _mm512_loadu_si512(table + 64 * i);
  }
  HWY_INLINE hn::Vec<D> operator()(hn::Vec<D> x) const {
    const __m512i negative = _mm512_permutex2var_epi8(parts_[0], x.raw, parts_[1]);  // Entries 0 to 127 are x < 0.
    const __m512i positive = _mm512_permutex2var_epi8(parts_[2], x.raw, parts_[3]);
    return hn::Vec<D>{_mm512_mask_blend_epi8(_mm512_movepi8_mask(x.raw), positive, negative)};
  }

 private:
  __m512i parts_[4];
};
#elif HWY_TARGET == HWY_AVX2 || HWY_TARGET == HWY_AVX3
// Sixteen parts of 16 entries, each of which yields zero for the indices of the others.
#define AUKLET_VECTOR_TABLE 1
class VectorTable {
 public:
  using D = hn::CappedTag<std::uint8_t, 64>;
  HWY_INLINE explicit VectorTable(const std::int8_t* table) : table_(reinterpret_cast<const std::uint8_t*>(table)) {}
  HWY_INLINE hn::Vec<D> operator()(hn::Vec<D> x) const {
    const D d;
    auto index = hn::Xor(x, hn::Set(d, std::uint8_t{0x80}));
    const auto others = hn::Set(d, std::uint8_t{0x70});  // From 16 on the sum has the top bit, which means zero.
    const auto step = hn::Set(d, std::uint8_t{16});
    auto result = hn::Zero(d);
    for (std::size_t part = 0; part < 16; ++part) {
      const auto entries = hn::LoadDup128(d, table_ + 16 * part);
      result = hn::Or(result, hn::TableLookupBytesOr0(entries, hn::SaturatedAdd(index, others)));
      index = hn::Sub(index, step);
    }
    return result;
  }

 private:
  const std::uint8_t* table_;
};
#else
#define AUKLET_VECTOR_TABLE 0  // With vectors of 16 bytes or none that is no faster than one by one.
#endif

void look_up(const std::int8_t* table, const std::int8_t* input, std::int8_t* output, std::size_t count) {
  std::size_t i = 0;
#if AUKLET_VECTOR_TABLE
  const VectorTable vector_table(table);
  const VectorTable::D d;
  const hn::Repartition<std::int8_t, VectorTable::D> d8;
  for (; i + hn::Lanes(d) <= count; i += hn::Lanes(d)) {
    hn::StoreU(hn::BitCast(d8, vector_table(hn::BitCast(d, hn::LoadU(d8, input + i)))), d8, output + i);
  }
#endif
  for (; i < count; ++i) output[i] = table[table_index(input[i])];
}
#undef AUKLET_VECTOR_TABLE

}  // namespace
}  // namespace auklet::kernels::optimized::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace auklet::kernels::optimized {
namespace {

HWY_EXPORT(look_up);

}  // namespace

void apply_table(std::span<const std::int8_t, kTableSize> table, std::span<const std::int8_t> input,
                 std::span<std::int8_t> output, const ParallelFor& parallel) {
  split(parallel, input.size(), kElementsPerTask, [&](std::size_t begin, std::size_t end) {
    HWY_DYNAMIC_DISPATCH(look_up)(table.data(), input.data() + begin, output.data() + begin, end - begin);
  });
}

}  // namespace auklet::kernels::optimized
#endif  // HWY_ONCE
