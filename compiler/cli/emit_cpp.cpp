#include <fmt/format.h>

#include <auklet/app/emit_cpp.hpp>
#include <auklet/app/run.hpp>
#include <auklet/compiler/compile.hpp>
#include <auklet/compiler/fold.hpp>
#include <auklet/compiler/segment.hpp>
#include <auklet/compiler/sha256.hpp>
#include <fstream>
#include <nlohmann/json.hpp>
#include <system_error>
#include <utility>

#include "text_table.hpp"

namespace auklet::app {
namespace {

namespace fs = std::filesystem;

Failure refused(const std::string& subject, const compiler::Error& error) {
  if (error.code != compiler::ErrorCode::kUnsupported) return from_compiler(subject, error);
  return {ExitCode::kModelRefused,
          fmt::format("{}: {}; leave it out of the model, or run the model's .tflite instead", subject, error.message)};
}

// Whether a file may be replaced: there is none, or its first line is the mark of this program's code.
Outcome check_ours(const fs::path& path) {
  std::error_code error;
  if (!fs::exists(fs::symlink_status(path, error))) return {};
  std::ifstream stream(path, std::ios::binary);
  std::string line;
  if (fs::is_regular_file(path, error) && std::getline(stream, line) && line == compiler::kCppMark) return {};
  return fail(ExitCode::kUsage, fmt::format("{} exists and was not made by 'auklet compile --emit cpp'; move it away, "
                                            "or choose another --name",
                                            path.string()));
}

Outcome write_text(const fs::path& path, const std::string& text) {
  fs::path partial = path;
  partial += ".partial";
  std::error_code error;
  fs::remove(partial, error);  // A link of that name would lead elsewhere.
  std::ofstream stream(partial, std::ios::binary | std::ios::trunc);
  stream << text;
  stream.close();
  if (stream) fs::rename(partial, path, error);
  if (stream && !error) return {};
  const std::string reason = error ? ": " + error.message() : "";
  fs::remove(partial, error);
  return fail(ExitCode::kUsage,
              fmt::format("cannot write {}{}; check the folder and its space", path.string(), reason));
}

Result<std::string> name_of(const EmitCppRequest& request) {
  if (request.name.empty()) return compiler::cpp_name(request.model.stem().string());
  if (compiler::is_cpp_name(request.name)) return request.name;
  return fail(ExitCode::kUsage,
              fmt::format("'{}' cannot be the name of a C++ namespace; give --name letters, digits and underscores",
                          request.name));
}

// `keyword.tflite, 43,428 bytes, SHA-256 …`
Result<std::string> describe_file(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(stream), {}};
  if (!stream) return fail(ExitCode::kUsage, fmt::format("cannot read {}; check the path", path.string()));
  return fmt::format("{}, {} bytes, SHA-256 {}", path.filename().string(), grouped(bytes.size()),
                     compiler::sha256(std::as_bytes(std::span(bytes))));
}

Result<compiler::CppCode> translate(const EmitCppRequest& request, const std::string& name) {
  auto configuration = configuration_called(request.config);
  if (!configuration) return tl::unexpected(configuration.error());
  auto model = load_model(request.model);
  if (!model) return tl::unexpected(model.error());
  const std::string subject = request.model.string();
  if (!compiler::find_segments(model->main()).empty()) {
    return fail(ExitCode::kModelRefused,
                subject + " has NPU segments already; give the model that it was compiled from");
  }
  auto source = describe_file(request.model);
  if (!source) return tl::unexpected(source.error());
  compiler::fold_constants(*model);
  auto compiled = compiler::compile(*model, {.config = *configuration});
  if (!compiled) return tl::unexpected(from_compiler(subject, compiled.error()));
  auto code = compiler::write_cpp(compiled->model,
                                  {.name = name,
                                   .source = std::move(*source),
                                   .command = fmt::format("auklet compile {} --emit cpp --config {} --name {} -o .",
                                                          request.model.filename().string(), request.config, name)});
  if (!code) return tl::unexpected(refused(subject, code.error()));
  return std::move(*code);
}

}  // namespace

Result<EmittedCpp> emit_cpp(const EmitCppRequest& request) {
  auto name = name_of(request);
  if (!name) return tl::unexpected(name.error());
  EmittedCpp emitted;
  emitted.name = std::move(*name);
  emitted.header = request.directory / (emitted.name + ".hpp");
  emitted.source = request.directory / (emitted.name + ".cpp");
  auto code = translate(request, emitted.name);
  if (!code) return tl::unexpected(code.error());
  emitted.code = std::move(*code);
  std::error_code error;
  fs::create_directories(request.directory, error);
  if (error) {
    return fail(ExitCode::kUsage, fmt::format("cannot make the folder {}: {}; choose another with --output",
                                              request.directory.string(), error.message()));
  }
  for (const fs::path& path : {emitted.header, emitted.source}) {
    if (Outcome ours = check_ours(path); !ours) return tl::unexpected(ours.error());
  }
  if (Outcome written = write_text(emitted.header, emitted.code.header); !written) {
    return tl::unexpected(written.error());
  }
  if (Outcome written = write_text(emitted.source, emitted.code.source); !written) {
    return tl::unexpected(written.error());
  }
  return emitted;
}

std::string to_text(const EmittedCpp& emitted) {
  const compiler::CppCode& code = emitted.code;
  return fmt::format(
      "{} and {}: namespace auklet_models::{}\n{} steps on the NPU, {} on the CPU\n"
      "RAM: arena of {} bytes\nflash: {} bytes of constants, {} bytes of command streams\n",
      emitted.header.string(), emitted.source.string(), emitted.name, code.segments, code.kernels,
      grouped(code.arena_bytes), grouped(code.constant_bytes), grouped(code.stream_bytes));
}

nlohmann::ordered_json to_json(const EmittedCpp& emitted) {
  const compiler::CppCode& code = emitted.code;
  return {{"name", emitted.name},
          {"header", emitted.header.string()},
          {"source", emitted.source.string()},
          {"arena_bytes", code.arena_bytes},
          {"constant_bytes", code.constant_bytes},
          {"stream_bytes", code.stream_bytes},
          {"segments", code.segments},
          {"kernels", code.kernels}};
}

}  // namespace auklet::app
