// Register traces: recorded on the functional model, written as text, and replayed on devices that are equal, slower,
// or defective.
#include <gtest/gtest.h>

#include <array>
#include <auklet/npu/queue.hpp>
#include <auklet/npu/replay.hpp>
#include <auklet/npu/trace.hpp>
#include <auklet/sim/bus.hpp>
#include <auklet/sim/functional_model.hpp>
#include <cstring>
#include <functional>
#include <sstream>
#include <vector>

#include "../common/mmio_trace_file.hpp"
#include "stream_builder.hpp"

namespace auklet::test {
namespace {

namespace reg = spec::reg;
using npu::Completion;
using npu::JobResult;
using npu::Status;
using npu::Trace;
using npu::TraceRecord;

constexpr std::uint64_t kStreamAddress = 0x1000;
constexpr std::uint64_t kInputAddress = 0x10000;
constexpr std::uint64_t kOutputAddress = 0x20000;
constexpr npu::Ticks kTimeout = 100'000;

/// A device with memory, and a small network's layers as a job.
struct Board {
  explicit Board(sim::MemoryTiming timing = {}, std::uint64_t poll_cycles = 8) : port(model, poll_cycles) {
    StreamBuilder builder;
    builder.add(load()).add(conv()).add(depthwise()).add(pool(spec::Opcode::kMaxpool)).add(add()).add(store()).end();
    stream = builder.seal();
    for (std::size_t i = 0; i < input.size(); ++i) input[i] = static_cast<std::uint8_t>(11 * i + 3);
    port.map(kStreamAddress, std::as_writable_bytes(std::span(stream)), timing);
    port.map(kInputAddress, std::as_writable_bytes(std::span(input)), timing);
    port.map(kOutputAddress, std::as_writable_bytes(std::span(output)), timing);
  }

  [[nodiscard]] npu::Job job() const { return {stream, buffers}; }

  std::vector<std::uint32_t> stream;
  std::array<std::uint8_t, 64> input{};
  std::array<std::uint8_t, 64> output{};
  std::array<npu::Buffer, 2> buffers{npu::Buffer{input.data(), 64, npu::Access::kRead},
                                     npu::Buffer{output.data(), 64, npu::Access::kWrite}};
  sim::FunctionalModel model;
  sim::TargetBus bus{model};
  sim::TargetPort port;
};

/// The driver on a board, recorded.
struct Recorder {
  using Bus = npu::RecordingBus<sim::TargetBus, sim::TargetPort>;

  explicit Recorder(Board& on) : board(on) {}

  void open(Completion completion) {
    if (completion == Completion::kInterrupt) board.port.set_interrupt_handler([this] { queue.on_interrupt(); });
    npu::Configuration found;
    ASSERT_EQ(device.probe(found), Status::kOk);
    ASSERT_EQ(queue.open({.completion = completion, .reset_timeout = kTimeout}), Status::kOk);
  }
  Status run(npu::Ticks timeout = kTimeout) {
    JobResult result;
    EXPECT_EQ(queue.run(board.job(), timeout, result), Status::kOk);
    return result.status;
  }

  Board& board;
  std::vector<TraceRecord> storage = std::vector<TraceRecord>(5000);
  Trace trace{storage};
  Bus bus{board.bus, board.port, trace};
  npu::Device<Bus, sim::TargetPort> device{bus, board.port};
  npu::Queue<Bus, sim::TargetPort> queue{device, board.port};
};

/// Three jobs with their counters, and one that is stopped.
std::vector<TraceRecord> recording(Completion completion) {
  Board board;
  Recorder recorder(board);
  recorder.open(completion);
  recorder.device.reset_counters(true);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(recorder.run(), Status::kOk);
  EXPECT_GT(recorder.device.cycles(), 0U);
  (void)recorder.device.layer_causes(0);
  EXPECT_EQ(recorder.run(10), Status::kTimeout);
  EXPECT_EQ(recorder.run(), Status::kOk);
  EXPECT_EQ(recorder.queue.close(), Status::kOk);
  EXPECT_EQ(recorder.trace.dropped(), 0U);
  const auto records = recorder.trace.records();
  return {records.begin(), records.end()};
}

// ---- Recording ----

TEST(TraceTest, HoldsWhatWasReadAndWritten) {
  Board board;
  std::array<TraceRecord, 4> storage;
  Trace trace(storage);
  npu::RecordingBus bus(board.bus, board.port, trace);
  EXPECT_EQ(bus.read32(reg::Id::kOffset), spec::kIdMagic);
  board.model.step(100);
  bus.write32(reg::IrqMask::kOffset, 3);
  board.model.step(7);
  EXPECT_EQ(bus.read32(reg::IrqMask::kOffset), 3U);
  const auto records = trace.records();
  ASSERT_EQ(records.size(), 3U);
  EXPECT_EQ(records[0].value, spec::kIdMagic);
  EXPECT_EQ(records[0].ticks, 0U);
  EXPECT_EQ(records[1].offset, reg::IrqMask::kOffset);
  EXPECT_TRUE(records[1].write);
  EXPECT_GE(records[1].ticks, 100U);
  EXPECT_FALSE(records[2].write);
}

TEST(TraceTest, KeepsTheFirstOrTheLast) {
  std::array<TraceRecord, 3> storage;
  for (const auto when_full : {Trace::WhenFull::kStop, Trace::WhenFull::kDropOldest}) {
    Trace trace(storage, when_full);
    for (std::uint32_t i = 0; i < 5; ++i) trace.add({.value = i});
    const std::uint32_t first = when_full == Trace::WhenFull::kStop ? 0 : 2;
    for (int again = 0; again < 2; ++again) {
      const auto records = trace.records();
      ASSERT_EQ(records.size(), 3U);
      for (std::uint32_t i = 0; i < 3; ++i) EXPECT_EQ(records[i].value, first + i);
    }
    EXPECT_EQ(trace.dropped(), 2U);
    trace.add({.value = 5});
    EXPECT_EQ(trace.records().back().value, when_full == Trace::WhenFull::kStop ? 2U : 5U);
    trace.clear();
    EXPECT_TRUE(trace.records().empty());
    EXPECT_EQ(trace.dropped(), 0U);
  }
  Trace nothing({}, Trace::WhenFull::kDropOldest);
  nothing.add({});
  EXPECT_TRUE(nothing.records().empty());
  EXPECT_EQ(nothing.dropped(), 1U);
}

// ---- Replay ----

class ReplayTest : public testing::TestWithParam<Completion> {
 protected:
  std::vector<TraceRecord> trace = recording(GetParam());
};

TEST_P(ReplayTest, OnAnEqualDeviceIsEqual) {
  Board other;
  const npu::ReplayReport report = npu::replay(std::span<const TraceRecord>(trace), other.bus, other.port);
  EXPECT_TRUE(report.equal) << describe(report);
  EXPECT_GT(report.compared, 30U);
  EXPECT_EQ(other.model.bus_errors(), 0U);
  EXPECT_NE(other.output, decltype(other.output){}) << "the jobs have run";
}

TEST_P(ReplayTest, TimeMayPassDifferently) {
  for (const sim::MemoryTiming timing : {sim::MemoryTiming{500, 1}, sim::MemoryTiming{1, 64}}) {
    for (const std::uint64_t poll_cycles : {1U, 100U, 3000U}) {
      Board other(timing, poll_cycles);
      const npu::ReplayReport report = npu::replay(std::span<const TraceRecord>(trace), other.bus, other.port);
      EXPECT_TRUE(report.equal) << describe(report);
    }
  }
}

TEST_P(ReplayTest, CountersAreComparedOnRequest) {
  Board slow({500, 1});
  const npu::ReplayReport report =
      npu::replay(std::span<const TraceRecord>(trace), slow.bus, slow.port, {.compare_counters = true});
  ASSERT_FALSE(report.equal);
  EXPECT_EQ(report.recorded.offset, reg::PmuCyclesLo::kOffset) << describe(report);
  EXPECT_GT(report.actual, report.recorded.value);
}

TEST_P(ReplayTest, AFaultIsReplayedToo) {
  Board board;
  board.model.inject_error(kOutputAddress, 64, sim::AxiResponse::kDecodeError);
  Recorder recorder(board);
  recorder.open(GetParam());
  EXPECT_EQ(recorder.run(), Status::kFaultAxiDecerr);
  const auto records = recorder.trace.records();
  Board faulty({300, 2});
  faulty.model.inject_error(kOutputAddress, 64, sim::AxiResponse::kDecodeError);
  npu::ReplayReport report = npu::replay(records, faulty.bus, faulty.port);
  EXPECT_TRUE(report.equal) << describe(report);
  Board healthy;
  report = npu::replay(records, healthy.bus, healthy.port, {.timeout = 50'000});
  EXPECT_FALSE(report.equal) << "its job ends well";
  EXPECT_TRUE(report.recorded.offset == reg::FaultCause::kOffset || report.recorded.offset == reg::IrqRaw::kOffset)
      << describe(report);
}

// ---- As the documentation shows it ----

TEST(TraceExample, RecordsAndReplays) {
  Board board;
  Board other;
  sim::TargetBus& bus = board.bus;
  sim::TargetPort& port = board.port;
  sim::TargetBus& other_bus = other.bus;
  sim::TargetPort& other_port = other.port;
  const npu::Job job = board.job();
  // [snippet: record]
  std::array<npu::TraceRecord, 1000> storage;
  npu::Trace trace(storage);
  npu::RecordingBus recording(bus, port, trace);
  npu::Device device(recording, port);
  npu::Queue queue(device, port);
  // [end]
  npu::Configuration found;
  JobResult result;
  ASSERT_EQ(device.probe(found), Status::kOk);
  ASSERT_EQ(queue.open({}), Status::kOk);
  ASSERT_EQ(queue.run(job, kTimeout, result), Status::kOk);
  // [snippet: replay]
  const npu::ReplayReport report = npu::replay(trace.records(), other_bus, other_port, {.timeout = 100'000});
  // [end]
  EXPECT_TRUE(report.equal) << describe(report);
  EXPECT_EQ(board.output, other.output);
}

// ---- Defects ----

/// A bus with a defect behind it.
struct DefectiveBus {
  sim::FunctionalModel& model;
  std::function<std::uint32_t(std::uint32_t offset, std::uint32_t value)> read = [](auto, auto value) { return value; };
  std::function<std::uint32_t(std::uint32_t offset, std::uint32_t value)> write = [](auto, auto value) {
    return value;
  };

  [[nodiscard]] std::uint32_t read32(std::uint32_t offset) { return read(offset, model.read32(offset)); }
  void write32(std::uint32_t offset, std::uint32_t value) { model.write32(offset, write(offset, value)); }
};

TEST_P(ReplayTest, ADefectIsLocated) {
  const struct {
    const char* what;
    std::uint32_t shows_in;  ///< Register.
    std::function<void(DefectiveBus&)> make;
  } defects[] = {
      {"another version", reg::Version::kOffset,
       [](DefectiveBus& bus) {
         bus.read = [](std::uint32_t offset, std::uint32_t value) {
           return offset == reg::Version::kOffset ? value + 1 : value;
         };
       }},
      {"a tag that lost a bit", reg::DoneTag::kOffset,
       [](DefectiveBus& bus) {
         bus.write = [](std::uint32_t offset, std::uint32_t value) {
           return offset == reg::JobTag::kOffset ? value & ~1U : value;
         };
       }},
      {"a window too short", GetParam() == Completion::kPolling ? reg::FaultCause::kOffset : reg::IrqRaw::kOffset,
       [](DefectiveBus& bus) {
         bus.write = [](std::uint32_t offset, std::uint32_t value) {
           return offset == reg::WindowSize::offset(1) && value != 0 ? value - 1 : value;
         };
       }},
      {"a start that is ignored", GetParam() == Completion::kPolling ? reg::DoneTag::kOffset : reg::IrqRaw::kOffset,
       [](DefectiveBus& bus) {
         bus.write = [](std::uint32_t offset, std::uint32_t value) {
           return offset == reg::Control::kOffset ? value & ~reg::Control::kStart.mask() : value;
         };
       }},
      {"a reset that never ends", reg::Status::kOffset,
       [](DefectiveBus& bus) {
         bus.read = [](std::uint32_t offset, std::uint32_t value) {
           return offset == reg::Status::kOffset ? reg::Status::kState.make(spec::State::kClearing) : value;
         };
       }},
  };
  for (const auto& defect : defects) {
    Board board;
    DefectiveBus bus{board.model};
    defect.make(bus);
    const npu::ReplayReport report =
        npu::replay(std::span<const TraceRecord>(trace), bus, board.port, {.timeout = 50'000});
    ASSERT_FALSE(report.equal) << defect.what;
    EXPECT_EQ(report.recorded.offset, defect.shows_in) << defect.what << ": " << describe(report);
    EXPECT_EQ(report.recorded, trace.at(report.index));
    EXPECT_NE(report.actual, report.recorded.value);
  }
}

INSTANTIATE_TEST_SUITE_P(Completions, ReplayTest, testing::Values(Completion::kPolling, Completion::kInterrupt),
                         [](const auto& instance) {
                           return instance.param == Completion::kPolling ? "Polling" : "Interrupt";
                         });

// ---- As text ----

TEST(TraceFileTest, IsReadAsItWasWritten) {
  Board board;
  TraceFile file;
  file.records = recording(Completion::kInterrupt);
  file.records.push_back({.offset = 0xffc, .value = 1, .ticks = 0xffff'ffff, .write = true});
  const auto bytes = std::as_bytes(std::span(board.input)).first(32);
  file.memory = {{kInputAddress, {bytes.begin(), bytes.end()}}, {0x12'0000'0000, {std::byte{0xa5}}}};
  std::stringstream text;
  write_trace(text, file);
  EXPECT_EQ(read_trace(text), file);
}

TEST(TraceFileTest, LooksLikeThis) {
  std::ostringstream text;
  write_trace(text, {.memory = {{0x1000, {std::byte{1}, std::byte{0xfe}}}},
                     .records = {{.offset = reg::Control::kOffset, .value = 1, .ticks = 3, .write = true},
                                 {.offset = reg::WindowSize::offset(2), .value = 64, .ticks = 0, .write = false}}});
  EXPECT_EQ(text.str(),
            "auklet-mmio-trace 1\n"
            "memory 0x1000 01fe\n"
            "+3 write CONTROL 0x1\n"
            "+0 read WINDOW_SIZE[2] 0x40\n");
}

TEST(TraceFileTest, DamageIsRefusedWithItsLine) {
  const std::pair<const char*, const char*> cases[] = {
      {"", "line 1: expected 'auklet-mmio-trace 1'"},
      {"auklet-mmio-trace 2\n", "line 1: expected 'auklet-mmio-trace 1'"},
      {"auklet-mmio-trace 1\n\n# comment\n+0 read NOTHING 0x0\n", "line 4: there is no register 'NOTHING'"},
      {"auklet-mmio-trace 1\n+0 read WINDOW_SIZE[8] 0x0\n", "line 2: there is no register 'WINDOW_SIZE[8]'"},
      {"auklet-mmio-trace 1\n+0 read WINDOW_SIZE[1 0x0\n", "line 2: there is no register 'WINDOW_SIZE[1'"},
      {"auklet-mmio-trace 1\n+0 read ID 0x100000000\n", "line 2: '100000000' is no number of 32 bits"},
      {"auklet-mmio-trace 1\n+0 read ID\n", "line 2: '' is no number of 32 bits"},
      {"auklet-mmio-trace 1\n+x read ID 0x0\n", "line 2: 'x' is no number of 32 bits"},
      {"auklet-mmio-trace 1\n+0 read ID 0x0 0x1\n", "line 2: '0x1' is too much"},
      {"auklet-mmio-trace 1\nmemory 0x0 123\n", "line 2: memory has two digits a byte"},
      {"auklet-mmio-trace 1\nmemory 0x0 1g\n", "line 2: '1g' is no number of 8 bits"},
      {"auklet-mmio-trace 1\npoke ID 0x0\n",
       "line 2: expected 'memory ADDRESS BYTES' or '+TICKS read|write REGISTER VALUE'"},
  };
  for (const auto& [text, message] : cases) {
    std::istringstream in(text);
    try {
      (void)read_trace(in);
      ADD_FAILURE() << text;
    } catch (const std::runtime_error& error) {
      EXPECT_STREQ(error.what(), message);
    }
  }
}

}  // namespace
}  // namespace auklet::test
