// What every operator relies on: indices, sizes, quantisation, the order of execution. Rules of single operators are in
// validate_operators.cpp.
#include "validate.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

namespace auklet::compiler {
namespace {

using validation::refuse;
using validation::text;

constexpr std::size_t kMaxRank = 8;
constexpr std::uint64_t kMaxTensorBytes = std::numeric_limits<std::int32_t>::max();

struct Range {
  std::int64_t low;
  std::int64_t high;
};

// The values that a zero point may have: those of the tensor's type.
Range value_range(TensorType type) {
  switch (type) {
    case TensorType::kInt8:
      return {-128, 127};
    case TensorType::kUint8:
      return {0, 255};
    case TensorType::kInt16:
      return {-32768, 32767};
    case TensorType::kUint16:
      return {0, 65535};
    case TensorType::kInt4:
      return {-8, 7};
    default:
      return {std::numeric_limits<std::int32_t>::min(), std::numeric_limits<std::int32_t>::max()};
  }
}

bool known(TensorType type) { return type >= TensorType::kFloat32 && type <= TensorType::kInt4; }

// Checks one graph of a model. Messages begin with the graph's number unless it is the main one.
class GraphValidator {
 public:
  GraphValidator(const Model& model, std::size_t number)
      : model_(model), graph_(model.graphs[number]), prefix_(number == 0 ? "" : "subgraph " + text(number) + ", ") {}

  Outcome run() {
    if (Outcome ok = find_used(); !ok) return ok;
    for (std::size_t i = 0; i < graph_.tensors.size(); ++i) {
      if (auto bad = check_tensor(graph_.tensors[i], used_[i])) {
        return fail(ErrorCode::kInvalid, prefix_ + graph_.describe_tensor(static_cast<std::int32_t>(i)) + " " + *bad);
      }
    }
    if (Outcome ok = check_inputs(); !ok) return ok;
    for (std::size_t i = 0; i < graph_.operators.size(); ++i) {
      if (Outcome ok = check_operator(i); !ok) {
        return fail(ok.error().code, prefix_ + graph_.describe_operator(i) + " " + ok.error().message);
      }
    }
    return check_outputs();
  }

 private:
  using Complaint = std::optional<std::string>;

  [[nodiscard]] bool in_range(std::int32_t index) const {
    return index >= 0 && static_cast<std::size_t>(index) < graph_.tensors.size();
  }

  // Marks the tensors whose values are read or written, having checked all indices.
  Outcome find_used() {
    used_.assign(graph_.tensors.size(), false);
    if (Outcome ok = use(graph_.inputs, false, "the graph's input"); !ok) return ok;
    if (Outcome ok = use(graph_.outputs, false, "the graph's output"); !ok) return ok;
    for (std::size_t i = 0; i < graph_.operators.size(); ++i) {
      const Operator& op = graph_.operators[i];
      const std::string whose = graph_.describe_operator(i) + "'s ";
      if (Outcome ok = use(op.inputs, true, whose + "input"); !ok) return ok;
      if (Outcome ok = use(op.outputs, false, whose + "output"); !ok) return ok;
      for (const std::int32_t index : op.intermediates) {
        if (index != kAbsent && !in_range(index)) {
          return refuse(prefix_ + whose + "intermediate is tensor " + missing(index));
        }
      }
    }
    return {};
  }

  Outcome use(const std::vector<std::int32_t>& indices, bool optional, const std::string& whose) {
    for (const std::int32_t index : indices) {
      if (optional && index == kAbsent) continue;
      if (!in_range(index)) return refuse(prefix_ + whose + " is tensor " + missing(index));
      used_[static_cast<std::size_t>(index)] = true;
    }
    return {};
  }

  // Product of the dimensions times the element size must fit 31 bits, as it must in every kernel and in the hardware.
  // Only what no operator reads or writes may be empty (the LSTM's intermediates are), and a list of indices.
  static Complaint check_shape(const Tensor& tensor, bool used) {
    if (tensor.shape.size() > kMaxRank)
      return "has " + text(tensor.shape.size()) + " dimensions; at most 8 are possible";
    const bool index_list = tensor.type == TensorType::kInt32 || tensor.type == TensorType::kInt64;
    if (index_list && tensor.is_constant && tensor.shape == std::vector<std::int32_t>{0}) return {};
    std::uint64_t bytes = std::max<std::uint64_t>(element_size(tensor.type), 1);
    for (std::size_t d = 0; d < tensor.shape.size(); ++d) {
      if (tensor.shape[d] < (used ? 1 : 0)) return "has dimension " + text(d) + " of " + text(tensor.shape[d]);
      bytes *= static_cast<std::uint64_t>(tensor.shape[d]);
      if (bytes > kMaxTensorBytes) return "is larger than 2^31 - 1 bytes";
    }
    const bool signature_fits = tensor.shape_signature.empty() || tensor.shape_signature.size() == tensor.shape.size();
    if (!signature_fits) return "has a shape signature of " + text(tensor.shape_signature.size()) + " dimensions";
    return {};
  }

  static Complaint check_quantization(const Tensor& tensor) {
    const Quantization& q = tensor.quantization;
    if (q.scales.size() != q.zero_points.size()) {
      return "has " + text(q.scales.size()) + " scales and " + text(q.zero_points.size()) + " zero points";
    }
    for (const float scale : q.scales) {
      if (!std::isnormal(scale) || scale < 0.0F) return "has scale " + text(scale) + ", not a positive normal number";
    }
    const Range range = value_range(tensor.type);
    for (const std::int64_t zero_point : q.zero_points) {
      if (zero_point < range.low || zero_point > range.high) return "has zero point " + text(zero_point);
    }
    // Nobody looks at the axis of a bias, and one converter wrote its filter's.
    if (!q.per_axis() || tensor.type == TensorType::kInt32) return {};
    if (q.axis < 0 || static_cast<std::size_t>(q.axis) >= tensor.shape.size()) {
      return "is quantised along dimension " + text(q.axis) + " of " + text(tensor.shape.size());
    }
    const std::int32_t slices = tensor.shape[static_cast<std::size_t>(q.axis)];
    if (q.scales.size() != static_cast<std::size_t>(slices)) {
      return "has " + text(q.scales.size()) + " scales for " + text(slices) + " slices";
    }
    return {};
  }

  static Complaint check_tensor(const Tensor& tensor, bool used) {
    if (!known(tensor.type)) return "has element type " + text(static_cast<std::int32_t>(tensor.type));
    if (auto bad = check_shape(tensor, used)) return bad;
    if (auto bad = check_quantization(tensor)) return bad;
    if (tensor.is_constant && tensor.is_variable) return "is a variable and a constant";
    const bool sized = tensor.type == TensorType::kInt4 || element_size(tensor.type) != 0;
    if (tensor.is_constant && sized && tensor.data.size() != tensor.bytes()) {
      return "has " + text(tensor.data.size()) + " bytes of data, its shape needs " + text(tensor.bytes());
    }
    if (!tensor.is_constant && !tensor.data.empty()) return "has data but is not constant";
    return {};
  }

  Outcome check_inputs() {
    has_value_.assign(graph_.tensors.size(), false);
    for (std::size_t i = 0; i < graph_.tensors.size(); ++i) {
      has_value_[i] = graph_.tensors[i].is_constant || graph_.tensors[i].is_variable;
    }
    for (const std::int32_t index : graph_.inputs) {
      if (has_value_[static_cast<std::size_t>(index)]) {
        return fail(ErrorCode::kInvalid, prefix_ + graph_.describe_tensor(index) +
                                             " is an input of the graph and also constant, variable or another input");
      }
      has_value_[static_cast<std::size_t>(index)] = true;
    }
    return {};
  }

  Outcome check_outputs() const {
    for (const std::int32_t index : graph_.outputs) {
      if (!has_value_[static_cast<std::size_t>(index)]) {
        return fail(ErrorCode::kInvalid,
                    prefix_ + graph_.describe_tensor(index) + " is an output of the graph that nothing computes");
      }
    }
    return {};
  }

  [[nodiscard]] std::string missing(std::int32_t index) const {
    return text(index) + " of " + text(graph_.tensors.size());
  }

  Outcome check_operator(std::size_t number) {
    const Operator& op = graph_.operators[number];
    if (static_cast<std::int32_t>(op.code) < 0) return refuse("has a negative operator code");
    if (op.code == OpCode::kCustom && op.custom_code.empty()) return refuse("is a custom operator without a name");
    for (const std::int32_t index : op.inputs) {
      if (index == kAbsent) continue;
      if (!has_value_[static_cast<std::size_t>(index)]) {
        return refuse("reads " + graph_.describe_tensor(index) + " before anything has computed it");
      }
    }
    if (!op.mutating_inputs.empty() && op.mutating_inputs.size() != op.inputs.size()) {
      return refuse("has " + text(op.inputs.size()) + " inputs and " + text(op.mutating_inputs.size()) +
                    " marks of mutated ones");
    }
    for (const std::int32_t index : op.outputs) {
      if (has_value_[static_cast<std::size_t>(index)]) {
        return refuse("writes " + graph_.describe_tensor(index) + ", which is constant, an input or already computed");
      }
      has_value_[static_cast<std::size_t>(index)] = true;
    }
    return validation::check_operator(model_, graph_, op);
  }

  const Model& model_;
  const Graph& graph_;
  std::string prefix_;
  std::vector<bool> used_;       // By tensor: whether its value is read or written.
  std::vector<bool> has_value_;  // By tensor: whether it has a value where check_operator() stands.
};

Outcome check_signature_map(const Graph& graph, const Signature& signature, const std::vector<SignatureTensor>& map) {
  for (const SignatureTensor& entry : map) {
    if (entry.tensor < 0 || static_cast<std::size_t>(entry.tensor) >= graph.tensors.size()) {
      return refuse("signature " + signature.key + " names tensor " + text(entry.tensor) + " of " +
                    text(graph.tensors.size()));
    }
  }
  return {};
}

Outcome check_signatures(const Model& model) {
  for (const Signature& signature : model.signatures) {
    if (signature.graph >= model.graphs.size()) {
      return refuse("signature " + signature.key + " is of subgraph " + text(signature.graph) + " of " +
                    text(model.graphs.size()));
    }
    const Graph& graph = model.graphs[signature.graph];
    if (Outcome ok = check_signature_map(graph, signature, signature.inputs); !ok) return ok;
    if (Outcome ok = check_signature_map(graph, signature, signature.outputs); !ok) return ok;
  }
  return {};
}

}  // namespace

Outcome validate(const Model& model) {
  if (model.graphs.empty()) return refuse("the model has no subgraph");
  if (model.main().outputs.empty()) return refuse("the model has no outputs");
  for (std::size_t i = 0; i < model.graphs.size(); ++i) {
    if (Outcome ok = GraphValidator(model, i).run(); !ok) return ok;
  }
  return check_signatures(model);
}

}  // namespace auklet::compiler
