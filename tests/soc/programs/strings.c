/* The C library's strings and memory, at all alignments. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "program.h"

static uint8_t source[128];
static uint8_t target[128];

static uint32_t copies(uint32_t result) {
  for (size_t from = 0; from < 8; ++from) {
    for (size_t to = 0; to < 8; ++to) {
      memset(target, (int)(from * to), sizeof(target));
      memcpy(target + to, source + from, 67 + from);
      memmove(target + to + 3, target + to, 40);
      for (size_t i = 0; i < sizeof(target); ++i) result = digest(result, target[i]);
      result = digest(result, memcmp(target, source, sizeof(target)) < 0 ? 1U : 0U);
    }
  }
  return result;
}

static uint32_t texts(uint32_t result) {
  char text[96];
  char tail[48];
  for (int i = -20; i < 20; ++i) {
    snprintf(text, sizeof(text), "%+d|%08x|%-6s|%c|%5u", i * 12345, (unsigned)(i * i), i < 0 ? "neg" : "pos",
             'a' + (i & 15), (unsigned)(i + 20));
    strcpy(tail, strchr(text, '|'));
    strcat(text, tail);
    const size_t length = strlen(text);
    for (size_t j = 0; j < length; ++j) result = digest(result, (uint8_t)text[j]);
    result = digest(result, (uint32_t)strtol(text, NULL, 10));
    result = digest(result, strncmp(text, "+61725", 6) == 0 ? 1U : 0U);
  }
  return result;
}

uint32_t program(void) {
  uint32_t state = 5;
  for (size_t i = 0; i < sizeof(source); ++i) source[i] = (uint8_t)(next_random(&state) >> 24);
  return texts(copies(0));
}
