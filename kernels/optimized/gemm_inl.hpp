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

// All sums of a tile to t. Requantizer: UsualRequantizer or AnyRequantizer.
template <template <class> class Requantizer, std::size_t kRows, std::size_t kVectors, class D32>
HWY_INLINE void requantize(D32 d, const PanelHeader<kVectors>& header, std::size_t lane,
                           hn::Vec<D32> (&sums)[kRows][kVectors]) {
  unroll<kVectors>([&](auto v) AUKLET_INLINE {
    const Requantizer<D32> requantizer(d, header.requantize, lane + 16 * v);
    unroll<kRows>([&](auto r) AUKLET_INLINE { sums[r][v] = requantizer(d, sums[r][v]); });
  });
}

// kRows rows times the lanes of a panel from `lane` on: kVectors vectors, 16 lanes of the panel apart.
template <std::size_t kRows, std::size_t kVectors>
HWY_NOINLINE void tile(const Gemm& g, const std::byte* panel, std::size_t lane, std::int32_t row, std::int8_t* to,
                       std::size_t count) {
  using D32 = Tag<std::int32_t>;
  using V = hn::Vec<D32>;
  const D32 d;
  const auto& header = *reinterpret_cast<const PanelHeader<kVectors>*>(panel);
  const std::int8_t* quads = reinterpret_cast<const std::int8_t*>(panel + sizeof(header)) + 4 * lane;

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
    const std::int32_t* from = kActivationBias == 0 ? header.start : header.start_biased;
    const V start = hn::LoadU(d, from + lane + 16 * v);
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
      for (std::ptrdiff_t k = segment; k < segment + 4 * std::ptrdiff_t{g.quads}; k += 4) {
        Weights<D32> w[kVectors];
        unroll<kVectors>([&](auto v) AUKLET_INLINE {
          w[v] = weights(d, hn::LoadU(d, reinterpret_cast<const std::int32_t*>(quads + 64 * v)));
        });
        unroll<kRows>([&](auto r) AUKLET_INLINE {
          const auto a = activations(d, broadcast_quad(d, rows[r] + k));
          unroll<kVectors>([&](auto v) AUKLET_INLINE { sums[r][v] = dot(d, sums[r][v], a, w[v]); });
        });
        quads += 64 * kVectors;
      }
    }
  }

  unroll<kRows>([&](auto r) AUKLET_INLINE { unroll<kVectors>([&](auto v) AUKLET_INLINE { settle(sums[r][v]); }); });
  if (HWY_LIKELY(g.usual)) {
    requantize<UsualRequantizer>(d, header, lane, sums);
  } else {
    requantize<AnyRequantizer>(d, header, lane, sums);
  }
  unroll<kRows>([&](auto r) AUKLET_INLINE {
    store_row(d, sums[r], g.range, to + static_cast<std::ptrdiff_t>(r) * g.output_step, count);
  });
}

using TileFunction = void (*)(const Gemm&, const std::byte*, std::size_t, std::int32_t, std::int8_t*, std::size_t);

template <std::size_t kVectors, std::size_t... kIndex>
HWY_INLINE TileFunction tile_function(std::size_t rows, std::index_sequence<kIndex...> /*indices*/) {
  static constexpr TileFunction kTiles[] = {tile<kIndex + 1, kVectors>...};
  return kTiles[rows - 1];
}

// All rows of the part times one panel.
template <std::size_t kVectors>
void multiply_panel(const Gemm& g, const GemmPart& part, const std::byte* panel, std::int32_t channel) {
  constexpr std::int32_t kMost = tile_rows<kVectors>();
  const std::size_t lanes = hn::Lanes(Tag<std::int32_t>());
  const std::int32_t rows = part.row_end - part.row_begin;
  const std::int32_t tiles = (rows + kMost - 1) / kMost;
  for (std::int32_t t = 0; t < tiles; ++t) {
    // Heights that differ by one at most.
    const auto begin = static_cast<std::int32_t>(std::int64_t{rows} * t / tiles);
    const auto end = static_cast<std::int32_t>(std::int64_t{rows} * (t + 1) / tiles);
    const std::int32_t row = part.row_begin + begin;
    const TileFunction function =
        tile_function<kVectors>(static_cast<std::size_t>(end - begin), std::make_index_sequence<kMost>());
    for (std::size_t lane = 0; lane < 16; lane += lanes) {
      const std::int32_t first = channel + static_cast<std::int32_t>(lane * kVectors);
      if (first >= g.channels) break;
      function(g, panel, lane, row, g.output + row * g.output_step + first,
               static_cast<std::size_t>(g.channels - first));
    }
  }
}

void gemm_part(const Gemm& g, const GemmPart& part) {
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
