// What StreamWriter writes, and what it refuses to write.
#include <array>
#include <auklet/plan/crc32.hpp>
#include <auklet/plan/stream_writer.hpp>
#include <cstring>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace auklet::plan {
namespace {

using spec::Opcode;

constexpr spec::HardwareConfig kConfig = spec::kDefaultConfiguration;

spec::DmaCommand load_command() {
  spec::DmaCommand c;
  c.header.opcode = Opcode::kLoad;
  c.offset = 0x01020304;
  c.window = 3;
  c.ax_len = 33;
  c.ax_rows = 2;
  c.ax_stride = 100;
  c.sp_base = 0x40;
  c.sp_len = 11;
  c.sp_stride = 32;
  return c;
}

spec::EltwiseCommand add_command() {
  spec::EltwiseCommand c;
  c.header.opcode = Opcode::kAdd;
  c.n0 = c.n1 = 1;
  return c;
}

template <class Command>
std::span<const std::uint32_t, Command::kWords> at(std::span<const std::uint32_t> words, std::size_t first) {
  return words.subspan(first).first<Command::kWords>();
}

TEST(StreamWriter, WritesHeaderCommandsAndEnd) {
  std::vector<std::uint32_t> buffer(64, 0xdeadbeef);
  StreamWriter writer(buffer, kConfig);
  writer.set_layer(77);
  ASSERT_TRUE(writer.emit(load_command(), {}).ok());
  ASSERT_TRUE(writer.emit(add_command(), {.load = 1}).ok());
  EXPECT_EQ(writer.issued(), (Waits{.load = 1, .compute = 1}));
  ASSERT_TRUE(writer.finish().ok());
  ASSERT_EQ(writer.words(), spec::StreamHeader::kWords + spec::DmaCommand::kWords + spec::EltwiseCommand::kWords +
                                spec::EndCommand::kWords);

  std::size_t next = spec::StreamHeader::kWords;
  spec::DmaCommand load = load_command();
  load.header.layer = 77;
  EXPECT_EQ(spec::decode_dma(at<spec::DmaCommand>(buffer, next)), load);
  next += spec::DmaCommand::kWords;
  spec::EltwiseCommand add = add_command();
  add.header.layer = 77;
  add.header.wait_load = 1;
  EXPECT_EQ(spec::decode_eltwise(at<spec::EltwiseCommand>(buffer, next)), add);
  next += spec::EltwiseCommand::kWords;
  EXPECT_EQ(spec::decode_end(at<spec::EndCommand>(buffer, next)).header.opcode, Opcode::kEnd);
  EXPECT_EQ(buffer[writer.words()], 0xdeadbeef);

  const spec::StreamHeader header = spec::decode_stream_header(at<spec::StreamHeader>(buffer, 0));
  EXPECT_EQ(header.magic, spec::kStreamMagic);
  EXPECT_EQ(header.version, spec::kStreamVersion);
  EXPECT_EQ(header.macs, kConfig.macs);
  EXPECT_EQ(header.length, writer.words() * 4);
  EXPECT_EQ(header.commands, 3U);
  EXPECT_EQ(header.sram, 0x40U + 5 * 32 + 16);  // 66 bytes in rows of 11: six rows.
  EXPECT_EQ(header.crc32, crc32(std::span(buffer).subspan(8, writer.words() - 8)));
}

TEST(StreamWriter, CountsWithoutWriting) {
  StreamWriter counter = StreamWriter::counting(kConfig);
  ASSERT_TRUE(counter.emit(load_command(), {}).ok());
  ASSERT_TRUE(counter.finish().ok());
  std::vector<std::uint32_t> buffer(counter.words());
  StreamWriter writer(buffer, kConfig);
  ASSERT_TRUE(writer.emit(load_command(), {}).ok());
  ASSERT_TRUE(writer.finish().ok());
  EXPECT_EQ(writer.words(), counter.words());
  EXPECT_EQ(writer.sram_bytes(), counter.sram_bytes());
}

TEST(StreamWriter, RefusesWhatDoesNotFitTheBuffer) {
  for (std::size_t size = 0; size < 24; ++size) {
    std::vector<std::uint32_t> buffer(size);
    StreamWriter writer(buffer, kConfig);
    const Outcome load = writer.emit(load_command(), {});
    EXPECT_EQ(load.ok(), size >= 20) << size;
    EXPECT_EQ(writer.issued().load, load.ok() ? 1U : 0U);
    EXPECT_EQ(writer.finish().status, size >= 12 && !load.ok() ? Status::kOk : Status::kStreamFull) << size;
  }
}

TEST(StreamWriter, RefusesWaitsForLaterCommands) {
  StreamWriter writer = StreamWriter::counting(kConfig);
  ASSERT_TRUE(writer.emit(load_command(), {}).ok());
  EXPECT_EQ(writer.emit(load_command(), {.load = 2}).status, Status::kWaitNotIssued);
  EXPECT_EQ(writer.emit(load_command(), {.compute = 1}).status, Status::kWaitNotIssued);
  EXPECT_EQ(writer.emit(load_command(), {.store = 1}).status, Status::kWaitNotIssued);
  EXPECT_TRUE(writer.emit(load_command(), {.load = 1}).ok());
}

TEST(StreamWriter, RefusesIllegalFields) {
  StreamWriter writer = StreamWriter::counting(kConfig);
  const auto refused = [&](auto change) {
    spec::DmaCommand c = load_command();
    change(c);
    return writer.emit(c, {}).status;
  };
  EXPECT_EQ(refused([](auto& c) { c.sp_base = 8; }), Status::kFieldRange);
  EXPECT_EQ(refused([](auto& c) { c.sp_len = 0; }), Status::kFieldRange);
  EXPECT_EQ(refused([](auto& c) { c.ax_len = 0; }), Status::kFieldRange);
  EXPECT_EQ(refused([](auto& c) { c.ax_len = 1U << 24; }), Status::kFieldRange);
  EXPECT_EQ(refused([](auto& c) { c.window = 8; }), Status::kFieldRange);
  EXPECT_EQ(refused([](auto& c) { c.header.opcode = Opcode::kConv; }), Status::kFieldRange);
  EXPECT_EQ(writer.words(), spec::StreamHeader::kWords);
}

TEST(StreamWriter, RefusesSramThatIsNotThere) {
  StreamWriter writer = StreamWriter::counting(kConfig);
  spec::DmaCommand c = load_command();
  c.sp_base = kConfig.sram_bytes - 5 * 32;
  const Outcome refused = writer.emit(c, {});
  EXPECT_EQ(refused.status, Status::kSramTooSmall);
  EXPECT_EQ(refused.needed, kConfig.sram_bytes + 16);
  EXPECT_EQ(refused.available, kConfig.sram_bytes);
  c.sp_base -= 16;
  EXPECT_TRUE(writer.emit(c, {}).ok());
}

TEST(StreamWriter, RefusesMoreCommandsThanCountsCanTellApart) {
  StreamWriter writer = StreamWriter::counting(kConfig);
  for (int i = 0; i < 32767; ++i) ASSERT_TRUE(writer.emit(load_command(), {}).ok());
  EXPECT_EQ(writer.emit(load_command(), {}).status, Status::kTooManyCommands);
  EXPECT_TRUE(writer.emit(add_command(), {.load = 32767}).ok());  // Another engine's counts are its own.
  EXPECT_TRUE(writer.finish().ok());
}

TEST(StreamWriter, RefusesAnythingAfterFinish) {
  StreamWriter writer = StreamWriter::counting(kConfig);
  ASSERT_TRUE(writer.finish().ok());
  EXPECT_EQ(writer.emit(load_command(), {}).status, Status::kStreamFinished);
  EXPECT_EQ(writer.finish().status, Status::kStreamFinished);
}

// Bytes that a geometry command reads and writes, found by walking through it, against sram_end().
TEST(SramEnd, CoversEveryByteOfAGeometryCommand) {
  spec::GeomCommand g;
  g.header.opcode = Opcode::kConv;
  g.in_base = 100, g.row_pitch = 50, g.in_h = 3, g.row_bytes = 40, g.in_tile_step = 7;
  g.kh = 2, g.kx_n = 3, g.chunks = 2, g.oc_tiles = 4;
  g.out_base = 0, g.out_w = 2, g.out_x_pitch = 64, g.out_h = 1, g.out_tile_step = 16;
  EXPECT_EQ(sram_end(g), std::max({100U + 3 * 7 + 2 * 50 + 40, 64U + 3 * 16 + 16, 4U * 12 * 256, 4U * 160}));
  g.in_base = 20000;
  EXPECT_EQ(sram_end(g), 20000U + 3 * 7 + 2 * 50 + 40);
  g.out_base = 30000;
  EXPECT_EQ(sram_end(g), 30000U + 64 + 48 + 16);
  g.w_base = 64000;
  EXPECT_EQ(sram_end(g), 64000U + 4 * 12 * 256);
  g.p_base = 128000;
  EXPECT_EQ(sram_end(g), 128000U + 4 * 160);
  g.header.opcode = Opcode::kMaxpool;  // Has neither weights nor parameters.
  EXPECT_EQ(sram_end(g), 30000U + 64 + 48 + 16);
}

TEST(SramEnd, OfGatherIsTheFartherOfIndicesAndRows) {
  spec::GatherCommand c;
  c.n = 5, c.ax_len = 17, c.sp_base = 64, c.sp_stride = 48, c.idx_base = 16;
  EXPECT_EQ(sram_end(c), 64U + 4 * 48 + 32);
  c.idx_base = 1024;
  EXPECT_EQ(sram_end(c), 1024U + 32) << "in whole words";
  c.n = 65'535, c.sp_stride = 0xfffff0;
  EXPECT_GT(sram_end(c), std::uint64_t{1} << 39);
}

TEST(SramEnd, NeverWraps) {
  spec::DmaCommand c = load_command();
  c.ax_len = 0xffffff, c.ax_rows = 0xffff, c.sp_len = 1, c.sp_stride = 0xfffff0;
  EXPECT_GT(sram_end(c), std::uint64_t{1} << 40);
}

// Check values of the CRC catalogue's CRC-32/ISO-HDLC for "123456789" and friends, cut into words.
TEST(Crc32, KnownAnswers) {
  const auto of = [](std::string_view text) {
    std::vector<std::uint32_t> words(text.size() / 4);
    std::memcpy(words.data(), text.data(), words.size() * 4);
    return crc32(words);
  };
  EXPECT_EQ(crc32({}), 0U);
  EXPECT_EQ(of("12345678"), 0x9ae0daafU);
  EXPECT_EQ(of(std::string_view("\0\0\0\0", 4)), 0x2144df1cU);
  EXPECT_EQ(of("\xff\xff\xff\xff"), 0xffffffffU);
}

}  // namespace
}  // namespace auklet::plan
