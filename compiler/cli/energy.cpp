#include <fmt/format.h>

#include <algorithm>
#include <auklet/app/energy.hpp>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numeric>
#include <stdexcept>
#include <utility>

#include "json_file.hpp"
#include "page/embedded.hpp"

namespace auklet::app {
namespace {

using nlohmann::ordered_json;

constexpr const char* kFormat = "auklet-energy-table";
constexpr int kVersion = 1;

Result<std::string> text_of(const ordered_json& json, const char* key, const std::string& where) {
  const auto found = json.find(key);
  if (found == json.end() || !found->is_string()) {
    return fail(ExitCode::kUsage, fmt::format("{} lacks the text '{}'", where, key));
  }
  return found->get<std::string>();
}

Result<EnergyTable::Entry> entry_of(const ordered_json& json, const std::string& where) {
  if (!json.is_object()) return fail(ExitCode::kUsage, where + " is no object");
  const auto value = json.find("pj");
  if (value == json.end() || !value->is_number() || !std::isfinite(value->get<double>()) || value->get<double>() < 0) {
    return fail(ExitCode::kUsage, fmt::format("{} needs 'pj', a number of at least 0", where));
  }
  EnergyTable::Entry entry{.picojoules = value->get<double>(), .per = "", .source = "", .node = ""};
  for (const auto& [key, member] :
       {std::pair{"per", &entry.per}, std::pair{"source", &entry.source}, std::pair{"node", &entry.node}}) {
    auto text = text_of(json, key, where);
    if (!text) return tl::unexpected(text.error());
    *member = std::move(*text);
  }
  return entry;
}

Result<EnergyTable> parse(const ordered_json& json, const std::string& where) {
  if (!json.is_object() || json.value("format", ordered_json()) != kFormat) {
    return fail(ExitCode::kUsage, where + " is no energy table; docs/energy.md describes one");
  }
  if (json.value("version", ordered_json()) != kVersion) {
    return fail(ExitCode::kUsage, fmt::format("{} is an energy table of another version than {}", where, kVersion));
  }
  EnergyTable table;
  auto name = text_of(json, "name", where);
  if (!name) return tl::unexpected(name.error());
  table.name = std::move(*name);
  const ordered_json entries = json.value("entries", ordered_json());
  if (!entries.is_object()) return fail(ExitCode::kUsage, where + " lacks the object 'entries'");
  for (const auto& [key, value] : entries.items()) {
    if (std::ranges::find(kEnergyKinds, key) == kEnergyKinds.end()) {
      return fail(ExitCode::kUsage, fmt::format("{}: there is no kind of operation '{}'", where, key));
    }
  }
  for (std::size_t i = 0; i < kEnergyKinds.size(); ++i) {
    const std::string kind(kEnergyKinds[i]);
    if (!entries.contains(kind)) return fail(ExitCode::kUsage, fmt::format("{} lacks entry '{}'", where, kind));
    auto entry = entry_of(entries[kind], fmt::format("{}: entry '{}'", where, kind));
    if (!entry) return tl::unexpected(entry.error());
    table.entries[i] = std::move(*entry);
  }
  return table;
}

}  // namespace

EnergyQuantities energy_quantities(const LayerRow& row, const LayerOperations& operations,
                                   const sim::MemoryProfile& profile) {
  if (row.place != compiler::Place::kNpu) return {};
  const bool apart = profile.weights.bytes_per_cycle != profile.data.bytes_per_cycle ||
                     profile.weights.latency_cycles != profile.data.latency_cycles;
  const sim::OperationCounts& counts = operations.counts;
  return {row.macs,
          counts.accumulator_accesses,
          counts.requantised + counts.rescaled,
          counts.vector_bytes,
          counts.sram_reads,
          counts.sram_writes,
          operations.data_bytes + (apart ? 0 : operations.weight_bytes),
          apart ? operations.weight_bytes : 0,
          row.cycles};
}

const EnergyTable& default_energy_table() {
  static const EnergyTable table = [] {
    auto parsed = parse(ordered_json::parse(page::kEnergyTable), "the built-in table");
    if (!parsed) throw std::logic_error(parsed.error().message);
    return std::move(*parsed);
  }();
  return table;
}

Result<EnergyTable> read_energy_table(const std::filesystem::path& path) {
  const auto json = read_json_file(path, "docs/energy.md describes an energy table");
  if (!json) return tl::unexpected(json.error());
  return parse(*json, path.string());
}

std::array<double, kEnergyKinds.size()> picojoules(const EnergyQuantities& quantities, const EnergyTable& table) {
  std::array<double, kEnergyKinds.size()> result{};
  for (std::size_t i = 0; i < result.size(); ++i) {
    result[i] = static_cast<double>(quantities[i]) * table.entries[i].picojoules;
  }
  return result;
}

double total_picojoules(const EnergyQuantities& quantities, const EnergyTable& table) {
  const auto all = picojoules(quantities, table);
  return std::accumulate(all.begin(), all.end(), 0.0);
}

ordered_json to_json(const EnergyTable& table) {
  ordered_json entries = ordered_json::array();
  for (std::size_t i = 0; i < kEnergyKinds.size(); ++i) {
    const EnergyTable::Entry& entry = table.entries[i];
    entries.push_back({{"kind", kEnergyKinds[i]},
                       {"pj", entry.picojoules},
                       {"per", entry.per},
                       {"source", entry.source},
                       {"node", entry.node}});
  }
  return {{"name", table.name}, {"entries", std::move(entries)}};
}

}  // namespace auklet::app
