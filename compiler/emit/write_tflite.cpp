#include <auklet/compiler/emit.hpp>

#include <algorithm>
#include <fstream>
#include <map>
#include <string_view>
#include <utility>

#include <auklet/compiler/frontend.hpp>

#include "write_options.hpp"

namespace auklet::compiler {
namespace emit {
namespace {

constexpr std::uint32_t kSchemaVersion = 3;
constexpr std::size_t kConstantAlignment = 16;
// The last code that fits the older of the format's two fields; from there on it says that the newer one counts.
constexpr std::int32_t kPlaceholderCode = static_cast<std::int32_t>(OpCode::kPlaceholderForGreaterOpCodes);

template <typename Table>
using Offsets = std::vector<flatbuffers::Offset<Table>>;

std::string_view as_key(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

class Writer {
 public:
  explicit Writer(const Model& model) : model_(model) {
    // Buffer 0 is empty by convention: what has no data refers to it.
    buffers_.emplace_back();
  }

  Result<std::vector<std::byte>> write() {
    Offsets<schema::SubGraph> graphs;
    for (const Graph& graph : model_.graphs) {
      auto offset = write_graph(graph);
      if (!offset) return tl::unexpected(offset.error());
      graphs.push_back(*offset);
    }
    const auto metadata = write_metadata();
    const auto signatures = write_signatures();
    const auto codes = write_operator_codes();
    const auto buffers = write_buffers();
    const auto description = builder_.CreateString(model_.description);
    schema::FinishModelBuffer(
        builder_, schema::CreateModel(builder_, kSchemaVersion, codes, builder_.CreateVector(graphs), description,
                                      buffers, metadata, signatures));
    const auto* data = reinterpret_cast<const std::byte*>(builder_.GetBufferPointer());
    return std::vector<std::byte>(data, data + builder_.GetSize());
  }

 private:
  // What distinguishes entries of the list of operator codes.
  struct Code {
    OpCode code;
    std::int32_t version;
    std::string custom_code;
    bool operator==(const Code&) const = default;
  };

  flatbuffers::Offset<flatbuffers::Vector<std::int32_t>> write_indices(const std::vector<std::int32_t>& indices) {
    return builder_.CreateVector(indices);
  }

  // The number of the buffer that holds `data`; equal data share one.
  std::uint32_t buffer_of(std::span<const std::byte> data) {
    const auto [entry, added] = buffer_numbers_.try_emplace(as_key(data), static_cast<std::uint32_t>(buffers_.size()));
    if (added) buffers_.push_back(data);
    return entry->second;
  }

  std::uint32_t code_of(const Operator& op) {
    const Code code{op.code, op.version, op.custom_code};
    const auto found = std::ranges::find(codes_, code);
    const auto number = static_cast<std::uint32_t>(found - codes_.begin());
    if (found == codes_.end()) codes_.push_back(code);
    return number;
  }

  flatbuffers::Offset<schema::QuantizationParameters> write_quantization(const Quantization& q) {
    if (!q.present()) return 0;
    const auto scales = builder_.CreateVector(q.scales);
    const auto zero_points = builder_.CreateVector(q.zero_points);
    schema::QuantizationParametersBuilder table(builder_);
    table.add_scale(scales);
    table.add_zero_point(zero_points);
    table.add_quantized_dimension(q.axis);
    return table.Finish();
  }

  flatbuffers::Offset<schema::Tensor> write_tensor(const Tensor& tensor) {
    const auto shape = write_indices(tensor.shape);
    const auto name = builder_.CreateString(tensor.name);
    const auto quantization = write_quantization(tensor.quantization);
    flatbuffers::Offset<flatbuffers::Vector<std::int32_t>> signature;
    if (!tensor.shape_signature.empty()) signature = write_indices(tensor.shape_signature);
    schema::TensorBuilder table(builder_);
    table.add_shape(shape);
    table.add_type(static_cast<std::int8_t>(tensor.type));
    table.add_buffer(tensor.is_constant ? buffer_of(tensor.data) : 0);
    table.add_name(name);
    table.add_quantization(quantization);
    table.add_is_variable(tensor.is_variable);
    table.add_shape_signature(signature);
    return table.Finish();
  }

  Result<flatbuffers::Offset<schema::Operator>> write_operator(const Operator& op) {
    const auto inputs = write_indices(op.inputs);
    const auto outputs = write_indices(op.outputs);
    const auto options = write_options(builder_, op.options);
    if (!options) return tl::unexpected(options.error());
    flatbuffers::Offset<flatbuffers::Vector<std::uint8_t>> payload;
    if (!op.custom_options.empty()) {
      payload = builder_.CreateVector(reinterpret_cast<const std::uint8_t*>(op.custom_options.data()),
                                      op.custom_options.size());
    }
    flatbuffers::Offset<flatbuffers::Vector<std::uint8_t>> mutating;
    if (!op.mutating_inputs.empty()) mutating = builder_.CreateVector(op.mutating_inputs);
    flatbuffers::Offset<flatbuffers::Vector<std::int32_t>> intermediates;
    if (!op.intermediates.empty()) intermediates = write_indices(op.intermediates);
    schema::OperatorBuilder table(builder_);
    table.add_opcode_index(code_of(op));
    table.add_inputs(inputs);
    table.add_outputs(outputs);
    table.add_builtin_options_type(options->type);
    table.add_builtin_options(options->table);
    table.add_custom_options(payload);
    table.add_mutating_variable_inputs(mutating);
    table.add_intermediates(intermediates);
    return table.Finish();
  }

  Result<flatbuffers::Offset<schema::SubGraph>> write_graph(const Graph& graph) {
    Offsets<schema::Tensor> tensors;
    for (const Tensor& tensor : graph.tensors) tensors.push_back(write_tensor(tensor));
    Offsets<schema::Operator> operators;
    for (std::size_t i = 0; i < graph.operators.size(); ++i) {
      auto offset = write_operator(graph.operators[i]);
      if (!offset) return fail(offset.error().code, graph.describe_operator(i) + " " + offset.error().message);
      operators.push_back(*offset);
    }
    const auto tensor_list = builder_.CreateVector(tensors);
    const auto inputs = write_indices(graph.inputs);
    const auto outputs = write_indices(graph.outputs);
    const auto operator_list = builder_.CreateVector(operators);
    const auto name = builder_.CreateString(graph.name);
    return schema::CreateSubGraph(builder_, tensor_list, inputs, outputs, operator_list, name);
  }

  flatbuffers::Offset<flatbuffers::Vector<flatbuffers::Offset<schema::Metadata>>> write_metadata() {
    Offsets<schema::Metadata> list;
    for (const Metadata& entry : model_.metadata) {
      const auto name = builder_.CreateString(entry.name);
      list.push_back(schema::CreateMetadata(builder_, name, entry.data.empty() ? 0 : buffer_of(entry.data)));
    }
    return builder_.CreateVector(list);
  }

  flatbuffers::Offset<flatbuffers::Vector<flatbuffers::Offset<schema::TensorMap>>> write_tensor_map(
      const std::vector<SignatureTensor>& map) {
    Offsets<schema::TensorMap> list;
    for (const SignatureTensor& entry : map) {
      const auto name = builder_.CreateString(entry.name);
      list.push_back(schema::CreateTensorMap(builder_, name, static_cast<std::uint32_t>(entry.tensor)));
    }
    return builder_.CreateVector(list);
  }

  flatbuffers::Offset<flatbuffers::Vector<flatbuffers::Offset<schema::SignatureDef>>> write_signatures() {
    Offsets<schema::SignatureDef> list;
    for (const Signature& signature : model_.signatures) {
      const auto inputs = write_tensor_map(signature.inputs);
      const auto outputs = write_tensor_map(signature.outputs);
      const auto key = builder_.CreateString(signature.key);
      list.push_back(schema::CreateSignatureDef(builder_, inputs, outputs, key, signature.graph));
    }
    return builder_.CreateVector(list);
  }

  flatbuffers::Offset<flatbuffers::Vector<flatbuffers::Offset<schema::OperatorCode>>> write_operator_codes() {
    Offsets<schema::OperatorCode> list;
    for (const Code& code : codes_) {
      const auto number = static_cast<std::int32_t>(code.code);
      flatbuffers::Offset<flatbuffers::String> custom;
      if (!code.custom_code.empty()) custom = builder_.CreateString(code.custom_code);
      list.push_back(schema::CreateOperatorCode(builder_, static_cast<std::int8_t>(std::min(number, kPlaceholderCode)),
                                                custom, code.version, number));
    }
    return builder_.CreateVector(list);
  }

  flatbuffers::Offset<flatbuffers::Vector<flatbuffers::Offset<schema::Buffer>>> write_buffers() {
    Offsets<schema::Buffer> list;
    for (const std::span<const std::byte> data : buffers_) {
      flatbuffers::Offset<flatbuffers::Vector<std::uint8_t>> bytes;
      if (!data.empty()) {
        builder_.ForceVectorAlignment(data.size(), 1, kConstantAlignment);
        bytes = builder_.CreateVector(reinterpret_cast<const std::uint8_t*>(data.data()), data.size());
      }
      list.push_back(schema::CreateBuffer(builder_, bytes));
    }
    return builder_.CreateVector(list);
  }

  const Model& model_;
  flatbuffers::FlatBufferBuilder builder_;
  std::vector<Code> codes_;
  std::vector<std::span<const std::byte>> buffers_;
  std::map<std::string_view, std::uint32_t> buffer_numbers_;  // By contents, which the model keeps alive.
};

// An upper bound of the file: the builder asserts rather than fails when offsets overflow.
std::size_t largest_size(const Model& model) {
  constexpr std::size_t kOverhead = 256;  // Of one table with its vtable, alignment and short vectors.
  std::size_t bytes = kOverhead + model.description.size();
  for (const Graph& graph : model.graphs) {
    bytes += kOverhead + graph.name.size() + 4 * (graph.inputs.size() + graph.outputs.size());
    for (const Tensor& t : graph.tensors) {
      bytes += kOverhead + t.name.size() + t.data.size() + 12 * t.quantization.scales.size() + 8 * t.shape.size();
    }
    for (const Operator& op : graph.operators) {
      bytes += kOverhead + op.custom_options.size() + op.custom_code.size() +
               5 * (op.inputs.size() + op.outputs.size() + op.intermediates.size());
    }
  }
  for (const Metadata& entry : model.metadata) bytes += kOverhead + entry.name.size() + entry.data.size();
  for (const Signature& signature : model.signatures)
    bytes += kOverhead * (1 + signature.inputs.size() + signature.outputs.size());
  return bytes;
}

}  // namespace
}  // namespace emit

Result<std::vector<std::byte>> write_tflite(const Model& model) {
  if (Outcome valid = validate(model); !valid) return tl::unexpected(valid.error());
  if (const std::size_t bytes = emit::largest_size(model); bytes > kMaxFileBytes) {
    return fail(ErrorCode::kResource, "the file could need " + std::to_string(bytes) + " bytes; at most " +
                                          std::to_string(kMaxFileBytes) + " are possible");
  }
  return emit::Writer(model).write();
}

Outcome write_tflite_file(const Model& model, const std::filesystem::path& path) {
  const auto bytes = write_tflite(model);
  if (!bytes) return tl::unexpected(bytes.error());
  std::filesystem::path partial = path;
  partial += ".partial";
  std::error_code error;
  {
    std::ofstream stream(partial, std::ios::binary | std::ios::trunc);
    stream.write(reinterpret_cast<const char*>(bytes->data()), static_cast<std::streamsize>(bytes->size()));
    stream.flush();
    if (!stream) {
      std::filesystem::remove(partial, error);
      return fail(ErrorCode::kArgument, "cannot write " + partial.string());
    }
  }
  std::filesystem::rename(partial, path, error);
  if (!error) return {};
  const std::string reason = error.message();
  std::filesystem::remove(partial, error);
  return fail(ErrorCode::kArgument, "cannot write " + path.string() + ": " + reason);
}

}  // namespace auklet::compiler
