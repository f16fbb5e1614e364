// The sign extension that verilated code is compiled with, against Verilator's own.
#include <verilated.h>

#include <cstdint>
#include <random>

#include <gtest/gtest.h>

namespace auklet::test {
namespace {

// Before the macros of the same names.
IData plain_ii(int bits, IData x) { return VL_EXTENDS_II(32, bits, x); }
QData plain_qi(int bits, QData x) { return VL_EXTENDS_QI(64, bits, x); }
QData plain_qq(int bits, QData x) { return VL_EXTENDS_QQ(64, bits, x); }

}  // namespace
}  // namespace auklet::test

#include "sign_extension.hpp"

namespace auklet::test {
namespace {

TEST(SignExtension, EqualsVerilatorsForEveryWidth) {
  std::mt19937_64 random(1);
  for (int bits = 1; bits <= 64; ++bits) {
    const QData mask = ~QData{0} >> (64 - bits);
    const QData sign = QData{1} << (bits - 1);
    for (int i = 0; i < 100; ++i) {
      // Verilator keeps what lies above the width zero.
      const QData x = (i == 0 ? sign : i == 1 ? sign - 1 : i == 2 ? mask : i == 3 ? 0 : random()) & mask;
      if (bits <= 32) {
        EXPECT_EQ(VL_EXTENDS_II(32, bits, static_cast<IData>(x)), plain_ii(bits, static_cast<IData>(x))) << bits;
        EXPECT_EQ(VL_EXTENDS_QI(64, bits, x), plain_qi(bits, x)) << bits;
      }
      EXPECT_EQ(VL_EXTENDS_QQ(64, bits, x), plain_qq(bits, x)) << bits;
    }
  }
}

TEST(SignExtension, TakesOperandsOfAnyType) {
  EXPECT_EQ(VL_EXTENDS_II(32, 8, CData{0x80}), 0xffffff80U);
  EXPECT_EQ(VL_EXTENDS_QI(64, 8, CData{0x80}), 0xffffffffffffff80U);
  EXPECT_EQ(VL_EXTENDS_II(32, 4, 1 + 7), 0xfffffff8U);
}

}  // namespace
}  // namespace auklet::test
