// Cortex-M's exceptions without a processor: which is taken when, and the registers that show it.
#include "system_control.hpp"

#include <gtest/gtest.h>

#include <cstdint>

namespace auklet::test {
namespace {

using namespace sim::soc::cortex_m;  // NOLINT(google-build-using-namespace): names of the subject.

constexpr std::uint32_t kIser = 0x100, kIcer = 0x180, kIspr = 0x200, kIcpr = 0x280, kIabr = 0x300, kIpr = 0x400;
constexpr std::uint32_t kIcsr = 0xD04, kVtor = 0xD08, kAircr = 0xD0C, kShpr2 = 0xD1C, kShcsr = 0xD24, kCfsr = 0xD28;

struct SystemControlTest : testing::Test {
  SystemControlTest() { control.reset(0x800); }

  std::uint32_t read(std::uint32_t offset) const { return control.read(offset, 4); }
  void write(std::uint32_t offset, std::uint32_t value) { control.write(offset, 4, value); }

  SystemControl control;
};

TEST_F(SystemControlTest, SetsAndClearsByWritingOnes) {
  write(kIser, 0x8000'0005);
  write(kIcer, 1);
  EXPECT_EQ(read(kIser), 0x8000'0004U);
  EXPECT_EQ(read(kIcer), 0x8000'0004U);
  write(kIspr, 6);
  write(kIcpr, 2);
  EXPECT_EQ(read(kIspr), 4U);
}

TEST_F(SystemControlTest, TakesTheFirstByPriorityThenNumber) {
  write(kIser, 7);
  write(kIspr, 7);
  EXPECT_EQ(control.next({}), kIrq0);
  control.write(kIpr, 1, 0x40);
  EXPECT_EQ(control.next({}), kIrq0 + 1);
  write(kIcsr, 1U << 28);
  EXPECT_EQ(control.next({}), kPendSv);
  control.write(kShpr2 + 6, 1, 0xFF);  // PendSV's priority; only its upper three bits are there.
  EXPECT_EQ(read(kShpr2 + 4), 0x00E0'0000U);
  EXPECT_EQ(control.next({}), kIrq0 + 1);
}

TEST_F(SystemControlTest, NestsByPriority) {
  write(kIser, 3);
  write(kIpr, 0x2040);
  write(kIspr, 1);
  control.enter(kIrq0);
  EXPECT_EQ(read(kIabr), 1U);
  EXPECT_EQ(read(kIspr), 0U);
  write(kIspr, 2);
  EXPECT_EQ(control.next({}), kIrq0 + 1);
  EXPECT_EQ(control.next({.basepri = 0x20}), std::nullopt);
  control.enter(kIrq0 + 1);
  EXPECT_EQ(read(kIcsr) & 0x1FF, kIrq0 + 1);
  EXPECT_FALSE(control.can_take(kSvCall, {.primask = true}));
  EXPECT_TRUE(control.can_take(kHardFault, {.primask = true}));
  EXPECT_FALSE(control.can_take(kHardFault, {.faultmask = true}));
  control.leave(kIrq0 + 1);
  control.leave(kIrq0);
  EXPECT_EQ(read(kIcsr) & 0x1FF, 0U);
}

TEST_F(SystemControlTest, LevelsPendUntilTheyAreLow) {
  write(kIser, 1);
  control.set_level(0, true);
  write(kIcpr, 1);
  EXPECT_EQ(read(kIspr), 1U);
  control.enter(kIrq0);
  EXPECT_EQ(control.next({}), std::nullopt);
  control.leave(kIrq0);
  EXPECT_EQ(control.next({}), kIrq0);
  control.reset(0);
  EXPECT_EQ(read(kIspr), 1U);  // The line is still high.
  EXPECT_FALSE(control.waiting());
}

TEST_F(SystemControlTest, WakesWhateverPrimaskSays) {
  write(kIser, 1);
  control.set_level(0, true);
  EXPECT_EQ(control.next({.primask = true}), std::nullopt);
  EXPECT_TRUE(control.wakes({.primask = true}));
  control.write(kIpr, 1, 0x80);
  EXPECT_FALSE(control.wakes({.basepri = 0x80}));
}

TEST_F(SystemControlTest, KeepsFaultsUntilTheyAreWrittenBack) {
  EXPECT_FALSE(control.can_take(kBusFault, {}));
  write(kShcsr, 1U << 17);
  EXPECT_TRUE(control.can_take(kBusFault, {}));
  control.note_fault(kPreciseDataBusError | kBusFaultAddressValid, kForced, 0x1234);
  EXPECT_EQ(control.read(kCfsr + 1, 1), 0x82U);  // BFSR, the byte of bus faults.
  EXPECT_EQ(read(kCfsr + 4), kForced);
  EXPECT_EQ(read(0xD38), 0x1234U);
  write(kCfsr, 0x8000);
  EXPECT_EQ(read(kCfsr), 0x200U);
}

TEST_F(SystemControlTest, KnowsItself) {
  EXPECT_EQ(read(0xD00), 0x410F'C241U);
  EXPECT_EQ(read(kVtor), 0x800U);
  write(kVtor, 0x2000'00FF);
  EXPECT_EQ(control.vector_table(), 0x2000'0080U);
  EXPECT_EQ(read(kAircr), 0xFA05'0000U);
  write(kAircr, 4);
  EXPECT_FALSE(control.reset_requested());
  write(kAircr, 0x05FA'0004);
  EXPECT_TRUE(control.reset_requested());
  EXPECT_EQ(read(0xFF0), 0U);
}

}  // namespace
}  // namespace auklet::test
