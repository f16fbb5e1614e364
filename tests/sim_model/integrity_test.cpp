// Check bits of the functional model's SRAM, without exception: every bit of a word, and every two.
#include <algorithm>
#include <array>

#include "fixture.hpp"

namespace auklet::test {
namespace {

namespace reg = spec::reg;

constexpr std::uint32_t kWordBits = 128 + spec::kEccBits;
constexpr std::uint32_t kWord = 0x120;

class SimModelIntegrity : public testing::Test {
 protected:
  // STORE of the word.
  JobOutcome store() {
    StreamBuilder builder;
    builder.add(spec::DmaCommand{.header = {.opcode = spec::Opcode::kStore},
                                 .offset = kTo,
                                 .ax_len = spec::kLanes,
                                 .ax_rows = 1,
                                 .sp_base = kWord,
                                 .sp_len = spec::kLanes});
    builder.end();
    return device.run(builder);
  }
  std::uint32_t corrected() { return device.model.read32(reg::IntegrityCorrected::kOffset); }
  // Zeros everywhere.
  void clear() {
    device.model.write32(reg::Control::kOffset, reg::Control::kSoftReset.mask());
    ASSERT_TRUE(wait_until_idle(device.model));
  }

  static constexpr std::uint32_t kTo = 0x1000;
  Device device{{.config = kSmallConfig, .sram_ecc = true}};
};

TEST_F(SimModelIntegrity, EveryBitIsCorrected) {
  for (std::uint32_t bit = 0; bit < kWordBits; ++bit) {
    ASSERT_TRUE(device.model.flip_sram_bit(kWord + bit % 16, bit));
    ASSERT_TRUE(store().done) << bit;
    EXPECT_EQ(corrected(), bit + 1);
    EXPECT_TRUE(std::ranges::all_of(std::span(device.data).subspan(kTo, spec::kLanes), [](auto b) { return b == 0; }));
    ASSERT_TRUE(device.model.flip_sram_bit(kWord, bit));
  }
  ASSERT_TRUE(store().done);
  EXPECT_EQ(corrected(), kWordBits) << "flipped back";
}

TEST_F(SimModelIntegrity, EveryTwoBitsAreFound) {
  for (std::uint32_t first = 0; first < kWordBits; ++first) {
    for (std::uint32_t second = first + 1; second < kWordBits; ++second) {
      ASSERT_TRUE(device.model.flip_sram_bit(kWord, first) && device.model.flip_sram_bit(kWord, second));
      const JobOutcome outcome = store();
      ASSERT_EQ(outcome.fault, spec::Fault::kIntegrity) << first << ' ' << second;
      ASSERT_EQ(outcome.fault_address, kWord);
      clear();
    }
  }
  EXPECT_EQ(corrected(), 0U);
}

TEST_F(SimModelIntegrity, AWeakWordIsStruckAsOftenAsAsked) {
  const std::array<std::uint32_t, 1> bits{130};
  ASSERT_TRUE(device.model.weaken_sram_word(kWord, bits, 2));
  EXPECT_FALSE(device.model.weaken_sram_word(kWord, std::array{kWordBits}, 1));
  EXPECT_FALSE(device.model.weaken_sram_word(kSmallConfig.sram_bytes, bits, 1));
  for (const std::uint32_t expected : {1U, 2U, 2U}) {
    device.load_sram();
    ASSERT_TRUE(store().done);
    EXPECT_EQ(corrected(), expected);
  }
}

}  // namespace
}  // namespace auklet::test
