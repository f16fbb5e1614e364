// Instructions of Armv7E-M's DSP extension that do two things at a time on the halves of a word, and what they stand
// for elsewhere. AUKLET_PORTABLE_DSP lets a build for the host test the code that is made for them. Not part of the
// public interface.
#pragma once

#include <cstdint>
#include <cstring>

#if defined(__ARM_FEATURE_DSP)
#include <arm_acle.h>
#endif

namespace auklet::kernels::portable {

#if defined(__ARM_FEATURE_DSP) || defined(AUKLET_PORTABLE_DSP)
inline constexpr bool kDsp = true;
#else
inline constexpr bool kDsp = false;
#endif

/// Two int16 as a word, the first in the low half.
[[nodiscard]] constexpr std::uint32_t pair_of(std::int32_t first, std::int32_t second) {
  return (static_cast<std::uint32_t>(first) & 0xffffU) | static_cast<std::uint32_t>(second) << 16;
}
[[nodiscard]] constexpr std::int32_t first_of(std::uint32_t pair) { return static_cast<std::int16_t>(pair); }
[[nodiscard]] constexpr std::int32_t second_of(std::uint32_t pair) { return static_cast<std::int16_t>(pair >> 16); }

/// Four bytes at any address, as a word.
[[nodiscard]] inline std::uint32_t load_bytes(const std::int8_t* bytes) {
  std::uint32_t word = 0;
  std::memcpy(&word, bytes, sizeof(word));
  return word;
}
/// Two int16 at a multiple of four bytes.
[[nodiscard]] inline std::uint32_t load_pair(const std::int16_t* pair) {
  std::uint32_t word = 0;
  std::memcpy(&word, __builtin_assume_aligned(pair, sizeof(word)), sizeof(word));
  return word;
}
/// Two int16 at any even address.
[[nodiscard]] inline std::uint32_t load_unaligned_pair(const std::int16_t* pair) {
  std::uint32_t word = 0;
  std::memcpy(&word, pair, sizeof(word));
  return word;
}
inline void store_pair(std::int16_t* pair, std::uint32_t word) {
  std::memcpy(__builtin_assume_aligned(pair, sizeof(word)), &word, sizeof(word));
}

#if defined(__ARM_FEATURE_DSP)

/// Bytes 0 and 2 of `word`, sign-extended.
[[nodiscard]] inline std::uint32_t even_bytes(std::uint32_t word) {
  return static_cast<std::uint32_t>(__sxtb16(static_cast<std::int32_t>(word)));
}
/// Bytes 1 and 3 of `word`, sign-extended.
[[nodiscard]] inline std::uint32_t odd_bytes(std::uint32_t word) {
  std::uint32_t pair;  // NOLINT(cppcoreguidelines-init-variables): the instruction writes it.
  asm("sxtb16 %0, %1, ror #8" : "=r"(pair) : "r"(word));  // GCC makes two instructions of the intrinsics.
  return pair;
}
/// Half by half, modulo 2^16.
[[nodiscard]] inline std::uint32_t subtract_pairs(std::uint32_t a, std::uint32_t b) {
  return static_cast<std::uint32_t>(__ssub16(static_cast<std::int32_t>(a), static_cast<std::int32_t>(b)));
}
/// sum + first * first + second * second, modulo 2^32.
[[nodiscard]] inline std::uint32_t multiply_pairs(std::uint32_t a, std::uint32_t b, std::uint32_t sum) {
  return static_cast<std::uint32_t>(
      __smlad(static_cast<std::int32_t>(a), static_cast<std::int32_t>(b), static_cast<std::int32_t>(sum)));
}

#else

[[nodiscard]] constexpr std::uint32_t even_bytes(std::uint32_t word) {
  return pair_of(static_cast<std::int8_t>(word), static_cast<std::int8_t>(word >> 16));
}
[[nodiscard]] constexpr std::uint32_t odd_bytes(std::uint32_t word) { return even_bytes(word >> 8); }
[[nodiscard]] constexpr std::uint32_t subtract_pairs(std::uint32_t a, std::uint32_t b) {
  return pair_of(first_of(a) - first_of(b), second_of(a) - second_of(b));
}
[[nodiscard]] constexpr std::uint32_t multiply_pairs(std::uint32_t a, std::uint32_t b, std::uint32_t sum) {
  return sum + static_cast<std::uint32_t>(first_of(a) * first_of(b)) +
         static_cast<std::uint32_t>(second_of(a) * second_of(b));
}

#endif

}  // namespace auklet::kernels::portable
