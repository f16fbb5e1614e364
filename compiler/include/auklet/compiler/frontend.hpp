// Reading models from files.
#pragma once

#include <cstddef>
#include <filesystem>
#include <vector>

#include <auklet/compiler/ir.hpp>

namespace auklet::compiler {

/// Files longer than this are refused: FlatBuffers are shorter than 2^31 - 1 bytes.
inline constexpr std::size_t kMaxFileBytes = (std::size_t{1} << 31) - 2;

/// Reads a .tflite file's bytes, which the model takes over; constants point into them.
///
/// The bytes are not trusted. The FlatBuffers verifier comes first, then the conversion, whose memory is bounded by a
/// multiple of the file's length, then validate(). The result is a valid model or one error, whatever the bytes:
///  - kMalformed: not a model file, truncated or damaged; the message names the table where the damage shows;
///  - kInvalid: a well-formed file whose contents are contradictory; the message names operator and tensor;
///  - kUnsupported: a feature of the format that is not implemented (sparse tensors, data outside of the FlatBuffer,
///  …);
///  - kResource: longer than kMaxFileBytes.
/// Operators that are not implemented are no error here: they can be looked at; the executor and the passes refuse them
/// by name.
[[nodiscard]] Result<Model> read_tflite(std::vector<std::byte> bytes);

/// The same for a file. kArgument when it cannot be read; the message gives the path.
[[nodiscard]] Result<Model> read_tflite_file(const std::filesystem::path& path);

}  // namespace auklet::compiler
