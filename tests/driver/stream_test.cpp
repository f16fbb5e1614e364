// validate_stream(): every rule of framing, fields, windows and waits, each with the offset that it reports.
#include <gtest/gtest.h>

#include <array>
#include <auklet/npu/stream.hpp>
#include <limits>

#include "stream_builder.hpp"

namespace auklet::test {
namespace {

using npu::Access;
using npu::Status;
using npu::StreamReport;
using npu::Window;
using Common = spec::CommandHeaderFields;
using Header = spec::StreamHeaderFields;

constexpr std::array<Window, 2> kWindows{Window{0x1000, 4096, Access::kRead}, Window{0x8000, 4096, Access::kWrite}};

StreamReport validate(std::span<const std::uint32_t> words, std::span<const Window> windows = kWindows) {
  return npu::validate_stream(words, kConfiguration, windows);
}

/// One of every command, each whole and legal.
StreamBuilder everything() {
  StreamBuilder builder;
  builder.add(load()).add(conv()).add(depthwise()).add(pool(spec::Opcode::kMaxpool));
  builder.add(pool(spec::Opcode::kAvgpool)).add(add()).add(store()).end();
  return builder;
}
constexpr std::size_t kLoad = 0, kConv = 1, kDepthwise = 2, kAvgpool = 4, kAdd = 5, kStore = 6, kEnd = 7;

TEST(StreamTest, EveryCommandPasses) {
  StreamBuilder builder = everything();
  const StreamReport report = validate(builder.seal());
  EXPECT_EQ(report.status, Status::kOk) << npu::to_string(report.status) << " at " << report.offset;
}

TEST(StreamTest, TheShortestStreamIsAnEnd) {
  StreamBuilder builder;
  EXPECT_EQ(validate(builder.end().seal()).status, Status::kOk);
}

// ---- header ----

TEST(StreamTest, Length) {
  EXPECT_EQ(validate({}).status, Status::kStreamLength);
  StreamBuilder builder = everything();
  std::vector<std::uint32_t> words = builder.seal();
  for (std::size_t size = 0; size < words.size(); ++size) {
    const std::vector<std::uint32_t> cut(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_EQ(validate(cut).status, Status::kStreamLength) << size;
  }
  words.resize(words.size() + 4);
  const StreamReport report = validate(words);
  EXPECT_EQ(report.status, Status::kStreamLength);
  EXPECT_EQ(report.actual, words.size() * 4);
  EXPECT_EQ(report.expected, words.size() * 4 - 16);
}

TEST(StreamTest, HeaderFields) {
  const struct {
    spec::CommandField field;
    std::int64_t value;
    Status status;
  } cases[] = {
      {Header::kMagic, 0x534b5542, Status::kStreamMagic},
      {Header::kVersion, spec::kStreamVersion + 1, Status::kStreamVersion},
      {Header::kMacs, kConfiguration.macs * 2, Status::kStreamMacs},
      {Header::kSram, kConfiguration.sram_bytes() + 1, Status::kStreamSram},
      {Header::kLength, 16, Status::kStreamLength},
      {Header::kCrc32, 0, Status::kStreamChecksum},
      {Header::kCommands, 7, Status::kStreamCommandCount},
      {Header::kCommands, 9, Status::kStreamCommandCount},
  };
  for (const auto& [field, value, status] : cases) {
    StreamBuilder builder = everything();
    std::vector<std::uint32_t>& words = builder.seal();
    field.set(words, value);
    const StreamReport report = validate(words);
    EXPECT_EQ(report.status, status) << field.name;
    EXPECT_EQ(report.offset, 0U);
    EXPECT_EQ(report.word, field.word);
  }
  for (const std::size_t word : {6U, 7U}) {
    StreamBuilder builder = everything();
    builder.seal()[word] = 0x80000000;
    EXPECT_EQ(validate(builder.words()).status, Status::kStreamReserved);
  }
}

TEST(StreamTest, ChecksumIsThatOfTheStandard) {
  // The check value of CRC-32 is that of "123456789"; of whole words, of these well-known bytes.
  EXPECT_EQ(plan::crc32(std::array<std::uint32_t, 1>{0x34333231}), 0x9BE3E0A3U);              // "1234"
  EXPECT_EQ(plan::crc32(std::array<std::uint32_t, 2>{0x34333231, 0x38373635}), 0x9AE0DAAFU);  // "12345678"
}

// ---- framing of commands ----

TEST(StreamTest, UnknownOpcode) {
  for (const std::uint32_t opcode : {0x00U, 0x02U, 0x25U, 0xFFU}) {
    StreamBuilder builder = everything();
    builder.set(kDepthwise, Common::kOpcode, opcode);
    const StreamReport report = validate(builder.seal());
    EXPECT_EQ(report.status, Status::kStreamOpcode);
    EXPECT_EQ(report.offset, builder.offset(kDepthwise));
    EXPECT_EQ(report.opcode, opcode);
  }
}

TEST(StreamTest, WrongWords) {
  for (const std::uint32_t count : {0U, 4U, 13U, 255U}) {
    StreamBuilder builder = everything();
    builder.set(kStore, Common::kWords, count);
    const StreamReport report = validate(builder.seal());
    EXPECT_EQ(report.status, Status::kStreamWords);
    EXPECT_EQ(report.offset, builder.offset(kStore));
    EXPECT_EQ(report.expected, spec::DmaCommand::kWords);
  }
}

TEST(StreamTest, TruncatedLastCommand) {
  StreamBuilder builder;
  builder.add(load()).add(conv());
  builder.words().resize(builder.words().size() - 4);
  const StreamReport report = validate(builder.seal());
  EXPECT_EQ(report.status, Status::kStreamTruncated);
  EXPECT_EQ(report.offset, builder.offset(1));
}

TEST(StreamTest, EveryReservedBitOfEveryCommand) {
  StreamBuilder good = everything();
  for (std::size_t index = 0; index <= kEnd; ++index) {
    const spec::CommandInfo* info = spec::command_info(good.word(index, 0) & 0xFF);
    ASSERT_NE(info, nullptr);
    for (std::size_t word = 0; word < info->words; ++word) {
      for (std::uint32_t bit = 0; bit < 32; ++bit) {
        if (((info->reserved[word] >> bit) & 1U) == 0) continue;
        StreamBuilder builder = good;
        builder.word(index, word) |= 1U << bit;
        const StreamReport report = validate(builder.seal());
        ASSERT_EQ(report.status, Status::kStreamReserved) << info->name << " word " << word << " bit " << bit;
        ASSERT_EQ(report.offset, builder.offset(index));
        ASSERT_EQ(report.word, word);
      }
    }
  }
}

TEST(StreamTest, EndIsThereAndIsTheLast) {
  StreamBuilder no_end;
  no_end.add(load());
  StreamReport report = validate(no_end.seal());
  EXPECT_EQ(report.status, Status::kStreamNoEnd);
  EXPECT_EQ(report.offset, no_end.words().size() * 4);

  StreamBuilder trailing;
  trailing.end().add(load()).end();
  report = validate(trailing.seal());
  EXPECT_EQ(report.status, Status::kStreamTrailing);
  EXPECT_EQ(report.offset, trailing.offset(0));
}

// ---- fields ----

/// Every field with a limit, just outside of it.
TEST(StreamTest, EveryLimitOfEveryField) {
  StreamBuilder good = everything();
  for (std::size_t index = 0; index <= kEnd; ++index) {
    const spec::CommandInfo* info = spec::command_info(good.word(index, 0) & 0xFF);
    for (const spec::CommandField& field : info->fields) {
      std::vector<std::int64_t> bad;
      if (field.min == 1) bad.push_back(0);
      if (!field.is_signed && field.max < field.mask() >> field.lsb) bad.push_back(field.max + 1);
      if (field.align > 1) bad.push_back(field.get(std::span(good.words()).subspan(good.offset(index) / 4)) + 1);
      for (const std::int64_t value : bad) {
        StreamBuilder builder = good;
        builder.set(index, field, value);
        const StreamReport report = validate(builder.seal());
        EXPECT_EQ(report.status, Status::kStreamField) << info->name << "." << field.name << " = " << value;
        EXPECT_EQ(report.offset, builder.offset(index));
        EXPECT_EQ(report.word, field.word);
        EXPECT_EQ(report.actual, static_cast<std::uint64_t>(value));
      }
    }
  }
}

TEST(StreamTest, RulesOfUnpack) {
  using Dma = spec::DmaFields;
  const auto refused = [](const spec::CommandField& field, std::int64_t value) {
    StreamBuilder builder;
    spec::DmaCommand command = load(40);
    command.header.opcode = spec::Opcode::kUnpack;
    command.sp_len = 64;
    builder.add(command).end();
    builder.set(0, field, value);
    return validate(builder.seal()).status;
  };
  EXPECT_EQ(refused(Dma::kSpLen, 64), Status::kOk);
  EXPECT_EQ(refused(Dma::kSpLen, 72), Status::kStreamField);
  EXPECT_EQ(refused(Dma::kAxRows, 2), Status::kStreamField);
  EXPECT_EQ(refused(Dma::kSpLen, 0xfffff0), Status::kStreamSramRange) << "however few bytes it has";
}

TEST(StreamTest, RulesOfDepthwiseRows) {
  using Geom = spec::GeomFields;
  const auto refused = [](const spec::CommandField& field, std::int64_t value) {
    StreamBuilder builder;
    builder.add(depthwise_rows()).end();
    builder.set(0, field, value);
    return validate(builder.seal()).status == Status::kStreamField;
  };
  EXPECT_FALSE(refused(Geom::kKxN, spec::kDwrowsCols));
  EXPECT_TRUE(refused(Geom::kKxN, spec::kDwrowsCols + 1));
  EXPECT_FALSE(refused(Geom::kPadTop, 200)) << "any, as for CONV";
  EXPECT_TRUE(refused(Geom::kPadLeft, 3));
  EXPECT_FALSE(refused(Geom::kInW, 65535));
  EXPECT_TRUE(refused(Geom::kInW, 0));
  EXPECT_TRUE(refused(Geom::kStrideX, 0));
  EXPECT_TRUE(refused(Geom::kStripe, 3)) << "an output row is a stripe";
}

TEST(StreamTest, RulesOfSingleOpcodes) {
  using Geom = spec::GeomFields;
  using Add = spec::EltwiseFields;
  const struct {
    std::size_t command;
    spec::CommandField field;
    std::int64_t value;
  } cases[] = {
      {kDepthwise, Geom::kKh, spec::kDwRows + 1},
      {kDepthwise, Geom::kKxN, spec::kDwCols + 1},
      {kDepthwise, Geom::kPadTop, 3},
      {kDepthwise, Geom::kPadLeft, 3},
      {kDepthwise, Geom::kInW, 0},
      {kDepthwise, Geom::kInW, spec::kDwLineMax + 1},
      {kDepthwise, Geom::kStrideX, 0},
      {kAvgpool, Geom::kKh, 255},  // Times the LSB of kx_n: see below.
      {kConv, Geom::kActMax, -128},
      {kDepthwise, Geom::kActMax, -128},
      {kAvgpool, Geom::kActMax, -128},
      {kAdd, Add::kActMax, -128},
      {kAdd, Add::kAShift, -32},
      {kAdd, Add::kBShift, 32},
      {kAdd, Add::kOutShift, 127},
      {kAdd, Add::kAStep0, 32},
      {kAdd, Add::kBStep0, 240},
      {kAdd, Add::kLeftShift, 21},
  };
  for (const auto& [command, field, value] : cases) {
    StreamBuilder builder = everything();
    builder.set(command, Geom::kActMin, -127);
    if (command == kAdd) builder = everything(), builder.set(kAdd, Add::kActMin, -127);
    if (command == kAvgpool && field.word == Geom::kKh.word) builder.set(kAvgpool, Geom::kKxN, 5);
    builder.set(command, field, value);
    const StreamReport report = validate(builder.seal());
    EXPECT_EQ(report.status, Status::kStreamField) << field.name << " = " << value;
    EXPECT_EQ(report.offset, builder.offset(command)) << field.name;
  }
}

TEST(StreamTest, AveragesOfUpTo1024Pixels) {
  for (const auto& [columns, status] : {std::pair{32, Status::kOk}, std::pair{33, Status::kStreamField}}) {
    StreamBuilder builder = everything();
    builder.set(kAvgpool, spec::GeomFields::kKh, 32);
    builder.set(kAvgpool, spec::GeomFields::kKxN, columns);
    EXPECT_EQ(validate(builder.seal()).status, status);
  }
}

// ---- windows ----

TEST(StreamTest, WindowsThatAreClosedMissingOrOfTheOtherDirection) {
  StreamBuilder builder = everything();
  builder.seal();
  EXPECT_EQ(validate(builder.words(), {}).status, Status::kStreamWindowUnset);
  std::array<Window, 2> windows = kWindows;
  windows[1].size = 0;
  StreamReport report = validate(builder.words(), windows);
  EXPECT_EQ(report.status, Status::kStreamWindowUnset);
  EXPECT_EQ(report.offset, builder.offset(kStore));
  windows = kWindows;
  windows[0].access = Access::kWrite;
  report = validate(builder.words(), windows);
  EXPECT_EQ(report.status, Status::kStreamWindowAccess);
  EXPECT_EQ(report.offset, builder.offset(kLoad));
  windows = kWindows;
  windows[1].access = Access::kRead;
  EXPECT_EQ(validate(builder.words(), windows).status, Status::kStreamWindowAccess);
}

TEST(StreamTest, TransfersStayInTheirWindowInExactArithmetic) {
  using Dma = spec::DmaFields;
  const std::uint32_t most = std::numeric_limits<std::uint32_t>::max();
  const struct {
    std::uint32_t offset, length, rows, stride;
    bool inside;
  } cases[] = {
      {0, 4096, 1, 0, true},
      {1, 4096, 1, 0, false},
      {4095, 1, 1, most, true},  // One row: the stride is not looked at.
      {0, 64, 64, 64, true},
      {0, 64, 64, 65, false},
      {4032, 64, 3, 0, true},
      {most - 63, 64, 1, 0, false},       // The sum is 2^32: zero in 32 bits.
      {0, 64, 2, most - 63, false},       // The same by the stride.
      {0, 64, 3, 0x80000000, false},      // (rows - 1) * stride is 2^32.
      {64, 64, 65535, most - 64, false},  // Near the largest there is.
  };
  for (const auto& test : cases) {
    StreamBuilder builder;
    builder.add(load()).end();
    builder.set(0, Dma::kOffset, test.offset);
    builder.set(0, Dma::kAxLen, test.length);
    builder.set(0, Dma::kAxRows, test.rows);
    builder.set(0, Dma::kAxStride, test.stride);
    builder.set(0, Dma::kSpLen, 4096);
    const Status status = validate(builder.seal()).status;
    EXPECT_EQ(status, test.inside ? Status::kOk : Status::kStreamWindowRange) << test.offset << " " << test.stride;
  }
}

// ---- waits ----

TEST(StreamTest, WaitForMoreThanThereIs) {
  StreamBuilder builder = everything();
  builder.set(kStore, Common::kWaitCompute, 6);
  StreamReport report = validate(builder.seal());
  EXPECT_EQ(report.status, Status::kStreamWait);
  EXPECT_EQ(report.offset, builder.offset(kStore));
  EXPECT_EQ(report.actual, 6U);
  EXPECT_EQ(report.expected, 5U);
  builder = everything();
  builder.set(kEnd, Common::kWaitStore, 2);
  EXPECT_EQ(validate(builder.seal()).status, Status::kStreamWait);
  // As a signed difference this one would be met at once; it is a wait for what never comes all the same.
  builder = everything();
  builder.set(kStore, Common::kWaitLoad, 0xFFFF);
  EXPECT_EQ(validate(builder.seal()).status, Status::kStreamWait);
}

TEST(StreamTest, WaitForItselfOrInACircle) {
  StreamBuilder self = everything();
  self.set(kLoad, Common::kWaitLoad, 1);
  StreamReport report = validate(self.seal());
  EXPECT_EQ(report.status, Status::kStreamDeadlock);
  EXPECT_EQ(report.offset, self.offset(kLoad));

  StreamBuilder circle = everything();  // The load waits for the store, which waits for the load.
  circle.set(kLoad, Common::kWaitStore, 1);
  report = validate(circle.seal());
  EXPECT_EQ(report.status, Status::kStreamDeadlock);
  EXPECT_EQ(report.offset, circle.offset(kLoad));
}

/// `before` loads that wait for the convolution behind them: fine as long as the load engine's queue holds them.
TEST(StreamTest, WaitForALaterCommandThatTheFullQueueKeepsBack) {
  for (const std::uint32_t before : {spec::kLoadQueueDepth, spec::kLoadQueueDepth + 1}) {
    StreamBuilder builder;
    for (std::uint32_t i = 0; i < before; ++i) {
      spec::DmaCommand command = load();
      command.header.wait_compute = 1;
      builder.add(command);
    }
    builder.add(conv()).end();
    const StreamReport report = validate(builder.seal());
    EXPECT_EQ(report.status, before == spec::kLoadQueueDepth ? Status::kOk : Status::kStreamDeadlock);
    if (!report.ok()) {
      EXPECT_EQ(report.offset, builder.offset(0));
    }
  }
}

TEST(StreamTest, EveryCommandWaitsForTheOneBefore) {
  StreamBuilder builder;
  for (std::uint32_t i = 0; i < 300; ++i) {
    spec::DmaCommand in = load();
    in.header.wait_compute = i;
    in.header.wait_store = i;
    spec::GeomCommand compute = conv();
    compute.header.wait_load = i + 1;
    spec::DmaCommand out = store(64, i + 1);
    out.header.wait_compute = i + 1;
    builder.add(in).add(compute).add(out);
  }
  EXPECT_EQ(validate(builder.end().seal()).status, Status::kOk);
}

TEST(StreamTest, MoreCommandsThanTheCountsCanOrder) {
  for (const std::uint32_t count : {32767U, 32768U}) {
    StreamBuilder builder;
    for (std::uint32_t i = 0; i < count; ++i) builder.add(load());
    const StreamReport report = validate(builder.end().seal());
    EXPECT_EQ(report.status, count == 32767U ? Status::kOk : Status::kStreamTooManyCommands);
  }
}

}  // namespace
}  // namespace auklet::test
