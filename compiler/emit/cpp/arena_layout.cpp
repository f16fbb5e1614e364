#include "arena_layout.hpp"

#include <algorithm>
#include <iterator>
#include <tuple>

namespace auklet::compiler::emit {
namespace {

// When each tensor lives.
class Lifetimes {
 public:
  explicit Lifetimes(const Graph& graph) : graph_(graph), blocks_(graph.tensors.size()), used_(graph.tensors.size()) {
    last_step_ = graph.operators.empty() ? 0 : graph.operators.size() - 1;
    for (const std::int32_t input : graph.inputs) use(input, 0);
    for (std::size_t step = 0; step < graph.operators.size(); ++step) {
      for (const std::int32_t input : graph.operators[step].inputs) use(input, step);
      for (const std::int32_t output : graph.operators[step].outputs) use(output, step);
    }
    for (const std::int32_t output : graph.outputs) use(output, last_step_);
    for (std::size_t i = 0; i < blocks_.size(); ++i) {
      if (!graph.tensors[i].is_variable) continue;
      blocks_[i].first = 0;
      blocks_[i].last = last_step_;
    }
  }

  // Blocks without a place of the tensors that need one.
  [[nodiscard]] std::vector<ArenaBlock> blocks() const {
    std::vector<ArenaBlock> result;
    for (std::size_t i = 0; i < blocks_.size(); ++i) {
      const Tensor& tensor = graph_.tensors[i];
      if (used_[i] && !tensor.is_constant && tensor.bytes() != 0) result.push_back(blocks_[i]);
    }
    return result;
  }

 private:
  void use(std::int32_t tensor, std::size_t step) {
    if (tensor == kAbsent) return;
    const auto i = static_cast<std::size_t>(tensor);
    if (!used_[i]) {
      blocks_[i] = {ArenaBlock::Kind::kTensor, i, whole_units(graph_.tensors[i].bytes()), step, step};
    }
    used_[i] = true;
    blocks_[i].last = std::max(blocks_[i].last, step);
  }

  const Graph& graph_;
  std::vector<ArenaBlock> blocks_;  // By tensor.
  std::vector<bool> used_;
  std::size_t last_step_ = 0;
};

// The lowest place of `block` that is free of the placed blocks that it lives with.
std::size_t lowest_place(const ArenaBlock& block, const std::vector<ArenaBlock>& placed) {
  std::vector<ArenaBlock> neighbours;
  std::ranges::copy_if(placed, std::back_inserter(neighbours),
                       [&](const ArenaBlock& other) { return other.lives_with(block); });
  std::ranges::sort(neighbours, {}, &ArenaBlock::offset);
  std::size_t offset = 0;
  for (const ArenaBlock& other : neighbours) {
    if (offset + block.bytes <= other.offset) break;
    offset = std::max(offset, other.offset + other.bytes);
  }
  return offset;
}

}  // namespace

std::size_t ArenaLayout::offset_of(ArenaBlock::Kind kind, std::size_t index) const {
  return std::ranges::find_if(blocks, [&](const ArenaBlock& b) { return b.kind == kind && b.index == index; })->offset;
}

// Largest first, each as low as it goes.
ArenaLayout plan_arena(const Graph& graph, const std::vector<std::size_t>& scratch,
                       const std::vector<std::size_t>& variables) {
  std::vector<ArenaBlock> blocks = Lifetimes(graph).blocks();
  for (std::size_t step = 0; step < scratch.size(); ++step) {
    if (scratch[step] == 0) continue;
    blocks.push_back({ArenaBlock::Kind::kScratch, step, whole_units(scratch[step]), step, step});
  }
  const std::size_t last_step = graph.operators.empty() ? 0 : graph.operators.size() - 1;
  for (std::size_t i = 0; i < variables.size(); ++i) {
    if (variables[i] == 0) continue;
    blocks.push_back({ArenaBlock::Kind::kVariable, i, whole_units(variables[i]), 0, last_step});
  }
  std::ranges::sort(blocks, [](const ArenaBlock& a, const ArenaBlock& b) {
    return std::tuple(b.bytes, a.kind, a.index) < std::tuple(a.bytes, b.kind, b.index);
  });
  ArenaLayout layout;
  for (ArenaBlock& block : blocks) {
    block.offset = lowest_place(block, layout.blocks);
    layout.blocks.push_back(block);
    layout.bytes = std::max(layout.bytes, block.offset + block.bytes);
  }
  return layout;
}

}  // namespace auklet::compiler::emit
