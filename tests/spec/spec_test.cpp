// Registers, constants and enumerations of the generated headers. Values written out here are the contract with
// hardware that exists: a test that fails after a change of spec/auklet.yaml says that the change breaks it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <auklet/spec/spec.hpp>
#include <cstdint>
#include <cstring>
#include <set>
#include <string>

extern "C" {
std::uint32_t auklet_c_status_offset(void);
std::uint32_t auklet_c_status_state_mask(void);
std::uint32_t auklet_c_status_state_shift(void);
std::uint32_t auklet_c_state_idle(void);
std::uint32_t auklet_c_window_attr_offset(std::uint32_t index);
std::uint32_t auklet_c_opcode_add(void);
std::uint32_t auklet_c_stream_magic(void);
}

namespace auklet::spec {
namespace {

// Wrong directions do not compile: the concepts are what a register accessor constrains its template with.
static_assert(Readable<reg::Status> && !Writable<reg::Status>);
static_assert(Writable<reg::Control> && !Readable<reg::Control>);
static_assert(Readable<reg::IrqRaw> && Writable<reg::IrqRaw>);
static_assert(reg::CmdBaseLo::kLocked && !reg::IrqMask::kLocked);

TEST(Registers, IdentificationIsWhereProbesExpectIt) {
  EXPECT_EQ(reg::Id::kOffset, 0x000U);
  EXPECT_EQ(reg::Id::kReset, 0x41554b4cU);
  EXPECT_EQ(reg::Version::kOffset, 0x004U);
}

TEST(Registers, FieldsExtractWhatTheyInsertAndKeepTheRest) {
  const std::uint32_t word = reg::AxiAttr::kMaxOutstanding.insert(0xffffffffU, 5);
  EXPECT_EQ(word, 0xfffff5ffU);
  EXPECT_EQ(reg::AxiAttr::kMaxOutstanding.extract(word), 5U);
  EXPECT_EQ(reg::AxiAttr::kCache.extract(word), 15U);
  EXPECT_EQ(reg::AxiAttr::kMaxOutstanding.make(0x1f), 0xf00U) << "bits beyond the width must not spill over";
  EXPECT_EQ(reg::CmdSize::kValue.insert(0, 0xdeadbeefU), 0xdeadbeefU) << "a field of all 32 bits";
}

TEST(Registers, EnumeratedFieldsHaveTheirType) {
  EXPECT_EQ(reg::Status::kState.extract(0xfffffff8U | 4U), State::kFault);
  EXPECT_EQ(reg::FaultCause::kCode.make(CommandError::kReserved), 7U << 8);
}

TEST(Registers, CausesAreNumberedWithoutGaps) {
  for (std::uint32_t i = 0; i <= 15; ++i) {
    EXPECT_EQ(to_string(Cause{i})[0] == '?', i > kCauses) << "cause " << i;
  }
  EXPECT_EQ(reg::PmuLogIndex::kItem.make(Cause::kCommand) | reg::PmuLogIndex::kValue.make(255), 0xaffU);
}

TEST(Registers, TableAgreesWithTheTypesAndCoversEachOffsetOnce) {
  std::set<std::uint32_t> offsets;
  for (const RegisterInfo& info : kRegisters) {
    EXPECT_EQ(info.reset & ~info.field_mask, 0U) << info.name;
    EXPECT_EQ(info.reset_mask & ~info.field_mask, 0U) << info.name;
    for (std::uint32_t i = 0; i < info.count; ++i) {
      const std::uint32_t offset = info.offset + i * info.stride;
      EXPECT_TRUE(offsets.insert(offset).second) << info.name << " shares offset " << offset;
      EXPECT_EQ(find_register(offset), &info) << info.name;
    }
  }
  EXPECT_EQ(find_register(reg::WindowSize::offset(7))->name, std::string("WINDOW_SIZE"));
}

TEST(Registers, UnmappedOffsetsAreNotFound) {
  EXPECT_EQ(find_register(0x03c), nullptr);
  EXPECT_EQ(find_register(reg::PmuCount::offset(7) + 4), nullptr);
  EXPECT_EQ(find_register(reg::Status::kOffset + 1), nullptr) << "registers are whole words";
  EXPECT_EQ(find_register(0xffc), nullptr);
}

TEST(Enums, NamesAreTheDocumentationsAndUnknownValuesHaveNone) {
  EXPECT_STREQ(to_string(Fault::kAxiDecerr), "AXI_DECERR");
  EXPECT_STREQ(to_string(static_cast<Fault>(15)), "?");
  EXPECT_STREQ(to_string(Opcode::kDwconv), "DWCONV");
  EXPECT_STREQ(to_string(Opcode{0}), "?");
}

TEST(Configurations, MacsAreLanesTimesRowsTimesGroups) {
  for (const HardwareConfig& config : kConfigurations) {
    EXPECT_EQ(config.macs, kLanes * config.rows * config.groups) << config.name;
    EXPECT_EQ(config.sram_bytes % (kSramRegions * 2 * kLanes), 0U) << config.name << ": banks of whole words";
  }
  EXPECT_STREQ(kDefaultConfiguration.name, "npu256");
}

TEST(Constants, StreamMagicReadsAuksInMemory) {
  // Little-endian by definition of the stream, whatever the host is.
  std::string text;
  for (unsigned byte = 0; byte < 4; ++byte) text += static_cast<char>((kStreamMagic >> (8 * byte)) & 0xffU);
  EXPECT_EQ(text, "AUKS");
}

TEST(CHeader, AgreesWithTheCppHeader) {
  EXPECT_EQ(auklet_c_status_offset(), reg::Status::kOffset);
  EXPECT_EQ(auklet_c_status_state_mask(), reg::Status::kState.mask());
  EXPECT_EQ(auklet_c_status_state_shift(), reg::Status::kState.lsb);
  EXPECT_EQ(auklet_c_state_idle(), static_cast<std::uint32_t>(State::kIdle));
  EXPECT_EQ(auklet_c_window_attr_offset(3), reg::WindowAttr::offset(3));
  EXPECT_EQ(auklet_c_opcode_add(), static_cast<std::uint32_t>(Opcode::kAdd));
  EXPECT_EQ(auklet_c_stream_magic(), kStreamMagic);
}

}  // namespace
}  // namespace auklet::spec
