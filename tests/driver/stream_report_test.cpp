// validate_stream(): what a refusal says beside its status, and which of two defects it names.
#include <gtest/gtest.h>

#include <array>
#include <auklet/npu/stream.hpp>
#include <ostream>
#include <span>
#include <vector>

#include <sys/mman.h>

#include "stream_builder.hpp"

namespace auklet::test {
namespace {

using npu::Access;
using npu::Status;
using npu::StreamReport;
using npu::Window;
using Common = spec::CommandHeaderFields;
using Dma = spec::DmaFields;
using Geom = spec::GeomFields;

constexpr std::array<Window, 2> kWindows{Window{0x1000, 4096, Access::kRead}, Window{0x8000, 4096, Access::kWrite}};

StreamReport validate(std::span<const std::uint32_t> words) {
  return npu::validate_stream(words, kConfiguration, kWindows);
}

/// Of a refusal: its status, the word that is wrong, what it holds and what it should.
struct Refusal {
  Status status;
  std::size_t word;
  std::uint64_t actual, expected;
  friend bool operator==(const Refusal&, const Refusal&) = default;
  friend std::ostream& operator<<(std::ostream& out, const Refusal& refusal) {
    return out << npu::to_string(refusal.status) << " in word " << refusal.word << ": " << refusal.actual << " for "
               << refusal.expected;
  }
};

Refusal refusal(std::span<const std::uint32_t> words) {
  const StreamReport report = validate(words);
  return {report.status, report.word, report.actual, report.expected};
}

/// A stream of one command, one field of which is set to a value.
template <class Command>
Refusal refusal(const Command& command, const spec::CommandField& field, std::int64_t value) {
  StreamBuilder builder;
  builder.add(command).end();
  builder.set(0, field, value);
  return refusal(builder.seal());
}

TEST(StreamReportTest, Length) {
  StreamBuilder builder;
  const std::vector<std::uint32_t> words = builder.add(load()).end().seal();
  const std::size_t word = spec::StreamHeaderFields::kLength.word;
  constexpr std::size_t kShortest = spec::StreamHeader::kWords + spec::EndCommand::kWords;
  for (std::size_t size = 0; size < words.size(); ++size) {
    const std::uint64_t expected = size < kShortest ? kShortest * 4 : size % 4 != 0 ? size / 4 * 16 : words.size() * 4;
    EXPECT_EQ(refusal(std::span(words).first(size)), (Refusal{Status::kStreamLength, word, size * 4, expected}));
  }
}

/// Beyond 4 GiB the length has no field to stand in: nothing of such a stream is looked at.
TEST(StreamReportTest, LengthOfMoreThan32Bits) {
  constexpr std::uint64_t kBytes = std::uint64_t{1} << 32;
  if constexpr (sizeof(std::size_t) > 4) {
    void* const memory = mmap(nullptr, kBytes, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    ASSERT_NE(memory, MAP_FAILED);
    EXPECT_EQ(validate({static_cast<const std::uint32_t*>(memory), kBytes / 4}).status, Status::kStreamLength);
    munmap(memory, kBytes);
  }
}

TEST(StreamReportTest, ReservedBitsOfTheHeader) {
  StreamBuilder builder;
  builder.end().seal();
  builder.words()[7] = 0x80000001;
  EXPECT_EQ(refusal(builder.words()), (Refusal{Status::kStreamReserved, 7, 0x80000001, 0}));
}

TEST(StreamReportTest, FramingOfCommands) {
  EXPECT_EQ(refusal(load(), Common::kOpcode, 0xFF), (Refusal{Status::kStreamOpcode, 0, 0xFF, 0}));
  EXPECT_EQ(refusal(load(), Common::kWords, 13), (Refusal{Status::kStreamWords, 0, 13, spec::DmaCommand::kWords}));

  StreamBuilder cut;
  cut.add(conv());
  cut.words().resize(cut.words().size() - 4);
  EXPECT_EQ(refusal(cut.seal()),
            (Refusal{Status::kStreamTruncated, 0, spec::GeomCommand::kWords - 4, spec::GeomCommand::kWords}));

  StreamBuilder no_end;
  no_end.add(load()).add(load());
  EXPECT_EQ(refusal(no_end.seal()), (Refusal{Status::kStreamNoEnd, 0, 2, 3}));

  StreamBuilder trailing;
  trailing.end().add(load()).end();
  EXPECT_EQ(refusal(trailing.seal()),
            (Refusal{Status::kStreamTrailing, 0, trailing.words().size() * 4, trailing.offset(1)}));
}

TEST(StreamReportTest, ReservedBitsOfACommand) {
  StreamBuilder builder;
  builder.end();
  const spec::CommandInfo* info = spec::command_info(builder.word(0, 0) & 0xFFU);
  ASSERT_NE(info, nullptr);
  builder.word(0, 3) = info->reserved[3];
  EXPECT_EQ(refusal(builder.seal()), (Refusal{Status::kStreamReserved, 3, info->reserved[3], 0}));
}

/// The limit that the value breaks, and the alignment when it breaks that alone.
TEST(StreamReportTest, LimitsOfFields) {
  for (const spec::CommandField& field : {Dma::kAxLen, Dma::kWindow, Dma::kAxRows, Dma::kSpBase, Dma::kSpLen}) {
    const auto most = static_cast<std::int64_t>(field.mask() >> field.lsb);
    if (field.min == 1) {
      EXPECT_EQ(refusal(load(), field, 0), (Refusal{Status::kStreamField, field.word, 0, 1})) << field.name;
    }
    if (field.max < most) {
      EXPECT_EQ(refusal(load(), field, most),
                (Refusal{Status::kStreamField, field.word, static_cast<std::uint64_t>(most),
                         static_cast<std::uint64_t>(field.max)}))
          << field.name;
    }
    if (field.align > 1) {
      EXPECT_EQ(refusal(load(), field, 8),
                (Refusal{Status::kStreamField, field.word, 8, static_cast<std::uint64_t>(field.align)}))
          << field.name;
    }
  }
}

TEST(StreamReportTest, LimitsOfSingleOpcodes) {
  const std::uint32_t taps = spec::kDwRows;
  EXPECT_EQ(refusal(depthwise(), Geom::kKh, taps + 1), (Refusal{Status::kStreamField, Geom::kKh.word, taps + 1, taps}));
  EXPECT_EQ(refusal(depthwise(), Geom::kPadTop, 3), (Refusal{Status::kStreamField, Geom::kPadTop.word, 3, 2}));
  EXPECT_EQ(refusal(depthwise(), Geom::kInW, 0), (Refusal{Status::kStreamField, Geom::kInW.word, 0, 1}));
  EXPECT_EQ(refusal(depthwise(), Geom::kStrideX, 0), (Refusal{Status::kStreamField, Geom::kStrideX.word, 0, 1}));
  EXPECT_EQ(refusal(depthwise_rows(), Geom::kStripe, 3), (Refusal{Status::kStreamField, Geom::kStripe.word, 3, 4}));
  EXPECT_EQ(refusal(depthwise_rows(), Geom::kStripe, 5), (Refusal{Status::kStreamField, Geom::kStripe.word, 5, 4}));

  spec::DmaCommand unpack = load(40);
  unpack.header.opcode = spec::Opcode::kUnpack;
  unpack.sp_len = 72;
  unpack.ax_rows = 2;
  // Of two defects the first in the order of the documentation.
  EXPECT_EQ(refusal(unpack, Dma::kWindow, 0), (Refusal{Status::kStreamField, Dma::kAxRows.word, 2, 1}));
  EXPECT_EQ(refusal(unpack, Dma::kAxRows, 1), (Refusal{Status::kStreamField, Dma::kSpLen.word, 72, 16}));
}

TEST(StreamReportTest, AClampMayBeOneValue) {
  spec::GeomCommand command = conv();
  command.act_min = command.act_max = 7;
  EXPECT_EQ(refusal(command, Geom::kActMax, 7).status, Status::kOk);
  EXPECT_EQ(refusal(command, Geom::kActMax, 6), (Refusal{Status::kStreamField, Geom::kActMin.word, 7, 6}));
}

TEST(StreamReportTest, Windows) {
  EXPECT_EQ(refusal(load(), Dma::kWindow, 2), (Refusal{Status::kStreamWindowUnset, Dma::kWindow.word, 2, 0}));
  EXPECT_EQ(refusal(load(), Dma::kWindow, 1),
            (Refusal{Status::kStreamWindowAccess, Dma::kWindow.word, static_cast<std::uint64_t>(Access::kWrite),
                     static_cast<std::uint64_t>(Access::kRead)}));
  EXPECT_EQ(refusal(load(), Dma::kOffset, 4033), (Refusal{Status::kStreamWindowRange, Dma::kOffset.word, 4097, 4096}));
}

TEST(StreamReportTest, MoreCommandsThanTheCountsCanOrder) {
  StreamBuilder builder;
  for (std::uint32_t i = 0; i < 32'769; ++i) builder.add(load());
  const StreamReport report = validate(builder.end().seal());
  EXPECT_EQ(refusal(builder.words()), (Refusal{Status::kStreamTooManyCommands, 0, 32'768, 32'767}));
  EXPECT_EQ(report.offset, builder.offset(32'767));
}

/// The second of two loads waits for a store that waits for it. The first one may run, and its end must not let the
/// second one run as well.
TEST(StreamReportTest, ADeadlockBehindACommandThatRuns) {
  StreamBuilder builder;
  spec::DmaCommand second = load();
  second.header.wait_store = 1;
  builder.add(load()).add(second).add(store(64, 2)).end();
  const StreamReport report = validate(builder.seal());
  EXPECT_EQ(report.offset, builder.offset(1));
  EXPECT_EQ(refusal(builder.words()),
            (Refusal{Status::kStreamDeadlock, Common::kWaitLoad.word, builder.word(1, 1), 0}));
}

/// What an engine runs next is its own next command, not the stream's.
TEST(StreamReportTest, WaitsOfAnotherEnginesCommandKeepNobodyBack) {
  StreamBuilder builder;
  spec::GeomCommand compute = conv();
  compute.header.wait_load = 2;
  builder.add(load()).add(compute).add(load()).end();
  EXPECT_EQ(validate(builder.seal()).status, Status::kOk);
}

}  // namespace
}  // namespace auklet::test
