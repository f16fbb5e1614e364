// Operators of one int8 value: the reference makes a table of them, which is then looked up.
#include <algorithm>
#include <array>
#include <auklet/kernels/abs.hpp>
#include <auklet/kernels/hard_swish.hpp>
#include <auklet/kernels/lookup.hpp>
#include <auklet/kernels/quantize.hpp>
#include <auklet/kernels/relu.hpp>
#include <type_traits>

#include "../common/checks.hpp"
#include "table.hpp"

namespace auklet::kernels::optimized {
namespace {

// Elements from which on a table is worth its making.
constexpr std::size_t kWorthATable = 2 * kTableSize;

// `function(input, output)`: the reference, which takes spans of any length and looks at each element alone.
template <class In, class Out, class Function>
Status by_table(std::span<const In> input, std::span<Out> output, const Resources& resources, Function function) {
  static_assert(sizeof(In) == 1 && sizeof(Out) == 1);
  // What is wrong with the arguments, the reference says.
  if (input.size() < kWorthATable || input.size() != output.size() || input.data() == nullptr ||
      output.data() == nullptr || kernels::detail::overlap_unless_same(input, output)) {
    return function(input, output);
  }
  std::array<In, kTableSize> all{};
  for (std::size_t i = 0; i < kTableSize; ++i) all[i] = static_cast<In>(i - kTableSize / 2);
  std::array<Out, kTableSize> table{};
  const Status status = function(std::span<const In>(all), std::span<Out>(table));
  if (status != Status::kOk) return status;
  // Bytes are bytes: an index of uint8 is the int8 of the same bits.
  const auto* const entries = reinterpret_cast<const std::int8_t*>(table.data());
  apply_table(std::span<const std::int8_t, kTableSize>(entries, kTableSize),
              {reinterpret_cast<const std::int8_t*>(input.data()), input.size()},
              {reinterpret_cast<std::int8_t*>(output.data()), output.size()}, resources.parallel);
  return Status::kOk;
}

}  // namespace

Status lookup(std::span<const std::int8_t, kTableSize> table, std::span<const std::int8_t> input,
              std::span<std::int8_t> output, const Resources& resources) {
  if (table.data() == nullptr) return Status::kNullPointer;
  const Status status = kernels::detail::first_error(
      kernels::detail::check_flat(input, output),
      kernels::detail::require(!kernels::detail::overlap(std::span<const std::int8_t>(table), output),
                               Status::kOverlap));
  if (status != Status::kOk) return status;
  apply_table(table, input, output, resources.parallel);
  return Status::kOk;
}

Status relu(const ReluParams& params, std::span<const std::int8_t> input, std::span<std::int8_t> output,
            const Resources& resources) {
  return by_table(input, output, resources, [&](auto in, auto out) { return reference::relu(params, in, out); });
}

Status leaky_relu(const LeakyReluParams& params, std::span<const std::int8_t> input, std::span<std::int8_t> output,
                  const Resources& resources) {
  return by_table(input, output, resources, [&](auto in, auto out) { return reference::leaky_relu(params, in, out); });
}

Status hard_swish(const HardSwishParams& params, std::span<const std::int8_t> input, std::span<std::int8_t> output,
                  const Resources& resources) {
  return by_table(input, output, resources, [&](auto in, auto out) { return reference::hard_swish(params, in, out); });
}

Status abs(const RequantizeParams& params, std::span<const std::int8_t> input, std::span<std::int8_t> output,
           const Resources& resources) {
  return by_table(input, output, resources, [&](auto in, auto out) { return reference::abs(params, in, out); });
}

Status requantize(const RequantizeParams& params, std::span<const std::int8_t> input, std::span<std::int8_t> output,
                  const Resources& resources) {
  return by_table(input, output, resources, [&](auto in, auto out) { return reference::requantize(params, in, out); });
}

Status requantize(const RequantizeParams& params, std::span<const std::int8_t> input, std::span<std::uint8_t> output,
                  const Resources& resources) {
  return by_table(input, output, resources, [&](auto in, auto out) { return reference::requantize(params, in, out); });
}

Status requantize(const RequantizeParams& params, std::span<const std::uint8_t> input, std::span<std::int8_t> output,
                  const Resources& resources) {
  return by_table(input, output, resources, [&](auto in, auto out) { return reference::requantize(params, in, out); });
}

}  // namespace auklet::kernels::optimized
