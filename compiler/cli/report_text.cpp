#include <fmt/format.h>

#include <algorithm>
#include <auklet/app/report.hpp>
#include <cctype>
#include <map>
#include <utility>

#include "text_table.hpp"

namespace auklet::app {
namespace {

using compiler::Place;

std::string header(const RunReport& report) {
  const std::string text =
      fmt::format("{}: {} operators, {} MACs{}\n", report.model, report.layers.size() - (report.segments != 0 ? 1 : 0),
                  grouped(report.macs / report.steps),
                  report.steps == 1 ? "" : fmt::format(", {} steps (figures are sums)", report.steps));
  const BackendName& backend = describe(report.backend);
  if (report.backend == Backend::kCpu)
    return text + fmt::format("backend {} ({})\n\n", backend.name, backend.description);
  return text + fmt::format("backend {} ({}), {}: {} MACs, {} KiB SRAM; memory profile {}\n\n", backend.name,
                            backend.description, report.config.name, report.config.macs,
                            report.config.sram_bytes / 1024, report.profile);
}

std::string table(const RunReport& report) {
  TextTable table({{"#", true},
                   {"layer", false, true},
                   {"operator", false, true},
                   {"on", false},
                   {report.backend == Backend::kModel ? "est. cycles" : "cycles", true},
                   {"MACs", true},
                   {"array", true},
                   {"bytes", true}});
  std::size_t number = 0;
  for (const LayerRow& row : report.layers) {
    const bool npu = row.place == Place::kNpu;
    const bool layer = !row.op.empty();
    table.add({layer ? std::to_string(number++) : "", layer ? layer_name(row.name) : row.name, row.op,
               npu ? "NPU" : "CPU", npu ? grouped(row.cycles) : "-", layer ? grouped(row.macs) : "",
               npu && row.macs != 0 ? percent(utilisation(row.macs, row.cycles, report.config)) : "-",
               npu && layer ? grouped(row.bytes) : "-"});
  }
  std::uint64_t bytes = 0;
  for (const LayerRow& row : report.layers) bytes += row.bytes;
  table.rule();
  table.add({"", "total", "", "", grouped(report.cycles), grouped(report.macs),
             percent(utilisation(report.npu_macs, report.cycles, report.config)), grouped(bytes)});
  return table.text();
}

std::string lower_case(spec::Cause cause) {
  std::string text = spec::to_string(cause);
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

constexpr spec::Cause cause_at(std::size_t index) { return static_cast<spec::Cause>(index + 1); }

// Where each layer's cycles went; causes that no cycle has are left out.
std::string stall_table(const RunReport& report) {
  const Causes total = total_causes(report);
  std::vector<TextTable::Column> columns{{"#", true}, {"layer", false, true}, {"cycles", true}};
  for (std::size_t i = 0; i < total.size(); ++i) {
    if (total[i] != 0) columns.push_back({lower_case(cause_at(i)), true});
  }
  constexpr std::size_t kWide = 120;  // Many columns of numbers.
  TextTable table(std::move(columns), kWide);
  const auto add = [&](std::vector<std::string> cells, const Causes& causes) {
    for (std::size_t i = 0; i < total.size(); ++i) {
      if (total[i] != 0) cells.push_back(causes[i] == 0 ? "" : grouped(causes[i]));
    }
    table.add(std::move(cells));
  };
  for (std::size_t i = 0; i < report.layers.size(); ++i) {
    const LayerRow& row = report.layers[i];
    if (row.op.empty() || row.place != Place::kNpu) continue;
    add({std::to_string(i), layer_name(row.name), grouped(row.cycles)}, row.causes);
  }
  table.rule();
  add({"", "all layers", grouped(report.job_cycles)}, total);
  return table.text();
}

// The operators on the CPU, those with one reason together.
std::string fallbacks(const RunReport& report) {
  struct Group {
    std::map<std::string, std::size_t> ops;
    std::uint64_t macs = 0;
    std::uint64_t bytes = 0;
  };
  std::map<std::string, Group> by_reason;
  for (const LayerRow& row : report.layers) {
    if (row.place != Place::kCpu) continue;
    Group& group = by_reason[row.reason];
    ++group.ops[row.op];
    group.macs += row.macs;
    group.bytes += row.cpu_bytes;
  }
  std::string text;
  for (const auto& [reason, group] : by_reason) {
    std::string names;
    for (const auto& [op, count] : group.ops) {
      names += (names.empty() ? "" : ", ") + op + (count == 1 ? "" : fmt::format(" x{}", count));
    }
    text += fmt::format("on the CPU: {}: it {} ({})\n", names, reason, cpu_cost(group.macs, group.bytes));
  }
  return text;
}

// Where the cycles went, in shares of those with a job running, the largest first.
std::string cause_line(const RunReport& report) {
  const Causes total = total_causes(report);
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < total.size(); ++i) {
    if (total[i] != 0) order.push_back(i);
  }
  std::ranges::sort(order,
                    [&](std::size_t a, std::size_t b) { return total[a] != total[b] ? total[a] > total[b] : a < b; });
  std::string text;
  for (const std::size_t i : order) {
    const double share = static_cast<double>(total[i]) / static_cast<double>(report.job_cycles);
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", lower_case(cause_at(i)), percent(share));
  }
  return "the NPU's time: " + text + '\n';
}

}  // namespace

std::string to_text(const RunReport& report, bool stalls) {
  std::string text = header(report) + table(report) + '\n';
  if (stalls && report.segments != 0) text += stall_table(report) + '\n';
  text += fallbacks(report);
  if (report.segments != 0) {
    text += cause_line(report);
    text += fmt::format(
        "{} cycles{} in {} NPU segment{}, {} of the MACs on the NPU, utilisation {}; {} cycles simulated a second\n",
        grouped(report.cycles), report.backend == Backend::kModel ? " (estimated)" : "", report.segments,
        report.segments == 1 ? "" : "s",
        percent(report.macs == 0 ? 0 : static_cast<double>(report.npu_macs) / static_cast<double>(report.macs)),
        percent(utilisation(report.npu_macs, report.cycles, report.config)),
        grouped(static_cast<std::uint64_t>(report.sim_cycles_per_second)));
  }
  text += fmt::format("verdict: {} ({})\n", name(report.verdict), report.checked);
  if (report.difference) {
    const Difference& d = *report.difference;
    text +=
        fmt::format("first difference from {}: output {}, element {}: expected {}, got {}; {} of {} elements differ\n",
                    d.against, d.output, d.element, d.expected, d.got, d.differing, d.elements);
  }
  return text;
}

}  // namespace auklet::app
