// The loops of depthwise.hpp in vectors. Included once a target.
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "depthwise.hpp"
#include "requantize_inl.hpp"
#include "simd_inl.hpp"

#if defined(AUKLET_KERNELS_DEPTHWISE_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef AUKLET_KERNELS_DEPTHWISE_INL
#undef AUKLET_KERNELS_DEPTHWISE_INL
#else
#define AUKLET_KERNELS_DEPTHWISE_INL
#endif

AUKLET_BEFORE_NAMESPACE();
namespace auklet::kernels::optimized::HWY_NAMESPACE {

// Neighbouring output pixels that are computed together: what four vectors of sums each leave room for.
#if HWY_CAP_GE512 || HWY_ARCH_ARM_A64
inline constexpr std::int32_t kPixels = 4;
#else
inline constexpr std::int32_t kPixels = 2;
#endif

// Bytes of up to four rows as quads, four vectors: the first channels of each block, the next ones and so on.
template <class D32>
HWY_INLINE void interleave(D32 d, const std::int8_t* const (&rows)[4], std::int32_t count,
                           Activations<D32> (&quads)[4]) {
  const hn::Repartition<std::int8_t, D32> d8;
  const hn::Repartition<std::int16_t, D32> d16;
  const auto zero = hn::Zero(d8);
  const auto r0 = hn::LoadU(d8, rows[0]);
  const auto r1 = count > 1 ? hn::LoadU(d8, rows[1]) : zero;
  const auto r2 = count > 2 ? hn::LoadU(d8, rows[2]) : zero;
  const auto r3 = count > 3 ? hn::LoadU(d8, rows[3]) : zero;
  const auto low01 = hn::BitCast(d16, hn::InterleaveLower(d8, r0, r1));
  const auto high01 = hn::BitCast(d16, hn::InterleaveUpper(d8, r0, r1));
  const auto low23 = hn::BitCast(d16, hn::InterleaveLower(d8, r2, r3));
  const auto high23 = hn::BitCast(d16, hn::InterleaveUpper(d8, r2, r3));
  quads[0] = activations(d, hn::BitCast(d, hn::InterleaveLower(d16, low01, low23)));
  quads[1] = activations(d, hn::BitCast(d, hn::InterleaveUpper(d16, low01, low23)));
  quads[2] = activations(d, hn::BitCast(d, hn::InterleaveLower(d16, high01, high23)));
  quads[3] = activations(d, hn::BitCast(d, hn::InterleaveUpper(d16, high01, high23)));
}

// Where a vector's channels are: `lane` in the group's lanes, of which the next vector's are 4 * kBlocks further on,
// and `channel` in the tensor.
template <std::int32_t kBlocks>
struct Place {
  HeaderView<static_cast<std::size_t>(kBlocks)> header;
  const std::int32_t* quads;
  std::size_t lane;
  std::int32_t channel;
};

// Where the input is read for one output row, from a channel on.
class Reader {
 public:
  Reader(const Depthwise& work, std::int32_t row, std::int32_t channel, const std::int8_t* outside)
      : work_(work), top_(row * work.window.stride_height - work.window.pad_top), channel_(channel), outside_(outside) {
    // No row behind the filter's: its dilation may lead anywhere, beyond int32, too.
    for (std::int32_t ky = 0; ky < 3; ++ky) {
      rows_[ky] = ky < work.filter_height ? pixel(ky, 0) : outside;
      steps_[ky] = rows_[ky] == outside ? 0 : work.pixel;
    }
  }

  /// The pixel at input column `x` under filter row `ky`, or what stands for one outside the image.
  HWY_INLINE const std::int8_t* pixel(std::int32_t ky, std::int32_t x) const {
    const std::int32_t y = top_ + ky * work_.window.dilation_height;
    if (y < 0 || y >= work_.height || x < 0 || x >= work_.width) return outside_;
    return work_.image + (std::ptrdiff_t{y} * work_.width + x) * work_.pixel + channel_;
  }

  /// The pixels under the first three filter rows.
  HWY_INLINE void column(std::int32_t x, const std::int8_t* (&rows)[4]) const {
    const bool inside = static_cast<std::uint32_t>(x) < static_cast<std::uint32_t>(work_.width);
    for (std::int32_t ky = 0; ky < 3; ++ky) rows[ky] = inside ? rows_[ky] + x * steps_[ky] : outside_;
  }

 private:
  const Depthwise& work_;
  std::int32_t top_;
  std::int32_t channel_;
  const std::int8_t* outside_;
  const std::int8_t* rows_[3];
  std::ptrdiff_t steps_[3];
};

// Sums of kCount neighbouring pixels of a 3x3 filter: every input column is interleaved once and meets the filter
// columns of all the pixels that it belongs to.
template <std::int32_t kCount, std::int32_t kStride, std::int32_t kBlocks, class D32>
HWY_INLINE void sum_3x3(D32 d, const Depthwise& work, const Place<kBlocks>& place, const Reader& reader, std::int32_t x,
                        hn::Vec<D32> (&sums)[kCount][4]) {
  const std::int32_t left = x * kStride - work.window.pad_left;
  unroll<(kCount - 1) * kStride + 3>([&](auto c) AUKLET_INLINE {
    const std::int8_t* rows[4] = {};
    reader.column(left + static_cast<std::int32_t>(c), rows);
    Activations<D32> quads[4];
    interleave(d, rows, 3, quads);
    unroll<kCount>([&](auto p) AUKLET_INLINE {
      constexpr std::int32_t kFilterColumn =
          static_cast<std::int32_t>(decltype(c)::value) - static_cast<std::int32_t>(decltype(p)::value) * kStride;
      if constexpr (kFilterColumn >= 0 && kFilterColumn < 3) {
        unroll<4>([&](auto q) AUKLET_INLINE {
          const std::int32_t* from = place.quads + (kFilterColumn * 4 + q) * (4 * std::size_t{kBlocks}) + place.lane;
          sums[p][q] = dot(d, sums[p][q], quads[q], weights(d, hn::LoadU(d, from)));
        });
      }
    });
  });
}

// Sums of kCount vectors of folded pixels, one vector after the other from column x on; those behind the row's end
// repeat its last.
template <std::int32_t kCount, std::int32_t kBlocks, class D32>
HWY_INLINE void sum_folded(D32 d, const Depthwise& work, const Place<kBlocks>& place, const Reader& reader,
                           std::int32_t x, hn::Vec<D32> (&sums)[kCount][4]) {
  const std::ptrdiff_t line = std::ptrdiff_t{work.width} * work.pixel * work.window.dilation_height;
  const std::int32_t last = (work.output_width - 1) / work.folded * work.folded;
  const std::int32_t* from = place.quads + place.lane;
  for (std::int32_t kx = 0; kx < work.filter_width; ++kx, from += 4 * (4 * std::size_t{kBlocks})) {
    unroll<kCount>([&](auto p) AUKLET_INLINE {
      const std::int32_t wanted = x + static_cast<std::int32_t>(p) * work.folded;
      const std::int32_t column = wanted < last ? wanted : last;
      const std::int8_t* const top = reader.pixel(0, column + kx * work.window.dilation_width);
      const std::int8_t* rows[4] = {top, top + line, top + 2 * line, nullptr};
      Activations<D32> quads[4];
      interleave(d, rows, 3, quads);
      unroll<4>([&](auto q) AUKLET_INLINE {
        sums[p][q] = dot(d, sums[p][q], quads[q], weights(d, hn::LoadU(d, from + q * (4 * std::size_t{kBlocks}))));
      });
    });
  }
}

// Sums of one pixel of any filter.
template <std::int32_t kBlocks, class D32>
HWY_INLINE void sum_any(D32 d, const Depthwise& work, const Place<kBlocks>& place, const Reader& reader, std::int32_t x,
                        hn::Vec<D32> (&sums)[1][4]) {
  const std::int32_t* from = place.quads + place.lane;
  for (std::int32_t kx = 0; kx < work.filter_width; ++kx) {
    const std::int32_t column = x * work.window.stride_width - work.window.pad_left + kx * work.window.dilation_width;
    for (std::int32_t ky = 0; ky < work.filter_height; ky += 4, from += 4 * (4 * std::size_t{kBlocks})) {
      const std::int32_t count = work.filter_height - ky < 4 ? work.filter_height - ky : 4;
      const std::int8_t* rows[4] = {};
      for (std::int32_t i = 0; i < count; ++i) rows[i] = reader.pixel(ky + i, column);
      Activations<D32> quads[4];
      interleave(d, rows, count, quads);
      unroll<4>([&](auto q) AUKLET_INLINE {
        sums[0][q] = dot(d, sums[0][q], quads[q], weights(d, hn::LoadU(d, from + q * (4 * std::size_t{kBlocks}))));
      });
    }
  }
}

// All sums to t. Requantizer: UsualRequantizer or AnyRequantizer.
template <template <class> class Requantizer, std::int32_t kCount, std::int32_t kBlocks, class D32>
HWY_INLINE void requantize_pixels(D32 d, const Place<kBlocks>& place, hn::Vec<D32> (&sums)[kCount][4]) {
  unroll<4>([&](auto q) AUKLET_INLINE {
    const Requantizer<D32> requantizer(d, place.header, q * (4 * std::size_t{kBlocks}) + place.lane);
    unroll<kCount>([&](auto p) AUKLET_INLINE { sums[p][q] = requantizer(d, sums[p][q]); });
  });
}

// kCount pixels from column x on. kStride: the stride of a 3x3 filter; 0: any filter; kFolded: as many vectors of
// folded pixels.
inline constexpr std::int32_t kFolded = -1;

template <std::int32_t kCount, std::int32_t kStride, std::int32_t kBlocks, class D32>
HWY_NOINLINE void pixels(D32 d, const Depthwise& work, const Place<kBlocks>& place, const Reader& reader,
                         std::int32_t x, std::int8_t* row) {
  using V = hn::Vec<D32>;
  constexpr std::size_t kLanes = 4 * std::size_t{kBlocks};
  V sums[kCount][4];
  unroll<4>([&](auto q) AUKLET_INLINE {
    const V start = hn::LoadU(d, place.header.start(q * kLanes + place.lane, kActivationBias != 0));
    unroll<kCount>([&](auto p) AUKLET_INLINE { sums[p][q] = start; });
  });
  if constexpr (kStride == 0) {
    sum_any(d, work, place, reader, x, sums);
  } else if constexpr (kStride == kFolded) {
    sum_folded<kCount>(d, work, place, reader, x, sums);
  } else {
    sum_3x3<kCount, kStride>(d, work, place, reader, x, sums);
  }
  unroll<kCount>([&](auto p) AUKLET_INLINE { unroll<4>([&](auto q) AUKLET_INLINE { settle(sums[p][q]); }); });
  if (HWY_LIKELY(work.usual)) {
    requantize_pixels<UsualRequantizer>(d, place, sums);
  } else {
    requantize_pixels<AnyRequantizer>(d, place, sums);
  }
  unroll<kCount>([&](auto p) AUKLET_INLINE {
    constexpr auto kPixel = static_cast<std::int32_t>(decltype(p)::value);
    if constexpr (kStride == kFolded) {
      // `row` points at the lanes' first byte.
      const std::ptrdiff_t begin = std::ptrdiff_t{x + kPixel * work.folded} * work.channels;
      const std::ptrdiff_t left = std::ptrdiff_t{work.output_width} * work.channels - begin - place.channel;
      if (left > 0) store_blocks(d, sums[p], work.range, row + begin, static_cast<std::size_t>(left));
    } else {
      store_blocks(d, sums[p], work.range, row + std::ptrdiff_t{x + kPixel} * work.channels,
                   static_cast<std::size_t>(work.channels - place.channel));
    }
  });
}

// One output row of the channels at `place`.
template <std::int32_t kCount, std::int32_t kStride, std::int32_t kBlocks, class D32>
HWY_INLINE void row_of(D32 d, const Depthwise& work, const Place<kBlocks>& place, const Reader& reader,
                       std::int8_t* row) {
  const std::int32_t width = work.output_width;
  std::int32_t x = 0;
  for (; x + kCount <= width; x += kCount) pixels<kCount, kStride>(d, work, place, reader, x, row);
  if constexpr (kCount == 4) {
    // Three are left: with one of those before, or alone.
    if (x + 3 == width) {
      if (x > 0) {
        pixels<4, kStride>(d, work, place, reader, width - 4, row);
      } else {
        pixels<3, kStride>(d, work, place, reader, x, row);
      }
      return;
    }
  }
  for (; x < width; ++x) pixels<1, kStride>(d, work, place, reader, x, row);
}

// One output row of a group of channels.
template <std::int32_t kBlocks>
HWY_INLINE void group_row(const Depthwise& work, const ChannelGroup& group, const std::byte* packed, std::int32_t row,
                          const std::int8_t* outside) {
  using D32 = hn::CappedTag<std::int32_t, 4 * std::size_t{kBlocks}>;
  const D32 d;
  using Header = PanelHeader<static_cast<std::size_t>(kBlocks)>;
  const auto* quads = reinterpret_cast<const std::int32_t*>(packed + sizeof(Header));
  [[maybe_unused]] const bool is_3x3 =
      work.filter_width == 3 && work.filter_height == 3 && work.window.dilation_width == 1;
  std::int8_t* const output = work.output + std::ptrdiff_t{row} * work.output_width * work.channels;
  for (std::size_t lane = 0; lane < (4 * std::size_t{kBlocks}); lane += hn::Lanes(d)) {
    const Place<kBlocks> place{HeaderView<static_cast<std::size_t>(kBlocks)>(packed), quads, lane,
                               group.first + static_cast<std::int32_t>(4 * lane)};
    const Reader reader(work, row, place.channel, outside);
    std::int8_t* const to = output + place.channel;
    if constexpr (kBlocks == 4) {
      if (work.folded > 1) {
        constexpr std::int32_t kCount = HWY_TARGET == HWY_EMU128 ? 1 : kPixels;
        for (std::int32_t x = 0; x < work.output_width; x += kCount * work.folded) {
          pixels<kCount, kFolded>(d, work, place, reader, x, to);
        }
        continue;
      }
    }
#if HWY_TARGET != HWY_EMU128
    if (is_3x3 && work.window.stride_width <= 2) {
      work.window.stride_width == 1 ? row_of<kPixels, 1>(d, work, place, reader, to)
                                    : row_of<kPixels, 2>(d, work, place, reader, to);
      continue;
    }
#endif
    row_of<1, 0>(d, work, place, reader, to);
  }
}

inline void depthwise_part(const Depthwise& work, std::int32_t begin, std::int32_t end) {
  std::int8_t outside[64];
  std::memset(outside, work.zero_point, sizeof(outside));
  const std::size_t quads = static_cast<std::size_t>(work.filter_width) * quads_of(work.filter_height);
  for (std::int32_t row = begin; row < end; ++row) {
    const std::byte* packed = work.packed;
    const std::int32_t channels = work.channels * work.folded;
    for (std::int32_t done = 0; done < channels;) {
      const ChannelGroup group = channel_group(channels, done);
      if (group.blocks == 4) group_row<4>(work, group, packed, row, outside);
      if (group.blocks == 2) group_row<2>(work, group, packed, row, outside);
      if (group.blocks == 1) group_row<1>(work, group, packed, row, outside);
      done = group.first + group.blocks * kBlock;
      packed += static_cast<std::size_t>(group.blocks * kBlock) * bytes_per_channel(quads);
    }
  }
}

}  // namespace auklet::kernels::optimized::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // AUKLET_KERNELS_DEPTHWISE_INL
