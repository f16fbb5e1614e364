#include <auklet/app/failure.hpp>

namespace auklet::app {

Failure from_compiler(const std::string& subject, const compiler::Error& error) {
  const std::string what = subject + ": " + error.message;
  switch (error.code) {
    case compiler::ErrorCode::kArgument:
      return {ExitCode::kUsage, what + "; check the file's path and size"};
    case compiler::ErrorCode::kMalformed:
      return {ExitCode::kModelRefused, what + "; give an undamaged .tflite file"};
    case compiler::ErrorCode::kInvalid:
      return {ExitCode::kModelRefused, what + "; the model contradicts itself and has to be exported again"};
    case compiler::ErrorCode::kUnsupported:
      return {ExitCode::kModelRefused, what + "; 'auklet info' lists every operator that cannot run"};
    case compiler::ErrorCode::kResource:
      return {ExitCode::kModelRefused, what + "; use a smaller model or a larger configuration"};
    case compiler::ErrorCode::kExecution:
      return {ExitCode::kNpuFault, what};
  }
  return {ExitCode::kInternal, what};
}

}  // namespace auklet::app
