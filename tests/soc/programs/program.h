/* What each program of this folder defines. It is compiled for RV32 and for the host, and must return the same. */
#pragma once

#include <stdint.h>

/** Does its work and returns a digest of it. */
uint32_t program(void);

/** Mixes `value` into a digest. */
static inline uint32_t digest(uint32_t so_far, uint32_t value) { return (so_far ^ value) * 16777619U; }

/** The next of a row of numbers that look random. */
static inline uint32_t next_random(uint32_t *state) { return *state = *state * 1664525U + 1013904223U; }
