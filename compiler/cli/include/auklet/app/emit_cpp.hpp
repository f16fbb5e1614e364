// `auklet compile --emit cpp`: a model as C++ code for firmware (docs/aot.md).
#pragma once

#include <auklet/app/failure.hpp>
#include <auklet/compiler/emit_cpp.hpp>
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>

namespace auklet::app {

struct EmitCppRequest {
  std::filesystem::path model;      ///< A plain .tflite file.
  std::filesystem::path directory;  ///< Where NAME.hpp and NAME.cpp go; made if there is none.
  std::string name;                 ///< Of the namespace and the files; empty: from the model's file name.
  std::string config;               ///< Hardware configuration.
};

/// What was written.
struct EmittedCpp {
  std::filesystem::path header;
  std::filesystem::path source;
  std::string name;
  compiler::CppCode code;
};

/// Compiles the model for the configuration and writes its code, two files in `directory` and nothing else. Each is
/// replaced only once all its bytes are written. Errors: kUsage (a name that is none, a file that cannot be written or
/// that this program has not made), kModelRefused.
[[nodiscard]] Result<EmittedCpp> emit_cpp(const EmitCppRequest& request);

[[nodiscard]] std::string to_text(const EmittedCpp& emitted);
[[nodiscard]] nlohmann::ordered_json to_json(const EmittedCpp& emitted);

}  // namespace auklet::app
