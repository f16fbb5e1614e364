#include <algorithm>
#include <auklet/kernels/pool2d.hpp>

#include "split.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "optimized/pool2d.cpp"  // Found from kernels/, see CMakeLists.txt.
#include <hwy/foreach_target.h>
// foreach_target.h comes first.
#include "quads_inl.hpp"

#ifndef AUKLET_KERNELS_POOL_WINDOW
#define AUKLET_KERNELS_POOL_WINDOW
namespace auklet::kernels::optimized {

/// The inputs of one output position: `rows` times `columns` pixels of `channels` bytes.
struct PoolWindow {
  const std::int8_t* first;
  std::int32_t rows;
  std::int32_t columns;
  std::size_t row_step;
  std::size_t channels;
};

/// Largest window whose sums fit 16 bits.
inline constexpr std::int32_t kMostShortTaps = 256;

}  // namespace auklet::kernels::optimized
#endif  // AUKLET_KERNELS_POOL_WINDOW

AUKLET_BEFORE_NAMESPACE();
namespace auklet::kernels::optimized::HWY_NAMESPACE {
namespace {

// Calls take(bytes) for every tap of the channels from `channel` on.
template <class D8, class Take>
HWY_INLINE void for_taps(D8 d, const PoolWindow& window, std::size_t channel, std::size_t count, const Take& take) {
  const std::int8_t* row = window.first + channel;
  for (std::int32_t y = 0; y < window.rows; ++y, row += window.row_step) {
    const std::int8_t* tap = row;
    for (std::int32_t x = 0; x < window.columns; ++x, tap += window.channels) {
      take(HWY_LIKELY(count == hn::Lanes(d)) ? hn::LoadU(d, tap) : load_first(d, tap, count));
    }
  }
}

// The greatest tap of every channel.
struct Greatest {
  template <class D8>
  HWY_INLINE hn::Vec<D8> operator()(D8 d, const PoolWindow& window, std::size_t channel, std::size_t count,
                                    ActivationRange range) const {
    auto greatest = hn::Set(d, std::int8_t{-128});
    for_taps(d, window, channel, count, [&](hn::Vec<D8> tap) AUKLET_ATTR { greatest = hn::Max(greatest, tap); });
    return hn::Min(hn::Max(greatest, hn::Set(d, static_cast<std::int8_t>(range.min))),
                   hn::Set(d, static_cast<std::int8_t>(range.max)));
  }
};

// The mean, of windows of at most kMostShortTaps.
//
// n / count of 0 <= n <= 128.5 * count is (n * m) >> 24 with m = ceil(2^24 / count): m is too large by less than 1, so
// that the product is too large by less than n < 2^16, where an excess of 2^24 / count >= 2^16 would be needed to reach
// the next integer; and n * m < 2^32.
struct Mean {
  template <class D8>
  HWY_INLINE hn::Vec<D8> operator()(D8 d8, const PoolWindow& window, std::size_t channel, std::size_t count,
                                    ActivationRange range) const {
    const hn::Repartition<std::int16_t, D8> d16;
    const hn::Repartition<std::int32_t, D8> d32;
    auto even = hn::Zero(d16);  // Sums of bytes 0 and 2 of every four, and of bytes 1 and 3.
    auto odd = hn::Zero(d16);
    for_taps(d8, window, channel, count, [&](hn::Vec<D8> tap) AUKLET_ATTR {
      const auto pairs = hn::BitCast(d16, tap);
      even = hn::Add(even, hn::ShiftRight<8>(hn::ShiftLeft<8>(pairs)));
      odd = hn::Add(odd, hn::ShiftRight<8>(pairs));
    });
    const std::int32_t taps = window.rows * window.columns;
    const auto half = hn::Set(d32, taps / 2);
    const auto factor = hn::Set(d32, static_cast<std::int32_t>(((1 << 24) + taps - 1) / taps));
    const auto low = hn::Set(d32, range.min);
    const auto high = hn::Set(d32, range.max);
    const auto mean = [&](hn::Vec<decltype(d32)> sum) AUKLET_ATTR {
      const auto sign = hn::BroadcastSignBit(sum);
      const auto magnitude = hn::Add(hn::Sub(hn::Xor(sum, sign), sign), half);
      const hn::Repartition<std::uint32_t, D8> u32;
      const auto quotient = hn::BitCast(d32, hn::ShiftRight<24>(hn::BitCast(u32, hn::Mul(magnitude, factor))));
      return hn::Min(hn::Max(hn::Sub(hn::Xor(quotient, sign), sign), low), high);
    };
    const auto first_of = [&](hn::Vec<decltype(d16)> sums) AUKLET_ATTR {
      return mean(hn::ShiftRight<16>(hn::ShiftLeft<16>(hn::BitCast(d32, sums))));
    };
    const auto second_of = [&](hn::Vec<decltype(d16)> sums)
                               AUKLET_ATTR { return mean(hn::ShiftRight<16>(hn::BitCast(d32, sums))); };
    return hn::BitCast(d8, join_bytes(d32, first_of(even), first_of(odd), second_of(even), second_of(odd)));
  }
};

// `reduce` for channels [channel, channel + lanes) while there are so many; returns where it stopped.
template <class D8, class Reduce>
HWY_INLINE std::size_t whole_vectors(D8 d, const PoolWindow& window, ActivationRange range, std::size_t channel,
                                     std::int8_t* output) {
  const std::size_t lanes = hn::Lanes(d);
  for (; channel + lanes <= window.channels; channel += lanes) {
    hn::StoreU(Reduce()(d, window, channel, lanes, range), d, output + channel);
  }
  return channel;
}

template <class Reduce>
HWY_INLINE void reduce_window(const PoolWindow& window, ActivationRange range, std::int8_t* output) {
  const hn::CappedTag<std::int8_t, 16> narrow;
  std::size_t channel = whole_vectors<Tag<std::int8_t>, Reduce>(Tag<std::int8_t>(), window, range, 0, output);
  channel = whole_vectors<decltype(narrow), Reduce>(narrow, window, range, channel, output);
  if (const std::size_t rest = window.channels - channel; rest != 0) {
    store_part(narrow, Reduce()(narrow, window, channel, rest, range), output + channel, rest);
  }
}

void greatest_of(const PoolWindow& window, ActivationRange range, std::int8_t* output) {
  reduce_window<Greatest>(window, range, output);
}

void mean_of(const PoolWindow& window, ActivationRange range, std::int8_t* output) {
  reduce_window<Mean>(window, range, output);
}

}  // namespace
}  // namespace auklet::kernels::optimized::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace auklet::kernels::optimized {
namespace {

HWY_EXPORT(greatest_of);
HWY_EXPORT(mean_of);

using Reduce = void (*)(const PoolWindow& window, ActivationRange range, std::int8_t* output);

// The part [begin, end) of a window that lies inside the input, in one dimension.
struct Extent {
  std::int32_t begin;
  std::int32_t end;
};
Extent extent(std::int32_t position, std::int32_t stride, std::int32_t pad, std::int32_t filter, std::int32_t input) {
  const std::int32_t origin = position * stride - pad;
  return {std::max(origin, 0), static_cast<std::int32_t>(std::min(std::int64_t{origin} + filter, std::int64_t{input}))};
}

void pool(const Pool2dParams& params, Tensor4<const std::int8_t> input, Tensor4<std::int8_t> output,
          const ParallelFor& parallel, Reduce reduce) {
  const Shape4& in = input.shape;
  const Shape4& out = output.shape;
  const auto channels = static_cast<std::size_t>(out.channels);
  const auto row_elements = static_cast<std::size_t>(out.width) * channels;
  const std::size_t rows = output.data.size() / row_elements;
  split(parallel, rows, kElementsPerTask / row_elements, [&](std::size_t begin, std::size_t end) {
    for (std::size_t row = begin; row < end; ++row) {
      const auto n = static_cast<std::int32_t>(row / static_cast<std::size_t>(out.height));
      const auto oy = static_cast<std::int32_t>(row % static_cast<std::size_t>(out.height));
      const Extent y = extent(oy, params.stride_height, params.pad_top, params.filter_height, in.height);
      std::int8_t* to = &output.data[row * row_elements];
      for (std::int32_t ox = 0; ox < out.width; ++ox, to += channels) {
        const Extent x = extent(ox, params.stride_width, params.pad_left, params.filter_width, in.width);
        reduce({&input.data[element_index(in, n, y.begin, x.begin, 0)], y.end - y.begin, x.end - x.begin,
                static_cast<std::size_t>(in.width) * channels, channels},
               params.activation, to);
      }
    }
  });
}

}  // namespace

Status average_pool2d(const Pool2dParams& params, Tensor4<const std::int8_t> input, Tensor4<std::int8_t> output,
                      const Resources& resources) {
  const Status status = check_pool2d(params, input, output);
  if (status != Status::kOk) return status;
  // Of the window, so much lies inside the image.
  const std::int64_t taps = std::int64_t{std::min(params.filter_height, input.shape.height)} *
                            std::min(params.filter_width, input.shape.width);
  if (taps > kMostShortTaps) return reference::average_pool2d(params, input, output);
  pool(params, input, output, resources.parallel, HWY_DYNAMIC_DISPATCH(mean_of));
  return Status::kOk;
}

Status max_pool2d(const Pool2dParams& params, Tensor4<const std::int8_t> input, Tensor4<std::int8_t> output,
                  const Resources& resources) {
  const Status status = check_pool2d(params, input, output);
  if (status != Status::kOk) return status;
  pool(params, input, output, resources.parallel, HWY_DYNAMIC_DISPATCH(greatest_of));
  return Status::kOk;
}

}  // namespace auklet::kernels::optimized
#endif  // HWY_ONCE
