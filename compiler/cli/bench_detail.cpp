#include "bench_detail.hpp"

#include <algorithm>
#include <auklet/app/energy.hpp>
#include <auklet/app/npu_runner.hpp>

namespace auklet::app {
namespace {

using nlohmann::ordered_json;

constexpr std::uint32_t kBitsPerByte = 8;

double event(const RunReport& report, spec::Event which) {
  const auto* const found = std::ranges::find(kCountedEvents, which);
  return static_cast<double>(report.events[static_cast<std::size_t>(found - kCountedEvents.begin())]);
}

ordered_json timing_json(const sim::MemoryTiming& timing) {
  return {{"bytes_per_cycle", timing.bytes_per_cycle}, {"latency_cycles", timing.latency_cycles}};
}

ordered_json hardware_json(const RunReport& report, const sim::MemoryProfile& profile) {
  return {{"macs", report.config.macs},
          {"sram_bytes", report.config.sram_bytes},
          {"bus_bytes", report.config.axi_data_bits / kBitsPerByte},
          {"memory", {{"data", timing_json(profile.data)}, {"weights", timing_json(profile.weights)}}}};
}

ordered_json operations_json(const EnergyQuantities& quantities) {
  ordered_json json = ordered_json::object();
  for (std::size_t i = 0; i < quantities.size(); ++i) json[std::string(kEnergyKinds[i])] = quantities[i];
  return json;
}

const char* name(compiler::MemoryBlock::Content content) {
  switch (content) {
    case compiler::MemoryBlock::Content::kActivation:
      return "activation";
    case compiler::MemoryBlock::Content::kWeights:
      return "weights";
    case compiler::MemoryBlock::Content::kTiles:
      return "tiles";
  }
  return "?";
}

ordered_json segment_json(const Session& session, const SessionSegment& segment) {
  const compiler::MemoryMap& map = segment.report->memory;
  ordered_json steps = ordered_json::array();
  for (const std::uint32_t layer : map.step_layers) steps.push_back((*segment.rows)[layer]);
  ordered_json blocks = ordered_json::array();
  for (const compiler::MemoryBlock& block : map.blocks) {
    const bool named = block.tensor != compiler::kAbsent;
    blocks.push_back({{"place", block.place == compiler::MemoryBlock::Where::kSram ? "sram" : "scratch"},
                      {"content", name(block.content)},
                      {"tensor", named ? session.graph().tensor(block.tensor).name : ""},
                      {"layer", (*segment.rows)[block.layer]},
                      {"address", block.address},
                      {"bytes", block.bytes},
                      {"first_step", block.first_step},
                      {"last_step", block.last_step}});
  }
  return {{"sram_bytes", segment.report->segment.sram_bytes},
          {"scratch_bytes", segment.report->segment.scratch_bytes()},
          {"step_layers", std::move(steps)},
          {"blocks", std::move(blocks)}};
}

}  // namespace

Result<RunDetail> describe_run(const Session& session, const RunReport& report, const UnitTimeline& timeline) {
  const auto operations = session.operations();
  if (!operations) return tl::unexpected(operations.error());
  RunDetail detail{.json = to_json(report), .counters = {}};
  ordered_json& json = detail.json;
  // Times differ from run to run.
  for (const char* time : {"sim_cycles_per_second", "inference_seconds"}) json.erase(time);
  json["hardware"] = hardware_json(report, session.profile());
  double energy = 0;
  for (std::size_t i = 0; i < report.layers.size(); ++i) {
    const LayerOperations none;  // Of the row that is no layer.
    const EnergyQuantities quantities =
        energy_quantities(report.layers[i], i < operations->size() ? (*operations)[i] : none, session.profile());
    json["layers"][i]["reason"] = report.layers[i].reason;
    json["layers"][i]["cpu_bytes"] = report.layers[i].cpu_bytes;
    json["layers"][i]["operations"] = operations_json(quantities);
    energy += total_picojoules(quantities, default_energy_table());
  }
  json.erase("cpu_ops");  // Its facts stand with the layers.
  json["timeline"] = timeline.to_json();
  ordered_json memory = ordered_json::array();
  for (const SessionSegment& segment : session.segments()) memory.push_back(segment_json(session, segment));
  json["memory"] = std::move(memory);

  detail.counters = {{"macs", static_cast<double>(report.macs)}};
  if (report.backend == Backend::kCpu) return detail;
  const double beat = report.config.axi_data_bits / static_cast<double>(kBitsPerByte);
  constexpr double kPicoToMicro = 1e-6;
  detail.counters.insert(detail.counters.end(),
                         {{"npu_macs", static_cast<double>(report.npu_macs)},
                          {"cycles", static_cast<double>(report.cycles)},
                          {"utilisation", utilisation(report.npu_macs, report.cycles, report.config)},
                          {"bytes_read", event(report, spec::Event::kAxiReadBeats) * beat},
                          {"bytes_written", event(report, spec::Event::kAxiWriteBeats) * beat},
                          {"segments", static_cast<double>(report.segments)},
                          {"energy_estimate_uj", energy * kPicoToMicro}});
  return detail;
}

}  // namespace auklet::app
