// Files that are no models, or damaged ones: every one is refused or read, none crashes (run under the sanitizers,
// too).
#include <auklet/compiler/frontend.hpp>

#include <gtest/gtest.h>

#include <cstring>

#include <auklet/compiler/emit.hpp>
#include <auklet/compiler/executor.hpp>

#include "golden.hpp"
#include "sample_model.hpp"
#include "tflite_subset_generated.h"

namespace auklet::compiler::test {
namespace {

Bytes sample_file() { return write_tflite(sample_model()).value(); }

// Reads what may be damaged and, if it is accepted, runs or at least prepares it.
void exercise(const Bytes& bytes, bool run) {
  const auto model = read_tflite(bytes);
  if (!model) {
    EXPECT_FALSE(model.error().message.empty());
    return;
  }
  ExecutorOptions options;
  options.max_activation_bytes = 1 << 20;
  auto executor = Executor::create(*model, options);
  if (!executor || !run) return;
  std::vector<Bytes> inputs;
  for (const std::int32_t index : model->main().inputs) inputs.emplace_back(model->main().tensor(index).bytes());
  const std::vector<std::span<const std::byte>> views(inputs.begin(), inputs.end());
  const auto outputs = executor->run(views);
  EXPECT_TRUE(outputs || !outputs.error().message.empty());
}

TEST(ReadTflite, RefusesEveryTruncation) {
  const Bytes file = sample_file();
  for (std::size_t length = 0; length < file.size(); ++length) {
    const auto model = read_tflite(Bytes(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(length)));
    ASSERT_FALSE(model) << length << " of " << file.size() << " bytes";
    ASSERT_EQ(model.error().code, ErrorCode::kMalformed) << model.error().message;
  }
}

TEST(ReadTflite, EveryBitFlipIsSurvived) {
  const Bytes file = sample_file();
  std::size_t refused = 0;
  for (std::size_t bit = 0; bit < 8 * file.size(); ++bit) {
    Bytes damaged = file;
    damaged[bit / 8] ^= static_cast<std::byte>(1U << bit % 8);
    exercise(damaged, true);
    refused += read_tflite(damaged) ? 0U : 1U;
  }
  EXPECT_GT(refused, 8 * file.size() / 20) << "more than what the FlatBuffers verifier alone finds";
}

TEST(ReadTflite, EveryWordOverwrittenIsSurvived) {
  const Bytes file = sample_file();
  for (const std::uint32_t value : {0U, 1U, 0x7fffffffU, 0x80000000U, 0xffffffffU, 0x7fc00000U, 0x00000001U}) {
    for (std::size_t at = 0; at + 4 <= file.size(); at += 4) {
      Bytes damaged = file;
      std::memcpy(damaged.data() + at, &value, sizeof value);
      exercise(damaged, true);
    }
  }
}

TEST(ReadTflite, RealModelsDamaged) {
  const auto zoo = golden_zoo();
  if (!zoo) GTEST_SKIP() << "the reference vectors are not there";
  for (const char* name : {"tiny_kws_dscnn", "esphome_v2_vad", "tflm_mnist_lstm_int8", "secda_simple_model"}) {
    SCOPED_TRACE(name);
    const Bytes file = read_bytes(*zoo / name / "model.tflite");
    const std::size_t step = file.size() / 97 + 1;
    for (std::size_t length = 0; length < file.size(); length += step) {
      const auto model = read_tflite(Bytes(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(length)));
      ASSERT_FALSE(model) << length;
    }
    std::uint32_t random = 12345;
    for (int i = 0; i < 1500; ++i) {
      random = random * 1664525U + 1013904223U;
      Bytes damaged = file;
      // Structure is where the buffers are not; the ends of the file hold it, whichever way the writer builds.
      const std::size_t at = (random >> 3) % file.size();
      damaged[at] ^= static_cast<std::byte>(1U << (random >> 29));
      exercise(damaged, false);
    }
  }
}

TEST(ReadTflite, MessagesSayWhatIsWrong) {
  const auto message_of = [](Bytes bytes) {
    const auto model = read_tflite(std::move(bytes));
    return model ? std::string("accepted") : model.error().message;
  };
  EXPECT_EQ(message_of({}), "the file has 0 bytes: no model is that short");
  EXPECT_EQ(message_of(Bytes(8, std::byte{1})), "no TensorFlow Lite model: bytes 4 to 7 are not the identifier TFL3");
  Bytes file = sample_file();
  const std::uint32_t far_away = 0x10000000;
  std::memcpy(file.data(), &far_away, sizeof far_away);
  EXPECT_NE(message_of(file).find("the root offset at byte 0 points outside of the file"), std::string::npos)
      << message_of(file);

  // A tensor's vtable offset, found by the reader itself, made to point far before the file.
  file = sample_file();
  const auto* tensor = schema::GetModel(file.data())->subgraphs()->Get(0)->tensors()->Get(kWeights);
  const auto at = reinterpret_cast<const std::byte*>(tensor) - file.data();
  const std::uint32_t wild = 0x70000000;
  std::memcpy(file.data() + at, &wild, sizeof wild);
  EXPECT_NE(message_of(file).find("subgraph 0, tensor 7 at byte " + std::to_string(at)), std::string::npos)
      << message_of(file);
}

// Files that our emitter never writes.
struct RawFile {
  std::uint32_t version = 3;
  std::uint32_t buffer = 0;
  std::uint64_t buffer_offset = 0;
  std::uint32_t opcode_index = 0;
  std::int32_t builtin_code = 19;  // RELU
  std::uint64_t large_options = 0;
  bool sparse = false;
  bool custom_quantization = false;
  bool second_options = false;
  std::size_t repeat_tensor = 1;
  std::size_t name_bytes = 1;

  [[nodiscard]] Bytes build() const {
    flatbuffers::FlatBufferBuilder b;
    const auto sparsity = sparse ? schema::CreateEmpty(b) : 0;
    const auto details = custom_quantization ? schema::CreateEmpty(b).Union() : flatbuffers::Offset<void>();
    const auto details_type =
        custom_quantization ? schema::QuantizationDetails::Custom : schema::QuantizationDetails::NONE;
    const auto quantization = schema::CreateQuantizationParameters(b, 0, 0, details_type, details);
    const auto shape = b.CreateVector(std::vector<std::int32_t>{1});
    const auto name = b.CreateString(std::string(name_bytes, 'n'));
    const auto tensor = schema::CreateTensor(b, shape, 0, buffer, name, quantization, false, sparsity);
    const auto tensors = b.CreateVector(std::vector(repeat_tensor + 1, tensor));
    const auto in = b.CreateVector(std::vector<std::int32_t>{0});
    const auto out = b.CreateVector(std::vector<std::int32_t>{1});
    const auto more = second_options ? schema::CreateEmpty(b).Union() : flatbuffers::Offset<void>();
    schema::OperatorBuilder op(b);
    op.add_opcode_index(opcode_index);
    op.add_inputs(in);
    op.add_outputs(out);
    op.add_large_custom_options_offset(large_options);
    if (second_options) {
      op.add_builtin_options_2_type(schema::BuiltinOptions2::Any);
      op.add_builtin_options_2(more);
    }
    const auto operators = b.CreateVector(std::vector{op.Finish()});
    const auto graph = schema::CreateSubGraph(b, tensors, in, out, operators);
    const auto graphs = b.CreateVector(std::vector{graph});
    const auto codes = b.CreateVector(std::vector{schema::CreateOperatorCode(b, 0, 0, 1, builtin_code)});
    const auto buffers =
        b.CreateVector(std::vector{schema::CreateBuffer(b), schema::CreateBuffer(b, 0, buffer_offset, 4)});
    schema::FinishModelBuffer(b, schema::CreateModel(b, version, codes, graphs, 0, buffers));
    const auto* data = reinterpret_cast<const std::byte*>(b.GetBufferPointer());
    return {data, data + b.GetSize()};
  }
};

struct RawCase {
  RawFile file;
  ErrorCode code;
  std::string message;
};

TEST(ReadTflite, RefusesFeaturesAndIndicesByName) {
  ASSERT_TRUE(read_tflite(RawFile{}.build())) << read_tflite(RawFile{}.build()).error().message;
  const std::vector<RawCase> cases = {
      {{.version = 2}, ErrorCode::kUnsupported, "schema version 2, not 3"},
      {{.buffer = 2}, ErrorCode::kInvalid, "subgraph 0, tensor 0 (n) refers to buffer 2 of 2"},
      {{.buffer = 1, .buffer_offset = 4096}, ErrorCode::kUnsupported, "keeps its data outside of the FlatBuffer"},
      {{.opcode_index = 1}, ErrorCode::kInvalid, "subgraph 0, operator 0 refers to operator code 1 of 1"},
      {{.opcode_index = 0xffffffff}, ErrorCode::kInvalid, "operator code 4294967295 of 1"},
      {{.large_options = 2}, ErrorCode::kUnsupported, "keeps its options outside of the FlatBuffer"},
      {{.sparse = true}, ErrorCode::kUnsupported, "tensor 0 (n) is sparse"},
      {{.custom_quantization = true}, ErrorCode::kUnsupported, "tensor 0 (n) has custom quantisation"},
      {{.second_options = true}, ErrorCode::kInvalid, "lacks its options or has another operator's"},
  };
  for (const RawCase& c : cases) {
    const auto model = read_tflite(c.file.build());
    ASSERT_FALSE(model) << c.message;
    EXPECT_EQ(model.error().code, c.code) << model.error().message;
    EXPECT_NE(model.error().message.find(c.message), std::string::npos) << model.error().message;
  }
}

// 100,000 references to one tensor with a name of 100,000 bytes: 500 KB that would become 10 GB.
TEST(ReadTflite, AFileThatRepeatsItselfIsRefusedBeforeItIsCopied) {
  const auto model = read_tflite(RawFile{.repeat_tensor = 100'000, .name_bytes = 100'000}.build());
  ASSERT_FALSE(model);
  EXPECT_EQ(model.error().code, ErrorCode::kMalformed);
  EXPECT_NE(model.error().message.find("over and over"), std::string::npos) << model.error().message;
}

TEST(ReadTflite, AnUnknownOperatorIsReadAndRefusedByNumberWhenRun) {
  const auto model = read_tflite(RawFile{.builtin_code = 5000}.build());
  ASSERT_TRUE(model) << model.error().message;
  const auto executor = Executor::create(*model);
  ASSERT_FALSE(executor);
  EXPECT_EQ(executor.error().code, ErrorCode::kUnsupported);
  EXPECT_EQ(executor.error().message, "operator 0 (operator code 5000) is not implemented on the CPU");
}

}  // namespace
}  // namespace auklet::compiler::test
