/* CRC-32 of IEEE 802.3, bit by bit and with a table, which must agree. */
#include <stddef.h>

#include "program.h"

#define POLYNOMIAL 0xEDB88320U

static uint32_t table[256];

static uint32_t eight_steps(uint32_t crc) {
  for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ (POLYNOMIAL & (0U - (crc & 1U)));
  return crc;
}

static uint32_t crc_of_bits(const uint8_t *bytes, size_t count) {
  uint32_t crc = 0xFFFFFFFFU;
  for (size_t i = 0; i < count; ++i) crc = eight_steps(crc ^ bytes[i]);
  return ~crc;
}

static uint32_t crc_of_table(const uint8_t *bytes, size_t count) {
  uint32_t crc = 0xFFFFFFFFU;
  for (size_t i = 0; i < count; ++i) crc = (crc >> 8) ^ table[(crc ^ bytes[i]) & 0xFFU];
  return ~crc;
}

uint32_t program(void) {
  static uint8_t data[2048];
  uint32_t state = 7;
  for (uint32_t i = 0; i < 256; ++i) table[i] = eight_steps(i);
  for (size_t i = 0; i < sizeof(data); ++i) data[i] = (uint8_t)(next_random(&state) >> 24);
  const uint8_t check[] = "123456789";
  if (crc_of_table(check, 9) != 0xCBF43926U) return 1; /* The value that catalogues of CRCs give. */
  if (crc_of_table(data, sizeof(data)) != crc_of_bits(data, sizeof(data))) return 2;
  return crc_of_table(data, sizeof(data));
}
