// The command line: takes the arguments apart, calls the library, prints.
#include <fmt/format.h>

#include <auklet/app/bench.hpp>
#include <auklet/app/emit_cpp.hpp>
#include <auklet/app/html_report.hpp>
#include <auklet/app/inspect.hpp>
#include <auklet/app/run.hpp>
#include <auklet/app/tensor_file.hpp>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <system_error>

#include "command_line.hpp"
#include "progress_bar.hpp"

namespace auklet::app {
namespace {

ExitCode complain(const Failure& failure) {
  fmt::print(stderr, "auklet: {}\n", failure.message);
  return failure.code;
}

// Text to stdout; a pipe that nobody reads to its end, or a full disk, is a failure like any other.
ExitCode print(const std::string& text, ExitCode code = ExitCode::kOk) {
  const std::size_t written = std::fwrite(text.data(), 1, text.size(), stdout);
  if (written == text.size() && std::fflush(stdout) == 0) return code;
  return complain({ExitCode::kUsage, "cannot write to standard output; check where it goes"});
}

// One line, so that a program that reads it line by line gets it whole. Names in models need not be UTF-8.
std::string one_line(const nlohmann::ordered_json& json) {
  return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + '\n';
}

ExitCode execute(RunCommand& command) {
  ProgressBar bar(stderr);
  command.request.session.on_progress = [&](double share) { bar.update(share); };
  const auto report = run_model(command.request);
  bar.clear();
  if (!report) return complain(report.error());
  const ExitCode code = report->verdict == Verdict::kMismatch ? ExitCode::kMismatch : ExitCode::kOk;
  return print(command.json ? one_line(to_json(*report)) : to_text(*report, command.stalls), code);
}

ExitCode execute_emit_cpp(const CompileCommand& command) {
  const auto emitted = emit_cpp({command.model, command.output, command.name, command.config});
  if (!emitted) return complain(emitted.error());
  return print(command.json ? one_line(to_json(*emitted)) : to_text(*emitted));
}

ExitCode execute(const CompileCommand& command) {
  if (command.emit == kEmitCpp) return execute_emit_cpp(command);
  const auto report = compile_model(command.model, command.output, command.config);
  if (!report) return complain(report.error());
  const auto info = inspect_model(command.output, "");
  if (!info) return complain(info.error());
  return print(command.json ? one_line(to_json(*info)) : to_text(*info));
}

ExitCode execute(const InfoCommand& command) {
  const auto info = inspect_model(command.model, command.config, command.profile);
  if (!info) return complain(info.error());
  return print(command.json ? one_line(to_json(*info)) : to_text(*info));
}

// Whether a file could be written there; makes its folder, and the file if there is none, empty.
Outcome check_writable(const std::filesystem::path& path) {
  std::error_code ignored;  // Opening the file tells.
  if (path.has_parent_path()) std::filesystem::create_directories(path.parent_path(), ignored);
  if (!std::ofstream(path, std::ios::app)) return cannot_write(path);
  return {};
}

ExitCode execute(BenchCommand& command) {
  // Minutes of measuring should not be lost because the results cannot be written. What is there stays until then.
  std::error_code error;
  const bool existed = std::filesystem::exists(command.output, error) || error;  // What is not known is kept.
  if (const Outcome writable = check_writable(command.output); !writable) return complain(writable.error());
  ProgressBar bar(stderr);
  command.request.on_progress = [&](double share) { bar.update(share); };
  const auto results = run_bench(command.request);
  bar.clear();
  if (!results) {
    if (!existed) std::filesystem::remove(command.output, error);
    return complain(results.error());
  }
  const Outcome written = write_file(command.output, std::as_bytes(std::span(results->json)));
  if (!written) return complain(written.error());
  if (const std::optional<Failure>& failure = results->failure) return print(results->table, complain(*failure));
  return print(results->table);
}

ExitCode execute(const ReportCommand& command) {
  const auto report = make_html_report(command.request);
  if (!report) return complain(report.error());
  const Outcome written = write_file(command.output, std::as_bytes(std::span(report->html)));
  if (!written) return complain(written.error());
  return print(fmt::format("{}: {} run{}, {} bytes\n", command.output, report->runs, report->runs == 1 ? "" : "s",
                           report->html.size()));
}

ExitCode execute(const Finished& finished) {
  if (finished.code != ExitCode::kOk) return complain({finished.code, finished.text});
  return print(finished.text);
}

}  // namespace
}  // namespace auklet::app

int main(int argc, char** argv) {
  namespace app = auklet::app;
  try {
    app::Command command = app::parse_command_line(argc, argv);
    return static_cast<int>(std::visit([](auto& words) { return app::execute(words); }, command));
  } catch (const std::bad_alloc&) {
    return static_cast<int>(app::complain({app::ExitCode::kModelRefused, "there is not enough memory for this model"}));
  } catch (const std::exception& error) {
    return static_cast<int>(app::complain({app::ExitCode::kInternal, fmt::format("internal error: {}", error.what())}));
  }
}
