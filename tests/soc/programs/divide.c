/* 64-bit division, multiplication and shifts, and floating point, all of which the compiler's library does on RV32. */
#include "program.h"

static uint32_t fold(uint32_t result, uint64_t value) {
  return digest(digest(result, (uint32_t)value), (uint32_t)(value >> 32));
}

static uint64_t next_wide(uint32_t *state) {
  const uint64_t high = next_random(state);
  const uint64_t wide = high << 32 | next_random(state);
  return wide >> (next_random(state) >> 26); /* Of all magnitudes. */
}

uint32_t program(void) {
  uint32_t result = 0;
  uint32_t state = 3;
  for (int round = 0; round < 500; ++round) {
    const uint64_t a = next_wide(&state);
    const uint64_t b = next_wide(&state) | 1U;
    result = fold(result, a / b);
    result = fold(result, a % b);
    result = fold(result, (uint64_t)((int64_t)a / (int64_t)b));
    result = fold(result, (uint64_t)((int64_t)(0 - a) % (int64_t)b));
    result = fold(result, a * b);
    result = fold(result, (a << (b & 63U)) | (b >> (a & 63U)));
    const float ratio = (float)(uint32_t)a / (float)(uint32_t)(b | 1U);
    result = digest(result, ratio > 1.0F ? 1U : 0U);
    const double sum = (double)a * 0.5 + (double)b;
    result = fold(result, (uint64_t)(sum * 0.25));
  }
  return result;
}
