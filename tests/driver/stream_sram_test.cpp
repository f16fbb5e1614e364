// validate_stream(): what a command may touch in SRAM, compared with the loops of docs/command-stream.md.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <auklet/npu/stream.hpp>
#include <random>

#include "stream_builder.hpp"

namespace auklet::test {
namespace {

using npu::Access;
using npu::Status;
using npu::StreamReport;
using npu::Window;

constexpr std::array<Window, 2> kWindows{Window{0, 0xFFFFFFFF, Access::kRead}, Window{0, 0xFFFFFFFF, Access::kWrite}};

template <typename Command>
StreamReport validate(const Command& command, std::uint32_t sram_bytes) {
  StreamBuilder builder;
  builder.add(command).end();
  return npu::validate_stream(builder.seal(sram_bytes), kConfiguration, kWindows);
}

/// One past the last byte of SRAM that the command reads or writes, found by doing what the documentation says.
class Footprint {
 public:
  void touch(std::int64_t address, std::int64_t bytes) {
    ASSERT_GE(address, 0);
    end = std::max(end, static_cast<std::uint64_t>(address + bytes));
  }
  std::uint64_t end = 0;
};

void read_input(const spec::GeomCommand& g, std::int64_t tile, std::int64_t row, std::int64_t byte, Footprint& print) {
  if (row < 0 || row >= g.in_h) return;
  for (std::int64_t i = 0; i < 16; ++i) {
    if (byte + i < 0 || byte + i >= g.row_bytes) continue;
    print.touch(std::int64_t{g.in_base} + tile * g.in_tile_step + row * g.row_pitch + byte + i, 1);
  }
}

std::uint64_t footprint(const spec::GeomCommand& g) {
  const bool rows = g.header.opcode == spec::Opcode::kDwrows;
  const bool depthwise = g.header.opcode == spec::Opcode::kDwconv || rows;
  const bool dense = g.header.opcode == spec::Opcode::kConv;
  Footprint print;
  for (std::int64_t t = 0; t < g.oc_tiles; ++t) {
    for (std::int64_t oy = 0; oy < g.out_h; ++oy) {
      for (std::int64_t ox = 0; ox < g.out_w; ++ox) {
        print.touch(g.out_base + t * g.out_tile_step + oy * g.out_row_pitch + ox * g.out_x_pitch, 16);
        for (std::int64_t ky = 0; ky < g.kh; ++ky) {
          for (std::int64_t kx = 0; kx < g.kx_n; ++kx) {
            const std::int64_t row = oy * g.stride_y - g.pad_top + ky * (depthwise && !rows ? 1 : g.dil_y);
            if (depthwise) {
              const std::int64_t column = ox * g.stride_x - g.pad_left + kx;
              if (column >= 0 && column < g.in_w) read_input(g, t, row, column * g.kx_stride, print);
              continue;
            }
            for (std::int64_t chunk = 0; chunk < (dense ? g.chunks : 1); ++chunk) {
              read_input(g, t, row, g.r0 + ox * g.x_step + kx * g.kx_stride + chunk * 16, print);
            }
          }
        }
      }
    }
  }
  if (dense || depthwise) {
    const std::int64_t steps = dense ? std::int64_t{g.kh} * g.kx_n * g.chunks : rows ? std::int64_t{g.kh} : 1;
    const std::int64_t blocks = g.oc_tiles * steps;
    print.touch(g.w_base, blocks * spec::kWeightBlock);
    print.touch(g.p_base, std::int64_t{g.oc_tiles} * spec::kParamBlock);
  }
  return print.end;
}

class Random {
 public:
  explicit Random(std::uint32_t seed) : engine_(seed) {}
  std::uint32_t upto(std::uint32_t most) { return std::uniform_int_distribution<std::uint32_t>(0, most)(engine_); }
  std::uint32_t from1(std::uint32_t most) { return 1 + upto(most - 1); }

 private:
  std::mt19937 engine_;
};

spec::GeomCommand random_geometry(Random& random, spec::Opcode opcode) {
  spec::GeomCommand g = opcode == spec::Opcode::kDwconv || opcode == spec::Opcode::kDwrows ? depthwise() : conv();
  g.header.opcode = opcode;
  g.in_base = random.upto(4000);
  g.row_pitch = random.upto(200);
  g.kh = random.from1(3);
  g.row_bytes = random.from1(200);
  g.kx_n = random.from1(5);
  g.in_h = random.from1(6);
  g.pad_top = random.upto(g.kh - 1);
  g.stride_y = random.from1(3);
  g.r0 = static_cast<std::int32_t>(random.upto(80)) - 40;
  g.dil_y = random.from1(3);
  g.x_step = random.upto(40);
  g.kx_stride = random.upto(48);
  g.chunks = random.from1(3);
  g.out_w = random.from1(5);
  g.out_h = random.from1(5);
  g.oc_tiles = random.from1(3);
  g.out_base = random.upto(250) * 16;
  g.out_x_pitch = random.upto(3) * 16;
  g.out_row_pitch = random.upto(10) * 16;
  g.out_tile_step = random.upto(20) * 16;
  g.in_tile_step = random.upto(2) * 16;
  g.w_base = random.upto(40) * 32;
  g.p_base = random.upto(120) * 32;
  g.stride_x = random.from1(3);
  g.pad_left = random.upto(g.kx_n - 1);
  g.in_w = random.from1(8);
  if (opcode == spec::Opcode::kDwrows) g.stripe = g.out_w;
  return g;
}

/// No command passes that could touch one byte more than the stream asks for; and none is refused that has as much as
/// its input, in whole, its output and its operands take.
TEST(StreamSramTest, GeometryAgainstTheDocumentedLoops) {
  Random random(1);
  int exact = 0;
  int cases = 0;
  for (int round = 0; round < 600; ++round) {
    for (const spec::Opcode opcode : {spec::Opcode::kConv, spec::Opcode::kDwconv, spec::Opcode::kDwrows,
                                      spec::Opcode::kMaxpool, spec::Opcode::kAvgpool}) {
      const spec::GeomCommand g = random_geometry(random, opcode);
      const auto end = static_cast<std::uint32_t>(footprint(g));
      ++cases;
      ASSERT_EQ(validate(g, end - 1).status, Status::kStreamSramRange) << spec::to_string(opcode) << " " << end;
      const std::uint32_t whole_input =
          g.in_base + (g.oc_tiles - 1) * g.in_tile_step + (g.in_h - 1) * g.row_pitch + g.row_bytes;
      ASSERT_TRUE(validate(g, std::max(end, whole_input)).ok()) << spec::to_string(opcode) << " " << end;
      exact += validate(g, end).ok() ? 1 : 0;
    }
  }
  // Steps that jump over the last existing bytes make the bound wider than the truth, which is rare.
  EXPECT_GT(exact, cases * 8 / 10) << "of " << cases;
}

/// Where the input is larger than what is read, or the steps leave out none of its bytes, the bound is exact. Input and
/// weights lie behind everything else, in turn.
TEST(StreamSramTest, GeometryIsExactWhereNoByteIsJumpedOver) {
  Random random(5);
  for (int round = 0; round < 400; ++round) {
    for (const spec::Opcode opcode : {spec::Opcode::kConv, spec::Opcode::kDwconv, spec::Opcode::kDwrows,
                                      spec::Opcode::kMaxpool, spec::Opcode::kAvgpool}) {
      spec::GeomCommand g = random_geometry(random, opcode);
      (round % 4 == 0 ? g.w_base : round % 4 == 1 ? g.p_base : g.in_base) = 0x40000;
      if (round % 2 == 0) {
        g.in_h = 64;
        g.in_w = 100;
        g.row_bytes = 20'000;
      } else {
        g.stride_y = g.stride_x = g.dil_y = 1;
        g.r0 = std::min(g.r0, 0);
        g.x_step = random.from1(16);
        g.kx_stride = random.from1(16);
      }
      const auto end = static_cast<std::uint32_t>(footprint(g));
      ASSERT_EQ(validate(g, end - 1).status, Status::kStreamSramRange) << spec::to_string(opcode) << " " << end;
      ASSERT_TRUE(validate(g, end).ok()) << spec::to_string(opcode) << " " << end;
    }
  }
}

TEST(StreamSramTest, AnInputThatIsPaddingAloneMayBeAnywhere) {
  spec::GeomCommand above = conv();
  above.in_base = 0xFFFFF0;
  above.kh = above.out_h = 1;
  above.pad_top = 5;
  EXPECT_TRUE(validate(above, kConfiguration.sram_bytes()).ok());
  above.pad_top = 0;
  EXPECT_EQ(validate(above, kConfiguration.sram_bytes()).status, Status::kStreamSramRange);

  spec::GeomCommand left = conv();
  left.in_base = 0xFFFFF0;
  left.kx_n = left.out_w = left.chunks = 1;
  left.r0 = -16;
  EXPECT_TRUE(validate(left, kConfiguration.sram_bytes()).ok());
  left.r0 = -15;
  EXPECT_EQ(validate(left, kConfiguration.sram_bytes()).status, Status::kStreamSramRange);
}

TEST(StreamSramTest, TheReportNamesTheOperand) {
  using Geom = spec::GeomFields;
  const std::pair<spec::CommandField, std::uint32_t> cases[] = {
      {Geom::kInBase, 1 << 20}, {Geom::kOutBase, 1 << 20}, {Geom::kWBase, 1 << 20}, {Geom::kPBase, 1 << 20}};
  for (const auto& [field, address] : cases) {
    StreamBuilder builder;
    builder.add(load()).add(conv()).end();
    builder.set(1, field, address);
    const StreamReport report = npu::validate_stream(builder.seal(), kConfiguration, kWindows);
    EXPECT_EQ(report.status, Status::kStreamSramRange);
    EXPECT_EQ(report.offset, builder.offset(1));
    EXPECT_EQ(report.word, field.word) << field.name;
    EXPECT_EQ(report.expected, kConfiguration.sram_bytes());
  }
}

TEST(StreamSramTest, TheWidestFieldsDoNotWrap) {
  spec::GeomCommand g = conv();
  g.kh = 255;
  g.kx_n = 255;
  g.chunks = 65535;
  g.oc_tiles = 65535;
  EXPECT_EQ(validate(g, kConfiguration.sram_bytes()).status, Status::kStreamSramRange);
  g = conv();
  g.out_h = 65535;
  g.out_row_pitch = 0xFFFFF0;
  EXPECT_EQ(validate(g, kConfiguration.sram_bytes()).status, Status::kStreamSramRange);
  spec::DmaCommand dma = load();
  dma.ax_len = 0xFFFFFF;
  dma.ax_rows = 65535;
  dma.sp_len = 1;
  for (const std::uint32_t stride : {16U, 0x800000U, 0xFFFFF0U}) {
    dma.sp_stride = stride;
    EXPECT_EQ(validate(dma, kConfiguration.sram_bytes()).status, Status::kStreamSramRange) << stride;
  }
}

TEST(StreamSramTest, DmaAgainstTheDocumentedLoop) {
  Random random(2);
  for (int round = 0; round < 4000; ++round) {
    spec::DmaCommand dma = load();
    dma.ax_len = random.from1(100);
    dma.ax_rows = random.from1(6);
    dma.sp_base = random.upto(20) * 16;
    dma.sp_len = random.from1(120);
    dma.sp_stride = random.upto(12) * 16;
    Footprint print;
    const std::uint64_t bytes = std::uint64_t{dma.ax_len} * dma.ax_rows;
    for (std::uint64_t done = 0, row = 0; done < bytes; done += dma.sp_len, ++row) {
      const std::uint64_t length = std::min<std::uint64_t>(dma.sp_len, bytes - done);
      print.touch(static_cast<std::int64_t>(dma.sp_base + row * dma.sp_stride),
                  static_cast<std::int64_t>((length + 15) / 16 * 16));
    }
    const auto end = static_cast<std::uint32_t>(print.end);
    ASSERT_EQ(validate(dma, end - 1).status, Status::kStreamSramRange);
    ASSERT_TRUE(validate(dma, end).ok());
  }
}

TEST(StreamSramTest, GatherAgainstTheDocumentedLoop) {
  Random random(4);
  for (int round = 0; round < 2000; ++round) {
    spec::GatherCommand command = gather();
    command.ax_len = random.from1(60);
    command.ax_rows = 1;
    command.n = random.from1(20);
    command.sp_base = random.upto(20) * 16;
    command.sp_stride = random.upto(6) * 16;
    command.idx_base = random.upto(30) * 16;
    Footprint print;
    for (std::int64_t j = 0; j < command.n; ++j) {
      print.touch((command.idx_base + 4 * j) / 16 * 16, 16);
      print.touch(command.sp_base + j * command.sp_stride, (command.ax_len + 15) / 16 * 16);
    }
    const auto end = static_cast<std::uint32_t>(print.end);
    ASSERT_EQ(validate(command, end - 1).status, Status::kStreamSramRange);
    ASSERT_TRUE(validate(command, end).ok());
  }
}

TEST(StreamSramTest, AddAgainstTheDocumentedLoop) {
  Random random(3);
  for (int round = 0; round < 2000; ++round) {
    spec::EltwiseCommand command = add();
    command.n0 = random.from1(5);
    command.n1 = random.from1(5);
    command.a_base = random.upto(30) * 16;
    command.b_base = random.upto(30) * 16;
    command.out_base = random.upto(30) * 16;
    command.a_step1 = random.upto(8) * 16;
    command.b_step1 = random.upto(8) * 16;
    command.out_step1 = random.upto(8) * 16;
    command.a_step0 = random.upto(1) * 16;
    command.b_step0 = random.upto(1) * 16;
    Footprint print;
    for (std::int64_t j = 0; j < command.n1; ++j) {
      for (std::int64_t k = 0; k < command.n0; ++k) {
        print.touch(command.a_base + j * command.a_step1 + k * command.a_step0, 16);
        print.touch(command.b_base + j * command.b_step1 + k * command.b_step0, 16);
        print.touch(command.out_base + j * command.out_step1 + k * 16, 16);
      }
    }
    const auto end = static_cast<std::uint32_t>(print.end);
    ASSERT_EQ(validate(command, end - 1).status, Status::kStreamSramRange);
    ASSERT_TRUE(validate(command, end).ok());
  }
}

TEST(StreamSramTest, TableAgainstTheDocumentedLoop) {
  Random random(6);
  for (int round = 0; round < 2000; ++round) {
    spec::EltwiseCommand command = add();
    command.header.opcode = spec::Opcode::kTable;
    command.n0 = random.from1(5);
    command.n1 = random.from1(5);
    command.a_base = random.upto(60) * 16;
    command.b_base = random.upto(60) * 16;
    command.out_base = random.upto(60) * 16;
    command.a_step1 = random.upto(8) * 16;
    command.b_step1 = random.upto(500) * 16;  // Not looked at: the second operand is the table.
    command.out_step1 = random.upto(8) * 16;
    Footprint print;
    print.touch(command.b_base, 256);
    for (std::int64_t j = 0; j < command.n1; ++j) {
      for (std::int64_t k = 0; k < command.n0; ++k) {
        print.touch(command.a_base + j * command.a_step1 + k * command.a_step0, 16);
        print.touch(command.out_base + j * command.out_step1 + k * 16, 16);
      }
    }
    const auto end = static_cast<std::uint32_t>(print.end);
    ASSERT_EQ(validate(command, end - 1).status, Status::kStreamSramRange);
    ASSERT_TRUE(validate(command, end).ok());
  }
}

TEST(StreamSramTest, SoftmaxAgainstTheDocumentedLoop) {
  Random random(7);
  for (int round = 0; round < 2000; ++round) {
    spec::SoftmaxCommand command{.header = {.opcode = spec::Opcode::kSoftmax}};
    command.n = random.from1(100);
    command.rows = random.from1(5);
    command.a_base = random.upto(120) * 16;
    command.table_base = random.upto(60) * 32;
    command.out_base = random.upto(120) * 16;
    command.a_step = random.upto(12) * 16;
    command.out_step = random.upto(12) * 16;
    Footprint print;
    print.touch(command.table_base, 256 * 4);
    const std::int64_t words = (std::int64_t{command.n} + 15) / 16 * 16;
    for (std::int64_t row = 0; row < command.rows; ++row) {
      print.touch(command.a_base + row * command.a_step, words);
      print.touch(command.out_base + row * command.out_step, words);
    }
    const auto end = static_cast<std::uint32_t>(print.end);
    ASSERT_EQ(validate(command, end - 1).status, Status::kStreamSramRange);
    ASSERT_TRUE(validate(command, end).ok());
  }
}

}  // namespace
}  // namespace auklet::test
