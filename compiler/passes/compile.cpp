#include <algorithm>
#include <auklet/compiler/compile.hpp>
#include <utility>

#include "lower.hpp"
#include "partition.hpp"
#include "rewrite.hpp"

namespace auklet::compiler {
namespace {

using passes::Partition;

Outcome check_arguments(const Model& model, const CompileOptions& options) {
  if (Outcome ok = validate(model); !ok) return ok;
  if (!find_segments(model.main()).empty()) {
    return fail(ErrorCode::kArgument, "the model is compiled already: it has operators of the NPU");
  }
  const bool known = std::ranges::any_of(spec::kConfigurations, [&](const spec::HardwareConfig& config) {
    return config.macs == options.config.macs && config.rows == options.config.rows &&
           config.groups == options.config.groups && options.config.sram_bytes <= config.sram_bytes;
  });
  if (!known) return fail(ErrorCode::kArgument, "there is no such hardware configuration");
  return {};
}

SegmentReport report_of(const passes::CompiledSegment& compiled, std::size_t operator_index) {
  return {.operator_index = operator_index,
          .segment = compiled.segment,
          .stream_bytes = static_cast<std::uint32_t>(compiled.stream.size() * sizeof(std::uint32_t)),
          .commands = compiled.commands,
          .constant_bytes = static_cast<std::uint32_t>(compiled.constants.size()),
          .streamed_operators = compiled.streamed_operators,
          .cascaded_operators = compiled.cascaded_operators,
          .spilled_tensors = compiled.spilled_tensors,
          .sram_live = compiled.sram_live,
          .scratch_live = compiled.scratch_live,
          .marks = compiled.marks,
          .memory = compiled.memory};
}

CompileReport make_report(const Graph& graph, const Partition& partition) {
  CompileReport report;
  for (std::size_t i = 0; i < graph.operators.size(); ++i) {
    const Operator& op = graph.operators[i];
    OperatorReport entry;
    entry.source_operator = i;
    entry.op = op.name();
    if (!op.outputs.empty()) entry.name = graph.tensor(op.outputs[0]).name;
    entry.reason = partition.reasons[i];
    entry.macs = passes::macs_of(graph, op);
    for (const std::vector<std::int32_t>* list : {&op.inputs, &op.outputs}) {
      for (const std::int32_t tensor : *list) entry.bytes += tensor == kAbsent ? 0 : graph.tensor(tensor).bytes();
    }
    report.operators.push_back(std::move(entry));
  }
  std::size_t replaced = 0;  // Operators that earlier segments stand for, less the segments themselves.
  for (const Partition::Part& part : partition.parts) {
    const std::size_t layers = part.compiled.segment.layers.size();
    for (std::size_t i = 0; i < layers; ++i) {
      OperatorReport& entry = report.operators[part.first + i];
      entry.place = Place::kNpu;
      entry.segment = report.segments.size();
      entry.layer = i;
    }
    report.segments.push_back(report_of(part.compiled, part.first - replaced));
    report.sram_peak = std::max(report.sram_peak, part.compiled.segment.sram_bytes);
    report.constant_bytes += part.compiled.constants.size();
    replaced += layers - 1;
  }
  for (const OperatorReport& entry : report.operators) {
    (entry.place == Place::kNpu ? report.npu_macs : report.cpu_macs) += entry.macs;
  }
  return report;
}

}  // namespace

std::optional<spec::HardwareConfig> find_config(std::string_view name) {
  const auto* const found = std::ranges::find_if(
      spec::kConfigurations, [name](const spec::HardwareConfig& config) { return name == config.name; });
  if (found == spec::kConfigurations.end()) return std::nullopt;
  return *found;
}

Result<CompiledModel> compile(const Model& model, const CompileOptions& options) {
  if (Outcome ok = check_arguments(model, options); !ok) return tl::unexpected(ok.error());
  passes::Hardware hardware{options.config, options.config.sram_bytes};
  if (options.sram_limit != 0) hardware.sram_limit = std::min(hardware.sram_limit, options.sram_limit);
  const Partition partition = passes::partition(model.main(), hardware);
  return CompiledModel{passes::rewrite(model, partition), make_report(model.main(), partition)};
}

}  // namespace auklet::compiler
