#include "segment_compiler.hpp"

#include <algorithm>
#include <auklet/plan/compress.hpp>
#include <limits>
#include <utility>

#include "memory_map.hpp"
#include "program.hpp"
#include "stream_emitter.hpp"

namespace auklet::compiler::passes {
namespace {

// A constant begins at the file's alignment, so that its rows do not straddle more bursts than they must.
constexpr std::size_t kConstantAlign = 16;
constexpr std::size_t kLongestName = 255;
// Less than this part of the bytes is not worth compressing for.
constexpr std::size_t kLeastSaving = 64;

// Packs what streams load from kSegmentConstantsWindow.
class ConstantPacker {
 public:
  ConstantPacker(const Program& program, const MemoryPlan& memory) : program_(program), memory_(memory) {
    places_.weights.resize(program.nodes.size());
    places_.parts.resize(program.nodes.size());
    places_.buffers.resize(program.buffers.size());
  }

  // The first node whose constants cannot be packed, or nothing.
  std::optional<NodeFailure> run() {
    for (std::size_t i = 0; i < program_.nodes.size(); ++i) {
      const auto* work = std::get_if<ConvWork>(&program_.nodes[i].op->work);
      if (work == nullptr) continue;
      if (const plan::Outcome packed = pack(i, *work); !packed.ok()) return failure_of(i, packed);
    }
    for (std::size_t i = 0; i < program_.buffers.size(); ++i) {
      const std::vector<std::byte>* value = program_.buffers[i].constant;
      if (value == nullptr) continue;
      places_.buffers[i] = static_cast<std::uint32_t>(begin());
      bytes_.insert(bytes_.end(), value->begin(), value->end());
    }
    if (bytes_.size() > std::numeric_limits<std::int32_t>::max()) {
      return NodeFailure{program_.nodes.size() - 1, "belongs to a segment of more than 2 GiB of constants", true};
    }
    // A tensor has at least one element, also where nothing is constant.
    bytes_.resize(std::max(begin(), kConstantAlign));
    return std::nullopt;
  }

  [[nodiscard]] const ConstantPlaces& places() const { return places_; }
  [[nodiscard]] std::vector<std::byte> take() { return std::move(bytes_); }

 private:
  // Fills up to where the next constant begins.
  std::size_t begin() {
    bytes_.resize((bytes_.size() + kConstantAlign - 1) / kConstantAlign * kConstantAlign);
    return bytes_.size();
  }

  plan::Outcome pack(std::size_t node, const ConvWork& work) {
    const plan::ConvLayout& layout = memory_.nodes[node].layout;
    places_.weights[node] = static_cast<std::uint32_t>(begin());
    std::vector<std::uint8_t> parameters(static_cast<std::size_t>(layout.parameter_bytes));
    const plan::Outcome made =
        plan::pack_parameters(work.op, layout, work.weights, {work.bias, work.multiplier, work.shift}, parameters);
    if (!made.ok()) return made;
    // A streamed operator finds all its weights together, a resident one as one part after the other.
    if (memory_.nodes[node].streamed) {
      const auto tiles = pack_tiles(work, layout, {0, layout.tiles}, parameters);
      if (!tiles) return tiles.error();
      append(*tiles);
      return {};
    }
    if (!memory_.nodes[node].arrivals.empty()) return pack_arrivals(node, work, layout, parameters);
    for (const WeightPart& part : memory_.nodes[node].parts) {
      const auto tiles = pack_tiles(work, layout, part.tiles, parameters);
      if (!tiles) return tiles.error();
      places_.parts[node].push_back(append_part(*tiles));
    }
    return {};
  }

  // As they arrive. The parameters of some tiles have another place than right behind their weights, so that they
  // cannot be unpacked together with them.
  plan::Outcome pack_arrivals(std::size_t node, const ConvWork& work, const plan::ConvLayout& layout,
                              std::span<const std::uint8_t> parameters) {
    for (const Arrival& arrival : memory_.nodes[node].arrivals) {
      if (arrival.tiles.count == 0) continue;
      const auto tiles = pack_tiles(work, layout, arrival.tiles, parameters);
      if (!tiles) return tiles.error();
      const std::span<const std::uint8_t> all(*tiles);
      const bool together = arrival.tiles.count == layout.tiles;
      const std::size_t weights = together ? all.size() : weight_bytes(layout, arrival.tiles.count);
      PartPlace place = append_part(all.first(weights));
      if (!together && place.compressed) place.parameters = static_cast<std::uint32_t>(begin());
      if (!together && !place.compressed) place.bytes = static_cast<std::uint32_t>(all.size());
      append(all.subspan(weights));
      places_.parts[node].push_back(place);
    }
    return {};
  }

  // The tiles' weights, then their parameters.
  static tl::expected<std::vector<std::uint8_t>, plan::Outcome> pack_tiles(const ConvWork& work,
                                                                           const plan::ConvLayout& layout,
                                                                           const plan::TileRange& tiles,
                                                                           std::span<const std::uint8_t> parameters) {
    std::vector<std::uint8_t> bytes(weight_bytes(layout, tiles.count));
    const plan::Outcome packed =
        plan::pack_weights(work.op, layout, work.weights, std::uint64_t{tiles.first} * layout.steps, bytes);
    if (!packed.ok()) return tl::unexpected(packed);
    const auto mine =
        parameters.subspan(std::size_t{tiles.first} * spec::kParamBlock, std::size_t{tiles.count} * spec::kParamBlock);
    bytes.insert(bytes.end(), mine.begin(), mine.end());
    return bytes;
  }

  // Compressed where that saves more than it is worth the trouble.
  PartPlace append_part(std::span<const std::uint8_t> bytes) {
    const auto offset = static_cast<std::uint32_t>(begin());
    const std::size_t size = plan::compressed_size(bytes);
    const bool compressed = size < bytes.size() - bytes.size() / kLeastSaving;
    if (compressed) {
      std::vector<std::uint8_t> packed(size);
      plan::compress(bytes, packed);
      append(packed);
    } else {
      append(bytes);
    }
    return {.offset = offset, .bytes = static_cast<std::uint32_t>(bytes_.size() - offset), .compressed = compressed};
  }

  void append(std::span<const std::uint8_t> bytes) {
    const std::span<const std::byte> raw = std::as_bytes(bytes);
    bytes_.insert(bytes_.end(), raw.begin(), raw.end());
  }

  const Program& program_;
  const MemoryPlan& memory_;
  ConstantPlaces places_;
  std::vector<std::byte> bytes_;
};

std::vector<SegmentWindow> make_windows(const Graph& graph, const Program& program, const EmissionReport& report,
                                        std::size_t constant_bytes, std::uint32_t scratch_bytes) {
  std::vector<SegmentWindow> windows;
  const auto add = [&](WindowRole role, std::size_t index, std::size_t bytes) {
    const WindowUse& use = report.windows[windows.size()];
    windows.push_back({.role = role,
                       .read = use.read,
                       .write = use.write,
                       .index = static_cast<std::uint16_t>(index),
                       .bytes = static_cast<std::uint32_t>(bytes)});
  };
  add(WindowRole::kConstants, 0, constant_bytes);
  add(WindowRole::kScratch, 0, scratch_bytes);
  for (std::size_t i = 0; i < program.inputs.size(); ++i) {
    add(WindowRole::kInput, kSegmentFirstActivation + i, graph.tensor(program.inputs[i]).bytes());
  }
  for (std::size_t i = 0; i < program.outputs.size(); ++i) {
    add(WindowRole::kOutput, i, graph.tensor(program.outputs[i]).bytes());
  }
  return windows;
}

std::vector<SegmentLayer> make_layers(const Graph& graph, const Program& program, const EmissionReport& report) {
  std::vector<SegmentLayer> layers;
  layers.reserve(program.layers);
  for (std::size_t i = program.first; i < program.first + program.layers; ++i) {
    const Operator& op = graph.operators[i];
    SegmentLayer layer;
    layer.source_operator = static_cast<std::uint32_t>(i);
    layer.code = op.code;
    layer.name = graph.tensor(op.outputs[0]).name.substr(0, kLongestName);
    layers.push_back(std::move(layer));
  }
  for (std::size_t i = 0; i < program.nodes.size(); ++i) {
    const NodeCost& cost = report.nodes[i];
    SegmentLayer& layer = layers[layer_of(program, i)];
    layer.commands += cost.commands;
    layer.macs += program.nodes[i].op->macs;
    layer.loaded_bytes += cost.loaded_bytes;
    layer.stored_bytes += cost.stored_bytes;
    layer.weight_bytes += cost.weight_bytes;
    layer.compute_cycles += cost.cost.compute_cycles;
  }
  return layers;
}

}  // namespace

tl::expected<CompiledSegment, NodeFailure> compile_segment(const Graph& graph, const Run& run, const Reads& reads,
                                                           const Hardware& hardware) {
  const Program program = make_program(graph, run, reads);
  const auto memory = plan_memory(program, hardware);
  if (!memory) return tl::unexpected(memory.error());
  ConstantPacker packer(program, *memory);
  if (const auto failure = packer.run()) return tl::unexpected(*failure);

  plan::StreamWriter counter = plan::StreamWriter::counting(hardware.config);
  const auto counted = emit_program(counter, program, *memory, hardware, packer.places());
  if (!counted) return tl::unexpected(counted.error());
  CompiledSegment compiled;
  compiled.stream.resize(counter.words());
  plan::StreamWriter writer(compiled.stream, hardware.config);
  const auto report = emit_program(writer, program, *memory, hardware, packer.places());
  if (!report) return tl::unexpected(report.error());

  compiled.inputs = program.inputs;
  compiled.outputs = program.outputs;
  compiled.constants = packer.take();
  compiled.commands = writer.commands();
  compiled.streamed_operators = memory->streamed_nodes;
  for (const Cascade& cascade : memory->cascades) {
    compiled.cascaded_operators += cascade.last() - cascade.first() + 1;
  }
  compiled.spilled_tensors = memory->spilled_buffers;
  compiled.sram_live = memory->sram.live_peak();
  compiled.scratch_live = memory->scratch_live;
  compiled.marks = report->marks;
  for (CommandMark& mark : compiled.marks) {
    if (mark.tensor >= static_cast<std::int32_t>(graph.tensors.size())) mark.tensor = kAbsent;
  }
  compiled.memory = memory_map(graph, program, *memory);
  compiled.segment.macs = hardware.config.macs;
  compiled.segment.sram_bytes = writer.sram_bytes();
  compiled.segment.windows = make_windows(graph, program, *report, compiled.constants.size(), memory->scratch_bytes);
  compiled.segment.layers = make_layers(graph, program, *report);
  return compiled;
}

}  // namespace auklet::compiler::passes
