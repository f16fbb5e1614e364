// `auklet run` and `auklet compile` as functions.
#pragma once

#include <auklet/app/failure.hpp>
#include <auklet/app/report.hpp>
#include <auklet/app/session.hpp>
#include <auklet/sim/memory_profile.hpp>
#include <auklet/spec/spec.hpp>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace auklet::app {

struct RunRequest {
  std::filesystem::path model;
  std::vector<std::filesystem::path> inputs;    ///< One an input, in order; none: random values from `seed`.
  std::vector<std::filesystem::path> expected;  ///< One an output, in order, to compare with; may be empty.
  std::filesystem::path reference;   ///< The plain model that a compiled one is checked against; may be empty.
  std::filesystem::path output_dir;  ///< Where outK.bin go; empty: nowhere.
  std::size_t steps = 1;
  std::uint64_t seed = 1;
  bool check = true;  ///< Compare with the CPU reference, where that is another program than what ran.
  SessionOptions session;
};

/// Runs a model, writes its outputs and compares them. A mismatch is a report, not a failure. Errors: as read_tflite,
/// read_tensor_file, Session and write_file.
[[nodiscard]] Result<RunReport> run_model(const RunRequest& request);

/// Reads a model file.
[[nodiscard]] Result<compiler::Model> load_model(const std::filesystem::path& path);

/// Compiles `input` for the configuration and writes the result to `output`. Errors: kUsage, kModelRefused.
[[nodiscard]] Result<compiler::CompileReport> compile_model(const std::filesystem::path& input,
                                                            const std::filesystem::path& output,
                                                            const std::string& config);

/// The hardware configuration of that name. Errors: kUsage, with the names there are.
[[nodiscard]] Result<spec::HardwareConfig> configuration_called(const std::string& name);

/// The memory profile of that name. Errors: kUsage.
[[nodiscard]] Result<sim::MemoryProfile> profile_called(const std::string& name);

}  // namespace auklet::app
