// ADD.
#include <cstddef>
#include <cstdint>

#include "arithmetic.hpp"
#include "compute.hpp"

namespace auklet::sim::model {

void run_add(Sram& sram, const Eltwise& c) {
  const auto scale = [&c](std::int32_t lane, std::int32_t zero_point, std::int32_t multiplier, std::int32_t shift) {
    const std::int32_t shifted = wrapping_shift_left(lane - zero_point, static_cast<int>(c.left_shift));
    return multiply_by_quantized_multiplier(shifted, multiplier, shift);
  };
  for (std::uint32_t j = 0; j < c.n1; ++j) {
    for (std::uint32_t k = 0; k < c.n0; ++k) {
      const Word a = sram.read_word(c.a_base + j * c.a_step1 + k * c.a_step0);
      const Word b = sram.read_word(c.b_base + j * c.b_step1 + k * c.b_step0);
      Word out;
      for (std::size_t o = 0; o < kLanes; ++o) {
        const std::int32_t sum =
            wrapping_add(scale(a[o], c.a_zp, c.a_mult, c.a_shift), scale(b[o], c.b_zp, c.b_mult, c.b_shift));
        const std::int64_t scaled = multiply_by_quantized_multiplier(sum, c.out_mult, c.out_shift);
        out[o] =
            clamp_to_int8(scaled + c.out_zp, static_cast<std::int8_t>(c.act_min), static_cast<std::int8_t>(c.act_max));
      }
      sram.write_word(c.out_base + j * c.out_step1 + k * static_cast<std::uint32_t>(kLanes), out);
    }
  }
}

}  // namespace auklet::sim::model
