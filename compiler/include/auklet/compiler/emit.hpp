// Writing models to files.
#pragma once

#include <cstddef>
#include <filesystem>
#include <vector>

#include <auklet/compiler/ir.hpp>

namespace auklet::compiler {

/// Writes `model` as a .tflite file. Equal models give equal bytes, and reading them back gives an equal model (see
/// equal()). Constants are 16-byte aligned in the file; equal constants are stored once.
///
/// The model is validated first, with validate()'s errors. kUnsupported for an operator whose options are not modelled
/// (UnmodelledOptions); kResource when the file would exceed 2 GiB.
[[nodiscard]] Result<std::vector<std::byte>> write_tflite(const Model& model);

/// The same into a file, which is replaced only once all bytes are written. kArgument when it cannot be written.
[[nodiscard]] Outcome write_tflite_file(const Model& model, const std::filesystem::path& path);

}  // namespace auklet::compiler
