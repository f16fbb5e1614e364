// Building blocks of the check_ functions: one question each, so that every operator refuses the same thing with the
// same code. Shared by all implementations of the kernels; not part of the public interface.
#pragma once

#include <auklet/kernels/fixed_point.hpp>
#include <auklet/kernels/status.hpp>
#include <auklet/kernels/tensor.hpp>
#include <auklet/kernels/window.hpp>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

namespace auklet::kernels::detail {

/// First of `statuses` that is not kOk. All are evaluated, so none may rely on an earlier one.
template <class... Statuses>
[[nodiscard]] constexpr Status first_error(Statuses... statuses) {
  Status result = Status::kOk;
  ((result = result == Status::kOk ? statuses : result), ...);
  return result;
}

[[nodiscard]] constexpr Status require(bool condition, Status otherwise) { return condition ? Status::kOk : otherwise; }

/// A shape whose element count is positive and fits 31 bits.
[[nodiscard]] constexpr Status check_shape(const Shape4& s) {
  if (s.batch < 1 || s.height < 1 || s.width < 1 || s.channels < 1) return Status::kBadShape;
  return require(element_count(s) > 0, Status::kSizeOverflow);
}

[[nodiscard]] constexpr Status check_shape(const Shape& s) {
  if (s.rank < 0 || s.rank > kMaxRank) return Status::kBadShape;
  for (std::int32_t i = 0; i < s.rank; ++i) {
    if (s.dims[static_cast<std::size_t>(i)] < 1) return Status::kBadShape;
  }
  return require(element_count(s) > 0, Status::kSizeOverflow);
}

/// A buffer of `count` elements; count > 0.
template <class T>
[[nodiscard]] constexpr Status check_buffer(std::span<T> data, std::int64_t count) {
  if (data.size() != static_cast<std::size_t>(count)) return Status::kBufferSize;
  return require(data.data() != nullptr, Status::kNullPointer);
}

/// Shape, then buffer.
template <class AnyTensor>
[[nodiscard]] constexpr Status check_tensor(const AnyTensor& t) {
  const Status status = check_shape(t.shape);
  return status != Status::kOk ? status : check_buffer(t.data, element_count(t.shape));
}

/// As check_tensor for elements of any type, `element_bytes` (1 to 8) long: the shape counts elements, the span bytes.
template <class BytesTensor>
[[nodiscard]] constexpr Status check_bytes(std::size_t element_bytes, const BytesTensor& t) {
  constexpr std::size_t kLargestElement = 8;
  if (element_bytes < 1 || element_bytes > kLargestElement) return Status::kSizeOverflow;
  const Status status = check_shape(t.shape);
  if (status != Status::kOk) return status;
  // At most 2^31 * 8; where size_t has 32 bits no buffer is that long, so say so rather than compare what wrapped.
  const std::int64_t bytes = element_count(t.shape) * static_cast<std::int64_t>(element_bytes);
  if (static_cast<std::uint64_t>(bytes) > std::numeric_limits<std::size_t>::max()) return Status::kSizeOverflow;
  return check_buffer(t.data, bytes);
}

template <class T>
[[nodiscard]] constexpr Status check_matrix(const Matrix<T>& m) {
  if (m.rows < 1 || m.columns < 1) return Status::kBadShape;
  const std::int64_t count = multiply_count(m.rows, m.columns);
  return count < 0 ? Status::kSizeOverflow : check_buffer(m.data, count);
}

template <class Integer = std::int8_t>
[[nodiscard]] constexpr Status check_zero_point(std::int32_t zero_point) {
  return require(zero_point >= std::numeric_limits<Integer>::min() && zero_point <= std::numeric_limits<Integer>::max(),
                 Status::kBadZeroPoint);
}

[[nodiscard]] constexpr Status check_activation(ActivationRange range) {
  return require(range.min <= range.max && range.min >= std::numeric_limits<std::int8_t>::min() &&
                     range.max <= std::numeric_limits<std::int8_t>::max(),
                 Status::kBadActivationRange);
}

[[nodiscard]] constexpr Status check_multiplier(QuantizedMultiplier m) {
  return require(m.value >= 0 && m.shift >= kMinShift && m.shift <= kMaxShift, Status::kBadMultiplier);
}

/// One multiplier, or one for each of `channels`.
[[nodiscard]] constexpr Status check_multipliers(std::span<const QuantizedMultiplier> multipliers,
                                                 std::int32_t channels) {
  if (multipliers.size() != 1 && multipliers.size() != static_cast<std::size_t>(channels)) {
    return Status::kMultiplierCount;
  }
  if (multipliers.data() == nullptr) return Status::kNullPointer;
  for (const QuantizedMultiplier& m : multipliers) {
    if (check_multiplier(m) != Status::kOk) return Status::kBadMultiplier;
  }
  return Status::kOk;
}

/// No bias, or one element for each of `channels`.
[[nodiscard]] constexpr Status check_bias(std::span<const std::int32_t> bias, std::int32_t channels) {
  if (bias.empty()) return Status::kOk;
  if (bias.size() != static_cast<std::size_t>(channels)) return Status::kBiasSize;
  return require(bias.data() != nullptr, Status::kNullPointer);
}

/// One dimension of a sliding window; afterwards every coordinate that a kernel forms fits int32.
[[nodiscard]] constexpr Status check_window_extent(std::int32_t output, std::int32_t filter, std::int32_t stride,
                                                   std::int32_t dilation, std::int32_t pad) {
  if (stride < 1) return Status::kBadStride;
  if (dilation < 1) return Status::kBadDilation;
  if (pad < 0) return Status::kBadPadding;
  // Each product is below 2^62 and the sum below 2^63.
  const std::int64_t last = (std::int64_t{output} - 1) * stride + (std::int64_t{filter} - 1) * dilation;
  return require(last <= std::numeric_limits<std::int32_t>::max(), Status::kSizeOverflow);
}

[[nodiscard]] constexpr Status check_window(const Window2d& w, const Shape4& filter, const Shape4& output) {
  return first_error(check_window_extent(output.height, filter.height, w.stride_height, w.dilation_height, w.pad_top),
                     check_window_extent(output.width, filter.width, w.stride_width, w.dilation_width, w.pad_left));
}

/// Whether two buffers share a byte.
template <class T, class U>
[[nodiscard]] bool overlap(std::span<T> a, std::span<U> b) {
  if (a.empty() || b.empty()) return false;
  // Pointers into different objects have no order in C++; their integer values do.
  const auto a_begin = reinterpret_cast<std::uintptr_t>(a.data());
  const auto b_begin = reinterpret_cast<std::uintptr_t>(b.data());
  return a_begin < b_begin + b.size_bytes() && b_begin < a_begin + a.size_bytes();
}

/// Elementwise kernels may work in place: overlap is refused unless both buffers are one and the same.
template <class T, class U>
[[nodiscard]] bool overlap_unless_same(std::span<T> a, std::span<U> b) {
  const bool same =
      static_cast<const void*>(a.data()) == static_cast<const void*>(b.data()) && a.size_bytes() == b.size_bytes();
  return !same && overlap(a, b);
}

/// What flat elementwise kernels ask of their spans: equal lengths, addresses, and no overlap but in place.
template <class In, class Out>
[[nodiscard]] Status check_flat(std::span<In> input, std::span<Out> output) {
  if (input.size() != output.size()) return Status::kShapeMismatch;
  if (!input.empty() && (input.data() == nullptr || output.data() == nullptr)) return Status::kNullPointer;
  return require(!overlap_unless_same(input, output), Status::kOverlap);
}

}  // namespace auklet::kernels::detail
