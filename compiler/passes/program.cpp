#include "program.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace auklet::compiler::passes {
namespace {

class Builder {
 public:
  Builder(const Graph& graph, const Run& run, const Reads& reads) : graph_(graph), run_(run), reads_(reads) {
    program_.first = run.first;
    program_.layers = run.count;
  }

  Program build() {
    for (const NpuOperator& op : run_.steps) add_node(op);
    const std::set<std::int32_t> outside = needed_outside();
    for (const NpuOperator& op : run_.steps) {
      if (!outside.contains(op.output)) continue;
      program_.buffers[buffer_of_.at(op.output)].outputs.push_back(static_cast<std::uint32_t>(program_.outputs.size()));
      program_.outputs.push_back(op.output);
    }
    return std::move(program_);
  }

 private:
  void add_node(const NpuOperator& op) {
    const auto number = static_cast<std::uint32_t>(program_.nodes.size());
    Node node{.op = &op, .uses = {}, .output = 0};
    for (const Operand& operand : op.inputs) {
      const std::uint32_t buffer = buffer_for(operand);
      node.uses.push_back({buffer, &operand});
      if (!node.renames()) program_.buffers[buffer].readers.push_back(number);
    }
    if (node.renames()) {
      node.output = node.uses[0].buffer;
    } else {
      node.output = add_buffer(static_cast<std::uint32_t>(op.out_view.bytes()));
      program_.buffers[node.output].producer = number;
    }
    buffer_of_[op.output] = node.output;
    program_.nodes.push_back(std::move(node));
  }

  std::uint32_t add_buffer(std::uint32_t bytes) {
    program_.buffers.emplace_back();
    program_.buffers.back().bytes = bytes;
    return static_cast<std::uint32_t>(program_.buffers.size() - 1);
  }

  std::uint32_t buffer_for(const Operand& operand) {
    if (!operand.constant.empty()) {
      const std::uint32_t buffer = add_buffer(static_cast<std::uint32_t>(operand.constant.size()));
      program_.buffers[buffer].constant = &operand.constant;
      return buffer;
    }
    const auto known = buffer_of_.find(operand.tensor);
    if (known != buffer_of_.end()) return known->second;
    const std::uint32_t buffer = add_buffer(static_cast<std::uint32_t>(graph_.tensor(operand.tensor).bytes()));
    program_.buffers[buffer].input = static_cast<std::uint32_t>(program_.inputs.size());
    program_.inputs.push_back(operand.tensor);
    buffer_of_[operand.tensor] = buffer;
    return buffer;
  }

  // Tensors that are read outside of the run.
  [[nodiscard]] std::set<std::int32_t> needed_outside() const {
    std::set<std::int32_t> needed;
    for (std::size_t i = 0; i < reads_.size(); ++i) {
      if (i < run_.first || i >= run_.first + run_.count) needed.insert(reads_[i].begin(), reads_[i].end());
    }
    return needed;
  }

  const Graph& graph_;
  const Run& run_;
  const Reads& reads_;
  Program program_;
  std::map<std::int32_t, std::uint32_t> buffer_of_;  // By tensor.
};

}  // namespace

Program make_program(const Graph& graph, const Run& run, const Reads& reads) {
  return Builder(graph, run, reads).build();
}

}  // namespace auklet::compiler::passes
