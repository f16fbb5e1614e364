#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <auklet/app/inspect.hpp>
#include <auklet/app/run.hpp>
#include <auklet/compiler/compile.hpp>
#include <auklet/compiler/executor.hpp>
#include <auklet/compiler/segment.hpp>
#include <nlohmann/json.hpp>
#include <system_error>
#include <utility>

#include "estimates.hpp"
#include "layers.hpp"
#include "text_table.hpp"

namespace auklet::app {
namespace {

using nlohmann::ordered_json;

std::string shape_text(const compiler::Tensor& tensor) {
  return tensor.shape.empty() ? "scalar" : fmt::format("{}", fmt::join(tensor.shape, "x"));
}

// Lists the segments of `graph`, and estimates what they and their layers take.
Outcome add_segments(ModelInfo& info, const compiler::Graph& graph, Layers layers, const sim::MemoryProfile& profile) {
  SegmentEstimator estimator(profile);
  for (const std::size_t index : compiler::find_segments(graph)) {
    const auto view = compiler::read_segment(graph, graph.operators[index]);
    if (!view) return tl::unexpected(from_compiler(info.model + ": " + graph.describe_operator(index), view.error()));
    const SegmentEstimate estimate = estimator.next(*view, layers.steps[index].rows, layers.rows);
    info.cycles += estimate.cycles;
    info.job_cycles += estimate.job_cycles;
    info.segments.push_back({
        .config = view->config.name,
        .layers = view->segment.layers.size(),
        .commands = static_cast<std::uint32_t>(spec::StreamHeaderFields::kCommands.get(view->stream)),
        .stream_bytes = static_cast<std::uint32_t>(view->stream.size_bytes()),
        .constant_bytes = static_cast<std::uint32_t>(view->constants.size()),
        .scratch_bytes = view->segment.scratch_bytes(),
        .sram_bytes = view->segment.sram_bytes,
        .cycles = estimate.cycles,
    });
  }
  info.layers = std::move(layers.rows);
  return {};
}

// Fills in what only the compiler knows of a plain model.
Outcome inspect_plain(ModelInfo& info, const compiler::Model& model, const sim::MemoryProfile& profile) {
  auto compiled = compiler::compile(model, {.config = info.config});
  if (!compiled) return tl::unexpected(from_compiler(info.model, compiled.error()));
  for (const compiler::Operator& op : info.graph.operators) {
    info.output_shapes.push_back(op.outputs.empty() ? "" : shape_text(info.graph.tensor(op.outputs.front())));
  }
  for (const auto& refusal : compiler::find_refusals(compiled->model, {.custom_codes = {compiler::kNpuCustomCode}})) {
    info.refusals.push_back(refusal.error.message);
  }
  if (Outcome added = add_segments(info, compiled->model.main(), layers_of(*compiled), profile); !added) return added;
  for (std::size_t i = 0; i < info.segments.size(); ++i) {
    info.segments[i].sram_live = compiled->report.segments[i].sram_live;
    info.segments[i].scratch_live = compiled->report.segments[i].scratch_live;
  }
  return {};
}

Outcome inspect_compiled(ModelInfo& info, const compiler::Model& model, const std::string& wanted,
                         const sim::MemoryProfile& profile) {
  auto layers = layers_of(info.model, info.graph);
  if (!layers) return tl::unexpected(layers.error());
  if (Outcome added = add_segments(info, info.graph, std::move(*layers), profile); !added) return added;
  auto config = configuration_called(info.segments.front().config);
  if (!config) return tl::unexpected(config.error());
  info.config = *config;
  if (!wanted.empty() && wanted != info.config.name) {
    return fail(ExitCode::kModelRefused,
                fmt::format("{} is compiled for {}, not {}; leave --config out", info.model, info.config.name, wanted));
  }
  for (const auto& refusal : compiler::find_refusals(model, {.custom_codes = {compiler::kNpuCustomCode}})) {
    info.refusals.push_back(refusal.error.message);
  }
  return {};
}

std::uint64_t sum_of_macs(const ModelInfo& info, bool npu_only) {
  std::uint64_t macs = 0;
  for (const LayerRow& row : info.layers) {
    if (!npu_only || row.place == compiler::Place::kNpu) macs += row.macs;
  }
  return macs;
}

std::uint32_t sram_peak(const ModelInfo& info) {
  std::uint32_t peak = 0;
  for (const SegmentInfo& segment : info.segments) peak = std::max(peak, segment.sram_bytes);
  return peak;
}

std::string tensor_text(const char* kind, std::size_t index, const compiler::Tensor& tensor) {
  std::string text = fmt::format("{} {}: {} {} {}, {} bytes", kind, index, tensor.name, compiler::name(tensor.type),
                                 shape_text(tensor), grouped(tensor.bytes()));
  if (tensor.quantization.present() && !tensor.quantization.per_axis()) {
    text += fmt::format(", scale {:.6g}, zero point {}", tensor.quantization.scale(), tensor.quantization.zero_point());
  }
  return text + '\n';
}

ordered_json tensor_json(const compiler::Tensor& tensor) {
  ordered_json json{
      {"name", tensor.name}, {"type", compiler::name(tensor.type)}, {"shape", tensor.shape}, {"bytes", tensor.bytes()}};
  if (tensor.quantization.present() && !tensor.quantization.per_axis()) {
    json["scale"] = tensor.quantization.scale();
    json["zero_point"] = tensor.quantization.zero_point();
  }
  return json;
}

std::string operator_table(const ModelInfo& info) {
  TextTable table({{"#", true},
                   {"layer", false, true},
                   {"operator", false, true},
                   {"output", false, true},
                   {"MACs", true},
                   {"on", false},
                   {"est. cycles", true}});
  for (std::size_t i = 0; i < info.layers.size(); ++i) {
    const LayerRow& row = info.layers[i];
    table.add({std::to_string(i), layer_name(row.name), row.op,
               i < info.output_shapes.size() ? info.output_shapes[i] : "", grouped(row.macs),
               row.place == compiler::Place::kNpu ? "NPU" : "CPU",
               row.place == compiler::Place::kNpu ? grouped(row.cycles) : "-"});
  }
  return table.text();
}

std::string live_text(const std::optional<std::uint32_t>& bytes) { return bytes ? grouped(*bytes) : "-"; }

std::string segment_table(const ModelInfo& info) {
  TextTable table({{"segment", true},
                   {"layers", true},
                   {"est. cycles", true},
                   {"commands", true},
                   {"stream bytes", true},
                   {"constant bytes", true},
                   {"scratch bytes", true},
                   {"live", true},
                   {"SRAM bytes", true},
                   {"live", true}});
  for (std::size_t i = 0; i < info.segments.size(); ++i) {
    const SegmentInfo& segment = info.segments[i];
    table.add({std::to_string(i), grouped(segment.layers), grouped(segment.cycles), grouped(segment.commands),
               grouped(segment.stream_bytes), grouped(segment.constant_bytes), grouped(segment.scratch_bytes),
               live_text(segment.scratch_live), grouped(segment.sram_bytes), live_text(segment.sram_live)});
  }
  return table.text();
}

}  // namespace

Result<ModelInfo> inspect_model(const std::filesystem::path& path, const std::string& config,
                                const std::string& profile) {
  const auto memory = profile_called(profile);
  if (!memory) return tl::unexpected(memory.error());
  ModelInfo info;
  info.profile = profile;
  info.model = path.string();
  if (!config.empty()) {
    auto found = configuration_called(config);
    if (!found) return tl::unexpected(found.error());
    info.config = *found;
  }
  auto model = load_model(path);
  if (!model) return tl::unexpected(model.error());
  std::error_code ignored;  // It was readable a moment ago; else the size stays 0.
  const std::uintmax_t bytes = std::filesystem::file_size(path, ignored);
  info.file_bytes = ignored ? 0 : bytes;
  info.description = model->description;
  info.graph = model->main();
  for (const compiler::Tensor& tensor : info.graph.tensors) {
    (tensor.is_constant ? info.weight_bytes : info.activation_bytes) += tensor.bytes();
  }
  info.compiled = !compiler::find_segments(model->main()).empty();
  if (Outcome ok =
          info.compiled ? inspect_compiled(info, *model, config, *memory) : inspect_plain(info, *model, *memory);
      !ok) {
    return tl::unexpected(ok.error());
  }
  for (compiler::Tensor& tensor : info.graph.tensors) tensor.data = {};  // The model, which owns it, ends here.
  return info;
}

std::string to_text(const ModelInfo& info) {
  const std::uint64_t macs = sum_of_macs(info, false);
  const std::uint64_t npu_macs = sum_of_macs(info, true);
  std::string text =
      fmt::format("{}: {} bytes, {}compiled{}\n", info.model, grouped(info.file_bytes), info.compiled ? "" : "not ",
                  info.compiled ? std::string(" for ") + info.config.name : "");
  if (!info.description.empty()) text += fmt::format("description: {}\n", info.description);
  for (std::size_t i = 0; i < info.graph.inputs.size(); ++i) {
    text += tensor_text("input", i, info.graph.tensor(info.graph.inputs[i]));
  }
  for (std::size_t i = 0; i < info.graph.outputs.size(); ++i) {
    text += tensor_text("output", i, info.graph.tensor(info.graph.outputs[i]));
  }
  text += fmt::format("tensors: {} bytes constant, {} bytes of activations\n\n", grouped(info.weight_bytes),
                      grouped(info.activation_bytes));
  text += operator_table(info) + '\n';
  for (std::size_t i = 0; i < info.layers.size(); ++i) {
    const LayerRow& row = info.layers[i];
    if (row.place == compiler::Place::kCpu) {
      text += fmt::format("on the CPU: {} {}: it {} ({})\n", i, row.op, row.reason, cpu_cost(row.macs, row.cpu_bytes));
    }
  }
  for (const std::string& refusal : info.refusals) text += fmt::format("cannot run: {}\n", refusal);
  text += fmt::format("{} of {} MACs on the NPU ({}), {}: SRAM peak {} of {} bytes\n", grouped(npu_macs), grouped(macs),
                      percent(macs == 0 ? 0 : static_cast<double>(npu_macs) / static_cast<double>(macs)),
                      info.config.name, grouped(sram_peak(info)), grouped(info.config.sram_bytes));
  if (info.segments.empty()) return text;
  text += fmt::format(
      "{} cycles estimated from submission to interrupt, memory profile {}: {} in jobs, the rest around them\n",
      grouped(info.cycles), info.profile, grouped(info.job_cycles));
  return text + '\n' + segment_table(info);
}

ordered_json to_json(const ModelInfo& info) {
  ordered_json inputs = ordered_json::array();
  ordered_json outputs = ordered_json::array();
  for (const std::int32_t index : info.graph.inputs) inputs.push_back(tensor_json(info.graph.tensor(index)));
  for (const std::int32_t index : info.graph.outputs) outputs.push_back(tensor_json(info.graph.tensor(index)));
  ordered_json layers = ordered_json::array();
  for (const LayerRow& row : info.layers) {
    layers.push_back({{"name", row.name},
                      {"op", row.op},
                      {"where", row.place == compiler::Place::kNpu ? "npu" : "cpu"},
                      {"reason", row.reason},
                      {"macs", row.macs},
                      {"cpu_bytes", row.cpu_bytes},
                      {"cycles", row.cycles}});
    if (row.place == compiler::Place::kNpu) layers.back()["causes"] = to_json(row.causes);
  }
  ordered_json segments = ordered_json::array();
  for (const SegmentInfo& segment : info.segments) {
    segments.push_back({{"layers", segment.layers},
                        {"cycles", segment.cycles},
                        {"commands", segment.commands},
                        {"stream_bytes", segment.stream_bytes},
                        {"constant_bytes", segment.constant_bytes},
                        {"scratch_bytes", segment.scratch_bytes},
                        {"sram_bytes", segment.sram_bytes}});
    if (segment.sram_live) segments.back()["sram_live_bytes"] = *segment.sram_live;
    if (segment.scratch_live) segments.back()["scratch_live_bytes"] = *segment.scratch_live;
  }
  return {{"model", info.model},
          {"file_bytes", info.file_bytes},
          {"description", info.description},
          {"compiled", info.compiled},
          {"config", info.config.name},
          {"profile", info.profile},
          {"cycles", info.cycles},
          {"job_cycles", info.job_cycles},
          {"inputs", std::move(inputs)},
          {"outputs", std::move(outputs)},
          {"constant_bytes", info.weight_bytes},
          {"activation_bytes", info.activation_bytes},
          {"macs", sum_of_macs(info, false)},
          {"npu_macs", sum_of_macs(info, true)},
          {"sram_peak", sram_peak(info)},
          {"layers", std::move(layers)},
          {"segments", std::move(segments)},
          {"refusals", info.refusals}};
}

}  // namespace auklet::app
