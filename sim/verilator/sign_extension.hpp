// Included before all verilated code: sign extension as a pair of shifts, which compilers make one instruction of (and
// of 16 of them one vector instruction). Verilator 5.006 writes -(x & sign) | x, which takes three.
#pragma once

#include <cstdint>

#include <verilated.h>

// The names are those of Verilator's functions, which come with the same results; see
// tests/sim/sign_extension_test.cpp.
#define VL_EXTENDS_II(obits, lbits, lhs) \
  static_cast<IData>(static_cast<std::int32_t>(static_cast<IData>(lhs) << (32 - (lbits))) >> (32 - (lbits)))
#define VL_EXTENDS_QI(obits, lbits, lhs) VL_EXTENDS_QQ(obits, lbits, lhs)
#define VL_EXTENDS_QQ(obits, lbits, lhs) \
  static_cast<QData>(static_cast<std::int64_t>(static_cast<QData>(lhs) << (64 - (lbits))) >> (64 - (lbits)))
