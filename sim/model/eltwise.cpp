// ADD, MUL, SQDIFF, MIN, MAX and TABLE.
#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "arithmetic.hpp"
#include "compute.hpp"

namespace auklet::sim::model {
namespace {

/// 16 bytes, or the first of them in all lanes.
Word read_operand(const Sram& sram, std::uint32_t address, bool splat) {
  Word word = sram.read_word(address);
  if (splat) word.fill(word[0]);
  return word;
}

/// One lane of every command but TABLE.
class Lane {
 public:
  explicit Lane(const Eltwise& command) : c_(command) {}

  [[nodiscard]] std::int8_t operator()(std::int8_t a, std::int8_t b) const {
    switch (c_.header.opcode) {
      case spec::Opcode::kSqdiff: {
        const std::int32_t difference = wrapping_subtract(scaled_a(a), scaled_b(b));
        return scale(wrapping_multiply(difference, difference));
      }
      case spec::Opcode::kMul:
        return scale((a - c_.a_zp) * (b - c_.b_zp));
      case spec::Opcode::kMin:
        return clamp(std::min(a, b));
      case spec::Opcode::kMax:
        return clamp(std::max(a, b));
      default:
        return scale(wrapping_add(scaled_a(a), scaled_b(b)));
    }
  }

 private:
  [[nodiscard]] std::int32_t rescale(std::int32_t x, std::int32_t multiplier, std::int32_t shift) const {
    return multiply_by_quantized_multiplier(wrapping_shift_left(x, static_cast<int>(c_.left_shift)), multiplier, shift);
  }
  [[nodiscard]] std::int32_t scaled_a(std::int8_t a) const { return rescale(a - c_.a_zp, c_.a_mult, c_.a_shift); }
  [[nodiscard]] std::int32_t scaled_b(std::int8_t b) const { return rescale(b - c_.b_zp, c_.b_mult, c_.b_shift); }
  [[nodiscard]] std::int8_t clamp(std::int64_t x) const {
    return clamp_to_int8(x, static_cast<std::int8_t>(c_.act_min), static_cast<std::int8_t>(c_.act_max));
  }
  [[nodiscard]] std::int8_t scale(std::int32_t x) const {
    return clamp(std::int64_t{multiply_by_quantized_multiplier(x, c_.out_mult, c_.out_shift)} + c_.out_zp);
  }

  const Eltwise& c_;
};

/// Calls `result(a, b)` for each pair of words and writes what it returns.
template <class Result>
void for_each_word(Sram& sram, const Eltwise& c, Result result) {
  for (std::uint32_t j = 0; j < c.n1; ++j) {
    for (std::uint32_t k = 0; k < c.n0; ++k) {
      const Word a = read_operand(sram, c.a_base + j * c.a_step1 + k * c.a_step0, c.a_splat != 0);
      const Word b = read_operand(sram, c.b_base + j * c.b_step1 + k * c.b_step0, c.b_splat != 0);
      sram.write_word(c.out_base + j * c.out_step1 + k * static_cast<std::uint32_t>(kLanes), result(a, b));
    }
  }
}

void run_table(Sram& sram, const Eltwise& c) {
  constexpr std::uint32_t kTableAlign = 32;
  std::array<std::int8_t, 256> table;
  sram.read(c.b_base / kTableAlign * kTableAlign, table);
  for_each_word(sram, c, [&table](Word a, const Word&) {
    for (std::int8_t& lane : a) lane = table[static_cast<std::uint8_t>(lane)];
    return a;
  });
}

}  // namespace

void run_eltwise(Sram& sram, const Eltwise& c) {
  if (c.header.opcode == spec::Opcode::kTable) {
    run_table(sram, c);
    return;
  }
  const Lane lane(c);
  for_each_word(sram, c, [&lane](const Word& a, const Word& b) {
    Word out;
    for (std::size_t o = 0; o < kLanes; ++o) out[o] = lane(a[o], b[o]);
    return out;
  });
}

}  // namespace auklet::sim::model
