// Internal to the validator.
#pragma once

#include <cmath>
#include <sstream>
#include <string>

#include <auklet/compiler/ir.hpp>

namespace auklet::compiler::validation {

/// A number as text, for messages.
template <typename T>
[[nodiscard]] std::string text(T value) {
  std::ostringstream stream;
  stream << value;
  return stream.str();
}

/// A refusal because of contradictory contents.
[[nodiscard]] inline tl::unexpected<Error> refuse(std::string message) {
  return fail(ErrorCode::kInvalid, std::move(message));
}

/// Checks what is particular to an operator: number of inputs and outputs, options, and how the shapes belong together.
/// Its indices have been checked. The message lacks the operator's own name, which the caller prepends.
[[nodiscard]] Outcome check_operator(const Model& model, const Graph& graph, const Operator& op);

}  // namespace auklet::compiler::validation
