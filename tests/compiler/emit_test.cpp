#include <auklet/compiler/emit.hpp>

#include <gtest/gtest.h>

#include <filesystem>

#include <auklet/compiler/frontend.hpp>

#include "golden.hpp"
#include "sample_model.hpp"

namespace auklet::compiler::test {
namespace {

TEST(WriteTflite, ReadsBackEqual) {
  const Model model = sample_model();
  const auto bytes = write_tflite(model);
  ASSERT_TRUE(bytes) << bytes.error().message;
  const auto read = read_tflite(*bytes);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_TRUE(equal(model, *read));
}

TEST(WriteTflite, IsDeterministic) {
  const auto first = write_tflite(sample_model());
  const auto second = write_tflite(sample_model());
  ASSERT_TRUE(first && second);
  EXPECT_EQ(*first, *second);
  const auto again = write_tflite(*read_tflite(*first));
  ASSERT_TRUE(again);
  EXPECT_EQ(*first, *again) << "reading and writing changes nothing";
}

TEST(WriteTflite, ConstantsAreAlignedInTheFile) {
  Model model = sample_model();
  std::vector<std::byte> marker(48, std::byte{0x5a});
  model.main().tensor(kWeights).data = model.storage->add(marker);
  const auto bytes = write_tflite(model);
  ASSERT_TRUE(bytes);
  const auto found = std::search(bytes->begin(), bytes->end(), marker.begin(), marker.end());
  ASSERT_NE(found, bytes->end());
  EXPECT_EQ((found - bytes->begin()) % 16, 0);
}

TEST(WriteTflite, EqualConstantsAreStoredOnce) {
  Model model = sample_model();
  const auto before = write_tflite(model);
  const std::vector<std::byte> value(4096, std::byte{7});
  model.add_constant(model.main(), "first", TensorType::kInt8, {4096}, value);
  model.add_constant(model.main(), "second", TensorType::kInt8, {4096}, value);
  const auto after = write_tflite(model);
  ASSERT_TRUE(before && after);
  EXPECT_LT(after->size(), before->size() + 4096 + 1024);
}

TEST(WriteTflite, CustomOperatorKeepsItsPayload) {
  std::vector<std::byte> payload(1000);
  for (std::size_t i = 0; i < payload.size(); ++i) payload[i] = static_cast<std::byte>(i * 7);
  const Model model = sample_with_custom_operator(payload);
  const auto bytes = write_tflite(model);
  ASSERT_TRUE(bytes) << bytes.error().message;
  const auto read = read_tflite(*bytes);
  ASSERT_TRUE(read) << read.error().message;
  const Operator& op = read->main().operators[kPool];
  EXPECT_EQ(op.code, OpCode::kCustom);
  EXPECT_EQ(op.name(), "auklet-npu");
  EXPECT_EQ(op.custom_options, payload);
  EXPECT_EQ(op.inputs, (std::vector<std::int32_t>{kConvolved, kAbsent, kNewShape}));
  EXPECT_TRUE(equal(model, *read));
}

TEST(WriteTflite, CodesAboveTheOldFieldsRange) {
  Model model = sample_model();
  model.main().operators[kSoftmax].code = OpCode::kDilate;  // 203: does not fit the signed byte.
  model.main().operators[kSoftmax].options = NoOptions{};
  const auto bytes = write_tflite(model);
  ASSERT_TRUE(bytes) << bytes.error().message;
  const auto read = read_tflite(*bytes);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->main().operators[kSoftmax].code, OpCode::kDilate);
}

TEST(WriteTflite, RefusesWhatItCannotWrite) {
  Model model = sample_model();
  model.main().operators[kSoftmax].code = OpCode::kOneHot;
  model.main().operators[kSoftmax].options = UnmodelledOptions{61};
  const auto bytes = write_tflite(model);
  ASSERT_FALSE(bytes);
  EXPECT_EQ(bytes.error().code, ErrorCode::kUnsupported);
  EXPECT_EQ(bytes.error().message, "operator 4 (ONE_HOT) has options that cannot be written");
}

TEST(WriteTflite, RefusesAnInvalidModel) {
  Model model = sample_model();
  model.main().operators[kPool].inputs = {99};
  const auto bytes = write_tflite(model);
  ASSERT_FALSE(bytes);
  EXPECT_EQ(bytes.error().code, ErrorCode::kInvalid);
}

TEST(WriteTfliteFile, WritesAndReportsWhatItCannot) {
  const std::filesystem::path path = std::filesystem::path(testing::TempDir()) / "auklet_emit_test.tflite";
  ASSERT_TRUE(write_tflite_file(sample_model(), path));
  const auto read = read_tflite_file(path);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_TRUE(equal(*read, sample_model()));
  EXPECT_FALSE(std::filesystem::exists(path.string() + ".partial"));
  std::filesystem::remove(path);

  const Outcome refused = write_tflite_file(sample_model(), "/nonexistent-folder/model.tflite");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kArgument);
}

TEST(ReadTfliteFile, ReportsWhatItCannotRead) {
  for (const char* path : {"/nonexistent-folder/model.tflite", "/"}) {
    const auto read = read_tflite_file(path);
    ASSERT_FALSE(read) << path;
    EXPECT_EQ(read.error().code, ErrorCode::kArgument);
    EXPECT_NE(read.error().message.find(path), std::string::npos);
  }
}

}  // namespace
}  // namespace auklet::compiler::test
