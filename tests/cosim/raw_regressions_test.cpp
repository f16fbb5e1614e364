// What the random raw streams once found, each cut down to what it takes, on the RTL and on the functional model.
#include <cstdint>
#include <vector>

#include <gtest/gtest.h>

#include "../common/verilated_configuration.hpp"
#include "raw_fixture.hpp"

namespace auklet::test {
namespace {

class RawRegressions : public RawFixture {};

// An odd number of weight blocks once left the loader on one set and the other sequencer on the other.
TEST_P(RawRegressions, ConvolutionsOfTwoKindsTakeTurns) {
  StreamBuilder builder;
  load_all(builder);
  std::uint32_t turn = 0;
  for (const std::uint32_t blocks : {1U, 3U, 2U, 1U}) {
    for (const spec::Opcode opcode : {spec::Opcode::kDwconv, spec::Opcode::kConv}) {
      spec::GeomCommand c = geometry(opcode);
      if (opcode == spec::Opcode::kConv) {
        c.chunks = blocks;
        c.in_tile_step = 0;
      } else {
        c.oc_tiles = blocks;
      }
      c.out_tile_step = 16;
      c.out_base = kOutput + 256 * turn++;
      builder.add(c);
    }
  }
  builder.end();
  run_on_both(finish(builder));
  expect_equal_sram();
}

// What was fetched beyond END once arrived as the beginning of the next job; and once more where a single burst may be
// in flight, since the next one can be granted in the cycle that the port becomes idle.
TEST_P(RawRegressions, WordsBeyondEndDoNotReachTheNextJob) {
  StreamBuilder builder;
  builder.end();
  builder.add_raw(std::vector<std::uint32_t>(1024, 0xdeadbeef));
  const RawStream stream = finish(builder);
  RawBench::place(bench_.rtl(), stream);
  sim::VerilatedNpu& npu = bench_.npu();
  std::uint32_t tag = 0;
  for (const std::uint32_t outstanding : {8U, 2U, 1U}) {
    npu.write32(spec::reg::AxiAttr::kOffset,
                spec::reg::AxiAttr::kCache.make(3) | spec::reg::AxiAttr::kMaxOutstanding.make(outstanding));
    for (const std::uint32_t last = tag + 20; tag < last;) {
      start_job(npu, RawMemory::kStreamBase, static_cast<std::uint32_t>(stream.words.size() * 4), ++tag);
      npu.step_until_irq(100'000);
      // At once, before anything else is read: the next job is to meet the last beats of this one.
      npu.write32(spec::reg::IrqRaw::kOffset, spec::reg::IrqRaw::kDone.mask());
      ASSERT_EQ(npu.read32(spec::reg::DoneTag::kOffset), tag);
      ASSERT_EQ(npu.read32(spec::reg::FaultCause::kOffset), 0U) << "job " << tag << ", " << outstanding << " in flight";
    }
  }
}

// Input rows are counted to 65534 * 255 + 254 * 255; the count once wrapped at 2^18 and met the input again.
TEST_P(RawRegressions, RowsFarBelowTheInputStayPadding) {
  StreamBuilder builder;
  load_all(builder);
  std::uint32_t place = kOutput;
  for (const spec::Opcode opcode : {spec::Opcode::kConv, spec::Opcode::kMaxpool, spec::Opcode::kDwconv}) {
    spec::GeomCommand c = geometry(opcode);
    c.in_h = 300;  // 1029 * 255 is 2^18 + 251.
    c.stride_y = 255;
    c.out_h = 1100;
    c.out_row_pitch = 16;
    c.out_base = place;
    place += 16 * c.out_h;
    builder.add(c);
  }
  builder.end();
  run_on_both(finish(builder));
  expect_equal_sram();
}

// Bytes of a row are counted past 2^40; the count once wrapped at 2^26.
TEST_P(RawRegressions, BytesFarBeyondTheRowStayPadding) {
  constexpr std::uint32_t kStep = 0xd00000;  // Five of them are 2^26 + 2^20.
  StreamBuilder builder;
  load_all(builder);
  std::uint32_t place = kOutput;
  for (const spec::Opcode opcode : {spec::Opcode::kConv, spec::Opcode::kMaxpool}) {
    for (const bool by_kernel : {false, true}) {
      spec::GeomCommand c = geometry(opcode);
      (by_kernel ? c.kx_stride : c.x_step) = kStep;
      (by_kernel ? c.kx_n : c.out_w) = 12;
      c.row_bytes = 0xffffff;
      c.out_x_pitch = 16;
      c.out_base = place;
      place += 16 * c.out_w;
      builder.add(c);
    }
  }
  spec::GeomCommand c = geometry(spec::Opcode::kDwconv);
  c.kx_stride = kStep;
  c.row_bytes = 0xffffff;
  c.in_w = c.out_w = 12;
  c.out_x_pitch = 16;
  c.out_base = place;
  builder.add(c);
  builder.end();
  run_on_both(finish(builder));
  expect_equal_sram();
}

// A depthwise stride of many rows takes a cycle a pixel between two outputs, in which the array once seemed to hang.
TEST_P(RawRegressions, PixelsThatCompleteNoWindowAreProgress) {
  constexpr std::uint32_t kWatchdog = 500;
  StreamBuilder builder;
  load_all(builder);
  spec::GeomCommand c = geometry(spec::Opcode::kDwconv);
  c.in_w = 16;
  c.stride_y = 255;  // 255 * 16 cycles.
  c.in_h = 300;
  c.out_h = 3;
  c.out_row_pitch = 16;
  builder.add(c);
  builder.end();
  bench_.npu().write32(spec::reg::Watchdog::kOffset, kWatchdog);
  run_on_both(finish(builder));
  expect_equal_sram();
}

// A burst that waits on an isolated port once took on what was written to AXI_ATTR.
TEST_P(RawRegressions, AttributesOfAWaitingBurstDoNotChange) {
  StreamBuilder builder;
  load_all(builder);
  builder.end();
  const RawStream stream = finish(builder);
  sim::VerilatedNpu& npu = bench_.npu();
  npu.write32(spec::reg::Watchdog::kOffset, 500);
  npu.inject({.hang = sim::ChannelHang{.channel = sim::AxiChannel::kAr, .after_handshakes = 3}});
  const auto size = static_cast<std::uint32_t>(stream.words.size() * 4);
  EXPECT_EQ(RawBench::run(bench_.rtl(), stream, size, 1).job.fault, spec::Fault::kWatchdog);
  ASSERT_EQ(spec::reg::Status::kIsolated.extract(npu.read32(spec::reg::Status::kOffset)), 1U);
  npu.write32(spec::reg::AxiAttr::kOffset, spec::reg::AxiAttr::kProt.make(2) | spec::reg::AxiAttr::kCache.make(15));
  npu.step(10);
  EXPECT_EQ(npu.protocol_violations(), 0U) << testing::PrintToString(npu.protocol_report());
  npu.inject({});
  npu.step(1000);
  ASSERT_TRUE(bench_.reset());
  run_on_both(stream);
  expect_equal_sram();
}

// More than one bit at once is refused; none at all does nothing.
TEST_P(RawRegressions, ControlWithoutABitDoesNothing) {
  for (RawSide* side : {&bench_.rtl(), &bench_.model()}) {
    side->target->write32(spec::reg::Control::kOffset, 0);
    EXPECT_EQ(side->target->bus_errors(), 0U);
    EXPECT_EQ(state_of(*side->target), spec::State::kIdle);
    side->target->write32(spec::reg::Control::kOffset,
                          spec::reg::Control::kStart.mask() | spec::reg::Control::kClearSram.mask());
    EXPECT_EQ(side->target->bus_errors(), 1U);
    EXPECT_EQ(state_of(*side->target), spec::State::kIdle);
  }
}

INSTANTIATE_TEST_SUITE_P(All, RawRegressions, testing::ValuesIn(sim::verilated_configurations()), name_of_instance);

}  // namespace
}  // namespace auklet::test
