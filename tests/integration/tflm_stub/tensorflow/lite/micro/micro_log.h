// A stand-in, see tensorflow/lite/c/common.h here. The test that links it defines it.
#pragma once

// NOLINTNEXTLINE(readability-identifier-naming)
void MicroPrintf(const char* format, ...) __attribute__((format(printf, 1, 2)));
