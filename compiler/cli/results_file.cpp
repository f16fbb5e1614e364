#include "results_file.hpp"

#include <fmt/format.h>

#include <auklet/app/bench.hpp>
#include <cmath>
#include <optional>

#include "json_file.hpp"
#include "page/embedded.hpp"

namespace auklet::app {
namespace {

using nlohmann::ordered_json;

// The page's numbers are JavaScript's: these are exact, and so is one more than any of them.
constexpr std::uint64_t kCountsEnd = std::uint64_t{1} << 53U;

bool is_count(const ordered_json& value, std::uint64_t least) {
  if (!value.is_number_integer() || (!value.is_number_unsigned() && value.get<std::int64_t>() < 0)) return false;
  const auto count = value.get<std::uint64_t>();
  return count >= least && count < kCountsEnd;
}

bool is_of_type(const ordered_json& value, const std::string& type) {
  if (type == "text") return value.is_string();
  if (type == "bool") return value.is_boolean();
  if (type == "number") return value.is_number() && std::isfinite(value.get<double>());
  return is_count(value, type == "size" ? 1 : 0);
}

std::string describe(const std::string& type) {
  if (type == "count") return "count below 2^53";
  return type == "size" ? "count from 1 to below 2^53" : type;
}

// Where `value` first departs from `shape`; nothing when it has it. A shape is a type's name, a list with the shape of
// all elements, or an object with that of each member (`*`: of any). Members that it does not name are nobody's
// business.
std::optional<std::string> departure(const ordered_json& value, const ordered_json& shape, const std::string& where) {
  if (shape.is_string()) {
    if (is_of_type(value, shape.get<std::string>())) return std::nullopt;
    return fmt::format("{} is no {}", where, describe(shape.get<std::string>()));
  }
  if (shape.is_array()) {
    if (!value.is_array()) return where + " is no list";
    for (std::size_t i = 0; i < value.size(); ++i) {
      if (auto found = departure(value[i], shape[0], fmt::format("{}[{}]", where, i))) return found;
    }
    return std::nullopt;
  }
  if (!value.is_object()) return where + " is no object";
  if (const auto any = shape.find("*"); any != shape.end()) {
    for (const auto& [key, member] : value.items()) {
      if (auto found = departure(member, *any, fmt::format("{}.{}", where, key))) return found;
    }
    return std::nullopt;
  }
  for (const auto& [key, expected] : shape.items()) {
    const auto member = value.find(key);
    if (member == value.end()) return fmt::format("{} lacks '{}'", where, key);
    if (auto found = departure(*member, expected, fmt::format("{}.{}", where, key))) return found;
  }
  return std::nullopt;
}

// Lists of fixed length, and causes, which not all layers have.
std::optional<std::string> contradiction(const ordered_json& detail) {
  constexpr std::size_t kSliceParts = 5;
  for (const ordered_json& track : detail["timeline"]["tracks"]) {
    for (const ordered_json& slice : track["slices"]) {
      if (slice.size() != kSliceParts) return "a slice of the timeline has not five numbers";
    }
  }
  for (const char* list : {"jobs", "cpu"}) {
    for (const ordered_json& pair : detail["timeline"][list]) {
      if (pair.size() != 2) return fmt::format("an entry of timeline.{} has not two numbers", list);
    }
  }
  for (const ordered_json& layer : detail["layers"]) {
    if (!layer.contains("causes")) continue;
    if (auto found = departure(layer["causes"], ordered_json{{"*", "count"}}, "causes")) return found;
  }
  return std::nullopt;
}

std::string text_at(const ordered_json& entry, const char* key) {
  const auto found = entry.find(key);
  return found != entry.end() && found->is_string() ? found->get<std::string>() : "";
}

tl::unexpected<Failure> damaged(const std::string& path, const std::string& what) {
  return fail(ExitCode::kUsage, fmt::format("{}: {}; run auklet bench again", path, what));
}

Outcome check_version(const std::string& path, const ordered_json& file) {
  const ordered_json::json_pointer place("/context/auklet/version");
  if (!file.is_object() || !file.contains(place) || !file.contains("benchmarks") || !file["benchmarks"].is_array()) {
    return fail(ExitCode::kUsage, path + " holds no results of auklet bench");
  }
  if (file[place] == kResultsVersion) return {};
  return fail(ExitCode::kUsage,
              fmt::format("{} has results of version {}, but this program reads version {}; run auklet "
                          "bench again",
                          path, file[place].dump(), kResultsVersion));
}

}  // namespace

Result<std::vector<ResultsRun>> read_results(const std::filesystem::path& path) {
  const auto read = read_json_file(path, "give a file that auklet bench wrote");
  if (!read) return tl::unexpected(read.error());
  const ordered_json& file = *read;
  if (Outcome ok = check_version(path.string(), file); !ok) return tl::unexpected(ok.error());
  const ordered_json shape = ordered_json::parse(page::kResultsShape);
  std::vector<ResultsRun> runs;
  for (const ordered_json& entry : file["benchmarks"]) {
    if (!entry.is_object()) return damaged(path.string(), "a benchmark is no object");
    if (text_at(entry, "run_type") == "aggregate") continue;
    const std::string name = text_at(entry, "run_name");
    const bool failed = entry.contains("error_occurred") && entry["error_occurred"] == true;
    if (failed) {
      const std::string reason = text_at(entry, "error_message");
      runs.push_back(
          {.name = name, .error = reason.empty() ? "no reason given" : reason, .times_ms = {}, .detail = {}});
      continue;
    }
    if (!entry.contains("real_time") || !is_of_type(entry["real_time"], "number")) {
      return damaged(path.string(), fmt::format("benchmark '{}' has no time", name));
    }
    if (runs.empty() || runs.back().name != name) {
      if (!entry.contains("auklet")) {
        return damaged(path.string(), fmt::format("benchmark '{}' has no object 'auklet'", name));
      }
      auto wrong = departure(entry["auklet"], shape, name);
      if (!wrong) wrong = contradiction(entry["auklet"]);
      if (wrong) return damaged(path.string(), *wrong);
      runs.push_back({.name = name, .error = "", .times_ms = {}, .detail = entry["auklet"]});
    }
    runs.back().times_ms.push_back(entry["real_time"].get<double>());
  }
  if (runs.empty()) return fail(ExitCode::kUsage, path.string() + " holds no benchmark");
  return runs;
}

}  // namespace auklet::app
