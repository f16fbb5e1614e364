// How the compiler reports failure: a value or an Error, never an exception across its public interface.
#pragma once

#include <cstdint>
#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace auklet::compiler {

/// What kind of failure an Error is; the message says where.
enum class ErrorCode : std::uint8_t {
  kMalformed,  ///< The file is no FlatBuffer of the model schema: truncated, bad offset, vtable, nesting or identifier.
  kInvalid,    ///< The file is well formed but its contents contradict themselves or the operators' definitions.
  kUnsupported,  ///< Valid, but an operator, type or option that is not implemented.
  kArgument,     ///< The caller's argument does not fit: wrong number or size of inputs, index out of range.
  kResource,  ///< A limit is exceeded: memory, file size, on-chip SRAM. The message gives bytes needed and bytes there.
  kExecution,  ///< A custom operator's runner failed.
};

/// The name of an error code, for logs and for process exit codes' documentation.
[[nodiscard]] constexpr const char* name(ErrorCode code) {
  switch (code) {
    case ErrorCode::kMalformed:
      return "malformed";
    case ErrorCode::kInvalid:
      return "invalid";
    case ErrorCode::kUnsupported:
      return "unsupported";
    case ErrorCode::kArgument:
      return "argument";
    case ErrorCode::kResource:
      return "resource";
    case ErrorCode::kExecution:
      return "execution";
  }
  return "unknown";
}

/// One failure. `message` is one sentence without a full stop that names the operator and the tensor where there are
/// any.
struct Error {
  ErrorCode code = ErrorCode::kInvalid;
  std::string message;
};

/// A T, or the reason why there is none.
template <typename T>
using Result = tl::expected<T, Error>;

/// Success, or the reason why not.
using Outcome = Result<void>;

/// Shorthand for returning an error: `return fail(ErrorCode::kInvalid, "...")`.
[[nodiscard]] inline tl::unexpected<Error> fail(ErrorCode code, std::string message) {
  return tl::unexpected<Error>(Error{code, std::move(message)});
}

}  // namespace auklet::compiler
