// The loops of gemm.hpp in vectors. Included once a target.
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "gemm.hpp"
#include "requantize_inl.hpp"
#include "simd_inl.hpp"

#ifndef AUKLET_KERNELS_GEMM_PART
#define AUKLET_KERNELS_GEMM_PART
namespace auklet::kernels::optimized {

/// A rectangle of the output; channel_begin is a multiple of 64.
struct GemmPart {
  std::int32_t row_begin = 0;
  std::int32_t row_end = 0;
  std::int32_t channel_begin = 0;
  std::int32_t channel_end = 0;
};

}  // namespace auklet::kernels::optimized
#endif  // AUKLET_KERNELS_GEMM_PART

#if defined(AUKLET_KERNELS_GEMM_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef AUKLET_KERNELS_GEMM_INL
#undef AUKLET_KERNELS_GEMM_INL
#else
#define AUKLET_KERNELS_GEMM_INL
#endif

AUKLET_BEFORE_NAMESPACE();
namespace auklet::kernels::optimized::HWY_NAMESPACE {

// Rows of a tile of kVectors vectors: as many accumulators as leave registers for both operands.
template <std::size_t kVectors>
constexpr std::size_t tile_rows() {
#if HWY_TARGET == HWY_EMU128
  return 1;
#elif AUKLET_VNNI
  return kVectors == 4 ? 6 : 8;
#elif HWY_TARGET == HWY_AVX3 || HWY_ARCH_ARM_A64
  return kVectors == 4 ? 4 : (kVectors == 2 ? 6 : 8);
#else
  return kVectors == 4 ? 2 : (kVectors == 2 ? 3 : 4);
#endif
}

// t of one row, in lane order, to int8 in the order of channels.
template <std::size_t kVectors, class D32>
HWY_INLINE void store_row(D32 d, const hn::Vec<D32> (&t)[kVectors], const OutputRange& range, std::int8_t* to,
                          std::size_t count) {
  const hn::Repartition<std::int16_t, D32> d16;
  if constexpr (kVectors == 4) {
    store_blocks(d, t, range, to, count);
  } else if constexpr (kVectors == 2) {
    const hn::Half<hn::Repartition<std::int8_t, D32>> d8;
    const auto both = add_zero_point(d16, hn::ReorderDemote2To(d16, t[0], t[1]), range);
    store_first(d8, clamp(d8, hn::DemoteTo(d8, both), range), to, count);
  } else {
    const hn::Half<decltype(d16)> half;
    const hn::Half<hn::Half<hn::Repartition<std::int8_t, D32>>> d8;
    const auto narrow = add_zero_point(half, hn::DemoteTo(half, t[0]), range);
    store_first(d8, clamp(d8, hn::DemoteTo(d8, narrow), range), to, count);
  }
}

#if HWY_CAP_GE512
// Four rows of 16 channels at once.
template <class D32>
HWY_INLINE void store_four_rows(D32 d, hn::Vec<D32> t0, hn::Vec<D32> t1, hn::Vec<D32> t2, hn::Vec<D32> t3,
                                const OutputRange& range, std::int8_t* to, std::ptrdiff_t step, std::size_t count) {
  const hn::Repartition<std::int16_t, D32> d16;
  const hn::Repartition<std::int8_t, D32> d8;
  const auto low = add_zero_point(d16, hn::ReorderDemote2To(d16, t0, t1), range);
  const auto high = add_zero_point(d16, hn::ReorderDemote2To(d16, t2, t3), range);
  const auto blocks = clamp(d8, demote_blocks(d8, low, high), range);
  // Four channels of each row a block, to a row a block.
  alignas(64) static constexpr std::int32_t kRowsOfBlocks[16] = {0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15};
  const auto rows =
      hn::BitCast(d8, hn::TableLookupLanes(hn::BitCast(d, blocks), hn::SetTableIndices(d, kRowsOfBlocks)));
  if (step == 16 && count >= 16) {
    hn::StoreU(rows, d8, to);
    return;
  }
  const hn::Full128<std::int8_t> row;
  store_first(row, hn::Vec<decltype(row)>{_mm512_extracti32x4_epi32(rows.raw, 0)}, to, count);
  store_first(row, hn::Vec<decltype(row)>{_mm512_extracti32x4_epi32(rows.raw, 1)}, to + step, count);
  store_first(row, hn::Vec<decltype(row)>{_mm512_extracti32x4_epi32(rows.raw, 2)}, to + 2 * step, count);
  store_first(row, hn::Vec<decltype(row)>{_mm512_extracti32x4_epi32(rows.raw, 3)}, to + 3 * step, count);
}
#endif

// All sums of a tile to t. Requantizer: UsualRequantizer or AnyRequantizer.
template <template <class> class Requantizer, std::size_t kRows, std::size_t kVectors, class D32>
HWY_INLINE void requantize(D32 d, const HeaderView<kVectors>& header, std::size_t lane,
                           hn::Vec<D32> (&sums)[kRows][kVectors]) {
  unroll<kVectors>([&](auto v) AUKLET_INLINE {
    const Requantizer<D32> requantizer(d, header, lane + 16 * v);
    unroll<kRows>([&](auto r) AUKLET_INLINE { sums[r][v] = requantizer(d, sums[r][v]); });
  });
}

template <std::size_t kRows, std::size_t kVectors, class V>
HWY_INLINE void fill(V (&sums)[kRows][kVectors], V value) {
  unroll<kRows>([&](auto r) AUKLET_INLINE { unroll<kVectors>([&](auto v) AUKLET_INLINE { sums[r][v] = value; }); });
}

template <std::size_t kRows, std::size_t kVectors, class V>
HWY_INLINE void add_all(const V (&from)[kRows][kVectors], V (&to)[kRows][kVectors]) {
  unroll<kRows>([&](auto r) AUKLET_INLINE {
    unroll<kVectors>([&](auto v) AUKLET_INLINE { to[r][v] = hn::Add(to[r][v], from[r][v]); });
  });
}

// Adds the products of the rows' quads at `k` and the panel's quads.
template <std::size_t kRows, std::size_t kVectors, class D32>
HWY_INLINE void add_products(D32 d, const std::int8_t* const (&rows)[kRows], std::ptrdiff_t k, const std::int8_t* quads,
                             hn::Vec<D32> (&sums)[kRows][kVectors]) {
  Weights<D32> w[kVectors];
  unroll<kVectors>([&](auto v) AUKLET_INLINE {
    w[v] = weights(d, hn::LoadU(d, reinterpret_cast<const std::int32_t*>(quads + 64 * v)));
  });
  unroll<kRows>([&](auto r) AUKLET_INLINE {
    const auto a = activations(d, broadcast_quad(d, rows[r] + k));
    unroll<kVectors>([&](auto v) AUKLET_INLINE { sums[r][v] = dot(d, sums[r][v], a, w[v]); });
  });
}

// kRows rows times the lanes of a panel from `lane` on: kVectors vectors, 16 lanes of the panel apart.
template <std::size_t kRows, std::size_t kVectors>
HWY_NOINLINE void tile(const Gemm& g, const std::byte* panel, std::size_t lane, std::int32_t row, std::int8_t* to,
                       std::size_t count) {
  using D32 = Tag<std::int32_t>;
  using V = hn::Vec<D32>;
  const D32 d;
  const HeaderView<kVectors> header(panel);
  const std::int8_t* quads = reinterpret_cast<const std::int8_t*>(panel + sizeof(PanelHeader<kVectors>)) + 4 * lane;

  constexpr std::ptrdiff_t kQuadBytes = 64 * kVectors;
  const std::int8_t* rows[kRows];
  // Divisions take long; a matrix has but one line.
  const bool one_line = g.rows_per_line == g.row_count;
  std::int32_t x = one_line ? row : row % g.rows_per_line;
  const std::int8_t* line = g.rows + (one_line ? 0 : row / g.rows_per_line * g.line_step);
  for (std::size_t r = 0; r < kRows; ++r) {
    rows[r] = line + x * g.row_step;
    if (++x == g.rows_per_line) {
      x = 0;
      line += g.line_step;
    }
  }
  V sums[kRows][kVectors];
  unroll<kVectors>([&](auto v) AUKLET_INLINE {
    const V start = hn::LoadU(d, header.start(lane + 16 * v, kActivationBias != 0));
    unroll<kRows>([&](auto r) AUKLET_INLINE { sums[r][v] = start; });
  });
  if (HWY_UNLIKELY(g.row_starts != nullptr)) {
    unroll<kRows>([&](auto r) AUKLET_INLINE {
      const V start = hn::Set(d, g.row_starts[row + static_cast<std::int32_t>(r)]);
      unroll<kVectors>([&](auto v) AUKLET_INLINE { sums[r][v] = hn::Add(sums[r][v], start); });
    });
  }

  for (std::int32_t i = 0; i < g.outer_segments; ++i) {
    for (std::int32_t j = 0; j < g.inner_segments; ++j) {
      const std::ptrdiff_t segment = i * g.outer_step + j * g.inner_step;
      std::ptrdiff_t k = segment;
      const std::ptrdiff_t end = segment + 4 * std::ptrdiff_t{g.quads};
      if constexpr (kRows * kVectors <= 2) {
        // One sum after the other would wait for itself: four chains.
        V chains[3][kRows][kVectors];
        unroll<3>([&](auto c) AUKLET_INLINE { fill(chains[c], hn::Zero(d)); });
        for (; k + 16 <= end; k += 16, quads += 4 * kQuadBytes) {
          add_products(d, rows, k, quads, sums);
          unroll<3>([&](auto c) AUKLET_INLINE {
            constexpr auto kNext = static_cast<std::ptrdiff_t>(decltype(c)::value) + 1;
            add_products(d, rows, k + 4 * kNext, quads + kNext * kQuadBytes, chains[c]);
          });
        }
        unroll<3>([&](auto c) AUKLET_INLINE { add_all(chains[c], sums); });
      }
      for (; k < end; k += 4, quads += kQuadBytes) add_products(d, rows, k, quads, sums);
    }
  }

  unroll<kRows>([&](auto r) AUKLET_INLINE { unroll<kVectors>([&](auto v) AUKLET_INLINE { settle(sums[r][v]); }); });
  if (HWY_LIKELY(g.usual)) {
    requantize<UsualRequantizer>(d, header, lane, sums);
  } else {
    requantize<AnyRequantizer>(d, header, lane, sums);
  }
#if HWY_CAP_GE512
  if constexpr (kVectors == 1) {
    constexpr std::size_t kTogether = kRows / 4 * 4;
    unroll<kRows / 4>([&](auto i) AUKLET_INLINE {
      constexpr std::size_t kRow = 4 * decltype(i)::value;
      store_four_rows(d, sums[kRow][0], sums[kRow + 1][0], sums[kRow + 2][0], sums[kRow + 3][0], g.range,
                      to + static_cast<std::ptrdiff_t>(kRow) * g.output_step, g.output_step, count);
    });
    unroll<kRows - kTogether>([&](auto i) AUKLET_INLINE {
      constexpr std::size_t kRow = kTogether + decltype(i)::value;
      store_row(d, sums[kRow], g.range, to + static_cast<std::ptrdiff_t>(kRow) * g.output_step, count);
    });
    return;
  }
#endif
  unroll<kRows>([&](auto r) AUKLET_INLINE {
    store_row(d, sums[r], g.range, to + static_cast<std::ptrdiff_t>(r) * g.output_step, count);
  });
}

using TileFunction = void (*)(const Gemm&, const std::byte*, std::size_t, std::int32_t, std::int8_t*, std::size_t);

template <std::size_t kVectors, std::size_t... kIndex>
HWY_INLINE TileFunction tile_function(std::size_t rows, std::index_sequence<kIndex...> /*indices*/) {
  // NOLINTNEXTLINE(bugprone-dynamic-static-initializers): a constant.
  static constexpr TileFunction kTiles[] = {tile<kIndex + 1, kVectors>...};
  return kTiles[rows - 1];
}

// All rows of the part times one panel.
template <std::size_t kVectors>
void multiply_panel(const Gemm& g, const GemmPart& part, const std::byte* panel, std::int32_t channel) {
  constexpr std::int32_t kMost = tile_rows<kVectors>();
  const std::size_t lanes = hn::Lanes(Tag<std::int32_t>());
  const std::int32_t rows = part.row_end - part.row_begin;
  // Heights that differ by one at most.
  const std::int32_t tiles = (rows + kMost - 1) / kMost;
  const std::int32_t height = tiles == 1 ? rows : rows / tiles;
  std::int32_t taller = rows - height * tiles;
  for (std::int32_t row = part.row_begin, end = row; row < part.row_end; row = end) {
    end = row + height + (taller-- > 0 ? 1 : 0);
    const TileFunction function =
        tile_function<kVectors>(static_cast<std::size_t>(end - row), std::make_index_sequence<kMost>());
    for (std::size_t lane = 0; lane < 16; lane += lanes) {
      const std::int32_t first = channel + static_cast<std::int32_t>(lane * kVectors);
      if (first >= g.channels) break;
      function(g, panel, lane, row, g.output + row * g.output_step + first,
               static_cast<std::size_t>(g.channels - first));
    }
  }
}

inline void gemm_part(const Gemm& g, const GemmPart& part) {
  const std::size_t all_quads = static_cast<std::size_t>(g.outer_segments) *
                                static_cast<std::size_t>(g.inner_segments) * static_cast<std::size_t>(g.quads);
  const std::size_t channel_bytes = bytes_per_channel(all_quads);
  const std::byte* panel = g.panels + static_cast<std::size_t>(part.channel_begin) * channel_bytes;
  for (std::int32_t channel = part.channel_begin; channel < part.channel_end;) {
    const std::int32_t width = panel_width(g.channels - channel);
    if (width == 64) multiply_panel<4>(g, part, panel, channel);
    if (width == 32) multiply_panel<2>(g, part, panel, channel);
    if (width == 16) multiply_panel<1>(g, part, panel, channel);
    channel += width;
    panel += static_cast<std::size_t>(width) * channel_bytes;
  }
}

}  // namespace auklet::kernels::optimized::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // AUKLET_KERNELS_GEMM_INL
