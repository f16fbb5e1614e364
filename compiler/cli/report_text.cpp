#include <fmt/format.h>

#include <auklet/app/npu_runner.hpp>
#include <auklet/app/report.hpp>
#include <map>

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
                   {"cycles", true},
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

// Where the cycles went, in shares of those with a job running.
std::string counters(const RunReport& report) {
  const auto share = [&](spec::Event event) {
    for (std::size_t i = 0; i < kCountedEvents.size(); ++i) {
      if (kCountedEvents[i] == event && report.job_cycles != 0) {
        return percent(static_cast<double>(report.events[i]) / static_cast<double>(report.job_cycles));
      }
    }
    return percent(0);
  };
  return fmt::format("array active {} of the time; waits: for memory {}, weights {}, accumulators {}, SRAM banks {}\n",
                     share(spec::Event::kMacActive), share(spec::Event::kComputeWait),
                     share(spec::Event::kStallWeights), share(spec::Event::kStallDrain),
                     share(spec::Event::kStallBank));
}

}  // namespace

std::string to_text(const RunReport& report) {
  std::string text = header(report) + table(report) + '\n' + fallbacks(report);
  if (report.segments != 0) {
    text += counters(report);
    text += fmt::format(
        "{} cycles in {} NPU segment{}, {} of the MACs on the NPU, utilisation {}; {} cycles simulated a second\n",
        grouped(report.cycles), report.segments, report.segments == 1 ? "" : "s",
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
