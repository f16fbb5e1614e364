// Command encodings of the generated header: every field of every format, alone and together.
#include <gtest/gtest.h>

#include <array>
#include <auklet/spec/commands.hpp>
#include <cstdint>
#include <random>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace auklet::spec {
namespace {

constexpr std::uint32_t kAllOnes = 0xffffffffU;

/// Values worth trying in a field: its limits, and patterns that a wrong position or width would show.
std::vector<std::int64_t> interesting_values(const CommandField& field) {
  std::vector<std::int64_t> values;
  for (const std::int64_t value : {field.min, field.max, field.min + 1, field.max - 1, std::int64_t{0}, std::int64_t{1},
                                   std::int64_t{-1}, std::int64_t{0x5a5a5a5a}, std::int64_t{0x555550}}) {
    const std::int64_t aligned = value - value % static_cast<std::int64_t>(field.align);
    if (field.allows(aligned)) values.push_back(aligned);
  }
  return values;
}

/// Writes `field` over words of all zeros and of all ones: its value must come back and no other bit may change.
void expect_round_trip(const CommandField& field, std::size_t words) {
  ASSERT_LT(field.word, words) << field.name;
  const std::vector<std::int64_t> values = interesting_values(field);
  ASSERT_FALSE(values.empty()) << field.name;
  for (const std::int64_t value : values) {
    for (const std::uint32_t background : {0U, kAllOnes}) {
      std::vector<std::uint32_t> buffer(words, background);
      field.set(buffer, value);
      EXPECT_EQ(field.get(buffer), value) << field.name << " over " << background;
      for (std::size_t i = 0; i < words; ++i) {
        const std::uint32_t others = i == field.word ? ~field.mask() : kAllOnes;
        EXPECT_EQ(buffer[i] & others, background & others) << field.name << " spills into word " << i;
      }
    }
  }
}

TEST(CommandFields, EveryFieldOfEveryFormatRoundTrips) {
  for (const CommandField& field : CommandHeaderFields::kAll) expect_round_trip(field, 3);
  for (const CommandField& field : StreamHeaderFields::kAll) expect_round_trip(field, StreamHeader::kWords);
  for (const CommandInfo& info : kCommands) {
    for (const CommandField& field : info.fields) expect_round_trip(field, info.words);
  }
}

TEST(CommandFields, IsLegalIsAllowsOfTheValue) {
  std::mt19937 random(1);
  const auto expect_same = [&](const CommandField& field, std::size_t words) {
    std::vector<std::uint32_t> buffer(words);
    for (int i = 0; i < 2000; ++i) {
      for (std::uint32_t& word : buffer) word = static_cast<std::uint32_t>(random());
      // Random words seldom meet a limit: every other time the field is next to one.
      if (i % 2 == 0) {
        const std::int64_t limit = i % 4 == 0 ? field.min : field.max;
        field.set(buffer, limit + static_cast<std::int64_t>(random() % 5) - 2);
      }
      ASSERT_EQ(field.is_legal(buffer), field.allows(field.get(buffer))) << field.name << ' ' << field.get(buffer);
    }
  };
  for (const CommandInfo& info : kCommands) {
    for (const CommandField& field : info.fields) expect_same(field, info.words);
  }
  for (const CommandField& field : StreamHeaderFields::kAll) expect_same(field, StreamHeader::kWords);
}

TEST(CommandFields, ValuesOutsideTheLimitsAreRefused) {
  for (const CommandInfo& info : kCommands) {
    for (const CommandField& field : info.fields) {
      EXPECT_FALSE(field.allows(field.min - 1)) << field.name;
      EXPECT_FALSE(field.allows(field.max + 1)) << field.name;
      if (field.align > 1) {
        EXPECT_FALSE(field.allows(field.min + 1)) << field.name;
      }
    }
  }
}

TEST(CommandFields, SignedFieldsExtendTheirSign) {
  std::array<std::uint32_t, GeomCommand::kWords> words{};
  words[7] = 0x00fffff0U;
  EXPECT_EQ(GeomFields::kR0.get(words), -16);
  words[7] = 0x7f800000U;
  EXPECT_EQ(GeomFields::kR0.get(words), -8388608);
  EXPECT_EQ(GeomFields::kDilY.get(words), 127) << "an unsigned neighbour";
}

TEST(Commands, TableIsConsistent) {
  std::set<std::uint32_t> opcodes;
  for (const CommandInfo& info : kCommands) {
    EXPECT_TRUE(opcodes.insert(static_cast<std::uint32_t>(info.opcode)).second) << info.name;
    EXPECT_EQ(info.words % 4, 0U) << info.name << ": commands are whole SRAM words";
    EXPECT_EQ(info.reserved.size(), info.words) << info.name;
    EXPECT_EQ(command_info(info.opcode), &info);
  }
  EXPECT_EQ(command_info(std::uint32_t{0}), nullptr) << "zeroed memory must not be a command";
  EXPECT_EQ(command_info(std::uint32_t{0x110}), nullptr) << "only eight bits are an opcode";
}

DmaCommand some_dma() {
  return {
      .header = {.opcode = Opcode::kStore, .layer = 0x1234, .wait_load = 1, .wait_compute = 0xfffe, .wait_store = 3},
      .offset = 0x89abcdef,
      .ax_len = 0x123456,
      .window = 5,
      .ax_stride = 0xfedcba98,
      .ax_rows = 0x4321,
      .sp_base = 0x0abcd0,
      .sp_len = 0x654321,
      .sp_stride = 0x777770};
}

// Written out by hand from docs/gen/commands.md: the encoding is a contract with streams that exist.
TEST(Commands, DmaEncodingIsPinned) {
  const std::array<std::uint32_t, DmaCommand::kWords> expected{0x12340c11, 0xfffe0001, 0x00000003, 0x89abcdef,
                                                               0x05123456, 0xfedcba98, 0x00004321, 0x000abcd0,
                                                               0x00654321, 0x00777770, 0x00000000, 0x00000000};
  std::array<std::uint32_t, DmaCommand::kWords> words{};
  words.fill(kAllOnes);
  ASSERT_EQ(encode(some_dma(), words), nullptr);
  EXPECT_EQ(words, expected);
  EXPECT_EQ(decode_dma(words), some_dma());
}

TEST(Commands, EncodeRefusesBeforeItWrites) {
  DmaCommand command = some_dma();
  command.ax_rows = 0;
  std::array<std::uint32_t, DmaCommand::kWords> words{};
  words.fill(0xa5a5a5a5U);
  const std::array<std::uint32_t, DmaCommand::kWords> before = words;
  const CommandField* wrong = encode(command, words);
  ASSERT_NE(wrong, nullptr);
  EXPECT_STREQ(wrong->name, "ax_rows");
  EXPECT_EQ(words, before);

  command = some_dma();
  command.sp_base = 8;
  wrong = encode(command, words);
  ASSERT_NE(wrong, nullptr);
  EXPECT_STREQ(wrong->name, "sp_base");
  EXPECT_EQ(words, before);
}

TEST(Commands, EncodeRefusesAnOpcodeOfAnotherFormat) {
  for (const Opcode opcode : {Opcode{0}, Opcode::kConv, Opcode::kEnd, static_cast<Opcode>(0xff)}) {
    DmaCommand command = some_dma();
    command.header.opcode = opcode;
    std::array<std::uint32_t, DmaCommand::kWords> words{};
    EXPECT_EQ(encode(command, words), &CommandHeaderFields::kOpcode) << static_cast<int>(opcode);
  }
}

TEST(Commands, EncodeRefusesHeaderValuesThatDoNotFit) {
  DmaCommand command = some_dma();
  command.header.wait_store = 0x10000;
  std::array<std::uint32_t, DmaCommand::kWords> words{};
  EXPECT_EQ(encode(command, words), &CommandHeaderFields::kWaitStore);
}

/// Fills every field of `info`'s format with its k-th interesting value.
std::vector<std::uint32_t> filled(const CommandInfo& info, std::size_t k) {
  std::vector<std::uint32_t> words(info.words, 0U);
  CommandHeaderFields::kOpcode.set(words, static_cast<std::int64_t>(info.opcode));
  CommandHeaderFields::kWords.set(words, info.words);
  CommandHeaderFields::kLayer.set(words, 0xbeef);
  CommandHeaderFields::kWaitCompute.set(words, 0x8001);
  for (const CommandField& field : info.fields) {
    const std::vector<std::int64_t> values = interesting_values(field);
    field.set(words, values[k % values.size()]);
    ++k;
  }
  return words;
}

/// Decodes and encodes again through the plain struct of the format.
template <typename Command, typename Decode>
std::vector<std::uint32_t> through_struct(std::span<const std::uint32_t> words, Decode decode) {
  std::array<std::uint32_t, Command::kWords> out{};
  const Command command = decode(std::span<const std::uint32_t, Command::kWords>(words));
  EXPECT_EQ(encode(command, out), nullptr);
  return {out.begin(), out.end()};
}

TEST(Commands, StructsCarryEveryBitOfEveryFormat) {
  for (const CommandInfo& info : kCommands) {
    for (std::size_t k = 0; k < 9; ++k) {
      const std::vector<std::uint32_t> words = filled(info, k);
      ASSERT_EQ(first_violation(info.fields, words), nullptr) << info.name;
      ASSERT_FALSE(has_reserved_bits(info.reserved, words)) << info.name;
      std::vector<std::uint32_t> again;
      switch (info.format) {
        case Format::kEnd:
          again = through_struct<EndCommand>(words, decode_end);
          break;
        case Format::kDma:
          again = through_struct<DmaCommand>(words, decode_dma);
          break;
        case Format::kGather:
          again = through_struct<GatherCommand>(words, decode_gather);
          break;
        case Format::kGeom:
          again = through_struct<GeomCommand>(words, decode_geom);
          break;
        case Format::kEltwise:
          again = through_struct<EltwiseCommand>(words, decode_eltwise);
          break;
        case Format::kSoftmax:
          again = through_struct<SoftmaxCommand>(words, decode_softmax);
          break;
      }
      EXPECT_EQ(again, words) << info.name << ", pattern " << k;
    }
  }
}

TEST(Commands, EveryReservedBitIsSeen) {
  for (const CommandInfo& info : kCommands) {
    std::vector<std::uint32_t> words = filled(info, 0);
    for (std::size_t i = 0; i < words.size(); ++i) {
      for (std::uint32_t bit = 1; bit != 0; bit <<= 1) {
        if ((info.reserved[i] & bit) == 0) continue;
        words[i] |= bit;
        EXPECT_TRUE(has_reserved_bits(info.reserved, words)) << info.name << " word " << i;
        words[i] &= ~bit;
      }
    }
    EXPECT_FALSE(has_reserved_bits(info.reserved, words)) << info.name;
  }
}

TEST(Commands, ViolationsNameTheField) {
  const CommandInfo& conv = *command_info(Opcode::kConv);
  std::vector<std::uint32_t> words = filled(conv, 0);
  GeomFields::kStripe.set(words, 65);
  const CommandField* wrong = first_violation(conv.fields, words);
  ASSERT_NE(wrong, nullptr);
  EXPECT_STREQ(wrong->name, "stripe");
}

TEST(StreamHeader, RoundTripsAndStartsWithMagicAndVersion) {
  const StreamHeader header{.macs = 256, .length = 96, .commands = 2, .sram = 0x80000, .crc32 = 0xcafef00d};
  std::array<std::uint32_t, StreamHeader::kWords> words{};
  ASSERT_EQ(encode(header, words), nullptr);
  const std::array<std::uint32_t, StreamHeader::kWords> expected{0x534b5541, 0x01000001, 96, 2,
                                                                 0x80000,    0xcafef00d, 0,  0};
  EXPECT_EQ(words, expected);
  EXPECT_EQ(decode_stream_header(words), header);

  StreamHeader too_big = header;
  too_big.macs = 0x10000;
  EXPECT_EQ(encode(too_big, words), &StreamHeaderFields::kMacs);
}

}  // namespace
}  // namespace auklet::spec
