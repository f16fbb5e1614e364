// Internal to the emitter.
#pragma once

#include <auklet/compiler/ir.hpp>

#include "tflite_subset_generated.h"

namespace auklet::compiler::emit {

/// An options table in the file; no table when its type is NONE.
struct WrittenOptions {
  schema::BuiltinOptions type = schema::BuiltinOptions::NONE;
  flatbuffers::Offset<void> table;
};

/// Writes an operator's options. kUnsupported when their fields are not modelled; the message lacks the operator.
[[nodiscard]] Result<WrittenOptions> write_options(flatbuffers::FlatBufferBuilder& builder, const Options& options);

}  // namespace auklet::compiler::emit
