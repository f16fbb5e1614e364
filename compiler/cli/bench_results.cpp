#include "bench_results.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "text_table.hpp"

namespace auklet::app {
namespace {

using nlohmann::ordered_json;

constexpr const char* kSpeed = "simulated_cycles_per_second";

// What all entries of a benchmark begin with.
ordered_json entry_of(const Measured& measured, std::size_t index, const std::string& suffix, const char* run_type) {
  return {{"name", measured.name + suffix}, {"family_index", index}, {"per_family_instance_index", 0},
          {"run_name", measured.name},      {"run_type", run_type},  {"repetitions", measured.runs.size()}};
}

ordered_json repetition(const Measured& measured, std::size_t index, std::size_t number) {
  const TimedRun& run = measured.runs[number];
  ordered_json entry = entry_of(measured, index, "", "iteration");
  entry.update({{"repetition_index", number},
                {"threads", 1},
                {"iterations", 1},
                {"real_time", run.real_ms},
                {"cpu_time", run.cpu_ms},
                {"time_unit", "ms"}});
  for (const auto& [name, value] : measured.counters) entry[name] = value;
  if (run.simulated_cycles_per_second > 0) entry[kSpeed] = run.simulated_cycles_per_second;
  if (number == 0) entry["auklet"] = measured.detail;
  return entry;
}

ordered_json failed(const Measured& measured, const Failure& failure, std::size_t index) {
  ordered_json entry = entry_of(measured, index, "", "iteration");
  entry.update({{"repetitions", 1},
                {"repetition_index", 0},
                {"threads", 1},
                {"error_occurred", true},
                {"error_message", failure.message},
                {"iterations", 0},
                {"real_time", 0.0},
                {"cpu_time", 0.0},
                {"time_unit", "ms"}});
  return entry;
}

Statistics over(const std::vector<TimedRun>& runs, double TimedRun::* member) {
  std::vector<double> values;
  values.reserve(runs.size());
  for (const TimedRun& run : runs) values.push_back(run.*member);
  return statistics(std::move(values));
}

// A statistic of the runs: of times and speed; counters are equal in all of them.
ordered_json aggregate(const Measured& measured, std::size_t index, const char* name, double Statistics::* which) {
  ordered_json entry = entry_of(measured, index, std::string("_") + name, "aggregate");
  entry.update({{"threads", 1},
                {"aggregate_name", name},
                {"aggregate_unit", "time"},
                {"iterations", measured.runs.size()},
                {"real_time", over(measured.runs, &TimedRun::real_ms).*which},
                {"cpu_time", over(measured.runs, &TimedRun::cpu_ms).*which},
                {"time_unit", "ms"}});
  const bool spread = which == &Statistics::deviation;
  for (const auto& [counter, value] : measured.counters) entry[counter] = spread ? 0.0 : value;
  if (measured.runs.front().simulated_cycles_per_second > 0) {
    entry[kSpeed] = over(measured.runs, &TimedRun::simulated_cycles_per_second).*which;
  }
  return entry;
}

void add_entries(std::vector<ordered_json>& entries, const Measured& measured, std::size_t index) {
  if (measured.failure) {
    entries.push_back(failed(measured, *measured.failure, index));
    return;
  }
  for (std::size_t i = 0; i < measured.runs.size(); ++i) entries.push_back(repetition(measured, index, i));
  if (measured.runs.size() < 2) return;
  entries.push_back(aggregate(measured, index, "mean", &Statistics::mean));
  entries.push_back(aggregate(measured, index, "median", &Statistics::median));
  entries.push_back(aggregate(measured, index, "stddev", &Statistics::deviation));
}

// Names in models need not be UTF-8.
std::string text_of(const ordered_json& json) {
  return json.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

double counter(const Measured& measured, std::string_view name) {
  const auto found = std::ranges::find(measured.counters, name, &std::pair<std::string, double>::first);
  return found == measured.counters.end() ? 0 : found->second;
}

}  // namespace

Statistics statistics(std::vector<double> values) {
  const auto count = static_cast<double>(values.size());
  std::ranges::sort(values);
  const std::size_t middle = values.size() / 2;
  Statistics result;
  result.mean = std::accumulate(values.begin(), values.end(), 0.0) / count;
  result.median = values.size() % 2 != 0 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
  if (values.size() < 2) return result;
  double squares = 0;
  for (const double value : values) squares += (value - result.mean) * (value - result.mean);
  result.deviation = std::sqrt(squares / (count - 1));
  return result;
}

std::string results_json(const ordered_json& context, const std::vector<Measured>& measured) {
  std::vector<ordered_json> entries;
  for (std::size_t i = 0; i < measured.size(); ++i) add_entries(entries, measured[i], i);
  std::string text = "{\"context\": " + text_of(context) + ",\n\"benchmarks\": [\n";
  for (std::size_t i = 0; i < entries.size(); ++i) {
    text += text_of(entries[i]) + (i + 1 < entries.size() ? ",\n" : "\n");
  }
  return text + "]}\n";
}

std::string results_table(const std::vector<Measured>& measured) {
  TextTable table({{"benchmark", false, true},
                   {"cycles", true},
                   {"array", true},
                   {"bytes", true},
                   {"energy", true},
                   {"median ms", true}});
  std::string failures;
  for (const Measured& one : measured) {
    if (one.failure) {
      failures += fmt::format("{} failed: {}\n", one.name, one.failure->message);
      continue;
    }
    const bool npu = counter(one, "cycles") > 0;
    const auto bytes = static_cast<std::uint64_t>(counter(one, "bytes_read") + counter(one, "bytes_written"));
    table.add({one.name, npu ? grouped(static_cast<std::uint64_t>(counter(one, "cycles"))) : "-",
               npu ? percent(counter(one, "utilisation")) : "-", npu ? grouped(bytes) : "-",
               npu ? fmt::format("{:.2f} uJ", counter(one, "energy_estimate_uj")) : "-",
               fmt::format("{:.2f}", over(one.runs, &TimedRun::real_ms).median)});
  }
  return table.text() + failures;
}

}  // namespace auklet::app
