// Thumb instructions as halfwords, for tests that need to place each of them.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <vector>

namespace auklet::test::thumb {

/// A sequence of instructions.
using Code = std::vector<std::uint16_t>;

/// One after the other.
inline Code join(std::initializer_list<Code> parts) {
  Code all;
  for (const Code& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

inline Code half(std::uint32_t value) { return {static_cast<std::uint16_t>(value)}; }
inline Code word(std::uint32_t first, std::uint32_t second) {
  return {static_cast<std::uint16_t>(first), static_cast<std::uint16_t>(second)};
}

// Registers are 0 to 7 where the encoding has three bits.
inline Code movs(std::uint32_t rd, std::uint32_t value) { return half(0x2000 | rd << 8 | value); }
inline Code adds(std::uint32_t rd, std::uint32_t value) { return half(0x3000 | rd << 8 | value); }
inline Code cmp(std::uint32_t rn, std::uint32_t value) { return half(0x2800 | rn << 8 | value); }
inline Code ldr(std::uint32_t rt, std::uint32_t rn, std::uint32_t words) {
  return half(0x6800 | words << 6 | rn << 3 | rt);
}
inline Code str(std::uint32_t rt, std::uint32_t rn, std::uint32_t words) {
  return half(0x6000 | words << 6 | rn << 3 | rt);
}
inline Code ldrb(std::uint32_t rt, std::uint32_t rn, std::uint32_t bytes) {
  return half(0x7800 | bytes << 6 | rn << 3 | rt);
}
inline Code strh(std::uint32_t rt, std::uint32_t rn, std::uint32_t halves) {
  return half(0x8000 | halves << 6 | rn << 3 | rt);
}
/// MOVW and MOVT: any constant in any register.
inline Code load_constant(std::uint32_t rd, std::uint32_t value) {
  const auto immediate = [rd](std::uint32_t opcode, std::uint32_t bits) {
    return word(opcode | (bits >> 11 & 1) << 10 | bits >> 12, (bits >> 8 & 7) << 12 | rd << 8 | (bits & 0xFF));
  };
  return join({immediate(0xF240, value & 0xFFFF), immediate(0xF2C0, value >> 16)});
}
/// Special registers by their numbers in the manual's table of MRS and MSR.
enum Special : std::uint32_t { kMsp = 8, kPsp = 9, kPrimask = 16, kBasepri = 17, kControl = 20 };
inline Code msr(Special special, std::uint32_t rn) { return word(0xF380 | rn, 0x8800 | special); }
inline Code mrs(std::uint32_t rd, Special special) { return word(0xF3EF, 0x8000 | rd << 8 | special); }

inline Code nop() { return half(0xBF00); }
inline Code wfi() { return half(0xBF30); }
inline Code wfe() { return half(0xBF20); }
inline Code cpsid() { return half(0xB672); }
inline Code cpsie() { return half(0xB662); }
inline Code svc(std::uint32_t number) { return half(0xDF00 | number); }
inline Code bkpt(std::uint32_t number) { return half(0xBE00 | number); }
inline Code bx(std::uint32_t rm) { return half(0x4700 | rm << 3); }
inline Code bx_lr() { return bx(14); }
inline Code udf() { return half(0xDE00); }
inline Code b_self() { return half(0xE7FE); }
/// IT with a first condition and a mask, as the encoding has them.
inline Code it(std::uint32_t condition, std::uint32_t mask) { return half(0xBF00 | condition << 4 | mask); }

}  // namespace auklet::test::thumb
