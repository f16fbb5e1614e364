// A difference found in lock-step as files that repeat it.
#pragma once

#include <auklet/app/divergence.hpp>
#include <auklet/app/failure.hpp>
#include <auklet/app/session.hpp>
#include <auklet/compiler/executor.hpp>
#include <auklet/compiler/ir.hpp>
#include <cstddef>
#include <filesystem>
#include <span>
#include <string>

namespace auklet::app {

/// What was written.
struct ReplayCase {
  /// `the operator alone`, `the model up to the operator` or `the whole model`: the least that differs again.
  std::string what;
  bool repeats = false;   ///< Running it differs again; false when even the whole model does not.
  bool waveform = false;  ///< wave.fst holds the cycles around the difference.
  std::string command;    ///< Repeats it.
  std::string sentence;   ///< All of it; without a full stop.
};

/// Writes model.tflite, its inputs as inK.bin, README.txt and, from the RTL of a build with waveforms, wave.fst to
/// `folder`, which is made when it does not exist. `model` is what ran, plain or compiled, for `steps` frames of
/// `inputs` with `options`. A compiled model is kept whole. Errors: kUsage when a file cannot be written; those of
/// Session::open().
[[nodiscard]] Result<ReplayCase> write_replay_case(const compiler::Model& model,
                                                   std::span<const compiler::Bytes> inputs, std::size_t steps,
                                                   const DivergenceReport& divergence, const SessionOptions& options,
                                                   const std::filesystem::path& folder);

}  // namespace auklet::app
