// `auklet bench`: models on every combination of backend, configuration and memory profile, as data for other programs.
#pragma once

#include <auklet/app/backend.hpp>
#include <auklet/app/failure.hpp>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace auklet::app {

/// Version of what stands under `auklet` in the results; readers refuse any other.
inline constexpr int kResultsVersion = 1;

struct BenchRequest {
  std::vector<std::string> models;  ///< `FILE`, or `NAME=FILE`; without NAME it is the file's, without its ending.
  std::vector<Backend> backends = {Backend::kRtl};
  std::vector<std::string> configs{};         ///< None: the one that each model was compiled for, else the default.
  std::vector<std::string> profiles{"sram"};  ///< Names of memory profiles.
  std::size_t repetitions = 1;                ///< Timed runs; one more is not timed, but looked at.
  std::uint64_t seed = 1;                     ///< Of the random inputs.
  bool check = true;                          ///< Compare the outputs with the CPU reference's.
  std::uint64_t deadline_cycles = 1'000'000'000;
  std::string executable = "auklet";  ///< As the results' context calls it.
  /// What runs, and the share of everything that is done; called now and then. May be empty.
  std::function<void(double share)> on_progress{};
};

struct BenchResults {
  std::string json;                ///< Google Benchmark's format with additions, see docs/report.md.
  std::string table;               ///< For people: a line a benchmark.
  std::optional<Failure> failure;  ///< The first of a benchmark that failed; the others' results are there.
};

/// Runs everything, in the order models, configurations, profiles, backends. A run on the CPU needs no hardware: there
/// is one a model. Errors, before anything runs: kUsage (two models of one name, unknown names, a file that cannot be
/// read), kModelRefused, kNoBackend.
[[nodiscard]] Result<BenchResults> run_bench(const BenchRequest& request);

}  // namespace auklet::app
