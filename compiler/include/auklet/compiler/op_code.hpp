// The builtin operators of TensorFlow Lite, by code and by name.
#pragma once

#include <cstdint>
#include <string>

namespace auklet::compiler {

/// A builtin operator; the values are those of the file format. Values that operators.def lacks may occur in files.
enum class OpCode : std::int32_t {
#define AUKLET_OPERATOR(enumerator, name, code) enumerator = (code),
#include <auklet/compiler/operators.def>
#undef AUKLET_OPERATOR
};

/// The operator's name as TensorFlow Lite spells it, `CONV_2D`; `operator code 999` for one that has none.
[[nodiscard]] std::string name(OpCode code);

}  // namespace auklet::compiler
