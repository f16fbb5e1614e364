/* Deep and wide recursion: Ackermann, the towers of Hanoi, and eight queens. */
#include "program.h"

static uint32_t ackermann(uint32_t m, uint32_t n) {
  if (m == 0) return n + 1;
  if (n == 0) return ackermann(m - 1, 1);
  return ackermann(m - 1, ackermann(m, n - 1));
}

static uint32_t hanoi(uint32_t discs, uint32_t from, uint32_t to, uint32_t result) {
  if (discs == 0) return result;
  const uint32_t other = 3U - from - to;
  result = hanoi(discs - 1, from, other, result);
  result = digest(result, discs << 8 | from << 4 | to);
  return hanoi(discs - 1, other, to, result);
}

static uint32_t queens(uint32_t row, uint32_t columns, uint32_t rising, uint32_t falling) {
  if (row == 8) return 1;
  uint32_t found = 0;
  for (uint32_t column = 0; column < 8; ++column) {
    const uint32_t here = 1U << column;
    const uint32_t up = 1U << (row + column);
    const uint32_t down = 1U << (row + 7U - column);
    if (((columns & here) | (rising & up) | (falling & down)) != 0) continue;
    found += queens(row + 1, columns | here, rising | up, falling | down);
  }
  return found;
}

uint32_t program(void) {
  uint32_t result = ackermann(2, 40);
  result = digest(result, hanoi(10, 0, 2, 0));
  return digest(result, queens(0, 0, 0, 0));
}
