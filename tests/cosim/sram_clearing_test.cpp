// Nothing is left in the SRAM of the RTL after a reset, a clearing or a security switch: every byte is read back by a
// STORE. The functional model does the same.
#include <algorithm>
#include <cstdint>
#include <functional>

#include <gtest/gtest.h>

#include "../common/verilated_configuration.hpp"
#include "raw_fixture.hpp"

namespace auklet::test {
namespace {

namespace reg = spec::reg;

constexpr std::uint32_t kPrivileged = 0b001;
constexpr std::uint32_t kNonSecure = 0b010;
constexpr std::uint32_t kInstruction = 0b100;

class SramClearing : public RawFixture {
 protected:
  // Noise in every word, by a job.
  void fill() {
    constexpr std::uint32_t kRow = 0x8000;
    StreamBuilder builder;
    builder.add(spec::DmaCommand{.header = {.opcode = spec::Opcode::kLoad},
                                 .offset = RawMemory::kTableBytes,
                                 .ax_len = kRow,
                                 .ax_rows = spec::kDefaultConfiguration.sram_bytes / kRow,
                                 .sp_len = kRow,
                                 .sp_stride = kRow});
    builder.end();
    run_on_both(finish(builder));
    ASSERT_TRUE(bench_.dump_sram());
    for (RawSide* side : sides()) ASSERT_LT(zeros(*side), side->dump.size() / 64) << "else there is nothing to clear";
    filled_ = bench_.rtl().dump;
  }

  // On both sides: fills the SRAM, lets `clear` do what has to clear it, and reads it back.
  void expect_cleared_by(const std::function<void(sim::Target&)>& clear) {
    fill();
    for (RawSide* side : sides()) {
      clear(*side->target);
      ASSERT_TRUE(wait_until_idle(*side->target));
    }
    ASSERT_TRUE(bench_.dump_sram());
    for (RawSide* side : sides()) EXPECT_EQ(zeros(*side), side->dump.size());
    EXPECT_EQ(bench_.npu().protocol_violations(), 0U);
  }

  [[nodiscard]] const std::vector<std::uint8_t>& filled() const { return filled_; }

  static void set_prot(sim::Target& target, std::uint32_t prot) {
    const std::uint32_t now = target.read32(reg::AxiAttr::kOffset);
    target.write32(reg::AxiAttr::kOffset, reg::AxiAttr::kProt.insert(now, prot));
  }

 private:
  static std::size_t zeros(const RawSide& side) {
    return static_cast<std::size_t>(std::ranges::count(side.dump, std::uint8_t{0}));
  }

  std::vector<std::uint8_t> filled_;
};

TEST_P(SramClearing, HardReset) {
  expect_cleared_by([](sim::Target& target) { target.hard_reset(); });
}

TEST_P(SramClearing, SoftReset) {
  expect_cleared_by([](sim::Target& target) {
    target.write32(reg::Control::kOffset, reg::Control::kSoftReset.mask());
    target.step(64);  // It drains before it clears.
  });
}

TEST_P(SramClearing, ClearSram) {
  expect_cleared_by(
      [](sim::Target& target) { target.write32(reg::Control::kOffset, reg::Control::kClearSram.mask()); });
}

TEST_P(SramClearing, SecuritySwitch) {
  for (const std::uint32_t prot : {kPrivileged, kPrivileged | kNonSecure, kPrivileged, kNonSecure, 0U, kNonSecure}) {
    SCOPED_TRACE(prot);
    expect_cleared_by([prot](sim::Target& target) { set_prot(target, prot); });
  }
}

TEST_P(SramClearing, NoJobStartsBetweenASecuritySwitchAndItsClearing) {
  fill();
  for (RawSide* side : sides()) {
    sim::Target& target = *side->target;
    set_prot(target, kNonSecure);
    EXPECT_EQ(state_of(target), spec::State::kClearing);
    const std::uint64_t refused = target.bus_errors();
    target.write32(reg::Control::kOffset, reg::Control::kStart.mask());
    EXPECT_EQ(target.bus_errors(), refused + 1);
    EXPECT_EQ(state_of(target), spec::State::kClearing);
    EXPECT_EQ(reg::AxiAttr::kProt.extract(target.read32(reg::AxiAttr::kOffset)), kNonSecure);
  }
}

TEST_P(SramClearing, OtherAttributesClearNothing) {
  fill();
  for (RawSide* side : sides()) {
    sim::Target& target = *side->target;
    set_prot(target, kInstruction);
    EXPECT_EQ(state_of(target), spec::State::kIdle);
    target.write32(reg::AxiAttr::kOffset, reg::AxiAttr::kProt.make(kInstruction) | reg::AxiAttr::kCache.make(0xf) |
                                              reg::AxiAttr::kMaxOutstanding.make(4));
    EXPECT_EQ(state_of(target), spec::State::kIdle);
  }
  ASSERT_TRUE(bench_.dump_sram());
  for (RawSide* side : sides()) EXPECT_EQ(side->dump, filled());
}

// In FAULT the attributes may be written, too; what leads out of it clears.
TEST_P(SramClearing, SecuritySwitchAfterAFault) {
  expect_cleared_by([this](sim::Target& target) {
    StreamBuilder builder;
    builder.add(spec::DmaCommand{.header = {.opcode = spec::Opcode::kLoad},
                                 .ax_len = 16,
                                 .window = 5,  // grants nothing
                                 .ax_rows = 1,
                                 .sp_len = 16});
    builder.end();
    const RawStream stream = finish(builder);
    RawSide& side = &target == bench_.rtl().target.get() ? bench_.rtl() : bench_.model();
    const auto size = static_cast<std::uint32_t>(stream.words.size() * 4);
    EXPECT_EQ(RawBench::run(side, stream, size, 1).job.fault, spec::Fault::kAddress);
    set_prot(target, kPrivileged);
    EXPECT_EQ(state_of(target), spec::State::kFault);
    target.write32(reg::Control::kOffset, reg::Control::kSoftReset.mask());
    target.step(64);
  });
}

INSTANTIATE_TEST_SUITE_P(All, SramClearing, testing::ValuesIn(sim::verilated_configurations()), name_of_instance);

}  // namespace
}  // namespace auklet::test
