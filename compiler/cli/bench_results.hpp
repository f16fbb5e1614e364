// What `auklet bench` has measured, in Google Benchmark's JSON format and as a table.
#pragma once

#include <auklet/app/failure.hpp>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace auklet::app {

/// One timed run.
struct TimedRun {
  double real_ms = 0;
  double cpu_ms = 0;
  double simulated_cycles_per_second = 0;  ///< 0: nothing was simulated.
};

/// A benchmark with all its repetitions.
struct Measured {
  std::string name;
  std::vector<TimedRun> runs;
  std::vector<std::pair<std::string, double>> counters{};  ///< Equal in all runs.
  nlohmann::ordered_json detail{};                         ///< What stands under `auklet`.
  std::optional<Failure> failure{};                        ///< Then nothing else but the name counts.
};

/// Mean, median and sample standard deviation; the latter is 0 for one value. Precondition: there is one at least.
struct Statistics {
  double mean = 0;
  double median = 0;
  double deviation = 0;
};
[[nodiscard]] Statistics statistics(std::vector<double> values);

/// The whole file, a line a benchmark.
[[nodiscard]] std::string results_json(const nlohmann::ordered_json& context, const std::vector<Measured>& measured);

/// A line a benchmark: cycles, utilisation, time.
[[nodiscard]] std::string results_table(const std::vector<Measured>& measured);

}  // namespace auklet::app
