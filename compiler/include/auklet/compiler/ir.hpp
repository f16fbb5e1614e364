// The compiler's picture of a model: what the frontend makes, the passes change, the executor runs and the emitter
// writes.
//
// A Model owns every byte that it refers to; a Graph is one of its subgraphs and refers to tensors by index. Plain
// data: the passes edit it freely and validate() says whether what they left is still a model.
#pragma once

#include <auklet/compiler/op_code.hpp>
#include <auklet/compiler/options.hpp>
#include <auklet/compiler/result.hpp>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace auklet::compiler {

/// An operator's optional input that is absent.
inline constexpr std::int32_t kAbsent = -1;
/// Custom code of the operators that hold an NPU segment.
inline constexpr const char* kNpuCustomCode = "auklet-npu";

/// Affine quantisation, real = scale * (value - zero point); none when `scales` is empty.
/// One scale: of the whole tensor. More: one a slice along dimension `axis`.
struct Quantization {
  std::vector<float> scales;
  std::vector<std::int64_t> zero_points;  ///< As many as scales.
  std::int32_t axis = 0;

  [[nodiscard]] bool present() const { return !scales.empty(); }
  [[nodiscard]] bool per_axis() const { return scales.size() > 1; }
  /// Scale of slice `i`; a per-tensor scale serves every slice.
  [[nodiscard]] float scale(std::size_t i = 0) const { return scales.size() == 1 ? scales[0] : scales[i]; }
  /// Zero point of slice `i`.
  [[nodiscard]] std::int64_t zero_point(std::size_t i = 0) const {
    return zero_points.size() == 1 ? zero_points[0] : zero_points[i];
  }
  bool operator==(const Quantization&) const = default;
};

/// A tensor, row-major, the last dimension contiguous (NHWC).
struct Tensor {
  std::string name;
  TensorType type = TensorType::kInt8;
  std::vector<std::int32_t> shape;            ///< Every dimension at least 1 in a valid model; a scalar has none.
  std::vector<std::int32_t> shape_signature;  ///< Empty, or the shape with -1 where the converter left it open.
  Quantization quantization;
  bool is_constant = false;  ///< Its value is `data`.
  bool is_variable = false;  ///< Keeps its value from one inference to the next; starts as the zero point.
  std::span<const std::byte>
      data;  ///< Little-endian, `bytes()` long, 16-byte aligned, owned by the Model. Empty unless constant.

  /// Product of the dimensions. Cannot overflow in a valid model.
  [[nodiscard]] std::size_t elements() const {
    std::size_t n = 1;
    for (const std::int32_t d : shape) n *= static_cast<std::size_t>(d);
    return n;
  }
  /// Size of the value in bytes; two INT4 elements share one. 0 for types without a fixed size (STRING, RESOURCE,
  /// VARIANT).
  [[nodiscard]] std::size_t bytes() const {
    return type == TensorType::kInt4 ? (elements() + 1) / 2 : elements() * element_size(type);
  }
};

/// One operator. Indices into the graph's tensors; inputs may be kAbsent.
struct Operator {
  OpCode code = OpCode::kCustom;
  std::int32_t version = 1;
  std::vector<std::int32_t> inputs;
  std::vector<std::int32_t> outputs;
  std::vector<std::int32_t> intermediates;  ///< Tensors that only carry quantisation (LSTM).
  std::vector<bool> mutating_inputs;        ///< Empty, or per input whether the operator changes that variable.
  Options options;
  std::string custom_code;                ///< Name of a custom operator; empty unless code is kCustom.
  std::vector<std::byte> custom_options;  ///< Payload of a custom operator; empty unless code is kCustom.

  /// The operator's name: `CONV_2D`, or a custom operator's own.
  [[nodiscard]] std::string name() const { return code == OpCode::kCustom ? custom_code : compiler::name(code); }
  /// Input `i`, or kAbsent when the list is shorter.
  [[nodiscard]] std::int32_t input(std::size_t i) const { return i < inputs.size() ? inputs[i] : kAbsent; }
  bool operator==(const Operator&) const = default;
};

/// One subgraph. Operators stand in execution order.
struct Graph {
  std::string name;
  std::vector<Tensor> tensors;
  std::vector<Operator> operators;
  std::vector<std::int32_t> inputs;
  std::vector<std::int32_t> outputs;

  [[nodiscard]] const Tensor& tensor(std::int32_t index) const { return tensors[static_cast<std::size_t>(index)]; }
  [[nodiscard]] Tensor& tensor(std::int32_t index) { return tensors[static_cast<std::size_t>(index)]; }
  /// `operator 3 (CONV_2D)`, for messages.
  [[nodiscard]] std::string describe_operator(std::size_t index) const;
  /// `tensor 17 (dense/weights)`, for messages; long names are shortened.
  [[nodiscard]] std::string describe_tensor(std::int32_t index) const;
};

/// A named blob that travels with the model.
struct Metadata {
  std::string name;
  std::span<const std::byte> data;  ///< Owned by the Model.
};

/// A named tensor of a signature.
struct SignatureTensor {
  std::string name;
  std::int32_t tensor = 0;
  bool operator==(const SignatureTensor&) const = default;
};

/// Names under which a graph's inputs and outputs are known outside.
struct Signature {
  std::string key;
  std::uint32_t graph = 0;
  std::vector<SignatureTensor> inputs;
  std::vector<SignatureTensor> outputs;
  bool operator==(const Signature&) const = default;
};

/// Append-only memory whose addresses never change. Not thread-safe while being added to.
class Storage {
 public:
  /// Takes `bytes` over; the span is valid as long as the Storage.
  std::span<const std::byte> add(std::vector<std::byte> bytes) { return blocks_.emplace_back(std::move(bytes)); }

 private:
  std::deque<std::vector<std::byte>> blocks_;
};

/// A model. Copies share the immutable bytes of constants and copy everything else.
struct Model {
  std::string description;
  std::vector<Graph> graphs;  ///< The first is the one that runs; others are called by operators.
  std::vector<Metadata> metadata;
  std::vector<Signature> signatures;
  std::shared_ptr<Storage> storage = std::make_shared<Storage>();

  [[nodiscard]] Graph& main() { return graphs.front(); }
  [[nodiscard]] const Graph& main() const { return graphs.front(); }

  /// Appends a constant tensor to `graph` that owns `value`; returns its index. `value` must be as long as the shape
  /// says.
  std::int32_t add_constant(Graph& graph, std::string name, TensorType type, std::vector<std::int32_t> shape,
                            std::vector<std::byte> value);
};

/// Whether two models mean the same: everything but addresses is compared, constants by their bytes.
[[nodiscard]] bool equal(const Model& a, const Model& b);

/// Checks everything that the rest of the compiler relies on: indices, shapes, sizes, quantisation, operator inputs,
/// options and the order of execution. Returns kInvalid or kUnsupported with a message that names the operator and the
/// tensor.
[[nodiscard]] Outcome validate(const Model& model);

}  // namespace auklet::compiler
