#include <algorithm>
#include <auklet/compiler/extract.hpp>
#include <set>
#include <utility>
#include <vector>

namespace auklet::compiler {
namespace {

// Applies `f` to every tensor index of the main graph, wherever it stands.
template <typename F>
void for_each_index(Model& model, F f) {
  Graph& graph = model.main();
  const auto all = [&f](std::vector<std::int32_t>& list) {
    for (std::int32_t& index : list) {
      if (index != kAbsent) f(index);
    }
  };
  for (Operator& op : graph.operators) {
    all(op.inputs);
    all(op.outputs);
    all(op.intermediates);
  }
  all(graph.inputs);
  all(graph.outputs);
  for (Signature& signature : model.signatures) {
    if (signature.graph != 0) continue;
    for (SignatureTensor& tensor : signature.inputs) f(tensor.tensor);
    for (SignatureTensor& tensor : signature.outputs) f(tensor.tensor);
  }
}

}  // namespace

void drop_unused_tensors(Model& model) {
  Graph& graph = model.main();
  std::set<std::int32_t> used;
  for_each_index(model, [&used](std::int32_t& index) { used.insert(index); });
  std::vector<std::int32_t> renumbered(graph.tensors.size(), kAbsent);
  std::vector<Tensor> kept;
  for (const std::int32_t index : used) {
    renumbered[static_cast<std::size_t>(index)] = static_cast<std::int32_t>(kept.size());
    kept.push_back(std::move(graph.tensor(index)));
  }
  graph.tensors = std::move(kept);
  for_each_index(model, [&renumbered](std::int32_t& index) { index = renumbered[static_cast<std::size_t>(index)]; });
}

Model extract(const Model& model, std::size_t first, std::size_t count) {
  Model part = model;
  part.signatures.clear();
  part.metadata.clear();
  Graph& graph = part.main();
  const auto begin = graph.operators.begin() + static_cast<std::ptrdiff_t>(first);
  graph.operators = {begin, begin + static_cast<std::ptrdiff_t>(count)};
  graph.inputs.clear();
  std::set<std::int32_t> known;
  for (const Operator& op : graph.operators) {
    for (const std::int32_t input : op.inputs) {
      if (input == kAbsent || graph.tensor(input).is_constant || graph.tensor(input).is_variable) continue;
      if (known.insert(input).second) graph.inputs.push_back(input);
    }
    known.insert(op.outputs.begin(), op.outputs.end());
  }
  graph.outputs = graph.operators.back().outputs;
  drop_unused_tensors(part);
  return part;
}

}  // namespace auklet::compiler
