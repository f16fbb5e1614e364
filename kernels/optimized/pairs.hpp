// Operators of two int8 tensors whose broadcasting is of the kinds that networks have: equal shapes, a scalar, or a
// vector along the last dimensions. Element i of the output then has element i modulo a period of either operand.
#pragma once

#include <auklet/kernels/tensor.hpp>
#include <cstddef>
#include <cstdint>
#include <span>

#include "../common/broadcast.hpp"

namespace auklet::kernels::optimized {

/// A run of output elements. A step is 1, or 0 where the operand has one element for all of the run.
struct PairRun {
  const std::int8_t* a;
  const std::int8_t* b;
  std::int8_t* output;
  std::size_t count;
  std::size_t a_step;
  std::size_t b_step;
};

/// Two operands and their periods.
struct Pairs {
  const std::int8_t* a = nullptr;
  const std::int8_t* b = nullptr;
  std::int8_t* output = nullptr;
  std::size_t count = 0;
  std::size_t a_period = 0;  ///< 1, a vector's length, or the output's; 0: the broadcasting is of another kind.
  std::size_t b_period = 0;  ///< Likewise. One of the two is the output's length.

  /// Whether both periods are known.
  [[nodiscard]] constexpr bool simple() const { return a_period != 0 && b_period != 0; }
  /// Elements of a run: the shorter of the periods that are not 1.
  [[nodiscard]] constexpr std::size_t run_length() const {
    const std::size_t a_run = a_period == 1 ? count : a_period;
    const std::size_t b_run = b_period == 1 ? count : b_period;
    return a_run < b_run ? a_run : b_run;
  }
  /// `length` elements from `first` on, which lie within one run.
  [[nodiscard]] constexpr PairRun run(std::size_t first, std::size_t length) const {
    return {a + first % a_period,    b + first % b_period,   output + first, length,
            a_period == 1 ? 0U : 1U, b_period == 1 ? 0U : 1U};
  }
};

/// Elements after which an operand repeats, or 0 where it does not repeat as a whole. Precondition: it broadcasts.
[[nodiscard]] constexpr std::size_t period_of(const Shape& operand, const Shape& output) {
  const kernels::detail::Dims dims = kernels::detail::extend(operand);
  const kernels::detail::Dims out = kernels::detail::extend(output);
  std::size_t period = 1;
  std::size_t i = kernels::detail::kRank;
  for (; i > 0 && dims[i - 1] == out[i - 1]; --i) period *= static_cast<std::size_t>(out[i - 1]);
  for (; i > 0; --i) {
    if (dims[i - 1] != 1) return 0;
  }
  return period;
}

/// Repeats a short vector in `buffer` as often as fits, so that runs are as long as the buffer and not as the vector.
constexpr void lengthen(const std::int8_t*& operand, std::size_t& period, std::size_t count,
                        std::span<std::int8_t> buffer) {
  if (period == 1 || period == count || 2 * period > buffer.size()) return;
  const std::size_t length = buffer.size() / period * period;
  for (std::size_t i = 0; i < length; ++i) buffer[i] = operand[i % period];
  operand = buffer.data();
  period = length;
}

/// Precondition: arguments that the operator's check accepts.
[[nodiscard]] constexpr Pairs pairs_of(Tensor<const std::int8_t> a, Tensor<const std::int8_t> b,
                                       Tensor<std::int8_t> output) {
  return {a.data.data(),
          b.data.data(),
          output.data.data(),
          output.data.size(),
          period_of(a.shape, output.shape),
          period_of(b.shape, output.shape)};
}

}  // namespace auklet::kernels::optimized
