#include "layers.hpp"

#include <algorithm>
#include <auklet/compiler/segment.hpp>
#include <map>
#include <utility>

namespace auklet::app {
namespace {

using compiler::Place;

// A CPU kernel does about this many MACs in the time in which the RTL simulation does one cycle.
constexpr double kCpuMacsPerCycle = 100;

double cpu_weight(std::uint64_t macs) { return 1 + static_cast<double>(macs) / kCpuMacsPerCycle; }

// Bytes that memory delivers in a cycle in the faster of the profiles; only a guess is needed.
double npu_weight(const compiler::SegmentLayer& layer) {
  constexpr double kBytesPerCycle = 8;
  const double transfer = static_cast<double>(layer.loaded_bytes + layer.stored_bytes) / kBytesPerCycle;
  return std::max(static_cast<double>(layer.compute_cycles), transfer);
}

LayerRow row_of(const compiler::OperatorReport& op) {
  return {.name = op.name,
          .op = op.op,
          .place = op.place,
          .reason = op.reason,
          .macs = op.macs,
          .cpu_bytes = op.place == Place::kCpu ? op.bytes : 0};
}

std::uint64_t tensor_bytes(const compiler::Graph& graph, const compiler::Operator& op) {
  std::uint64_t bytes = 0;
  for (const std::vector<std::int32_t>* list : {&op.inputs, &op.outputs}) {
    for (const std::int32_t tensor : *list) {
      bytes += tensor == compiler::kAbsent ? 0 : graph.tensor(tensor).bytes();
    }
  }
  return bytes;
}

}  // namespace

Layers layers_of(const compiler::CompiledModel& compiled) {
  Layers layers;
  layers.steps.resize(compiled.model.main().operators.size());
  for (const compiler::SegmentReport& segment : compiled.report.segments) {
    Step& step = layers.steps[segment.operator_index];
    step.is_segment = true;
    step.rows.resize(segment.segment.layers.size());
    for (const compiler::SegmentLayer& layer : segment.segment.layers) step.weight += npu_weight(layer);
  }
  std::size_t next = 0;  // Operator of the executable model; those of the CPU keep their order.
  for (const compiler::OperatorReport& op : compiled.report.operators) {
    const std::size_t row = layers.rows.size();
    layers.rows.push_back(row_of(op));
    if (op.place == Place::kNpu) {
      const compiler::SegmentReport& segment = compiled.report.segments[op.segment];
      const compiler::SegmentLayer& layer = segment.segment.layers[op.layer];
      layers.rows[row].bytes = layer.loaded_bytes + layer.stored_bytes;
      layers.steps[segment.operator_index].rows[op.layer] = row;
      continue;
    }
    while (layers.steps[next].is_segment) ++next;
    layers.steps[next].rows = {row};
    layers.steps[next].weight = cpu_weight(op.macs);
    ++next;
  }
  return layers;
}

Result<Layers> layers_of(const std::string& name, const compiler::Graph& graph) {
  // A segment's layers know their place among the source's operators; the CPU's take the places between, in order.
  std::map<std::size_t, std::pair<LayerRow, std::size_t>> by_source;  // Row, and operator of the executable model.
  Layers layers;
  layers.steps.resize(graph.operators.size());
  for (const std::size_t index : compiler::find_segments(graph)) {
    const auto view = compiler::read_segment(graph, graph.operators[index]);
    if (!view) return tl::unexpected(from_compiler(name + ": " + graph.describe_operator(index), view.error()));
    layers.steps[index].is_segment = true;
    for (const compiler::SegmentLayer& layer : view->segment.layers) {
      layers.steps[index].weight += npu_weight(layer);
      LayerRow row{.name = layer.name,
                   .op = compiler::name(layer.code),
                   .place = Place::kNpu,
                   .reason = "",
                   .macs = layer.macs,
                   .bytes = layer.loaded_bytes + layer.stored_bytes};
      if (!by_source.emplace(layer.source_operator, std::pair(std::move(row), index)).second) {
        return fail(ExitCode::kModelRefused, name + ": two layers stand for one operator of the source; compile again");
      }
    }
  }
  std::size_t place = 0;
  for (std::size_t index = 0; index < graph.operators.size(); ++index) {
    if (layers.steps[index].is_segment) continue;
    while (by_source.contains(place)) ++place;
    const compiler::Operator& op = graph.operators[index];
    LayerRow row{.name = op.outputs.empty() ? "" : graph.tensor(op.outputs.front()).name,
                 .op = op.name(),
                 .reason = "was left to the CPU when the model was compiled",
                 .cpu_bytes = tensor_bytes(graph, op)};
    by_source.emplace(place, std::pair(std::move(row), index));
  }
  for (auto& [source, entry] : by_source) {
    layers.steps[entry.second].rows.push_back(layers.rows.size());
    layers.rows.push_back(std::move(entry.first));
  }
  return layers;
}

Layers cpu_layers_of(const compiler::CompileReport& report) {
  Layers layers;
  for (const compiler::OperatorReport& op : report.operators) {
    layers.steps.push_back({.rows = {layers.rows.size()}, .is_segment = false, .weight = cpu_weight(op.macs)});
    LayerRow row = row_of(op);
    if (row.place == Place::kNpu) row.reason = "runs on the CPU because backend cpu was asked for";
    row.place = Place::kCpu;
    row.cpu_bytes = op.bytes;
    layers.rows.push_back(std::move(row));
  }
  return layers;
}

}  // namespace auklet::app
