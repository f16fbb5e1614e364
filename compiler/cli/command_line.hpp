// The command line's words, taken apart. Its implementation is the only file that knows CLI11, which is slow to
// compile.
#pragma once

#include <auklet/app/bench.hpp>
#include <auklet/app/html_report.hpp>
#include <auklet/app/run.hpp>
#include <string>
#include <variant>

namespace auklet::app {

struct RunCommand {
  RunRequest request;
  bool json = false;
  bool stalls = false;
};

inline constexpr const char* kEmitTflite = "tflite";
inline constexpr const char* kEmitCpp = "cpp";

struct CompileCommand {
  std::string model{};
  std::string output{};
  std::string config{};
  std::string emit = kEmitTflite;  ///< One of the kEmit... words.
  std::string name{};              ///< With kEmitCpp: of the code.
  bool json = false;
};

struct InfoCommand {
  std::string model{};
  std::string config{};
  std::string profile = "sram";
  bool json = false;
};

struct BenchCommand {
  BenchRequest request{};
  std::string output{};
};

struct ReportCommand {
  HtmlReportRequest request{};
  std::string output{};
};

/// Nothing is left to do but to print `text` and end with `code`: help, version, or a mistake in the arguments.
struct Finished {
  ExitCode code = ExitCode::kOk;
  std::string text;
};

using Command = std::variant<RunCommand, CompileCommand, InfoCommand, BenchCommand, ReportCommand, Finished>;

/// Takes the arguments of main() apart. Mistakes are a Finished with kUsage and one sentence.
[[nodiscard]] Command parse_command_line(int argc, const char* const* argv);

}  // namespace auklet::app
