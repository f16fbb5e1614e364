// write_seeds FOLDER: small model files that a mutator does not come upon, for the corpus of fuzz_model: an operator of
// every kind, and a defect of every kind that frontend and validator refuse. Equal runs write equal files.
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <auklet/compiler/emit.hpp>
#include <auklet/compiler/ir.hpp>

#include "../compiler/random_network.hpp"
#include "../compiler/sample_model.hpp"
#include "tflite_subset_generated.h"

namespace auklet::compiler::test {
namespace {

using File = std::vector<std::byte>;

class Seeds {
 public:
  explicit Seeds(std::filesystem::path folder) : folder_(std::move(folder)) {}

  void add(const std::string& name, std::span<const std::byte> file) {
    std::ofstream stream(folder_ / ("seed_" + name), std::ios::binary);
    stream.write(reinterpret_cast<const char*>(file.data()), static_cast<std::streamsize>(file.size()));
    good_ = good_ && stream.good();
  }
  void add(const std::string& name, const Model& model) {
    const auto file = write_tflite(model);
    good_ = good_ && file.has_value();
    if (file) add(name, *file);
  }
  [[nodiscard]] bool good() const { return good_; }

 private:
  std::filesystem::path folder_;
  bool good_ = true;
};

// The smallest of the first random models of each operator.
void add_operators(Seeds& seeds) {
  constexpr std::uint64_t kModels = 3000;
  std::map<OpCode, File> smallest;
  for (std::uint64_t seed = 1; seed <= kModels; ++seed) {
    const Model model = random_operator_model(seed);
    auto file = write_tflite(model);
    if (!file) continue;
    File& best = smallest[model.main().operators.front().code];
    if (best.empty() || file->size() < best.size()) best = std::move(*file);
  }
  for (const auto& [code, file] : smallest) seeds.add("operator_" + std::string(name(code)), file);
}

void add_metadata(Seeds& seeds) {
  Model model = sample_model();
  model.metadata = {{"min_runtime_version", model.main().tensor(kFilter).data}};
  seeds.add("metadata", model);
}

// Files of models that the writer refuses, since they are not valid.

using Builder = flatbuffers::FlatBufferBuilder;
/// Makes the options of an operator.
using MakeOptions = std::function<flatbuffers::Offset<void>(Builder&)>;

struct RawOptions {
  schema::BuiltinOptions type = schema::BuiltinOptions::NONE;
  MakeOptions make = [](Builder&) { return flatbuffers::Offset<void>(); };
};

template <typename Table>
RawOptions raw_options(flatbuffers::Offset<Table> (*make)(Builder&)) {
  return {schema::BuiltinOptionsTraits<Table>::enum_value, [make](Builder& b) { return make(b).Union(); }};
}

class InvalidWriter {
 public:
  /// Writes the model's first operator with the options, and no other.
  File write(const Model& model, const RawOptions& options) {
    const Graph& graph = model.main();
    buffers_.push_back(schema::CreateBuffer(b_));
    std::vector<flatbuffers::Offset<schema::Tensor>> tensors;
    for (const Tensor& tensor : graph.tensors) tensors.push_back(write(tensor));
    const auto tensor_list = b_.CreateVector(tensors);
    const auto operators = b_.CreateVector(std::vector{write(graph.operators.front(), options)});
    const auto graphs = b_.CreateVector(std::vector{schema::CreateSubGraph(
        b_, tensor_list, b_.CreateVector(graph.inputs), b_.CreateVector(graph.outputs), operators)});
    const auto code = static_cast<std::int32_t>(graph.operators.front().code);
    const auto codes = b_.CreateVector(std::vector{schema::CreateOperatorCode(b_, 0, 0, 1, code)});
    std::vector<flatbuffers::Offset<schema::SignatureDef>> signatures;
    for (const Signature& signature : model.signatures) {
      const auto inputs = write(signature.inputs);
      const auto outputs = write(signature.outputs);
      signatures.push_back(
          schema::CreateSignatureDef(b_, inputs, outputs, b_.CreateString(signature.key), signature.graph));
    }
    const auto signature_list = b_.CreateVector(signatures);
    constexpr std::uint32_t kVersion = 3;
    const auto buffer_list = b_.CreateVector(buffers_);
    schema::ModelBuilder root(b_);
    root.add_version(kVersion);
    root.add_operator_codes(codes);
    root.add_subgraphs(graphs);
    root.add_buffers(buffer_list);
    root.add_signature_defs(signature_list);
    schema::FinishModelBuffer(b_, root.Finish());
    const auto* bytes = reinterpret_cast<const std::byte*>(b_.GetBufferPointer());
    return {bytes, bytes + b_.GetSize()};
  }

 private:
  flatbuffers::Offset<schema::Tensor> write(const Tensor& tensor) {
    std::uint32_t buffer = 0;
    if (tensor.is_constant) {
      buffer = static_cast<std::uint32_t>(buffers_.size());
      const auto* bytes = reinterpret_cast<const std::uint8_t*>(tensor.data.data());
      b_.ForceVectorAlignment(tensor.data.size(), 1, 16);
      buffers_.push_back(schema::CreateBuffer(b_, b_.CreateVector(bytes, tensor.data.size())));
    }
    const Quantization& q = tensor.quantization;
    const auto scales = b_.CreateVector(q.scales);
    const auto zero_points = b_.CreateVector(q.zero_points);
    schema::QuantizationParametersBuilder quantization(b_);
    quantization.add_scale(scales);
    quantization.add_zero_point(zero_points);
    quantization.add_quantized_dimension(q.axis);
    const auto quantization_table = quantization.Finish();
    const auto shape = b_.CreateVector(tensor.shape);
    const auto text = b_.CreateString(tensor.name);
    return schema::CreateTensor(b_, shape, static_cast<std::int8_t>(tensor.type), buffer, text, quantization_table,
                                tensor.is_variable);
  }
  flatbuffers::Offset<schema::Operator> write(const Operator& op, const RawOptions& options) {
    const auto inputs = b_.CreateVector(op.inputs);
    const auto outputs = b_.CreateVector(op.outputs);
    const auto intermediates = b_.CreateVector(op.intermediates);
    const auto mutating =
        b_.CreateVector(std::vector<std::uint8_t>(op.mutating_inputs.begin(), op.mutating_inputs.end()));
    const auto table = options.make(b_);
    schema::OperatorBuilder builder(b_);
    builder.add_inputs(inputs);
    builder.add_outputs(outputs);
    builder.add_intermediates(intermediates);
    builder.add_mutating_variable_inputs(mutating);
    builder.add_builtin_options_type(options.type);
    builder.add_builtin_options(table);
    return builder.Finish();
  }
  flatbuffers::Offset<flatbuffers::Vector<flatbuffers::Offset<schema::TensorMap>>> write(
      const std::vector<SignatureTensor>& map) {
    std::vector<flatbuffers::Offset<schema::TensorMap>> list;
    for (const SignatureTensor& entry : map) {
      const auto text = b_.CreateString(entry.name);
      list.push_back(schema::CreateTensorMap(b_, text, static_cast<std::uint32_t>(entry.tensor)));
    }
    return b_.CreateVector(list);
  }

  Builder b_;
  std::vector<flatbuffers::Offset<schema::Buffer>> buffers_;
};

RawOptions convolution() {
  return raw_options<schema::Conv2DOptions>([](Builder& b) {
    schema::Conv2DOptionsBuilder options(b);
    options.add_stride_h(1);
    options.add_stride_w(1);
    return options.Finish();
  });
}

// The sample model, of which only one operator is left, after `change`.
void add_invalid(Seeds& seeds, const char* name, SampleOperator kept, const RawOptions& options,
                 const std::function<void(Model&)>& change) {
  Model model = sample_model();
  Graph& graph = model.main();
  graph.operators = {graph.operators[kept]};
  change(model);
  seeds.add(name, InvalidWriter().write(model, options));
}

void add_defects(Seeds& seeds) {
  const auto change = [&seeds](const char* name, auto&& edit) { add_invalid(seeds, name, kConv, convolution(), edit); };
  change("uint16", [](Model& m) { m.main().tensor(kInput).type = TensorType::kUint16; });
  change("int4", [](Model& m) { m.main().tensor(kInput).type = TensorType::kInt4; });
  change("intermediate", [](Model& m) { m.main().operators[0].intermediates = {99}; });
  change("dimensions", [](Model& m) { m.main().tensor(kPooled).shape = {1, 1, 1, 1, 1, 1, 1, 2, 2, 3}; });
  change("zero_points", [](Model& m) { m.main().tensor(kPooled).quantization.zero_points = {1, 2}; });
  change("axis", [](Model& m) { m.main().tensor(kFilter).quantization.axis = 4; });
  change("slices", [](Model& m) { m.main().tensor(kFilter).quantization.axis = 3; });
  change("filter_axis", [](Model& m) { m.main().tensor(kFilter).quantization.axis = 1; });
  change("data", [](Model& m) { m.main().tensor(kBias).shape = {4}; });
  change("input_twice", [](Model& m) { m.main().inputs = {kInput, kInput}; });
  change("mutating", [](Model& m) { m.main().operators[0].mutating_inputs = {true}; });
  change("bias", [](Model& m) { m.main().operators[0].inputs[2] = kFcBias; });
  change("groups", [](Model& m) { m.main().tensor(kInput).shape = {1, 4, 4, 3}; });
  const auto good = [&seeds](const char* name, auto&& edit) {
    add_invalid(seeds, name, kConv, convolution(), [&](Model& m) {
      m.main().outputs = {kConvolved};
      edit(m);
    });
  };
  good("signature_output", [](Model& m) { m.signatures[0].outputs[0].tensor = 99; });
  good("signature_input", [](Model& m) { m.signatures[0].inputs[0].tensor = 99; });
  good("signature_graph", [](Model& m) { m.signatures[0].graph = 7; });
}

void add_operator_defects(Seeds& seeds) {
  const auto change = [&seeds](const char* name, OpCode code, const RawOptions& options, auto&& edit) {
    add_invalid(seeds, name, kConv, options, [&](Model& m) {
      m.main().operators[0].code = code;
      edit(m.main().operators[0], m);
    });
  };
  const auto nothing = [](Operator&, Model&) {};
  const auto one_input = [](Operator& op, Model&) { op.inputs = {kInput}; };
  const auto no_input = [](Operator& op, Model&) { op.inputs = {}; };
  change("depthwise_filter", OpCode::kDepthwiseConv2d, raw_options<schema::DepthwiseConv2DOptions>([](Builder& b) {
           schema::DepthwiseConv2DOptionsBuilder options(b);
           options.add_stride_h(1);
           options.add_stride_w(1);
           return options.Finish();
         }),
         [](Operator&, Model& m) { m.main().tensor(kConvolved).shape = {1, 4, 4, 2}; });
  change("transpose_filter", OpCode::kTransposeConv, raw_options<schema::TransposeConvOptions>([](Builder& b) {
           schema::TransposeConvOptionsBuilder options(b);
           options.add_stride_h(1);
           options.add_stride_w(1);
           return options.Finish();
         }),
         [](Operator& op, Model&) { op.inputs = {kNewShape, kFilter, kConvolved}; });
  change("unpack", OpCode::kUnpack, raw_options<schema::UnpackOptions>([](Builder& b) {
           schema::UnpackOptionsBuilder options(b);
           options.add_num(7);
           return options.Finish();
         }),
         one_input);
  change("split", OpCode::kSplit, raw_options<schema::SplitOptions>([](Builder& b) {
           schema::SplitOptionsBuilder options(b);
           options.add_num_splits(7);
           return options.Finish();
         }),
         [](Operator& op, Model&) { op.inputs = {kNewShape, kInput}; });
  change("gather", OpCode::kGather, raw_options<schema::GatherOptions>([](Builder& b) {
           schema::GatherOptionsBuilder options(b);
           options.add_batch_dims(9);
           return options.Finish();
         }),
         [](Operator& op, Model&) { op.inputs = {kInput, kNewShape}; });
  change("svdf", OpCode::kSvdf, raw_options<schema::SVDFOptions>([](Builder& b) {
           schema::SVDFOptionsBuilder options(b);
           options.add_rank(1);
           return options.Finish();
         }),
         [](Operator& op, Model&) { op.inputs = {kInput, kFilter, kFilter, kBias, kInput}; });
  change("lstm", OpCode::kUnidirectionalSequenceLstm,
         raw_options<schema::UnidirectionalSequenceLSTMOptions>(
             [](Builder& b) { return schema::UnidirectionalSequenceLSTMOptionsBuilder(b).Finish(); }),
         [](Operator& op, Model&) { op.inputs = std::vector<std::int32_t>(24, kInput); });
  change("call_once", OpCode::kCallOnce, raw_options<schema::CallOnceOptions>([](Builder& b) {
           schema::CallOnceOptionsBuilder options(b);
           options.add_init_subgraph_index(7);
           return options.Finish();
         }),
         [&](Operator& op, Model&) { op.inputs = op.outputs = {}; });
  change("var_handle", OpCode::kVarHandle, raw_options<schema::VarHandleOptions>([](Builder& b) {
           const auto text = b.CreateString("container");
           schema::VarHandleOptionsBuilder options(b);
           options.add_container(text);
           options.add_shared_name(text);
           return options.Finish();
         }),
         no_input);
  change("div", OpCode::kDiv,
         raw_options<schema::DivOptions>([](Builder& b) { return schema::DivOptionsBuilder(b).Finish(); }), nothing);
  change("shape", OpCode::kShape,
         raw_options<schema::ShapeOptions>([](Builder& b) { return schema::ShapeOptionsBuilder(b).Finish(); }),
         one_input);
  change("cast", OpCode::kCast,
         raw_options<schema::CastOptions>([](Builder& b) { return schema::CastOptionsBuilder(b).Finish(); }),
         one_input);
  change("mirror_pad", OpCode::kMirrorPad,
         raw_options<schema::MirrorPadOptions>([](Builder& b) { return schema::MirrorPadOptionsBuilder(b).Finish(); }),
         [](Operator& op, Model&) { op.inputs = {kInput, kNewShape}; });
  change("gelu", OpCode::kGelu,
         raw_options<schema::GeluOptions>([](Builder& b) { return schema::GeluOptionsBuilder(b).Finish(); }),
         one_input);
  const RawOptions connected = raw_options<schema::FullyConnectedOptions>(
      [](Builder& b) { return schema::FullyConnectedOptionsBuilder(b).Finish(); });
  const auto change_connected = [&](const char* name, SampleTensor tensor, const std::vector<std::int32_t>& shape) {
    add_invalid(seeds, name, kFullyConnected, connected, [&](Model& m) {
      m.main().inputs = {kFlat};
      m.main().outputs = {kLogits};
      m.main().tensor(tensor).shape = shape;
    });
  };
  change_connected("columns", kFlat, {1, 13});
  change_connected("rows", kLogits, {1, 5});
}

// Files that the writer does not write.
struct RawFile {
  std::uint64_t buffer_offset = 0;
  std::uint32_t opcode_index = 0;
  std::uint64_t large_options = 0;
  bool unknown_options = false;
  std::size_t repeat_tensor = 1;
  std::size_t name_bytes = 1;

  [[nodiscard]] File build() const {
    flatbuffers::FlatBufferBuilder b;
    const auto shape = b.CreateVector(std::vector<std::int32_t>{1});
    const auto text = b.CreateString(std::string(name_bytes, 'n'));
    const auto tensor = schema::CreateTensor(b, shape, 0, 1, text);
    const auto tensors = b.CreateVector(std::vector(repeat_tensor + 1, tensor));
    const auto in = b.CreateVector(std::vector<std::int32_t>{0});
    const auto out = b.CreateVector(std::vector<std::int32_t>{1});
    const auto empty = unknown_options ? schema::CreateEmpty(b).Union() : flatbuffers::Offset<void>();
    schema::OperatorBuilder op(b);
    op.add_opcode_index(opcode_index);
    op.add_inputs(in);
    op.add_outputs(out);
    op.add_large_custom_options_offset(large_options);
    if (unknown_options) {
      op.add_builtin_options_type(static_cast<schema::BuiltinOptions>(200));
      op.add_builtin_options(empty);
    }
    const auto operators = b.CreateVector(std::vector{op.Finish()});
    const auto graph = schema::CreateSubGraph(b, tensors, in, out, operators);
    const auto graphs = b.CreateVector(std::vector{graph});
    constexpr std::int32_t kRelu = 19;
    const auto codes = b.CreateVector(std::vector{schema::CreateOperatorCode(b, kRelu, 0, 1, kRelu)});
    // Data that is not aligned as the format wants it.
    const auto data = b.CreateVector(std::vector<std::uint8_t>{1});
    const auto buffers =
        b.CreateVector(std::vector{schema::CreateBuffer(b), schema::CreateBuffer(b, data, buffer_offset)});
    constexpr std::uint32_t kVersion = 3;
    schema::FinishModelBuffer(b, schema::CreateModel(b, kVersion, codes, graphs, 0, buffers));
    const auto* bytes = reinterpret_cast<const std::byte*>(b.GetBufferPointer());
    return {bytes, bytes + b.GetSize()};
  }
};

void add_raw(Seeds& seeds) {
  seeds.add("unaligned", RawFile{}.build());
  seeds.add("outside", RawFile{.buffer_offset = 4096}.build());
  seeds.add("opcode_index", RawFile{.opcode_index = 1}.build());
  seeds.add("large_options", RawFile{.large_options = 2}.build());
  seeds.add("unknown_options", RawFile{.unknown_options = true}.build());
  seeds.add("repeated", RawFile{.repeat_tensor = 2000, .name_bytes = 2000}.build());
  seeds.add("short", File(7, std::byte{0}));
  seeds.add("identifier", File(16, std::byte{1}));
}

}  // namespace
}  // namespace auklet::compiler::test

int main(int argc, char** argv) {
  using namespace auklet::compiler::test;  // NOLINT(google-build-using-namespace)
  if (argc != 2) {
    (void)std::fputs("usage: write_seeds FOLDER\n", stderr);
    return 2;
  }
  Seeds seeds(argv[1]);
  add_operators(seeds);
  add_metadata(seeds);
  add_defects(seeds);
  add_operator_defects(seeds);
  add_raw(seeds);
  return seeds.good() ? 0 : 1;
}
