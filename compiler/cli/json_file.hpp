// Reads files of JSON that anybody may have written.
#pragma once

#include <auklet/app/failure.hpp>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string_view>

namespace auklet::app {

/// Lists and objects within each other that a file may have: code that looks at the values may call itself by level.
inline constexpr int kMaxJsonDepth = 64;

/// The value in a file, which may be a pipe. Errors: kUsage for what cannot be read (a folder, for one), is no JSON or
/// nests deeper than kMaxJsonDepth; the sentence has the path and ends in `advice`, which file to give instead.
[[nodiscard]] Result<nlohmann::ordered_json> read_json_file(const std::filesystem::path& path, std::string_view advice);

}  // namespace auklet::app
