#include "memory_map.hpp"

#include <algorithm>
#include <tuple>

namespace auklet::compiler::passes {
namespace {

class MapMaker {
 public:
  MapMaker(const Graph& graph, const Program& program, const MemoryPlan& plan)
      : graph_(graph), program_(program), plan_(plan) {}

  MemoryMap make() {
    for (std::size_t node = 0; node < program_.nodes.size(); ++node) {
      map_.step_layers.resize(plan_.nodes[node].steps.last + std::size_t{1},
                              static_cast<std::uint32_t>(layer_of(program_, node)));
    }
    for (const Instance& instance : plan_.instances) add_instance(instance);
    for (std::size_t node = 0; node < program_.nodes.size(); ++node) add_node(node);
    for (std::size_t buffer = 0; buffer < program_.buffers.size(); ++buffer) add_scratch(buffer);
    std::ranges::sort(map_.blocks, {}, [](const MemoryBlock& block) {
      return std::tuple(block.place, block.first_step, block.address, block.last_step);
    });
    return std::move(map_);
  }

 private:
  void add_sram(Space::Id id, MemoryBlock block) {
    const Block& where = plan_.sram[id];
    if (where.bytes == 0) return;
    block.address = where.address;
    block.bytes = where.bytes;
    block.first_step = where.first;
    block.last_step = where.last;
    map_.blocks.push_back(block);
  }

  // The tensor whose bytes a buffer holds; none for constants and between two steps of an operator.
  [[nodiscard]] std::int32_t tensor_of(const Buffer& buffer) const {
    std::int32_t tensor = kAbsent;
    if (buffer.producer) tensor = program_.nodes[*buffer.producer].op->output;
    if (buffer.input) tensor = program_.inputs[*buffer.input];
    return tensor < static_cast<std::int32_t>(graph_.tensors.size()) ? tensor : kAbsent;
  }

  [[nodiscard]] std::uint32_t layer(std::size_t node) const {
    return static_cast<std::uint32_t>(layer_of(program_, node));
  }

  void add_instance(const Instance& instance) {
    const Buffer& buffer = program_.buffers[instance.buffer];
    add_sram(instance.block, {.content = buffer.constant != nullptr ? MemoryBlock::Content::kWeights
                                                                    : MemoryBlock::Content::kActivation,
                              .tensor = tensor_of(buffer),
                              .layer = layer(instance.first)});
  }

  void add_node(std::size_t node) {
    const NodePlan& plan = plan_.nodes[node];
    if (program_.nodes[node].renames()) return;
    if (plan.streamed) {
      add_sram(plan.budget, {.content = MemoryBlock::Content::kTiles, .layer = layer(node)});
      return;
    }
    for (const WeightPart& part : plan.parts) {
      add_sram(part.block, {.content = MemoryBlock::Content::kWeights, .layer = layer(node)});
    }
  }

  // As the planner does: from the node that makes it to its last reader.
  void add_scratch(std::size_t index) {
    if (plan_.buffers[index].home != Home::kScratch) return;
    const Buffer& buffer = program_.buffers[index];
    const std::uint32_t producer = buffer.producer.value_or(0);
    const std::uint32_t last = buffer.readers.empty() ? producer : buffer.readers.back();
    map_.blocks.push_back({.place = MemoryBlock::Where::kScratch,
                           .tensor = tensor_of(buffer),
                           .layer = layer(producer),
                           .address = plan_.buffers[index].offset,
                           .bytes = buffer.bytes,
                           .first_step = plan_.nodes[producer].steps.first,
                           .last_step = plan_.nodes[last].steps.last});
  }

  const Graph& graph_;
  const Program& program_;
  const MemoryPlan& plan_;
  MemoryMap map_;
};

}  // namespace

MemoryMap memory_map(const Graph& graph, const Program& program, const MemoryPlan& plan) {
  return MapMaker(graph, program, plan).make();
}

}  // namespace auklet::compiler::passes
