// Reads what `auklet bench` wrote.
#pragma once

#include <auklet/app/failure.hpp>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace auklet::app {

/// A benchmark of a file, all repetitions together.
struct ResultsRun {
  std::string name;
  std::string error;              ///< Why there is nothing else; empty when there is.
  std::vector<double> times_ms;   ///< Real times of the repetitions.
  nlohmann::ordered_json detail;  ///< The object `auklet`, of the shape that page/results_shape.json says.
};

/// The benchmarks of a results file, in order. Errors: as make_html_report().
[[nodiscard]] Result<std::vector<ResultsRun>> read_results(const std::filesystem::path& path);

}  // namespace auklet::app
