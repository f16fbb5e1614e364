#include "sample_model.hpp"

#include <utility>

namespace auklet::compiler::test {
namespace {

// Numbers without a pattern that a wrong index could repeat.
std::vector<std::int8_t> pseudo_random(std::size_t count, std::uint32_t seed) {
  std::vector<std::int8_t> values(count);
  for (std::int8_t& value : values) {
    seed = seed * 1664525U + 1013904223U;
    value = static_cast<std::int8_t>(static_cast<int>(seed >> 24) - 128);
  }
  return values;
}

Quantization per_tensor(float scale, std::int64_t zero_point) { return {{scale}, {zero_point}, 0}; }

Operator make(OpCode code, std::vector<std::int32_t> inputs, std::vector<std::int32_t> outputs, Options options) {
  Operator op;
  op.code = code;
  op.inputs = std::move(inputs);
  op.outputs = std::move(outputs);
  op.options = std::move(options);
  return op;
}

void add_tensors(Model& model, Graph& graph) {
  const Quantization activations = per_tensor(0.25F, 3);
  add_tensor(graph, "input", TensorType::kInt8, {1, 4, 4, 2}, per_tensor(0.5F, -5));
  model.add_constant(graph, "filter", TensorType::kInt8, {3, 3, 3, 2}, bytes_of(pseudo_random(54, 1)));
  graph.tensor(kFilter).quantization = {{0.5F, 0.25F, 0.125F}, {0, 0, 0}, 0};
  model.add_constant(graph, "bias", TensorType::kInt32, {3}, bytes_of(std::vector<std::int32_t>{40, -3, 2000}));
  add_tensor(graph, "convolved", TensorType::kInt8, {1, 4, 4, 3}, activations);
  add_tensor(graph, "pooled", TensorType::kInt8, {1, 2, 2, 3}, activations);
  model.add_constant(graph, "shape", TensorType::kInt32, {2}, bytes_of(std::vector<std::int32_t>{1, 12}));
  add_tensor(graph, "flat", TensorType::kInt8, {1, 12}, activations);
  model.add_constant(graph, "weights", TensorType::kInt8, {4, 12}, bytes_of(pseudo_random(48, 2)));
  graph.tensor(kWeights).quantization = per_tensor(0.0078125F, 0);
  model.add_constant(graph, "fc_bias", TensorType::kInt32, {4}, bytes_of(std::vector<std::int32_t>{1, -1, 300, 0}));
  add_tensor(graph, "logits", TensorType::kInt8, {1, 4}, per_tensor(0.5F, 10));
  add_tensor(graph, "probabilities", TensorType::kInt8, {1, 4}, per_tensor(1.0F / 256.0F, -128));
}

}  // namespace

std::int32_t add_tensor(Graph& graph, const std::string& name, TensorType type, std::vector<std::int32_t> shape,
                        Quantization quantization) {
  Tensor tensor;
  tensor.name = name;
  tensor.type = type;
  tensor.shape = std::move(shape);
  tensor.quantization = std::move(quantization);
  graph.tensors.push_back(std::move(tensor));
  return static_cast<std::int32_t>(graph.tensors.size() - 1);
}

Model sample_model() {
  Model model;
  model.description = "sample";
  model.graphs.emplace_back();
  Graph& graph = model.main();
  graph.name = "main";
  add_tensors(model, graph);
  Conv2dOptions conv;
  conv.activation = Activation::kRelu;
  Pool2dOptions pool;
  pool.padding = Padding::kValid;
  pool.stride_h = pool.stride_w = pool.filter_h = pool.filter_w = 2;
  graph.operators = {
      make(OpCode::kConv2d, {kInput, kFilter, kBias}, {kConvolved}, conv),
      make(OpCode::kMaxPool2d, {kConvolved}, {kPooled}, pool),
      make(OpCode::kReshape, {kPooled, kNewShape}, {kFlat}, ReshapeOptions{{1, 12}}),
      make(OpCode::kFullyConnected, {kFlat, kWeights, kFcBias}, {kLogits}, FullyConnectedOptions{}),
      make(OpCode::kSoftmax, {kLogits}, {kProbabilities}, SoftmaxOptions{1.0F}),
  };
  graph.inputs = {kInput};
  graph.outputs = {kProbabilities};
  model.signatures = {{"serving_default", 0, {{"image", kInput}}, {{"class", kProbabilities}}}};
  model.metadata = {{"note", model.storage->add(bytes_of(std::vector<std::int8_t>{1, 2, 3}))}};
  return model;
}

std::vector<std::int8_t> sample_input() { return pseudo_random(32, 3); }

Model sample_with_custom_operator(std::vector<std::byte> payload) {
  Model model = sample_model();
  Operator custom;
  custom.code = OpCode::kCustom;
  custom.custom_code = kNpuCustomCode;
  custom.custom_options = std::move(payload);
  custom.inputs = {kConvolved, kAbsent, kNewShape};
  custom.outputs = {kPooled};
  model.main().operators[kPool] = custom;
  return model;
}

}  // namespace auklet::compiler::test
