// What an observed job becomes in a trace: a scripted device, of which every cycle is known.
#include "trace_writer.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "job_recorder.hpp"

namespace auklet::app {
namespace {

using nlohmann::json;

// A stream of commands whose layers and sizes count.
class Stream {
 public:
  Stream() : words_(spec::StreamHeader::kWords) {}

  // Returns its offset.
  std::uint32_t compute(spec::Opcode opcode, std::uint32_t layer) {
    return append(opcode, layer, spec::command_info(opcode)->words);
  }
  std::uint32_t dma(spec::Opcode opcode, std::uint32_t layer, std::uint32_t bytes, std::uint32_t rows = 1) {
    const std::uint32_t offset = append(opcode, layer, spec::DmaCommand::kWords);
    const std::span<std::uint32_t> words = std::span(words_).subspan(offset / 4);
    spec::DmaFields::kAxLen.set(words, bytes);
    spec::DmaFields::kAxRows.set(words, rows);
    return offset;
  }
  [[nodiscard]] std::span<const std::uint32_t> words() const { return words_; }

 private:
  std::uint32_t append(spec::Opcode opcode, std::uint32_t layer, std::uint32_t length) {
    const std::size_t first = words_.size();
    words_.resize(first + length);
    const std::span<std::uint32_t> words = std::span(words_).subspan(first);
    spec::CommandHeaderFields::kOpcode.set(words, static_cast<std::uint32_t>(opcode));
    spec::CommandHeaderFields::kLayer.set(words, layer);
    return static_cast<std::uint32_t>(first * sizeof(std::uint32_t));
  }

  std::vector<std::uint32_t> words_;
};

class TraceWriterTest : public testing::Test {
 protected:
  void command(spec::Engine engine, std::uint32_t offset, std::uint64_t begin, std::uint64_t end) {
    recorder_.on_command_start(engine, offset, begin);
    recorder_.on_command_end(engine, offset, end);
  }
  void activity(const sim::Activity& what, std::uint64_t cycles) {
    recorder_.on_activity(what, now_, cycles);
    now_ += cycles;
  }

  // The job in the recorder, as the RTL or as a functional model reports it.
  JobTimeline take(std::uint64_t begin, std::uint64_t end, bool rtl = true) {
    JobTimeline job = recorder_.take(stream_.words(), begin, end);
    job.segment = "operator 0 (auklet-npu)";
    job.rows = {1, 3};  // Rows 0 and 2 are on the CPU.
    job.beat_bytes = 16;
    job.has_beats = rtl;
    return job;
  }

  // Everything written; events of one kind, and of one track if it is named.
  json finish() {
    writer_.finish({{"model", "m"}, {"backend", "rtl"}});
    return json::parse(out_.str());
  }
  static std::vector<json> events(const json& trace, const std::string& kind, const std::string& track = "") {
    std::vector<json> found;
    for (const json& event : trace.at("traceEvents")) {
      if (event.at("ph") == kind && (track.empty() || track_of(trace, event) == track)) found.push_back(event);
    }
    return found;
  }
  static std::string track_of(const json& trace, const json& event) {
    for (const json& name : trace.at("traceEvents")) {
      if (name.at("name") == "thread_name" && name.at("pid") == event.at("pid") && name.at("tid") == event.at("tid")) {
        return name.at("args").at("name");
      }
    }
    return "";
  }
  static std::vector<std::pair<std::uint64_t, double>> counter(const json& trace, const std::string& name) {
    std::vector<std::pair<std::uint64_t, double>> points;
    for (const json& event : events(trace, "C")) {
      if (event.at("name") == name) points.emplace_back(event.at("ts"), event.at("args").at("value"));
    }
    return points;
  }
  static void expect_slice(const json& event, const std::string& name, std::uint64_t begin, std::uint64_t cycles) {
    EXPECT_EQ(event.at("name"), name);
    EXPECT_EQ(event.at("ts"), begin) << name;
    EXPECT_EQ(event.at("dur"), cycles) << name;
    EXPECT_EQ(event.at("args").at("cycles"), cycles) << name;
  }

  static LayerRow npu_row(const std::string& name, const std::string& op) {
    return {.name = name, .op = op, .place = compiler::Place::kNpu, .reason = ""};
  }
  static LayerRow cpu_row(const std::string& name, const std::string& op) {
    return {.name = name, .op = op, .reason = "has no place there", .cpu_bytes = 12};
  }

  Stream stream_;
  JobRecorder recorder_;
  std::uint64_t now_ = 1000;  // Cycle up to which activity() has told.
  std::ostringstream out_;
  TraceWriter writer_{out_};
  std::vector<LayerRow> layers_{cpu_row("quantize", "QUANTIZE"), npu_row("net/block/conv;relu", "CONV_2D"),
                                cpu_row("sum", "SUM"), npu_row("pool", "MAX_POOL_2D")};
};

TEST_F(TraceWriterTest, NothingIsATrace) {
  const json trace = finish();
  EXPECT_EQ(trace.at("otherData"), json({{"model", "m"}, {"backend", "rtl"}}));
  EXPECT_EQ(events(trace, "M").size(), trace.at("traceEvents").size());
}

TEST_F(TraceWriterTest, EveryCommandIsASliceOfItsTrack) {
  const std::uint32_t load = stream_.dma(spec::Opcode::kLoad, 0, 100, 3);
  const std::uint32_t conv = stream_.compute(spec::Opcode::kConv, 0);
  const std::uint32_t pool = stream_.compute(spec::Opcode::kMaxpool, 1);
  const std::uint32_t store = stream_.dma(spec::Opcode::kStore, 1, 64);
  command(spec::Engine::kLoad, load, 1010, 1030);
  command(spec::Engine::kCompute, conv, 1020, 1060);
  command(spec::Engine::kCompute, pool, 1060, 1070);
  command(spec::Engine::kStore, store, 1071, 1099);
  writer_.on_job(take(990, 1110), layers_);
  const json trace = finish();

  const auto loads = events(trace, "X", "load DMA");
  ASSERT_EQ(loads.size(), 1U);
  expect_slice(loads[0], "LOAD block/conv", 1010, 20);
  EXPECT_EQ(loads[0].at("args").at("bytes"), 300);
  EXPECT_EQ(loads[0].at("args").at("offset"), load);
  EXPECT_EQ(loads[0].at("args").at("layer"), 1);
  EXPECT_EQ(loads[0].at("args").at("operator"), "CONV_2D");
  const auto array = events(trace, "X", "array");
  ASSERT_EQ(array.size(), 1U);
  expect_slice(array[0], "CONV block/conv", 1020, 40);
  EXPECT_FALSE(array[0].at("args").contains("completed"));
  const auto vector = events(trace, "X", "vector unit");
  ASSERT_EQ(vector.size(), 1U);
  expect_slice(vector[0], "MAXPOOL pool", 1060, 10);
  const auto stores = events(trace, "X", "store DMA");
  ASSERT_EQ(stores.size(), 1U);
  expect_slice(stores[0], "STORE pool", 1071, 28);
  EXPECT_EQ(stores[0].at("args").at("bytes"), 64);
  EXPECT_EQ(events(trace, "X", "command fetch").size(), 0U);
}

TEST_F(TraceWriterTest, EveryCycleOfAJobIsItsLayers) {
  const std::uint32_t conv = stream_.compute(spec::Opcode::kConv, 0);
  command(spec::Engine::kCompute, conv, 1010, 1040);
  activity({.cause = spec::Cause::kCommand, .fetch_wait = true}, 5);  // Before any command.
  activity({.cause = spec::Cause::kCommand, .fetch_wait = true, .read_beat = true}, 2);
  activity({.cause = spec::Cause::kLoad, .layer = 0}, 3);
  activity({.cause = spec::Cause::kFill, .layer = 0}, 10);
  activity({.cause = spec::Cause::kArray, .layer = 0}, 20);
  activity({.cause = spec::Cause::kStore, .layer = 1, .write_beat = true}, 4);
  activity({.cause = spec::Cause::kStore, .layer = 0}, 1);
  writer_.on_job(take(990, 1050), layers_);
  const json trace = finish();

  const auto slices = events(trace, "X", "jobs and layers");
  ASSERT_EQ(slices.size(), 4U);
  expect_slice(slices[0], "job 0: operator 0 (auklet-npu)", 990, 60);
  expect_slice(slices[1], "1 CONV_2D block/conv", 1000, 40);
  EXPECT_EQ(slices[1].at("args").at("name"), "net/block/conv;relu");
  EXPECT_EQ(slices[1].at("args").at("causes"), json({{"COMMAND", 7}, {"LOAD", 3}, {"FILL", 10}, {"ARRAY", 20}}));
  expect_slice(slices[2], "3 MAX_POOL_2D pool", 1040, 4);
  expect_slice(slices[3], "1 CONV_2D block/conv", 1044, 1);
  const auto array = events(trace, "X", "array");
  ASSERT_EQ(array.size(), 1U);
  EXPECT_EQ(array[0].at("args").at("causes"), json({{"FILL", 10}, {"ARRAY", 20}}));
  const auto waits = events(trace, "X", "command fetch");
  ASSERT_EQ(waits.size(), 1U);
  expect_slice(waits[0], "wait for commands", 1000, 7);

  using Points = std::vector<std::pair<std::uint64_t, double>>;
  EXPECT_EQ(counter(trace, "array utilisation (%)"), (Points{{1000, 100.0 * 20 / 45}, {1045, 0}}));
  EXPECT_EQ(counter(trace, "bytes read a cycle"), (Points{{1000, 16.0 * 2 / 45}, {1045, 0}}));
  EXPECT_EQ(counter(trace, "bytes written a cycle"), (Points{{1000, 16.0 * 4 / 45}, {1045, 0}}));
}

TEST_F(TraceWriterTest, CountersHaveAValueABucket) {
  activity({.cause = spec::Cause::kFill, .layer = 0}, kTraceBucketCycles - 10);
  activity({.cause = spec::Cause::kArray, .layer = 0}, kTraceBucketCycles + 10);  // The second bucket, too.
  activity({.cause = spec::Cause::kArray, .layer = 0}, kTraceBucketCycles);       // The same: no event.
  activity({.cause = spec::Cause::kArray, .layer = 0}, 25);                       // Half of the short last one.
  activity({.cause = spec::Cause::kStore, .layer = 0}, 25);
  writer_.on_job(take(1000, now_), layers_);
  const std::vector<std::pair<std::uint64_t, double>> expected{{1000, 1000.0 / kTraceBucketCycles},
                                                               {1000 + kTraceBucketCycles, 100},
                                                               {1000 + 3 * kTraceBucketCycles, 50},
                                                               {1000 + 3 * kTraceBucketCycles + 50, 0}};
  EXPECT_EQ(counter(finish(), "array utilisation (%)"), expected);
}

// A functional model knows no beats: a transfer's bytes are spread over its cycles.
TEST_F(TraceWriterTest, WithoutBeatsTransfersCountTheBytes) {
  const std::uint32_t load = stream_.dma(spec::Opcode::kLoad, 0, 100);
  const std::uint32_t store = stream_.dma(spec::Opcode::kStore, 0, 30);
  command(spec::Engine::kStore, store, 1030, 1040);
  command(spec::Engine::kLoad, load, 1010, 1030);  // Engines are not in order of time.
  activity({.cause = spec::Cause::kLoad, .layer = 0}, 50);
  writer_.on_job(take(990, 1060, false), layers_);
  const json trace = finish();
  using Points = std::vector<std::pair<std::uint64_t, double>>;
  EXPECT_EQ(counter(trace, "bytes read a cycle"), (Points{{1000, 2}, {1050, 0}}));
  EXPECT_EQ(counter(trace, "bytes written a cycle"), (Points{{1000, 0.6}, {1050, 0}}));
}

// A job that is stopped: the model has reported what would have come later.
TEST_F(TraceWriterTest, NothingOutlivesTheJob) {
  const std::uint32_t first = stream_.compute(spec::Opcode::kConv, 0);
  const std::uint32_t second = stream_.compute(spec::Opcode::kConv, 0);
  const std::uint32_t third = stream_.compute(spec::Opcode::kConv, 1);
  const std::uint32_t load = stream_.dma(spec::Opcode::kLoad, 1, 16);
  command(spec::Engine::kCompute, first, 1000, 1010);
  command(spec::Engine::kCompute, second, 1010, 1090);
  command(spec::Engine::kCompute, third, 1090, 1095);
  recorder_.on_command_start(spec::Engine::kLoad, load, 1020);
  activity({.cause = spec::Cause::kArray, .layer = 0}, 90);
  activity({.cause = spec::Cause::kArray, .layer = 1}, 5);
  writer_.on_job(take(990, 1050), layers_);
  const json trace = finish();
  const auto array = events(trace, "X", "array");
  ASSERT_EQ(array.size(), 2U);
  expect_slice(array[1], "CONV block/conv", 1010, 40);
  EXPECT_EQ(array[1].at("args").at("completed"), false);
  const auto loads = events(trace, "X", "load DMA");
  ASSERT_EQ(loads.size(), 1U);
  expect_slice(loads[0], "LOAD pool", 1020, 30);
  EXPECT_EQ(loads[0].at("args").at("completed"), false);
  const auto slices = events(trace, "X", "jobs and layers");
  ASSERT_EQ(slices.size(), 2U);
  expect_slice(slices[1], "1 CONV_2D block/conv", 1000, 50);
}

TEST_F(TraceWriterTest, JobsFollowEachOther) {
  const std::uint32_t conv = stream_.compute(spec::Opcode::kConv, 0);
  for (const std::uint64_t begin : {1000U, 2000U}) {
    now_ = begin;
    recorder_.begin();
    command(spec::Engine::kCompute, conv, begin, begin + 10);
    activity({.cause = spec::Cause::kArray, .layer = 0}, 10);
    writer_.on_job(take(begin, begin + 20), layers_);
  }
  const json trace = finish();
  EXPECT_EQ(events(trace, "X", "array").size(), 2U);
  const auto slices = events(trace, "X", "jobs and layers");
  ASSERT_EQ(slices.size(), 4U);
  expect_slice(slices[2], "job 1: operator 0 (auklet-npu)", 2000, 20);
  const std::vector<std::pair<std::uint64_t, double>> expected{{1000, 100}, {1010, 0}, {2000, 100}, {2010, 0}};
  EXPECT_EQ(counter(trace, "array utilisation (%)"), expected);
}

// The host's time has a process of its own; on the NPU's axis an operator is a point.
TEST_F(TraceWriterTest, CpuOperatorsTakeHostTime) {
  writer_.on_cpu_operator({.row = 0, .microseconds = 30, .cycle = 500}, layers_);
  writer_.on_cpu_operator({.row = 2, .microseconds = 5, .cycle = 700}, layers_);
  writer_.on_cpu_operator({.row = 2, .microseconds = 6}, layers_);  // No NPU: no place on its axis.
  const json trace = finish();
  const auto points = events(trace, "i", "CPU");
  ASSERT_EQ(points.size(), 2U);
  EXPECT_EQ(points[0].at("name"), "0 QUANTIZE quantize");
  EXPECT_EQ(points[0].at("ts"), 500);
  EXPECT_EQ(points[0].at("args").at("reason"), "has no place there");
  EXPECT_EQ(points[0].at("args").at("bytes"), 12);
  EXPECT_EQ(points[1].at("ts"), 700);
  const auto slices = events(trace, "X", "CPU");
  ASSERT_EQ(slices.size(), 3U);
  EXPECT_NE(slices[0].at("pid"), points[0].at("pid"));
  for (const auto& [i, begin, duration] : {std::tuple{0, 0, 30}, {1, 30, 5}, {2, 35, 6}}) {
    EXPECT_EQ(slices[static_cast<std::size_t>(i)].at("ts"), begin);
    EXPECT_EQ(slices[static_cast<std::size_t>(i)].at("dur"), duration);
  }
  EXPECT_EQ(slices[1].at("args").at("cycle"), 700);
  EXPECT_FALSE(slices[2].at("args").contains("cycle"));
}

TEST_F(TraceWriterTest, NamesNeedNotBeText) {
  layers_[1].name = "a\"b\\\n\xff";
  const std::uint32_t conv = stream_.compute(spec::Opcode::kConv, 0);
  const std::uint32_t stray = stream_.compute(spec::Opcode::kConv, 9);  // Of a layer that the segment does not have.
  command(spec::Engine::kCompute, conv, 1000, 1010);
  command(spec::Engine::kCompute, stray, 1010, 1020);
  activity({.cause = spec::Cause::kArray, .layer = 9}, 20);
  writer_.on_job(take(1000, 1020), layers_);
  const json trace = finish();
  const auto array = events(trace, "X", "array");
  ASSERT_EQ(array.size(), 2U);
  EXPECT_EQ(array[0].at("name"), "CONV a\"b\\\n\xef\xbf\xbd");
  EXPECT_EQ(array[1].at("name"), "CONV ?");
}

// Cycles before the first command are its layer's.
TEST(JobRecorder, EveryCycleHasALayer) {
  JobRecorder recorder;
  recorder.on_activity({.cause = spec::Cause::kCommand}, 100, 10);
  recorder.on_activity({.cause = spec::Cause::kCommand, .fetch_wait = true}, 110, 10);
  recorder.on_activity({.cause = spec::Cause::kLoad, .layer = 2}, 120, 5);
  recorder.on_activity({.cause = spec::Cause::kLoad, .layer = 1}, 125, 5);
  std::vector<int> layers;
  for (const ActivityRun& run : recorder.take({}, 100, 200).activity) layers.push_back(run.activity.layer.value_or(99));
  EXPECT_EQ(layers, (std::vector<int>{2, 2, 2, 1}));
  recorder.begin();
  recorder.on_activity({.cause = spec::Cause::kCommand}, 200, 10);  // A job without any command.
  const JobTimeline job = recorder.take({}, 200, 300);
  ASSERT_EQ(job.activity.size(), 1U);
  EXPECT_EQ(job.activity[0].activity.layer, 0);
}

// The clock loop reports when it ends, too: a wait is one slice nevertheless.
TEST(JobRecorder, AlikeCyclesAreOneRun) {
  JobRecorder recorder;
  recorder.on_activity({.cause = spec::Cause::kLoad, .layer = 1}, 100, 10);
  recorder.on_activity({.cause = spec::Cause::kLoad, .layer = 1}, 110, 5);
  recorder.on_activity({.cause = spec::Cause::kLoad, .layer = 2}, 115, 5);
  const JobTimeline job = recorder.take({}, 100, 200);
  ASSERT_EQ(job.activity.size(), 2U);
  EXPECT_EQ(job.activity[0].cycles, 15U);
  EXPECT_EQ(job.activity[1].cycles, 5U);
  recorder.begin();
  EXPECT_TRUE(recorder.take({}, 200, 300).activity.empty());
}

}  // namespace
}  // namespace auklet::app
