// What `auklet bench` says: its numbers are those of `auklet run`, they add up to the counters, and the format is
// Google Benchmark's.
#include <gtest/gtest.h>

#include <algorithm>
#include <auklet/app/bench.hpp>
#include <auklet/app/energy.hpp>
#include <auklet/app/run.hpp>
#include <auklet/app/tensor_file.hpp>
#include <cmath>
#include <cstdlib>
#include <map>
#include <nlohmann/json.hpp>
#include <numeric>
#include <string>

#include "bench_results.hpp"
#include "unit_timeline.hpp"

namespace auklet::app {
namespace {

using nlohmann::ordered_json;

std::string keyword_model() {
  const char* root = std::getenv("AUKLET_SOURCE_DIR");
  return std::string(root != nullptr ? root : ".") + "/models/keyword/keyword.tflite";
}

Backend best_backend() { return is_available(Backend::kRtl) ? Backend::kRtl : Backend::kModel; }

ordered_json bench(const BenchRequest& request) {
  const auto results = run_bench(request);
  EXPECT_TRUE(results) << results.error().message;
  if (!results) return {};
  EXPECT_FALSE(results->failure) << results->failure->message;
  return ordered_json::parse(results->json);
}

std::vector<std::string> names(const ordered_json& results) {
  std::vector<std::string> all;
  for (const ordered_json& entry : results["benchmarks"]) all.push_back(entry["name"]);
  return all;
}

std::uint64_t sum(const ordered_json& detail, const std::string& kind) {
  std::uint64_t all = 0;
  for (const ordered_json& layer : detail["layers"]) all += layer["operations"][kind].get<std::uint64_t>();
  return all;
}

TEST(Statistics, OfRepetitions) {
  const Statistics four = statistics({4, 1, 2, 9});
  EXPECT_DOUBLE_EQ(four.mean, 4);
  EXPECT_DOUBLE_EQ(four.median, 3);
  EXPECT_DOUBLE_EQ(four.deviation, std::sqrt(38.0 / 3));
  EXPECT_DOUBLE_EQ(statistics({5, 7, 1}).median, 5);
  EXPECT_DOUBLE_EQ(statistics({5}).deviation, 0);
}

TEST(Results, HaveGoogleBenchmarksShape) {
  const ordered_json results = bench({.models = {keyword_model()}, .backends = {Backend::kModel}, .repetitions = 3});
  EXPECT_EQ(results["context"]["json_schema_version"], 1);
  for (const char* key : {"date", "host_name", "executable", "num_cpus", "library_build_type"}) {
    EXPECT_TRUE(results["context"].contains(key)) << key;
  }
  const std::string name = "keyword/npu256/sram/model";
  EXPECT_EQ(names(results),
            (std::vector<std::string>{name, name, name, name + "_mean", name + "_median", name + "_stddev"}));
  std::size_t number = 0;
  for (const ordered_json& entry : results["benchmarks"]) {
    EXPECT_EQ(entry["run_name"], name);
    EXPECT_EQ(entry["family_index"], 0);
    EXPECT_EQ(entry["repetitions"], 3);
    EXPECT_EQ(entry["threads"], 1);
    EXPECT_EQ(entry["time_unit"], "ms");
    EXPECT_GE(entry["real_time"].get<double>(), 0);
    EXPECT_GE(entry["cpu_time"].get<double>(), 0);
    const bool aggregate = number >= 3;
    EXPECT_EQ(entry["run_type"], aggregate ? "aggregate" : "iteration");
    EXPECT_EQ(entry["iterations"], aggregate ? 3 : 1);
    EXPECT_EQ(entry.contains("repetition_index"), !aggregate);
    EXPECT_EQ(entry.contains("aggregate_name"), aggregate);
    EXPECT_EQ(entry.contains("auklet"), number == 0) << "it is the same for all repetitions";
    if (!aggregate) {
      EXPECT_EQ(entry["repetition_index"], number);
    }
    ++number;
  }
  EXPECT_EQ(results["benchmarks"][5]["cycles"], 0) << "cycles do not scatter";
}

TEST(Bench, RunsEveryCombinationOnceInOrder) {
  const ordered_json results = bench({.models = {"a=" + keyword_model(), "b=" + keyword_model()},
                                      .backends = {Backend::kModel, Backend::kCpu, Backend::kModel},
                                      .configs = {"npu64", "npu1024"},
                                      .profiles = {"flash", "sram"}});
  std::vector<std::string> expected;
  for (const std::string model : {"a", "b"}) {
    expected.insert(expected.end(), {model + "/npu64/flash/model", model + "/cpu", model + "/npu64/sram/model",
                                     model + "/npu1024/flash/model", model + "/npu1024/sram/model"});
  }
  EXPECT_EQ(names(results), expected);
}

TEST(Bench, HasTheNumbersOfARun) {
  RunRequest request;
  request.model = keyword_model();
  request.session.backend = best_backend();
  const auto report = run_model(request);
  ASSERT_TRUE(report) << report.error().message;
  const ordered_json entry = bench({.models = {keyword_model()}, .backends = {best_backend()}})["benchmarks"][0];
  EXPECT_EQ(entry["cycles"], report->cycles);
  EXPECT_EQ(entry["macs"], report->macs);
  const ordered_json& detail = entry["auklet"];
  EXPECT_EQ(detail["verdict"], "bit-exact");
  const ordered_json run = to_json(*report);
  for (const char* key : {"cycles", "job_cycles", "macs", "npu_macs", "utilisation", "causes", "events", "segments"}) {
    EXPECT_EQ(detail[key], run[key]) << key;
  }
  ASSERT_EQ(detail["layers"].size(), report->layers.size());
  for (std::size_t i = 0; i < report->layers.size(); ++i) {
    EXPECT_EQ(detail["layers"][i]["cycles"], report->layers[i].cycles);
    EXPECT_EQ(detail["layers"][i]["bytes"], report->layers[i].bytes);
  }
}

TEST(Bench, IsTheSameButForTimes) {
  const auto without_times = [] {
    ordered_json results = bench({.models = {keyword_model()}, .backends = {Backend::kModel, Backend::kCpu}});
    results["context"].erase("date");
    for (ordered_json& entry : results["benchmarks"]) {
      for (const char* key : {"real_time", "cpu_time", "simulated_cycles_per_second"}) entry.erase(key);
      entry["auklet"].erase("inference_seconds");
    }
    return results;
  };
  EXPECT_EQ(without_times(), without_times());
}

// Of the hardware itself, where this build has it.
TEST(Bench, CountsWhatTheHardwareCounts) {
  const ordered_json detail =
      bench({.models = {keyword_model()}, .backends = {best_backend()}})["benchmarks"][0]["auklet"];
  constexpr std::uint64_t kVector = 16;  // Bytes. This network adds nothing, so that no operand is rescaled.
  EXPECT_EQ(sum(detail, "requantisation"), kVector * detail["events"]["REQUANT_ACTIVE"].get<std::uint64_t>());
  EXPECT_EQ(sum(detail, "mac"), detail["macs"]);
  EXPECT_EQ(sum(detail, "cycle"), detail["cycles"]);
  std::uint64_t bytes = 0;
  for (const ordered_json& layer : detail["layers"]) bytes += layer["bytes"].get<std::uint64_t>();
  EXPECT_EQ(sum(detail, "memory"), bytes);
  EXPECT_EQ(sum(detail, "flash"), 0U);
}

// Counts the words that commands write into the SRAM.
class WriteCounter final : public sim::Observer {
 public:
  void on_sram_write(spec::Engine /*engine*/, std::uint32_t /*offset*/, std::uint32_t /*address*/,
                     sim::SramWord /*word*/, std::uint64_t /*cycle*/) override {
    ++words;
  }
  std::uint64_t words = 0;
};

TEST(Bench, CountsTheWordsThatAreWritten) {
  for (const Backend backend : {Backend::kModel, best_backend()}) {
    WriteCounter counter;
    SessionOptions options;
    options.backend = backend;
    options.make_device = [&](const spec::HardwareConfig& config, const std::optional<WaveRequest>& wave) {
      auto device = make_simulated_npu(backend, config, wave);
      EXPECT_TRUE(device && (*device)->target().observe(&counter));
      return device;
    };
    auto session = Session::open("keyword", *load_model(keyword_model()), options);
    ASSERT_TRUE(session) << session.error().message;
    const auto inputs = random_inputs(session->graph(), 1, 1);
    ASSERT_TRUE(session->run(*inputs));
    const auto operations = session->operations();
    ASSERT_TRUE(operations);
    std::uint64_t words = 0;
    for (const LayerOperations& layer : *operations) words += layer.counts.sram_writes;
    EXPECT_GT(words, 0U);
    EXPECT_EQ(words, counter.words) << describe(backend).name;
  }
}

TEST(Bench, KnowsWhereWeightsComeFrom) {
  const ordered_json results =
      bench({.models = {keyword_model()}, .backends = {Backend::kModel}, .profiles = {"sram", "flash"}});
  const ordered_json& sram = results["benchmarks"][0]["auklet"];
  const ordered_json& flash = results["benchmarks"][1]["auklet"];
  EXPECT_EQ(sum(flash, "flash") + sum(flash, "memory"), sum(sram, "memory"));
  EXPECT_GT(sum(flash, "flash"), sum(flash, "memory"));
}

// The units' busy cycles are those that the counters have.
TEST(Bench, HasATimelineThatAddsUp) {
  const ordered_json detail =
      bench({.models = {keyword_model()}, .backends = {best_backend()}})["benchmarks"][0]["auklet"];
  std::map<std::string, std::uint64_t> busy;
  for (const ordered_json& track : detail["timeline"]["tracks"]) {
    std::uint64_t end = 0;
    std::uint64_t all = 0;
    for (const ordered_json& slice : track["slices"]) {
      EXPECT_GE(slice[0].get<std::uint64_t>(), end) << "slices do not overlap";
      EXPECT_LE(slice[3], slice[1].get<std::uint64_t>() - slice[0].get<std::uint64_t>());
      EXPECT_LT(slice[2].get<std::size_t>(), detail["layers"].size());
      end = slice[1];
      all += slice[3].get<std::uint64_t>();
    }
    EXPECT_EQ(track["busy"], all);
    busy[track["unit"]] = all;
  }
  EXPECT_EQ(busy["layers"], detail["job_cycles"]);
  EXPECT_EQ(busy["array"] + busy["vector"], detail["events"]["COMPUTE_BUSY"]);
  EXPECT_EQ(busy["load"], detail["events"]["LOAD_BUSY"]);
  EXPECT_EQ(busy["store"], detail["events"]["STORE_BUSY"]);
  EXPECT_EQ(busy["fetch"], detail["events"]["FETCH_WAIT"]);
  EXPECT_EQ(detail["timeline"]["jobs"], ordered_json({{0, detail["cycles"]}}));
}

TEST(Bench, HasAMemoryMapWithoutOverlaps) {
  const ordered_json detail =
      bench({.models = {keyword_model()}, .backends = {Backend::kModel}})["benchmarks"][0]["auklet"];
  ASSERT_EQ(detail["memory"].size(), 1U);
  const ordered_json& segment = detail["memory"][0];
  const ordered_json& blocks = segment["blocks"];
  ASSERT_GT(blocks.size(), 20U) << "inputs, outputs and weights of a dozen layers";
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    const ordered_json& a = blocks[i];
    EXPECT_LE(a["address"].get<std::uint32_t>() + a["bytes"].get<std::uint32_t>(), segment["sram_bytes"]);
    EXPECT_LT(a["last_step"], segment["step_layers"].size());
    for (std::size_t k = 0; k < i; ++k) {
      const ordered_json& b = blocks[k];
      const bool at_once = a["first_step"] <= b["last_step"] && b["first_step"] <= a["last_step"];
      const auto end = [](const ordered_json& x) {
        return x["address"].get<std::uint64_t>() + x["bytes"].get<std::uint64_t>();
      };
      const bool same_place = a["place"] == b["place"] && a["address"] < end(b) && b["address"] < end(a);
      EXPECT_FALSE(at_once && same_place) << a << b;
    }
  }
}

TEST(Bench, RefusesBeforeItRuns) {
  const auto refusal = [](const BenchRequest& request) {
    const auto results = run_bench(request);
    return results ? Failure{ExitCode::kOk, ""} : results.error();
  };
  const std::string model = keyword_model();
  EXPECT_EQ(refusal({.models = {model, model}, .backends = {Backend::kModel}}),
            (Failure{ExitCode::kUsage, "two models are called 'keyword'; give them names, as NAME=FILE"}));
  EXPECT_EQ(refusal({.models = {"=" + model}, .backends = {Backend::kModel}}).code, ExitCode::kUsage);
  EXPECT_EQ(refusal({.models = {"none.tflite"}, .backends = {Backend::kModel}}).code, ExitCode::kUsage);
  EXPECT_EQ(refusal({.models = {model}, .backends = {Backend::kModel}, .configs = {"npu7"}}).code, ExitCode::kUsage);
  EXPECT_EQ(refusal({.models = {model}, .backends = {Backend::kModel}, .profiles = {"tape"}}).code, ExitCode::kUsage);
}

TEST(Bench, GoesOnBehindAFailure) {
  const auto results =
      run_bench({.models = {keyword_model()}, .backends = {Backend::kModel, Backend::kCpu}, .deadline_cycles = 100});
  ASSERT_TRUE(results) << results.error().message;
  ASSERT_TRUE(results->failure);
  EXPECT_EQ(results->failure->code, ExitCode::kDeadline);
  const ordered_json entries = ordered_json::parse(results->json)["benchmarks"];
  ASSERT_EQ(entries.size(), 2U);
  EXPECT_EQ(entries[0]["error_occurred"], true);
  EXPECT_EQ(entries[0]["error_message"], results->failure->message);
  EXPECT_EQ(entries[1]["name"], "keyword/cpu");
  EXPECT_FALSE(entries[1].contains("error_occurred"));
}

std::vector<UnitSlice> slices(std::size_t count) {
  std::vector<UnitSlice> all;
  for (std::size_t i = 0; i < count; ++i) all.push_back({.begin = 10 * i, .end = 10 * i + 5, .row = i % 3, .busy = 5});
  return all;
}

TEST(MergeSlices, KeepsFewOnes) {
  EXPECT_EQ(merge_slices(slices(7), 7).size(), 7U);
  EXPECT_TRUE(merge_slices({}, 7).empty());
}

TEST(MergeSlices, KeepsSumsAndOrder) {
  const std::vector<UnitSlice> merged = merge_slices(slices(1000), 100);
  EXPECT_LE(merged.size(), 100U);
  EXPECT_GT(merged.size(), 40U) << "the smallest step that suffices";
  std::uint64_t busy = 0;
  std::uint64_t commands = 0;
  for (std::size_t i = 0; i < merged.size(); ++i) {
    busy += merged[i].busy;
    commands += merged[i].commands;
    EXPECT_GE(merged[i].begin, i > 0 ? merged[i - 1].end : 0);
  }
  EXPECT_EQ(busy, 5000U);
  EXPECT_EQ(commands, 1000U);
  EXPECT_EQ(merge_slices(slices(1000), 1).size(), 1U);
}

TEST(MergeSlices, NamesTheOneThatWasBusyLongest) {
  std::vector<UnitSlice> three = slices(3);
  three[1].end += 3;
  three[1].busy += 3;
  EXPECT_EQ(merge_slices(three, 1)[0].row, 1U);
}

}  // namespace
}  // namespace auklet::app
