// Where the reference vectors are, and reading them.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <auklet/compiler/executor.hpp>

namespace auklet::compiler::test {

/// The folder `zoo` of the reference vectors: under $AUKLET_GOLDEN, else where CMake was told; none when there is none.
[[nodiscard]] std::optional<std::filesystem::path> golden_zoo();

/// A file's bytes; throws std::runtime_error when it cannot be read.
[[nodiscard]] Bytes read_bytes(const std::filesystem::path& path);

/// The sub-folders of `folder`, sorted.
[[nodiscard]] std::vector<std::filesystem::path> folders_of(const std::filesystem::path& folder);

/// The files prefix0.bin, prefix1.bin, … of a case, as many as there are.
[[nodiscard]] std::vector<Bytes> read_numbered(const std::filesystem::path& folder, const std::string& prefix);

}  // namespace auklet::compiler::test
