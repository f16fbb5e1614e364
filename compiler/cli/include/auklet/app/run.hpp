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

/// A waveform of a run, between two bounds: a cycle, or a layer (`layer:3`, or its name), which begins with the first
/// cycle that is charged to it in the first frame, and ends with its last command there.
struct WaveOptions {
  std::filesystem::path path;  ///< Of the FST file; empty: none.
  std::string from;            ///< Empty: from the beginning.
  std::string to;              ///< First cycle that is not shown, or last layer; empty: to the end.
};

struct RunRequest {
  std::filesystem::path model;
  std::vector<std::filesystem::path> inputs;    ///< One an input, in order; none: random values from `seed`.
  std::vector<std::filesystem::path> expected;  ///< One an output, in order, to compare with; may be empty.
  std::filesystem::path reference;   ///< The plain model that a compiled one is checked against; may be empty.
  std::filesystem::path output_dir;  ///< Where outK.bin go; empty: nowhere.
  std::size_t steps = 1;
  std::size_t repeat = 0;  ///< Runs after the first one that are timed instead of it; on the CPU only. 0: none.
  std::uint64_t seed = 1;
  /// Where a difference found in lock-step is written as a case that repeats it; empty: nowhere.
  std::filesystem::path case_dir;
  bool check = true;  ///< Compare with the CPU reference, where that is another program than what ran.
  WaveOptions wave;
  std::filesystem::path trace;  ///< Where the trace of the run goes (docs/tracing.md); empty: nowhere.
  SessionOptions session;       ///< run_model() sets its wave and timeline itself.
};

/// Runs a model, writes its outputs and compares them. A mismatch of outputs is a report, not a failure. The trace of a
/// run that fails ends where it failed. Errors: as read_tflite, read_tensor_file, Session and write_file; kMismatch for
/// a difference found in lock-step; kUsage for a waveform whose bounds are wrong.
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
