// SOFTMAX.
#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "arithmetic.hpp"
#include "compute.hpp"

namespace auklet::sim::model {
namespace {

constexpr std::int32_t saturate(std::int64_t x) {
  return static_cast<std::int32_t>(
      std::clamp<std::int64_t>(x, std::numeric_limits<std::int32_t>::min(), std::numeric_limits<std::int32_t>::max()));
}

/// "one_over" of the document, for a number whose top bit is set.
constexpr std::int32_t one_over(std::uint32_t number) {
  constexpr std::int32_t kOne = std::int32_t{1} << 29;  // Q2.29
  constexpr std::int32_t k48Over17 = 1515870810;        // Q2.29
  constexpr std::int32_t kMinus32Over17 = -1010580540;  // Q2.29
  const auto half = static_cast<std::int32_t>(number >> 1);
  std::int32_t x = wrapping_add(k48Over17, saturating_rounding_doubling_high_mul(half, kMinus32Over17));
  for (int i = 0; i < 3; ++i) {
    const std::int32_t error = wrapping_subtract(kOne, saturating_rounding_doubling_high_mul(half, x));
    x = wrapping_add(x, saturate(std::int64_t{saturating_rounding_doubling_high_mul(x, error)} * 4));
  }
  return saturate(std::int64_t{x} * 2);
}

using Table = std::array<std::int32_t, 256>;

Table read_table(const Sram& sram, std::uint32_t address) {
  std::array<std::int8_t, sizeof(Table)> bytes;
  sram.read(address, bytes);
  Table table;
  for (std::size_t d = 0; d < table.size(); ++d) {
    std::uint32_t value = 0;
    for (std::size_t b = 0; b < 4; ++b) value |= std::uint32_t{static_cast<std::uint8_t>(bytes[4 * d + b])} << (8 * b);
    table[d] = static_cast<std::int32_t>(value);
  }
  return table;
}

/// One row, in place.
void softmax_row(const Table& exponential, std::span<std::int8_t> row) {
  constexpr std::uint32_t kHalf = 1U << 11;
  const std::int8_t highest = *std::ranges::max_element(row);
  const auto exp_of = [&](std::int8_t x) { return exponential[static_cast<std::size_t>(highest - x)]; };
  std::uint32_t sum = 0;
  for (const std::int8_t x : row) sum += (static_cast<std::uint32_t>(exp_of(x)) + kHalf) >> 12;
  const int zeros = std::countl_zero(sum);
  const std::int32_t scale = one_over(zeros == 32 ? 0 : sum << zeros);
  const int shift = 35 - zeros;
  for (std::int8_t& x : row) {
    const std::int32_t product = saturating_rounding_doubling_high_mul(exp_of(x), scale);
    x = clamp_to_int8((shift > 31 ? 0 : std::int64_t{rounding_divide_by_pot(product, shift)}) - 128, -128, 127);
  }
}

}  // namespace

void run_softmax(Sram& sram, const Softmax& c) {
  const Table table = read_table(sram, c.table_base);
  std::vector<std::int8_t> row((c.n + kLanes - 1) / kLanes * kLanes);
  for (std::uint32_t j = 0; j < c.rows; ++j) {
    sram.read(c.a_base + j * c.a_step, std::span(row).first(c.n));
    softmax_row(table, std::span(row).first(c.n));
    std::ranges::fill(std::span(row).subspan(c.n), std::int8_t{-128});
    sram.write(c.out_base + j * c.out_step, row);
  }
}

}  // namespace auklet::sim::model
