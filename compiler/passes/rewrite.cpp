#include "rewrite.hpp"

#include <auklet/compiler/extract.hpp>
#include <auklet/compiler/segment.hpp>
#include <cstring>
#include <memory>
#include <utility>

namespace auklet::compiler::passes {
namespace {

// Segments of one model are told apart by number, also in their constants' names.
std::string segment_name(std::size_t number, const char* what) {
  return std::string(kNpuCustomCode) + "/" + std::to_string(number) + "/" + what;
}

Operator make_operator(Model& model, Graph& graph, std::size_t number, const CompiledSegment& compiled) {
  std::vector<std::byte> stream(compiled.stream.size() * sizeof(std::uint32_t));
  std::memcpy(stream.data(), compiled.stream.data(), stream.size());
  const auto stream_bytes = static_cast<std::int32_t>(stream.size());
  const auto constant_bytes = static_cast<std::int32_t>(compiled.constants.size());
  Operator op;
  op.code = OpCode::kCustom;
  op.custom_code = kNpuCustomCode;
  op.custom_options = write_segment(compiled.segment);
  op.inputs = {
      model.add_constant(graph, segment_name(number, "stream"), TensorType::kUint8, {stream_bytes}, std::move(stream)),
      model.add_constant(graph, segment_name(number, "constants"), TensorType::kUint8, {constant_bytes},
                         compiled.constants)};
  op.inputs.insert(op.inputs.end(), compiled.inputs.begin(), compiled.inputs.end());
  op.outputs = compiled.outputs;
  return op;
}

}  // namespace

Model rewrite(const Model& model, const Partition& partition) {
  Model result = model;
  // New constants go to storage of their own, so that the source's does not grow; that stays alive with it.
  result.storage = std::shared_ptr<Storage>(new Storage, [source = model.storage](Storage* own) { delete own; });
  Graph& graph = result.main();
  std::vector<Operator> operators;
  std::size_t at = 0;
  for (std::size_t i = 0; i < partition.parts.size(); ++i) {
    const Partition::Part& part = partition.parts[i];
    for (; at < part.first; ++at) operators.push_back(std::move(graph.operators[at]));
    operators.push_back(make_operator(result, graph, i, part.compiled));
    at += part.compiled.segment.layers.size();
  }
  for (; at < graph.operators.size(); ++at) operators.push_back(std::move(graph.operators[at]));
  graph.operators = std::move(operators);
  drop_unused_tensors(result);
  return result;
}

}  // namespace auklet::compiler::passes
