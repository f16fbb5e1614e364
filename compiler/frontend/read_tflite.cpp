#include <algorithm>
#include <cstring>
#include <fstream>
#include <limits>
#include <utility>

#include <auklet/compiler/frontend.hpp>

#include "reader.hpp"

namespace auklet::compiler {
namespace frontend {
namespace {

constexpr std::uint32_t kSchemaVersion = 3;
constexpr std::size_t kConstantAlignment = 16;  // That of the format's buffers.
// The deepest nesting of the schema is model, subgraph, operator, options, vector; ours are not recursive.
constexpr flatbuffers::uoffset_t kMaxDepth = 16;
constexpr flatbuffers::uoffset_t kMaxTables = 1'000'000;
// A converted model takes at most this many bytes a byte of its file, which is several times what real models need.
constexpr std::size_t kMemoryFactor = 64;

std::span<const std::byte> as_span(const flatbuffers::Vector<std::uint8_t>* vector) {
  if (vector == nullptr) return {};
  return std::as_bytes(std::span<const std::uint8_t>(vector->Data(), vector->size()));
}

// The elements of a vector that may be absent.
template <typename T>
flatbuffers::uoffset_t size_of(const flatbuffers::Vector<T>* vector) {
  return vector == nullptr ? 0 : vector->size();
}

class Reader {
 public:
  Reader(const schema::Model& root, Model& model, std::size_t file_bytes)
      : root_(root), model_(model), budget_((file_bytes + 1024) * kMemoryFactor) {}

  Outcome read() {
    if (root_.version() != kSchemaVersion) {
      return fail(ErrorCode::kUnsupported, "schema version " + std::to_string(root_.version()) + ", not 3");
    }
    model_.description = copy(root_.description(), budget_);
    for (flatbuffers::uoffset_t g = 0; g < size_of(root_.subgraphs()); ++g) {
      if (!budget_.take(1, sizeof(Graph))) break;
      model_.graphs.emplace_back();
      where_ = "subgraph " + std::to_string(g) + ", ";
      if (Outcome read = read_graph(*root_.subgraphs()->Get(g), model_.graphs.back()); !read) return read;
    }
    where_.clear();
    if (Outcome read = read_metadata(); !read) return read;
    read_signatures();
    if (budget_.exhausted()) {
      return fail(ErrorCode::kMalformed, "the file refers to the same bytes over and over: it describes more than " +
                                             std::to_string(kMemoryFactor) + " times its own length");
    }
    return {};
  }

 private:
  tl::unexpected<Error> refuse(ErrorCode code, const std::string& what) const { return fail(code, where_ + what); }

  Outcome read_graph(const schema::SubGraph& source, Graph& graph) {
    graph.name = copy(source.name(), budget_);
    graph.inputs = copy(source.inputs(), budget_);
    graph.outputs = copy(source.outputs(), budget_);
    for (flatbuffers::uoffset_t i = 0; i < size_of(source.tensors()); ++i) {
      if (!budget_.take(1, sizeof(Tensor))) return {};
      graph.tensors.emplace_back();
      if (Outcome read = read_tensor(*source.tensors()->Get(i), i, graph); !read) return read;
    }
    for (flatbuffers::uoffset_t i = 0; i < size_of(source.operators()); ++i) {
      if (!budget_.take(1, sizeof(Operator))) return {};
      graph.operators.emplace_back();
      if (Outcome read = read_operator(*source.operators()->Get(i), i, graph.operators.back()); !read) return read;
    }
    return {};
  }

  // The bytes of buffer `index`; buffer 0 is empty by convention.
  Result<std::span<const std::byte>> read_buffer(std::uint32_t index, const std::string& whose) {
    if (index == 0) return std::span<const std::byte>();
    if (index >= size_of(root_.buffers())) {
      return refuse(ErrorCode::kInvalid, whose + " refers to buffer " + std::to_string(index) + " of " +
                                             std::to_string(size_of(root_.buffers())));
    }
    const schema::Buffer& buffer = *root_.buffers()->Get(index);
    if (buffer.offset() > 1 || buffer.size() > 1) {
      return refuse(ErrorCode::kUnsupported, whose + " keeps its data outside of the FlatBuffer");
    }
    const std::span<const std::byte> data = as_span(buffer.data());
    if (reinterpret_cast<std::uintptr_t>(data.data()) % kConstantAlignment == 0) return data;
    if (!budget_.take(data.size(), 1)) return std::span<const std::byte>();
    return model_.storage->add(std::vector<std::byte>(data.begin(), data.end()));
  }

  Outcome read_tensor(const schema::Tensor& source, flatbuffers::uoffset_t index, Graph& graph) {
    Tensor& tensor = graph.tensors.back();
    tensor.name = copy(source.name(), budget_);
    tensor.type = static_cast<TensorType>(source.type());
    tensor.shape = copy(source.shape(), budget_);
    tensor.shape_signature = copy(source.shape_signature(), budget_);
    tensor.is_variable = source.is_variable();
    const std::string whose = graph.describe_tensor(static_cast<std::int32_t>(index));
    if (source.sparsity() != nullptr) return refuse(ErrorCode::kUnsupported, whose + " is sparse");
    if (const schema::QuantizationParameters* q = source.quantization(); q != nullptr) {
      if (q->details_type() != schema::QuantizationDetails::NONE) {
        return refuse(ErrorCode::kUnsupported, whose + " has custom quantisation");
      }
      tensor.quantization.scales = copy(q->scale(), budget_);
      // Zero points without scales say nothing; float tensors of some converters have them.
      if (tensor.quantization.present()) {
        tensor.quantization.zero_points = copy(q->zero_point(), budget_);
        tensor.quantization.axis = q->quantized_dimension();
      }
    }
    const auto data = read_buffer(source.buffer(), whose);
    if (!data) return tl::unexpected(data.error());
    tensor.data = *data;
    // An empty shape or axis list is a constant although it has no bytes.
    tensor.is_constant = !data->empty() || (source.buffer() != 0 && std::ranges::count(tensor.shape, 0) != 0);
    return {};
  }

  Outcome read_operator(const schema::Operator& source, flatbuffers::uoffset_t index, Operator& op) {
    const std::string whose = "operator " + std::to_string(index);
    if (source.opcode_index() >= size_of(root_.operator_codes())) {
      return refuse(ErrorCode::kInvalid, whose + " refers to operator code " + std::to_string(source.opcode_index()) +
                                             " of " + std::to_string(size_of(root_.operator_codes())));
    }
    const schema::OperatorCode& code = *root_.operator_codes()->Get(source.opcode_index());
    // Codes above 127 are only in the wider, newer field; old files only have the other one.
    op.code = static_cast<OpCode>(std::max<std::int32_t>(code.deprecated_builtin_code(), code.builtin_code()));
    op.version = code.version();
    op.inputs = copy(source.inputs(), budget_);
    op.outputs = copy(source.outputs(), budget_);
    op.intermediates = copy(source.intermediates(), budget_);
    for (const std::uint8_t mutates : copy(source.mutating_variable_inputs(), budget_)) {
      op.mutating_inputs.push_back(mutates != 0);
    }
    if (op.code == OpCode::kCustom) {
      op.custom_code = copy(code.custom_code(), budget_);
      if (budget_.take(size_of(source.custom_options()), 1)) {
        const std::span<const std::byte> payload = as_span(source.custom_options());
        op.custom_options.assign(payload.begin(), payload.end());
      }
    }
    if (source.large_custom_options_offset() > 1 || source.large_custom_options_size() > 1) {
      return refuse(ErrorCode::kUnsupported, whose + " keeps its options outside of the FlatBuffer");
    }
    op.options = read_options(source, budget_);
    if (source.builtin_options_2_type() != schema::BuiltinOptions2::NONE) op.options = UnmodelledOptions{0};
    return {};
  }

  Outcome read_metadata() {
    for (flatbuffers::uoffset_t i = 0; i < size_of(root_.metadata()); ++i) {
      if (!budget_.take(1, sizeof(Metadata))) return {};
      const schema::Metadata& source = *root_.metadata()->Get(i);
      const auto data = read_buffer(source.buffer(), "metadata " + std::to_string(i));
      if (!data) return tl::unexpected(data.error());
      model_.metadata.push_back(Metadata{copy(source.name(), budget_), *data});
    }
    return {};
  }

  std::vector<SignatureTensor> read_tensor_map(
      const flatbuffers::Vector<flatbuffers::Offset<schema::TensorMap>>* source) {
    std::vector<SignatureTensor> map;
    for (flatbuffers::uoffset_t i = 0; i < size_of(source) && budget_.take(1, sizeof(SignatureTensor)); ++i) {
      constexpr std::uint32_t kMax = std::numeric_limits<std::int32_t>::max();
      map.push_back({copy(source->Get(i)->name(), budget_),
                     static_cast<std::int32_t>(std::min(source->Get(i)->tensor_index(), kMax))});
    }
    return map;
  }

  void read_signatures() {
    for (flatbuffers::uoffset_t i = 0; i < size_of(root_.signature_defs()); ++i) {
      if (!budget_.take(1, sizeof(Signature))) return;
      const schema::SignatureDef& source = *root_.signature_defs()->Get(i);
      model_.signatures.push_back(Signature{copy(source.signature_key(), budget_), source.subgraph_index(),
                                            read_tensor_map(source.inputs()), read_tensor_map(source.outputs())});
    }
  }

  const schema::Model& root_;
  Model& model_;
  Budget budget_;
  std::string where_;
};

}  // namespace

std::string copy(const flatbuffers::String* string, Budget& budget) {
  if (string == nullptr || !budget.take(string->size(), 1)) return {};
  return string->str();
}

}  // namespace frontend

Result<Model> read_tflite(std::vector<std::byte> bytes) {
  if (bytes.size() > kMaxFileBytes) {
    return fail(ErrorCode::kResource, "the file has " + std::to_string(bytes.size()) + " bytes; at most " +
                                          std::to_string(kMaxFileBytes) + " are possible");
  }
  Model model;
  const std::span<const std::byte> file = model.storage->add(std::move(bytes));
  const auto* data = reinterpret_cast<const std::uint8_t*>(file.data());
  // Shorter than an offset and an identifier: the verifier looks at the identifier without checking.
  constexpr std::size_t kMinFileBytes = sizeof(flatbuffers::uoffset_t) + flatbuffers::kFileIdentifierLength;
  if (file.size() < kMinFileBytes) {
    return fail(ErrorCode::kMalformed,
                "the file has " + std::to_string(file.size()) + " bytes: no model is that short");
  }
  if (!schema::ModelBufferHasIdentifier(data)) {
    return fail(ErrorCode::kMalformed, "no TensorFlow Lite model: bytes 4 to 7 are not the identifier TFL3");
  }
  flatbuffers::Verifier verifier(data, file.size(), frontend::kMaxDepth, frontend::kMaxTables);
  if (!schema::VerifyModelBuffer(verifier)) {
    return fail(ErrorCode::kMalformed,
                "truncated or damaged file of " + std::to_string(file.size()) + " bytes: " + frontend::diagnose(file));
  }
  if (Outcome read = frontend::Reader(*schema::GetModel(data), model, file.size()).read(); !read) {
    return tl::unexpected(read.error());
  }
  if (Outcome valid = validate(model); !valid) return tl::unexpected(valid.error());
  return model;
}

Result<Model> read_tflite_file(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary | std::ios::ate);
  const std::streamoff size = stream ? static_cast<std::streamoff>(stream.tellg()) : -1;
  if (size < 0 || std::filesystem::is_directory(path)) {
    return fail(ErrorCode::kArgument, "cannot read " + path.string());
  }
  if (static_cast<std::size_t>(size) > kMaxFileBytes) {
    return fail(ErrorCode::kResource, path.string() + " has " + std::to_string(size) + " bytes; at most " +
                                          std::to_string(kMaxFileBytes) + " are possible");
  }
  std::vector<std::byte> bytes(static_cast<std::size_t>(size));
  stream.seekg(0);
  if (!stream.read(reinterpret_cast<char*>(bytes.data()), size)) {
    return fail(ErrorCode::kArgument, "cannot read " + path.string());
  }
  return read_tflite(std::move(bytes));
}

}  // namespace auklet::compiler
