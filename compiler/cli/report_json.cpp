#include <auklet/app/npu_runner.hpp>
#include <auklet/app/report.hpp>
#include <nlohmann/json.hpp>

namespace auklet::app {

using nlohmann::ordered_json;

ordered_json to_json(const Causes& causes) {
  ordered_json json = ordered_json::object();
  for (std::size_t i = 0; i < causes.size(); ++i) json[spec::to_string(static_cast<spec::Cause>(i + 1))] = causes[i];
  return json;
}

ordered_json to_json(const RunReport& report) {
  ordered_json cpu_ops = ordered_json::array();
  ordered_json layers = ordered_json::array();
  for (const LayerRow& row : report.layers) {
    const bool npu = row.place == compiler::Place::kNpu;
    if (!npu)
      cpu_ops.push_back(
          {{"name", row.name}, {"op", row.op}, {"reason", row.reason}, {"macs", row.macs}, {"bytes", row.cpu_bytes}});
    layers.push_back({{"name", row.name},
                      {"op", row.op},
                      {"where", npu ? "npu" : "cpu"},
                      {"cycles", row.cycles},
                      {"macs", row.macs},
                      {"bytes", row.bytes},
                      {"utilisation", utilisation(npu ? row.macs : 0, row.cycles, report.config)}});
    if (npu && !row.op.empty()) layers.back()["causes"] = to_json(row.causes);
  }
  ordered_json json{{"model", report.model},
                    {"backend", describe(report.backend).name},
                    {"config", report.config.name},
                    {"profile", report.profile},
                    {"steps", report.steps},
                    {"verdict", name(report.verdict)},
                    {"checked", report.checked},
                    {"cycles_estimated", report.backend == Backend::kModel},
                    {"cycles", report.cycles},
                    {"job_cycles", report.job_cycles},
                    {"macs", report.macs},
                    {"npu_macs", report.npu_macs},
                    {"utilisation", utilisation(report.npu_macs, report.cycles, report.config)},
                    {"sim_cycles_per_second", report.sim_cycles_per_second},
                    {"segments", report.segments},
                    {"cpu_ops", std::move(cpu_ops)},
                    {"layers", std::move(layers)},
                    {"causes", to_json(total_causes(report))}};
  if (report.backend == Backend::kCpu) json["inference_seconds"] = report.inference_seconds;
  ordered_json events = ordered_json::object();
  for (std::size_t i = 0; i < kCountedEvents.size(); ++i) events[spec::to_string(kCountedEvents[i])] = report.events[i];
  json["events"] = std::move(events);
  if (report.difference) {
    const Difference& d = *report.difference;
    json["difference"] = {{"against", d.against},   {"output", d.output}, {"element", d.element},
                          {"expected", d.expected}, {"got", d.got},       {"differing", d.differing},
                          {"elements", d.elements}};
  }
  return json;
}

}  // namespace auklet::app
