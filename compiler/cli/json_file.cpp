#include "json_file.hpp"

#include <fmt/format.h>

#include <fstream>
#include <optional>
#include <string>

namespace auklet::app {
namespace {

using nlohmann::ordered_json;

// All of a file. read() keeps exceptions to itself, which iterators over a stream do not: a folder can be opened.
std::optional<std::string> text_of(const std::filesystem::path& path) {
  constexpr std::size_t kPart = 1U << 16U;
  std::ifstream stream(path, std::ios::binary);
  std::string text;
  std::string part(kPart, '\0');
  do {
    stream.read(part.data(), kPart);
    text.append(part, 0, static_cast<std::size_t>(stream.gcount()));
  } while (stream);
  if (stream.bad() || !stream.eof()) return std::nullopt;
  return text;
}

}  // namespace

Result<ordered_json> read_json_file(const std::filesystem::path& path, std::string_view advice) {
  const std::optional<std::string> text = text_of(path);
  if (!text) return fail(ExitCode::kUsage, fmt::format("cannot read {}; {}", path.string(), advice));
  bool too_deep = false;
  // What is refused here is not built; the parser itself does not recurse.
  const auto within_depth = [&](int depth, ordered_json::parse_event_t event, ordered_json& /*value*/) {
    using Event = ordered_json::parse_event_t;
    if ((event != Event::array_start && event != Event::object_start) || depth < kMaxJsonDepth) return true;
    too_deep = true;
    return false;
  };
  ordered_json json = ordered_json::parse(*text, within_depth, false);
  if (too_deep) {
    return fail(ExitCode::kUsage,
                fmt::format("{} nests deeper than {} levels; {}", path.string(), kMaxJsonDepth, advice));
  }
  if (json.is_discarded()) return fail(ExitCode::kUsage, fmt::format("{} is no JSON; {}", path.string(), advice));
  return json;
}

}  // namespace auklet::app
