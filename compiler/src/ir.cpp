#include <auklet/compiler/ir.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>

namespace auklet::compiler {
namespace {

// Converters join the names of all the layers that they fused; a message is readable with the first few.
constexpr std::size_t kMaxNameInMessage = 60;

std::string in_parentheses(const std::string& name) {
  if (name.empty()) return {};
  return " (" + (name.size() <= kMaxNameInMessage ? name : name.substr(0, kMaxNameInMessage) + "...") + ")";
}

bool equal_bytes(std::span<const std::byte> a, std::span<const std::byte> b) { return std::ranges::equal(a, b); }

bool equal_tensors(const Tensor& a, const Tensor& b) {
  return a.name == b.name && a.type == b.type && a.shape == b.shape && a.shape_signature == b.shape_signature &&
         a.quantization == b.quantization && a.is_constant == b.is_constant && a.is_variable == b.is_variable &&
         equal_bytes(a.data, b.data);
}

bool equal_graphs(const Graph& a, const Graph& b) {
  return a.name == b.name && std::ranges::equal(a.tensors, b.tensors, equal_tensors) && a.operators == b.operators &&
         a.inputs == b.inputs && a.outputs == b.outputs;
}

bool equal_metadata(const Metadata& a, const Metadata& b) { return a.name == b.name && equal_bytes(a.data, b.data); }

}  // namespace

std::string name(OpCode code) {
  switch (code) {
#define AUKLET_OPERATOR(enumerator, text, value) \
  case OpCode::enumerator:                       \
    return text;
#include <auklet/compiler/operators.def>
#undef AUKLET_OPERATOR
  }
  return "operator code " + std::to_string(static_cast<std::int32_t>(code));
}

const char* name(TensorType type) {
  switch (type) {
    case TensorType::kFloat32:
      return "FLOAT32";
    case TensorType::kFloat16:
      return "FLOAT16";
    case TensorType::kInt32:
      return "INT32";
    case TensorType::kUint8:
      return "UINT8";
    case TensorType::kInt64:
      return "INT64";
    case TensorType::kString:
      return "STRING";
    case TensorType::kBool:
      return "BOOL";
    case TensorType::kInt16:
      return "INT16";
    case TensorType::kComplex64:
      return "COMPLEX64";
    case TensorType::kInt8:
      return "INT8";
    case TensorType::kFloat64:
      return "FLOAT64";
    case TensorType::kComplex128:
      return "COMPLEX128";
    case TensorType::kUint64:
      return "UINT64";
    case TensorType::kResource:
      return "RESOURCE";
    case TensorType::kVariant:
      return "VARIANT";
    case TensorType::kUint32:
      return "UINT32";
    case TensorType::kUint16:
      return "UINT16";
    case TensorType::kInt4:
      return "INT4";
  }
  return "unknown type";
}

std::size_t element_size(TensorType type) {
  switch (type) {
    case TensorType::kBool:
    case TensorType::kInt8:
    case TensorType::kUint8:
      return 1;
    case TensorType::kFloat16:
    case TensorType::kInt16:
    case TensorType::kUint16:
      return 2;
    case TensorType::kFloat32:
    case TensorType::kInt32:
    case TensorType::kUint32:
      return 4;
    case TensorType::kInt64:
    case TensorType::kUint64:
    case TensorType::kFloat64:
    case TensorType::kComplex64:
      return 8;
    case TensorType::kComplex128:
      return 16;
    case TensorType::kString:
    case TensorType::kResource:
    case TensorType::kVariant:
    case TensorType::kInt4:
      return 0;
  }
  return 0;
}

std::string Graph::describe_operator(std::size_t index) const {
  return "operator " + std::to_string(index) + in_parentheses(operators[index].name());
}

std::string Graph::describe_tensor(std::int32_t index) const {
  return "tensor " + std::to_string(index) + in_parentheses(tensor(index).name);
}

std::int32_t Model::add_constant(Graph& graph, std::string name, TensorType type, std::vector<std::int32_t> shape,
                                 std::vector<std::byte> value) {
  Tensor tensor;
  tensor.name = std::move(name);
  tensor.type = type;
  tensor.shape = std::move(shape);
  tensor.is_constant = true;
  tensor.data = storage->add(std::move(value));
  graph.tensors.push_back(std::move(tensor));
  return static_cast<std::int32_t>(graph.tensors.size() - 1);
}

bool equal(const Model& a, const Model& b) {
  return a.description == b.description && std::ranges::equal(a.graphs, b.graphs, equal_graphs) &&
         std::ranges::equal(a.metadata, b.metadata, equal_metadata) && a.signatures == b.signatures;
}

}  // namespace auklet::compiler
