// Flipped bits in the SRAM of the RTL: one in a word is corrected and counted, two are fault INTEGRITY. The functional
// model says the same. Without check bits, a flipped bit is a wrong byte.
#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "../common/verilated_configuration.hpp"
#include "raw_fixture.hpp"

namespace auklet::test {
namespace {

namespace reg = spec::reg;
using spec::Opcode;

constexpr std::uint32_t kWordBits = 128 + spec::kEccBits;

/// A command that reads `words`, each the address of a word of SRAM.
struct Reader {
  std::string name;
  std::vector<std::uint32_t> command;
  std::vector<std::uint32_t> words;
};

class SramIntegrity : public RawFixture {
 protected:
  static constexpr std::uint32_t kInput = 0x100;
  static constexpr std::uint32_t kOperand = 0x200;
  static constexpr std::uint32_t kTable = 0x400;
  // The list of indices below kIndexBounds[1].
  static constexpr std::uint32_t kIndices = kParameters + RawMemory::kIndexOffset + RawMemory::kIndexBytes;

  // Puts noise, parameters and indices in SRAM, the same bytes every time.
  void load() {
    StreamBuilder builder;
    load_all(builder);
    builder.end();
    run_on_both(finish(builder));
  }

  bool flip(std::uint32_t address, std::uint32_t bit) {
    return bench_.rtl().target->flip_sram_bit(address, bit) && bench_.model().target->flip_sram_bit(address, bit);
  }

  static std::uint32_t corrected(RawSide& side) { return side.target->read32(reg::IntegrityCorrected::kOffset); }
  static std::uint32_t corrected_address(RawSide& side) { return side.target->read32(reg::IntegrityAddr::kOffset); }

  template <class Command>
  static std::vector<std::uint32_t> encode(const Command& command) {
    std::array<std::uint32_t, Command::kWords> words{};
    EXPECT_EQ(spec::encode(command, words), nullptr);
    return {words.begin(), words.end()};
  }

  [[nodiscard]] RawStream stream_of(const Reader& reader) const {
    StreamBuilder builder;
    builder.add_raw(reader.command);
    builder.end();
    return finish(builder);
  }

  RawOutcome run(RawSide& side, const RawStream& stream) {
    return RawBench::run(side, stream, static_cast<std::uint32_t>(stream.words.size() * 4), 1);
  }

  static spec::GeomCommand geometry_now(Opcode opcode) {
    spec::GeomCommand c = geometry(opcode);
    c.header.wait_load = 0;
    c.in_base = kInput;
    return c;
  }

  static Reader store() {
    return {"store",
            encode(spec::DmaCommand{.header = {.opcode = Opcode::kStore},
                                    .ax_len = 4096,
                                    .window = RawMemory::kDumpWindow,
                                    .ax_rows = 1,
                                    .sp_len = 4096}),
            {0, 0x10, 0x7f0, 0xff0}};
  }
  static Reader gather() {
    spec::GatherCommand c{.header = {.opcode = Opcode::kGather}};
    c.ax_len = c.ax_stride = 16;
    c.ax_rows = 100;
    c.n = 8;
    c.sp_base = kOutput;
    c.idx_base = kIndices;
    c.sp_stride = 16;
    return {"gather", encode(c), {kIndices, kIndices + 0x10}};
  }
  static Reader convolution() {
    spec::GeomCommand c = geometry_now(Opcode::kConv);
    c.out_w = c.stripe = 4;
    c.x_step = c.out_x_pitch = 16;
    return {"convolution",
            encode(c),
            {kInput, kInput + 0x10, kInput + 0x30, c.w_base, c.w_base + 0xf0, kParameters, kParameters + 0x40,
             kParameters + 0x80}};
  }
  static Reader depthwise() {
    spec::GeomCommand c = geometry_now(Opcode::kDwconv);
    return {"depthwise", encode(c), {kInput, c.w_base, kParameters}};
  }
  static Reader pool() { return {"pool", encode(geometry_now(Opcode::kMaxpool)), {kInput}}; }
  static spec::EltwiseCommand elementwise(Opcode opcode) {
    spec::EltwiseCommand c{.header = {.opcode = opcode}};
    c.a_base = kInput;
    c.n0 = 2;
    c.n1 = 1;
    c.a_step0 = c.b_step0 = 16;
    c.out_base = kOutput;
    c.act_min = -128;
    c.act_max = 127;
    c.a_mult = c.b_mult = c.out_mult = 1 << 30;
    return c;
  }
  static Reader sum() {
    spec::EltwiseCommand c = elementwise(Opcode::kAdd);
    c.b_base = kOperand;
    return {"sum", encode(c), {kInput, kInput + 0x10, kOperand, kOperand + 0x10}};
  }
  static Reader lookup() {
    spec::EltwiseCommand c = elementwise(Opcode::kTable);
    c.b_base = kTable;
    return {"lookup", encode(c), {kInput + 0x10, kTable, kTable + 0xf0}};
  }
  static Reader softmax() {
    spec::SoftmaxCommand c{.header = {.opcode = Opcode::kSoftmax}};
    c.a_base = kInput;
    c.table_base = kTable;
    c.out_base = kOutput;
    c.n = 16;
    c.rows = 1;
    return {"softmax", encode(c), {kInput, kTable, kTable + 0x3f0}};
  }
  static std::vector<Reader> readers() {
    return {store(), gather(), convolution(), depthwise(), pool(), sum(), lookup(), softmax()};
  }

  // Two bits of a word, check bits included.
  static std::pair<std::uint32_t, std::uint32_t> pair_for(std::uint32_t n) {
    Random random(n);
    const std::uint32_t first = random.in<std::uint32_t>(0, kWordBits - 1);
    const std::uint32_t second = random.in<std::uint32_t>(0, kWordBits - 2);
    return {first, second + (second >= first ? 1 : 0)};
  }
};

TEST_P(SramIntegrity, CountsNothingWithoutFlips) {
  load();
  for (const Reader& reader : readers()) run_on_both(stream_of(reader));
  expect_equal_sram();
  for (RawSide* side : sides()) {
    EXPECT_EQ(corrected(*side), 0U);
    EXPECT_EQ(corrected_address(*side), 0U);
  }
}

TEST_P(SramIntegrity, RefusesBitsAndWordsThatDoNotExist) {
  for (RawSide* side : sides()) {
    EXPECT_FALSE(side->target->flip_sram_bit(bench_.config().sram_bytes, 0));
    EXPECT_FALSE(side->target->flip_sram_bit(0, GetParam().sram_ecc ? kWordBits : 128));
  }
}

class SramWithoutEcc : public SramIntegrity {};

TEST_P(SramWithoutEcc, AFlipIsAWrongByte) {
  load();
  ASSERT_TRUE(bench_.dump_sram());
  std::vector<std::uint8_t> expected = bench_.rtl().dump;
  for (const std::uint32_t address : {0x0U, 0x7ff4U, 0x8010U, 0x5fff0U}) {
    ASSERT_TRUE(flip(address, 43));
    expected[address / 16 * 16 + 5] ^= 0x8;
  }
  ASSERT_TRUE(bench_.dump_sram());
  for (RawSide* side : sides()) {
    EXPECT_EQ(side->dump, expected);
    EXPECT_EQ(corrected(*side), 0U);
  }
}

class SramEcc : public SramIntegrity {
 protected:
  void SetUp() override { load(); }
};

TEST_P(SramEcc, EverySingleFlipIsCorrectedAndCounted) {
  ASSERT_TRUE(bench_.dump_sram());
  const std::vector<std::uint8_t> expected = bench_.rtl().dump;
  // In the words of all banks, and in words of zeros.
  const auto address = [](std::uint32_t bit) { return bit * 0xb30; };
  for (std::uint32_t bit = 0; bit < kWordBits; ++bit) ASSERT_TRUE(flip(address(bit), bit));
  ASSERT_TRUE(bench_.dump_sram());
  for (RawSide* side : sides()) {
    EXPECT_EQ(side->dump, expected);
    EXPECT_EQ(corrected(*side), kWordBits);
    EXPECT_EQ(corrected_address(*side), address(kWordBits - 1));
  }
  // They are corrected on the way, not in the SRAM. A soft reset clears that, and keeps the counts.
  ASSERT_TRUE(bench_.reset());
  ASSERT_TRUE(bench_.dump_sram());
  for (RawSide* side : sides()) EXPECT_EQ(corrected(*side), kWordBits);
  for (RawSide* side : sides()) {
    side->target->hard_reset();
    EXPECT_EQ(corrected(*side), 0U);
    EXPECT_EQ(corrected_address(*side), 0U);
  }
}

TEST_P(SramEcc, EveryReaderIsCorrected) {
  for (const Reader& reader : readers()) {
    SCOPED_TRACE(reader.name);
    ASSERT_TRUE(bench_.reset());
    load();
    const RawStream stream = stream_of(reader);
    run_on_both(stream);
    ASSERT_TRUE(bench_.dump_sram());
    const std::vector<std::uint8_t> expected = bench_.rtl().dump;
    std::uint32_t n = 0;
    for (const std::uint32_t word : reader.words) {
      ASSERT_TRUE(bench_.reset());
      load();
      ASSERT_TRUE(flip(word, n++ * 17 % kWordBits));
      for (RawSide* side : sides()) {
        const std::uint32_t before = corrected(*side);
        EXPECT_TRUE(run(*side, stream).job.done);
        EXPECT_GE(corrected(*side) - before, 1U) << std::hex << word;
        EXPECT_EQ(corrected_address(*side), word);
      }
      ASSERT_TRUE(bench_.dump_sram());
      for (RawSide* side : sides()) EXPECT_EQ(side->dump, expected) << std::hex << word;
    }
  }
}

TEST_P(SramEcc, TwoFlipsAreAFaultForEveryReader) {
  std::uint32_t n = 0;
  for (const Reader& reader : readers()) {
    const auto channel = reader.name == "store"    ? spec::Channel::kStore
                         : reader.name == "gather" ? spec::Channel::kLoad
                                                   : spec::Channel::kCompute;
    for (const std::uint32_t word : reader.words) {
      SCOPED_TRACE(testing::Message() << reader.name << ", word " << std::hex << word);
      ASSERT_TRUE(bench_.reset());
      load();
      const auto [first, second] = pair_for(++n);
      ASSERT_TRUE(flip(word, first) && flip(word, second));
      StreamBuilder builder;
      builder.add(spec::DmaCommand{
          .header = {.opcode = Opcode::kLoad}, .ax_len = 16, .ax_rows = 1, .sp_base = 0x60000, .sp_len = 16});
      const std::uint32_t offset = builder.add_raw(reader.command);
      builder.end();
      const RawStream stream = finish(builder);
      for (RawSide* side : sides()) {
        std::ranges::fill(side->dump, std::uint8_t{0xee});
        const RawOutcome outcome = run(*side, stream);
        EXPECT_FALSE(outcome.job.done);
        EXPECT_TRUE(outcome.job.faulted);
        EXPECT_EQ(outcome.job.fault, spec::Fault::kIntegrity);
        EXPECT_EQ(outcome.job.channel, channel);
        EXPECT_EQ(outcome.job.code, spec::CommandError::kNone);
        EXPECT_EQ(outcome.job.fault_address, word);
        EXPECT_EQ(outcome.job.fault_offset, offset);
        EXPECT_EQ(outcome.state, static_cast<std::uint32_t>(spec::State::kFault));
        // What is wrong never reaches memory.
        const auto kept = std::span(side->dump).subspan(word, 16);
        EXPECT_TRUE(std::ranges::all_of(kept, [](std::uint8_t byte) { return byte == 0xee; }));
      }
      EXPECT_EQ(bench_.npu().protocol_violations(), 0U);
    }
  }
  // The next good job is right.
  ASSERT_TRUE(bench_.reset());
  load();
  expect_equal_sram();
}

TEST_P(SramEcc, AWordThatIsWrittenIsWholeAgain) {
  ASSERT_TRUE(flip(kInput, 3) && flip(kInput, 77) && flip(kOutput, 1) && flip(kOutput, 2));
  load();                                 // by LOAD
  run_on_both(stream_of(convolution()));  // by the array
  expect_equal_sram();
  for (RawSide* side : sides()) EXPECT_EQ(corrected(*side), 0U);
}

TEST_P(SramEcc, AWordThatIsClearedIsWholeAgain) {
  ASSERT_TRUE(flip(kInput, 3) && flip(kInput, 77));
  for (RawSide* side : sides()) {
    side->target->write32(reg::Control::kOffset, reg::Control::kClearSram.mask());
    ASSERT_TRUE(wait_until_idle(*side->target));
  }
  expect_equal_sram();
  for (RawSide* side : sides()) EXPECT_EQ(corrected(*side), 0U);
}

// Three and more may pass for one; RTL and model say the same of them.
TEST_P(SramEcc, MoreFlipsAreSeenAlike) {
  for (std::uint32_t n = 0; n < 60; ++n) {
    SCOPED_TRACE(n);
    ASSERT_TRUE(bench_.reset());
    load();
    Random random(n + 1000);
    const std::uint32_t flips = random.in<std::uint32_t>(3, 6);
    for (std::uint32_t i = 0; i < flips; ++i) ASSERT_TRUE(flip(0x40, random.in<std::uint32_t>(0, kWordBits - 1)));
    const RawStream stream = stream_of(store());
    const std::uint32_t before[] = {corrected(bench_.rtl()), corrected(bench_.model())};
    const RawOutcome rtl = run(bench_.rtl(), stream);
    const RawOutcome model = run(bench_.model(), stream);
    EXPECT_EQ(rtl.job.done, model.job.done);
    EXPECT_EQ(rtl.job.fault, model.job.fault);
    EXPECT_EQ(rtl.job.fault_address, model.job.fault_address);
    EXPECT_EQ(corrected(bench_.rtl()) - before[0], corrected(bench_.model()) - before[1]);
    if (rtl.job.done) {
      EXPECT_EQ(bench_.rtl().dump, bench_.model().dump);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All, SramIntegrity, testing::ValuesIn(sim::verilated_configurations()), name_of_instance);
std::vector<sim::VerilatedConfiguration> configurations(bool sram_ecc) {
  std::vector<sim::VerilatedConfiguration> found;
  for (const sim::VerilatedConfiguration& configuration : sim::verilated_configurations()) {
    if (configuration.sram_ecc == sram_ecc) found.push_back(configuration);
  }
  return found;
}
// A build may lack one of the two.
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(SramEcc);
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(SramWithoutEcc);
INSTANTIATE_TEST_SUITE_P(All, SramEcc, testing::ValuesIn(configurations(true)), name_of_instance);
INSTANTIATE_TEST_SUITE_P(All, SramWithoutEcc, testing::ValuesIn(configurations(false)), name_of_instance);

}  // namespace
}  // namespace auklet::test
