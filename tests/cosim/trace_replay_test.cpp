// A register trace that was recorded on the functional model replays on the RTL, and the other way round.
#include <gtest/gtest.h>

#include <array>
#include <auklet/npu/queue.hpp>
#include <auklet/npu/replay.hpp>
#include <auklet/sim/bus.hpp>
#include <auklet/sim/functional_model.hpp>
#include <auklet/sim/verilated_npu.hpp>
#include <memory>
#include <vector>

#include "../common/mmio_trace_file.hpp"
#include "../driver/stream_builder.hpp"

namespace auklet::test {
namespace {

using npu::Completion;
using npu::Status;

constexpr npu::Ticks kTimeout = 200'000;

/// A device with memory, and a small network's layers as a job.
struct Board {
  explicit Board(sim::Target& target) : bus(target), port(target) {
    StreamBuilder builder;
    builder.add(load()).add(conv()).add(depthwise()).add(pool(spec::Opcode::kMaxpool)).add(add()).add(store()).end();
    stream = builder.seal();
    for (std::size_t i = 0; i < input.size(); ++i) input[i] = static_cast<std::uint8_t>(11 * i + 3);
    port.map(0x1000, std::as_writable_bytes(std::span(stream)));
    port.map(0x10000, std::as_writable_bytes(std::span(input)));
    port.map(0x20000, std::as_writable_bytes(std::span(output)));
  }

  std::vector<std::uint32_t> stream;
  std::array<std::uint8_t, 64> input{};
  std::array<std::uint8_t, 64> output{};
  std::array<npu::Buffer, 2> buffers{npu::Buffer{input.data(), 64, npu::Access::kRead},
                                     npu::Buffer{output.data(), 64, npu::Access::kWrite}};
  sim::TargetBus bus;
  sim::TargetPort port;
};

/// Two jobs, one that is stopped on its way, and another one.
std::vector<npu::TraceRecord> record(Board& board, Completion completion) {
  std::vector<npu::TraceRecord> storage(20'000);
  npu::Trace trace(storage);
  npu::RecordingBus bus(board.bus, board.port, trace);
  npu::Device device(bus, board.port);
  npu::Queue<decltype(bus), sim::TargetPort> queue(device, board.port);
  if (completion == Completion::kInterrupt) board.port.set_interrupt_handler([&queue] { queue.on_interrupt(); });
  npu::Configuration found;
  EXPECT_EQ(device.probe(found), Status::kOk);
  EXPECT_EQ(queue.open({.completion = completion, .reset_timeout = kTimeout}), Status::kOk);
  for (const npu::Ticks timeout : {kTimeout, kTimeout, npu::Ticks{20}, kTimeout}) {
    npu::JobResult result;
    EXPECT_EQ(queue.run({board.stream, board.buffers}, timeout, result), Status::kOk);
    EXPECT_EQ(result.status, timeout == kTimeout ? Status::kOk : Status::kTimeout) << npu::to_string(result.status);
  }
  EXPECT_EQ(queue.close(), Status::kOk);
  board.port.set_interrupt_handler({});
  EXPECT_EQ(trace.dropped(), 0U);
  const auto records = trace.records();
  return {records.begin(), records.end()};
}

void expect_alike(sim::Target& first, sim::Target& second, Completion completion) {
  Board board(first);
  Board other(second);
  const std::vector<npu::TraceRecord> trace = record(board, completion);
  const npu::ReplayReport report =
      npu::replay(std::span<const npu::TraceRecord>(trace), other.bus, other.port, {.timeout = kTimeout});
  EXPECT_TRUE(report.equal) << describe(report);
  EXPECT_GT(report.compared, 20U);
  EXPECT_EQ(board.output, other.output);
  EXPECT_EQ(second.bus_errors(), 0U);
}

class TraceReplayTest : public testing::TestWithParam<Completion> {
 protected:
  sim::FunctionalModel model;
  std::unique_ptr<sim::Target> rtl = sim::make_verilated_npu({});
};

TEST_P(TraceReplayTest, FromTheModelOnTheRtl) { expect_alike(model, *rtl, GetParam()); }
TEST_P(TraceReplayTest, FromTheRtlOnTheModel) { expect_alike(*rtl, model, GetParam()); }

INSTANTIATE_TEST_SUITE_P(Completions, TraceReplayTest, testing::Values(Completion::kPolling, Completion::kInterrupt),
                         [](const auto& instance) {
                           return instance.param == Completion::kPolling ? "Polling" : "Interrupt";
                         });

}  // namespace
}  // namespace auklet::test
