// How the command line and its parts report failure: one sentence, and the exit code that stands for its kind.
#pragma once

#include <auklet/compiler/result.hpp>
#include <cstdint>
#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace auklet::app {

/// What the process ends with. The values are documented in docs/cli.md and do not change.
enum class ExitCode : std::uint8_t {
  kOk = 0,            ///< Done; what was compared is equal.
  kMismatch = 1,      ///< An output differs from the CPU reference or from an expected file.
  kUsage = 2,         ///< Wrong arguments, or a file that cannot be read, written, or does not fit the model.
  kModelRefused = 3,  ///< The model is damaged, contradictory, or needs what is not implemented.
  kNpuFault = 4,      ///< The driver refused a command stream, or the NPU reported a fault.
  kDeadline = 5,      ///< A job did not end before its deadline.
  kNoBackend = 6,     ///< This build lacks the backend.
  kInternal = 7,      ///< A defect of the program itself.
};

/// One failure. `message` is one sentence without a full stop: what, where, and what to do about it.
struct Failure {
  ExitCode code = ExitCode::kInternal;
  std::string message;

  bool operator==(const Failure&) const = default;
};

/// A T, or the reason why there is none.
template <typename T>
using Result = tl::expected<T, Failure>;

/// Success, or the reason why not.
using Outcome = Result<void>;

/// Shorthand for returning a failure: `return fail(ExitCode::kUsage, "...")`.
[[nodiscard]] inline tl::unexpected<Failure> fail(ExitCode code, std::string message) {
  return tl::unexpected<Failure>(Failure{code, std::move(message)});
}

/// The compiler's error as a failure about `subject` (a path, an operator), with what to do about its kind.
[[nodiscard]] Failure from_compiler(const std::string& subject, const compiler::Error& error);

}  // namespace auklet::app
